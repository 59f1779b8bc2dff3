"""What has to leave the house: written with the change that causes it, delivered, tried again, or shown to a person."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.models.outbox import OutboxMessage
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.access import Gate, Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import NotFound
from portal_app.services.topics import Topic

CLAIM = timedelta(minutes=3)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=4)
MOST_ATTEMPTS = 12
MOST_ROWS = 200

GIVEN_UP: dict[str, Callable[[Tx, Mapping[str, Any], str], None]] = {}
"""What else is done where a message of a topic is given up, in the same transaction: told its payload, and why."""


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


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """A page of what was given up, and how many there are."""

    rows: tuple[DeadLetter, ...]
    total: int


def enqueue(tx: Tx, topic: str, *, record_key: str, payload: dict[str, Any], not_before: datetime | None = None) -> str:
    """Write a message in the transaction that causes it. Messages with one `record_key` leave in the order in which
    they were written, and none before `not_before`. Returns the message's locator."""
    message = OutboxMessage(
        locator=new_locator(),
        topic=topic,
        record_key=record_key,
        payload=payload,
        created_at=tx.now,
        due_at=max(tx.now, not_before or tx.now),
    )
    tx.db.add(message)
    tx.db.flush()
    return message.locator


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is still to be written, as `enqueue` takes it."""

    record_key: str
    payload: dict[str, Any]
    not_before: datetime | None = None


def enqueue_many(tx: Tx, topic: str, letters: Sequence[Letter]) -> None:
    """Write many messages at once, in this order."""
    if not letters:
        return
    rows = [
        {
            "locator": new_locator(),
            "topic": topic,
            "record_key": each.record_key,
            "payload": each.payload,
            "created_at": tx.now,
            "due_at": max(tx.now, each.not_before or tx.now),
            "attempts": 0,
            "last_error": "",
        }
        for each in letters
    ]
    tx.db.execute(insert(OutboxMessage), rows)


def take_out(tx: Tx, record_key: str) -> None:
    """Erase the messages of that record that have not left, since what they say does not hold any more."""
    waiting = (col(OutboxMessage.record_key) == record_key, *_open(OutboxMessage))
    tx.db.execute(delete(OutboxMessage).where(*waiting))


def waits(tx: Tx, topic: str, record_key: str) -> bool:
    """Whether a message of that topic and record has not left, and nobody is about to deliver it."""
    own = (col(OutboxMessage.topic) == topic, col(OutboxMessage.record_key) == record_key)
    return tx.db.scalar(select(col(OutboxMessage.id)).where(*own, *_open(OutboxMessage), _unclaimed(tx))) is not None


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
        .where(*_this(message), *_open(OutboxMessage))
        .values(delivered_at=tx.now, payload=None, claimed_by=None, claimed_until=None, last_error="")
    )


@writes(Gate.SYSTEM)
def failed(tx: Tx, *, message: Claimed, error: str, for_good: bool, wait: timedelta | None = None) -> None:
    """It did not leave: it is tried again after a pause that doubles, or the longer one that the other side asked for
    by `wait`, or given up. Changes nothing where the claim had run out and somebody else has taken the message
    since."""
    still_ours = tx.db.scalar(select(col(OutboxMessage.attempts)).where(*_this(message), *_open(OutboxMessage)))
    if still_ours != message.attempts:
        return
    if for_good or message.attempts >= MOST_ATTEMPTS:
        _bury(tx, message, error)
        return
    pause = pause_after(message.attempts, wait)
    tx.db.execute(
        update(OutboxMessage)
        .where(*_this(message))
        .values(due_at=tx.now + pause, claimed_by=None, claimed_until=None, last_error=error[:300])
    )


def pause_after(failures: int, wait: timedelta | None = None) -> timedelta:
    """How long to leave alone what failed so often, never longer than four hours whatever the other side asks for."""
    doubled = FIRST_PAUSE * int(2 ** min(failures - 1, MOST_ATTEMPTS))
    return min(max(doubled, wait or doubled), LONGEST_PAUSE)


@reads(Permission.MANAGE_USERS)
def dead_letters(tx: Tx, *, offset: int = 0, count: int = 50) -> DeadLetters:
    """A page of what was given up, the newest first."""
    message, given_up = OutboxMessage, col(OutboxMessage.dead_at).is_not(None)
    found = tx.db.execute(
        select(
            col(message.locator),
            col(message.topic),
            col(message.created_at),
            col(message.dead_at),
            col(message.attempts),
            col(message.last_error),
        )
        .where(given_up)
        .order_by(col(message.id).desc())
        .offset(max(offset, 0))
        .limit(min(max(count, 1), MOST_ROWS))
    )
    rows = tuple(
        DeadLetter(locator, topic, created_at, dead_at, attempts, error)
        for locator, topic, created_at, dead_at, attempts, error in found
        if dead_at is not None
    )
    return DeadLetters(rows, tx.db.scalar(select(func.count()).select_from(message).where(given_up)) or 0)


@reads(Permission.MANAGE_USERS)
def dead_letter(tx: Tx, *, locator: str) -> DeadLetter:
    """One message that was given up. Raises NotFound."""
    message = OutboxMessage
    found = tx.db.scalars(select(message).where(col(message.locator) == locator)).first()
    if found is None or found.dead_at is None:
        raise NotFound
    return DeadLetter(found.locator, found.topic, found.created_at, found.dead_at, found.attempts, found.last_error)


@writes(Permission.MANAGE_USERS)
def retry_dead(tx: Tx, *, locator: str) -> None:
    """Have a message tried once more from the beginning. Raises NotFound where it was not given up."""
    revive(tx, locator)


def revive(tx: Tx, locator: str) -> None:
    """For services that have made sure that the actor may. Raises NotFound where it was not given up."""
    revived = tx.db.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.locator) == locator, col(OutboxMessage.dead_at).is_not(None))
        .values(dead_at=None, attempts=0, due_at=tx.now)
        .returning(col(OutboxMessage.id))
    ).all()
    if not revived:
        raise NotFound
    audit.record(tx, "outbox.retried", subject_kind="outbox", subject=locator)
    tx.changes(Topic.LETTERS)


def _bury(tx: Tx, message: Claimed, error: str) -> None:
    tx.db.execute(
        update(OutboxMessage)
        .where(*_this(message))
        .values(dead_at=tx.now, claimed_by=None, claimed_until=None, last_error=error[:300])
    )
    detail = {"topic": message.topic, "attempts": message.attempts, "error": error}
    audit.record(tx, "outbox.given_up", subject_kind="outbox", subject=message.locator, detail=detail)
    if message.topic in GIVEN_UP:
        GIVEN_UP[message.topic](tx, message.payload, error)
    tx.changes(Topic.LETTERS)


def _this(message: Claimed) -> tuple[Any, Any]:
    """By both: the number of one that was taken out may be given again."""
    return col(OutboxMessage.id) == message.id, col(OutboxMessage.locator) == message.locator


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
