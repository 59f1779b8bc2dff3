"""A worker goes by what the agency sets while it runs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from portal_app.jobs.worker import Worker
from portal_app.models.enums import Role
from portal_app.services.door import Door
from portal_app.services.settings import agency
from tests.world import actor


@pytest.fixture
def worker(door: Door) -> Iterator[Worker]:
    """One that leads and does not run by itself."""
    worker = Worker(door)
    worker.scheduler.start(paused=True)
    worker.lead()
    yield worker
    worker.scheduler.shutdown()


def next_of(worker: Worker, name: str) -> datetime:
    start = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    found: Any = worker.scheduler.get_job(name).trigger.get_next_fire_time(None, start)
    return datetime.fromtimestamp(found.timestamp(), UTC)


def save(door: Door, version: int, **given: str) -> None:
    door.run(agency.save, actor(Role.ADMIN), version=version, given=given)


@pytest.mark.criterion("SET-09")
def test_the_schedule_moves_without_a_new_start(worker: Worker, door: Door) -> None:
    assert next_of(worker, "hourly sync") == datetime(2026, 11, 20, 16, 5, tzinfo=UTC)
    save(door, 0, hourly_minute="40")
    worker.follow()
    assert next_of(worker, "hourly sync") == datetime(2026, 11, 20, 15, 40, tzinfo=UTC)
    save(door, 1, time_zone="America/Denver", daily_hour="9")
    worker.follow()
    assert next_of(worker, "daily sync") == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


@pytest.mark.criterion("SET-09")
def test_jobs_whose_time_stays_are_left_alone(worker: Worker, door: Door) -> None:
    before = {job.id: job.trigger for job in worker.scheduler.get_jobs()}
    save(door, 0, hourly_minute="40", agency_name="Harbor")
    worker.follow()
    moved = {job.id for job in worker.scheduler.get_jobs() if job.trigger is not before[job.id]}
    assert moved == {"hourly sync", "forget keys"}


@pytest.mark.criterion("SET-09")
def test_one_that_takes_the_lead_later_goes_by_it_too(door: Door) -> None:
    standing_by = Worker(door)
    standing_by.scheduler.start(paused=True)
    try:
        save(door, 0, hourly_minute="40")
        standing_by.follow()
        assert standing_by.scheduler.get_job("hourly sync") is None
        standing_by.lead()
        assert next_of(standing_by, "hourly sync") == datetime(2026, 11, 20, 15, 40, tzinfo=UTC)
    finally:
        standing_by.scheduler.shutdown()
