"""Has the scanner look through the files that wait for it."""

from portal_app.jobs.job import Work
from portal_app.services.media.scanning import scan_due


def run(work: Work) -> None:
    scan_due(work.door, work.stop)
