"""Who may not underwrite any more gives back what they handle: it waits where everybody who works on submissions sees
it."""

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import SubmissionEventKind
from portal_app.models.identity import User
from portal_app.models.submissions import Submission
from portal_app.services import audit
from portal_app.services.door import Tx
from portal_app.services.routing.in_force import underwriters
from portal_app.services.submissions import telling, timeline
from portal_app.services.submissions.lifecycle import OPEN


def release(tx: Tx, user: User) -> None:
    """Take what is open from somebody who was shut out or may not underwrite any more; nothing where they may. Whoever
    manages people sees none of it, and needs not."""
    if user.email in underwriters(tx):
        return
    theirs = select(Submission).where(col(Submission.assignee_id) == user.id, col(Submission.status).in_(OPEN))
    for row in tx.db.scalars(theirs.order_by(col(Submission.id)).with_for_update()):
        row.assignee_id, row.version, row.changed_at = None, row.version + 1, tx.now
        why = f"{user.name} does not handle submissions any more."
        event = timeline.note(tx, row, SubmissionEventKind.ASSIGNED, to="", reason=why)
        audit.record(tx, "submission.released", subject_kind="submission", subject=row.locator)
        telling.programs(tx, row, "assign")
        telling.deciders(tx, row, "submission_to_review", key=event.locator, words=why)
