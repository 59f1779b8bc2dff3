"""What the outside implements. Services know these shapes and nothing of who fills them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from portal_app.models.enums import (
    AccountKind,
    BillMode,
    Cadence,
    ClaimStatus,
    DocumentCategory,
    FeedKind,
    PolicyStatus,
    ProducerKind,
)
from portal_app.services.ams.port import AmsIntake
from portal_app.services.media.port import Scanner
from portal_app.services.producers import loading
from portal_app.services.producers.configuration import ProducerConfiguration
from portal_app.services.producers.plugins import Plugins
from portal_app.services.webhooks.port import WebhookSender


class RowProblem(Exception):
    """A row that cannot be taken in. `reasons` are sentences that name the column and never repeat a personal value."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


class FeedUnavailable(Exception):
    """The feed could not be read now (folder missing, no permission); the next run may succeed."""


class FeedAlarm(FeedUnavailable):
    """Who answers is not the agency's system: the feed stops, and people are told."""


@dataclass(frozen=True, slots=True)
class AddressRecord:
    street: str
    city: str = ""
    state: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class VehicleRecord:
    vin: str
    year: int | None = None
    make: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class CoverageRecord:
    """A coverage line; amounts in Decimal dollars, None where the feed does not say."""

    name: str
    limit: str = ""
    deductible: str = ""
    premium: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ProducerRecord:
    code: str
    name: str
    kind: ProducerKind = ProducerKind.INDIVIDUAL
    parent_code: str = ""
    npn: str = ""


@dataclass(frozen=True, slots=True)
class ClientRecord:
    source_id: str
    name: str
    kind: AccountKind
    email: str = ""
    phone: str = ""
    address: AddressRecord | None = None
    birth_date: date | None = None
    tax_id: str = ""
    driver_license: str = ""


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """One term of one policy, as the agency's system holds it. Money is Decimal dollars, written premium for the term.
    `submission` is the Submission ID under which it was bound here, where the system carries it."""

    source_id: str
    policy_id: str
    client_id: str
    number: str
    line: str
    carrier: str
    effective: date
    expiration: date
    status: PolicyStatus
    premium: Decimal
    producer_code: str = ""
    carrier_naic: str = ""
    insured_name: str = ""
    description: str = ""
    cancelled_on: date | None = None
    coverages: tuple[CoverageRecord, ...] = ()
    vehicles: tuple[VehicleRecord, ...] = ()
    locations: tuple[AddressRecord, ...] = ()
    submission: str = ""


@dataclass(frozen=True, slots=True)
class PolicyName:
    """How a record names its policy: by the feed's own id, or by the carrier's number and, where the feed tells it,
    the carrier's name."""

    policy_id: str = ""
    number: str = ""
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class BillingRecord:
    """How a term, or a whole policy where `effective` is None, is paid for. Amounts are Decimal dollars, None where
    the feed does not say."""

    source_id: str
    policy: PolicyName
    mode: BillMode
    effective: date | None = None
    payment_plan: str = ""
    billed: Decimal | None = None
    paid: Decimal | None = None
    balance: Decimal | None = None
    past_due: Decimal | None = None
    next_due_on: date | None = None
    next_due: Decimal | None = None
    last_paid_on: date | None = None
    last_paid: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """One claim. Amounts are Decimal dollars, None where the feed does not say."""

    source_id: str
    policy: PolicyName
    number: str
    status: ClaimStatus
    lost_on: date
    reported_on: date | None = None
    closed_on: date | None = None
    cause: str = ""
    description: str = ""
    paid: Decimal | None = None
    reserved: Decimal | None = None
    adjuster: str = ""
    adjuster_phone: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """One document that the agency's system has on file, of a policy, or of the whole account where `policy` is
    None."""

    source_id: str
    policy: PolicyName | None
    client_id: str
    category: DocumentCategory
    title: str
    dated: date
    effective: date | None = None
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class CommissionRecord:
    """One line of a commission file. Amounts are Decimal dollars, `rate` a fraction (0.15 is 15 %)."""

    source_id: str
    policy_number: str
    transaction_date: date
    effective: date | None
    kind: str
    premium: Decimal
    rate: Decimal | None
    amount: Decimal
    producer_code: str = ""


FeedRecord = (
    ProducerRecord | ClientRecord | PolicyRecord | BillingRecord | ClaimRecord | DocumentRecord | CommissionRecord
)


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it was read: not yet mapped, so that an unchanged one costs no mapping. `line` counts from 1 in the
    file; `cells` is header → text as read; `source_id` is "" where the key columns are empty; `fingerprint` is a
    canonical byte string of the cells and the map's version."""

    line: int
    source_id: str
    cells: Mapping[str, str]
    fingerprint: bytes
    problem: str | None = None


class FeedBatch(Protocol):
    """One file (or page) of one kind, identified by its content."""

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> bytes: ...
    @property
    def exported_at(self) -> datetime: ...
    @property
    def complete(self) -> bool:
        """Whether it holds every record that there is, so that what it does not hold is gone."""
        ...

    def rows(self, start: int = 0) -> Iterator[RawRow]:
        """Yield the rows after the first `start`. Raises FeedUnavailable, or RowProblem where the whole file is
        unusable (no header, missing key columns)."""
        ...


# Field → the heading of its column, or for a field that repeats, part → heading, where {n} stands for the number.
Columns = Mapping[str, str | Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field that a column can hold. `path` is its name, `vehicles.vin` for a part of one that repeats. What a
    `personal` one holds is kept encrypted."""

    path: str
    meaning: str
    required: bool
    personal: bool = False


@dataclass(frozen=True, slots=True)
class ColumnSeen:
    """A column of a file, or several that differ by a number, which {n} stands for. `samples` are cells as they are, or
    their shape; `remarks` say what would be wrong with how many rows if it held `field` ("" for none)."""

    heading: str
    samples: tuple[str, ...]
    field: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilePreview:
    """The newest file of a kind as a column map would read its first rows. `lacking` are headings of the map that it
    does not have; `problems` are of the map as a whole; `fine` of `rows` would be taken in."""

    name: str
    exported_at: datetime
    columns: tuple[ColumnSeen, ...]
    lacking: tuple[str, ...]
    problems: tuple[str, ...]
    rows: int
    fine: int


class FeedConnector(Protocol):
    """One agency management system, read-only side."""

    @property
    def name(self) -> str: ...
    def kinds(self, cadence: Cadence) -> Sequence[FeedKind]:
        """The kinds this feed brings at that cadence, in the order in which they must be applied."""
        ...

    def batches(self, kind: FeedKind) -> Sequence[FeedBatch]:
        """The batches that lie ready, oldest first. Raises FeedUnavailable."""
        ...

    def record(self, kind: FeedKind, row: RawRow) -> FeedRecord:
        """Map a row to the domain. Raises RowProblem with every reason at once."""
        ...

    def headings(self, kind: FeedKind) -> Sequence[str]:
        """The columns that a row of that kind must have, in the order of the map: what a person fills in who writes a
        row anew."""
        ...

    def fields(self, kind: FeedKind) -> Sequence[FieldChoice]:
        """What columns of that kind can hold."""
        ...

    def columns(self, kind: FeedKind) -> Columns:
        """The column map in force."""
        ...

    def with_columns(self, maps: Mapping[FeedKind, Columns]) -> "FeedConnector":
        """The same feed, read by other column maps. Raises RowProblem with all that is wrong with them."""
        ...

    def preview(self, kind: FeedKind, columns: Columns) -> FilePreview | None:
        """How the newest file would be read by this map, whatever is wrong with it; None where there is no file. Raises
        FeedUnavailable, or RowProblem where the file has no header."""
        ...

    def source_id(self, kind: FeedKind, cells: Mapping[str, str]) -> str | None:
        """What a row with these cells is known by: "" where its key columns are empty, None where rows of that kind are
        known by their content. Raises RowProblem where a column is missing."""
        ...

    def naming(self, kind: FeedKind) -> Sequence[str]:
        """The columns that make up what a row is known by; none where it is known by its content."""
        ...

    def session(self, go_on: Callable[[], None]) -> AbstractContextManager["FeedConnector"]:
        """The connector for one run, with what it needs open while the run lasts. It calls `go_on` again and again
        where it takes long, which raises what ends the run."""
        return nullcontext(self)

    def put_away(self, kind: FeedKind, through: Sequence[FeedBatch] | None) -> Sequence[str]:
        """Told after the batches of a kind, with those that have been taken in whole, now or before; None after a dry
        run, which moves and drops nothing. Returns what there is to say of the run. Raises FeedUnavailable where not
        all could be had that lies there."""
        return ()


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that goes with a message. `content_type` is such as `application/pdf`."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. `message_id` is the same on a repeated delivery. `html` says the same as `text`, or is empty."""

    message_id: str
    recipient: str
    subject: str
    text: str
    html: str = ""
    files: tuple[MailFile, ...] = ()


class DeliveryRefused(Exception):
    """The other side refused the message for good: do not retry. The text says why and repeats no address."""


class DeliveryFailed(OSError):
    """The message could not be handed over now; a later attempt may succeed. The text says what to look at and repeats
    no address. `wait` is how long the other side asks to be left alone, where it does."""

    def __init__(self, sentence: str, wait: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.wait = wait


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand the message over. Raises DeliveryRefused for good, DeliveryFailed or another error for now."""


@dataclass(frozen=True, slots=True)
class TextMessage:
    """One text message. `number` is E.164, such as +14015550123."""

    number: str
    text: str


class TextMessenger(Protocol):
    def send(self, message: TextMessage) -> None:
        """Hand the message over. Raises DeliveryRefused for a number that is never taken, DeliveryFailed for now."""


@dataclass(frozen=True)
class Ports:
    """The adapters that bootstrap put in place. None means: not configured. `producers` is what the agency says of its
    producers, `plugins` are its own rules about them."""

    feeds: Mapping[str, FeedConnector] = field(default_factory=dict)
    mailer: Mailer | None = None
    texts: TextMessenger | None = None
    webhooks: WebhookSender | None = None
    scanner: Scanner | None = None
    ams: AmsIntake | None = None
    producers: ProducerConfiguration = field(default_factory=loading.shipped)
    plugins: Plugins = field(default_factory=Plugins)
