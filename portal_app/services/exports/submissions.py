"""Submissions as the dashboard finds them, in the order in which they began."""

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.models.submissions import Submission
from portal_app.services.access import Actor, Permission
from portal_app.services.door import Tx, reads
from portal_app.services.exports.cells import Cell
from portal_app.services.exports.kinds import Measured, Part, is_limited
from portal_app.services.submissions.find import Filter, matching
from portal_app.services.submissions.views import SubmissionRow, shown

OF_THE_LIST = (
    "Submission ID", "Insured name", "LOB", "Submitted date (UTC)", "Status", "Assigned to", "Target response date",
)  # fmt: skip
MORE = (
    "Effective date", "State", "Producer code", "Producer", "Submitted by", "Routed by", "Queue", "Reason", "Locator",
)  # fmt: skip


def columns(actor: Actor) -> tuple[str, ...]:
    return OF_THE_LIST if is_limited(actor) else OF_THE_LIST + MORE


@reads(Permission.EXPORT_DATA)
def measure(tx: Tx, *, asked: Filter) -> Measured:
    """The total of the list as filtered."""
    found = matching(tx, asked).with_only_columns(col(Submission.id)).subquery()
    rows, highest = tx.db.execute(select(func.count(), func.max(found.c.id))).one()
    return Measured(rows, highest or 0)


@reads(Permission.EXPORT_DATA)
def part(tx: Tx, *, asked: Filter, measured: Measured, after: int, most: int) -> Part:
    found = matching(tx, asked).where(col(Submission.id) > after, col(Submission.id) <= measured.highest)
    rows = tx.db.scalars(found.order_by(col(Submission.id)).limit(most)).all()
    cells = _of_the_list if is_limited(tx.actor) else _whole
    return Part(tuple(cells(each) for each in shown(tx, rows)), rows[-1].id if rows else 0)


def _of_the_list(row: SubmissionRow) -> tuple[Cell, ...]:
    return (
        row.number, row.insured_name, row.line_name, row.submitted_at, row.status.label, row.assigned_to, row.target_on,
    )  # fmt: skip


def _whole(row: SubmissionRow) -> tuple[Cell, ...]:
    return (
        *_of_the_list(row), row.effective, row.jurisdiction, row.producer_code, row.producer, row.submitted_by,
        row.routed_by, row.queue, row.reason, row.locator,
    )  # fmt: skip
