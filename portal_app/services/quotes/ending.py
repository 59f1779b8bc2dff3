"""What becomes of the offers of a submission that ends without a policy, and when it is taken up again."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import Submission
from portal_app.services import audit
from portal_app.services.door import Tx
from portal_app.services.quotes.referrals import let_go
from portal_app.services.topics import Topic


def end_offers(tx: Tx, submission: Submission) -> None:
    """What was offered of a submission that is held is not taken; whom it was offered to goes on seeing it."""
    for each in _that_are(tx, submission, QuoteOffer.OFFERED):
        each.offer, each.version = QuoteOffer.NOT_TAKEN, each.version + 1
        audit.record(tx, "quote.not_taken", subject_kind="quote", subject=each.locator)


def take_back_offers(tx: Tx, submission: Submission) -> None:
    """Nothing is offered of a submission that was taken up again, until underwriters offer it anew."""
    for each in _that_are(tx, submission, QuoteOffer.OFFERED, QuoteOffer.NOT_TAKEN):
        each.offer, each.version = QuoteOffer.NOT_OFFERED, each.version + 1
        each.offered_at = None
        let_go(each)
        audit.record(tx, "quote.taken_back", subject_kind="quote", subject=each.locator)


def _that_are(tx: Tx, submission: Submission, *offers: QuoteOffer) -> Sequence[Quote]:
    wanted = select(Quote).where(col(Quote.submission_id) == submission.id, col(Quote.offer).in_(offers))
    tx.changes(Topic.QUOTES)
    return tx.db.scalars(wanted.order_by(col(Quote.id)).with_for_update()).all()
