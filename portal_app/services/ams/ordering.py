"""What is to go to the agency's management system is ordered in the transaction that it is about. Where nothing is set
up it is written down as not sent, with the reason."""

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.ams import OUTCOMES, AmsHandover, HandoverKind
from portal_app.models.enums import SubmissionEventKind
from portal_app.models.outbox import OutboxMessage
from portal_app.models.submissions import Submission, SubmissionEvent
from portal_app.services import audit, outbox
from portal_app.services.ams import set_up
from portal_app.services.door import Tx
from portal_app.services.submissions import timeline
from portal_app.services.submissions.rows import named

TOPIC = "ams"


def order(tx: Tx, row: Submission, kind: HandoverKind) -> None:
    """Have it sent, once this transaction is through. What was ordered before is left as it stands."""
    if ordered(tx, row, kind) is None:
        _order(tx, row, kind)


def order_outcome(tx: Tx, row: Submission, event: SubmissionEvent) -> None:
    """Have the system told of this line of the timeline (declined, withdrawn, reopened) wherever the submission went
    before; nowhere where it has nothing of it. That it was reopened is told where its end was."""
    for handed, outcome in OUTCOMES.items():
        before = outcome if event.about.get("reopened") else handed
        if _goes_or_went(tx, ordered(tx, row, before)):
            _order(tx, row, outcome, event.locator)


def _goes_or_went(tx: Tx, found: AmsHandover | None) -> bool:
    """Whether the system has it, or gets it by itself."""
    if found is None or found.sent_at is not None:
        return found is not None
    own = (col(OutboxMessage.locator) == found.message, col(OutboxMessage.dead_at).is_(None))
    return tx.db.scalar(select(col(OutboxMessage.id)).where(*own)) is not None


def _order(tx: Tx, row: Submission, kind: HandoverKind, event: str = "") -> None:
    made = AmsHandover(submission_id=row.id or 0, kind=kind, event=event, ordered_at=tx.now, ordered_by=named(tx))
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
    """The newest of that kind."""
    mine = (col(AmsHandover.submission_id) == row.id, col(AmsHandover.kind) == kind)
    return tx.db.scalars(select(AmsHandover).where(*mine).order_by(col(AmsHandover.id).desc())).first()
