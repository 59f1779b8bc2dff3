"""What waits in the outbox for one webhook: put off, held, let go or dropped as a whole."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from portal_app.models.outbox import OutboxMessage
from portal_app.services.access import Gate
from portal_app.services.door import Tx, writes
from portal_app.services.outbox import Claimed

TOPIC = "webhook"
PREFIX, LOCATOR = "hook:", 26
HELD = datetime(9999, 1, 1, tzinfo=UTC)
"""When what is held is due: a time that does not come, so that whoever claims need not know of webhooks."""


class Withheld(Exception):
    """The message was put back for as long as its webhook is paused."""


def key_of(webhook: str, record: str) -> str:
    """One webhook's events about one record keep their order; those about others pass."""
    return f"{PREFIX}{webhook}:{record[:40]}"


def of(webhook: str) -> tuple[Any, Any]:
    """The condition for all messages to one webhook."""
    return col(OutboxMessage.topic) == TOPIC, col(OutboxMessage.record_key).startswith(f"{PREFIX}{webhook}:")


def counted(tx: Tx) -> dict[str, tuple[int, int]]:
    """For each webhook that has any: how many messages wait, and how many were given up."""
    webhook = func.substr(col(OutboxMessage.record_key), len(PREFIX) + 1, LOCATOR).label("webhook")
    waiting, dead = func.count().filter(*_open()), func.count().filter(col(OutboxMessage.dead_at).is_not(None))
    found = tx.db.execute(
        select(webhook, waiting, dead)
        .where(col(OutboxMessage.topic) == TOPIC, col(OutboxMessage.delivered_at).is_(None))
        .group_by(webhook)
    )
    return {each: (open_ones, given_up) for each, open_ones, given_up in found}


def put_off(tx: Tx, webhook: str, until: datetime) -> None:
    """Nothing goes to a receiver that cannot be reached before it is tried again."""
    _make_due(tx, until, *of(webhook), col(OutboxMessage.due_at) < until)


def let_go(tx: Tx, webhook: str) -> None:
    """The receiver is there again: what was put off before it was ever tried goes now. What failed on its own account
    keeps its pause."""
    untried = (col(OutboxMessage.attempts) == 0, col(OutboxMessage.due_at) > tx.now)
    _make_due(tx, tx.now, *of(webhook), *untried)


def hold(tx: Tx, webhook: str) -> None:
    _make_due(tx, HELD, *of(webhook))


def release(tx: Tx, webhook: str) -> None:
    """What was held, or put off, goes now."""
    _make_due(tx, tx.now, *of(webhook), col(OutboxMessage.due_at) > tx.now)


def drop(tx: Tx, webhook: str) -> int:
    """Forget what was not delivered. Returns how many messages that were."""
    gone = delete(OutboxMessage).where(*of(webhook), col(OutboxMessage.delivered_at).is_(None))
    return len(tx.db.execute(gone.returning(col(OutboxMessage.id))).all())


@writes(Gate.SYSTEM)
def put_back(tx: Tx, *, message: Claimed) -> None:
    """Hold a message that was claimed just before its webhook was paused; the attempt does not count."""
    take_back(tx, message)


def take_back(tx: Tx, message: Claimed) -> None:
    tx.db.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message.id, col(OutboxMessage.attempts) == message.attempts, *_open())
        .values(due_at=HELD, attempts=message.attempts - 1, claimed_by=None, claimed_until=None)
    )


def _make_due(tx: Tx, at: datetime, *conditions: Any) -> None:
    tx.db.execute(update(OutboxMessage).where(*conditions, *_open()).values(due_at=at))


def _open() -> tuple[Any, Any]:
    return col(OutboxMessage.delivered_at).is_(None), col(OutboxMessage.dead_at).is_(None)
