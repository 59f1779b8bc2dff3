"""Files of a submission as they are shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from portal_app.models.enums import SubmissionDocumentKind
from portal_app.models.media import ScanState
from portal_app.services.submissions.documents import DocumentView

KILOBYTE, MEGABYTE = 1024, 1024 * 1024


@dataclass
class DocumentRow:
    """`href` is empty where nobody gets the file; `standing` is "waiting", "refused", "removed" or empty."""

    locator: str
    kind: str
    filename: str
    size: str
    added: str
    href: str
    standing: str
    may_remove: bool


def document_rows(
    found: Iterable[DocumentView], submission: str, zone: ZoneInfo, kind: SubmissionDocumentKind | None = None
) -> list[DocumentRow]:
    """All of them, or those of one kind."""
    return [_row(each, submission, zone) for each in found if kind in (None, each.kind)]


def _row(each: DocumentView, submission: str, zone: ZoneInfo) -> DocumentRow:
    standing = each.scan.value if each.scan in (ScanState.WAITING, ScanState.REFUSED) else ""
    href = "" if standing else f"/files/{each.locator}?of=submission:{submission}"
    added = f"added {_moment(each.added_at, zone)} by {each.added_by}"
    if each.removed_at:
        standing = standing or "removed"
        added = f"{added}, removed {_moment(each.removed_at, zone)}"
    return DocumentRow(
        each.locator, each.kind.value, each.filename, size(each.size), added, href, standing, each.may_remove
    )


def size(count: int) -> str:
    """Bytes in the unit in which people think of files."""
    if count >= MEGABYTE:
        return f"{count / MEGABYTE:.1f} MB"
    return f"{max(1, round(count / KILOBYTE))} KB"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%b %-d, %Y at %-I:%M %p}"
