"""Threads and messages as they are shown: the inbox, and all that was written about one record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import col

from portal_app.models.identity import User
from portal_app.models.messages import Message, MessageReader, MessageSide, MessageThread
from portal_app.models.policies import Policy
from portal_app.models.submissions import Submission
from portal_app.services.access import Gate, Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import NotFound
from portal_app.services.messaging.records import Record, RecordKind, of, record
from portal_app.services.scope import in_scope, visible

MOST_ROWS, EXCERPT = 200, 160


@dataclass(frozen=True, slots=True)
class MessageView:
    """`author` is a name; `mine` says that the actor wrote it, `unread` that it concerns them and they have not read
    it."""

    locator: str
    author: str
    side: MessageSide
    mine: bool
    body: str
    at: datetime
    unread: bool


@dataclass(frozen=True, slots=True)
class Messages:
    """A part of the messages about one record, the newest first; how many there are in all, and how many are unread."""

    kind: RecordKind
    record: str
    named: str
    insured: str
    rows: tuple[MessageView, ...]
    total: int
    unread: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread by its own locator. `record` is the locator of the submission or policy, `href` leads to the thread on
    its page."""

    locator: str
    kind: RecordKind
    record: str
    named: str
    insured: str
    href: str


@dataclass(frozen=True, slots=True)
class ThreadRow(Thread):
    """One line of the inbox. `excerpt` begins the last message, which `author` wrote; `mine` says that it was the
    actor."""

    author: str
    mine: bool
    side: MessageSide
    excerpt: str
    at: datetime
    unread: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """A part of the threads; how many there are of those asked for, and how many messages are unread in all."""

    rows: tuple[ThreadRow, ...]
    total: int
    unread: int


@reads(Permission.VIEW_OWN_ACCOUNTS)
def inbox(tx: Tx, *, offset: int = 0, count: int = 50, unread: bool = False) -> Inbox:
    """All threads that one sees, or those with something unread: these first, each the newest first."""
    thread, reader = MessageThread, MessageReader
    mine = and_(col(reader.thread_id) == col(thread.id), col(reader.user_id) == tx.actor.user_id)
    waiting = _unread_of(tx, col(thread.id), col(reader.read_until))
    asked = visible(tx.actor, thread).outerjoin(reader, mine)
    if unread:
        asked = asked.where(waiting > 0)
    newest = ((waiting > 0).desc(), col(thread.last_message_at).desc(), col(thread.id).desc())
    part = asked.add_columns(waiting).order_by(*newest)
    found = tx.db.execute(part.offset(max(offset, 0)).limit(min(max(count, 1), MOST_ROWS))).all()
    total = tx.db.scalar(select(func.count()).select_from(asked.with_only_columns(col(thread.id)).subquery())) or 0
    rows = _thread_rows(tx, [row for row, _ in found], [number for _, number in found])
    return Inbox(rows, total, unread_count(tx))


@reads(Permission.VIEW_OWN_ACCOUNTS)
def one(tx: Tx, *, locator: str) -> ThreadRow:
    """One thread (by its own locator) as the inbox has it. Raises NotFound."""
    asked = visible(tx.actor, MessageThread).where(col(MessageThread.locator) == locator)
    found: MessageThread | None = tx.db.scalars(asked).first()
    if found is None:
        raise NotFound
    return _thread_rows(tx, [found], [_waiting(tx, found)])[0]


@reads(Permission.VIEW_OWN_ACCOUNTS)
def messages(tx: Tx, *, kind: RecordKind, locator: str, offset: int = 0, count: int = 50) -> Messages:
    """What was written about a submission or policy. Raises NotFound."""
    about = record(tx, kind, locator)
    thread = thread_of(tx, about)
    if thread is None:
        return Messages(kind, about.locator, about.named, about.insured, (), 0, 0)
    mine = visible(tx.actor, Message).where(col(Message.thread_id) == thread.id)
    part = mine.order_by(col(Message.id).desc()).offset(max(offset, 0)).limit(min(max(count, 1), MOST_ROWS))
    rows = message_views(tx, thread, tx.db.scalars(part).all())
    total = tx.db.scalar(select(func.count()).where(col(Message.thread_id) == thread.id)) or 0
    return Messages(kind, about.locator, about.named, about.insured, rows, total, _waiting(tx, thread))


@reads(Permission.VIEW_OWN_ACCOUNTS)
def written_about(tx: Tx, *, submissions: Sequence[str]) -> frozenset[str]:
    """Those of these submissions (locators) about which something was written, as far as one sees them."""
    of_it = visible(tx.actor, MessageThread).join(Submission, col(Submission.id) == col(MessageThread.submission_id))
    asked = of_it.where(col(Submission.locator).in_(submissions)).with_only_columns(col(Submission.locator))
    return frozenset(tx.db.scalars(asked))


@reads(Gate.SIGNED_IN)
def unread_count(tx: Tx) -> int:
    """How many messages are unread that concern one and that one may see: one statement, which each page asks."""
    message, reader = Message, MessageReader
    mine = and_(col(reader.thread_id) == col(message.thread_id), col(reader.user_id) == tx.actor.user_id)
    unread = (col(message.id) > col(reader.read_until), col(message.author_id) != tx.actor.user_id)
    asked = select(func.count()).select_from(message).join(reader, mine)
    return tx.db.scalar(asked.where(*unread, in_scope(tx.actor, message))) or 0


def thread_of(tx: Tx, about: Record) -> MessageThread | None:
    """The thread of a record that the actor was found to see; None before its first message."""
    found: MessageThread | None = tx.db.scalars(visible(tx.actor, MessageThread).where(about.in_thread)).first()
    return found


def whole(tx: Tx, about: Record) -> tuple[MessageView, ...]:
    """Everything that was written about a record, the oldest first, for its evidence file."""
    thread = thread_of(tx, about)
    if thread is None:
        return ()
    mine = visible(tx.actor, Message).where(col(Message.thread_id) == thread.id).order_by(col(Message.id))
    return message_views(tx, thread, tx.db.scalars(mine).all())


def message_views(tx: Tx, thread: MessageThread, found: Sequence[Message]) -> tuple[MessageView, ...]:
    names = _names(tx, {each.author_id for each in found})
    read = tx.db.scalar(select(col(MessageReader.read_until)).where(*_own(tx, thread)))
    return tuple(
        MessageView(
            each.locator,
            names.get(each.author_id, ""),
            each.side,
            each.author_id == tx.actor.user_id,
            each.body,
            each.at,
            read is not None and (each.id or 0) > read and each.author_id != tx.actor.user_id,
        )
        for each in found
    )


def _thread_rows(tx: Tx, threads: Sequence[MessageThread], unread: Sequence[int]) -> tuple[ThreadRow, ...]:
    ids = [each.id for each in threads]
    newest = select(func.max(col(Message.id))).where(col(Message.thread_id).in_(ids)).group_by(col(Message.thread_id))
    last = {each.thread_id: each for each in tx.db.scalars(select(Message).where(col(Message.id).in_(newest)))}
    names = _names(tx, {each.author_id for each in last.values()})
    submissions = _by_id(tx, Submission, [each.submission_id for each in threads])
    policies = _by_id(tx, Policy, [each.policy_id for each in threads])
    rows = []
    for each, number in zip(threads, unread, strict=True):
        about = of(submissions[each.submission_id] if each.submission_id else policies[each.policy_id or 0])
        message = last[each.id or 0]
        text = " ".join(message.body.split())
        excerpt = text if len(text) <= EXCERPT else text[: EXCERPT - 1].rstrip() + "…"
        rows.append(
            ThreadRow(
                each.locator,
                about.kind,
                about.locator,
                about.named,
                about.insured,
                about.href,
                names.get(message.author_id, ""),
                message.author_id == tx.actor.user_id,
                message.side,
                excerpt,
                message.at,
                number,
            )
        )
    return tuple(rows)


def _by_id(tx: Tx, model: Any, ids: Sequence[int | None]) -> dict[int, Any]:
    found = tx.db.scalars(visible(tx.actor, model).where(col(model.id).in_([each for each in ids if each])))
    return {each.id or 0: each for each in found}


def _unread_of(tx: Tx, thread: Any, until: Any) -> ColumnElement[int]:
    """How many messages of a thread came after the one with that id; none where that is NULL."""
    later = (col(Message.thread_id) == thread, col(Message.id) > until, col(Message.author_id) != tx.actor.user_id)
    return select(func.count(col(Message.id))).where(*later).scalar_subquery()


def _waiting(tx: Tx, thread: MessageThread) -> int:
    waiting = _unread_of(tx, col(MessageReader.thread_id), col(MessageReader.read_until))
    return tx.db.scalar(select(waiting).select_from(MessageReader).where(*_own(tx, thread))) or 0


def _own(tx: Tx, thread: MessageThread) -> tuple[ColumnElement[bool], ...]:
    reader = MessageReader
    own = (col(reader.thread_id) == thread.id, col(reader.user_id) == tx.actor.user_id)
    return (in_scope(tx.actor, reader), *own)


def _names(tx: Tx, ids: set[int]) -> dict[int, str]:
    rows = tx.db.execute(select(col(User.id), col(User.name)).where(col(User.id).in_(ids)))
    return {number: name for number, name in rows if number is not None}
