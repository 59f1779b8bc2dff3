"""What a policy was bound from."""

from dataclasses import dataclass

from sqlmodel import col

from portal_app.models.enums import SubmissionDocumentKind
from portal_app.models.submissions import Submission, SubmissionDocument
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.policies.detail import find_policy
from portal_app.services.scope import visible


@dataclass(frozen=True, slots=True)
class BoundFrom:
    """The submission by its locator and its number, and its binder (the locator of a document), empty until that is
    made."""

    submission: str
    number: str
    binder: str = ""


@reads(Permission.VIEW_OWN_ACCOUNTS)
def bound_from(tx: Tx, *, policy: str) -> BoundFrom | None:
    """The submission that became the policy (by its locator), the newest where there are several; None where it came
    from the agency's system, or the submission is not the actor's to see. Raises NotFound."""
    mine = visible(tx.actor, Submission).where(col(Submission.policy_id) == find_policy(tx, policy).id)
    row = tx.db.scalars(mine.order_by(col(Submission.id).desc())).first()
    if row is None:
        return None
    papers = visible(tx.actor, SubmissionDocument).where(
        col(SubmissionDocument.submission_id) == row.id, col(SubmissionDocument.kind) == SubmissionDocumentKind.BINDER
    )
    binder = tx.db.scalars(papers.order_by(col(SubmissionDocument.id).desc())).first()
    return BoundFrom(row.locator, row.number or "", binder.locator if binder else "")
