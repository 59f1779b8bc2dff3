"""The worker: runs the schedule until it is told to end. Of several workers one leads, the others stand by."""

import logging
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Lock
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from sqlalchemy.exc import SQLAlchemyError

from portal_app.jobs.job import Job, Lane, Work
from portal_app.jobs.schedule import SCHEDULE, every
from portal_app.logs import log
from portal_app.models.types import new_locator
from portal_app.services import leases
from portal_app.services.access import system
from portal_app.services.door import Door
from portal_app.services.errors import DomainError
from portal_app.services.sync.runs import holder
from portal_app.settings import Settings

ACTOR = system("scheduler")
LEASE = "scheduler"
LEASE_SECONDS = 30
RENEW_SECONDS = 10
FOLLOW_SECONDS = 5
STOP_SECONDS = 5.0
ENDING = {signal.SIGTERM, signal.SIGINT}
OPTIONS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 600}


def main(door: Door) -> int:
    """Run the worker until SIGTERM or SIGINT. Returns the exit code. A job that does not end in time is left behind:
    what it had not committed is undone, and what it had claimed is claimed again."""
    # Blocked before any thread begins, so that all of them leave the signals to the one who waits for them here.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    worker = Worker(door)
    worker.start()
    signal.sigwait(ENDING)
    if not worker.end(STOP_SECONDS):
        log.warning("a job did not end in time")
        os._exit(0)
    return 0


@dataclass
class Worker:
    """The scheduler of one process. `lead` is asked every few seconds whether this process leads."""

    door: Door
    work: Work = field(init=False)
    scheduler: Any = field(init=False)
    lease: leases.Held | None = None
    running: set[str] = field(default_factory=set)
    settings: Settings = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.work = Work(self.door, holder(), Event())
        self.settings = self.door.settings_in_force()
        lanes = {lane.value: ThreadPoolExecutor(1) for lane in Lane}
        self.scheduler = BackgroundScheduler(
            timezone=self.settings.zone,
            executors={"default": ThreadPoolExecutor(1), **lanes},
            job_defaults=OPTIONS,
        )

    def start(self) -> None:
        # Each start of each job, every two seconds, is no news; nor is that one waits for the one before in its lane.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for job in SCHEDULE:
            if not job.leads:
                self._add(job)
        self.scheduler.add_job(self.lead, every(RENEW_SECONDS), id=LEASE, next_run_time=datetime.now(UTC))
        self.scheduler.add_job(self.follow, every(FOLLOW_SECONDS), id="settings")
        self.scheduler.start()
        log.info("worker started", holder=self.work.holder)

    def lead(self) -> None:
        """Take, keep or lose the lead, and with it the jobs that only one worker runs."""
        try:
            if self.lease is not None:
                self.door.run(leases.renew, ACTOR, lease=self.lease, seconds=LEASE_SECONDS)
                return
            self.lease = self.door.run(
                leases.acquire, ACTOR, name=LEASE, holder=self.work.holder, seconds=LEASE_SECONDS
            )
        except leases.Lost:
            self._stand_by()
            return
        except DomainError as problem:
            log.warning("the lead could not be asked for", reason=problem.sentence)
            return
        if self.lease is not None:
            log.info("leads", holder=self.work.holder)
            for job in SCHEDULE:
                if job.leads:
                    self._add(job)

    def follow(self) -> None:
        """Go by what the agency set in the app since: jobs run at the new times from now on."""
        try:
            found = self.door.settings_in_force()
        except SQLAlchemyError as error:
            log.warning("settings could not be read", exc_info=error)
            return
        before, self.settings = self.settings, found
        for job in SCHEDULE:
            old, new = job.when(before), job.when(found)
            if str(old) != str(new) or getattr(old, "timezone", None) != getattr(new, "timezone", None):
                self._move(job, new)

    def _move(self, job: Job, when: BaseTrigger) -> None:
        # One that only the leader runs is not there in the others.
        with suppress(JobLookupError):
            self.scheduler.reschedule_job(job.name, trigger=when)
            log.info("rescheduled", job=job.name)

    def end(self, seconds: float) -> bool:
        """Begin nothing more, wait for what runs, hand the lead on. Returns whether everything ended in time."""
        self.work.stop.set()
        self.scheduler.shutdown(wait=False)
        deadline = time.monotonic() + seconds
        while self.running and time.monotonic() < deadline:
            time.sleep(0.02)
        if self.lease is not None:
            with suppress(DomainError):
                self.door.run(leases.release, ACTOR, lease=self.lease)
        log.info("worker ended", left_behind=sorted(self.running))
        return not self.running

    def run(self, job: Job) -> None:
        """Run a job once; what goes wrong is logged, and the schedule goes on."""
        if self.work.stop.is_set():
            return
        with self._lock:
            self.running.add(job.name)
        try:
            with structlog.contextvars.bound_contextvars(request_id=new_locator(), job=job.name):
                try:
                    job.run(self.work)
                except DomainError as problem:
                    log.warning("job failed", reason=problem.sentence)
                except Exception as error:  # noqa: BLE001 (the schedule outlives every job)
                    log.error("job failed", exc_info=error)
        finally:
            with self._lock:
                self.running.discard(job.name)

    def _stand_by(self) -> None:
        self.lease = None
        log.warning("leads no more", holder=self.work.holder)
        for job in SCHEDULE:
            if job.leads and self.scheduler.get_job(job.name):
                self.scheduler.remove_job(job.name)

    def _add(self, job: Job) -> None:
        soon = {"next_run_time": datetime.now(UTC)} if job.at_once else {}
        self.scheduler.add_job(
            self.run,
            job.when(self.settings),
            args=[job],
            id=job.name,
            executor=job.lane.value,
            replace_existing=True,
            **soon,
        )
