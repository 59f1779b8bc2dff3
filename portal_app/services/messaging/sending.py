"""Writing a message: it is stored, audited and told in one transaction, and sent twice it is there once."""

import unicodedata
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from portal_app.models import metadata
from portal_app.models.enums import SubmissionStatus
from portal_app.models.messages import Message, MessageThread
from portal_app.models.submissions import Submission
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.idempotency import Asked, once
from portal_app.services.messaging.records import Record, RecordKind, concerned, record, side_of
from portal_app.services.messaging.threads import MessageView, message_views, thread_of
from portal_app.services.notifications.telling import notify
from portal_app.services.submissions.rows import whoever
from portal_app.services.topics import Topic
from portal_app.services.webhooks import events

LONGEST, LONGEST_TOKEN = 4000, 64
_READERS = metadata.tables["message_reader"]


@writes(Permission.WRITE_MESSAGES)
def send(tx: Tx, *, kind: RecordKind, locator: str, body: str, token: str = "") -> MessageView:
    """Write one to 4,000 characters about a submission or policy. The same `token` (made by whoever sends, 64
    characters at most) writes the same message once. Raises NotFound; Conflict for a draft, and for a token that came
    with another text; Invalid for what cannot be taken."""
    about, author, text = record(tx, kind, locator, held=True), whoever(tx), _text(body)
    if len(token) > LONGEST_TOKEN or not token.isprintable():
        raise Invalid({"token": f"Enter at most {LONGEST_TOKEN} characters."})
    if isinstance(about.row, Submission) and about.row.status is SubmissionStatus.DRAFT:
        raise Conflict("This is a draft, which nobody else works on. Submit it, then write about it.")
    thread = thread_of(tx, about) or _begun(tx, about)
    mine = (col(Message.thread_id) == thread.id, col(Message.author_id) == author)
    message = tx.db.scalars(select(Message).where(*mine, col(Message.token) == token)).first() if token else None
    if message is None:
        message = _written(tx, about, thread, author, text, token or new_locator())
    elif message.body != text:
        raise Conflict("Another message was sent under this token before.")
    return message_views(tx, thread, [message])[0]


@writes(Permission.WRITE_MESSAGES)
def send_by_program(
    tx: Tx,
    *,
    asked: Asked | None,
    tell: Callable[[MessageView], dict[str, Any]],
    kind: RecordKind,
    locator: str,
    body: str,
) -> dict[str, Any]:
    """As `send`, once for each key."""
    return once(tx, asked, lambda: send(tx, kind=kind, locator=locator, body=body), tell)


def _begun(tx: Tx, about: Record) -> MessageThread:
    of_submission = about.kind is RecordKind.SUBMISSION
    thread = MessageThread(
        submission_id=about.row.id if of_submission else None,
        policy_id=None if of_submission else about.row.id,
        last_message_at=tx.now,
    )
    tx.db.add(thread)
    tx.db.flush()
    if of_submission:
        # The dashboard leads whoever only reads to threads that are there.
        tx.changes(Topic.SUBMISSIONS)
    return thread


def _written(tx: Tx, about: Record, thread: MessageThread, author: int, text: str, token: str) -> Message:
    side = side_of(tx.actor)
    to = concerned(tx, about, thread, side)
    message = Message(thread_id=thread.id or 0, author_id=author, side=side, body=text, token=token, at=tx.now)
    thread.last_message_at = tx.now
    tx.db.add(message)
    tx.db.flush()
    _concerns(tx, thread, [author, *sorted(to)], (message.id or 0) - 1)
    detail = {"message": message.locator, "side": side.value}
    audit.record(tx, "message.sent", subject_kind=about.kind.value, subject=about.locator, detail=detail)
    data = detail | {"number": about.named, "author": tx.actor.locator}
    events.tell(tx, f"{about.kind.value}.message.create", locator=about.locator, data=data)
    words = f"From {tx.actor.name}."
    notify(
        tx, "message_received", about=about.row, to=to, named=about.named, insured=about.insured, words=words,
        key=message.locator,
    )  # fmt: skip
    tx.changes(Topic.MESSAGES, Topic.BELL)
    return message


def _concerns(tx: Tx, thread: MessageThread, people: list[int], until: int) -> None:
    """Have the thread concern these people. What was written before is nothing new to whom it did not concern; how far
    somebody has read already stays."""
    connection = tx.db.connection()
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    rows = [{"user_id": user, "thread_id": thread.id, "read_until": until} for user in people]
    connection.execute(insert(_READERS).values(rows).on_conflict_do_nothing(index_elements=["user_id", "thread_id"]))


def _text(body: str) -> str:
    """What was typed, without space around it. It is text and nothing else, wherever it is shown."""
    text = body.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid({"body": "Write a message first."})
    if len(text) > LONGEST:
        raise Invalid({"body": f"Write at most {LONGEST:,} characters; these are {len(text):,}."})
    if any(unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t" for each in text):
        raise Invalid({"body": "There are characters in it that cannot be shown."})
    return text
