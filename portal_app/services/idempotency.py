"""What a program asks for under a key of its own is done once: asked again, it is answered as the first time.

The key is written in the transaction of the deed. So what failed leaves none, and of two at the same moment the second
waits for the first.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from portal_app.models import metadata
from portal_app.models.idempotency import IdempotencyKey
from portal_app.services.access import Gate
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Forbidden, Invalid

KEPT = timedelta(hours=24)
BATCH = 1000
OTHER = "This key came with another request before. Take a new key for a new request."
Result = TypeVar("Result")

_KEYS = metadata.tables["idempotency_key"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under a key. `request` is its method and path, `body` what was sent, as JSON has it."""

    key: str
    request: str
    body: Any

    @property
    def digest(self) -> str:
        text = json.dumps(self.body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def once(
    tx: Tx, asked: Asked | None, do: Callable[[], Result], tell: Callable[[Result], dict[str, Any]]
) -> dict[str, Any]:
    """What `do` came to, as `tell` answers it; where the same was asked under the same key within 24 hours, what was
    answered then, and nothing is done. Without a key it is done whenever it is asked. Raises Invalid for a key that
    came with another request."""
    if asked is None:
        return tell(do())
    if tx.actor.user_id is None:
        raise Forbidden
    own = (col(IdempotencyKey.user_id) == tx.actor.user_id, col(IdempotencyKey.given) == asked.key)
    tx.db.execute(delete(IdempotencyKey).where(*own, col(IdempotencyKey.made_at) <= tx.now - KEPT))
    if not _written(tx, asked, tx.actor.user_id):
        before = tx.db.scalars(select(IdempotencyKey).where(*own)).one()
        if (before.request, before.digest) != (asked.request, asked.digest):
            raise Invalid({"idempotency_key": OTHER})
        return before.answer or {}
    answer = tell(do())
    tx.db.execute(update(IdempotencyKey).where(*own).values(answer=answer))
    return answer


def _written(tx: Tx, asked: Asked, user_id: int) -> bool:
    """Whether the key is new. Another transaction that wrote it and has not come to its end is waited for."""
    connection = tx.db.connection()
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {
        "user_id": user_id,
        "given": asked.key,
        "request": asked.request,
        "digest": asked.digest,
        "made_at": tx.now,
    }
    only_new = insert(_KEYS).values(row).on_conflict_do_nothing(index_elements=["user_id", "given"])
    return connection.execute(only_new.returning(_KEYS.c.id)).first() is not None


@writes(Gate.SYSTEM)
def forget_old(tx: Tx) -> int:
    """Delete up to 1,000 keys, with what was answered, that are more than 24 hours old. Returns how many."""
    old = select(col(IdempotencyKey.id)).where(col(IdempotencyKey.made_at) <= tx.now - KEPT).limit(BATCH)
    gone = delete(IdempotencyKey).where(col(IdempotencyKey.id).in_(old)).returning(col(IdempotencyKey.id))
    return len(tx.db.execute(gone).all())
