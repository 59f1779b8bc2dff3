"""Files of a submission as they are shown."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portal_app.models.enums import SubmissionDocumentKind
from portal_app.models.media import ScanState
from portal_app.services.submissions.documents import DocumentView
from portal_app.state.document_rows import document_rows, size

ADDED = datetime(2026, 11, 20, 15, 5, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")


def view(scan: ScanState, removed_at: datetime | None = None) -> DocumentView:
    kind = SubmissionDocumentKind.LOSS_RUNS
    return DocumentView(
        "L1", kind, "a.pdf", "application/pdf", 2_500_000, "0" * 64, scan, ADDED, "maya@agency.test", removed_at, True
    )


@pytest.mark.criterion("DOCS-12")
@pytest.mark.parametrize(
    ("document", "standing", "href"),
    [
        (view(ScanState.CLEAN), "", "/files/L1?of=submission:S1"),
        (view(ScanState.NOT_SCANNED), "", "/files/L1?of=submission:S1"),
        (view(ScanState.WAITING), "waiting", ""),
        (view(ScanState.REFUSED), "refused", ""),
        (view(ScanState.CLEAN, ADDED), "removed", "/files/L1?of=submission:S1"),
    ],
)
def test_what_nobody_gets_is_no_link(document: DocumentView, standing: str, href: str) -> None:
    [row] = document_rows([document], "S1", ZONE)
    assert (row.standing, row.href, row.size) == (standing, href, "2.4 MB")
    assert row.added.startswith("added Nov 20, 2026 at 10:05 AM by maya@agency.test")
    assert document_rows([document], "S1", ZONE, SubmissionDocumentKind.PHOTOS) == []


def test_small_files_are_told_in_kilobytes() -> None:
    assert [size(each) for each in (1, 1024, 1_048_576)] == ["1 KB", "1 KB", "1.0 MB"]
