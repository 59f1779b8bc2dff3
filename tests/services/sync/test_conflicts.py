"""What two sides say of one policy, and a person decides."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import (
    ConflictKind,
    FeedKind,
    Origin,
    PolicyStatus,
    Resolution,
    Role,
    TransactionKind,
    TransactionState,
)
from portal_app.models.types import new_locator
from portal_app.services import leases
from portal_app.services.access import system
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.sync import bulk, conflicts
from portal_app.services.sync.rebuilding import rebuild_all
from tests.services.producers.acting import listen
from tests.services.sync.feed import MemoryFeed, client, policy, producer
from tests.services.sync.test_policies import Stored, Sync, hour
from tests.world import Clock, actor

CSR = actor(Role.CSR)
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture
def begun(feed: MemoryFeed) -> None:
    feed.export(FeedKind.PRODUCERS, producer("HL-1"), producer("HL-2", "Daniel Kim"), producer("HL-3", "Ana Cruz"))
    feed.export(FeedKind.CLIENTS, client())


@pytest.fixture
def twice(begun: None, feed: MemoryFeed, sync: Sync, clock: Clock) -> None:
    """The policy's term of June, and one of July for almost the same time."""
    feed.export(FeedKind.POLICIES, policy(), at=hour(11))
    sync()
    clock.forward(minutes=5)
    feed.export(FeedKind.POLICIES, policy(effective=JULY), at=hour(12))
    sync()


def waiting(door: Door) -> list[conflicts.Open]:
    return list(door.run(conflicts.listed, CSR).rows)


def effective_days(stored: Stored) -> list[date]:
    return [each["effective"] for each in stored(bulk.POLICY_TERM)]


def resolve(door: Door, resolution: Resolution) -> None:
    [conflict] = waiting(door)
    door.run(conflicts.resolve, CSR, locator=conflict.locator, resolution=resolution)


@pytest.mark.criterion("FEED-73")
@pytest.mark.parametrize(
    ("resolution", "left"),
    [(Resolution.FIRST, [JUNE]), (Resolution.SECOND, [JULY]), (Resolution.BOTH, [JUNE, JULY])],
)
def test_of_two_terms_a_person_says_which_holds(
    resolution: Resolution, left: list[date], twice: None, door: Door, stored: Stored, database: Database
) -> None:
    [conflict] = waiting(door)
    assert (conflict.kind, conflict.number) == (ConflictKind.SAME_TIME_TWICE, "PA-P1")
    assert (conflict.first, conflict.second) == ("2026-06-01", "2026-07-01")
    assert effective_days(stored) == [JUNE, JULY]

    resolve(door, resolution)

    assert effective_days(stored) == left
    assert waiting(door) == []
    before = stored(bulk.POLICY_TERM)
    rebuild_all(door)
    assert stored(bulk.POLICY_TERM) == before
    with database.read() as db:
        [detail] = db.scalars(select(AuditEvent.detail).where(AuditEvent.action == "conflict.resolved"))
    assert detail["resolution"] == resolution.value


@pytest.mark.criterion("FEED-73")
def test_who_said_that_both_hold_is_not_asked_again(
    twice: None, door: Door, feed: MemoryFeed, sync: Sync, clock: Clock
) -> None:
    resolve(door, Resolution.BOTH)
    clock.forward(minutes=5)
    feed.export(FeedKind.POLICIES, policy(), policy(effective=JULY), policy("P2"), at=hour(13))
    sync()
    assert waiting(door) == []


@pytest.mark.criterion("FEED-73")
def test_a_term_that_is_sent_again_after_it_was_decided_against_waits_again(
    twice: None, door: Door, feed: MemoryFeed, sync: Sync, clock: Clock, stored: Stored
) -> None:
    resolve(door, Resolution.SECOND)
    clock.forward(minutes=5)
    feed.export(FeedKind.POLICIES, policy(), policy(effective=JULY), at=hour(13))
    sync()
    assert effective_days(stored).count(JUNE) == 1
    assert len(waiting(door)) == 1


@pytest.mark.criterion("FEED-73")
def test_a_conflict_that_the_agency_system_settles_itself_is_gone(
    twice: None, door: Door, feed: MemoryFeed, sync: Sync, clock: Clock
) -> None:
    clock.forward(minutes=5)
    feed.complete = True
    feed.export(FeedKind.POLICIES, policy(effective=JULY), policy("P2"), at=hour(13))
    sync()
    assert waiting(door) == []


@pytest.mark.criterion("FEED-73")
def test_nothing_is_decided_while_the_feed_is_taken_in(twice: None, door: Door, stored: Stored) -> None:
    [conflict] = waiting(door)
    held = door.run(leases.acquire, system("test"), name="sync:memory", holder="worker", seconds=60)
    with pytest.raises(Conflict, match="taken in at this moment"):
        resolve(door, Resolution.FIRST)
    assert held is not None
    door.run(leases.release, system("test"), lease=held)
    resolve(door, Resolution.FIRST)
    with pytest.raises(NotFound):
        door.run(conflicts.resolve, CSR, locator=conflict.locator, resolution=Resolution.FIRST)


def assign(database: Database, code: str, clock: Clock) -> None:
    """What the portal does when somebody gives the policy's term another producer code."""
    row = {
        "locator": new_locator(),
        "policy_id": 1,
        "kind": TransactionKind.CHANGE,
        "state": TransactionState.ISSUED,
        "origin": Origin.PORTAL,
        "term_effective": JUNE,
        "effective_at": datetime(2026, 6, 1, 4, tzinfo=UTC),
        "known_at": clock.now,
        "issued_at": clock.now,
        "changes": {"producer_code": code},
    }
    with database.write() as db:
        db.execute(insert(bulk.LEDGER), [row])


@pytest.fixture
def assigned(begun: None, feed: MemoryFeed, sync: Sync, clock: Clock, database: Database, door: Door) -> None:
    """HL-1 by the feed, HL-2 by the portal, and now HL-3 by the feed."""
    feed.export(FeedKind.POLICIES, policy(), at=hour(11))
    sync()
    assign(database, "HL-2", clock)
    rebuild_all(door)
    clock.forward(minutes=5)
    feed.export(FeedKind.POLICIES, policy(producer_code="HL-3", description="New remark"), at=hour(12))
    sync()


def code(stored: Stored) -> str:
    [shown] = stored(bulk.POLICY)
    return str({each["id"]: each["code"] for each in stored(bulk.PRODUCER_CODE)}[shown["producer_code_id"]])


@pytest.mark.criterion("FEED-74")
@pytest.mark.criterion("HOOK-19")
@pytest.mark.parametrize(("resolution", "left"), [(Resolution.FIRST, "HL-2"), (Resolution.SECOND, "HL-3")])
def test_the_portals_code_holds_until_somebody_decides(
    resolution: Resolution,
    left: str,
    assigned: None,
    door: Door,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = listen(monkeypatch)
    assert code(stored) == "HL-2"
    assert stored(bulk.POLICY)[0]["description"] == "New remark"
    [conflict] = waiting(door)
    assert (conflict.kind, conflict.first, conflict.second) == (ConflictKind.PRODUCER_CODE, "HL-2", "HL-3")

    with pytest.raises(Invalid):
        resolve(door, Resolution.BOTH)
    told.clear()
    resolve(door, resolution)

    decided = ("policy.conflict.resolve", conflict.locator)
    issued = ("policy.transaction.issue", stored(bulk.LEDGER)[-1]["locator"])
    assert told == ([decided, issued] if resolution is Resolution.SECOND else [decided])
    assert code(stored) == left
    assert waiting(door) == []
    rebuild_all(door)
    assert code(stored) == left


@pytest.mark.criterion("FEED-74")
def test_it_may_be_decided_that_the_policy_bears_no_code(
    assigned: None, door: Door, feed: MemoryFeed, sync: Sync, clock: Clock, stored: Stored
) -> None:
    clock.forward(minutes=5)
    feed.export(FeedKind.POLICIES, policy(producer_code=""), at=hour(13))
    sync()
    assert [(each.first, each.second) for each in waiting(door)] == [("HL-2", "")]
    resolve(door, Resolution.SECOND)
    assert (waiting(door), stored(bulk.POLICY)[0]["producer_code_id"]) == ([], None)


@pytest.mark.criterion("FEED-74")
def test_a_code_that_the_agency_system_confirms_is_no_conflict_any_more(
    assigned: None, door: Door, feed: MemoryFeed, sync: Sync, clock: Clock, stored: Stored
) -> None:
    clock.forward(minutes=5)
    feed.export(FeedKind.POLICIES, policy(producer_code="HL-2"), at=hour(13))
    sync()
    assert (waiting(door), code(stored)) == ([], "HL-2")
    clock.forward(minutes=5)
    feed.export(FeedKind.POLICIES, policy(producer_code="HL-1"), at=hour(14))
    sync()
    assert (waiting(door), code(stored)) == ([], "HL-1")


@pytest.mark.criterion("FEED-74")
def test_a_code_that_was_decided_for_the_agency_system_follows_it(
    assigned: None, door: Door, feed: MemoryFeed, sync: Sync, clock: Clock, stored: Stored
) -> None:
    resolve(door, Resolution.SECOND)
    clock.forward(minutes=5)
    feed.export(FeedKind.POLICIES, policy(producer_code="HL-1"), at=hour(13))
    sync()
    assert (waiting(door), code(stored)) == ([], "HL-1")


@pytest.mark.criterion("FEED-75")
@pytest.mark.parametrize("role", Role)
def test_who_may_resolve(role: Role, twice: None, door: Door) -> None:
    [conflict] = waiting(door)
    if role in (Role.PRINCIPAL, Role.CSR):
        door.run(conflicts.resolve, actor(role), locator=conflict.locator, resolution=Resolution.BOTH)
        return
    with pytest.raises(Forbidden):
        door.run(conflicts.listed, actor(role))
    with pytest.raises(Forbidden):
        door.run(conflicts.resolve, actor(role), locator=conflict.locator, resolution=Resolution.BOTH)
    if role is not Role.PRODUCER:
        assert door.run(conflicts.waiting, actor(role)) == 1


@pytest.mark.criterion("FEED-73")
@pytest.mark.parametrize(
    "other",
    [
        {"effective": JULY, "status": PolicyStatus.CANCELLED},  # cancelled and written anew
        {"effective": date(2025, 6, 1)},  # history that comes late
    ],
)
def test_what_is_no_contradiction_waits_for_nobody(
    other: dict[str, Any], begun: None, door: Door, feed: MemoryFeed, sync: Sync, clock: Clock
) -> None:
    feed.export(FeedKind.POLICIES, policy(), at=hour(11))
    sync()
    clock.forward(minutes=5)
    feed.export(FeedKind.POLICIES, policy(**other), at=hour(12))
    sync()
    assert waiting(door) == []
