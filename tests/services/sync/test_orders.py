"""A feed that somebody wants taken in now, and when the schedule does it next."""

from dataclasses import replace
from datetime import UTC, datetime
from threading import Event

import pytest

from portal_app.database import Database
from portal_app.jobs import sync_feeds
from portal_app.jobs.job import Work
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import FeedKind, Role, RunState
from portal_app.services import leases
from portal_app.services.access import system
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden, NotFound
from portal_app.services.ports import Ports
from portal_app.services.sync import bulk, freshness, orders
from tests.services.sync.feed import MemoryFeed, client, policy, producer
from tests.services.sync.test_policies import Stored
from tests.world import Agency, Clock

CLI = system("test")


@pytest.fixture
def work(door: Door, feed: MemoryFeed) -> Work:
    feed.export(FeedKind.PRODUCERS, producer())
    feed.export(FeedKind.CLIENTS, client())
    feed.export(FeedKind.POLICIES, policy())
    return Work(door, "worker", Event())


def ordered(door: Door) -> bool:
    return any(each.ordered for each in door.run(freshness.feeds, CLI))


@pytest.mark.criterion("FEED-60")
def test_an_order_is_done_once_and_whole(work: Work, door: Door, stored: Stored, database: Database) -> None:
    door.run(orders.place, CLI, feed="memory")
    door.run(orders.place, CLI, feed="memory")
    assert ordered(door)

    sync_feeds.ordered(work)

    assert len(stored(bulk.POLICY)) == 1
    assert {run["kind"] for run in stored(bulk.SYNC_RUN)} == set(FeedKind), "what comes daily too"
    assert not ordered(door)
    sync_feeds.ordered(work)
    assert len(stored(bulk.SYNC_RUN)) == len(FeedKind)
    with database.read() as db:
        assert db.query(AuditEvent).filter_by(action="feed.run_ordered").count() == 1


@pytest.mark.criterion("FEED-60")
def test_an_order_waits_while_the_feed_is_being_taken_in(work: Work, door: Door, stored: Stored) -> None:
    door.run(orders.place, CLI, feed="memory")
    lease = door.run(leases.acquire, CLI, name="sync:memory", holder="other", seconds=60)
    assert lease is not None
    sync_feeds.ordered(work)
    assert ordered(door)
    door.run(leases.release, CLI, lease=lease)
    sync_feeds.ordered(work)
    assert not ordered(door)
    assert len(stored(bulk.POLICY)) == 1


@pytest.mark.criterion("FEED-60")
def test_a_feed_that_fails_or_is_gone_is_not_tried_for_ever(work: Work, door: Door, feed: MemoryFeed) -> None:
    feed.down.update(FeedKind)
    door.run(orders.place, CLI, feed="memory")
    sync_feeds.ordered(work)
    status = door.run(freshness.feeds, CLI)
    assert {each.last_run.state for each in status if each.last_run} == {RunState.FAILED}
    assert not ordered(door)

    door.run(orders.place, CLI, feed="memory")
    gone = replace(work, door=replace(door, ports=Ports()))
    sync_feeds.ordered(gone)
    assert not ordered(door)


@pytest.mark.criterion("FEED-60")
def test_who_may_order(door: Door, agency: Agency) -> None:
    with pytest.raises(NotFound):
        door.run(orders.place, CLI, feed="nobody")
    for actor in (agency.csr(), agency.producer(), replace(agency.csr(), role=Role.READ_ONLY)):
        with pytest.raises(Forbidden):
            door.run(orders.place, actor, feed="memory")
    door.run(orders.place, agency.admin(), feed="memory")
    assert ordered(door)


@pytest.mark.criterion("FEED-61")
@pytest.mark.parametrize(
    ("now", "hourly", "daily"),
    [
        ((15, 0), (15, 5), (10, 0)),
        ((15, 5), (16, 5), (10, 0)),
        ((9, 30), (10, 5), (10, 0)),
    ],
)
def test_the_next_run_is_told_by_the_agencys_clock(
    door: Door, feed: MemoryFeed, clock: Clock, now: tuple[int, int], hourly: tuple[int, int], daily: tuple[int, int]
) -> None:
    """Five past the hour, and five in the morning in New York, which is ten in UTC in November."""
    clock.now = datetime(2026, 11, 20, *now, tzinfo=UTC)
    due = {each.kind: each.next_run for each in door.run(freshness.feeds, CLI)}
    hourly_at, daily_at = due[FeedKind.POLICIES], due[FeedKind.COMMISSIONS]
    assert hourly_at is not None
    assert daily_at is not None
    assert (hourly_at.astimezone(UTC).hour, hourly_at.astimezone(UTC).minute) == hourly
    assert (daily_at.astimezone(UTC).hour, daily_at.astimezone(UTC).minute) == daily
    assert daily_at > clock.now
    assert hourly_at > clock.now
