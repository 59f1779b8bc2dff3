"""A file's text to raw rows: the delimiter, the header, the cells, what names a row, what makes one unfit."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING

from integrations.custom.columns import Cells, ColumnMap, Layout
from integrations.custom.mapping import KeyOf
from integrations.custom.mapping.row import folded
from integrations.custom.survey import NUL
from integrations.custom.trailer import NOTHING, Trailer
from portal_app.services.ports import RawRow, RowProblem

if TYPE_CHECKING:
    from _csv import Reader

_SAMPLE = 1 << 16
_LONGEST_NAME = 200
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n)')
_UNIT = "\x1f"
_MARK_BITS = 64
_MARK = (1 << _MARK_BITS) - 1

# From a row's texts, their joined form and its line: its name and what is wrong with it; None to pass over the row.
_Naming = Callable[[tuple[str, ...], str, int], tuple[str, str | None] | None]


def hold_against_trailer(text: io.TextIOWrapper, columns: ColumnMap, trailer: Trailer) -> None:
    """One pass over the cells. Raises RowProblem where the trailer is missing or says other than the rows."""
    rows, layout, skipped = _table(text, columns)
    try:
        trailer.hold(rows, layout)
    except csv.Error:
        line = skipped + rows.line_num
        raise RowProblem(
            [f"Up to line {line} a row cannot be taken apart, so that the trailer tells nothing. {NOTHING}"]
        ) from None


def raw_rows(
    text: io.TextIOWrapper, columns: ColumnMap, key: KeyOf | None, trailer: Trailer | None = None
) -> Iterator[RawRow]:
    """Yield the file's rows in its order; empty ones and the trailer are passed over. Memory holds one row, and a key
    for each seen.

    Raises RowProblem where the file as a whole cannot be read: empty, no header, columns missing.
    """
    rows, layout, skipped = _table(text, columns)
    naming = _named(key) if key else _counted()
    width, pick, prefix = layout.width, layout.pick, layout.prefix
    end = rows.line_num
    while True:
        try:
            for row in rows:
                line, end = end + 1, rows.line_num
                if trailer is not None and trailer.is_in(row):
                    continue
                if len(row) != width:
                    if any(row):
                        yield _misfit(skipped + line, row, layout)
                    continue
                if not row[0] and not any(row):
                    continue
                row.append("")
                texts = pick(row)
                joined = _UNIT.join(texts)
                if NUL in joined:
                    yield _unreadable(skipped + line, texts, layout)
                    continue
                named = naming(texts, joined, skipped + line)
                if named:
                    yield RawRow(skipped + line, named[0], Cells(layout, texts), prefix + joined.encode(), named[1])
        except csv.Error:
            line, end = end + 1, rows.line_num
            yield _torn(skipped + line, skipped + end, layout)
        else:
            return


def _table(text: io.TextIOWrapper, columns: ColumnMap) -> tuple["Reader", Layout, int]:
    """The reader standing after the header, the header's layout, and the number of lines before the reader's first."""
    rows, header, skipped = header_of(text, columns)
    return rows, columns.layout(header), skipped


def header_of(text: io.TextIOWrapper, columns: ColumnMap) -> tuple["Reader", list[str], int]:
    """The reader standing after the header, the header, and the number of lines before the reader's first. Raises
    RowProblem where there is no header that could be read."""
    sample = text.read(_SAMPLE)
    text.seek(0)
    if not sample.strip("\ufeff\x00\r\n\t ,;"):
        raise RowProblem(["The file is empty."])
    separator = _SEPARATOR_LINE.match(sample)
    if separator:
        text.readline()
        sample = sample[separator.end() :]
    delimiter = columns.settings.delimiter or (separator[1] if separator else _delimiter(sample, columns))
    rows = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        header = next((row for row in rows if any(row)), [])
    except csv.Error:
        raise RowProblem(["The header cannot be read: a quotation mark in it is not closed."]) from None
    return rows, [name.lstrip("\ufeff") for name in header], 1 if separator else 0


def _delimiter(sample: str, columns: ColumnMap) -> str:
    """The delimiter under which the first line names most of the map's columns."""

    def known(delimiter: str) -> int:
        try:
            rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True)
            return columns.known(next((row for row in rows if any(row)), []))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=known)


def _named(key: KeyOf) -> _Naming:
    """Rows that bear a key: one that repeats is passed over where its content is the same, and a problem where not."""
    seen: dict[str, int] = {}

    def naming(texts: tuple[str, ...], joined: str, line: int) -> tuple[str, str | None] | None:
        name = key(texts)
        if not 0 < len(name) <= _LONGEST_NAME:
            return "", None
        mark = line << _MARK_BITS | hash(joined) & _MARK
        first = seen.setdefault(name, mark)
        if first is mark:
            return name, None
        if (first ^ mark) & _MARK:
            return name, f"The same record stands in line {first >> _MARK_BITS} of this file with other content."
        return None

    return naming


def _counted() -> _Naming:
    """Rows known by their content: equal ones are told apart by their order, so that two in one file are two, and the
    file sent again is nothing new."""
    seen: dict[bytes, int] = {}

    def naming(texts: tuple[str, ...], _joined: str, _line: int) -> tuple[str, str | None]:
        digest = blake2b(_UNIT.join(map(folded, texts)).encode(), digest_size=16).digest()
        seen[digest] = count = seen.get(digest, 0) + 1
        return f"{digest.hex()}/{count}", None

    return naming


def _misfit(line: int, row: list[str], layout: Layout) -> RawRow:
    few = "fewer" if len(row) < layout.width else "more"
    problem = f"The row has {len(row)} cells, {few} than the header's {layout.width}."
    return _unfit(line, {f"cell {number}": text for number, text in enumerate(row, 1)}, layout, problem)


def _unreadable(line: int, texts: tuple[str, ...], layout: Layout) -> RawRow:
    held = [f'"{name}"' for name, text in zip(layout.names, texts, strict=True) if NUL in text]
    problem = f"Column {', '.join(held)} holds NUL or bytes that are no text in the file's encoding."
    cells = {header: texts[slot] for header, slot in layout.slots.items()}
    return _unfit(line, cells, layout, problem)


def _unfit(line: int, cells: dict[str, str], layout: Layout, problem: str) -> RawRow:
    fingerprint = layout.prefix + _UNIT.join([problem, *cells.values()]).encode()
    return RawRow(line, "", {name: text.replace(NUL, "\ufffd") for name, text in cells.items()}, fingerprint, problem)


def _torn(first: int, last: int, layout: Layout) -> RawRow:
    where = f"Lines {first} to {last} cannot be told apart" if last > first else "The row cannot be taken apart"
    problem = f"{where}: a quotation mark is not closed, or stands inside a cell."
    return RawRow(first, "", {}, layout.prefix + f"{first}{_UNIT}{problem}".encode(), problem)
