"""The ledger of a policy in words: what each transaction changed, from what to what.

A term's first transaction is told as its number, dates and premium, a renewal's against the term before it; each
later one against what the term was by then. Pure: values in, sentences out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from portal_app.models.enums import Origin, PolicyStatus, TransactionKind
from portal_app.services.ledger.instructions import Instruction
from portal_app.services.policies.views import HistoryEntry
from portal_app.services.sync.projection import Terms, add, preceding

Changes = Mapping[str, Any]


class Transaction(Protocol):
    """An issued transaction of the ledger."""

    @property
    def kind(self) -> TransactionKind: ...
    @property
    def origin(self) -> Origin: ...
    @property
    def effective_at(self) -> datetime: ...
    @property
    def known_at(self) -> datetime: ...
    @property
    def term_effective(self) -> date: ...
    @property
    def changes(self) -> Changes: ...
    @property
    def instructions(self) -> Sequence[Instruction]: ...


def told(transactions: Iterable[Transaction], lines: Mapping[str, str]) -> list[HistoryEntry]:
    """The entries in the order of the transactions, which is that of their ids. `lines` names the lines of business
    by code."""
    terms: Terms = {}
    entries = []
    for each in transactions:
        sentences = _told_one(terms, each, lines)
        entries.append(
            HistoryEntry(
                each.kind, each.origin, each.effective_at, each.known_at, each.term_effective, tuple(sentences)
            )
        )
    return entries


def _told_one(terms: Terms, transaction: Transaction, lines: Mapping[str, str]) -> list[str]:
    """The sentences of one transaction; applies it to the terms."""
    before, earlier = terms.get(transaction.term_effective), preceding(terms, transaction.term_effective)
    add(terms, transaction)
    after = terms[transaction.term_effective]
    changes = {**transaction.changes}
    if transaction.instructions:
        changes["producer_code"] = after.fields["producer_code"]
    if before is not None:
        sentences = _changed(before.fields, changes, lines)
        was, now = before.code_of_record, after.code_of_record
        if transaction.instructions and was != now:
            sentences.append(_from_to("Producer code of record", was, now))
        return sentences
    renewed = earlier.fields if earlier and transaction.kind is TransactionKind.RENEWAL else None
    return _begun(changes, renewed, lines)


def _begun(changes: Changes, renewed: Changes | None, lines: Mapping[str, str]) -> list[str]:
    """The sentences of a term's first transaction: its dates, and what differs from the term that it renews."""
    dates = f"Term {_date(changes.get('effective'))} to {_date(changes.get('expiration'))}"
    if renewed is not None:
        named = {name: value for name, value in changes.items() if name not in ("effective", "expiration")}
        return [dates, *_changed(renewed, named, lines)]
    numbered = [f"Policy number {changes['number']}"] if changes.get("number") else []
    priced = [f"Premium {_money(changes['premium'])}"] if changes.get("premium") else []
    return [*numbered, dates, *priced]


def _changed(before: Changes, changes: Changes, lines: Mapping[str, str]) -> list[str]:
    sentences = []
    for name, (label, shown) in FIELDS.items():
        old, new = before.get(name), changes.get(name)
        if name in changes and (shown(old) or shown(new)) and new != old:
            if name == "line":
                old, new = lines.get(str(old), old), lines.get(str(new), new)
            sentences.append(_from_to(label, shown(old), shown(new)))
    if "account" in changes and changes["account"] != before.get("account"):
        sentences.append("Moved to another account")
    for name, tell in LISTS.items():
        if name in changes:
            sentences += tell(before.get(name) or [], changes[name] or [])
    return sentences


def _from_to(label: str, old: str, new: str) -> str:
    if old and new:
        return f"{label} {old} → {new}"
    return f"{label} set to {new}" if new else f"{label} {old} removed"


def _text(value: Any) -> str:
    return str(value or "")


def _money(value: Any) -> str:
    """$1,234.50 of "1234.50"."""
    try:
        amount = Decimal(str(value)) if value not in (None, "") else None
    except InvalidOperation:
        return str(value)
    if amount is None:
        return ""
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def _date(value: Any) -> str:
    """Nov 20, 2026 of "2026-11-20"."""
    try:
        day = date.fromisoformat(str(value or ""))
    except ValueError:
        return str(value or "")
    return f"{day:%b} {day.day}, {day.year}"


def _status(value: Any) -> str:
    try:
        return PolicyStatus(str(value)).label if value else ""
    except ValueError:
        return str(value)


FIELDS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "number": ("Policy number", _text),
    "line": ("Line of business", _text),
    "carrier": ("Carrier", _text),
    "effective": ("Effective date", _date),
    "expiration": ("Expiration date", _date),
    "status": ("Status", _status),
    "premium": ("Premium", _money),
    "producer_code": ("Producer code", _text),
    "insured_name": ("Insured name", _text),
    "description": ("Description", _text),
}


def _coverages(before: Sequence[Changes], after: Sequence[Changes]) -> list[str]:
    old, new = by_name(before), by_name(after)
    sentences = []
    for name, cover in new.items():
        if name not in old:
            sentences.append(f"Coverage added: {_coverage(name, cover)}")
        elif cover != old[name]:
            parts = [
                _from_to(field, shown(old[name].get(field)), shown(cover.get(field)))
                for field, shown in (("limit", _text), ("deductible", _text), ("premium", _money))
                if cover.get(field) != old[name].get(field)
            ]
            sentences.append(f"Coverage {name}: {', '.join(parts)}")
    return sentences + [f"Coverage removed: {_coverage(name, cover)}" for name, cover in old.items() if name not in new]


def by_name(covers: Sequence[Changes]) -> dict[str, Changes]:
    """By name; of several of the same name the further ones are numbered."""
    seen: Counter[str] = Counter()
    named = {}
    for cover in covers:
        name = str(cover.get("name", ""))
        seen[name] += 1
        named[name if seen[name] == 1 else f"{name} ({seen[name]})"] = cover
    return named


def _coverage(name: str, cover: Changes) -> str:
    parts = [f"{label} {cover[label]}" for label in ("limit", "deductible") if cover.get(label)]
    return ", ".join([name, *parts])


def _parts(noun: str, tell: Callable[[Changes], str]) -> Callable[[Sequence[Changes], Sequence[Changes]], list[str]]:
    """Sentences for a list whose items have no name but what they say."""

    def sentences(before: Sequence[Changes], after: Sequence[Changes]) -> list[str]:
        old, new = Counter(tell(each) for each in before), Counter(tell(each) for each in after)
        added = [f"{noun} added: {each}" for each in (new - old).elements()]
        return added + [f"{noun} removed: {each}" for each in (old - new).elements()]

    return sentences


def _vehicle(vehicle: Changes) -> str:
    car = described(vehicle.get("year"), _text(vehicle.get("make")), _text(vehicle.get("model")))
    vin = f"VIN {vehicle['vin']}" if vehicle.get("vin") else ""
    return ", ".join(filter(None, (car, vin)))


def described(year: int | None, make: str, model: str) -> str:
    """2019 Honda Civic."""
    return " ".join(filter(None, (str(year or ""), make, model)))


def _location(location: Changes) -> str:
    return address_line(*(_text(location.get(field)) for field in ("street", "city", "state", "postal_code")))


def address_line(street: str, city: str, state: str, postal_code: str) -> str:
    """12 Elm St, Providence RI 02903."""
    place = " ".join(filter(None, (city, state, postal_code)))
    return ", ".join(filter(None, (street, place)))


LISTS: dict[str, Callable[[Sequence[Changes], Sequence[Changes]], list[str]]] = {
    "coverages": _coverages,
    "vehicles": _parts("Vehicle", _vehicle),
    "locations": _parts("Location", _location),
}
