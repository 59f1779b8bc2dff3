"""Clears the data folder of bytes that a process left behind which ended in the middle, and takes away files of
licenses that nobody applied."""

from portal_app.jobs.job import Work
from portal_app.logs import log
from portal_app.services.access import system
from portal_app.services.licensing.waiting_file import forget_old
from portal_app.services.media.sweeping import sweep_all

ACTOR = system("files of licenses")


def run(work: Work) -> None:
    if count := sweep_all(work.door):
        log.info("files swept", files=count)
    if count := work.door.run(forget_old, ACTOR):
        log.info("files of licenses forgotten", files=count)
