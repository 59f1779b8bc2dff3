"""What has to leave the house: written with the change that causes it, delivered, tried again, or shown to a person."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.logs import log
from portal_app.models.outbox import OutboxMessage
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.access import Gate, Permission, system
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import NotFound
from portal_app.services.ports import Mail, MailRefused

CLAIM = timedelta(minutes=3)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=4)
MOST_ATTEMPTS = 12
ACTOR = system("outbox")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process may deliver until its claim runs out. `attempts` counts this one too."""

    id: int
    locator: str
    topic: str
    payload: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, without its content."""

    locator: str
    topic: str
    created_at: datetime
    dead_at: datetime
    attempts: int
    last_error: str


def enqueue(tx: Tx, topic: str, *, record_key: str, payload: dict[str, Any]) -> str:
    """Write a message in the transaction that causes it. Messages with one `record_key` leave in the order in which
    they were written. Returns the message's locator."""
    message = OutboxMessage(
        locator=new_locator(), topic=topic, record_key=record_key, payload=payload, created_at=tx.now, due_at=tx.now
    )
    tx.db.add(message)
    tx.db.flush()
    return message.locator


@reads(Gate.SYSTEM)
def anything_due(tx: Tx, *, topics: Collection[str]) -> bool:
    """Whether there is something to claim: asked first, since a claim needs the one place for writers."""
    return tx.db.scalar(_due(tx, topics).limit(1)) is not None


@writes(Gate.SYSTEM)
def claim(tx: Tx, *, topics: Collection[str], holder: str) -> Claimed | None:
    """Take the oldest message that is due and that no older one of its record stands before, or None. One whose
    attempts are used up without an answer (its process died each time) is given up here."""
    message = OutboxMessage
    while (number := tx.db.scalar(_due(tx, topics).order_by(col(message.id)).limit(1))) is not None:
        taken = tx.db.execute(
            update(message)
            .where(col(message.id) == number, *_open(message), _unclaimed(tx))
            .values(attempts=col(message.attempts) + 1, claimed_by=holder, claimed_until=tx.now + CLAIM)
            .returning(col(message.locator), col(message.topic), col(message.payload), col(message.attempts))
        ).all()
        if not taken:
            return None
        locator, topic, payload, attempts = taken[0]
        claimed = Claimed(number, locator, topic, payload, attempts)
        if attempts <= MOST_ATTEMPTS:
            return claimed
        _bury(tx, claimed, "No attempt came to an end.")
    return None


@writes(Gate.SYSTEM)
def delivered(tx: Tx, *, message: Claimed) -> None:
    """It has left the house: its content is erased."""
    tx.db.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message.id, *_open(OutboxMessage))
        .values(delivered_at=tx.now, payload=None, claimed_by=None, claimed_until=None, last_error="")
    )


@writes(Gate.SYSTEM)
def failed(tx: Tx, *, message: Claimed, error: str, for_good: bool) -> None:
    """It did not leave: it is tried again after a pause that doubles, or given up. Changes nothing where the claim had
    run out and somebody else has taken the message since."""
    still_ours = tx.db.scalar(
        select(col(OutboxMessage.attempts)).where(col(OutboxMessage.id) == message.id, *_open(OutboxMessage))
    )
    if still_ours != message.attempts:
        return
    if for_good or message.attempts >= MOST_ATTEMPTS:
        _bury(tx, message, error)
        return
    pause = min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
    tx.db.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message.id)
        .values(due_at=tx.now + pause, claimed_by=None, claimed_until=None, last_error=error[:300])
    )


@reads(Permission.MANAGE_USERS)
def dead_letters(tx: Tx) -> tuple[DeadLetter, ...]:
    """What was given up, the newest first."""
    message = OutboxMessage
    found = tx.db.execute(
        select(
            col(message.locator),
            col(message.topic),
            col(message.created_at),
            col(message.dead_at),
            col(message.attempts),
            col(message.last_error),
        )
        .where(col(message.dead_at).is_not(None))
        .order_by(col(message.id).desc())
    )
    return tuple(
        DeadLetter(locator, topic, created_at, dead_at, attempts, error)
        for locator, topic, created_at, dead_at, attempts, error in found
        if dead_at is not None
    )


@writes(Permission.MANAGE_USERS)
def retry_dead(tx: Tx, *, locator: str) -> None:
    """Have a message tried once more from the beginning. Raises NotFound where it was not given up."""
    revived = tx.db.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.locator) == locator, col(OutboxMessage.dead_at).is_not(None))
        .values(dead_at=None, attempts=0, due_at=tx.now)
        .returning(col(OutboxMessage.id))
    ).all()
    if not revived:
        raise NotFound
    audit.record(tx, "outbox.retried", subject_kind="outbox", subject=locator)


def deliver_due(door: Door, *, holder: str, stop: Event | None = None) -> int:
    """Deliver what is due, one message at a time, outside of any transaction. Returns how many left the house."""
    topics = [topic for topic, is_configured in CONFIGURED.items() if is_configured(door)]
    count = 0
    if not topics or not door.run(anything_due, ACTOR, topics=topics):
        return count
    while not (stop and stop.is_set()):
        message = door.run(claim, ACTOR, topics=topics, holder=holder)
        if message is None:
            break
        count += _deliver(door, message)
    return count


def _deliver(door: Door, message: Claimed) -> bool:
    try:
        DELIVER[message.topic](door, message)
    except MailRefused as refusal:
        log.warning("refused", topic=message.topic, message=message.locator)
        door.run(failed, ACTOR, message=message, error=str(refusal), for_good=True)
    except Exception as error:  # noqa: BLE001 (whatever keeps a message here now may let it go later)
        unforeseen = None if isinstance(error, OSError) else error
        told = {"topic": message.topic, "message": message.locator, "error": type(error).__name__}
        log.warning("not delivered", **told, exc_info=unforeseen)
        door.run(failed, ACTOR, message=message, error=type(error).__name__, for_good=False)
    else:
        door.run(delivered, ACTOR, message=message)
        return True
    return False


def _send_mail(door: Door, message: Claimed) -> None:
    mailer = door.ports.mailer
    if mailer is None:
        raise LookupError("no mail server")
    host = urlsplit(door.settings.origin).hostname or "portal"
    told = message.payload
    mailer.send(Mail(f"<{message.locator}@{host}>", told["recipient"], told["subject"], told["text"]))


DELIVER: Mapping[str, Callable[[Door, Claimed], None]] = {"mail": _send_mail}
CONFIGURED: Mapping[str, Callable[[Door], bool]] = {"mail": lambda door: door.ports.mailer is not None}


def _bury(tx: Tx, message: Claimed, error: str) -> None:
    tx.db.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message.id)
        .values(dead_at=tx.now, claimed_by=None, claimed_until=None, last_error=error[:300])
    )
    detail = {"topic": message.topic, "attempts": message.attempts, "error": error}
    audit.record(tx, "outbox.given_up", subject_kind="outbox", subject=message.locator, detail=detail)


def _open(message: Any) -> tuple[Any, Any]:
    return col(message.delivered_at).is_(None), col(message.dead_at).is_(None)


def _unclaimed(tx: Tx) -> Any:
    until = col(OutboxMessage.claimed_until)
    return or_(until.is_(None), until <= tx.now)


def _due(tx: Tx, topics: Collection[str]) -> Any:
    message, older = OutboxMessage, aliased(OutboxMessage)
    blocked = exists().where(
        col(older.record_key) == col(message.record_key), col(older.id) < col(message.id), *_open(older)
    )
    return select(col(message.id)).where(
        *_open(message), col(message.topic).in_(topics), col(message.due_at) <= tx.now, _unclaimed(tx), ~blocked
    )
