"""Files that extension data refers to: each may come in several versions. Their bytes lie in the data folder."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.stored import stored_enum


class ScanState(StrEnum):
    """Whether a scanner for malware has seen a file; none has where none was set up when it came."""

    WAITING = "waiting"
    CLEAN = "clean"
    REFUSED = "refused"
    NOT_SCANNED = "not_scanned"


class Media(SQLModel, table=True):
    __tablename__ = "media"

    id: int | None = key()
    locator: str = locator()
    title: str = column(Holds.BUSINESS, "", max_length=200)
    created_at: datetime = moment()
    created_by: str = column(Holds.CONTACT, "", max_length=254)


class MediaVersion(SQLModel, table=True):
    """One content, known by its SHA-256 in hexadecimal: the same bytes lie in the folder once. `size` is in bytes.
    While it waits for the scanner nobody gets it; it is tried again from `scan_due_at` on."""

    __tablename__ = "media_version"
    __table_args__ = (
        CheckConstraint("size > 0", name="ck_media_version_size"),
        Index("ix_media_version_scan", "scan", "scan_due_at"),
        Index("ix_media_version_digest", "digest"),
    )

    id: int | None = key()
    locator: str = locator()
    media_id: int = reference("media.id", index=True)
    digest: str = column(Holds.PLAIN, max_length=64)
    size: int = column(Holds.PLAIN)
    content_type: str = column(Holds.PLAIN, max_length=40)
    filename: str = column(Holds.BUSINESS, max_length=200)
    created_at: datetime = moment()
    created_by: str = column(Holds.CONTACT, "", max_length=254)
    scan: ScanState = column(Holds.PLAIN, ScanState.NOT_SCANNED, sa_type=stored_enum(ScanState))
    scan_attempts: int = column(Holds.PLAIN, 0)
    scan_due_at: datetime | None = moment(None)
