"""What a draft says, as one word: whoever changes or issues it names the word of the draft that they have seen, so that
of two people neither undoes what the other did without knowing."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.audit import AuditEvent
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Policy
from portal_app.services.door import Tx
from portal_app.services.errors import Conflict

LOOKED_THROUGH = 50


def draft_version(effective_at: datetime, instructions: Sequence[Any], seen: str) -> str:
    """The same for drafts that take effect at the same moment, ask for the same, and count on top of the same."""
    says = [effective_at.astimezone(UTC).isoformat(), list(instructions), seen]
    return hashlib.sha256(json.dumps(says, sort_keys=True).encode()).hexdigest()[:32]


def check_draft_version(tx: Tx, row: LedgerTransaction, policy: Policy, seen: str) -> None:
    """Raises Conflict where the draft is not the one that was `seen`; empty, where nobody says what they saw."""
    if not seen or seen == draft_version(row.effective_at, row.instructions, row.seen):
        return
    by = _changed_by(tx, row, policy)
    who = "You" if by and by == (tx.actor.email or tx.actor.name) else by or "Somebody"
    where = " elsewhere" if who == "You" else ""
    raise Conflict(f"{who} changed this draft{where} in the meantime. Look at it again.")


def _changed_by(tx: Tx, row: LedgerTransaction, policy: Policy) -> str:
    """Who changed the draft last, by the trail; empty where it does not say. Not the trail itself is told, but what
    whoever works on the draft has to know."""
    changes = (
        select(AuditEvent)
        .where(
            col(AuditEvent.subject_kind) == "policy",
            col(AuditEvent.subject) == policy.locator,
            col(AuditEvent.action) == "transaction.changed",
        )
        .order_by(col(AuditEvent.id).desc())
        .limit(LOOKED_THROUGH)
    )
    its = (each.actor for each in tx.db.scalars(changes) if _after(each).get("transaction") == row.locator)
    return next(its, "")


def _after(event: AuditEvent) -> dict[str, Any]:
    found: dict[str, Any] = (event.detail or {}).get("after", {})
    return found
