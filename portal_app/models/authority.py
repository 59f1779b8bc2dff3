"""Binding authority: who may bind what, what may not be bound for the time being, and what was decided by that."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import BindAction, BindOutcome, GranteeKind, IssueOutcome, Role
from portal_app.models.stored import stored_enum
from portal_app.models.types import Cents


def names() -> Any:
    """A short list of words, in their order; none means any."""
    return column(Holds.PLAIN, default_factory=list, sa_type=JSON)


def bound() -> Any:
    """An amount of dollars that a grant names, or does not."""
    return column(Holds.PLAIN, None, sa_type=Cents)


class AuthorityRevision(SQLModel, table=True):
    """How often the rules were changed: a single row, which every change raises."""

    __tablename__ = "authority_revision"
    __table_args__ = (
        CheckConstraint("id = 1", name="ck_authority_revision_alone"),
        CheckConstraint("number >= 0", name="ck_authority_revision_number"),
    )

    id: int | None = key()
    number: int = column(Holds.PLAIN)


class AuthorityGrant(SQLModel, table=True):
    """Lets its grantee bind. Without carrier, line or states it is for any; a limit that is None is not named by it.
    `expires_on` is its last day. What was ended is kept, since decisions speak of it."""

    __tablename__ = "authority_grant"
    __table_args__ = (
        CheckConstraint("version >= 1", name="ck_authority_grant_version"),
        CheckConstraint("(grantee = 'role') = (role IS NOT NULL)", name="ck_authority_grant_role"),
        CheckConstraint("(grantee = 'producer') = (producer_id IS NOT NULL)", name="ck_authority_grant_producer"),
        CheckConstraint("(grantee = 'code') = (producer_code_id IS NOT NULL)", name="ck_authority_grant_code"),
        CheckConstraint("allows_new OR allows_endorse OR allows_renew", name="ck_authority_grant_actions"),
        CheckConstraint(
            "max_premium >= 0 AND max_insured_value >= 0 AND max_limit >= 0 AND max_losses >= 0",
            name="ck_authority_grant_amounts",
        ),
        CheckConstraint(
            "min_deductible >= 0 AND max_deductible >= 0 AND max_deductible >= min_deductible",
            name="ck_authority_grant_deductible",
        ),
        CheckConstraint("backdating_days BETWEEN 0 AND 365", name="ck_authority_grant_backdating"),
        CheckConstraint("binder_days BETWEEN 1 AND 365", name="ck_authority_grant_binder"),
        CheckConstraint("expires_on >= effective_on", name="ck_authority_grant_days"),
        CheckConstraint("(ended_at IS NULL) = (ended_by = '')", name="ck_authority_grant_ended"),
        Index("ix_authority_grant_standing", "ended_at", "effective_on"),
    )

    id: int | None = key()
    locator: str = locator()
    version: int = column(Holds.PLAIN, 1)
    grantee: GranteeKind = column(Holds.PLAIN, sa_type=stored_enum(GranteeKind))
    role: Role | None = column(Holds.PLAIN, None, sa_type=stored_enum(Role))
    producer_id: int | None = reference("producer.id", None, index=True)
    producer_code_id: int | None = reference("producer_code.id", None, index=True)
    carrier_id: int | None = reference("carrier.id", None)
    line_id: int | None = reference("line_of_business.id", None)
    jurisdictions: list[str] = names()
    allows_new: bool = column(Holds.PLAIN, False)
    allows_endorse: bool = column(Holds.PLAIN, False)
    allows_renew: bool = column(Holds.PLAIN, False)
    max_premium: Decimal | None = bound()
    max_insured_value: Decimal | None = bound()
    max_limit: Decimal | None = bound()
    min_deductible: Decimal | None = bound()
    max_deductible: Decimal | None = bound()
    max_losses: Decimal | None = bound()
    allowed_classes: list[str] = names()
    excluded_classes: list[str] = names()
    backdating_days: int | None = column(Holds.PLAIN, None)
    binder_days: int | None = column(Holds.PLAIN, None)
    effective_on: date = column(Holds.PLAIN)
    expires_on: date | None = column(Holds.PLAIN, None)
    created_at: datetime = moment()
    created_by: str = column(Holds.CONTACT, max_length=254)
    ended_at: datetime | None = moment(None)
    ended_by: str = column(Holds.CONTACT, "", max_length=254)


class Moratorium(SQLModel, table=True):
    """Nothing is bound in its area while it runs: from `begins_at` to before `ends_at`, or until it is ended. A risk
    lies in the area where its state or the beginning of its ZIP code is named; neither named means everywhere."""

    __tablename__ = "moratorium"
    __table_args__ = (
        CheckConstraint("version >= 1", name="ck_moratorium_version"),
        CheckConstraint("name <> '' AND peril <> '' AND reason <> ''", name="ck_moratorium_told"),
        CheckConstraint("stops_new OR stops_endorse OR stops_renew", name="ck_moratorium_actions"),
        CheckConstraint("ends_at > begins_at", name="ck_moratorium_window"),
        CheckConstraint("(ended_at IS NULL) = (ended_by = '')", name="ck_moratorium_ended"),
        Index("ix_moratorium_standing", "ended_at", "begins_at"),
    )

    id: int | None = key()
    locator: str = locator()
    version: int = column(Holds.PLAIN, 1)
    name: str = column(Holds.PLAIN, max_length=120)
    peril: str = column(Holds.PLAIN, max_length=120)
    reason: str = column(Holds.PLAIN, max_length=500)
    jurisdictions: list[str] = names()
    zip_prefixes: list[str] = names()
    lines: list[str] = names()
    carriers: list[str] = names()
    stops_new: bool = column(Holds.PLAIN, False)
    stops_endorse: bool = column(Holds.PLAIN, False)
    stops_renew: bool = column(Holds.PLAIN, False)
    begins_at: datetime = moment()
    ends_at: datetime | None = moment(None)
    created_at: datetime = moment()
    created_by: str = column(Holds.CONTACT, max_length=254)
    ended_at: datetime | None = moment(None)
    ended_by: str = column(Holds.CONTACT, "", max_length=254)


class AuthorityDecision(SQLModel, table=True):
    """What was answered to whom, when, and by which revision of the rules: about a quote, about a drafted transaction
    of a policy, or about facts that somebody put by hand. `inputs` hold all that the answer was made of, `failing` says
    how many rules do not pass. `issue` says what became of the transaction where it was answered since somebody issued
    it: who asked then decided what the answer refers."""

    __tablename__ = "authority_decision"
    __table_args__ = (
        CheckConstraint("quote_id IS NULL OR policy_id IS NULL", name="ck_authority_decision_on_one"),
        CheckConstraint("(policy_id IS NULL) = (transaction_locator = '')", name="ck_authority_decision_transaction"),
        CheckConstraint("revision >= 0", name="ck_authority_decision_revision"),
        CheckConstraint("(outcome = 'bind') = (failing = 0)", name="ck_authority_decision_bind"),
        CheckConstraint("issue IS NULL OR policy_id IS NOT NULL", name="ck_authority_decision_issue"),
        Index("ix_authority_decision_quote", "quote_id", "id"),
        Index("ix_authority_decision_transaction", "transaction_locator", "id"),
        Index("ix_authority_decision_user", "user_id", "id"),
    )

    id: int | None = key()
    locator: str = locator()
    quote_id: int | None = reference("quote.id", None)
    policy_id: int | None = reference("policy.id", None)
    transaction_locator: str = column(Holds.PLAIN, "", max_length=26)
    user_id: int | None = reference("portal_user.id", None)
    asked_by: str = column(Holds.CONTACT, max_length=254)
    asked_at: datetime = moment()
    revision: int = column(Holds.PLAIN)
    action: BindAction = column(Holds.BUSINESS, sa_type=stored_enum(BindAction))
    outcome: BindOutcome = column(Holds.BUSINESS, sa_type=stored_enum(BindOutcome))
    failing: int = column(Holds.BUSINESS)
    binder_days: int | None = column(Holds.BUSINESS, None)
    issue: IssueOutcome | None = column(Holds.BUSINESS, None, sa_type=stored_enum(IssueOutcome))
    inputs: dict[str, Any] = column(Holds.CONTACT, sa_type=JSON)
    answers: list[dict[str, Any]] = column(Holds.BUSINESS, sa_type=JSON)
