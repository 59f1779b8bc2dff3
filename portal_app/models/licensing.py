"""What lets a producer write business: licenses, appointments, continuing education and errors-and-omissions cover.

The number of a producer's own license is no secret: states publish it.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference, sealed
from portal_app.models.enums import CredentialState, LicenseStatus
from portal_app.models.stored import stored_enum
from portal_app.models.types import Cents


def names(**more: Any) -> Any:
    """A short list of words, in their order."""
    return column(Holds.PLAIN, default_factory=list, sa_type=JSON, **more)


def credit() -> Any:
    """Hours have two decimals at most and add up exactly, as money does: they are kept like it."""
    return column(Holds.PLAIN, sa_type=Cents)


class ProducerLicense(SQLModel, table=True):
    """A license of one producer. A draft may lack anything and contradict itself. `expires_at` is the moment from which
    it is in force no more; without one it does not end. `version` grows with each change, and `validation` is what came
    of the last one."""

    __tablename__ = "producer_license"
    __table_args__ = (
        Index("ix_producer_license_number", "number"),
        CheckConstraint("version >= 1", name="ck_producer_license_version"),
        CheckConstraint(
            "state <> 'validated' OR (effective_at IS NOT NULL AND (expires_at IS NULL OR expires_at > effective_at))",
            name="ck_producer_license_times",
        ),
    )

    id: int | None = key()
    locator: str = locator()
    version: int = column(Holds.PLAIN, 1)
    state: CredentialState = column(Holds.PLAIN, CredentialState.DRAFT, sa_type=stored_enum(CredentialState))
    producer_id: int = reference("producer.id", index=True)
    number: str = column(Holds.PLAIN, "", max_length=64)
    type: str = column(Holds.PLAIN, "", max_length=80)
    npn: str = column(Holds.PLAIN, "", max_length=10)
    jurisdictions: list[str] = names()
    resident: bool = column(Holds.PLAIN, False)
    products: list[str] = names()
    issued_on: date | None = column(Holds.PLAIN, None)
    status: LicenseStatus = column(Holds.PLAIN, LicenseStatus.ACTIVE, sa_type=stored_enum(LicenseStatus))
    status_on: date | None = column(Holds.PLAIN, None)
    effective_at: datetime | None = moment(None)
    expires_at: datetime | None = moment(None)
    validation: dict[str, Any] | None = column(Holds.PLAIN, None, sa_type=JSON(none_as_null=True))
    created_at: datetime = moment()


class ProducerLicenseLine(SQLModel, table=True):
    """A line of authority of a license; `expires_on` is its last day. Without days of its own it goes with the
    license."""

    __tablename__ = "producer_license_line"
    __table_args__ = (UniqueConstraint("license_id", "line", name="uq_producer_license_line"),)

    id: int | None = key()
    license_id: int = reference("producer_license.id")
    position: int = column(Holds.PLAIN)
    line: str = column(Holds.PLAIN, max_length=40)
    effective_on: date | None = column(Holds.PLAIN, None)
    expires_on: date | None = column(Holds.PLAIN, None)


class ProducerLicenseCode(SQLModel, table=True):
    """A code under which the license is used."""

    __tablename__ = "producer_license_code"

    license_id: int = reference("producer_license.id", primary_key=True)
    producer_code_id: int = reference("producer_code.id", primary_key=True, index=True)


class ProducerAppointment(SQLModel, table=True):
    """A carrier's appointment of a producer. From `terminated_on` on it is in force no more. `lines` are lines of
    authority, `products` lines of business; none of the latter means all. `validation` as of a license."""

    __tablename__ = "producer_appointment"
    __table_args__ = (
        CheckConstraint("version >= 1", name="ck_producer_appointment_version"),
        CheckConstraint(
            "state <> 'validated' OR (carrier_id IS NOT NULL AND effective_on IS NOT NULL "
            "AND (terminated_on IS NULL OR terminated_on >= effective_on))",
            name="ck_producer_appointment_days",
        ),
    )

    id: int | None = key()
    locator: str = locator()
    version: int = column(Holds.PLAIN, 1)
    state: CredentialState = column(Holds.PLAIN, CredentialState.DRAFT, sa_type=stored_enum(CredentialState))
    producer_id: int = reference("producer.id", index=True)
    carrier_id: int | None = reference("carrier.id", None, index=True)
    number: str = column(Holds.PLAIN, "", max_length=64)
    jurisdictions: list[str] = names()
    lines: list[str] = names()
    products: list[str] = names()
    effective_on: date | None = column(Holds.PLAIN, None)
    terminated_on: date | None = column(Holds.PLAIN, None)
    reason: str = column(Holds.PLAIN, "", max_length=200)
    just_in_time: bool = column(Holds.PLAIN, False)
    validation: dict[str, Any] | None = column(Holds.PLAIN, None, sa_type=JSON(none_as_null=True))
    created_at: datetime = moment()


class ProducerAppointmentCode(SQLModel, table=True):
    """A code that the appointment lists: one of its producer, or of somebody below who may work under it."""

    __tablename__ = "producer_appointment_code"

    appointment_id: int = reference("producer_appointment.id", primary_key=True)
    producer_code_id: int = reference("producer_code.id", primary_key=True, index=True)


class ProducerAppointmentLicense(SQLModel, table=True):
    """A license that the appointment rests on."""

    __tablename__ = "producer_appointment_license"

    appointment_id: int = reference("producer_appointment.id", primary_key=True)
    license_id: int = reference("producer_license.id", primary_key=True, index=True)


class EducationRequirement(SQLModel, table=True):
    """What a state asks of a producer in one cycle, as the agency wrote it down. A state without a row asks for what is
    usual."""

    __tablename__ = "education_requirement"
    __table_args__ = (
        CheckConstraint("hours >= ethics_hours AND ethics_hours >= 0", name="ck_education_requirement_hours"),
        CheckConstraint("months BETWEEN 1 AND 120", name="ck_education_requirement_months"),
    )

    jurisdiction: str = column(Holds.PLAIN, primary_key=True, max_length=2)
    version: int = column(Holds.PLAIN, 1)
    hours: Decimal = credit()
    ethics_hours: Decimal = credit()
    months: int = column(Holds.PLAIN)


class EducationCycle(SQLModel, table=True):
    """The time in which a producer has to complete so many hours, `ethics_hours` of them of ethics, for one state.
    `ends_on` is the last day."""

    __tablename__ = "education_cycle"
    __table_args__ = (
        UniqueConstraint("producer_id", "jurisdiction", "begins_on", name="uq_education_cycle"),
        CheckConstraint("ends_on > begins_on", name="ck_education_cycle_days"),
        CheckConstraint("hours >= ethics_hours AND ethics_hours >= 0", name="ck_education_cycle_hours"),
    )

    id: int | None = key()
    locator: str = locator()
    version: int = column(Holds.PLAIN, 1)
    producer_id: int = reference("producer.id")
    jurisdiction: str = column(Holds.PLAIN, max_length=2)
    begins_on: date = column(Holds.PLAIN)
    ends_on: date = column(Holds.PLAIN, index=True)
    hours: Decimal = credit()
    ethics_hours: Decimal = credit()
    created_at: datetime = moment()


class EducationCompletion(SQLModel, table=True):
    """A course that was completed in a cycle. `evidence` says where the proof is: a certificate's number, a file."""

    __tablename__ = "education_completion"
    __table_args__ = (
        UniqueConstraint("cycle_id", "course", "completed_on", name="uq_education_completion"),
        CheckConstraint("hours > 0", name="ck_education_completion_hours"),
    )

    id: int | None = key()
    locator: str = locator()
    cycle_id: int = reference("education_cycle.id")
    course: str = column(Holds.PLAIN, max_length=200)
    completed_on: date = column(Holds.PLAIN)
    hours: Decimal = credit()
    ethics: bool = column(Holds.PLAIN, False)
    evidence: str = column(Holds.PLAIN, "", max_length=500)
    created_at: datetime = moment()


class ProducerCover(SQLModel, table=True):
    """Errors-and-omissions insurance of a producer; `expires_on` is its last day. Without a `retroactive_on` it covers
    all that was done before."""

    __tablename__ = "producer_cover"
    __table_args__ = (
        CheckConstraint("expires_on >= effective_on", name="ck_producer_cover_days"),
        CheckConstraint("each_claim > 0 AND aggregate >= each_claim", name="ck_producer_cover_limits"),
        CheckConstraint("retention >= 0", name="ck_producer_cover_retention"),
    )

    id: int | None = key()
    locator: str = locator()
    version: int = column(Holds.PLAIN, 1)
    producer_id: int = reference("producer.id", index=True)
    carrier: str = column(Holds.BUSINESS, max_length=120)
    policy_number: str = column(Holds.BUSINESS, max_length=64)
    each_claim: Decimal = column(Holds.BUSINESS, sa_type=Cents)
    aggregate: Decimal = column(Holds.BUSINESS, sa_type=Cents)
    retention: Decimal = column(Holds.BUSINESS, sa_type=Cents)
    retroactive_on: date | None = column(Holds.BUSINESS, None)
    effective_on: date = column(Holds.BUSINESS)
    expires_on: date = column(Holds.BUSINESS, index=True)
    created_at: datetime = moment()


class CoverRequirement(SQLModel, table=True):
    """The least cover that a producer has to have, and whether they may bind without it. One that was taken back stays,
    `asked` for no more, so that its version tells what was asked before from what is asked anew."""

    __tablename__ = "cover_requirement"
    __table_args__ = (CheckConstraint("each_claim >= 0 AND aggregate >= each_claim", name="ck_cover_requirement"),)

    producer_id: int = reference("producer.id", primary_key=True)
    version: int = column(Holds.PLAIN, 1)
    each_claim: Decimal = column(Holds.BUSINESS, sa_type=Cents)
    aggregate: Decimal = column(Holds.BUSINESS, sa_type=Cents)
    stops_bind: bool = column(Holds.PLAIN, False)
    asked: bool = column(Holds.PLAIN, True)


class LicenseFile(SQLModel, table=True):
    """A file of licenses that somebody looks at before it is applied: one of each person. `content` holds its bytes in
    Base64; anything may stand in it."""

    __tablename__ = "license_file"

    id: int | None = key()
    locator: str = locator()
    user_id: int = reference("portal_user.id", unique=True)
    filename: str = column(Holds.BUSINESS, max_length=200)
    content: dict[str, Any] = sealed()
    created_at: datetime = moment(index=True)
