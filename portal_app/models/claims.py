"""Claims on policies, as the agency's system holds them."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import ClaimStatus
from portal_app.models.stored import stored_enum
from portal_app.models.types import Cents


class Claim(SQLModel, table=True):
    """One claim. Its description is free text that may tell of injuries and people: it is kept as personal data."""

    __tablename__ = "claim"
    __table_args__ = (
        UniqueConstraint("feed", "source_id", name="uq_claim_source"),
        CheckConstraint("reported_on >= lost_on", name="ck_claim_reported"),
        CheckConstraint("closed_on >= lost_on", name="ck_claim_closed"),
    )

    id: int | None = key()
    locator: str = locator()
    feed: str = column(Holds.PLAIN, max_length=40)
    source_id: str = column(Holds.PLAIN, max_length=200)
    policy_id: int = reference("policy.id", index=True)
    number: str = column(Holds.BUSINESS, max_length=64)
    status: ClaimStatus = column(Holds.BUSINESS, sa_type=stored_enum(ClaimStatus))
    lost_on: date = column(Holds.BUSINESS)
    reported_on: date | None = column(Holds.BUSINESS, None)
    closed_on: date | None = column(Holds.BUSINESS, None)
    cause: str = column(Holds.BUSINESS, "", max_length=120)
    description: str | None = column(Holds.PERSONAL, None)
    paid: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)
    reserved: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)
    adjuster: str = column(Holds.CONTACT, "", max_length=120)
    adjuster_phone: str = column(Holds.CONTACT, "", max_length=40)
    as_of: datetime = moment()
