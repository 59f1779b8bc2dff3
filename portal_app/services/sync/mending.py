"""A row in quarantine in the hands of a person who knows what it should say: mended and taken in, or left out."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import select, update

from portal_app.models.enums import FeedKind, Settlement
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, InvalidCells, NotFound
from portal_app.services.ports import FeedConnector, FeedRecord, RawRow, RowProblem
from portal_app.services.sync import bulk, orders, quarantine
from portal_app.services.sync.apply import TAKING
from portal_app.services.sync.column_maps import connector_of
from portal_app.services.sync.rows import Incoming, sealed
from portal_app.services.topics import Topic

LONGEST = 4000
WHOLE_ROW = ""
_NAMES_A_COLUMN = re.compile(r'Column "(.+?)" ')


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the row, and what is wrong with it."""

    heading: str
    text: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row in quarantine with what it says. `loose` are cells that stand under no heading, where the row has more or
    fewer than its file, in their order; `feed_is_there` says whether it can be mended here, and not only left out;
    `version` is another one as soon as somebody has mended it."""

    held: quarantine.Held
    version: str
    cells: tuple[Cell, ...]
    loose: tuple[str, ...]
    feed_is_there: bool


@reads(Permission.MEND_ROWS)
def one(tx: Tx, *, locator: str) -> Row:
    """A row that waits, as it was sent or as it was mended before. Raises NotFound for one that does not wait."""
    row = _open(tx, locator)
    connector = connector_of(tx, row.feed)
    sent: dict[str, str] = row.payload["cells"]
    cells = row.mended or sent
    headings = _headings(connector, row.kind, cells)
    held = quarantine.held(tx, row)
    problems = _by_column(held.reasons)
    return Row(
        held=held,
        version=_version(row),
        cells=tuple(Cell(each, cells.get(each, ""), problems.get(each, "")) for each in headings),
        loose=tuple(text for heading, text in sent.items() if heading not in headings),
        feed_is_there=connector is not None,
    )


@writes(Permission.MEND_ROWS)
def mend(tx: Tx, *, locator: str, cells: Mapping[str, str], version: str) -> tuple[str, ...]:
    """Have the row taken in as these cells say, as soon as the worker is free. Returns what it still has to wait for,
    such as a client who has not come yet.

    Raises NotFound, Conflict where the feed is not configured any more or somebody else has mended the row since
    `version`, InvalidCells with a sentence for each.
    """
    row = _open(tx, locator)
    if version != _version(row):
        raise Conflict("Somebody else has mended this row since you opened it. Look at what they wrote first.")
    connector = connector_of(tx, row.feed)
    if connector is None:
        raise Conflict("This feed is not configured any more, so nothing can read the row.")
    wanted = _headings(connector, row.kind, row.mended or row.payload["cells"])
    written = _written(cells, wanted)
    source_id, record = _read(connector, row, written)
    incoming = Incoming(row.line, source_id, bytes(row.content_hash), written, record, sealed(record), None)
    refused = TAKING[row.kind](tx, row.feed, tx.now).refusals([incoming]).get(source_id, ())
    before = row.mended or row.payload["cells"]
    _settle(tx, row, Settlement.MENDED, mended=written, mended_source_id=source_id, reasons="\n".join(refused))
    differs = {name: (before.get(name, ""), text) for name, text in written.items() if before.get(name, "") != text}
    detail: dict[str, Any] = {
        "before": {name: was for name, (was, _) in differs.items()},
        "after": {name: now for name, (_, now) in differs.items()},
    }
    if not differs:
        detail = {"cells_changed": 0}
    audit.record(tx, "row.mended", subject_kind="row", subject=locator, detail=detail)
    orders.put(tx, row.feed)
    return refused


@writes(Permission.MEND_ROWS)
def leave_out(tx: Tx, *, locator: str) -> None:
    """Take the row out of quarantine without taking it in, also when it is sent again as it is. Raises NotFound."""
    row = _open(tx, locator)
    _settle(tx, row, Settlement.LEFT_OUT, resolved_at=tx.now)
    audit.record(tx, "row.left_out", subject_kind="row", subject=locator, detail={"before": row.payload["cells"]})


def _open(tx: Tx, locator: str) -> Any:
    row = bulk.QUARANTINED
    found = tx.db.execute(select(row).where(row.c.locator == locator, row.c.resolved_at.is_(None))).first()
    if found is None:
        raise NotFound("This row does not wait any more: it was taken in, left out, or sent right.")
    return found


def _version(row: Any) -> str:
    cells = json.dumps(row.mended or row.payload["cells"], sort_keys=True)
    return blake2b(cells.encode(), digest_size=8).hexdigest()


def _settle(tx: Tx, row: Any, how: Settlement, **values: Any) -> None:
    table = bulk.QUARANTINED
    told = {"settled": how, "settled_by": tx.actor.email or tx.actor.name, "settled_at": tx.now}
    waits = (table.c.id == row.id, table.c.resolved_at.is_(None))
    tx.changes(Topic.FEEDS)
    if not tx.db.execute(update(table).where(*waits).values(told | values).returning(table.c.id)).all():
        raise Conflict


def _headings(connector: FeedConnector | None, kind: FeedKind, cells: Mapping[str, str]) -> list[str]:
    """The columns of the form: the row's own, and those that its feed needs besides; where cells stand under no
    heading, the needed ones alone."""
    needed = list(connector.headings(kind)) if connector else []
    own = list(cells)
    return list(dict.fromkeys([*own, *needed])) if not needed or set(own) & set(needed) else needed


def _written(cells: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    foreign = [name for name in cells if name not in wanted]
    if foreign:
        raise InvalidCells({WHOLE_ROW: "There is no such column in this row."})
    written = {name: str(cells.get(name, "")).strip() for name in wanted}
    too_long = {name: f"Longer than {LONGEST:,} characters." for name, text in written.items() if len(text) > LONGEST}
    if too_long:
        raise InvalidCells(too_long)
    return written


def _read(connector: FeedConnector, row: Any, cells: Mapping[str, str]) -> tuple[str, FeedRecord]:
    """What the mended row is known by, and its record. What is wrong with its cells is told first, column by
    column: mostly it is what keeps the record from having a name, too."""
    try:
        found = connector.source_id(row.kind, cells)
        source_id = f"{bytes(row.content_hash).hex()[:32]}/mended" if found is None else found
        record = connector.record(row.kind, RawRow(row.line, source_id, cells, b""))
    except RowProblem as problem:
        raise InvalidCells(_by_column(problem.reasons)) from None
    _check_name(connector, row, cells, source_id)
    return source_id, record


def _check_name(connector: FeedConnector, row: Any, cells: Mapping[str, str], found: str) -> None:
    """Raises InvalidCells where the row names no record, or repeats another of its file: which of the two holds cannot
    be told here."""
    if not found:
        named = ", ".join(f"“{heading}”" for heading in connector.naming(row.kind))
        told = f"The columns that name the record are empty or cannot be read: {named}."
        raise InvalidCells({WHOLE_ROW: told})
    if row.payload["final"] and found == row.source_id:
        raise InvalidCells(
            {
                WHOLE_ROW: "Another row of the same file names the same record, and will come again. Mend it in the "
                "agency's system, or leave this one out."
            }
        )


def _by_column(reasons: Sequence[str]) -> dict[str, str]:
    """The reasons by the heading that they name; what names none is of the whole row."""
    found: dict[str, list[str]] = {}
    for reason in reasons:
        named = _NAMES_A_COLUMN.match(reason)
        told = reason[named.end() :] if named else reason
        found.setdefault(named[1] if named else WHOLE_ROW, []).append(told[:1].upper() + told[1:])
    return {heading: " ".join(told) for heading, told in found.items()}
