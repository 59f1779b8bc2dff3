"""The states of producers and codes: one table of transitions, and the verbs that go by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from portal_app.models.enums import ProducerState
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Conflict
from portal_app.services.producers import told
from portal_app.services.producers.impact import (
    policies_before,
    policies_of,
    policies_of_producer,
    quotes_holding,
)
from portal_app.services.producers.rows import held
from portal_app.services.producers.standing import why_not_anew
from portal_app.services.producers.validation import validate
from portal_app.services.producers.views import CodeView, ProducerView, called, codes_shown, producers_shown

MAY = Permission.MANAGE_PRODUCERS
State = ProducerState
Entity = TypeVar("Entity", Producer, ProducerCode)


class Step(StrEnum):
    VALIDATE = "validate"
    SUSPEND = "suspend"
    UNSUSPEND = "unsuspend"
    RETIRE = "retire"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Transition:
    sources: tuple[ProducerState, ...]
    target: ProducerState


TRANSITIONS: Mapping[Step, Transition] = {
    Step.VALIDATE: Transition((State.DRAFT,), State.VALIDATED),
    Step.SUSPEND: Transition((State.VALIDATED,), State.SUSPENDED),
    Step.UNSUSPEND: Transition((State.SUSPENDED,), State.VALIDATED),
    Step.RETIRE: Transition((State.VALIDATED, State.SUSPENDED), State.RETIRED),
    Step.DISCARD: Transition((State.DRAFT, State.VALIDATED), State.DISCARDED),
}


DONE: Mapping[Step, str] = {
    Step.VALIDATE: "validated",
    Step.SUSPEND: "suspended",
    Step.UNSUSPEND: "unsuspended",
    Step.RETIRE: "retired",
    Step.DISCARD: "discarded",
}


POLICIES, QUOTES = ("a policy", "policies"), ("a quote beyond draft", "quotes beyond draft")


def can_step(state: ProducerState, step: Step) -> bool:
    return state in TRANSITIONS[step].sources


def check_step(state: ProducerState, step: Step) -> None:
    """Raises Conflict with the states from which it could be done."""
    if not can_step(state, step):
        sources = " or ".join(each.value for each in TRANSITIONS[step].sources)
        raise Conflict(f"This is {state.value}, and only what is {sources} can be {DONE[step]}.")


def can_edit(state: ProducerState) -> bool:
    return any(state in each.sources for each in TRANSITIONS.values())


def check_edit(state: ProducerState) -> None:
    """Raises Conflict for what is at its end."""
    if not can_edit(state):
        raise Conflict(f"This is {state.value} and cannot be changed any more.")


def check_discard(tx: Tx, row: Producer | ProducerCode) -> None:
    """Raises Conflict while a policy carries the code, now or as code of record of any term, where one carried it once
    by what is issued, and while a quote carries it that has advanced beyond a draft and was not discarded; of a
    producer, any of the codes."""
    policies = policies_of_producer(tx, row) if isinstance(row, Producer) else policies_of(tx, [row.id or 0])
    quotes = quotes_holding(tx, row)
    before = 0 if policies else policies_before(tx, row)
    what = "a code of this producer" if isinstance(row, Producer) else "this code"
    said = []
    if policies or quotes:
        carry = "carries" if policies + quotes == 1 else "carry"
        said.append(f"{_counted((policies, *POLICIES), (quotes, *QUOTES))} {carry} {what}")
    if before:
        by = "its ledger says" if before == 1 else "their ledgers say"
        said.append(f"{_counted((before, *POLICIES))} once carried {what}, as {by}")
    if said:
        sentence = ", and ".join(said)
        raise Conflict(f"{sentence[0].upper()}{sentence[1:]}, so that it cannot be discarded. It can be retired.")


def _counted(*carriers: tuple[int, str, str]) -> str:
    """`a policy and 2 quotes beyond draft`."""
    return " and ".join(one if number == 1 else f"{number} {many}" for number, one, many in carriers if number)


def can_discard(tx: Tx, row: Producer | ProducerCode) -> bool:
    try:
        check_discard(tx, row)
    except Conflict:
        return False
    return can_step(row.state, Step.DISCARD)


@writes(MAY)
def validate_producer(tx: Tx, *, locator: str, version: int | None = None) -> ProducerView:
    """Validate a draft. Where something speaks against it, it stays one, and `validation_result` says what. Raises
    NotFound, Conflict where the state does not allow it or `version` is not the one that is there, InvalidData where
    the plugin fails."""
    row = held(tx, Producer, locator, version)
    if _passes(tx, row):
        _stepped(tx, row, Step.VALIDATE, "producer.validated")
    else:
        _found_wanting(tx, row, "producer.found_wanting")
    return producers_shown(tx, [row])[0]


@writes(MAY)
def suspend_producer(tx: Tx, *, locator: str, version: int | None = None) -> ProducerView:
    """Take a producer out of use for a while; those below and all their codes are invalid meanwhile. Raises NotFound,
    Conflict."""
    row = _stepped(tx, held(tx, Producer, locator, version), Step.SUSPEND, "producer.suspended")
    return producers_shown(tx, [row])[0]


@writes(MAY)
def unsuspend_producer(tx: Tx, *, locator: str, version: int | None = None) -> ProducerView:
    """Take a suspended producer into use again. Raises NotFound, Conflict."""
    row = _stepped(tx, held(tx, Producer, locator, version), Step.UNSUSPEND, "producer.unsuspended")
    return producers_shown(tx, [row])[0]


@writes(MAY)
def retire_producer(tx: Tx, *, locator: str, version: int | None = None) -> ProducerView:
    """Take a producer out of use for good. Raises NotFound, Conflict."""
    row = _stepped(tx, held(tx, Producer, locator, version), Step.RETIRE, "producer.retired")
    return producers_shown(tx, [row])[0]


@writes(MAY)
def discard_producer(tx: Tx, *, locator: str, version: int | None = None) -> ProducerView:
    """Throw away a producer that was a mistake. Raises NotFound, Conflict, also while a policy or
    a quote beyond draft carries a code of theirs."""
    row = _stepped(tx, held(tx, Producer, locator, version), Step.DISCARD, "producer.discarded")
    return producers_shown(tx, [row])[0]


@writes(MAY)
def validate_code(tx: Tx, *, locator: str, version: int | None = None) -> CodeView:
    """As `validate_producer`; a code has to have its number first. Conflict too where its producer is at their end."""
    row = held(tx, ProducerCode, locator, version)
    check_step(row.state, Step.VALIDATE)
    if why := why_not_anew(tx, row):
        raise Conflict(why)
    if _passes(tx, row):
        _stepped(tx, row, Step.VALIDATE, "producer_code.validated")
    else:
        _found_wanting(tx, row, "producer_code.found_wanting")
    return codes_shown(tx, [row])[0]


@writes(MAY)
def suspend_code(tx: Tx, *, locator: str, version: int | None = None) -> CodeView:
    """Take a code out of use for a while. Raises NotFound, Conflict."""
    row = _stepped(tx, held(tx, ProducerCode, locator, version), Step.SUSPEND, "producer_code.suspended")
    return codes_shown(tx, [row])[0]


@writes(MAY)
def unsuspend_code(tx: Tx, *, locator: str, version: int | None = None) -> CodeView:
    """Take a suspended code into use again. Raises NotFound, Conflict."""
    row = _stepped(tx, held(tx, ProducerCode, locator, version), Step.UNSUSPEND, "producer_code.unsuspended")
    return codes_shown(tx, [row])[0]


@writes(MAY)
def retire_code(tx: Tx, *, locator: str, version: int | None = None) -> CodeView:
    """Take a code out of use for good. Raises NotFound, Conflict."""
    row = _stepped(tx, held(tx, ProducerCode, locator, version), Step.RETIRE, "producer_code.retired")
    return codes_shown(tx, [row])[0]


@writes(MAY)
def discard_code(tx: Tx, *, locator: str, version: int | None = None) -> CodeView:
    """Throw away a code that was a mistake; it is not given again. Raises NotFound, Conflict, also while a policy
    or a quote beyond draft carries it."""
    row = _stepped(tx, held(tx, ProducerCode, locator, version), Step.DISCARD, "producer_code.discarded")
    return codes_shown(tx, [row])[0]


def _stepped(tx: Tx, row: Entity, step: Step, deed: str) -> Entity:
    check_step(row.state, step)
    if step is Step.DISCARD:
        check_discard(tx, row)
    before = row.state
    row.state = TRANSITIONS[step].target
    row.version += 1
    detail = {"before": {"state": before.value}, "after": {"state": row.state.value}, "called": called(row)}
    audit.record(tx, deed, subject_kind=_kind(row), subject=row.locator, detail=detail)
    told.tell(tx, row, step.value)
    return row


def _passes(tx: Tx, row: Producer | ProducerCode) -> bool:
    check_step(row.state, Step.VALIDATE)
    return validate(tx, row).success


def _found_wanting(tx: Tx, row: Producer | ProducerCode, deed: str) -> None:
    """A refusal that is kept: what speaks against the entity stands with it."""
    row.version += 1
    detail = {"called": called(row), "errors": [each["errors"] for each in (row.validation or {})["validationItems"]]}
    audit.record(tx, deed, subject_kind=_kind(row), subject=row.locator, detail=detail)


def _kind(row: Producer | ProducerCode) -> str:
    return "producer" if isinstance(row, Producer) else "producer_code"
