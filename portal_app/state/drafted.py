"""A draft on a policy as it is drawn, with what issuing it would do; and the instruction that a form asks for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal_app.models.enums import FlagCause, TransactionKind
from portal_app.services.ledger.instructions import CLEAR, NOTHING_THERE, PRODUCERS, REVERT, SET, SET_OF_RECORD
from portal_app.services.ledger.views import Again, Outlook, Segment, TransactionLine
from portal_app.services.underwriting.flags import FlagView
from portal_app.state import ledger_words, wording
from portal_app.state.answers import NOTHING, DecisionRow

# What the rules of binding speak of: cancellations and reinstatements are not asked.
BY_AUTHORITY = (TransactionKind.CHANGE, TransactionKind.RENEWAL)
TICKED = ("on", "true", "True")


@dataclass
class PartRow:
    """A segment as it would be; `was_…` says what holds now where that is another."""

    key: str
    since: str
    until: str
    status: str
    was_status: str
    code: str
    was_code: str
    of_record: str
    was_of_record: str
    anew: bool


@dataclass
class FlagRow:
    """An underwriting flag that stands on a draft."""

    key: str
    level: str
    tag: str
    told: str
    removing: str


@dataclass
class DraftRow:
    """`draft_version` is the draft as it is drawn; `typed` is how its form is filled in; `decision` what was last
    answered of it, where binding authority asks."""

    key: str
    title: str
    effective: str
    drafted: str
    asks: list[str]
    parts: list[PartRow]
    again: list[str]
    again_sentence: str
    problem: str
    moved: bool
    version: str
    draft_version: str
    flags: list[FlagRow]
    typed: dict[str, str]
    by_authority: bool
    decision: DecisionRow = field(default_factory=lambda: NOTHING)


def row_of(
    found: Outlook, flags: Sequence[FlagView], zone: ZoneInfo, told: Callable[[datetime | None], str]
) -> DraftRow:
    draft = found.draft
    return DraftRow(
        key=draft.locator,
        title=ledger_words.KINDS.get(draft.kind, draft.kind.label),
        effective=wording.instant(draft.effective_at, zone),
        drafted=told(draft.created_at),
        asks=[each[0].upper() + each[1:] for each in ledger_words.asked_in_words(draft.instructions)],
        parts=[_part(each, found.now, zone) for each in draft.segments],
        again=[f"{each.kind.label} effective {wording.instant(each.effective_at, zone)}" for each in found.again],
        again_sentence=" ".join(filter(None, _effects(found, zone))),
        problem=ledger_words.as_read_here(found.problem, zone),
        moved=found.moved,
        version=found.version,
        draft_version=draft.draft_version,
        flags=[_flag(each, told) for each in flags if each.removed_at is None],
        typed=typed(draft, zone),
        by_authority=draft.kind in BY_AUTHORITY,
    )


def typed(draft: TransactionLine, zone: ZoneInfo) -> dict[str, str]:
    """The draft as its form is filled in."""
    asked = next((each for each in draft.instructions if each.get("action") == PRODUCERS), {})
    when = ledger_words.asked_for(draft.effective_at, zone)
    given = {
        "kind": draft.kind.value,
        "effective": when["date"],
        "time": "" if when["time"] == "00:00" else when["time"],
        "code": asked.get(SET) or "",
        "of_record": asked.get(SET_OF_RECORD) or "",
        "clear": "on" if asked.get(CLEAR) else "",
        "revert": "on" if asked.get(REVERT) else "",
    }
    return {name: value for name, value in given.items() if value}


def _flag(each: FlagView, told: Callable[[datetime | None], str]) -> FlagRow:
    ours = each.cause is FlagCause.PRODUCER
    by = f"{'By underwriting, asked for by' if ours else 'Set by'} {each.created_by}, {told(each.created_at)}"
    through = f"Underwriting then lets the producer code {each.producer_code} through here, valid or not."
    return FlagRow(
        key=each.locator,
        level=each.level.label,
        tag=each.tag,
        told=f"{each.note} {by}".strip(),
        removing=through if ours else "It is kept, and says that you removed it.",
    )


def again_sentence(again: Sequence[Again]) -> str:
    """How many later transactions are touched by issuing."""
    if not again:
        return "Nothing that takes effect later has to be applied again."
    if len(again) == 1:
        return "1 transaction that takes effect later is reversed and applied again behind it."
    return f"{len(again)} transactions that take effect later are reversed and applied again behind it."


def falls_sentence(falls: Sequence[Again], zone: ZoneInfo) -> str:
    """What is reversed by issuing, until the term is reinstated."""
    if not falls:
        return ""
    verb = "falls" if len(falls) == 1 else "fall"
    return f"With this term {verb} {_named(falls, zone)}, until a reinstatement brings that back."


def returns_sentence(returns: Sequence[Again], zone: ZoneInfo) -> str:
    """What had fallen with the cancellation, and counts again."""
    if not returns:
        return ""
    return f"With this term {'comes' if len(returns) == 1 else 'come'} back {_named(returns, zone)}."


def _effects(found: Outlook, zone: ZoneInfo) -> tuple[str, ...]:
    left_alone = any(each.get(NOTHING_THERE) for each in found.draft.processed)
    return (
        again_sentence(found.again),
        falls_sentence(found.falls, zone),
        returns_sentence(found.returns, zone),
        "There is no current code at that moment, so the code of record is left alone." if left_alone else "",
    )


def _named(all_of: Sequence[Again], zone: ZoneInfo) -> str:
    return ", ".join(
        f"the {each.kind.label.lower()} effective {wording.instant(each.effective_at, zone)}" for each in all_of
    )


def _part(each: Segment, now: Sequence[Segment], zone: ZoneInfo) -> PartRow:
    held = [part for part in now if part.begins_at <= each.begins_at < part.ends_at]
    before = held[-1] if held else None
    info, was = each.producer_info, before.producer_info if before else each.producer_info
    status = before.status if before else each.status
    return PartRow(
        key=each.begins_at.isoformat(),
        since=wording.instant(each.begins_at, zone),
        until=wording.instant(each.ends_at, zone),
        status=each.status.label,
        was_status=status.label if status is not each.status else "",
        code=info.producer_code or "None",
        was_code=_was(was.producer_code, info.producer_code),
        of_record=info.producer_code_of_record or "None",
        was_of_record=_was(was.producer_code_of_record, info.producer_code_of_record),
        anew=before is None,
    )


def _was(before: str, after: str) -> str:
    return (before or "none") if before != after else ""


def instruction_in(given: Mapping[str, str]) -> dict[str, Any]:
    """The producers instruction of the form; empty where it asks for nothing."""
    asked: dict[str, Any] = {
        SET: given.get("code", ""),
        CLEAR: given.get("clear") in TICKED,
        SET_OF_RECORD: given.get("of_record", ""),
        REVERT: given.get("revert") in TICKED,
    }
    wanted = {name: value for name, value in asked.items() if value}
    return {"action": PRODUCERS} | wanted if wanted else {}
