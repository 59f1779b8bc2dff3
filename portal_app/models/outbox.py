"""What has to leave the house: written with the change, delivered by a job."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, sealed


class OutboxMessage(SQLModel, table=True):
    """A message to deliver. `payload` is encrypted and erased after delivery; messages with one `record_key` keep
    their order."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "record_key",
            "id",
            sqlite_where=text("delivered_at IS NULL AND dead_at IS NULL"),
            postgresql_where=text("delivered_at IS NULL AND dead_at IS NULL"),
        ),
        CheckConstraint("delivered_at IS NULL OR dead_at IS NULL", name="ck_outbox_one_end"),
        CheckConstraint("delivered_at IS NULL OR payload IS NULL", name="ck_outbox_erased"),
    )

    id: int | None = key()
    locator: str = locator()
    topic: str = column(Holds.PLAIN, max_length=40)
    record_key: str = column(Holds.PLAIN, max_length=80)
    payload: dict[str, Any] | None = sealed(None)
    created_at: datetime = moment()
    due_at: datetime = moment()
    attempts: int = column(Holds.PLAIN, 0)
    claimed_by: str | None = column(Holds.PLAIN, None, max_length=120)
    claimed_until: datetime | None = moment(None)
    delivered_at: datetime | None = moment(None)
    dead_at: datetime | None = moment(None)
    last_error: str = column(Holds.PLAIN, "", max_length=300)
