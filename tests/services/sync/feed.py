"""A small agency system in memory: implements the port, and lets a test change one field and export again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import blake2b
from itertools import islice
from typing import Any

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
from portal_app.services.ports import (
    AddressRecord,
    BillingRecord,
    ClaimRecord,
    ClientRecord,
    Columns,
    CommissionRecord,
    CoverageRecord,
    DocumentRecord,
    FeedConnector,
    FeedRecord,
    FeedUnavailable,
    FieldChoice,
    FilePreview,
    PolicyName,
    PolicyRecord,
    ProducerRecord,
    RawRow,
    RowProblem,
    VehicleRecord,
)

CADENCES = {
    Cadence.HOURLY: [kind for kind in FeedKind if kind is not FeedKind.COMMISSIONS],
    Cadence.DAILY: [FeedKind.COMMISSIONS],
}
EXPORTED = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


@dataclass(frozen=True)
class MemoryBatch:
    """Implements FeedBatch. `breaks_after` makes reading fail after so many rows."""

    name: str
    exported_at: datetime
    records: tuple[FeedRecord, ...]
    breaks_after: int | None = None
    complete: bool = False

    @property
    def digest(self) -> bytes:
        return blake2b(repr(self.records).encode(), digest_size=32).digest()

    def rows(self, start: int = 0) -> Iterator[RawRow]:
        return islice(self._rows(), start, None)

    def _rows(self) -> Iterator[RawRow]:
        seen = set()
        for line, record in enumerate(self.records, 2):
            if self.breaks_after is not None and line - 2 >= self.breaks_after:
                raise FeedUnavailable("The file changed while it was read.")
            name = record.code if isinstance(record, ProducerRecord) else record.source_id
            cells = {"json": json.dumps(asdict(record), default=str)}
            problem = f"The record {name} is there twice." if name in seen else None if name else "The row has no key."
            seen.add(name)
            yield RawRow(line, name, cells, cells["json"].encode(), problem)


@dataclass
class MemoryFeed(FeedConnector):
    """Whatever a test puts into `records` is exported by `export`. A client named "?" cannot be mapped."""

    feed: str = "memory"
    ready: dict[FeedKind, list[MemoryBatch]] = field(default_factory=lambda: {kind: [] for kind in FeedKind})
    down: set[FeedKind] = field(default_factory=set)
    complete: bool = False

    @property
    def name(self) -> str:
        return self.feed

    def kinds(self, cadence: Cadence) -> list[FeedKind]:
        return CADENCES[cadence]

    def batches(self, kind: FeedKind) -> list[MemoryBatch]:
        if kind in self.down:
            raise FeedUnavailable("There is no folder exports.")
        return sorted(self.ready[kind], key=lambda batch: batch.exported_at)

    def record(self, kind: FeedKind, row: RawRow) -> FeedRecord:
        record = RECORDS[kind](json.loads(row.cells["json"]))
        if getattr(record, "name", "") == "?":
            raise RowProblem(['Column "name" is empty.'])
        return record

    def fields(self, kind: FeedKind) -> list[FieldChoice]:
        return [FieldChoice("json", "everything", True)]

    def columns(self, kind: FeedKind) -> Columns:
        return {"json": "json"}

    def with_columns(self, maps: Mapping[FeedKind, Columns]) -> "MemoryFeed":
        raise RowProblem(["This feed is read in one way only."])

    def preview(self, kind: FeedKind, columns: Columns) -> FilePreview | None:
        return None

    def headings(self, kind: FeedKind) -> list[str]:
        return ["json"]

    def source_id(self, kind: FeedKind, cells: Mapping[str, str]) -> str | None:
        record = RECORDS[kind](json.loads(cells["json"]))
        return record.code if isinstance(record, ProducerRecord) else record.source_id

    def naming(self, kind: FeedKind) -> list[str]:
        return ["json"]

    def export(self, kind: FeedKind, *records: FeedRecord, at: datetime = EXPORTED, name: str = "") -> MemoryBatch:
        """Put a file there beside those that lie there already."""
        name = name or f"{kind.value}-{len(self.ready[kind])}.csv"
        batch = MemoryBatch(name, at, records, complete=self.complete)
        self.ready[kind].append(batch)
        return batch

    def replace(self, kind: FeedKind, *records: FeedRecord, at: datetime) -> MemoryBatch:
        """Export over what lies there."""
        self.ready[kind].clear()
        return self.export(kind, *records, at=at, name=f"{kind.value}.csv")


def client(number: str = "C1", name: str = "Ada Grove", **given: Any) -> ClientRecord:
    home = AddressRecord("12 Elm St", "Providence", "RI", "02903")
    told: dict[str, Any] = {
        "kind": AccountKind.PERSON,
        "address": home,
        "birth_date": date(1970, 5, 4),
        "tax_id": "123-45-6789",
    }
    return ClientRecord(number, name, **(told | given))


def policy(policy_id: str = "P1", **given: Any) -> PolicyRecord:
    """A term of a policy: by default Ada Grove's auto policy from 1 June 2026 for a year."""
    effective = given.get("effective", date(2026, 6, 1))
    told: dict[str, Any] = {
        "source_id": f"{policy_id}/{effective.isoformat()}",
        "policy_id": policy_id,
        "client_id": "C1",
        "number": f"PA-{policy_id}",
        "line": "personal_auto",
        "carrier": "Granite Mutual",
        "effective": effective,
        "expiration": effective.replace(year=effective.year + 1),
        "status": PolicyStatus.ACTIVE,
        "premium": Decimal("1200.00"),
        "producer_code": "HL-1",
        "coverages": (
            CoverageRecord("Liability", "100/300", "", Decimal("400.00")),
            CoverageRecord("Collision", "", "500"),
        ),
        "vehicles": (VehicleRecord("1HGCM82633A004352", 2019, "Honda", "Accord"),),
        "locations": (AddressRecord("12 Elm St", "Providence", "RI", "02903"),),
    }
    return PolicyRecord(**(told | given))


def producer(code: str = "HL-1", name: str = "Maya Alvarez", **given: Any) -> ProducerRecord:
    return ProducerRecord(code, name, **given)


def commission(number: str, amount: str = "120.00") -> CommissionRecord:
    return CommissionRecord(
        number, "PA-P1", date(2026, 7, 1), date(2026, 6, 1), "new", Decimal(1200), Decimal("0.1"), Decimal(amount)
    )


def billing(source_id: str = "P1", **given: Any) -> BillingRecord:
    """How policy P1 is paid for: quarterly, by the carrier, and one payment is due."""
    told: dict[str, Any] = {
        "policy": PolicyName("P1"),
        "mode": BillMode.DIRECT,
        "effective": date(2026, 6, 1),
        "payment_plan": "Quarterly",
        "balance": Decimal("300.00"),
        "next_due_on": date(2026, 12, 1),
        "next_due": Decimal("300.00"),
    }
    return BillingRecord(source_id, **(told | given))


def claim(number: str = "CL-1", **given: Any) -> ClaimRecord:
    """A claim on policy P1 that is open."""
    told: dict[str, Any] = {
        "policy": PolicyName("P1"),
        "number": number,
        "status": ClaimStatus.OPEN,
        "lost_on": date(2026, 9, 3),
        "cause": "Hail",
        "reserved": Decimal("4000.00"),
    }
    return ClaimRecord(number, **(told | given))


def document(reference: str = "D-1", **given: Any) -> DocumentRecord:
    """The declarations of policy P1."""
    told: dict[str, Any] = {
        "policy": PolicyName("P1"),
        "client_id": "",
        "category": DocumentCategory.DECLARATIONS,
        "title": "Declarations 2026",
        "dated": date(2026, 5, 20),
    }
    return DocumentRecord(reference, **(told | given))


def changed(record: Any, **given: Any) -> Any:
    return replace(record, **given)


def _producer(told: Mapping[str, Any]) -> ProducerRecord:
    return ProducerRecord(**{**told, "kind": ProducerKind(told["kind"])})


def _client(told: Mapping[str, Any]) -> ClientRecord:
    address = AddressRecord(**told["address"]) if told["address"] else None
    born = date.fromisoformat(told["birth_date"]) if told["birth_date"] else None
    return ClientRecord(**{**told, "kind": AccountKind(told["kind"]), "address": address, "birth_date": born})


def _policy(told: Mapping[str, Any]) -> PolicyRecord:
    parts = {
        "coverages": tuple(
            CoverageRecord(**{**each, "premium": None if each["premium"] is None else Decimal(each["premium"])})
            for each in told["coverages"]
        ),
        "vehicles": tuple(VehicleRecord(**each) for each in told["vehicles"]),
        "locations": tuple(AddressRecord(**each) for each in told["locations"]),
    }
    days = {
        name: date.fromisoformat(told[name]) if told[name] else None
        for name in ("effective", "expiration", "cancelled_on")
    }
    return PolicyRecord(
        **{**told, **parts, **days, "status": PolicyStatus(told["status"]), "premium": Decimal(told["premium"])}
    )


def _commission(told: Mapping[str, Any]) -> CommissionRecord:
    days = {name: date.fromisoformat(told[name]) for name in ("transaction_date", "effective")}
    money = {name: Decimal(told[name]) for name in ("premium", "rate", "amount")}
    return CommissionRecord(**{**told, **days, **money})


def _attached(told: Mapping[str, Any], days: tuple[str, ...], money: tuple[str, ...] = ()) -> dict[str, Any]:
    read: dict[str, Any] = {name: date.fromisoformat(told[name]) if told[name] else None for name in days}
    read |= {name: None if told[name] is None else Decimal(told[name]) for name in money}
    return {**told, **read, "policy": PolicyName(**told["policy"]) if told["policy"] else None}


def _billing(told: Mapping[str, Any]) -> BillingRecord:
    money = ("billed", "paid", "balance", "past_due", "next_due", "last_paid")
    read = _attached(told, ("effective", "next_due_on", "last_paid_on"), money)
    return BillingRecord(**{**read, "mode": BillMode(told["mode"])})


def _claim(told: Mapping[str, Any]) -> ClaimRecord:
    read = _attached(told, ("lost_on", "reported_on", "closed_on"), ("paid", "reserved"))
    return ClaimRecord(**{**read, "status": ClaimStatus(told["status"])})


def _document(told: Mapping[str, Any]) -> DocumentRecord:
    read = _attached(told, ("dated", "effective"))
    return DocumentRecord(**{**read, "category": DocumentCategory(told["category"])})


RECORDS = {
    FeedKind.PRODUCERS: _producer,
    FeedKind.CLIENTS: _client,
    FeedKind.POLICIES: _policy,
    FeedKind.BILLING: _billing,
    FeedKind.CLAIMS: _claim,
    FeedKind.DOCUMENTS: _document,
    FeedKind.COMMISSIONS: _commission,
}
