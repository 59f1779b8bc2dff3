"""What a person may ask of the producers of a policy, and what comes of it where it is applied. Pure.

An instruction is kept as it was given and evaluated each time that its transaction is applied: what is current by then
may be another code than when it was written. Its words are those of the API.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PRODUCERS = "producers"
SET, CLEAR = "setProducerCode", "clearProducerCode"
SET_OF_RECORD, REVERT = "setProducerCodeOfRecord", "revertProducerCodeOfRecord"
NAMES = (SET, CLEAR, SET_OF_RECORD, REVERT)
# Only in what was processed: a revert was asked for, and there was no current code.
NOTHING_THERE = "nothingToRevertTo"
MOST = 20

Instruction = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProducerInfo:
    """The code under which a policy is written, and the one that is credited with the term. Empty where there is
    none."""

    producer_code: str
    producer_code_of_record: str


def carried_out(before: ProducerInfo, instruction: Instruction) -> tuple[ProducerInfo, dict[str, Any]]:
    """What the codes are after the instruction, and the instruction as it was processed: to set the code of record to
    the code that is current is to revert it. Where there is no current code there is nothing to revert to, and what was
    processed says so: it is not refused, for whether there is one hangs on what else takes effect before, and may be
    issued later."""
    code, of_record = before.producer_code, before.producer_code_of_record
    processed: dict[str, Any] = {"action": PRODUCERS}
    if wanted := instruction.get(SET):
        code = processed[SET] = wanted
    elif instruction.get(CLEAR):
        code, processed[CLEAR] = "", True
    wanted = instruction.get(SET_OF_RECORD)
    if instruction.get(REVERT) or (wanted and wanted == code):
        if code:
            of_record, processed[REVERT] = code, True
        else:
            processed[REVERT], processed[NOTHING_THERE] = False, True
    elif wanted:
        of_record = processed[SET_OF_RECORD] = wanted
    return ProducerInfo(code, of_record), processed


def problem_of(instructions: Iterable[Instruction]) -> str:
    """What speaks against the instructions themselves, in a sentence; empty where nothing does."""
    given = list(instructions)
    if len(given) > MOST:
        return f"There may be at most {MOST} instructions in one transaction."
    for each in given:
        if each.get("action") != PRODUCERS:
            return f'The only action of an instruction is "{PRODUCERS}".'
        if not any(each.get(name) for name in NAMES):
            return "An instruction has to set, clear or revert something."
        if each.get(SET) and each.get(CLEAR):
            return "An instruction cannot both set and clear the producer code."
        if each.get(SET_OF_RECORD) and each.get(REVERT):
            return "An instruction cannot both set and revert the producer code of record."
    return ""


def codes_named(instructions: Iterable[Instruction]) -> list[str]:
    """The producer codes that the instructions name, each once."""
    return list(dict.fromkeys(each[name] for each in instructions for name in (SET, SET_OF_RECORD) if each.get(name)))
