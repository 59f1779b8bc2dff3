"""Which papers of a submission go with a mail: the portal's own first, then others while there is room for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import SubmissionDocumentKind
from portal_app.models.media import MediaVersion, ScanState
from portal_app.models.submissions import Submission, SubmissionDocument
from portal_app.services.door import Tx
from portal_app.services.mail import Attached
from portal_app.services.submissions.documents import TAKEN

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Going:
    """The files that go, and the names of those that do not: they have no room, or were not found clean. `lacks` says
    what the mail has to wait for; `scanning` tells that a file is being checked for malware, and would go too."""

    attached: tuple[Attached, ...]
    left_out: tuple[str, ...]
    lacks: str
    scanning: bool


def going(tx: Tx, row: Submission, made: SubmissionDocumentKind, more: Sequence[int | None], room: int) -> Going:
    """The paper of the kind `made`, then the documents `more` (ids), in `room` bytes together."""
    document, version = SubmissionDocument, MediaVersion
    asked = (
        select(document, version)
        .join(version, col(version.media_id) == col(document.media_id))
        .where(col(document.submission_id) == row.id, col(document.removed_at).is_(None))
        .where((col(document.kind) == made) | col(document.id).in_(more), col(version.scan) != ScanState.REFUSED)
        .order_by(col(document.kind) != made, col(document.id))
    )
    found = tx.db.execute(asked).all()
    attached, left_out = list[Attached](), list[str]()
    for _, file in found:
        if file.scan is not ScanState.WAITING and file.size <= room:
            attached.append(Attached(file.digest, file.filename, file.content_type, file.size))
            room -= file.size
        else:
            left_out.append(file.filename)
    lacks = "" if any(each.kind is made for each, _ in found) else f"The {made.label.lower()} has not been made yet."
    scanning = any(file.scan is ScanState.WAITING for _, file in found)
    return Going(tuple(attached), tuple(left_out), lacks, scanning)


def uploaded(tx: Tx, row: Submission) -> Sequence[int]:
    """What was uploaded to the submission, in order, by ids."""
    document = SubmissionDocument
    mine = (col(document.submission_id) == row.id, col(document.kind).in_(TAKEN))
    found = select(col(document.id)).where(*mine).order_by(col(document.id))
    return [each or 0 for each in tx.db.scalars(found)]
