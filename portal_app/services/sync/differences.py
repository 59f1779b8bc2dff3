"""Examples of what a run changed in the record: new clients, new policies, and policies field by field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal_app.models.enums import TransactionKind, TransactionState
from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads
from portal_app.services.sync import bulk
from portal_app.services.sync.projection import Term, Terms, add

MOST = 25
# Lists of parts are told by how many there are.
PARTS = ("coverages", "vehicles", "locations")
LABELS = {
    "number": "Policy #",
    "line": "LOB",
    "carrier": "Carrier",
    "effective": "Effective date",
    "expiration": "Expiration date",
    "status": "Status",
    "premium": "Premium",
    "producer_code": "Producer code",
    "insured_name": "Insured name",
    "description": "Remarks",
    "account": "Client",
    "coverages": "Coverages",
    "vehicles": "Vehicles",
    "locations": "Locations",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One record that is new or changed: `what` it is, its name, and each field as (label, before, after)."""

    what: str
    name: str
    fields: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Difference":
        """From what was kept as JSON."""
        return cls(told["what"], told["name"], tuple((label, was, now) for label, was, now in told["fields"]))


@dataclass(frozen=True, slots=True)
class Marks:
    """The last account and the last transaction at a moment: what comes after is new."""

    account: int
    transaction: int


@reads(Gate.SYSTEM)
def marks(tx: Tx) -> Marks:
    """Where the record stands now."""
    last = [tx.db.scalar(select(func.max(table.c.id))) or 0 for table in (bulk.ACCOUNT, bulk.LEDGER)]
    return Marks(*last)


@reads(Gate.SYSTEM)
def differences(tx: Tx, *, since: Marks) -> list[Difference]:
    """Up to 25 examples each of new clients, new terms, and terms that changed."""
    account, ledger = bulk.ACCOUNT.c, bulk.LEDGER.c
    clients = tx.db.scalars(select(account.name).where(account.id > since.account).order_by(account.id).limit(MOST))
    found = [Difference("New client", name) for name in clients]
    begun = (TransactionKind.ISSUANCE, TransactionKind.RENEWAL)
    for kinds in (begun, tuple(kind for kind in TransactionKind if kind not in begun)):
        chosen = select(ledger.id, ledger.policy_id).where(
            ledger.id > since.transaction, ledger.kind.in_(kinds), ledger.state == TransactionState.ISSUED
        )
        picked = dict(tx.db.execute(chosen.order_by(ledger.id).limit(MOST)).all())
        found += _told(tx, picked)
    return found


def _told(tx: Tx, picked: Mapping[int, int]) -> Iterable[Difference]:
    """These transactions (id → policy), each with the fields that it changed."""
    ledger = bulk.LEDGER.c
    counts = ledger.policy_id.in_(set(picked.values())), ledger.state == TransactionState.ISSUED
    rows = tx.db.execute(select(bulk.LEDGER).where(*counts).order_by(ledger.policy_id, ledger.id))
    policies: dict[int, Terms] = {}
    for row in rows:
        terms = policies.setdefault(row.policy_id, {})
        before = terms.get(row.term_effective)
        add(terms, row)
        after = terms[row.term_effective]
        if row.id in picked:
            name = f"{after.fields['number']}, {after.effective.isoformat()}"
            fields = tuple(
                (LABELS[field], _shown(before, field), _shown(after, field))
                for field in LABELS
                if field in row.changes and _shown(before, field) != _shown(after, field)
            )
            if fields or row.reapplies_id is None:
                yield Difference(row.kind.label, name, fields)


def _shown(term: Term | None, field: str) -> str:
    if term is None:
        return ""
    value = term.fields[field]
    return str(len(value)) if field in PARTS else str(value)
