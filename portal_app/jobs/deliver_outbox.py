"""Delivers what is due from the outbox."""

from portal_app.jobs.job import Work
from portal_app.services.delivery import deliver_due


def run(work: Work) -> None:
    deliver_due(work.door, holder=work.holder, stop=work.stop)
