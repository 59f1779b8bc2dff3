"""What several processes agree on through the database: who leads, who lives, what has changed, what kind of database
this is."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, sealed
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


class DryRun(SQLModel, table=True):
    """That a person asked what taking a feed in would change, and what was found: counts, reasons, and examples of the
    business."""

    __tablename__ = "dry_run"
    __table_args__ = (
        CheckConstraint("found IS NULL OR ended_at IS NOT NULL", name="ck_dry_run_found"),
        Index(
            "uq_dry_run_open",
            "feed",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = key()
    locator: str = locator()
    feed: str = column(Holds.PLAIN, max_length=40)
    ordered_by: str = column(Holds.CONTACT, max_length=254)
    ordered_at: datetime = moment()
    ended_at: datetime | None = moment(None)
    problem: str = column(Holds.PLAIN, "", max_length=500)
    found: dict[str, Any] | None = sealed(None)


class FeedApproval(SQLModel, table=True):
    """That a person let a feed be taken in whose first import waits for that."""

    __tablename__ = "feed_approval"

    feed: str = column(Holds.PLAIN, primary_key=True, max_length=40)
    approved_by: str = column(Holds.CONTACT, max_length=254)
    approved_at: datetime = moment()


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
