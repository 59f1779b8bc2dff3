"""The carrier's papers of the quotes of many submissions, as a list offers them."""

from collections.abc import Sequence

from sqlmodel import col

from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import Submission, SubmissionDocument
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.scope import visible

GIVEN = (QuoteOffer.OFFERED, QuoteOffer.BOUND)


@reads(Permission.VIEW_OWN_ACCOUNTS)
def papers(tx: Tx, *, submissions: Sequence[str]) -> dict[str, str]:
    """For each of these submissions (locators) whose quotes were offered with a document: the locator of the newest.
    What the actor may not see is left out."""
    document = SubmissionDocument
    asked = (
        visible(tx.actor, Quote)
        .join(document, col(document.id) == col(Quote.document_id))
        .join(Submission, col(Submission.id) == col(Quote.submission_id))
        .where(
            col(Submission.locator).in_(submissions),
            col(Quote.offer).in_(GIVEN),
            col(document.removed_at).is_(None),
        )
        .with_only_columns(col(Submission.locator), col(document.locator))
        .order_by(col(Quote.offered_at), col(Quote.id))
    )
    return {row[0]: row[1] for row in tx.db.execute(asked)}
