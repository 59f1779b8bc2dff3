"""Whose turn it is as a condition of a query, for lists and counts: the same as `turns.turn_of` says of one."""

from sqlalchemy import ColumnElement, and_, exists, not_, or_
from sqlmodel import col

from portal_app.models.enums import SubmissionStatus
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import Submission
from portal_app.services.door import Tx
from portal_app.services.licensing.records import today
from portal_app.services.quotes.referrals import NEVER_REFERRED, REFERRED
from portal_app.services.scope import in_scope
from portal_app.services.submissions.lifecycle import OPEN
from portal_app.services.submissions.turns import Turn

S = SubmissionStatus


def is_valid(tx: Tx) -> ColumnElement[bool]:
    """Whether the carrier stands by a quote today."""
    return or_(col(Quote.valid_until).is_(None), col(Quote.valid_until) >= today(tx))


def stands(tx: Tx) -> ColumnElement[bool]:
    """Whether the carrier stands by a quote that was offered of the submission."""
    return _has_quote(col(Quote.offer) == QuoteOffer.OFFERED, is_valid(tx))


def is_free(tx: Tx) -> ColumnElement[bool]:
    """Whether such a quote was never put to the underwriters, so that the producer may choose it."""
    return _has_quote(in_scope(tx.actor, Quote), col(Quote.offer) == QuoteOffer.OFFERED, is_valid(tx), NEVER_REFERRED)


def lapsed(tx: Tx) -> ColumnElement[bool]:
    """Quoted, with no quote by which a carrier stands, and the producer is asked for nothing."""
    return and_(col(Submission.status) == S.QUOTED, not_(_asked()), not_(stands(tx)))


def turn_is(tx: Tx, turn: Turn) -> ColumnElement[bool]:
    """Whether it is the turn of these, for who asks. What is the turn of both is each one's."""
    status, is_open = col(Submission.status), col(Submission.status).in_(OPEN)
    to_bind = and_(status == S.QUOTED, stands(tx))
    if turn is Turn.NOBODY:
        return not_(or_(is_open, status == S.DRAFT))
    if turn is Turn.PRODUCER:
        theirs = and_(to_bind, or_(not_(_referred(tx)), is_free(tx)))
        return or_(status == S.DRAFT, and_(is_open, or_(_asked(), theirs)))
    decides = and_(to_bind, not_(_asked()), _referred(tx))
    if turn is Turn.BOTH:
        return and_(decides, is_free(tx))
    to_answer = and_(is_open, not_(_asked()), not_(to_bind))
    if turn is Turn.CARRIER:
        return and_(to_answer, col(Submission.contact) != "")
    return or_(and_(to_answer, col(Submission.contact) == ""), decides)


def _asked() -> ColumnElement[bool]:
    return col(Submission.waiting_since).is_not(None)


def _referred(tx: Tx) -> ColumnElement[bool]:
    return _has_quote(in_scope(tx.actor, Quote), *REFERRED)


def _has_quote(*wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(col(Quote.submission_id) == col(Submission.id), *wanted).correlate(Submission)
