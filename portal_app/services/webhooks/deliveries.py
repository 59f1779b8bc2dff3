"""What became of the events of one webhook: the last attempts, and another try for what was given up."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.models.outbox import OutboxMessage
from portal_app.models.webhooks import WebhookAttempt
from portal_app.services import outbox
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import NotFound
from portal_app.services.webhooks import queue
from portal_app.services.webhooks.hooks import find

MAY = Permission.CHANGE_SETTINGS


class Fate(StrEnum):
    """How it stands with an event now."""

    DELIVERED = "delivered"
    WAITING = "waiting"
    GIVEN_UP = "given_up"
    TRIED = "tried"  # a test event, which is sent once and never waits


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt. `status` is what the receiver answered, None where nobody did; `error` why the event was not taken,
    or empty; `fate` how it stands with the event by now."""

    message: str
    event: str
    record: str
    at: datetime
    milliseconds: int
    status: int | None
    error: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class Attempts:
    """A page of the attempts that are kept, the newest first, and how many there are."""

    rows: tuple[Attempt, ...]
    total: int


@reads(MAY)
def attempts(tx: Tx, *, locator: str, offset: int = 0, count: int = 50) -> Attempts:
    """The last attempts of a webhook. Raises NotFound."""
    ours = col(WebhookAttempt.webhook_id) == find(tx, locator).id
    found = tx.db.execute(
        select(WebhookAttempt, OutboxMessage.id, OutboxMessage.delivered_at, OutboxMessage.dead_at)  # type: ignore[call-overload]
        .outerjoin(OutboxMessage, col(OutboxMessage.locator) == col(WebhookAttempt.message))
        .where(ours)
        .order_by(col(WebhookAttempt.id).desc())
        .offset(max(offset, 0))
        .limit(min(max(count, 1), 200))
    )
    rows = tuple(
        Attempt(
            each.message,
            each.event,
            each.record,
            each.at,
            each.milliseconds,
            each.status,
            each.error,
            _fate(number, delivered_at, dead_at),
        )
        for each, number, delivered_at, dead_at in found
    )
    return Attempts(rows, tx.db.scalar(select(func.count()).select_from(WebhookAttempt).where(ours)) or 0)


@writes(MAY)
def redeliver(tx: Tx, *, locator: str, message: str) -> None:
    """Have an event that was given up tried from the beginning, under the same id. Raises NotFound where this webhook
    has no such event, or it was not given up."""
    find(tx, locator)
    theirs = select(col(OutboxMessage.id)).where(*queue.of(locator), col(OutboxMessage.locator) == message)
    if tx.db.scalar(theirs) is None:
        raise NotFound
    outbox.revive(tx, message)


def _fate(number: int | None, delivered_at: datetime | None, dead_at: datetime | None) -> Fate:
    if number is None:
        return Fate.TRIED
    if dead_at is not None:
        return Fate.GIVEN_UP
    return Fate.WAITING if delivered_at is None else Fate.DELIVERED
