"""Quotes as they are answered: values to show, no rows of tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import QuoteState
from portal_app.models.policies import Carrier, LineOfBusiness
from portal_app.models.producers import Producer, ProducerCode
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import Submission, SubmissionDocument
from portal_app.services.door import Tx
from portal_app.services.scope import in_scope


@dataclass(frozen=True, slots=True)
class QuoteView:
    """`insured_name` is the submission's, or the account's of a quote of none. `line` is the code of the line of
    business, `carrier_locator` and `account` are locators; `account` is empty where the account is not the actor's to
    see, `producer_code` and `producer` where the quote carries none. Amounts are dollars with cents, None where they
    are not known. `submission` is a locator, empty for a quote of none; `document` that of the carrier's paper among
    its documents, empty where there is none. `refusal` is the reason of underwriters who were asked to bind it and did
    not, at `refused_at`."""

    locator: str
    state: QuoteState
    account: str
    insured_name: str
    line: str
    line_name: str
    carrier: str
    carrier_locator: str
    producer_code: str
    producer: str
    effective: date
    expiration: date
    valid_until: date | None
    jurisdiction: str
    postal_code: str
    premium: Decimal | None
    insured_value: Decimal | None
    limit: Decimal | None
    deductible: Decimal | None
    losses: Decimal | None
    class_codes: tuple[str, ...]
    terms: str
    version: int
    created_at: datetime
    created_by: str
    underwritten_at: datetime | None
    submission: str
    offer: QuoteOffer
    offered_at: datetime | None
    document: str
    referred_at: datetime | None
    refused_at: datetime | None
    refused_by: str
    refusal: str
    bound_at: datetime | None
    bound_by: str


@dataclass(frozen=True, slots=True)
class Quotes:
    """A page of quotes, the newest first, and how many there are."""

    rows: tuple[QuoteView, ...]
    total: int
    offset: int = 0


OWN = (
    "locator", "state", "effective", "expiration", "valid_until", "jurisdiction", "postal_code", "premium",
    "insured_value", "limit", "deductible", "losses", "terms", "version", "created_at", "created_by", "underwritten_at",
    "offer", "offered_at", "referred_at", "refused_at", "refused_by", "refusal", "bound_at", "bound_by",
)  # fmt: skip


def shown(tx: Tx, rows: Sequence[Quote]) -> list[QuoteView]:
    """The quotes, which the actor was found to see, as they are answered."""
    named = _names(tx, [each.id or 0 for each in rows])
    return [
        QuoteView(
            **{name: getattr(each, name) for name in OWN}, class_codes=tuple(each.class_codes), **named[each.id or 0]
        )
        for each in rows
    ]


def _names(tx: Tx, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What the quotes of these ids belong to, in names."""
    columns: tuple[Any, ...] = (
        col(Quote.id),
        case((in_scope(tx.actor, Account), col(Account.locator)), else_="").label("account"),
        func.coalesce(func.nullif(col(Submission.insured_name), ""), col(Account.name)).label("insured_name"),
        col(LineOfBusiness.code).label("line"),
        col(LineOfBusiness.name).label("line_name"),
        col(Carrier.name).label("carrier"),
        col(Carrier.locator).label("carrier_locator"),
        func.coalesce(col(ProducerCode.code), "").label("producer_code"),
        func.coalesce(col(Producer.name), "").label("producer"),
        func.coalesce(col(Submission.locator), "").label("submission"),
        func.coalesce(col(SubmissionDocument.locator), "").label("document"),
    )
    asked = (
        select(*columns)
        .join(Account, col(Account.id) == col(Quote.account_id))
        .join(LineOfBusiness, col(LineOfBusiness.id) == col(Quote.line_id))
        .join(Carrier, col(Carrier.id) == col(Quote.carrier_id))
        .outerjoin(ProducerCode, col(ProducerCode.id) == col(Quote.producer_code_id))
        .outerjoin(Producer, col(Producer.id) == col(ProducerCode.producer_id))
        .outerjoin(Submission, col(Submission.id) == col(Quote.submission_id))
        .outerjoin(SubmissionDocument, col(SubmissionDocument.id) == col(Quote.document_id))
        .where(col(Quote.id).in_(ids))
    )
    found = (dict(row) for row in tx.db.execute(asked).mappings())
    return {row.pop("id"): row for row in found}
