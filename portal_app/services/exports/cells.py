"""Cells and lines of a CSV file that spreadsheets open without running anything that stands in it.

What begins like a formula gets an apostrophe before it, which spreadsheets take as: this is text. Numbers are written
as numbers, so that a negative amount stays one.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

Cell = str | int | Decimal | date | datetime | None

MARK = "'"
BOM = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of the machine."""
AT_ONCE = "\t\r\n"
FORMULA = "=+-@\u2212"
QUOTES = "\"'`‘’‚“”„«»＂＇"


def inert(text: str) -> str:
    """The text, marked where it begins like a formula: also behind spaces, quotes and what cannot be seen, and in the
    wide and small forms of the signs."""
    for character in text:
        if character in AT_ONCE:
            return MARK + text
        if character.isspace() or character in QUOTES or unicodedata.category(character) in ("Cf", "Cc"):
            continue
        return MARK + text if unicodedata.normalize("NFKC", character)[0] in FORMULA else text
    return text


def lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as lines of the file. All that is no number is quoted, so that no sign in it divides cells elsewhere."""
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerows(
        [_told(cell) for cell in row] for row in rows
    )
    return file.getvalue().encode()


def _told(cell: Cell) -> str | int | Decimal:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return cell.isoformat()
    return inert(cell) if isinstance(cell, str) else cell
