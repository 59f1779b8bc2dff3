"""Delivers what is due from the outbox: what is for people, and what is for receivers of events."""

from portal_app.jobs.job import Work
from portal_app.services.delivery import TO_PEOPLE, TO_RECEIVERS, deliver_due


def to_people(work: Work) -> None:
    deliver_due(work.door, holder=work.holder, stop=work.stop, only=TO_PEOPLE)


def to_receivers(work: Work) -> None:
    deliver_due(work.door, holder=work.holder, stop=work.stop, only=TO_RECEIVERS)
