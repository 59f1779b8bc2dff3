"""A policy at a moment, and the producers above its code."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, select

from portal_app.database import Database
from portal_app.models.enums import FeedKind, Grant, PolicyStatus, ProducerState, Role
from portal_app.models.parents import ProducerCodeHolder, ProducerParent
from portal_app.models.producers import Producer
from portal_app.services.access import Actor, Gate, system
from portal_app.services.door import Door, Tx, writes
from portal_app.services.errors import NotFound
from portal_app.services.ledger import reading, snapshots
from portal_app.services.policies.views import CoverageLine, VehicleLine
from portal_app.services.producers import find
from portal_app.services.producers.parents import chain_at, holder_at, parent_at, set_parent
from portal_app.services.sync import bulk
from tests.services.ledger.conftest import CANCELLATION, CHANGE, PRINCIPAL, RENEWAL, Desk, asked, at
from tests.services.producers.acting import ADMIN, patch, patch_code
from tests.services.sync.feed import MemoryFeed, policy, producer
from tests.services.sync.test_policies import Stored, Sync
from tests.world import Clock, actor

TO_2 = asked(setProducerCode="HL-2")


@pytest.mark.criterion("SNAP-01")
def test_a_snapshot_is_the_policy_in_force_at_that_moment(desk: Desk) -> None:
    change = desk.issued(CHANGE, at(2026, 12, 1), TO_2)
    found = desk.snapshot(datetime(2027, 1, 1, tzinfo=UTC))

    assert (found.policy, found.number, found.line) == (desk.locator, "PA-P1", "Personal auto")
    assert (found.carrier, found.insured_name) == ("Granite Mutual", "Ada Grove")
    assert (found.status, found.premium, found.in_force) == (PolicyStatus.ACTIVE, Decimal("1200.00"), True)
    assert (found.term_effective, found.term_expiration) == (date(2026, 6, 1), date(2027, 6, 1))
    assert found.coverages[0] == CoverageLine("Liability", "100/300", "", Decimal("400.00"))
    assert found.coverages[1] == CoverageLine("Collision", "", "500", None)
    assert found.vehicles == (VehicleLine("1HGCM82633A004352", "2019 Honda Accord"),)
    assert found.locations == ("12 Elm St, Providence RI 02903",)
    segment = found.segment
    assert (segment.begins_at, segment.ends_at) == (at(2026, 12, 1), at(2027, 6, 1, 4))
    assert (segment.transaction, segment.producer_info) == (change.locator, found.producer_info)
    assert [each.name for each in found.producers] == ["Producer HL-2"]


@pytest.mark.criterion("SNAP-01")
def test_a_moment_belongs_to_the_segment_that_begins_with_it(desk: Desk) -> None:
    desk.issued(CHANGE, at(2026, 12, 1), TO_2)
    desk.issued(RENEWAL)
    assert desk.codes(at(2026, 12, 1)) == ("HL-2", "HL-1")
    assert desk.codes(at(2026, 12, 1).replace(second=0, hour=11, minute=59)) == ("HL-1", "HL-1")
    assert desk.snapshot(at(2027, 6, 1, 4)).term_effective == date(2027, 6, 1)
    assert desk.snapshot(at(2027, 6, 1, 3)).term_effective == date(2026, 6, 1)
    assert not desk.snapshot(at(2028, 6, 1)).in_force, "what has run out is told, and that it has"


@pytest.mark.criterion("SNAP-02")
def test_before_the_first_transaction_there_is_nothing(desk: Desk, clock: Clock) -> None:
    with pytest.raises(NotFound, match="Nothing of this policy was in effect by 2026-06-01T03:00:00Z"):
        desk.snapshot(at(2026, 6, 1, 3))
    with pytest.raises(NotFound, match="Nothing of this policy was issued by 2026-06-01T12:00:00Z"):
        desk.snapshot(at(2026, 6, 1), by_issued_time=True)
    with pytest.raises(NotFound):
        desk.snapshot(at(2026, 12, 1), known_at=at(2026, 11, 1))


@pytest.mark.criterion("SNAP-03")
def test_the_two_clocks(desk: Desk, clock: Clock) -> None:
    """A change of last August is issued in November: the one clock knows it since August, the other since November."""
    before = clock.now
    desk.issued(CHANGE, at(2026, 8, 1), TO_2)
    after = clock.now

    assert desk.codes(at(2026, 9, 1)) == ("HL-2", "HL-1")
    assert desk.codes(at(2026, 7, 1)) == ("HL-1", "HL-1")
    assert desk.codes(before, by_issued_time=True) == ("HL-1", "HL-1")
    assert desk.codes(after, by_issued_time=True) == ("HL-2", "HL-1")
    assert desk.codes(at(2026, 9, 1), known_at=before) == ("HL-1", "HL-1")
    assert desk.codes(at(2026, 9, 1), known_at=after) == ("HL-2", "HL-1")


@pytest.mark.criterion("SNAP-03")
def test_by_issued_time_what_was_reversed_since_still_counts(desk: Desk, clock: Clock) -> None:
    desk.issued(CHANGE, at(2026, 10, 1), asked(setProducerCodeOfRecord="HL-3"))
    between = clock.now
    said = desk.snapshot(between, by_issued_time=True)
    desk.issued(CHANGE, at(2026, 9, 1), TO_2)

    assert desk.snapshot(between, by_issued_time=True) == said
    assert desk.codes(clock.now, by_issued_time=True) == ("HL-2", "HL-3")


@pytest.mark.criterion("SNAP-04")
def test_the_hierarchy_is_that_of_the_moment(
    desk: Desk, feed: MemoryFeed, sync: Sync, clock: Clock, door: Door, stored: Stored
) -> None:
    first = clock.now
    assert [each.name for each in desk.snapshot(at(2026, 12, 1)).producers] == ["Producer HL-1"]
    clock.now = datetime(2026, 12, 10, tzinfo=UTC)
    moved = [producer("HL-2", "Producer HL-2"), producer("HL-1", "Producer HL-1", parent_code="HL-2")]
    feed.replace(FeedKind.PRODUCERS, *moved, at=clock.now)
    sync()
    clock.now = datetime(2026, 12, 20, tzinfo=UTC)
    moved[1] = producer("HL-1", "Producer HL-1", parent_code="HL-3")
    feed.replace(FeedKind.PRODUCERS, producer("HL-3", "Producer HL-3", parent_code="HL-2"), *moved, at=clock.now)
    sync()

    def names(moment: datetime, **more: Any) -> list[str]:
        return [each.name.removeprefix("Producer ") for each in desk.snapshot(moment, **more).producers]

    assert names(first) == ["HL-1"]
    assert names(datetime(2026, 12, 15, tzinfo=UTC)) == ["HL-1", "HL-2"]
    late = datetime(2026, 12, 25, tzinfo=UTC)
    assert names(late) == ["HL-1", "HL-3", "HL-2"]
    # As it was known before each move, also of a moment that was to come then.
    assert names(late, known_at=datetime(2026, 12, 15, tzinfo=UTC)) == ["HL-1", "HL-2"]
    assert names(late, known_at=first) == names(first, known_at=late) == ["HL-1"]
    assert names(datetime(2026, 12, 15, tzinfo=UTC), known_at=late) == ["HL-1", "HL-2"]
    assert names(datetime(2026, 12, 15, tzinfo=UTC), by_issued_time=True) == ["HL-1", "HL-2"]
    kept = stored(ProducerParent.__table__)  # type: ignore[attr-defined]
    assert len(kept) == 5, "the first change of each keeps what was before"


@pytest.mark.criterion("SNAP-06")
def test_the_hierarchy_is_that_of_who_held_the_code_at_that_moment(
    desk: Desk, clock: Clock, door: Door, stored: Stored
) -> None:
    """Issued on 20 November; the code goes to the second on 10 December and to the third on 20 December."""
    first = clock.now
    codes = [door.run(find.code_named, ADMIN, code=each) for each in ("HL-1", "HL-2", "HL-3")]
    patch(
        door,
        door.run(find.producer, ADMIN, locator=codes[0].producer_locator),
        parent_locator=codes[2].producer_locator,
    )
    for day, to in ((10, codes[1]), (20, codes[2]), (21, codes[2])):
        clock.now = datetime(2026, 12, day, tzinfo=UTC)
        patch_code(door, codes[0], producer_locator=to.producer_locator)

    def names(moment: datetime, **more: Any) -> list[str]:
        return [each.name.removeprefix("Producer ") for each in desk.snapshot(moment, **more).producers]

    assert names(at(2026, 7, 1)) == ["HL-1"], "as far back as is known"
    assert names(first) == ["HL-1", "HL-3"]
    assert names(datetime(2026, 12, 15, tzinfo=UTC)) == ["HL-2"]
    assert names(datetime(2026, 12, 25, tzinfo=UTC)) == ["HL-3"]
    assert names(datetime(2026, 12, 25, tzinfo=UTC), known_at=datetime(2026, 12, 15, tzinfo=UTC)) == ["HL-2"]
    kept = stored(ProducerCodeHolder.__table__)  # type: ignore[attr-defined]
    assert len(kept) == 3, "the first move keeps what was before, and a move to the same is none"


@pytest.mark.criterion("SNAP-06")
def test_a_producer_is_shown_as_much_of_the_hierarchy_as_they_may_see(
    desk: Desk, door: Door, database: Database
) -> None:
    lower, upper = (
        door.run(find.producer, ADMIN, locator=door.run(find.code_named, ADMIN, code=each).producer_locator)
        for each in ("HL-1", "HL-2")
    )
    patch(door, lower, parent_locator=upper.locator)
    with database.read() as db:
        named = {each.locator: each.id for each in db.scalars(select(Producer))}

    def shown(who: Actor) -> list[str]:
        found = door.run(snapshots.snapshot, who, locator=desk.locator, at=at(2026, 12, 1))
        return [each.name for each in found.producers]

    assert shown(PRINCIPAL) == ["Producer HL-1", "Producer HL-2"]
    assert shown(replace(actor(Role.PRODUCER), producer_id=named[lower.locator])) == ["Producer HL-1"]
    above = replace(actor(Role.PRODUCER), producer_id=named[upper.locator], grants=frozenset({Grant.DOWNLINE}))
    assert shown(above) == ["Producer HL-1", "Producer HL-2"]


@pytest.mark.criterion("SNAP-03")
def test_what_fell_at_a_moment_is_not_known_at_that_moment(desk: Desk, clock: Clock) -> None:
    desk.issued(RENEWAL)
    desk.issued(CANCELLATION, at(2026, 12, 1))
    fell, renewed = clock.now, at(2027, 7, 1)
    assert desk.snapshot(renewed, known_at=fell - timedelta(seconds=1)).term_effective == date(2027, 6, 1)
    then = desk.snapshot(renewed, known_at=fell)
    assert (then.term_effective, then.status) == (date(2026, 6, 1), PolicyStatus.CANCELLED)


@writes(Gate.SYSTEM)
def put_below(tx: Tx, *, lower: int, upper: int | None) -> None:
    set_parent(tx, lower, upper)


@pytest.mark.criterion("SNAP-04")
def test_parents_are_kept_from_the_first_change_on(door: Door, database: Database, clock: Clock) -> None:
    named = [
        {"locator": f"0000000000000000000000000{number}", "type": "Producer", "kind": "individual", "npn": ""}
        | {"name": str(number), "state": ProducerState.VALIDATED, "data": {}, "created_at": clock.now}
        for number in range(3)
    ]
    with database.write() as db:
        db.execute(insert(bulk.PRODUCER), named)
        top, middle, low = db.scalars(select(bulk.PRODUCER.c.id).order_by(bulk.PRODUCER.c.id)).all()
    begun = clock.now
    for lower, upper in ((low, middle), (low, middle), (middle, top), (low, top), (low, None)):
        clock.forward(days=1)
        door.run(put_below, system("test"), lower=lower, upper=upper)

    with database.read() as db:
        days = [begun.replace(day=begun.day + more) for more in range(6)]
        assert [parent_at(db, low, day) for day in days] == [None, middle, middle, middle, top, None]
        assert [[each.name for each in chain_at(db, low, day)] for day in days] == [
            ["2"],
            ["2", "1"],
            ["2", "1"],
            ["2", "1", "0"],
            ["2", "0"],
            ["2"],
        ]
        assert parent_at(db, top, begun) is None
        assert len(db.scalars(select(ProducerParent.id)).all()) == 6


@pytest.mark.criterion("SNAP-04")
def test_of_two_moves_the_one_that_was_written_last_holds(desk: Desk, door: Door, clock: Clock) -> None:
    """Also where it looked at its clock before the other one did."""
    codes = [door.run(find.code_named, ADMIN, code=each) for each in ("HL-1", "HL-2", "HL-3")]
    lower, *uppers = (door.run(find.producer, ADMIN, locator=each.producer_locator) for each in codes)
    begun = clock.now
    for second, (upper, to) in ((2, (uppers[0], codes[1])), (1, (uppers[1], codes[2]))):
        clock.now = begun + timedelta(seconds=second)
        patch(door, lower, parent_locator=upper.locator)
        patch_code(door, codes[0], producer_locator=to.producer_locator)
    clock.now = begun + timedelta(seconds=9)
    with door.database.read() as db:
        row = db.scalars(select(Producer).where(Producer.locator == lower.locator)).one()
        assert parent_at(db, row.id or 0, clock.now) == row.parent_id
        assert [each.locator for each in chain_at(db, row.id or 0, clock.now)] == [lower.locator, uppers[1].locator]
        last = db.scalars(select(Producer).where(Producer.locator == codes[2].producer_locator)).one()
        assert holder_at(db, "HL-1", clock.now) == last.id


@pytest.mark.criterion("SNAP-05")
def test_a_ledger_from_before_it_was_kept_in_order_is_read_all_the_same(
    desk: Desk, feed: MemoryFeed, sync: Sync, database: Database, door: Door, clock: Clock, stored: Stored
) -> None:
    clock.forward(minutes=1)
    feed.replace(FeedKind.POLICIES, policy(premium=Decimal(900)), at=clock.now)
    sync()
    began, change = stored(bulk.LEDGER)
    kept = {name: value for name, value in change.items() if name not in ("id", "locator")}
    early = {"changes": {"premium": "700.00"}, "effective_at": at(2026, 8, 1), "locator": "00000000000000000000000000"}
    with database.write() as db:
        db.execute(insert(bulk.LEDGER), [kept | early])

    premiums = [
        each.premium for each in door.run(reading.segments_of, PRINCIPAL, policy=desk.locator, term=date(2026, 6, 1))
    ]
    assert premiums == [Decimal("1200.00"), Decimal("700.00"), Decimal("700.00")], "the last word holds"
    assert desk.snapshot(at(2026, 12, 1)).premium == Decimal("700.00")
    assert began["id"] < change["id"]


@pytest.mark.criterion("SNAP-05")
def test_another_policy_is_not_told(desk: Desk, door: Door) -> None:
    with pytest.raises(NotFound):
        door.run(snapshots.snapshot, PRINCIPAL, locator="nothing", at=at(2026, 12, 1))
