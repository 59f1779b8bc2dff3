"""What the ledger of a policy comes to. Pure: the same transactions give the same terms, today and in a rebuild.

A term begins with an issuance or a renewal. A feed's names every field that is not blank and borrows nothing, so that
one that arrives late changes none of the others; a renewal made in the portal carries the term before forward, as its
last transaction left it. Each further transaction names only the fields that it sets, whole lists for coverages,
vehicles and locations. Values are as JSON holds them: ISO dates, premium as "1234.50".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Protocol

from portal_app.models.enums import Origin, PolicyStatus, TransactionKind, TransactionState
from portal_app.services.ledger.instructions import Instruction, ProducerInfo, carried_out

BLANK: Mapping[str, Any] = MappingProxyType(
    {
        "number": "",
        "line": "",
        "carrier": "",
        "effective": "",
        "expiration": "",
        "status": PolicyStatus.ACTIVE.value,
        "premium": "0.00",
        "producer_code": "",
        "insured_name": "",
        "description": "",
        "account": "",
        "coverages": [],
        "vehicles": [],
        "locations": [],
    }
)


BEGINS = (TransactionKind.ISSUANCE, TransactionKind.RENEWAL)


class Applied(Protocol):
    """What of a transaction counts when it is applied."""

    @property
    def kind(self) -> TransactionKind: ...
    @property
    def origin(self) -> Origin: ...
    @property
    def term_effective(self) -> date: ...
    @property
    def changes(self) -> Mapping[str, Any]: ...
    @property
    def instructions(self) -> Sequence[Instruction]: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """What counts of a ledger transaction. `id` is None while it is not written; `age` is the id under which it was
    first written, where that is another."""

    state: TransactionState
    origin: Origin
    term_effective: date
    changes: Mapping[str, Any]
    kind: TransactionKind = TransactionKind.CHANGE
    instructions: Sequence[Instruction] = ()
    effective_at: datetime | None = None
    id: int | None = None
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One term as its transactions left it. `code_of_record` is the first producer code that the term bore."""

    effective: date
    fields: Mapping[str, Any]
    code_of_record: str

    @property
    def expiration(self) -> date:
        return date.fromisoformat(self.fields["expiration"])

    @property
    def status(self) -> PolicyStatus:
        return PolicyStatus(self.fields["status"])

    @property
    def premium(self) -> Decimal:
        return Decimal(self.fields["premium"])

    @property
    def producer_info(self) -> ProducerInfo:
        return ProducerInfo(self.fields["producer_code"], self.code_of_record)


Terms = dict[date, Term]


def fold(entries: Iterable[Entry], origin: Origin | None = None) -> Terms:
    """The terms of a policy from its transactions in the order of their ids; drafts and reversed ones do not count.

    With an `origin` only what came from there: what the feed itself last said, whatever was changed here since.
    """
    terms: Terms = {}
    for entry in entries:
        if entry.state is TransactionState.ISSUED and origin in (None, entry.origin):
            add(terms, entry)
    return terms


def add(terms: Terms, entry: Applied) -> None:
    """Apply one more transaction to the terms."""
    term = terms.get(entry.term_effective)
    before = preceding(terms, entry.term_effective) if term is None and carries(entry) else None
    terms[entry.term_effective] = step(term, entry, before)


def carries(entry: Applied) -> bool:
    """Whether it carries the term before forward."""
    return entry.kind is TransactionKind.RENEWAL and entry.origin is Origin.PORTAL


def preceding(terms: Terms, effective: date) -> Term | None:
    """The last term that begins before that day."""
    earlier = [each for each in terms if each < effective]
    return terms[max(earlier)] if earlier else None


def step(term: Term | None, entry: Applied, before: Term | None = None) -> Term:
    """The term after one more transaction. `before` is the term that a renewal made in the portal carries forward."""
    anew = entry.origin is Origin.FEED and entry.kind in BEGINS
    base = before if term is None else term
    fields = {**(BLANK if base is None or anew else base.fields), **entry.changes}
    kept = "" if term is None or anew else term.code_of_record
    info = ProducerInfo(fields["producer_code"], kept)
    for instruction in entry.instructions:
        info, _ = carried_out(info, instruction)
    fields["producer_code"] = info.producer_code
    return Term(entry.term_effective, fields, info.producer_code_of_record or info.producer_code)


def in_force(entries: Iterable[Entry], term: Term, at: datetime) -> tuple[ProducerInfo, datetime | None]:
    """The codes under which the term stands at that moment, and the moment at which they may be others although nothing
    is issued: where something takes effect later that was issued already."""
    its = [each for each in entries if each.state is TransactionState.ISSUED]
    later = [
        each.effective_at
        for each in its
        if each.term_effective == term.effective and each.effective_at is not None and each.effective_at > at
    ]
    if not later:
        return term.producer_info, None
    by_then = fold(each for each in its if each.effective_at is None or each.effective_at <= at)
    return by_then.get(term.effective, term).producer_info, min(later)


def current(terms: Terms, today: date) -> Term:
    """The term to show: the latest that has begun by `today`, or the first where none has.

    The answer changes without a transaction only on the day on which a term begins; the nightly roll-over sees to that.
    """
    begun = [effective for effective in terms if effective <= today]
    return terms[max(begun) if begun else min(terms)]
