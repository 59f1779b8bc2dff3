"""What the policy services answer: values to show, no rows of tables."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from portal_app.models.enums import Origin, PolicyStatus, TransactionKind


class Sort(StrEnum):
    """The columns by which a list of policies can be ordered."""

    INSURED = "insured"
    NUMBER = "number"
    LINE = "line"
    CARRIER = "carrier"
    EFFECTIVE = "effective"
    EXPIRATION = "expiration"
    PREMIUM = "premium"
    STATUS = "status"


class Matched(StrEnum):
    """Which of a policy's searchable fields holds what was asked for."""

    INSURED = "Insured name"
    NUMBER = "Policy number"
    VIN = "VIN"
    ADDRESS = "Property address"


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it arrives, unchecked but for its types. Empty means: not asked."""

    text: str = ""
    line: str = ""
    status: str = ""
    carrier: str = ""
    account: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    expiring_from: date | None = None
    expiring_to: date | None = None
    sort: Sort = Sort.INSURED
    descending: bool = False
    offset: int = 0
    count: int = 50


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """The columns of the results table. `premium` is Decimal dollars for the term."""

    locator: str
    account_locator: str
    insured_name: str
    number: str
    line: str
    carrier: str
    effective: date
    expiration: date
    premium: Decimal
    status: PolicyStatus
    matched: Matched | None = None
    matched_text: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One page and the exact total. `corrected` says which words were taken in place of mistyped ones (asked →
    taken)."""

    rows: tuple[PolicyRow, ...]
    total: int
    offset: int
    count: int
    corrected: tuple[tuple[str, str], ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class CoverageLine:
    name: str
    limit: str
    deductible: str
    premium: Decimal | None


@dataclass(frozen=True, slots=True)
class VehicleLine:
    vin: str
    description: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One transaction of the ledger, in words. `changes` are sentences such as "Premium 1,200.00 → 1,250.00"."""

    kind: TransactionKind
    origin: Origin
    effective_at: datetime
    known_at: datetime
    term_effective: date
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermLine:
    number: str
    effective: date
    expiration: date
    status: PolicyStatus
    premium: Decimal


@dataclass(frozen=True, slots=True)
class PolicyDetail:
    """The policy page. `as_of` and `feed` say where it comes from and how old it is; `producer` is the name behind
    the current code."""

    row: PolicyRow
    description: str
    producer_code: str
    producer: str
    code_of_record: str
    insured_names: tuple[str, ...]
    mailing_address: tuple[str, ...]
    email: str
    phone: str
    coverages: tuple[CoverageLine, ...]
    vehicles: tuple[VehicleLine, ...]
    locations: tuple[str, ...]
    terms: tuple[TermLine, ...]
    history: tuple[HistoryEntry, ...]
    feed: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class AccountRow:
    locator: str
    name: str
    kind: str
    city: str
    state: str
    policies: int


@dataclass(frozen=True, slots=True)
class AccountDetail:
    """The account page; the personal values are masked (last digits only) or absent."""

    locator: str
    name: str
    kind: str
    mailing_address: tuple[str, ...]
    email: str
    phone: str
    tax_id_masked: str
    birth_year: str
    policies: tuple[PolicyRow, ...]
    total_policies: int
    premium_in_force: Decimal
    feed: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """A value for a filter: what is sent and what is read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Filters:
    """The choices of the filters, of what the actor may see."""

    lines: tuple[Choice, ...]
    carriers: tuple[Choice, ...]
    statuses: tuple[Choice, ...]
