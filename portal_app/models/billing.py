"""Billing: how a policy is paid for and what is owed, as the agency's system holds it."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import BillMode
from portal_app.models.stored import stored_enum
from portal_app.models.types import Cents


class PolicyBilling(SQLModel, table=True):
    """One row for each term of a policy, or for the policy as a whole where `term_effective` is empty. An amount or a
    day that the feed does not bring is empty: the portal works none of them out."""

    __tablename__ = "policy_billing"
    __table_args__ = (UniqueConstraint("feed", "source_id", name="uq_policy_billing_source"),)

    id: int | None = key()
    locator: str = locator()
    feed: str = column(Holds.PLAIN, max_length=40)
    source_id: str = column(Holds.PLAIN, max_length=200)
    policy_id: int = reference("policy.id", index=True)
    term_effective: date | None = column(Holds.BUSINESS, None)
    mode: BillMode = column(Holds.BUSINESS, sa_type=stored_enum(BillMode))
    payment_plan: str = column(Holds.BUSINESS, "", max_length=80)
    billed: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)
    paid: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)
    balance: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)
    past_due: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)
    next_due_on: date | None = column(Holds.BUSINESS, None)
    next_due: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)
    last_paid_on: date | None = column(Holds.BUSINESS, None)
    last_paid: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)
    as_of: datetime = moment()
