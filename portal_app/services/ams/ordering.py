"""What is to go to the agency's management system is ordered in the transaction that it is about. Where nothing is set
up it is written down as not sent, with the reason."""

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.ams import AmsHandover, HandoverKind
from portal_app.models.enums import SubmissionEventKind
from portal_app.models.submissions import Submission
from portal_app.services import audit, outbox
from portal_app.services.ams import set_up
from portal_app.services.door import Tx
from portal_app.services.submissions import timeline
from portal_app.services.submissions.rows import named

TOPIC = "ams"


def order(tx: Tx, row: Submission, kind: HandoverKind) -> None:
    """Have it sent, once this transaction is through. What was ordered before is left as it stands."""
    if ordered(tx, row, kind) is not None:
        return
    made = AmsHandover(submission_id=row.id or 0, kind=kind, ordered_at=tx.now, ordered_by=named(tx))
    if why := set_up.missing(tx, kind):
        timeline.note(tx, row, SubmissionEventKind.NOT_SENT, what=kind.value, reason=why)
    else:
        put(tx, row, made)
    tx.db.add(made)


def put(tx: Tx, row: Submission, handover: AmsHandover) -> None:
    """Put it into the outbox, under the key that it has: what goes to the system of one submission leaves in order."""
    payload = {"handover": handover.locator}
    handover.message = outbox.enqueue(tx, TOPIC, record_key=f"ams:{row.locator}", payload=payload)
    handover.ordered_at, handover.ordered_by, handover.sent_at = tx.now, named(tx), None
    detail = {"what": handover.kind.value, "key": handover.locator}
    audit.record(tx, "submission.ams_ordered", subject_kind="submission", subject=row.locator, detail=detail)


def ordered(tx: Tx, row: Submission, kind: HandoverKind) -> AmsHandover | None:
    mine = (col(AmsHandover.submission_id) == row.id, col(AmsHandover.kind) == kind)
    return tx.db.scalars(select(AmsHandover).where(*mine)).first()
