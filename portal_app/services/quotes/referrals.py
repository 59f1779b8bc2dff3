"""Quotes that the underwriters are asked to bind."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlmodel import col

from portal_app.models.identity import User
from portal_app.models.policies import Carrier
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.services.door import Tx
from portal_app.services.identity.names import called
from portal_app.services.scope import visible

REFERRED = (
    col(Quote.offer) == QuoteOffer.OFFERED,
    col(Quote.referred_at).is_not(None),
    col(Quote.refused_at).is_(None),
)
"""Which quotes underwriters are asked to bind, for a query."""
NEVER_REFERRED = col(Quote.referred_at).is_(None)
"""Which quotes nobody put to them."""


@dataclass(frozen=True, slots=True)
class Referral:
    """`quote` is the locator of the one that is to be bound; `by` is who asked, as people are called, `by_id` their
    id."""

    quote: str
    carrier: str
    by: str
    by_id: int


def is_referred(row: Quote) -> bool:
    """Whether underwriters are asked to bind it, and did not refuse."""
    return row.referred_at is not None and row.refused_at is None


def let_go(row: Quote) -> None:
    """Nobody is asked to bind it any more, and nobody refused."""
    row.referred_at, row.referred_by_id = None, None
    row.refused_at, row.refused_by, row.refusal = None, "", ""


def open_referrals(tx: Tx, submissions: Collection[int]) -> dict[int, Referral]:
    """By the id of the submission: who asks the underwriters to bind a quote of it; of several the last."""
    if not submissions:
        return {}
    asked: Any = (
        visible(tx.actor, Quote)
        .join(Carrier, col(Carrier.id) == col(Quote.carrier_id))
        .join(User, col(User.id) == col(Quote.referred_by_id))
        .where(col(Quote.submission_id).in_(submissions), *REFERRED)
        .with_only_columns(col(Quote.submission_id), col(Quote.locator), col(Carrier.name), called(), col(User.id))
        .order_by(col(Quote.referred_at), col(Quote.id))
    )
    return {row[0]: Referral(*row[1:]) for row in tx.db.execute(asked)}
