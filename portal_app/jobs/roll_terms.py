"""Shows the next term of a policy from the day on which it begins."""

from portal_app.jobs.job import Work
from portal_app.logs import log
from portal_app.services.sync.rebuilding import roll_over_all


def run(work: Work) -> None:
    if count := roll_over_all(work.door, work.stop):
        log.info("terms rolled over", policies=count)
