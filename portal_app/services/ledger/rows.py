"""The transactions of one policy as they are stored, as far as the actor may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import TransactionState
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Policy
from portal_app.services.door import Tx
from portal_app.services.errors import NotFound
from portal_app.services.scope import in_scope, visible
from portal_app.services.sync import bulk
from portal_app.services.sync.projection import Entry

ISSUED, REVERSED = TransactionState.ISSUED, TransactionState.REVERSED
_C = bulk.LEDGER.c
_COUNTS = (_C.state, _C.origin, _C.term_effective, _C.changes, _C.kind, _C.instructions, _C.effective_at, _C.id, _C.age)
_MOMENTS = (_C.locator, _C.known_at, _C.issued_at, _C.reversed_at, _C.reversed_by_id, _C.reapplies_id, _C.seen)


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored transaction, and what of it counts."""

    entry: Entry
    row: Any


def stored(tx: Tx, policy: Policy, *states: TransactionState) -> list[Stored]:
    """The policy's transactions in the order of their ids; of these states, or all."""
    wanted = select(*_COUNTS, *_MOMENTS).where(_C.policy_id == policy.id, in_scope(tx.actor, LedgerTransaction))
    if states:
        wanted = wanted.where(_C.state.in_(states))
    rows = tx.db.execute(wanted.order_by(_C.id)).all()
    return [Stored(Entry(*row[: len(_COUNTS)]), row) for row in rows]


def entries(found: Sequence[Stored]) -> list[Entry]:
    """The issued ones among them."""
    return [each.entry for each in found if each.entry.state is ISSUED]


def known_at(found: Sequence[Stored], moment: datetime) -> list[Stored]:
    """What had been issued by that moment and not been reversed by then."""
    return [
        each
        for each in found
        if each.row.issued_at is not None
        and each.row.issued_at <= moment
        and (each.row.reversed_at is None or each.row.reversed_at > moment)
    ]


def newest(found: Sequence[Stored]) -> str:
    """The locator of the newest issued transaction: whoever names it says what they have seen of the policy."""
    return next((str(each.row.locator) for each in reversed(found) if each.entry.state is ISSUED), "")


def find(tx: Tx, locator: str) -> LedgerTransaction:
    """The transaction, where its policy is the actor's to see. Raises NotFound."""
    transactions = visible(tx.actor, LedgerTransaction).where(col(LedgerTransaction.locator) == locator)
    found: LedgerTransaction | None = tx.db.scalars(transactions).first()
    if found is None:
        raise NotFound
    return found
