"""Policies as they stand now: the projection of the ledger, and the only thing that is searched."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import PolicyStatus
from portal_app.models.stored import stored_enum
from portal_app.models.types import Cents


class LineOfBusiness(SQLModel, table=True):
    """A line that the agency writes. `response_days` is how many business days an answer to a submission may take."""

    __tablename__ = "line_of_business"
    __table_args__ = (CheckConstraint("response_days BETWEEN 1 AND 60", name="ck_line_response_days"),)

    id: int | None = key()
    code: str = column(Holds.PLAIN, unique=True, max_length=40)
    name: str = column(Holds.PLAIN, max_length=80)
    response_days: int = column(Holds.PLAIN, 2)


class Carrier(SQLModel, table=True):
    __tablename__ = "carrier"

    id: int | None = key()
    locator: str = locator()
    name: str = column(Holds.PLAIN, unique=True, max_length=120)
    naic: str = column(Holds.PLAIN, "", max_length=5)


class Policy(SQLModel, table=True):
    """One policy across its terms. The columns show the current term as everything that is issued leaves it, but for
    the producer codes: those are the ones in force, until `codes_change_at`. `vins` and `streets` repeat the rows of
    their own tables, one a line, for the text index. What searches need further, the index by name above all, is in
    `policy_search`, kept by the database's own triggers."""

    __tablename__ = "policy"
    __table_args__ = (
        UniqueConstraint("feed", "source_id", name="uq_policy_source"),
        CheckConstraint("expiration > effective", name="ck_policy_term"),
        # What Home adds up is in these, so that no row of this wide table is read for it.
        Index("ix_policy_book", "producer_code_id", "status", "expiration", "effective", "line_id", "premium"),
        Index("ix_policy_status", "status", "expiration", "effective", "line_id", "premium", "producer_code_id"),
        Index("ix_policy_number", "number_key"),
        Index("ix_policy_codes_change_at", "codes_change_at"),
    )

    id: int | None = key()
    locator: str = locator()
    feed: str = column(Holds.PLAIN, max_length=40)
    source_id: str = column(Holds.PLAIN, max_length=200)
    account_id: int = reference("account.id", index=True)
    line_id: int = reference("line_of_business.id")
    carrier_id: int = reference("carrier.id", index=True)
    producer_code_id: int | None = reference("producer_code.id", None)
    code_of_record_id: int | None = reference("producer_code.id", None)
    codes_change_at: datetime | None = moment(None)
    number: str = column(Holds.BUSINESS, max_length=64)
    number_key: str = column(Holds.BUSINESS, max_length=64)
    insured_name: str = column(Holds.CONTACT, max_length=200)
    description: str = column(Holds.BUSINESS, "", max_length=2000)
    effective: date = column(Holds.BUSINESS)
    expiration: date = column(Holds.BUSINESS)
    status: PolicyStatus = column(Holds.BUSINESS, sa_type=stored_enum(PolicyStatus))
    premium: Decimal = column(Holds.BUSINESS, sa_type=Cents)
    vins: str = column(Holds.BUSINESS, "")
    streets: str = column(Holds.CONTACT, "")
    as_of: datetime = moment()


class PolicyTerm(SQLModel, table=True):
    """One term of a policy as it stands now."""

    __tablename__ = "policy_term"
    __table_args__ = (
        UniqueConstraint("policy_id", "effective", name="uq_term"),
        CheckConstraint("expiration > effective", name="ck_term"),
    )

    id: int | None = key()
    policy_id: int = reference("policy.id")
    number: str = column(Holds.BUSINESS, max_length=64)
    effective: date = column(Holds.BUSINESS)
    expiration: date = column(Holds.BUSINESS)
    status: PolicyStatus = column(Holds.BUSINESS, sa_type=stored_enum(PolicyStatus))
    premium: Decimal = column(Holds.BUSINESS, sa_type=Cents)
    producer_code_id: int | None = reference("producer_code.id", None)
    code_of_record_id: int | None = reference("producer_code.id", None)


class Coverage(SQLModel, table=True):
    __tablename__ = "coverage"
    __table_args__ = (UniqueConstraint("policy_id", "position", name="uq_coverage"),)

    id: int | None = key()
    policy_id: int = reference("policy.id")
    position: int = column(Holds.PLAIN)
    name: str = column(Holds.BUSINESS, max_length=120)
    limit: str = column(Holds.BUSINESS, "", max_length=80, sa_column_kwargs={"name": "limit_text"})
    deductible: str = column(Holds.BUSINESS, "", max_length=80)
    premium: Decimal | None = column(Holds.BUSINESS, None, sa_type=Cents)


class Vehicle(SQLModel, table=True):
    __tablename__ = "vehicle"
    __table_args__ = (UniqueConstraint("policy_id", "position", name="uq_vehicle"), Index("ix_vehicle_vin", "vin"))

    id: int | None = key()
    policy_id: int = reference("policy.id")
    position: int = column(Holds.PLAIN)
    vin: str = column(Holds.BUSINESS, max_length=32)
    year: int | None = column(Holds.BUSINESS, None)
    make: str = column(Holds.BUSINESS, "", max_length=60)
    model: str = column(Holds.BUSINESS, "", max_length=60)


class PolicyAddress(SQLModel, table=True):
    """A property that the policy covers."""

    __tablename__ = "policy_address"
    __table_args__ = (UniqueConstraint("policy_id", "position", name="uq_policy_address"),)

    id: int | None = key()
    policy_id: int = reference("policy.id")
    position: int = column(Holds.PLAIN)
    street: str = column(Holds.CONTACT, max_length=200)
    city: str = column(Holds.CONTACT, "", max_length=100)
    state: str = column(Holds.CONTACT, "", max_length=2)
    postal_code: str = column(Holds.CONTACT, "", max_length=10)


class NameWord(SQLModel, table=True):
    """The words that occur in insureds' names, for finding what was mistyped."""

    __tablename__ = "name_word"

    id: int | None = key()
    word: str = column(Holds.CONTACT, unique=True, max_length=200)
