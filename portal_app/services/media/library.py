"""Media and their versions: added by who manages producers, seen by who sees a producer or a code that refers to
them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.media import Media, MediaVersion
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services import audit
from portal_app.services.access import Permission, Reach, reach, visible
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Invalid, NotFound
from portal_app.services.media.files import Content, place_of

LONGEST = 200


@dataclass(frozen=True, slots=True)
class VersionView:
    """One content. `size` is in bytes, `digest` its SHA-256 in hexadecimal."""

    locator: str
    filename: str
    content_type: str
    size: int
    digest: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class MediaView:
    """Media with its versions, the newest first."""

    locator: str
    title: str
    versions: tuple[VersionView, ...]


@dataclass(frozen=True, slots=True)
class Download:
    """A content to hand out, and where it lies."""

    path: Path
    filename: str
    content_type: str
    size: int


@writes(Permission.MANAGE_PRODUCERS)
def prepare(tx: Tx, *, filename: str, title: str, of: str) -> None:
    """Asked before a file arrives. Raises Invalid, and NotFound for media that are not there."""
    _check_names(filename, title)
    if of:
        _seen(tx, of)


@writes(Permission.MANAGE_PRODUCERS)
def add(tx: Tx, *, content: Content, filename: str, title: str = "", of: str = "") -> MediaView:
    """Write down what was kept: as new media, or as the newest version `of` what is there. Raises Invalid, NotFound."""
    _check_names(filename, title)
    by = tx.actor.email or tx.actor.name
    row = _seen(tx, of) if of else Media(title=title.strip(), created_at=tx.now, created_by=by)
    tx.db.add(row)
    tx.db.flush()
    kept: dict[str, Any] = asdict(content)
    version = MediaVersion(media_id=row.id or 0, filename=filename, created_at=tx.now, created_by=by, **kept)
    tx.db.add(version)
    detail = {"filename": filename, "size": content.size, "digest": content.digest, "version": version.locator}
    audit.record(tx, "media.added", subject_kind="media", subject=row.locator, detail=detail)
    return _shown(tx, row)


@reads(Permission.VIEW_PRODUCERS)
def one(tx: Tx, *, locator: str) -> MediaView:
    """Media with its versions. Raises NotFound."""
    return _shown(tx, _seen(tx, locator))


@reads(Permission.VIEW_PRODUCERS)
def download(tx: Tx, *, locator: str, version: str = "") -> Download:
    """A version to hand out, the newest where none is named. Raises NotFound, also where its bytes are gone."""
    row = _seen(tx, locator)
    found = [each for each in _versions(tx, row) if version in ("", each.locator)]
    if not found:
        raise NotFound
    path = place_of(tx.configured.folder, found[0].digest)
    if not path.is_file():
        raise NotFound("The file is not in the portal's data folder any more. Tell whoever runs the portal.")
    return Download(path, found[0].filename, found[0].content_type, found[0].size)


def resolved(tx: Tx, reference: Mapping[str, Any]) -> dict[str, Any] | None:
    """A reference of extension data with the names that are written down, or None where it refers to nothing."""
    pair = select(col(MediaVersion.filename), col(Media.title)).join(Media, col(Media.id) == col(MediaVersion.media_id))
    named = (col(Media.locator) == reference["locator"], col(MediaVersion.locator) == reference["versionLocator"])
    found = tx.db.execute(pair.where(*named)).first()
    if found is None:
        return None
    return {"title": found.title, "tag": "", **reference, "filename": found.filename}


def _seen(tx: Tx, locator: str) -> Media:
    """Raises NotFound, also for what only others' producers refer to."""
    row = tx.db.scalars(select(Media).where(col(Media.locator) == locator)).first()
    own_only = reach(tx.actor, Permission.VIEW_PRODUCERS) is Reach.OWN_ONLY
    if row is None or (own_only and not _is_referred_to(tx, locator)):
        raise NotFound
    return row


def _is_referred_to(tx: Tx, locator: str) -> bool:
    """Whether a producer or a code that the actor sees refers to the media."""
    data = [row.data for model in (Producer, ProducerCode) for row in tx.db.scalars(visible(tx.actor, model))]
    return any(_holds(each, locator) for each in data)


def _holds(value: object, locator: str) -> bool:
    if isinstance(value, Mapping):
        refers = value.get("locator") == locator and "versionLocator" in value
        return refers or any(_holds(each, locator) for each in value.values())
    return isinstance(value, list) and any(_holds(each, locator) for each in value)


def _versions(tx: Tx, row: Media) -> list[MediaVersion]:
    newest = col(MediaVersion.id).desc()
    return list(tx.db.scalars(select(MediaVersion).where(col(MediaVersion.media_id) == row.id).order_by(newest)))


def _shown(tx: Tx, row: Media) -> MediaView:
    names = VersionView.__dataclass_fields__
    versions = (VersionView(**{name: getattr(each, name) for name in names}) for each in _versions(tx, row))
    return MediaView(row.locator, row.title, tuple(versions))


def _check_names(filename: str, title: str) -> None:
    problems = {}
    if not filename.strip() or len(filename) > LONGEST or not filename.isprintable() or set(filename) & set('/\\"'):
        problems["filename"] = f"A file's name has 1 to {LONGEST} characters, no slashes and no quotes."
    if len(title) > LONGEST or not title.isprintable():
        problems["title"] = f"A title has at most {LONGEST} characters, all of them to be seen."
    if problems:
        raise Invalid(problems)
