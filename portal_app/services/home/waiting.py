"""Submissions that wait for somebody, with the days that are left for a response."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal_app.models.enums import SubmissionStatus
from portal_app.models.submissions import Submission
from portal_app.services.door import Tx
from portal_app.services.routing import clock
from portal_app.services.routing.in_force import holidays_in_force
from portal_app.services.submissions.views import SubmissionRow, shown


@dataclass(frozen=True, slots=True)
class Waiting:
    """`number` is the Submission ID, `assigned_to` a name, a carrier contact's address or a queue. `days_left` counts
    the business days until the response is due, below zero those that it is overdue; None where nothing is due, or the
    clock stands since `waiting_since`."""

    locator: str
    number: str
    insured_name: str
    line_name: str
    status: SubmissionStatus
    assigned_to: str
    unrouted: bool
    target_on: date | None
    waiting_since: datetime | None
    days_left: int | None


def waiting(tx: Tx, rows: Sequence[Submission]) -> tuple[Waiting, ...]:
    """The submissions, which the actor was found to see, in their order."""
    if not rows:
        return ()
    holidays = holidays_in_force(tx)
    due = clock.first_day(tx.now, holidays, tx.settings.zone)

    def days_left(each: SubmissionRow) -> int | None:
        if each.target_on is None or each.waiting_since is not None:
            return None
        return clock.between(due, each.target_on, holidays) or -clock.between(each.target_on, due, holidays)

    return tuple(
        Waiting(
            each.locator,
            each.number,
            each.insured_name,
            each.line_name,
            each.status,
            each.assigned_to,
            each.unrouted,
            each.target_on,
            each.waiting_since,
            days_left(each),
        )
        for each in shown(tx, rows)
    )
