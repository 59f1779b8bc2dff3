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


def opened(file: bytes) -> list[dict[str, str]]:
    """The rows by their headings: every line is one."""
    text = file.decode()
    assert text.startswith(BOM)
    head, *rows = list(csv.reader(io.StringIO(text[1:], newline="")))
    return [dict(zip(head, map(unmarked, row), strict=True)) for row in rows]


def rows_of(door: Door, person: Actor, kind: Kind, asked: Any) -> list[dict[str, str]]:
    return opened(take(door, person, kind, asked))


def unmarked(cell: str) -> str:
    """A cell as it was before it was marked as text."""
    marked = cell.startswith(MARK) and inert(cell[1:]) == cell
    return cell[1:] if marked else cell
