"""Underwriting a drafted transaction: by the code that its term will have, and again when it is issued."""

import re
from typing import Any

import pytest
from sqlalchemy import select, update

from portal_app.models.enums import FlagCause, FlagLevel, ProducerState, TransactionState
from portal_app.models.quotes import UnderwritingFlag
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden
from portal_app.services.ledger import drafts
from portal_app.services.sync import bulk
from portal_app.services.underwriting import flags, requests
from portal_app.services.underwriting.outcome import Outcome
from portal_app.services.underwriting.requests import TransactionUnderwriting
from tests.services.ledger.conftest import CANCELLATION, CHANGE, PRINCIPAL, RENEWAL, Desk, asked, at
from tests.services.producers.acting import listen
from tests.world import actor

DECEMBER = at(2026, 12, 1)
TO_2, TO_3 = asked(setProducerCode="HL-2"), asked(setProducerCode="HL-3")


@pytest.fixture(autouse=True)
def suspended(desk: Desk) -> None:
    put(desk.door, "HL-2", ProducerState.SUSPENDED)


def put(door: Door, code: str, state: ProducerState) -> None:
    with door.database.write() as db:
        db.execute(update(bulk.PRODUCER_CODE).where(bulk.PRODUCER_CODE.c.code == code).values(state=state))


def underwrite(desk: Desk, locator: str) -> TransactionUnderwriting:
    desk.clock.forward(minutes=1)
    return desk.door.run(requests.underwrite_transaction, PRINCIPAL, locator=locator)


def remove(desk: Desk, flag: str) -> Any:
    return desk.door.run(flags.remove, PRINCIPAL, locator=flag)


@pytest.mark.criterion("UW-04")
@pytest.mark.criterion("UW-05")
def test_it_fails_is_flagged_once_let_through_and_issued(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told = listen(monkeypatch)
    locator = desk.draft(CHANGE, DECEMBER, TO_2)
    assert re.search(r"code HL-2 is suspended\. Underwrite this transaction: that flags", desk.attempt(locator).refused)
    assert desk.door.run(flags.of_a_transaction, PRINCIPAL, locator=locator) == ()

    failed = underwrite(desk, locator)
    assert (failed.result.outcome, failed.transaction.state) == (Outcome.FAILED, TransactionState.DRAFT)
    assert [each.called for each in failed.result.invalid] == ["HL-2"]
    (flag,) = underwrite(desk, locator).result.flags
    assert (flag.transaction, flag.policy, flag.producer_code) == (locator, desk.locator, "HL-2")
    assert (flag.cause, flag.level, flag.quote) == (FlagCause.PRODUCER, FlagLevel.INFO, "")
    assert re.search(
        "The flag “Invalid Producer Qualification” stands; removing it lets the trans", desk.attempt(locator).refused
    )

    remove(desk, flag.locator)
    assert underwrite(desk, locator).result.outcome is Outcome.PASSED
    assert desk.issue(locator).state is TransactionState.ISSUED
    assert desk.codes(DECEMBER) == ("HL-2", "HL-1")
    (kept,) = desk.door.run(flags.of_a_transaction, PRINCIPAL, locator=locator)
    assert (kept.locator, kept.removed_by) == (flag.locator, PRINCIPAL.email)
    for verb in (requests.underwrite_transaction, flags.add_to_transaction):
        given = {} if verb is requests.underwrite_transaction else {"level": FlagLevel.INFO, "tag": "x"}
        with pytest.raises(Conflict, match="has been issued"):
            desk.door.run(verb, PRINCIPAL, locator=locator, **given)
    steps = [event for event, _ in told if event.startswith("policy.")]
    assert [event.removeprefix("policy.transaction.") for event in steps] == [
        "create",
        "underwritingFlag.add",
        "underwrite",
        "underwrite",
        "underwritingFlag.remove",
        "underwrite",
        "issue",
    ]


@pytest.mark.criterion("UW-04")
def test_the_code_that_counts_is_that_of_the_term_once_it_is_applied(desk: Desk) -> None:
    def outcome(*given: Any, kind: Any = CHANGE, when: Any = DECEMBER) -> Outcome:
        return underwrite(desk, desk.draft(kind, when, *given)).result.outcome

    # Only the code of record: the term goes on under HL-1, which is valid.
    assert outcome(asked(setProducerCodeOfRecord="HL-2")) is Outcome.PASSED
    # The last instruction of several.
    assert outcome(TO_2, TO_3) is Outcome.PASSED
    assert outcome(TO_3, TO_2) is Outcome.FAILED
    assert outcome(kind=CANCELLATION) is Outcome.PASSED
    put(desk.door, "HL-1", ProducerState.RETIRED)
    # What names no code goes by the one that the term has, of a renewal too; without a code there is nothing to check.
    assert outcome(kind=CANCELLATION) is Outcome.FAILED
    assert outcome(kind=RENEWAL, when=None) is Outcome.FAILED
    assert outcome(TO_3, kind=RENEWAL, when=None) is Outcome.PASSED
    cleared = underwrite(desk, desk.draft(CHANGE, DECEMBER, asked(clearProducerCode=True))).result
    assert (cleared.outcome, cleared.way, cleared.flags) == (Outcome.PASSED, (), ())


@pytest.mark.criterion("UW-04")
def test_out_of_sequence_the_code_of_its_own_moment_counts(desk: Desk) -> None:
    desk.issued(CHANGE, DECEMBER, TO_3)
    early = desk.draft(CHANGE, at(2026, 9, 1), TO_2)
    assert [each.called for each in underwrite(desk, early).result.invalid] == ["HL-2"]
    put(desk.door, "HL-3", ProducerState.SUSPENDED)
    put(desk.door, "HL-2", ProducerState.VALIDATED)
    assert underwrite(desk, early).result.outcome is Outcome.PASSED
    assert desk.issue(early).state is TransactionState.ISSUED


@pytest.mark.criterion("UW-05")
def test_flags_by_hand_stop_the_issue_by_the_same_rule(desk: Desk) -> None:
    locator = desk.draft(CHANGE, DECEMBER, TO_3)

    def flag(level: FlagLevel, tag: str) -> str:
        added = desk.door.run(flags.add_to_transaction, PRINCIPAL, locator=locator, level=level, tag=tag)
        return added.locator

    flag(FlagLevel.INFO, "Seen")
    flag(FlagLevel.BLOCK, "Wait")
    declined = flag(FlagLevel.DECLINE, "No")
    assert re.search(r"came to declined, by “Seen” \(info\), “Wait” \(block\) and “No”", desk.attempt(locator).refused)
    remove(desk, declined)
    assert underwrite(desk, locator).result.outcome is Outcome.BLOCKED
    flag(FlagLevel.APPROVE, "Fine")
    issued = desk.issue(locator)
    with desk.door.database.read() as db:
        standing = db.scalars(select(UnderwritingFlag.tag).where(UnderwritingFlag.transaction_locator == locator))
        assert sorted(standing) == ["Fine", "No", "Seen", "Wait"], "they keep standing with its locator"
    assert issued.locator == locator


@pytest.mark.criterion("UW-05")
def test_a_code_that_is_suspended_after_it_was_underwritten_stops_the_issue(desk: Desk) -> None:
    locator = desk.draft(CHANGE, DECEMBER, TO_3)
    assert underwrite(desk, locator).result.outcome is Outcome.PASSED
    put(desk.door, "HL-3", ProducerState.DRAFT)
    assert re.search("the producer code HL-3 is still a draft", desk.attempt(locator).refused)


@pytest.mark.criterion("UW-04")
def test_who_underwrites_a_transaction(desk: Desk) -> None:
    locator = desk.draft(CHANGE, DECEMBER, TO_3)
    for role in ("csr", "producer", "admin", "read_only"):
        with pytest.raises(Forbidden):
            desk.door.run(requests.underwrite_transaction, actor(role), locator=locator)  # type: ignore[arg-type]
    desk.door.run(drafts.discard, PRINCIPAL, locator=locator)
    with pytest.raises(Conflict, match="has been discarded"):
        underwrite(desk, locator)
