"""Files of a submission: written down when all of their bytes are there and were looked into, at most 100 MB of them.
Their bytes lie with those of media; who may see the submission may have them."""

import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlmodel import col

from portal_app.models.enums import SubmissionDocumentKind, SubmissionEventKind, SubmissionStatus
from portal_app.models.media import Media, MediaVersion, ScanState
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission, SubmissionDocument, SubmissionEvent
from portal_app.services import audit
from portal_app.services.access import Actor, Permission, can
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.media import pace
from portal_app.services.media.files import LARGE, MOST_BYTES, Content, Incoming
from portal_app.services.media.library import Download, handed_out, hold_bytes, to_be_scanned
from portal_app.services.scope import visible
from portal_app.services.submissions import information
from portal_app.services.topics import Topic

MOST_TOGETHER = 100 * 1024 * 1024
LONGEST_NAME = 200
UPLOAD_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
TOGETHER = "The files of a submission have at most 100 MB together. Take one away, or send this one smaller."
TAKEN = (
    SubmissionDocumentKind.PRIOR_DECLARATIONS,
    SubmissionDocumentKind.LOSS_RUNS,
    SubmissionDocumentKind.MVR_AUTHORIZATION,
    SubmissionDocumentKind.PHOTOS,
    SubmissionDocumentKind.OTHER,
)
ENDED = (SubmissionStatus.BOUND, SubmissionStatus.DECLINED, SubmissionStatus.WITHDRAWN)
ENDINGS = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A file of a submission. `size` is in bytes, `digest` the SHA-256 of what is kept, in hexadecimal. `again` tells
    who sent it that the same bytes had come before, by themselves or by another, and were not kept twice."""

    locator: str
    kind: SubmissionDocumentKind
    filename: str
    content_type: str
    size: int
    digest: str
    scan: ScanState
    added_at: datetime
    added_by: str
    removed_at: datetime | None
    may_remove: bool
    again: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """What whoever sends a file says of it. `upload_key` stays the same when it is sent again; `item` is the locator of
    what a request for information asks for, where the file answers that."""

    submission: str
    kind: str
    filename: str
    upload_key: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """How many bytes may still come, and what to say of more. `again` tells that a file came under this key before."""

    bytes: int
    beyond: str
    again: bool = False


@writes(Permission.SUBMIT_BUSINESS)
def prepare(tx: Tx, *, named: Named) -> Room:
    """Asked before a file arrives: the room for it. Raises Invalid, also for a key that was used for a file of another
    name or kind, NotFound, Conflict where the submission takes no files any more or the item is not asked for, and
    TooMany."""
    row = _taking(tx, named)
    pace.count(tx)
    if _sent_before(tx, row, named):
        return Room(MOST_BYTES, LARGE, again=True)
    if named.item:
        information.check_wants_file(tx, row, named.item)
    left = MOST_TOGETHER - _together(tx, row)
    if left <= 0:
        raise Invalid({"file": TOGETHER})
    return Room(left, TOGETHER) if left < MOST_BYTES else Room(MOST_BYTES, LARGE)


@writes(Permission.SUBMIT_BUSINESS)
def sent_again(tx: Tx, *, named: Named, sent: str) -> DocumentView:
    """The document that was made of a file when it came before; `sent` is the SHA-256 of what arrived now. Raises as
    `prepare`, Invalid too where these are other bytes, NotFound where it was removed since."""
    found = _sent_before(tx, _taking(tx, named), named, sent)
    if found is None:
        raise NotFound
    return found


@writes(Permission.SUBMIT_BUSINESS)
def add(tx: Tx, *, named: Named, content: Content, sent: str, incoming: Incoming) -> DocumentView:
    """Write down what arrived, whose SHA-256 is `sent`, and put the bytes of `content` where they stay. What was sent
    before is not added again, nor what is there as a document of the same kind. Raises as `sent_again`, Invalid too
    where others' files took the room meanwhile."""
    row = _taking(tx, named, hold=True)
    if found := _sent_before(tx, row, named, sent) or _there_already(tx, row, named, sent):
        return found
    if _together(tx, row) + content.size > MOST_TOGETHER:
        raise Invalid({"file": TOGETHER})
    by = tx.actor.email or tx.actor.name
    media = Media(created_at=tx.now, created_by=by)
    tx.db.add(media)
    tx.db.flush()
    version = MediaVersion(
        media_id=media.id or 0,
        filename=harmless(named.filename, content.content_type),
        created_at=tx.now,
        created_by=by,
        **asdict(content),
        **to_be_scanned(tx),
    )
    document = SubmissionDocument(
        submission_id=row.id or 0,
        media_id=media.id or 0,
        kind=SubmissionDocumentKind(named.kind),
        upload_key=named.upload_key,
        sent_digest=sent,
        added_at=tx.now,
        added_by=by,
    )
    tx.db.add_all((version, document))
    tx.db.flush()
    _tell(tx, "submission.document_added", row, document, version)
    if named.item:
        information.answer_with_file(tx, row, named.item, document)
    # The last thing before the commit, and under the lock: whoever sweeps finds the bytes written down.
    hold_bytes(tx)
    incoming.place(content)
    return _view(tx, row, document, version)


@reads(Permission.VIEW_OWN_ACCOUNTS)
def listed(tx: Tx, *, submission: str) -> tuple[DocumentView, ...]:
    """The files of a submission in the order in which they came; what was removed after it was handed in is shown to
    underwriters. Raises NotFound."""
    row = _seen(tx, submission)
    return tuple(_view(tx, row, document, version) for document, version in _pairs(tx, row, *_listed(tx.actor)))


def counted(tx: Tx, row: Submission) -> int:
    """How many those are."""
    return tx.db.connection().scalar(_counted(tx.actor), {"of": row.id}) or 0


@lru_cache(maxsize=256)
def _counted(actor: Actor) -> Select[Any]:
    return _wanted(actor, bindparam("of"), *_listed(actor)).with_only_columns(func.count())


def _listed(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return () if can(actor, Permission.UNDERWRITE) else (col(SubmissionDocument.removed_at).is_(None),)


@reads(Permission.VIEW_OWN_ACCOUNTS)
def one(tx: Tx, *, submission: str, locator: str) -> DocumentView:
    """One file of a submission. Raises NotFound."""
    row = _seen(tx, submission)
    return _view(tx, row, *_pair(tx, row, locator))


@reads(Permission.VIEW_OWN_ACCOUNTS)
def download(tx: Tx, *, submission: str, locator: str) -> Download:
    """A file to hand out. Raises NotFound, also where its bytes are gone, and Conflict while it is being checked and
    where it was refused."""
    _, version = _pair(tx, _seen(tx, submission), locator)
    return handed_out(tx, version)


@writes(Permission.SUBMIT_BUSINESS)
def remove(tx: Tx, *, submission: str, locator: str) -> str:
    """Take a file out of a submission: out of a draft for good, else it is marked, which only underwriters may. Returns
    the sum of bytes that may be nobody's any more, else "". Raises NotFound, Forbidden, Conflict."""
    row = _seen(tx, submission, hold=True)
    document, version = _pair(tx, row, locator)
    if document.removed_at is not None:
        raise Conflict("The file was removed already.")
    if not _may_remove(tx, row, document):
        raise Forbidden("The submission was handed in with this file. An underwriter can remove it.")
    _tell(tx, "submission.document_removed", row, document, version)
    if row.status is not SubmissionStatus.DRAFT:
        document.removed_at = tx.now
        information.file_gone(tx, row, document)
        return ""
    media, digest = tx.db.get_one(Media, document.media_id), str(version.digest)
    for each in (document, version, media):
        tx.db.delete(each)
        tx.db.flush()
    return digest


def harmless(filename: str, content_type: str) -> str:
    """A name that says what the file is and means nothing to a shell, a header or a folder: without a path, without
    characters that are not to be seen, with the ending of its content."""
    name = re.split(r"[/\\]", filename)[-1]
    name = "".join(each for each in name if each.isprintable() and each not in "\"'`<>|:*?;$&").strip(" .")
    endings = ENDINGS[content_type]
    if name.lower().endswith(endings):
        stem, ending = name.rsplit(".", 1)
        ending = f".{ending}"
    else:
        known = tuple(each for group in ENDINGS.values() for each in group)
        stem = name.rsplit(".", 1)[0] if name.lower().endswith(known) else name
        ending = endings[0]
    stem = stem.strip(" .")[: LONGEST_NAME - len(ending)] or "document"
    return f"{stem}{ending}"


def refused(tx: Tx, version: MediaVersion, found: str) -> bool:
    """Tell in the timeline and the trail that the scanner refused a file, where it is of a submission. Returns whether
    it is."""
    mine = select(SubmissionDocument).where(col(SubmissionDocument.media_id) == version.media_id)
    document = tx.db.scalars(mine).first()
    if document is None:
        return False
    row = tx.db.get_one(Submission, document.submission_id)
    _tell(tx, "submission.document_refused", row, document, version, found=found)
    information.file_gone(tx, row, document)
    return True


def _tell(
    tx: Tx, action: str, row: Submission, document: SubmissionDocument, version: MediaVersion, *, found: str = ""
) -> None:
    """The timeline, the trail and open pages."""
    told = {"document": document.locator, "kind": document.kind.value, "filename": version.filename}
    about = {**told, "malware": found} if found else told
    kind = SubmissionEventKind.ADDED if action == "submission.document_added" else SubmissionEventKind.REMOVED
    by = tx.actor.email or tx.actor.name
    tx.db.add(SubmissionEvent(submission_id=row.id or 0, kind=kind, at=tx.now, by=by, about=about))
    detail: dict[str, Any] = {**about, "size": version.size, "digest": version.digest}
    audit.record(tx, action, subject_kind="submission", subject=row.locator, detail=detail)
    tx.changes(Topic.SUBMISSIONS)


def _taking(tx: Tx, named: Named, *, hold: bool = False) -> Submission:
    """The submission, where it takes such a file. Raises Invalid, NotFound, Conflict."""
    problems = {}
    taken = (*TAKEN, SubmissionDocumentKind.QUOTE) if can(tx.actor, Permission.UNDERWRITE) else TAKEN
    if named.kind not in taken:
        problems["kind"] = f"Should be one of: {', '.join(taken)}."
    if not UPLOAD_KEY.fullmatch(named.upload_key):
        problems["upload_key"] = "A key of 8 to 64 letters, digits, hyphens and underscores."
    if problems:
        raise Invalid(problems)
    row = _seen(tx, named.submission, hold=hold)
    if row.status in ENDED:
        raise Conflict(f"This submission is {row.status.label.lower()}, and takes no files any more.")
    return row


def _seen(tx: Tx, locator: str, *, hold: bool = False) -> Submission:
    wanted = visible(tx.actor, Submission).where(col(Submission.locator) == locator)
    row: Submission | None = tx.db.scalars(wanted.with_for_update() if hold else wanted).first()
    if row is None:
        raise NotFound
    return row


def _pairs(tx: Tx, row: Submission, *where: ColumnElement[bool]) -> list[tuple[SubmissionDocument, MediaVersion]]:
    wanted = _wanted(tx.actor, row.id, *where).order_by(col(SubmissionDocument.id))
    return [(document, version) for document, version in tx.db.execute(wanted)]


def _wanted(actor: Actor, submission: Any, *where: ColumnElement[bool]) -> Select[Any]:
    """Of the submission of that id."""
    wanted = visible(actor, SubmissionDocument).add_columns(MediaVersion)
    wanted = wanted.join(MediaVersion, col(MediaVersion.media_id) == col(SubmissionDocument.media_id))
    wanted = wanted.where(col(SubmissionDocument.submission_id) == submission, *where)
    if not can(actor, Permission.VIEW_ALL_ACCOUNTS):
        # A carrier's quote is shown to who handed in when it is offered.
        papers = visible(actor, Quote).where(col(Quote.document_id) == col(SubmissionDocument.id)).exists()
        wanted = wanted.where(or_(col(SubmissionDocument.kind) != SubmissionDocumentKind.QUOTE, papers))
    return wanted


def _pair(tx: Tx, row: Submission, locator: str) -> tuple[SubmissionDocument, MediaVersion]:
    """Raises NotFound, also for what was removed and is no underwriter's to see."""
    for document, version in _pairs(tx, row, col(SubmissionDocument.locator) == locator):
        if document.removed_at is None or can(tx.actor, Permission.UNDERWRITE):
            return document, version
    raise NotFound


def _sent_before(tx: Tx, row: Submission, named: Named, sent: str = "") -> DocumentView | None:
    """Raises Conflict where it came and was removed, Invalid where the key was used for another file. What arrived was
    not always summed up: an empty sum is held against none."""
    for document, version in _pairs(tx, row, col(SubmissionDocument.upload_key) == named.upload_key):
        if document.removed_at is not None:
            raise Conflict("This file was sent before and removed. Choose it anew.")
        name = harmless(named.filename, version.content_type)
        other = sent and document.sent_digest not in ("", sent)
        if (document.kind.value, version.filename) != (named.kind, name) or other:
            raise Invalid({"upload_key": "Another file was sent under this key. Send this one under a key of its own."})
        return _view(tx, row, document, version)
    return None


def _there_already(tx: Tx, row: Submission, named: Named, sent: str) -> DocumentView | None:
    """The file whose very bytes arrived once more, chosen anew; it answers what is asked for as well."""
    same = (
        col(SubmissionDocument.kind) == SubmissionDocumentKind(named.kind),
        col(SubmissionDocument.sent_digest) == sent,
    )
    there = (col(SubmissionDocument.removed_at).is_(None), col(MediaVersion.scan) != ScanState.REFUSED)
    for document, version in _pairs(tx, row, *same, *there):
        if named.item:
            information.answer_with_file(tx, row, named.item, document)
        return replace(_view(tx, row, document, version), again=True)
    return None


def _together(tx: Tx, row: Submission) -> int:
    """The bytes of all files that are there."""
    sizes = select(func.coalesce(func.sum(col(MediaVersion.size)), 0))
    sizes = sizes.join(SubmissionDocument, col(SubmissionDocument.media_id) == col(MediaVersion.media_id))
    there = (col(SubmissionDocument.removed_at).is_(None), col(MediaVersion.scan) != ScanState.REFUSED)
    return int(tx.db.scalar(sizes.where(col(SubmissionDocument.submission_id) == row.id, *there)) or 0)


def _may_remove(tx: Tx, row: Submission, document: SubmissionDocument) -> bool:
    if document.removed_at is not None or document.kind not in TAKEN or not can(tx.actor, Permission.SUBMIT_BUSINESS):
        return False
    return row.status is SubmissionStatus.DRAFT or can(tx.actor, Permission.UNDERWRITE)


def _view(tx: Tx, row: Submission, document: SubmissionDocument, version: MediaVersion) -> DocumentView:
    return DocumentView(
        document.locator,
        document.kind,
        version.filename,
        version.content_type,
        version.size,
        version.digest,
        version.scan,
        document.added_at,
        document.added_by,
        document.removed_at,
        _may_remove(tx, row, document),
    )
