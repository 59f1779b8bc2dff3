"""What programs asked for under a key of their own, so that asking again does nothing twice."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, moment, reference, sealed


class IdempotencyKey(SQLModel, table=True):
    """One request that was answered. `digest` is the SHA-256 of its body; what it was answered is kept sealed. The row
    is written in the transaction of the deed: what failed leaves none."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        UniqueConstraint("user_id", "given", name="uq_idempotency_key_given"),
        Index("ix_idempotency_key_made_at", "made_at"),
    )

    id: int | None = key()
    user_id: int = reference("portal_user.id")
    given: str = column(Holds.PLAIN, max_length=255)
    request: str = column(Holds.PLAIN, max_length=200)
    digest: str = column(Holds.PLAIN, max_length=64)
    answer: dict[str, Any] | None = sealed(None)
    made_at: datetime = moment()
