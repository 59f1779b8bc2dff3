"""What a license and an appointment say, apart from whose they are and how far they have come."""

from dataclasses import dataclass
from datetime import date, datetime

from portal_app.models.enums import LicenseStatus


@dataclass(frozen=True, slots=True)
class LineTerms:
    """A line of authority. Without days of its own it goes with the license; the expiration date is its last day."""

    line: str
    effective_date: date | None = None
    expiration_date: date | None = None


@dataclass(frozen=True, slots=True)
class LicenseTerms:
    """`jurisdictions` are states by two letters, `products` codes of lines of business (none: all that the lines of
    authority cover). From `expiration_time` on it is in force no more."""

    license_number: str = ""
    type: str = ""
    npn: str = ""
    jurisdictions: tuple[str, ...] = ()
    resident: bool = False
    producer_codes: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    lines: tuple[LineTerms, ...] = ()
    original_issue_date: date | None = None
    status: LicenseStatus = LicenseStatus.ACTIVE
    status_date: date | None = None
    effective_time: datetime | None = None
    expiration_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class AppointmentTerms:
    """`carrier` and `licenses` are locators, `lines` lines of authority, `products` codes of lines of business (none:
    all). From `termination_date` on it is in force no more."""

    appointment_number: str = ""
    carrier: str = ""
    jurisdictions: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    producer_codes: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    effective_date: date | None = None
    termination_date: date | None = None
    reason: str = ""
    just_in_time: bool = False
