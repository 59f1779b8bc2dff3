"""Media and their versions: added and taken away by who manages producers, seen by who sees all of them, and by a
producer as far as a producer or a code of theirs refers to them."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, select, text
from sqlmodel import col

from portal_app.models.media import Media, MediaVersion, ScanState
from portal_app.models.producers import Producer, ProducerCode
from portal_app.models.submissions import SubmissionDocument
from portal_app.services import audit
from portal_app.services.access import Permission, Reach, reach
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.media import pace
from portal_app.services.media.files import Content, place_of
from portal_app.services.scope import visible

LONGEST = 200
BEING_CHECKED = "The file is being checked for malware. It can be had when it was found clean."
REFUSED = "The file held malware. It was refused, and its bytes were deleted."


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
    """Media with its versions, the newest first: those that may be seen."""

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
    """Asked before a file arrives. Raises Invalid, NotFound for media that are not there, and TooMany."""
    _check_names(filename, title)
    if of:
        _seen(tx, of)
    pace.count(tx)


@writes(Permission.MANAGE_PRODUCERS)
def add(tx: Tx, *, content: Content, filename: str, title: str = "", of: str = "") -> MediaView:
    """Write down what was kept: as new media, or as the newest version `of` what is there. Raises Invalid, NotFound."""
    _check_names(filename, title)
    hold_bytes(tx)
    if not place_of(tx.configured.folder, content.digest).is_file():
        raise Conflict("The same file was taken away from the portal just now. Send it again.")
    by = tx.actor.email or tx.actor.name
    row = _seen(tx, of) if of else Media(title=title.strip(), created_at=tx.now, created_by=by)
    tx.db.add(row)
    tx.db.flush()
    kept: dict[str, Any] = asdict(content)
    version = MediaVersion(
        media_id=row.id or 0, filename=filename, created_at=tx.now, created_by=by, **kept, **to_be_scanned(tx)
    )
    tx.db.add(version)
    detail = {"filename": filename, "size": content.size, "digest": content.digest, "version": version.locator}
    audit.record(tx, "media.added", subject_kind="media", subject=row.locator, detail=detail)
    return _shown(tx, row)


@reads(Permission.VIEW_PRODUCERS)
def one(tx: Tx, *, locator: str) -> MediaView:
    """Media with its versions, of which a producer sees those that data of theirs refers to. Raises NotFound."""
    return _shown(tx, _seen(tx, locator))


@reads(Permission.VIEW_PRODUCERS)
def download(tx: Tx, *, locator: str, version: str = "") -> Download:
    """A version to hand out, the newest that may be seen where none is named. Raises as `handed_out`."""
    row = _seen(tx, locator)
    found = [each for each in _versions_seen(tx, row) if version in ("", each.locator)]
    if not found:
        raise NotFound
    return handed_out(tx, found[0])


def handed_out(tx: Tx, version: MediaVersion) -> Download:
    """What lies in the folder of a version that may be seen. Raises NotFound where its bytes are gone, Conflict while
    it waits for the scanner and where that refused it."""
    if version.scan in (ScanState.WAITING, ScanState.REFUSED):
        raise Conflict(BEING_CHECKED if version.scan is ScanState.WAITING else REFUSED)
    path = place_of(tx.configured.folder, version.digest)
    if not path.is_file():
        raise NotFound("The file is not in the portal's data folder any more. Tell whoever runs the portal.")
    return Download(path, version.filename, version.content_type, version.size)


def to_be_scanned(tx: Tx) -> dict[str, Any]:
    """How a new version begins: it waits, where a scanner is set up."""
    if tx.ports.scanner is None:
        return {}
    return {"scan": ScanState.WAITING, "scan_due_at": tx.now}


def of_producers() -> ColumnElement[bool]:
    """Media that belong to no submission: whose files are seen with the submission, and referred to by nobody else."""
    return ~select(col(SubmissionDocument.id)).where(col(SubmissionDocument.media_id) == col(Media.id)).exists()


def resolved(tx: Tx, reference: Mapping[str, Any]) -> dict[str, Any] | None:
    """A reference of extension data with the names that are written down, or None where it refers to nothing."""
    pair = select(col(MediaVersion.filename), col(Media.title)).join(Media, col(Media.id) == col(MediaVersion.media_id))
    named = (col(Media.locator) == reference["locator"], col(MediaVersion.locator) == reference["versionLocator"])
    # Nobody takes away what is being referred to.
    found = tx.db.execute(pair.where(*named, of_producers()).with_for_update(read=True)).first()
    if found is None:
        return None
    return {"title": found.title, "tag": "", **reference, "filename": found.filename}


def _seen(tx: Tx, locator: str) -> Media:
    """Raises NotFound, also for what only others' producers refer to."""
    row = tx.db.scalars(select(Media).where(col(Media.locator) == locator, of_producers())).first()
    if row is None or not _versions_seen(tx, row):
        raise NotFound
    return row


def _versions_seen(tx: Tx, row: Media) -> list[MediaVersion]:
    """The versions, the newest first: all of them, or those that a producer's own data refers to."""
    found = _versions(tx, row)
    if reach(tx.actor, Permission.VIEW_PRODUCERS) is not Reach.OWN_ONLY:
        return found
    mine = versions_referred_to(tx, row.locator)
    return [each for each in found if each.locator in mine]


def versions_referred_to(tx: Tx, locator: str) -> set[str]:
    """The locators of the media's versions that producers and codes refer to whom the actor sees."""
    data = [row.data for model in (Producer, ProducerCode) for row in tx.db.scalars(visible(tx.actor, model))]
    return {version for each in data for version in _references(each, locator)}


def _references(value: object, locator: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.get("locator") == locator and "versionLocator" in value:
            yield str(value["versionLocator"])
        for each in value.values():
            yield from _references(each, locator)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each, locator)


def hold_bytes(tx: Tx) -> None:
    """Nobody else writes files down or takes bytes away until this transaction is through: bytes that just arrived are
    nobody's until they are written down. SQLite has one writer anyway."""
    if tx.db.get_bind().dialect.name == "postgresql":
        tx.db.execute(text("SELECT pg_advisory_xact_lock(hashtext('portal: the bytes of media'))"))


def _versions(tx: Tx, row: Media) -> list[MediaVersion]:
    newest = col(MediaVersion.id).desc()
    return list(tx.db.scalars(select(MediaVersion).where(col(MediaVersion.media_id) == row.id).order_by(newest)))


def _shown(tx: Tx, row: Media) -> MediaView:
    names = VersionView.__dataclass_fields__
    versions = (VersionView(**{name: getattr(each, name) for name in names}) for each in _versions_seen(tx, row))
    return MediaView(row.locator, row.title, tuple(versions))


def _check_names(filename: str, title: str) -> None:
    problems = {}
    if not filename.strip() or len(filename) > LONGEST or not filename.isprintable() or set(filename) & set('/\\"'):
        problems["filename"] = f"A file's name has 1 to {LONGEST} characters, no slashes and no quotes."
    if len(title) > LONGEST or not title.isprintable():
        problems["title"] = f"A title has at most {LONGEST} characters, all of them to be seen."
    if problems:
        raise Invalid(problems)
