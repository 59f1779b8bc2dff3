"""What the ledger of a policy comes to. Pure: the same transactions give the same terms, today and in a rebuild.

A term begins with an issuance or a renewal, which names every field that is not blank; each further transaction names
only the fields that it sets, whole lists for coverages, vehicles and locations. Terms do not borrow from each other, so
that one that arrives late changes none of the others. Values are as JSON holds them: ISO dates, premium as "1234.50".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from portal_app.models.enums import Origin, PolicyStatus, TransactionState

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


@dataclass(frozen=True, slots=True)
class Entry:
    """What counts of a ledger transaction."""

    state: TransactionState
    origin: Origin
    term_effective: date
    changes: Mapping[str, Any]


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


Terms = dict[date, Term]


def fold(entries: Iterable[Entry], origin: Origin | None = None) -> Terms:
    """The terms of a policy from its transactions in the order of their ids; drafts and reversed ones do not count.

    With an `origin` only what came from there: what the feed itself last said, whatever was changed here since.
    """
    terms: Terms = {}
    for entry in entries:
        if entry.state is TransactionState.ISSUED and origin in (None, entry.origin):
            terms[entry.term_effective] = step(terms.get(entry.term_effective), entry)
    return terms


def step(term: Term | None, entry: Entry) -> Term:
    """The term after one more transaction."""
    fields = {**(term.fields if term else BLANK), **entry.changes}
    kept = term.code_of_record if term else ""
    return Term(entry.term_effective, fields, kept or fields["producer_code"])


def current(terms: Terms, today: date) -> Term:
    """The term to show: the latest that has begun by `today`, or the first where none has.

    The answer changes without a transaction only on the day on which a term begins; the nightly roll-over sees to that.
    """
    begun = [effective for effective in terms if effective <= today]
    return terms[max(begun) if begun else min(terms)]
