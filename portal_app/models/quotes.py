"""Quotes: what a carrier would insure somebody for, before it becomes a policy; and what underwriting flagged."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import FlagCause, FlagLevel, Labelled, QuoteState
from portal_app.models.stored import stored_enum
from portal_app.models.types import Cents


class QuoteOffer(Labelled):
    """What became of a quote of a submission: of those that were offered one may be bound, the others are then not
    taken."""

    NOT_OFFERED = "not_offered"
    OFFERED = "offered"
    BOUND = "bound"
    NOT_TAKEN = "not_taken"


class Quote(SQLModel, table=True):
    """Carries at most one producer code. What is empty is not known: a rule that needs it refers the quote to a person.
    `jurisdiction` is the state of the risk by two letters, `insured_value` all that is insured, `limit` the highest
    limit, `losses` what was paid and reserved in the years that the carrier asks about. `offer` says what became of one
    of a submission, `document_id` is the carrier's own paper; `referred_at` tells since when underwriters are asked to
    bind it, `refused_at` when one of them refused, and `refusal` why."""

    __tablename__ = "quote"
    __table_args__ = (
        CheckConstraint("expiration > effective", name="ck_quote_term"),
        CheckConstraint("version >= 1", name="ck_quote_version"),
        CheckConstraint(
            "premium >= 0 AND insured_value >= 0 AND limit_amount >= 0 AND deductible >= 0 AND losses >= 0",
            name="ck_quote_amounts",
        ),
        CheckConstraint(
            "(refused_at IS NULL) = (refused_by = '') AND (refused_at IS NULL) = (refusal = '')",
            name="ck_quote_refusal",
        ),
        Index("ix_quote_account", "account_id", "id"),
        Index("ix_quote_producer_code", "producer_code_id", "state"),
        Index("ix_quote_submission", "submission_id", "id"),
        Index("ix_quote_state", "state", "id"),
        Index(
            "uq_quote_bound",
            "submission_id",
            unique=True,
            sqlite_where=text("offer = 'bound'"),
            postgresql_where=text("offer = 'bound'"),
        ),
    )

    id: int | None = key()
    locator: str = locator()
    state: QuoteState = column(Holds.BUSINESS, QuoteState.DRAFT, sa_type=stored_enum(QuoteState))
    account_id: int = reference("account.id")
    submission_id: int | None = reference("submission.id", None)
    line_id: int = reference("line_of_business.id")
    carrier_id: int = reference("carrier.id")
    producer_code_id: int | None = reference("producer_code.id", None)
    effective: date = column(Holds.BUSINESS)
    expiration: date = column(Holds.BUSINESS)
    valid_until: date | None = column(Holds.BUSINESS, None)
    jurisdiction: str = column(Holds.BUSINESS, "", max_length=2)
    postal_code: str = column(Holds.CONTACT, "", max_length=10)
    premium: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)
    insured_value: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)
    limit: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents, sa_column_kwargs={"name": "limit_amount"})
    deductible: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)
    losses: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)
    class_codes: list[str] = column(Holds.BUSINESS, default_factory=list, sa_type=JSON)
    terms: str = column(Holds.BUSINESS, "", max_length=4000)
    version: int = column(Holds.PLAIN, 1)
    created_at: datetime = moment()
    created_by: str = column(Holds.CONTACT, max_length=254)
    underwritten_at: datetime | None = moment(None)
    offer: QuoteOffer = column(Holds.BUSINESS, QuoteOffer.NOT_OFFERED, sa_type=stored_enum(QuoteOffer))
    offered_at: datetime | None = moment(None)
    document_id: int | None = reference("submission_document.id", None)
    referred_at: datetime | None = moment(None)
    referred_by_id: int | None = reference("portal_user.id", None)
    refused_at: datetime | None = moment(None)
    refused_by: str = column(Holds.CONTACT, "", max_length=254)
    refusal: str = column(Holds.BUSINESS, "", max_length=2000)
    bound_at: datetime | None = moment(None)
    bound_by: str = column(Holds.CONTACT, "", max_length=254)


class UnderwritingFlag(SQLModel, table=True):
    """Stands on a quote or on a transaction of a policy, which keeps its locator when it is issued. `producer_code` is
    the code (locator) that was found not valid: who removes the flag lets that one through and no other."""

    __tablename__ = "underwriting_flag"
    __table_args__ = (
        CheckConstraint("(quote_id IS NULL) <> (policy_id IS NULL)", name="ck_flag_on_one"),
        CheckConstraint("(policy_id IS NULL) = (transaction_locator = '')", name="ck_flag_transaction"),
        CheckConstraint("(cause = 'producer') = (producer_code <> '')", name="ck_flag_producer_code"),
        CheckConstraint("(removed_at IS NULL) = (removed_by = '')", name="ck_flag_removed"),
        Index(
            "uq_flag_of_quote",
            "quote_id",
            "producer_code",
            unique=True,
            sqlite_where=text("cause = 'producer' AND quote_id IS NOT NULL"),
            postgresql_where=text("cause = 'producer' AND quote_id IS NOT NULL"),
        ),
        Index(
            "uq_flag_of_transaction",
            "transaction_locator",
            "producer_code",
            unique=True,
            sqlite_where=text("cause = 'producer' AND policy_id IS NOT NULL"),
            postgresql_where=text("cause = 'producer' AND policy_id IS NOT NULL"),
        ),
        Index("ix_flag_quote", "quote_id", "id"),
        Index("ix_flag_transaction", "transaction_locator", "id"),
    )

    id: int | None = key()
    locator: str = locator()
    quote_id: int | None = reference("quote.id", None)
    policy_id: int | None = reference("policy.id", None)
    transaction_locator: str = column(Holds.PLAIN, "", max_length=26)
    cause: FlagCause = column(Holds.PLAIN, sa_type=stored_enum(FlagCause))
    level: FlagLevel = column(Holds.BUSINESS, sa_type=stored_enum(FlagLevel))
    tag: str = column(Holds.BUSINESS, max_length=200)
    note: str = column(Holds.BUSINESS, "", max_length=2000)
    producer_code: str = column(Holds.PLAIN, "", max_length=26)
    created_at: datetime = moment()
    created_by: str = column(Holds.CONTACT, max_length=254)
    removed_at: datetime | None = moment(None)
    removed_by: str = column(Holds.CONTACT, "", max_length=254)
