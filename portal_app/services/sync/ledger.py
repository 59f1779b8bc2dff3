"""From a policy as the feed now has it to the transactions that lead there from what the feed said before."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from portal_app.models.enums import Origin, PolicyStatus, TransactionKind, TransactionState
from portal_app.services.ledger.instructions import PRODUCERS, SET_OF_RECORD, ProducerInfo
from portal_app.services.ports import AddressRecord, CoverageRecord, PolicyRecord, VehicleRecord
from portal_app.services.sync.projection import BEGINS, BLANK, Entry, Term, Terms

CANCELLED = PolicyStatus.CANCELLED.value


def steps(said: Terms, record: PolicyRecord, known: datetime, zone: ZoneInfo) -> list[Entry]:
    """The transactions that `record` adds to what the feed said so far; none where nothing differs.

    A term that is cancelled when it is first heard of had been issued before: that is an issuance and a cancellation.
    A change takes effect on the day on which it became `known`, held within its term: feeds do not say when it was.
    """
    fields = fields_of(record)
    before = said.get(record.effective)
    if before is not None:
        changes = {name: value for name, value in fields.items() if value != before.fields[name]}
        return [_later(record, before, changes, known, zone)] if changes else []
    others = [term.effective for term in said.values() if not covers_the_same(term, record)]
    kind = TransactionKind.RENEWAL if others and record.effective > max(others) else TransactionKind.ISSUANCE
    changes = {name: value for name, value in fields.items() if value != BLANK[name] or name == "status"}
    begins = start_of(record.effective, zone)
    if record.status is not PolicyStatus.CANCELLED:
        return [_entry(record, kind, begins, changes)]
    issued = _entry(record, kind, begins, changes | {"status": PolicyStatus.ACTIVE.value})
    cancelled_at = _cancelled_at(record, known, zone)
    return [issued, _entry(record, TransactionKind.CANCELLATION, cancelled_at, {"status": CANCELLED})]


class Span(Protocol):
    """What lasts from one day to another."""

    @property
    def effective(self) -> date: ...
    @property
    def expiration(self) -> date: ...


def covers_the_same(one: Span, other: Span) -> bool:
    """Whether two terms are the same time bought twice: they share more than half of the shorter one. A renewal that
    begins some days before the term that it follows has ended does not."""
    shared = min(one.expiration, other.expiration) - max(one.effective, other.effective)
    return 2 * shared > min(one.expiration - one.effective, other.expiration - other.effective)


def _later(record: PolicyRecord, before: Term, changes: dict[str, Any], known: datetime, zone: ZoneInfo) -> Entry:
    if changes.get("status") == CANCELLED:
        return _entry(record, TransactionKind.CANCELLATION, _cancelled_at(record, known, zone), changes)
    back = "status" in changes and before.status is PolicyStatus.CANCELLED
    kind = TransactionKind.REINSTATEMENT if back else TransactionKind.CHANGE
    return _entry(record, kind, within(record, known, zone), changes)


def _entry(record: PolicyRecord, kind: TransactionKind, effective_at: datetime, changes: dict[str, Any]) -> Entry:
    state = TransactionState.ISSUED
    return Entry(state, Origin.FEED, record.effective, changes, kind, effective_at=effective_at)


def _cancelled_at(record: PolicyRecord, known: datetime, zone: ZoneInfo) -> datetime:
    """Never before the term begins: what is cancelled from its beginning was issued before."""
    if record.cancelled_on is None:
        return within(record, known, zone)
    return start_of(max(record.cancelled_on, record.effective), zone)


def within(term: Span, moment: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the day of `moment`, held within the term."""
    day = moment.astimezone(zone).date()
    return start_of(min(max(day, term.effective), term.expiration - timedelta(days=1)), zone)


def kept(ours: ProducerInfo, said: Entry) -> Entry:
    """The portal's own producer code, set anew after the feed `said` another one; and the code of record, where that
    began the term anew."""
    anew = said.kind in BEGINS and ours.producer_code_of_record
    instructions = [{"action": PRODUCERS, SET_OF_RECORD: ours.producer_code_of_record}] if anew else []
    changes = {"producer_code": ours.producer_code}
    kind, at = TransactionKind.CHANGE, said.effective_at
    return Entry(TransactionState.ISSUED, Origin.PORTAL, said.term_effective, changes, kind, instructions, at)


def kept_of_record(ours: str, said: Entry) -> Entry:
    """The code of record that the portal gave the term, set anew after the feed `said` that the term begins."""
    instructions = [{"action": PRODUCERS, SET_OF_RECORD: ours}]
    kind, at = TransactionKind.CHANGE, said.effective_at
    return Entry(TransactionState.ISSUED, Origin.PORTAL, said.term_effective, {}, kind, instructions, at)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which `day` begins where the agency is, in UTC."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def fields_of(record: PolicyRecord) -> dict[str, Any]:
    """The record's fields as the ledger holds them."""
    return {
        "number": record.number,
        "line": record.line,
        "carrier": record.carrier,
        "effective": record.effective.isoformat(),
        "expiration": record.expiration.isoformat(),
        "status": record.status.value,
        "premium": f"{record.premium:.2f}",
        "producer_code": record.producer_code,
        "insured_name": record.insured_name,
        "description": record.description,
        "account": record.client_id,
        "coverages": [_coverage(each) for each in record.coverages],
        "vehicles": [_vehicle(each) for each in record.vehicles],
        "locations": [_location(each) for each in record.locations],
    }


def _coverage(each: CoverageRecord) -> dict[str, Any]:
    premium = None if each.premium is None else f"{each.premium:.2f}"
    return {"name": each.name, "limit": each.limit, "deductible": each.deductible, "premium": premium}


def _vehicle(each: VehicleRecord) -> dict[str, Any]:
    return {"vin": each.vin, "year": each.year, "make": each.make, "model": each.model}


def _location(each: AddressRecord) -> dict[str, Any]:
    return {"street": each.street, "city": each.city, "state": each.state, "postal_code": each.postal_code}
