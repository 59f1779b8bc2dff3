"""What the ledger's services answer: values to show, no rows of tables."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portal_app.models.enums import Origin, PolicyStatus, TransactionKind, TransactionState
from portal_app.services.ledger.instructions import ProducerInfo
from portal_app.services.policies.views import CoverageLine, VehicleLine
from portal_app.services.producers.parents import Above


@dataclass(frozen=True, slots=True)
class Segment:
    """What a term is from one moment to another; `transaction` (a locator) is that from which it stems."""

    begins_at: datetime
    ends_at: datetime
    status: PolicyStatus
    premium: Decimal
    producer_info: ProducerInfo
    transaction: str


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term by everything that is issued."""

    effective: date
    expiration: date
    number: str
    status: PolicyStatus
    premium: Decimal
    producer_info: ProducerInfo


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a policy, the newest first. `version` names its newest transaction."""

    rows: tuple[TermLine, ...]
    version: str


@dataclass(frozen=True, slots=True)
class TransactionLine:
    """One transaction. `processed` are the instructions as they come out where they are applied, `segments` what the
    term is from it on; of a draft, as if it were issued now. `draft_version` is what a draft is changed and issued on
    top of, empty where it is none. The references are locators, empty where there is none."""

    locator: str
    policy: str
    kind: TransactionKind
    state: TransactionState
    origin: Origin
    term_effective: date
    effective_at: datetime
    created_at: datetime
    issued_at: datetime | None
    reversed_at: datetime | None
    reversed_by: str
    reapplies: str
    draft_version: str
    instructions: tuple[dict[str, Any], ...]
    processed: tuple[dict[str, Any], ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Transactions:
    """A page of a policy's transactions, the newest first, and how many there are."""

    rows: tuple[TransactionLine, ...]
    total: int
    version: str


@dataclass(frozen=True, slots=True)
class Happening:
    """A transaction by its times. `reapplies` is the locator of the one that it repeats, `changes` says in sentences
    what an issued one made of its term."""

    locator: str
    kind: TransactionKind
    state: TransactionState
    origin: Origin
    term_effective: date
    effective_at: datetime
    issued_at: datetime | None
    reversed_at: datetime | None
    reversed_by: str
    reapplies: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Again:
    """A transaction that would be reversed, or that would come back."""

    locator: str
    kind: TransactionKind
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class Outlook:
    """What issuing a draft would do. Its own `segments` are what its term would be; `now` is what that is as long as it
    is not issued. Those of `again` are reversed and applied again, those of `falls` only reversed; those of `returns`
    had fallen with the cancellation that is ended, and come back. `moved` says that something was issued since its
    author looked, `version` the newest of it, `problem` why it would be refused; empty where it would not."""

    draft: TransactionLine
    now: tuple[Segment, ...]
    again: tuple[Again, ...]
    falls: tuple[Again, ...]
    returns: tuple[Again, ...]
    moved: bool
    version: str
    problem: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A policy at a moment. `producers` are who held the code at that moment and everybody above them then, from the
    bottom up, as far as it was known, by the names that they bear today."""

    policy: str
    at: datetime
    by_issued_time: bool
    term_effective: date
    term_expiration: date
    segment: Segment
    in_force: bool
    number: str
    line: str
    carrier: str
    insured_name: str
    description: str
    status: PolicyStatus
    premium: Decimal
    producer_info: ProducerInfo
    producers: tuple[Above, ...]
    coverages: tuple[CoverageLine, ...]
    vehicles: tuple[VehicleLine, ...]
    locations: tuple[str, ...]
