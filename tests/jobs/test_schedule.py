"""What runs when, and what is caught up."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.jobs import heartbeat, seal_audit, sync_feeds
from portal_app.jobs.job import Work
from portal_app.jobs.schedule import SCHEDULE
from portal_app.models.enums import Cadence, FeedKind, RunState
from portal_app.services import audit, leases
from portal_app.services.access import Gate, system
from portal_app.services.door import Door, Tx, writes
from portal_app.services.health import readiness
from portal_app.services.sync import bulk
from portal_app.settings import Settings
from tests.jobs.exports import Agency
from tests.world import Clock

JOBS = {job.name: job for job in SCHEDULE}


@pytest.fixture
def work(door: Door) -> Work:
    return Work(door, "here", Event())


def runs(door: Door) -> list[dict[str, Any]]:
    with door.database.read() as db:
        return [dict(row) for row in db.execute(select(bulk.SYNC_RUN).order_by(bulk.SYNC_RUN.c.id)).mappings()]


def next_times(name: str, count: int, start: datetime, **given: Any) -> list[datetime]:
    trigger = JOBS[name].when(Settings(**given))
    times: list[datetime] = []
    while len(times) < count:
        found = trigger.get_next_fire_time(
            times[-1] if times else None, times[-1] + timedelta(seconds=1) if times else start
        )
        assert found is not None
        times.append(found.astimezone(UTC))
    return times


@pytest.mark.criterion("JOB-01")
def test_feeds_run_hourly_and_daily_where_the_agency_is() -> None:
    start = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)

    hourly = next_times("hourly sync", 2, start, hourly_minute=20)
    daily = next_times("daily sync", 2, start, daily_hour=6, time_zone="America/Chicago")

    assert hourly == [datetime(2026, 11, 20, hour, 20, tzinfo=UTC) for hour in (16, 17)]
    assert daily == [datetime(2026, 11, day, 12, 0, tzinfo=UTC) for day in (21, 22)]


@pytest.mark.criterion("JOB-01")
def test_no_day_is_left_out_when_the_clocks_change() -> None:
    spring, autumn = datetime(2026, 3, 7, 12, tzinfo=UTC), datetime(2026, 10, 31, 12, tzinfo=UTC)
    for start in (spring, autumn):
        days = [each.date() for each in next_times("daily sync", 3, start, daily_hour=2)]
        assert len(set(days)) == 3
        hours = next_times("hourly sync", 48, start)
        assert {later - earlier for earlier, later in pairwise(hours)} == {timedelta(hours=1)}


@pytest.mark.criterion("JOB-02")
def test_each_job_runs_once_by_hand(work: Work, exporting: Agency, clock: Clock) -> None:
    for job in SCHEDULE:
        job.run(work)

    assert {(row["kind"], row["state"]) for row in runs(work.door)} == {
        (kind, RunState.SUCCEEDED) for kind in (FeedKind.PRODUCERS, FeedKind.CLIENTS, FeedKind.POLICIES)
    }
    with work.door.database.read() as db:
        assert db.scalar(select(bulk.POLICY.c.id).limit(1)) is not None


@pytest.mark.criterion("JOB-03")
def test_what_was_missed_is_caught_up_once(work: Work, exporting: Agency, clock: Clock) -> None:
    sync_feeds.catch_up(work)
    assert len(runs(work.door)) == 3

    clock.forward(minutes=61)
    sync_feeds.catch_up(work)
    assert len(runs(work.door)) == 3

    clock.forward(minutes=5)
    sync_feeds.catch_up(work)
    sync_feeds.catch_up(work)
    assert len(runs(work.door)) == 6


@pytest.mark.criterion("JOB-03")
def test_a_feed_that_a_dead_process_holds_is_caught_up_when_its_lease_has_run_out(
    work: Work, exporting: Agency, clock: Clock
) -> None:
    assert work.door.run(leases.acquire, system("dead"), name="sync:harbor", holder="dead", seconds=60)

    sync_feeds.catch_up(work)
    assert runs(work.door) == []

    clock.forward(seconds=60)
    sync_feeds.catch_up(work)
    assert len(runs(work.door)) == 3


def test_a_stopped_worker_begins_no_feed(work: Work, exporting: Agency) -> None:
    work.stop.set()

    sync_feeds.catch_up(work)
    sync_feeds.run(work, Cadence.HOURLY)

    assert runs(work.door) == []


@pytest.mark.criterion("JOB-04")
def test_the_heartbeat_makes_the_portal_ready_and_its_absence_unready(work: Work, clock: Clock) -> None:
    assert not work.door.run(readiness, system("test")).checks["worker"]

    heartbeat.run(work)
    assert work.door.run(readiness, system("test")).checks["worker"]
    heartbeat.run(work)
    clock.forward(seconds=60)

    assert not work.door.run(readiness, system("test")).checks["worker"]


@writes(Gate.SYSTEM)
def deed(tx: Tx) -> None:
    audit.record(tx, "test.done")


@pytest.mark.criterion("JOB-05")
def test_audit_rows_are_sealed_and_anchored_by_one_process_at_a_time(work: Work, clock: Clock) -> None:
    for _ in range(3):
        work.door.run(deed, system("test"))
    held = work.door.run(leases.acquire, system("other"), name="audit seal", holder="other", seconds=30)
    assert held is not None
    folder = work.door.settings.folder / "audit"

    seal_audit.run(work)
    assert work.door.run(audit.verify, system("test"), anchors=folder).unsealed == 3
    work.door.run(leases.release, system("other"), lease=held)
    seal_audit.run(work)

    verdict = work.door.run(audit.verify, system("test"), anchors=folder)
    assert (verdict.sealed, verdict.unsealed, verdict.problems) == (3, 0, ())
    assert (folder / "anchors.jsonl").exists()
