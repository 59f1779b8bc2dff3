"""Clears the data folder of bytes that a process left behind which ended in the middle."""

from portal_app.jobs.job import Work
from portal_app.logs import log
from portal_app.services.media.sweeping import sweep_all


def run(work: Work) -> None:
    if count := sweep_all(work.door):
        log.info("files swept", files=count)
