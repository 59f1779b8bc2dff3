"""What several processes agree on through the database: who leads, who lives, what has changed, what kind of database
this is."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, moment
from portal_app.models.enums import DatabaseUse
from portal_app.models.stored import stored_enum
from portal_app.models.types import RowId


class Lease(SQLModel, table=True):
    """A right that one process holds for a time. `token` grows with each holder, so that a holder who slept is
    recognised as late."""

    __tablename__ = "lease"
    __table_args__ = (CheckConstraint("token >= 0", name="ck_lease_token"),)

    name: str = column(Holds.PLAIN, primary_key=True, max_length=80)
    holder: str = column(Holds.PLAIN, "", max_length=120)
    token: int = column(Holds.PLAIN, 0)
    expires_at: datetime = moment()


class Heartbeat(SQLModel, table=True):
    """The last sign of life of a process."""

    __tablename__ = "heartbeat"

    process: str = column(Holds.PLAIN, primary_key=True, max_length=80)
    beat_at: datetime = moment()


class FeedOrder(SQLModel, table=True):
    """That a person asked for a feed to be taken in now; the worker does it."""

    __tablename__ = "feed_order"
    __table_args__ = (
        Index(
            "uq_feed_order_open",
            "feed",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: int | None = key()
    feed: str = column(Holds.PLAIN, max_length=40)
    ordered_by: str = column(Holds.CONTACT, max_length=254)
    ordered_at: datetime = moment()
    done_at: datetime | None = moment(None)


class TopicMark(SQLModel, table=True):
    """How often something of a topic has changed. Open pages that show the topic look again when it has grown."""

    __tablename__ = "topic_mark"

    topic: str = column(Holds.PLAIN, primary_key=True, max_length=40)
    number: int = column(Holds.PLAIN, sa_type=RowId)


class Instance(SQLModel, table=True):
    """The one row that says what this database is for."""

    __tablename__ = "instance"
    __table_args__ = (CheckConstraint("id = 1", name="ck_instance_single"),)

    id: int = column(Holds.PLAIN, 1, primary_key=True)
    use: DatabaseUse = column(Holds.PLAIN, sa_type=stored_enum(DatabaseUse), sa_column_kwargs={"name": "used_for"})
    created_at: datetime = moment()
