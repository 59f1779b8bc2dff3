"""Has policies change hands at the moment from which another producer code is in force."""

from portal_app.jobs.job import Work
from portal_app.logs import log
from portal_app.services.sync.rebuilding import change_hands_all


def run(work: Work) -> None:
    if count := change_hands_all(work.door, work.stop):
        log.info("producer codes took effect", policies=count)
