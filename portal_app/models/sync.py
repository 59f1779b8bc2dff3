"""What the feeds sent, how each run went, and what could not be taken in."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference, sealed
from portal_app.models.enums import ConflictKind, FeedKind, Resolution, RunState, Settlement
from portal_app.models.stored import stored_enum


class SourceRecord(SQLModel, table=True):
    """A record as the feed last sent it."""

    __tablename__ = "source_record"
    __table_args__ = (UniqueConstraint("feed", "kind", "source_id", name="uq_source_record"),)

    id: int | None = key()
    feed: str = column(Holds.PLAIN, max_length=40)
    kind: FeedKind = column(Holds.PLAIN, sa_type=stored_enum(FeedKind))
    source_id: str = column(Holds.PLAIN, max_length=200)
    version: int = column(Holds.PLAIN, 1)
    content_hash: bytes = column(Holds.PLAIN, sa_type=LargeBinary)
    payload: dict[str, Any] = sealed()
    batch_id: int | None = reference("feed_file.id", None, index=True)
    fetched_at: datetime = moment()


class FeedProducer(SQLModel, table=True):
    """Whom a feed means by a code. That stays so where the code goes to another producer here."""

    __tablename__ = "feed_producer"
    __table_args__ = (UniqueConstraint("feed", "code", name="uq_feed_producer"),)

    id: int | None = key()
    feed: str = column(Holds.PLAIN, max_length=40)
    code: str = column(Holds.PLAIN, max_length=128)
    producer_id: int = reference("producer.id")


class FeedFile(SQLModel, table=True):
    """A file of a feed, known by its content: where reading it stopped, and when it was through. Rows of a kind that
    becomes visible
    whole count only from `completed_at` on."""

    __tablename__ = "feed_file"
    __table_args__ = (UniqueConstraint("feed", "kind", "digest", name="uq_feed_file"),)

    id: int | None = key()
    feed: str = column(Holds.PLAIN, max_length=40)
    kind: FeedKind = column(Holds.PLAIN, sa_type=stored_enum(FeedKind))
    digest: bytes = column(Holds.PLAIN, sa_type=LargeBinary)
    name: str = column(Holds.PLAIN, max_length=255)
    exported_at: datetime = moment()
    rows_done: int = column(Holds.PLAIN, 0)
    started_at: datetime = moment()
    completed_at: datetime | None = moment(None)


class SyncRun(SQLModel, table=True):
    """One run of one kind of one feed, with its counts. `alarm` says that who answered was not the agency's system."""

    __tablename__ = "sync_run"
    __table_args__ = (
        Index("ix_run_feed", "feed", "kind", "id"),
        Index(
            "ix_run_running", "feed", sqlite_where=text("state = 'running'"), postgresql_where=text("state = 'running'")
        ),
        CheckConstraint("(state = 'running') = (ended_at IS NULL)", name="ck_run_ended"),
    )

    id: int | None = key()
    locator: str = locator()
    feed: str = column(Holds.PLAIN, max_length=40)
    kind: FeedKind = column(Holds.PLAIN, sa_type=stored_enum(FeedKind))
    state: RunState = column(Holds.PLAIN, RunState.RUNNING, sa_type=stored_enum(RunState))
    started_at: datetime = moment()
    ended_at: datetime | None = moment(None)
    data_as_of: datetime | None = moment(None)
    files: int = column(Holds.PLAIN, 0)
    rows_read: int = column(Holds.PLAIN, 0)
    rows_added: int = column(Holds.PLAIN, 0)
    rows_changed: int = column(Holds.PLAIN, 0)
    rows_unchanged: int = column(Holds.PLAIN, 0)
    rows_quarantined: int = column(Holds.PLAIN, 0)
    message: str = column(Holds.PLAIN, "", max_length=500)
    alarm: bool = column(Holds.PLAIN, False)


class ColumnMap(SQLModel, table=True):
    """A column map that a person saved. The newest version of a kind counts before the feeds' file; one without columns
    goes back to it."""

    __tablename__ = "column_map"
    __table_args__ = (UniqueConstraint("feed", "kind", "version", name="uq_column_map"),)

    id: int | None = key()
    feed: str = column(Holds.PLAIN, max_length=40)
    kind: FeedKind = column(Holds.PLAIN, sa_type=stored_enum(FeedKind))
    version: int = column(Holds.PLAIN)
    columns: dict[str, Any] | None = column(Holds.PLAIN, None, sa_type=JSON(none_as_null=True))
    saved_by: str = column(Holds.CONTACT, max_length=254)
    saved_at: datetime = moment()


class QuarantinedRow(SQLModel, table=True):
    """A row that was not taken in, with the reasons. It is kept once however often it is sent, and leaves when it is
    sent right, or by what a person decided of it (`settled`). `mended` are its cells as a person wrote them, and
    `mended_source_id` the record that they name; `payload` and `source_id` stay what was sent."""

    __tablename__ = "quarantined_row"
    __table_args__ = (
        UniqueConstraint("feed", "kind", "content_hash", name="uq_quarantined"),
        Index("ix_quarantined_source", "feed", "kind", "source_id"),
        CheckConstraint("(settled IS NULL) = (settled_at IS NULL)", name="ck_quarantined_settled"),
        CheckConstraint(
            "settled IS NULL OR settled <> 'mended' OR (mended IS NOT NULL AND mended_source_id <> '')",
            name="ck_quarantined_mended",
        ),
    )

    id: int | None = key()
    locator: str = locator()
    feed: str = column(Holds.PLAIN, max_length=40)
    kind: FeedKind = column(Holds.PLAIN, sa_type=stored_enum(FeedKind))
    content_hash: bytes = column(Holds.PLAIN, sa_type=LargeBinary)
    source_id: str = column(Holds.PLAIN, "", max_length=200)
    file_name: str = column(Holds.PLAIN, max_length=255)
    line: int = column(Holds.PLAIN)
    reasons: str = column(Holds.PLAIN, max_length=2000)
    payload: dict[str, Any] = sealed()
    run_id: int = reference("sync_run.id")
    first_seen_at: datetime = moment()
    resolved_at: datetime | None = moment(None)
    settled: Settlement | None = column(Holds.PLAIN, None, sa_type=stored_enum(Settlement))
    settled_by: str = column(Holds.CONTACT, "", max_length=254)
    settled_at: datetime | None = moment(None)
    mended: dict[str, Any] | None = sealed(None)
    mended_source_id: str = column(Holds.PLAIN, "", max_length=200)


class FeedConflict(SQLModel, table=True):
    """Two statements about a policy of which a person has to say which holds. `first` and `second` are what the sides
    say: days on which terms begin, producer codes, or statuses."""

    __tablename__ = "feed_conflict"
    __table_args__ = (
        UniqueConstraint("policy_id", "kind", "term_effective", "first", "second", name="uq_feed_conflict"),
        Index("ix_conflict_feed", "feed", "kind"),
        CheckConstraint("(resolution IS NULL) = (resolved_at IS NULL)", name="ck_conflict_resolved"),
    )

    id: int | None = key()
    locator: str = locator()
    feed: str = column(Holds.PLAIN, max_length=40)
    kind: ConflictKind = column(Holds.PLAIN, sa_type=stored_enum(ConflictKind))
    policy_id: int = reference("policy.id")
    term_effective: date = column(Holds.BUSINESS)
    first: str = column(Holds.BUSINESS, max_length=128)
    second: str = column(Holds.BUSINESS, max_length=128)
    found_at: datetime = moment()
    resolution: Resolution | None = column(Holds.PLAIN, None, sa_type=stored_enum(Resolution))
    resolved_at: datetime | None = moment(None)
    resolved_by: str = column(Holds.CONTACT, "", max_length=254)
