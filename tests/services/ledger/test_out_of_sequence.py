"""Transactions issued in any order, on a real database: the same as in order, at every moment and by either clock."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from portal_app.database import Database
from portal_app.models.enums import FeedKind, PolicyStatus, TransactionKind, TransactionState
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.ledger import drafts, outlook, reading
from portal_app.services.sync import bulk
from portal_app.services.sync.ledger import start_of
from tests.services.ledger.conftest import (
    CANCELLATION,
    CHANGE,
    CODES,
    PRINCIPAL,
    REINSTATEMENT,
    RENEWAL,
    Desk,
    asked,
    at,
    bare,
    check_order,
    check_rebuild,
)
from tests.services.sync.feed import MemoryFeed, policy
from tests.services.sync.test_policies import Stored, Sync
from tests.world import Clock

BEGINS = at(2026, 6, 1, 4)
Deed = tuple[TransactionKind, datetime, tuple[Any, ...]]


@pytest.mark.criterion("LEDGER-31")
def test_what_takes_effect_later_is_reversed_and_applied_again(
    desk: Desk, stored: Stored, database: Database, door: Door
) -> None:
    later = desk.issued(CHANGE, at(2026, 12, 10), asked(setProducerCodeOfRecord="HL-2"))
    renewal = desk.issued(RENEWAL)
    early = desk.issued(CHANGE, at(2026, 12, 1), asked(setProducerCode="HL-2"))

    rows = stored(bulk.LEDGER)
    check_order(rows)
    check_rebuild(database, door)
    by_locator = {each["locator"]: each for each in rows}
    for locator in (later.locator, renewal.locator):
        was = by_locator[locator]
        assert (was["state"], was["reversed_at"]) == (TransactionState.REVERSED, early.issued_at)
        assert was["reversed_by_id"] == by_locator[early.locator]["id"]
        [again] = [each for each in rows if each["reapplies_id"] == was["id"]]
        assert (again["state"], again["effective_at"]) == (TransactionState.ISSUED, was["effective_at"])
        assert (again["known_at"], again["instructions"]) == (was["known_at"], was["instructions"])
        assert desk.transaction(again["locator"]).reapplies == locator
    found = desk.transaction(later.locator)
    assert (found.state, found.reversed_by, found.segments) == (TransactionState.REVERSED, early.locator, ())
    # By now HL-2 is the current code, so that what set the code of record to it is a revert.
    again = next(each for each in rows if each["reapplies_id"] == by_locator[later.locator]["id"])
    assert desk.transaction(again["locator"]).processed == (asked(revertProducerCodeOfRecord=True),)
    assert desk.codes(at(2027, 7, 1)) == ("HL-2", "HL-2"), "the renewal was applied again too"


@pytest.mark.criterion("LEDGER-31")
def test_a_draft_that_was_created_first_goes_first_though_it_is_issued_last(desk: Desk, stored: Stored) -> None:
    moment = at(2026, 12, 1)
    first = desk.draft(CHANGE, moment, asked(setProducerCode="HL-2"))
    second = desk.draft(CHANGE, moment, asked(setProducerCode="HL-3"))
    third = desk.draft(CHANGE, moment, asked(setProducerCodeOfRecord="HL-2"))
    for locator in (third, second, first):
        desk.issue(locator)
    assert desk.codes(moment) == ("HL-3", "HL-2")
    check_order(stored(bulk.LEDGER))


@pytest.mark.criterion("LEDGER-32")
def test_what_would_not_fit_any_more_is_not_issued(desk: Desk, stored: Stored) -> None:
    desk.issued(CANCELLATION, at(2026, 12, 1))
    early = desk.draft(CANCELLATION, at(2026, 10, 1))
    before = stored(bulk.LEDGER)
    with pytest.raises(Conflict, match=r"the cancellation that takes effect at 2026-12-01T12:00:00Z would not be poss"):
        desk.issue(early)
    assert stored(bulk.LEDGER) == before


@pytest.mark.criterion("LEDGER-32")
def test_a_renewal_of_what_was_cancelled_meanwhile_is_not_issued(desk: Desk) -> None:
    renewal = desk.draft(RENEWAL)
    desk.issued(CANCELLATION, at(2026, 12, 1))
    with pytest.raises(Conflict, match="The policy has changed since this was drafted"):
        desk.issue(renewal)
    desk.issued(REINSTATEMENT, at(2026, 12, 2))
    desk.issue(renewal)


@pytest.mark.criterion("LEDGER-44")
def test_a_cancellation_takes_the_renewal_of_its_term_with_it(
    desk: Desk, stored: Stored, database: Database, door: Door
) -> None:
    renewal = desk.issued(RENEWAL)
    changed = desk.issued(CHANGE, at(2027, 7, 1), asked(setProducerCode="HL-2"))
    later = desk.issued(CHANGE, at(2026, 12, 20), asked(setProducerCode="HL-3"))
    draft = desk.draft(CANCELLATION, at(2026, 12, 9))
    told = door.run(outlook.outlook, PRINCIPAL, locator=draft)
    fallen = [each.locator for each in told.falls]
    assert [each.reapplies for each in map(desk.transaction, fallen)] == [renewal.locator, changed.locator]
    assert [each.locator for each in told.again] == [later.locator]

    desk.issue(draft)
    for locator in fallen:
        found = desk.transaction(locator)
        assert (found.state, found.reversed_by) == (TransactionState.REVERSED, draft)
    assert [each.effective for each in door.run(reading.terms, PRINCIPAL, policy=desk.locator).rows] == [BEGINS.date()]
    assert desk.snapshot(at(2027, 7, 2)).status is PolicyStatus.CANCELLED
    check_rebuild(database, door)
    check_order(stored(bulk.LEDGER))
    with pytest.raises(Invalid):
        desk.draft(CHANGE, at(2027, 7, 1), asked(setProducerCode="HL-2"))


@pytest.mark.criterion("LEDGER-44")
def test_a_term_on_which_the_feed_has_spoken_does_not_fall(
    desk: Desk, feed: MemoryFeed, sync: Sync, clock: Clock
) -> None:
    desk.issued(RENEWAL)
    clock.forward(minutes=1)
    feed.export(
        FeedKind.POLICIES, policy(effective=date(2027, 6, 1), expiration=date(2028, 6, 1), premium=Decimal("1300.00"))
    )
    sync()
    cancellation = desk.draft(CANCELLATION, at(2026, 12, 9))
    with pytest.raises(Conflict, match="the renewal that takes effect at 2027-06-01T04:00:00Z"):
        desk.issue(cancellation)


instructions = st.one_of(
    st.sampled_from(CODES).map(lambda code: asked(setProducerCode=code)),
    st.sampled_from(CODES).map(lambda code: asked(setProducerCodeOfRecord=code)),
    st.just(asked(clearProducerCode=True)),
    st.just(asked(revertProducerCodeOfRecord=True)),
)


class Sequences(RuleBasedStateMachine):
    """People draft and issue on a policy in any order. What they issued is issued once more in order on another."""

    # Set by the test, on the class.
    fresh: Callable[[], Desk]
    check: Callable[[], None]
    stored: Stored

    def __init__(self) -> None:
        super().__init__()
        self.desk = type(self).fresh()
        self.drafts: list[tuple[str, int, Deed]] = []
        self.issued: list[tuple[datetime, int, Deed]] = []
        self.then: list[tuple[datetime, Any]] = []
        self.known: list[tuple[datetime, datetime, Any]] = []
        self.created = 0

    @rule(
        kind=st.sampled_from([CHANGE, CHANGE, CANCELLATION, REINSTATEMENT, RENEWAL]),
        day=st.integers(0, 729),
        given=st.lists(instructions, min_size=1, max_size=2),
    )
    def draft(self, kind: TransactionKind, day: int, given: list[Any]) -> None:
        moment = None if kind is RENEWAL else BEGINS + timedelta(days=day // 7 * 7)
        try:
            locator = self.desk.draft(kind, moment, *given)
        except Invalid:
            return
        found = self.desk.transaction(locator)
        self.created += 1
        self.drafts.append((locator, self.created, (kind, found.effective_at, tuple(given))))

    @precondition(lambda self: self.drafts)
    @rule(data=st.data())
    def issue(self, data: st.DataObject) -> None:
        locator, created, deed = self.drafts.pop(data.draw(st.integers(0, len(self.drafts) - 1)))
        try:
            self.desk.issue(locator)
        except Conflict:
            self.desk.door.run(drafts.discard, PRINCIPAL, locator=locator)
            return
        self.issued.append((deed[1], created, deed))
        now = self.desk.clock.now
        self.then.append((now, self.desk.snapshot(now, by_issued_time=True)))
        self.known.append((deed[1], now, self.desk.snapshot(deed[1])))
        type(self).check()

    def over(self) -> datetime:
        """When the last term that there is ends: what was issued for later has fallen with a cancellation."""
        found = self.desk.door.run(reading.terms, PRINCIPAL, policy=self.desk.locator)
        return max(start_of(term.expiration, self.desk.door.settings.zone) for term in found.rows)

    @invariant()
    def the_record_remembers_what_it_said(self) -> None:
        for moment, said in self.then:
            assert bare(self.desk.snapshot(moment, by_issued_time=True)) == bare(said)
        for moment, known, said in self.known:
            assert bare(self.desk.snapshot(moment, known_at=known)) == bare(said)

    def teardown(self) -> None:
        check_order([each for each in type(self).stored(bulk.LEDGER) if each["policy_id"] == self.number()])
        other, over = type(self).fresh(), self.over()
        for _, _, (kind, moment, given) in sorted(self.issued, key=lambda each: each[:2]):
            if moment < over:
                other.issued(kind, moment, *given)
            else:
                # In order it would not even be drafted: the term that it renews, or is about, is cancelled by then.
                with pytest.raises(Invalid):
                    other.issued(kind, moment, *given)
        ends = {moment for moment, _, _ in self.issued} | {BEGINS, at(2028, 12, 1)}
        for moment in sorted(ends | {each - timedelta(seconds=1) for each in ends if each > BEGINS}):
            assert bare(self.desk.snapshot(moment)) == bare(other.snapshot(moment))
        type(self).check()

    def number(self) -> int:
        return next(each["id"] for each in type(self).stored(bulk.POLICY) if each["locator"] == self.desk.locator)


@pytest.mark.criterion("LEDGER-31")
@pytest.mark.timeout(240)
def test_any_order_of_issuing_gives_the_same_snapshots_at_every_moment(
    book: None, feed: MemoryFeed, sync: Sync, door: Door, clock: Clock, stored: Stored, database: Database
) -> None:
    made = iter(range(2, 100_000))
    number_of = {"number": "PA-X"}

    def fresh() -> Desk:
        """Another policy, like all of them but for what names it."""
        name = f"P{next(made)}"
        clock.forward(minutes=1)
        feed.replace(FeedKind.POLICIES, policy(name, **number_of), at=clock.now)
        sync()
        return Desk(door, clock, next(each["locator"] for each in stored(bulk.POLICY) if each["source_id"] == name))

    machine = type("Machine", (Sequences,), {})
    machine.fresh, machine.stored = staticmethod(fresh), staticmethod(stored)
    machine.check = staticmethod(lambda: check_rebuild(database, door))
    examples = 8 if database.dialect == "sqlite" else 4
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=14, suppress_health_check=quiet)
    )
