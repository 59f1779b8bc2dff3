"""A transaction from draft to issue, and what is refused on the way."""

from datetime import datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select, update

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Grant, Origin, PolicyStatus, ProducerState, Role, TransactionKind, TransactionState
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.ledger import drafts, issuing, reading, snapshots
from portal_app.services.ledger.rules import Act, can_act, check_act
from portal_app.services.policies import detail
from portal_app.services.sync import bulk
from tests.services.ledger import states_document
from tests.services.ledger.conftest import (
    CANCELLATION,
    CHANGE,
    PRINCIPAL,
    REINSTATEMENT,
    RENEWAL,
    Desk,
    asked,
    at,
    check_rebuild,
)
from tests.services.sync.test_policies import Stored
from tests.world import Clock, actor

DECEMBER = at(2026, 12, 1)
TO_2 = asked(setProducerCode="HL-2")


@pytest.mark.criterion("LEDGER-22")
def test_nothing_changes_before_it_is_issued(desk: Desk, stored: Stored, database: Database, door: Door) -> None:
    before = [stored(table) for table in (bulk.POLICY, bulk.POLICY_TERM)]
    locator = desk.draft(CHANGE, DECEMBER, TO_2)
    assert [stored(table) for table in (bulk.POLICY, bulk.POLICY_TERM)] == before
    assert desk.codes(DECEMBER) == ("HL-1", "HL-1")
    check_rebuild(database, door)

    issued = desk.issue(locator)

    assert (issued.locator, issued.state) == (locator, TransactionState.ISSUED)
    assert desk.codes(DECEMBER) == ("HL-2", "HL-1")
    [policy] = stored(bulk.POLICY)
    [term] = stored(bulk.POLICY_TERM)
    codes = {each["id"]: each["code"] for each in stored(bulk.PRODUCER_CODE)}
    assert (codes[term["producer_code_id"]], codes[term["code_of_record_id"]]) == ("HL-2", "HL-1")
    assert codes[policy["producer_code_id"]] == "HL-1", "the other takes effect later"
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-22")
def test_a_draft_is_changed_and_discarded(desk: Desk, door: Door) -> None:
    locator = desk.draft(CHANGE, DECEMBER, TO_2)
    wanted = [asked(setProducerCode="HL-3")]
    changed = door.run(drafts.update, PRINCIPAL, locator=locator, asked=wanted, effective_at=at(2026, 12, 5))
    assert (changed.instructions, changed.effective_at) == (tuple(wanted), at(2026, 12, 5))
    assert [each.producer_info.producer_code for each in changed.segments] == ["HL-3"]
    kept = door.run(drafts.update, PRINCIPAL, locator=locator)
    assert (kept.instructions, kept.effective_at) == (changed.instructions, changed.effective_at)

    discarded = door.run(drafts.discard, PRINCIPAL, locator=locator)

    assert discarded.state is TransactionState.DISCARDED
    assert desk.codes(at(2026, 12, 6)) == ("HL-1", "HL-1")
    for act in (drafts.discard, drafts.update, issuing.issue):
        with pytest.raises(Conflict, match="has been discarded"):
            door.run(act, PRINCIPAL, locator=locator)


@pytest.mark.criterion("LEDGER-23")
def test_the_table_of_transitions_is_kept(desk: Desk, door: Door) -> None:
    draft, issued_one = TransactionState.DRAFT, TransactionState.ISSUED
    may = {(draft, act) for act in (Act.UPDATE, Act.UNDERWRITE, Act.ISSUE, Act.DISCARD)} | {(issued_one, Act.REVERSE)}
    for state, act in product(TransactionState, Act):
        assert can_act(state, act) is ((state, act) in may)
        if (state, act) not in may:
            with pytest.raises(Conflict):
                check_act(state, act)
    issued = desk.issued(CHANGE, DECEMBER, TO_2)
    for act_on in (drafts.discard, drafts.update, issuing.issue):
        with pytest.raises(Conflict, match="has been issued"):
            door.run(act_on, PRINCIPAL, locator=issued.locator)


@pytest.mark.criterion("LEDGER-23")
def test_the_diagram_of_states_is_current() -> None:
    assert states_document.PLACE.read_text(encoding="utf-8") == states_document.text()


@pytest.mark.criterion("LEDGER-24")
@pytest.mark.parametrize(
    ("kind", "moment", "sentence"),
    [
        (CHANGE, at(2026, 5, 31), "No term of the policy is in force at that moment."),
        (CHANGE, at(2027, 6, 1), "No term of the policy is in force at that moment."),
        (CANCELLATION, at(2027, 6, 1), "No term of the policy is in force at that moment."),
        (REINSTATEMENT, DECEMBER, "Only a cancelled term is reinstated; at that moment it is active."),
        (RENEWAL, at(2027, 5, 31), "The last term lasts until 2027-06-01; a renewal comes after it."),
        (RENEWAL, at(2027, 6, 1, 5), "A term begins with a day where the agency is, such as 2027-06-01T04:00:00Z."),
        (RENEWAL, at(2029, 6, 1, 4), "That is more than a year after the last term."),
        (CHANGE, None, "Say when it takes effect."),
    ],
)
def test_what_fits_no_term_is_refused(desk: Desk, kind: TransactionKind, moment: datetime, sentence: str) -> None:
    given = [TO_2] if kind is CHANGE else []
    with pytest.raises(Invalid) as refused:
        desk.draft(kind, moment, *given)
    assert refused.value.problems == {"effective_time": sentence}


@pytest.mark.criterion("LEDGER-24")
def test_cancelled_and_reinstated(desk: Desk, stored: Stored, database: Database, door: Door) -> None:
    begins = at(2026, 6, 1, 4)
    with pytest.raises(Invalid):
        desk.draft(CANCELLATION, at(2026, 6, 1, 3))
    desk.issued(CANCELLATION, begins, asked(setProducerCode="HL-2"))
    assert stored(bulk.POLICY)[0]["status"] is PolicyStatus.CANCELLED
    assert desk.codes(begins) == ("HL-2", "HL-1")
    with pytest.raises(Invalid, match="Only an active term is cancelled; at that moment it is cancelled"):
        desk.draft(CANCELLATION, DECEMBER)
    with pytest.raises(Invalid, match="Reinstate it before it is renewed"):
        desk.draft(RENEWAL)
    desk.issued(REINSTATEMENT, DECEMBER, asked(clearProducerCode=True))
    assert stored(bulk.POLICY)[0]["status"] is PolicyStatus.ACTIVE
    assert desk.codes(DECEMBER) == ("", "HL-1")
    assert not desk.snapshot(at(2026, 8, 1)).in_force
    assert desk.snapshot(at(2027, 1, 1)).in_force
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-25")
def test_a_renewal_carries_the_term_before_forward(desk: Desk, stored: Stored, database: Database, door: Door) -> None:
    desk.issued(CHANGE, DECEMBER, TO_2)
    assert desk.codes(DECEMBER) == ("HL-2", "HL-1")
    renewed = desk.issued(RENEWAL)

    assert renewed.term_effective.isoformat() == "2027-06-01"
    before, after = desk.snapshot(at(2027, 5, 1)), desk.snapshot(at(2027, 7, 1))
    assert (after.number, after.premium, after.coverages) == (before.number, before.premium, before.coverages)
    assert (after.term_expiration.isoformat(), after.vehicles) == ("2028-06-01", before.vehicles)
    assert desk.codes(at(2027, 7, 1)) == ("HL-2", "HL-2"), "issuing a renewal sets the code of record"
    assert desk.codes(at(2027, 5, 1)) == ("HL-2", "HL-1")
    assert [each["effective"].year for each in stored(bulk.POLICY_TERM)] == [2026, 2027]
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-25")
@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ([asked(setProducerCode="HL-3")], ("HL-3", "HL-3")),
        ([asked(setProducerCode="HL-2"), asked(setProducerCode="HL-3")], ("HL-3", "HL-3")),
        ([asked(setProducerCodeOfRecord="HL-3")], ("HL-1", "HL-3")),
        ([asked(clearProducerCode=True)], ("", "")),
    ],
)
def test_a_renewals_own_instructions_come_on_top(desk: Desk, given: list[Any], codes: tuple[str, str]) -> None:
    renewed = desk.issued(RENEWAL, None, *given)
    assert desk.codes(at(2027, 7, 1)) == codes
    [segment] = renewed.segments
    info = segment.producer_info
    assert (info.producer_code, info.producer_code_of_record) == codes


@pytest.mark.criterion("LEDGER-25")
def test_a_term_that_begins_without_a_code_takes_the_first_as_its_code_of_record(desk: Desk) -> None:
    desk.issued(RENEWAL, None, asked(clearProducerCode=True))
    desk.issued(CHANGE, at(2027, 8, 1), TO_2)
    desk.issued(CHANGE, at(2027, 9, 1), asked(setProducerCode="HL-3"))
    assert desk.codes(at(2027, 7, 1)) == ("", "")
    assert desk.codes(at(2027, 8, 2)) == ("HL-2", "HL-2")
    assert desk.codes(at(2027, 9, 2)) == ("HL-3", "HL-2")


@pytest.mark.criterion("LEDGER-20")
def test_the_answer_shows_a_code_of_record_that_was_processed_as_a_revert(desk: Desk) -> None:
    desk.issued(CHANGE, DECEMBER, TO_2)
    given = asked(setProducerCodeOfRecord="HL-2")
    issued = desk.issued(CHANGE, at(2026, 12, 5), given)
    assert issued.instructions == (given,)
    assert issued.processed == (asked(revertProducerCodeOfRecord=True),)
    assert desk.codes(at(2026, 12, 6)) == ("HL-2", "HL-2")


@pytest.mark.criterion("LEDGER-21")
def test_codes_that_are_unknown_or_over_are_refused(desk: Desk, database: Database, door: Door) -> None:
    with pytest.raises(Invalid, match="There is no producer code HL-9"):
        desk.draft(CHANGE, DECEMBER, asked(setProducerCodeOfRecord="HL-9"))
    locator = desk.draft(CHANGE, DECEMBER, TO_2)
    for state in (ProducerState.DISCARDED, ProducerState.RETIRED):
        _put(database, state)
        with pytest.raises(Invalid, match=f"The producer code HL-2 is {state} and cannot be used again"):
            desk.draft(CHANGE, DECEMBER, TO_2)
        with pytest.raises(Invalid, match="cannot be used again"):
            desk.issue(locator)
    _put(database, ProducerState.VALIDATED)
    of_record = desk.draft(CHANGE, DECEMBER, asked(setProducerCodeOfRecord="HL-2"))
    for state in (ProducerState.DISCARDED, ProducerState.RETIRED):
        _put_holder(database, state)
        for locator_there in (locator, of_record):
            with pytest.raises(Invalid, match=f"The producer of HL-2 is {state}, and the code cannot be used again"):
                desk.issue(locator_there)
        with pytest.raises(Invalid, match="The producer of HL-2"):
            desk.draft(CHANGE, DECEMBER, asked(setProducerCodeOfRecord="HL-2"))
    _put_holder(database, ProducerState.VALIDATED)
    for state in (ProducerState.SUSPENDED, ProducerState.DRAFT):
        _put(database, state)
        desk.draft(CHANGE, DECEMBER, TO_2)
    _put(database, ProducerState.VALIDATED)
    desk.issue(locator)
    with pytest.raises(Invalid, match="A change needs an instruction"):
        desk.draft(CHANGE, DECEMBER)


def _put(database: Database, state: ProducerState) -> None:
    code = bulk.PRODUCER_CODE
    with database.write() as db:
        db.execute(update(code).where(code.c.code == "HL-2").values(state=state))


def _put_holder(database: Database, state: ProducerState) -> None:
    code, producer = bulk.PRODUCER_CODE.c, bulk.PRODUCER
    with database.write() as db:
        holder = select(code.producer_id).where(code.code == "HL-2").scalar_subquery()
        db.execute(update(producer).where(producer.c.id == holder).values(state=state))


@pytest.mark.criterion("LEDGER-26")
def test_a_draft_counts_only_on_top_of_what_its_author_saw(desk: Desk, door: Door) -> None:
    seen = door.run(reading.transactions, PRINCIPAL, policy=desk.locator).version
    one = desk.draft(CHANGE, DECEMBER, TO_2, version=seen)
    other = desk.draft(CHANGE, DECEMBER, asked(setProducerCode="HL-3"), version=seen)
    desk.issue(one)
    with pytest.raises(Conflict, match="has changed since you looked"):
        desk.issue(other)
    with pytest.raises(Conflict):
        desk.draft(CHANGE, DECEMBER, TO_2, version=seen)
    again = door.run(reading.terms, PRINCIPAL, policy=desk.locator).version
    door.run(drafts.update, PRINCIPAL, locator=other, version=again)
    desk.issue(other)
    assert desk.codes(DECEMBER) == ("HL-3", "HL-1")


@pytest.mark.criterion("LEDGER-27")
def test_each_step_is_in_the_trail(desk: Desk, door: Door, database: Database) -> None:
    locator = desk.draft(CHANGE, DECEMBER, TO_2)
    door.run(drafts.update, PRINCIPAL, locator=locator, effective_at=at(2026, 12, 2))
    desk.issue(locator)
    door.run(drafts.discard, PRINCIPAL, locator=desk.draft(CANCELLATION, DECEMBER))
    with database.read() as db:
        events = select(AuditEvent).where(AuditEvent.action.startswith("transaction.")).order_by(AuditEvent.id)
        told = [(each.action, each.subject, each.detail.get("transaction", "")) for each in db.scalars(events)]
    assert [action for action, _, _ in told] == [
        "transaction.drafted",
        "transaction.changed",
        "transaction.issued",
        "transaction.drafted",
        "transaction.discarded",
    ]
    assert {subject for _, subject, _ in told} == {desk.locator}
    assert told[2][2] == locator


CSR = actor(Role.CSR)
GRANTED = actor(Role.CSR, None, Grant.UNDERWRITING)
SERVICES = (
    (drafts.draft, {"kind": CHANGE, "effective_at": DECEMBER, "asked": [TO_2]}, "policy"),
    (reading.transactions, {}, "policy"),
    (reading.terms, {}, "policy"),
    (snapshots.snapshot, {"at": DECEMBER}, "locator"),
)


@pytest.mark.criterion("LEDGER-27")
def test_who_may_write_and_who_may_read(desk: Desk, door: Door, clock: Clock) -> None:
    locator = desk.draft(CHANGE, DECEMBER, TO_2)
    for person in (CSR, actor(Role.PRODUCER, 1), actor(Role.ADMIN), actor(Role.READ_ONLY)):
        for service in (drafts.update, drafts.discard, issuing.issue):
            with pytest.raises(Forbidden):
                door.run(service, person, locator=locator)
        with pytest.raises(Forbidden):
            door.run(drafts.draft, person, policy=desk.locator, kind=RENEWAL)
    assert door.run(drafts.discard, GRANTED, locator=locator).state is TransactionState.DISCARDED
    assert door.run(reading.transaction, actor(Role.READ_ONLY), locator=locator).locator == locator
    with pytest.raises(Forbidden):
        door.run(reading.transaction, actor(Role.ADMIN), locator=locator)


@pytest.mark.criterion("LEDGER-27")
def test_a_strangers_ledger_does_not_exist(desk: Desk, door: Door, stored: Stored) -> None:
    locator = desk.draft(CHANGE, DECEMBER, TO_2)
    owners = {each["code"]: each["producer_id"] for each in stored(bulk.PRODUCER_CODE)}
    owner, stranger = actor(Role.PRODUCER, owners["HL-1"]), actor(Role.PRODUCER, owners["HL-2"])
    assert _sees(door, owner, desk, locator)
    assert not _sees(door, stranger, desk, locator)


def _sees(door: Door, person: Actor, desk: Desk, locator: str) -> bool:
    asked_for = [(reading.transaction, {"locator": locator})]
    asked_for += [(service, {name: desk.locator} | given) for service, given, name in SERVICES[1:]]
    answers = set()
    for service, given in asked_for:
        try:
            door.run(service, person, **given)
            answers.add(True)
        except NotFound:
            answers.add(False)
    [answer] = answers
    return answer


@pytest.mark.criterion("LEDGER-28")
def test_the_policys_history_tells_each_transaction_once(desk: Desk, door: Door) -> None:
    desk.issued(CHANGE, at(2026, 12, 10), asked(setProducerCode="HL-3"))
    desk.issued(RENEWAL)
    desk.issued(CHANGE, DECEMBER, TO_2, asked(setProducerCodeOfRecord="HL-3"))
    history = door.run(detail.policy, PRINCIPAL, locator=desk.locator).history
    assert [(each.kind, each.origin, each.changes) for each in history[:-1]] == [
        (RENEWAL, Origin.PORTAL, ("Term Jun 1, 2027 to Jun 1, 2028",)),
        (CHANGE, Origin.PORTAL, ("Producer code HL-2 → HL-3",)),
        (CHANGE, Origin.PORTAL, ("Producer code HL-1 → HL-2", "Producer code of record HL-1 → HL-3")),
    ]
    assert history[0].known_at < history[2].known_at, "what is applied again is as old as it was"
