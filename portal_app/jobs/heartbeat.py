"""Shows that the worker lives."""

from portal_app.jobs.job import Work
from portal_app.services.access import system
from portal_app.services.heartbeat import beat


def run(work: Work) -> None:
    work.door.run(beat, system("heartbeat"), process="worker")
