"""Takes an export whole, as somebody would who saved the file and opened it."""

import asyncio
import csv
import io
from typing import Any

from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.exports import stream
from portal_app.services.exports.cells import BOM, MARK, inert
from portal_app.services.exports.kinds import Kind


def take(door: Door, person: Actor, kind: Kind, asked: Any) -> bytes:
    async def whole() -> bytes:
        export = await stream.begin(door, person, kind=kind, asked=asked)
        return b"".join([chunk async for chunk in export.chunks()])

    return asyncio.run(whole())


def opened(file: bytes) -> tuple[list[dict[str, str]], str]:
    """The rows by their headings, and the last line."""
    text = file.decode()
    assert text.startswith(BOM)
    head, *rows, end = list(csv.reader(io.StringIO(text[1:], newline="")))
    return [dict(zip(head, map(unmarked, row), strict=True)) for row in rows], end[0]


def rows_of(door: Door, person: Actor, kind: Kind, asked: Any) -> list[dict[str, str]]:
    return opened(take(door, person, kind, asked))[0]


def unmarked(cell: str) -> str:
    """A cell as it was before it was marked as text."""
    marked = cell.startswith(MARK) and inert(cell[1:]) == cell
    return cell[1:] if marked else cell
