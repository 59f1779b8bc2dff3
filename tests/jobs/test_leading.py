"""Several workers: one leads, the others stand by and take over."""

import signal
import threading
from collections.abc import Iterator

import pytest

from portal_app.jobs.job import Job, Lane, Work
from portal_app.jobs.schedule import SCHEDULE, every
from portal_app.jobs.worker import LEASE_SECONDS, Worker
from portal_app.services.door import Door
from tests.world import Clock

pytestmark = pytest.mark.both_databases

LEADERS = {job.name for job in SCHEDULE if job.leads}


@pytest.fixture
def workers(door: Door) -> Iterator[tuple[Worker, Worker]]:
    """Two workers that do not run by themselves: their schedulers are paused."""
    pair = Worker(door), Worker(door)
    for worker in pair:
        worker.scheduler.start(paused=True)
    yield pair
    for worker in pair:
        worker.scheduler.shutdown()


def leading_jobs(worker: Worker) -> set[str]:
    return {job.id for job in worker.scheduler.get_jobs()} & LEADERS


@pytest.mark.criterion("JOB-06")
def test_one_leads_and_the_other_stands_by(workers: tuple[Worker, Worker], clock: Clock) -> None:
    first, second = workers
    for _ in range(5):
        first.lead()
        second.lead()
        clock.forward(seconds=10)

    assert leading_jobs(first) == LEADERS
    assert leading_jobs(second) == set()


@pytest.mark.criterion("JOB-06")
def test_the_other_takes_over_when_the_leader_is_gone_and_the_late_one_stands_down(
    workers: tuple[Worker, Worker], clock: Clock
) -> None:
    first, second = workers
    first.lead()
    clock.forward(seconds=LEASE_SECONDS)

    second.lead()
    assert leading_jobs(second) == LEADERS
    first.lead()

    assert leading_jobs(first) == set()
    assert first.lease is None


@pytest.mark.criterion("JOB-06")
def test_a_leader_that_ends_hands_the_lead_on_at_once(workers: tuple[Worker, Worker], clock: Clock) -> None:
    first, second = workers
    first.lead()
    second.lead()
    first.scheduler.resume()

    assert first.end(1.0)
    first.scheduler.start(paused=True)
    second.lead()

    assert leading_jobs(second) == LEADERS


@pytest.mark.criterion("JOB-07")
def test_a_job_that_fails_does_not_end_the_schedule(door: Door) -> None:
    again = threading.Event()
    calls: list[int] = []

    def failing(work: Work) -> None:
        calls.append(1)
        if len(calls) > 1:
            again.set()
        raise ZeroDivisionError

    worker = Worker(door)
    job = Job("failing", failing, lambda _: every(0.05), Lane.QUICK)
    worker._add(job)
    worker.scheduler.start()
    assert again.wait(5)
    assert worker.end(1.0)
    assert worker.running == set()


@pytest.mark.criterion("JOB-08")
def test_a_job_that_hangs_is_left_behind(door: Door) -> None:
    hanging, free = threading.Event(), threading.Event()

    def hang(work: Work) -> None:
        hanging.set()
        free.wait(30)

    worker = Worker(door)
    job = Job("hanging", hang, lambda _: every(0.05), Lane.QUICK)
    worker._add(job)
    worker.scheduler.start()
    assert hanging.wait(5)

    assert not worker.end(0.2)

    free.set()
    assert signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
