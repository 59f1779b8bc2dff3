"""Deletes the keys of programs, with what they were answered, a day after they came."""

from portal_app.jobs.job import Work
from portal_app.logs import log
from portal_app.services.access import system
from portal_app.services.idempotency import forget_old

ACTOR = system("idempotency keys")


def run(work: Work) -> None:
    total = 0
    while not work.stop.is_set() and (count := work.door.run(forget_old, ACTOR)):
        total += count
    if total:
        log.info("idempotency keys forgotten", count=total)
