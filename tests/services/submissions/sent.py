"""Files as people send them, and submissions to send them to."""

import asyncio
import io
import zlib
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from sqlalchemy.orm import Session

from portal_app.models.enums import SubmissionStatus
from portal_app.models.identity import User
from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import ProducerCode
from portal_app.models.submissions import IntakeForm, Submission
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.submissions import uploading
from portal_app.services.submissions.documents import DocumentView, Named

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
PIECE = 256 * 1024
KEYS = count()
MB = 1024 * 1024


def pdf(size: int = 0, password: str = "", holding: bytes = b"") -> bytes:
    """A document of one page, with something attached where it is to have so many bytes, or to hold something."""
    if not size:
        return _pdf(holding, password)
    found = _pdf(b"x" * (size - len(_pdf(b"x" * MB, password)) + MB - 16), password)
    return found + b"\n" * (size - len(found))


def _pdf(attached: bytes, password: str) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if attached:
        writer.add_attachment("more.bin", attached)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **more: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "navy").save(written, kind, **more)
    return written.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """A picture of 900 megapixels in a few kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    header = side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    lines = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    data = b"".join(lines.compress(row) for _ in range(side)) + lines.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def slow(pages: int = 1, stretch: int = 2_500) -> bytes:
    """A small document that takes its reader seconds: its pages are long, and told row by row from the one before."""
    packed = zlib.compress((b"\x04" + b"\x01" * 1000) * stretch, 9)
    contents = b"<</Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 1000>>/Length %d>>stream\n%b\nendstream"
    kids = b" ".join(b"%d 0 R" % (3 + 2 * each) for each in range(pages))
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%b]>>" % (pages, kids)]
    for each in range(pages):
        parts.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents %d 0 R>>" % (4 + 2 * each))
        parts.append(contents % (len(packed), packed))
    written, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % each for each in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return written + end % (len(parts) + 1, table, len(parts) + 1, len(written))


def add_submission(
    db: Session,
    by: User,
    code: ProducerCode | None = None,
    status: SubmissionStatus = SubmissionStatus.DRAFT,
    **given: Any,
) -> Submission:
    line = db.query(LineOfBusiness).first()
    assert line
    form = db.query(IntakeForm).first() or IntakeForm(
        line_id=line.id or 0, digest="0" * 64, version=0, content="{}", kept_at=NOW
    )
    db.add(form)
    db.flush()
    handed_in = status is not SubmissionStatus.DRAFT
    row = Submission(
        line_id=line.id or 0,
        form_id=form.id or 0,
        status=status,
        number=f"SUB-2026-{next(KEYS):06}" if handed_in else None,
        submitted_at=NOW if handed_in else None,
        answers_hash="0" * 64 if handed_in else "",
        producer_code_id=code.id if code else None,
        created_at=NOW,
        changed_at=NOW,
        created_by_id=by.id or 0,
        **given,
    )
    db.add(row)
    db.flush()
    return row


def named(submission: str, filename: str = "loss runs.pdf", kind: str = "loss_runs", key: str = "") -> Named:
    return Named(submission, kind, filename, key or f"upload-{next(KEYS)}")


async def in_pieces(content: bytes | Iterable[bytes]) -> AsyncIterator[bytes]:
    pieces = (
        (content[at : at + PIECE] for at in range(0, len(content), PIECE)) if isinstance(content, bytes) else content
    )
    for each in pieces:
        yield each


def send(door: Door, who: Actor, content: bytes | Iterable[bytes], what: Named) -> DocumentView:
    return asyncio.run(uploading.take_in(door, who, in_pieces(content), what))


def lying(folder: Path) -> list[Path]:
    """Every file in the folder of media."""
    return sorted(each for each in (folder / "media").rglob("*") if each.is_file())
