"""Deletes what was read more than a year ago."""

from portal_app.jobs.job import Work
from portal_app.logs import log
from portal_app.services.access import system
from portal_app.services.notifications.forgetting import forget_old

ACTOR = system("notifications")


def run(work: Work) -> None:
    total = 0
    while not work.stop.is_set() and (count := work.door.run(forget_old, ACTOR)):
        total += count
    if total:
        log.info("notifications forgotten", count=total)
