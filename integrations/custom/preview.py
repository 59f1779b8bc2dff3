"""How a column map would read a file: one line for each of its columns, with samples and remarks."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from integrations.custom.columns import ColumnMap, Field, check
from integrations.custom.mapping import MAPPINGS, KindMapping
from integrations.custom.reader import header_of
from integrations.custom.survey import opened
from portal_app.services.ports import Columns, ColumnSeen, FieldChoice, FilePreview, RowProblem
from portal_app.settings import KindSettings

if TYPE_CHECKING:
    from integrations.custom.connector import CsvBatch

ROWS = 200
SAMPLES = 3
LONGEST_SAMPLE = 40
NUMBER = "{n}"
_DIGITS = re.compile(r"\d+")
_OF_A_COLUMN = re.compile(r'Column "(.+?)" (.+)', re.DOTALL)


def choices(fields: Sequence[Field]) -> list[FieldChoice]:
    """The fields, parts of those that repeat by their path."""
    single = [
        FieldChoice(field.name, field.meaning, field.required, field.personal) for field in fields if not field.parts
    ]
    parts = [FieldChoice(f"{field.name}.{part.name}", part.meaning, False) for field in fields for part in field.parts]
    return single + parts


def previewed(batch: "CsvBatch", settings: KindSettings) -> FilePreview:
    """How the batch's first rows would be read. Raises FeedUnavailable, RowProblem where it has no header."""
    kind = batch.columns.kind
    mapping = MAPPINGS[kind]
    columns = ColumnMap(kind, mapping.fields, settings)
    if batch.found.workbook:
        raise RowProblem(["The file is a spreadsheet's workbook, not CSV: save it as CSV."])
    with opened(batch.path, batch.found) as text:
        reader, header, _ = header_of(text, columns)
        rows = [row for row in islice(reader, ROWS) if any(row) and not (batch.trailer and batch.trailer.is_in(row))]
    named = _names(header, settings.columns)
    tried = _Trial.of(mapping, columns, header, rows)
    places = {_plain(name) for name in header}
    return FilePreview(
        name=batch.name,
        exported_at=batch.exported_at,
        columns=tuple(_seen(name, indexes, rows, settings.columns, tried, header) for name, indexes in named.items()),
        lacking=tuple(name for name in columns.headings() if _plain(name) not in places),
        problems=(*check(kind, mapping.fields, settings, mapping.one_of), *tried.problems),
        rows=len(rows),
        fine=tried.fine,
    )


@dataclass(frozen=True)
class _Trial:
    """What came of reading the rows: `remarks` counts the reasons by the heading that they name."""

    fine: int
    problems: tuple[str, ...]
    remarks: Mapping[str, Counter[str]]

    @classmethod
    def of(
        cls, mapping: KindMapping, columns: ColumnMap, header: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> "_Trial":
        try:
            layout = columns.layout(header)
        except RowProblem as problem:
            return cls(0, problem.reasons, {})
        record, fine, misfits = mapping.mapper(columns), 0, 0
        remarks: dict[str, Counter[str]] = {}
        for row in rows:
            if len(row) != layout.width:
                misfits += 1
                continue
            try:
                record(layout, layout.pick([*row, ""]), "")
                fine += 1
            except RowProblem as problem:
                _count(problem.reasons, remarks)
        told = [f"{misfits} of {len(rows)} rows have more or fewer cells than the header."] if misfits else []
        return cls(fine, tuple(told), remarks)


def _count(reasons: Sequence[str], remarks: dict[str, Counter[str]]) -> None:
    for reason in reasons:
        if named := _OF_A_COLUMN.fullmatch(reason):
            remarks.setdefault(_plain(named[1]), Counter())[named[2]] += 1


def _names(header: Sequence[str], columns: Columns) -> dict[str, list[int]]:
    """The header's columns in their order, each with its places; those that differ by a number, and of which the map
    names the template or there are several, are one."""
    templates = {
        _plain(heading) for parts in columns.values() if isinstance(parts, Mapping) for heading in parts.values()
    }
    alike = Counter(_template(name) for name in header)
    mapped = {_plain(heading) for heading in columns.values() if isinstance(heading, str)}
    found: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        template = _template(name)
        together = NUMBER in template and _plain(name) not in mapped
        together = together and (_plain(template) in templates or alike[template] > 1)
        found.setdefault(template if together else name.strip(), []).append(place)
    return found


def _template(name: str) -> str:
    """The heading with {n} for its last number."""
    numbers = list(_DIGITS.finditer(name))
    if not numbers:
        return name.strip()
    last = numbers[-1]
    return (name[: last.start()] + NUMBER + name[last.end() :]).strip()


def _seen(
    name: str,
    places: Sequence[int],
    rows: Sequence[Sequence[str]],
    columns: Columns,
    tried: _Trial,
    header: Sequence[str],
) -> ColumnSeen:
    cells = (row[place].strip() for row in rows for place in places if place < len(row))
    samples = list(islice(dict.fromkeys(cell[:LONGEST_SAMPLE] for cell in cells if cell), SAMPLES))
    counted = sum((tried.remarks.get(_plain(header[place]), Counter()) for place in places), Counter[str]())
    remarks = [f"{count} of {len(rows)} rows: {what}" for what, count in counted.most_common(SAMPLES)]
    return ColumnSeen(name, tuple(samples), _field_of(name, columns), tuple(remarks))


def _field_of(heading: str, columns: Columns) -> str:
    for field, held in columns.items():
        if isinstance(held, str):
            if _plain(held) == _plain(heading):
                return field
            continue
        for part, template in held.items():
            if _plain(template) == _plain(heading):
                return f"{field}.{part}"
    return ""


def _plain(heading: str) -> str:
    return heading.strip().casefold()
