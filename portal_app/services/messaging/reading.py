"""Marking messages as read, up to one that was seen: what comes meanwhile stays unread."""

from sqlalchemy import update
from sqlmodel import col

from portal_app.models.messages import Message, MessageReader
from portal_app.services.access import Permission
from portal_app.services.door import Tx, writes
from portal_app.services.errors import NotFound
from portal_app.services.messaging.records import RecordKind, record
from portal_app.services.messaging.threads import thread_of, unread_count
from portal_app.services.scope import in_scope, visible
from portal_app.services.topics import Topic


@writes(Permission.VIEW_OWN_ACCOUNTS)
def read(tx: Tx, *, kind: RecordKind, locator: str, until: str) -> int:
    """Mark the messages about a record as read, up to and with the one named by the locator `until`; what was read
    stays so. Returns how many of all threads are unread now. Raises NotFound."""
    about = record(tx, kind, locator)
    thread = thread_of(tx, about)
    of_it = visible(tx.actor, Message).where(col(Message.locator) == until)
    message: Message | None = tx.db.scalars(of_it).first()
    if thread is None or message is None or message.thread_id != thread.id:
        raise NotFound
    reader = MessageReader
    mine = (in_scope(tx.actor, reader), col(reader.thread_id) == thread.id, col(reader.user_id) == tx.actor.user_id)
    forward = update(reader).where(*mine, col(reader.read_until) < message.id).values(read_until=message.id)
    if tx.db.execute(forward.returning(col(reader.user_id))).first() is not None:
        tx.changes(Topic.MESSAGES, Topic.BELL)
    return unread_count(tx)
