"""What people are told of, and how each of them wants to be told."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference


class Notification(SQLModel, table=True):
    """That one person was told of one event, once: `event_key` is the same whenever the same is told again. One that
    they do not want to see in the portal is kept for that alone; it is `shown` nowhere and counts as read. `kind` names
    a line of the table in services/notifications/kinds.py; `subject` is the locator of the record that the link leads
    to."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("user_id", "event_key", name="uq_notification_event"),
        CheckConstraint("(subject_kind = '') = (subject = '')", name="ck_notification_subject"),
        Index("ix_notification_of_user", "user_id", "id"),
        Index(
            "ix_notification_unread",
            "user_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        Index("ix_notification_read", "read_at"),
    )

    id: int | None = key()
    locator: str = locator()
    user_id: int = reference("portal_user.id")
    kind: str = column(Holds.PLAIN, max_length=40)
    event_key: str = column(Holds.PLAIN, max_length=160)
    subject_kind: str = column(Holds.PLAIN, "", max_length=40)
    subject: str = column(Holds.PLAIN, "", max_length=26)
    named: str = column(Holds.BUSINESS, "", max_length=80)
    title: str = column(Holds.BUSINESS, max_length=160)
    insured: str = column(Holds.CONTACT, "", max_length=200)
    body: str = column(Holds.PERSONAL, "")
    shown: bool = column(Holds.PLAIN, True)
    created_at: datetime = moment()
    read_at: datetime | None = moment(None)


class NotificationPreference(SQLModel, table=True):
    """How somebody wants to be told of a kind of event, where that is not as it was shipped."""

    __tablename__ = "notification_preference"

    user_id: int = reference("portal_user.id", primary_key=True)
    event: str = column(Holds.PLAIN, primary_key=True, max_length=40)
    in_portal: bool = column(Holds.PLAIN)
    mail: bool = column(Holds.PLAIN)
    sms: bool = column(Holds.PLAIN)


class NotificationMute(SQLModel, table=True):
    """A record of which somebody does not want to be told any more. `named` is what it was called."""

    __tablename__ = "notification_mute"

    user_id: int = reference("portal_user.id", primary_key=True)
    subject_kind: str = column(Holds.PLAIN, primary_key=True, max_length=40)
    subject: str = column(Holds.PLAIN, primary_key=True, max_length=26)
    named: str = column(Holds.BUSINESS, "", max_length=80)
    muted_at: datetime = moment()
