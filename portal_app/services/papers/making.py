"""Papers that were ordered are made by the worker, outside of transactions. Made again, a paper is there once."""

import re
from dataclasses import asdict, replace

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import SubmissionDocumentKind, SubmissionEventKind
from portal_app.models.media import Media, MediaVersion
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import Submission, SubmissionDocument, SubmissionEvent
from portal_app.services import audit
from portal_app.services.access import Actor, Gate, Permission, system
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.media.files import Content, Incoming
from portal_app.services.media.library import hold_bytes
from portal_app.services.outbox import Claimed
from portal_app.services.papers import contents
from portal_app.services.papers.drawing import drawn
from portal_app.services.papers.paper import Paper
from portal_app.services.submissions import rows
from portal_app.services.topics import Topic

ACTOR = system("papers")
Kind = SubmissionDocumentKind
NOT_IN_A_NAME = re.compile(r"[^\w .-]")


def make(door: Door, message: Claimed) -> None:
    """Make what was ordered, and put it to the submission's documents. Nothing where it is there already."""
    submission, kind = message.payload["submission"], Kind(message.payload["kind"])
    paper = door.run(said, ACTOR, submission=submission, kind=kind)
    if paper is None:
        return
    incoming = Incoming.begin(door.settings.folder)
    try:
        incoming.take(drawn(paper, door.settings_in_force().agency_name))
        content = incoming.whole()
        door.run(file_away, ACTOR, submission=submission, kind=kind, paper=paper, content=content, incoming=incoming)
    finally:
        incoming.drop()


async def evidence_file(door: Door, caller: Actor, *, submission: str) -> tuple[str, bytes]:
    """The evidence file of a submission as it stands now: what it is called, and the PDF. That it was made is in the
    trail before the first byte is out; it reads, so a token that may only read may have it. Raises NotFound."""
    paper = await door.act(evidence, caller, submission=submission)
    content = await door.in_thread(lambda: drawn(paper, door.settings_in_force().agency_name))
    await door.act(note_evidence, replace(caller, may_write=True), submission=submission, digest=paper.digest)
    return paper.filename, content


@reads(Permission.VIEW_OWN_ACCOUNTS)
def evidence(tx: Tx, *, submission: str) -> Paper:
    """What the evidence file of a submission says to the actor. Raises NotFound."""
    return contents.evidence(tx, rows.one(tx, submission))


@writes(Permission.VIEW_OWN_ACCOUNTS)
def note_evidence(tx: Tx, *, submission: str, digest: str) -> None:
    """Write down who had the evidence file, and which: `digest` stands at its end. Raises NotFound."""
    row = rows.one(tx, submission)
    detail = {"sha256": digest}
    audit.record(tx, "submission.evidence_made", subject_kind="submission", subject=row.locator, detail=detail)


@reads(Gate.SYSTEM)
def said(tx: Tx, *, submission: str, kind: SubmissionDocumentKind) -> Paper | None:
    """What the paper says; None where it was made before."""
    row = rows.one(tx, submission)
    if _is_there(tx, row, kind):
        return None
    if kind is Kind.APPLICATION:
        return contents.application(tx, row)
    bound = select(Quote).where(col(Quote.submission_id) == row.id, col(Quote.offer) == QuoteOffer.BOUND)
    return contents.binder(tx, row, tx.db.scalars(bound).one())


@writes(Gate.SYSTEM)
def file_away(
    tx: Tx,
    *,
    submission: str,
    kind: SubmissionDocumentKind,
    paper: Paper,
    content: Content,
    incoming: Incoming,
) -> None:
    """Put what was made to the submission's documents, and its bytes where they stay; once."""
    row = rows.held(tx, submission)
    if _is_there(tx, row, kind):
        return
    media = Media(created_at=tx.now, created_by=tx.actor.name)
    tx.db.add(media)
    tx.db.flush()
    filename = NOT_IN_A_NAME.sub("", paper.filename)
    version = MediaVersion(
        media_id=media.id or 0, filename=filename, created_at=tx.now, created_by=tx.actor.name, **asdict(content)
    )
    document = SubmissionDocument(
        submission_id=row.id or 0,
        media_id=media.id or 0,
        kind=kind,
        upload_key=_key(kind),
        added_at=tx.now,
        added_by=tx.actor.name,
    )
    tx.db.add_all((version, document))
    _tell(tx, row, document, version)
    # The last thing before the commit, and under the lock: whoever sweeps finds the bytes written down.
    hold_bytes(tx)
    incoming.place(content)


def _tell(tx: Tx, row: Submission, document: SubmissionDocument, version: MediaVersion) -> None:
    about = {"document": document.locator, "kind": document.kind.value, "filename": version.filename}
    tx.db.add(
        SubmissionEvent(
            submission_id=row.id or 0, kind=SubmissionEventKind.ADDED, at=tx.now, by=tx.actor.name, about=about
        )
    )
    tx.changes(Topic.SUBMISSIONS)
    detail = {**about, "size": version.size, "digest": version.digest}
    audit.record(tx, "submission.document_added", subject_kind="submission", subject=row.locator, detail=detail)


def _key(kind: SubmissionDocumentKind) -> str:
    """No key that somebody uploads under: those have at least eight signs, and no colon."""
    return f"portal:{kind.value}"


def _is_there(tx: Tx, row: Submission, kind: SubmissionDocumentKind) -> bool:
    mine = (col(SubmissionDocument.submission_id) == row.id, col(SubmissionDocument.upload_key) == _key(kind))
    return tx.db.scalars(select(SubmissionDocument).where(*mine)).first() is not None
