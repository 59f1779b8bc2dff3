"""Messages between producers and the agency's staff: one thread for each submission or policy, of which nothing is ever
changed or deleted."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import Labelled
from portal_app.models.stored import stored_enum
from portal_app.models.types import RowId


class MessageSide(Labelled):
    """For whom the author of a message writes."""

    PRODUCER = "producer"
    AGENCY = "agency"


class MessageThread(SQLModel, table=True):
    """All that was written about one submission or one policy. It begins with its first message."""

    __tablename__ = "message_thread"
    __table_args__ = (
        CheckConstraint("(submission_id IS NULL) <> (policy_id IS NULL)", name="ck_message_thread_of_one"),
        Index("ix_message_thread_newest", "last_message_at", "id"),
    )

    id: int | None = key()
    locator: str = locator()
    submission_id: int | None = reference("submission.id", None, unique=True)
    policy_id: int | None = reference("policy.id", None, unique=True)
    last_message_at: datetime = moment()


class Message(SQLModel, table=True):
    """One message. `side` is that of its author when it was written; `token` is made by whoever sends it, so that what
    is sent again is there once."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("thread_id", "author_id", "token", name="uq_message_token"),
        Index("ix_message_of", "thread_id", "id"),
    )

    id: int | None = key()
    locator: str = locator()
    thread_id: int = reference("message_thread.id")
    author_id: int = reference("portal_user.id")
    side: MessageSide = column(Holds.PLAIN, sa_type=stored_enum(MessageSide))
    body: str = column(Holds.PERSONAL)
    token: str = column(Holds.PLAIN, max_length=64)
    at: datetime = moment()


class MessageReader(SQLModel, table=True):
    """Somebody whom a thread concerns: they wrote in it, or were told of it. They have read up to the message with the
    id `read_until`, 0 for none."""

    __tablename__ = "message_reader"
    __table_args__ = (Index("ix_message_reader_thread", "thread_id"),)

    user_id: int = reference("portal_user.id", primary_key=True)
    thread_id: int = reference("message_thread.id", primary_key=True)
    read_until: int = column(Holds.PLAIN, 0, sa_type=RowId)
