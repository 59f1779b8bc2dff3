"""Column maps as people save them: which field stands in which column of a feed's files, held against the newest file.

A map of the feeds' file counts until somebody saves another one here. A file whose header has lost a column of the map
is never taken in: the map waits for a person, who is shown which new column it may have become.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlmodel import col

from portal_app.models.enums import FeedKind
from portal_app.models.sync import ColumnMap
from portal_app.services import audit
from portal_app.services.access import Gate, Permission, can
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.ports import (
    Columns,
    ColumnSeen,
    FeedConnector,
    FeedUnavailable,
    FieldChoice,
    FilePreview,
    RowProblem,
)
from portal_app.services.sync import bulk, orders
from portal_app.services.sync.headings import is_called, likeness
from portal_app.services.sync.reasons import wordless

_NUMBER_OF_A_PERSON = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Moved:
    """A column of the map that the newest file does not have, and the new one that it may have become ("" for none)."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Look:
    """A column map held against the newest file. `version` is what to save on top of, 0 for the feeds' file; `moved`
    what the map in force does not find; `columns` the map that was tried, with what it may have become filled in.
    `preview` is None where there is no file, or `unreadable` says why it cannot be read."""

    feed: str
    kind: FeedKind
    version: int
    saved_by: str
    saved_at: datetime | None
    fields: tuple[FieldChoice, ...]
    columns: Columns
    moved: tuple[Moved, ...]
    preview: FilePreview | None
    unreadable: str


@reads(Gate.SYSTEM)
def connector(tx: Tx, *, feed: str) -> FeedConnector:
    """The feed, read by the maps in force. Raises NotFound for one that is not configured, Conflict where a saved map
    does not fit any more."""
    found = connector_of(tx, feed)
    if found is None:
        raise NotFound(f"There is no feed named {feed}.")
    return found


@reads(Permission.VIEW_FEEDS)
def look(tx: Tx, *, feed: str, kind: FeedKind, columns: Columns | None = None) -> Look:
    """The map in force, or the one that somebody is trying out, against the newest file. Of cells that are personal
    their shape is shown, and of all cells to who may not see the business. Raises NotFound."""
    connector = _as_it_can_be_read(tx, feed)
    try:
        in_force = connector.columns(kind)
    except KeyError:
        raise NotFound(f"The feed {feed} brings no {kind.value}.") from None
    saved = _newest(tx, feed).get(kind)
    moved, preview, unreadable = tuple[Moved, ...](), None, ""
    tried = columns if columns is not None else in_force
    try:
        preview = connector.preview(kind, in_force)
        if preview is not None:
            moved = _moved(in_force, preview, connector.fields(kind))
            tried = columns if columns is not None else _followed(in_force, moved)
            preview = connector.preview(kind, tried)
    except (FeedUnavailable, RowProblem) as problem:
        unreadable = str(problem)
    return Look(
        feed=feed,
        kind=kind,
        version=saved.version if saved else 0,
        saved_by=saved.saved_by if saved else "",
        saved_at=saved.saved_at if saved else None,
        fields=tuple(connector.fields(kind)),
        columns=tried,
        moved=moved,
        preview=_masked(tx, connector, kind, preview) if preview is not None else None,
        unreadable=unreadable,
    )


@writes(Permission.RUN_FEEDS)
def save(tx: Tx, *, feed: str, kind: FeedKind, columns: Columns | None, version: int) -> None:
    """Read files of that kind by this map from now on, or by the feeds' file's again, and take the feed in anew.

    Raises NotFound, Invalid with what is wrong with the map, Conflict where somebody saved another one since `version`.
    """
    connector = _as_it_can_be_read(tx, feed)
    before = connector.columns(kind)
    if columns is not None:
        try:
            connector.with_columns({kind: columns})
        except RowProblem as problem:
            raise Invalid({"": " ".join(problem.reasons)}) from None
        _keep_personal(tx, connector, kind, columns)
    newest = tx.db.scalar(
        select(func.max(col(ColumnMap.version))).where(col(ColumnMap.feed) == feed, col(ColumnMap.kind) == kind)
    )
    if (newest or 0) != version:
        raise Conflict("Somebody saved another map in the meantime. Look at it before you save yours.")
    plain = None if columns is None else {name: _plain(held) for name, held in columns.items()}
    saved_by = tx.actor.email or tx.actor.name
    tx.db.add(ColumnMap(feed=feed, kind=kind, version=version + 1, columns=plain, saved_by=saved_by, saved_at=tx.now))
    _rename_headings(tx, feed, kind, before, columns or tx.ports.feeds[feed].columns(kind))
    detail = {"before": {name: _plain(held) for name, held in before.items()}, "after": plain or "the feeds' file"}
    audit.record(tx, "feed.map_saved", subject_kind="feed", subject=f"{feed}/{kind.value}", detail=detail)
    orders.put(tx, feed)


def _keep_personal(tx: Tx, connector: FeedConnector, kind: FeedKind, columns: Columns) -> None:
    """Raises Invalid where a column that holds personal data, by a map before or by its look, is to be kept in the
    open."""
    personal = _personal(connector, kind)
    try:
        preview = connector.preview(kind, columns)
    except (FeedUnavailable, RowProblem):
        preview = None
    known = _known_as_personal(tx, connector, kind, preview.columns if preview else ())
    open_ones = [heading for path, heading in _flat(columns) if path not in personal and heading in known]
    if open_ones:
        told = ", ".join(f"“{heading}”" for heading in open_ones)
        raise Invalid({"": f"What stands under {told} is personal: it is kept encrypted, and in no other field."})


def _personal(connector: FeedConnector, kind: FeedKind) -> set[str]:
    """The fields of that kind, by path, that are kept encrypted."""
    return {each.path for each in connector.fields(kind) if each.personal}


def _known_as_personal(tx: Tx, connector: FeedConnector, kind: FeedKind, seen: Sequence[ColumnSeen]) -> set[str]:
    """The headings under which personal data stands, by a map before or by its look."""
    personal = _personal(connector, kind)
    maps = (connector.columns(kind), tx.ports.feeds[connector.name].columns(kind))
    known = {heading for each in maps for path, heading in _flat(each) if path in personal}
    return known | {each.heading for each in seen if any(map(_NUMBER_OF_A_PERSON.search, each.samples))}


def connector_of(tx: Tx, feed: str) -> FeedConnector | None:
    """The feed, read by the maps in force; None where it is not configured. Raises Conflict where a saved map does not
    fit any more."""
    found = tx.ports.feeds.get(feed)
    if found is None:
        return None
    saved = {kind: each.columns for kind, each in _newest(tx, feed).items() if each.columns is not None}
    if not saved:
        return found
    try:
        return found.with_columns(saved)
    except RowProblem as problem:
        told = " ".join(problem.reasons)
        raise Conflict(
            f"A saved column map does not fit any more; look at it on the page Integrations. {told}"
        ) from None


def _as_it_can_be_read(tx: Tx, feed: str) -> FeedConnector:
    """By the maps in force, or by those of the feeds' file where a saved one does not fit any more: it is here that
    another is saved. Raises NotFound."""
    if feed not in tx.ports.feeds:
        raise NotFound(f"There is no feed named {feed}.")
    try:
        return connector_of(tx, feed) or tx.ports.feeds[feed]
    except Conflict:
        return tx.ports.feeds[feed]


def _rename_headings(tx: Tx, feed: str, kind: FeedKind, before: Columns, after: Columns) -> None:
    """Rows that wait stand under the headings of the file that they came in: they are tried again by those that the
    map has now."""
    now = dict(_flat(after))
    became = {heading: now[path] for path, heading in _flat(before) if path in now and now[path] != heading}
    if not became:
        return
    patterns = [(re.compile(re.escape(old).replace(r"\{n\}", "([0-9]+)")), new) for old, new in became.items()]

    def renamed(heading: str) -> str:
        for pattern, new in patterns:
            if found := pattern.fullmatch(heading):
                return new.replace("{n}", found[1]) if found.groups() else new
        return heading

    row = bulk.QUARANTINED
    waits = (row.c.feed == feed, row.c.kind == kind, or_(row.c.resolved_at.is_(None), row.c.mended.is_not(None)))
    for number, payload, mended in tx.db.execute(select(row.c.id, row.c.payload, row.c.mended).where(*waits)):
        cells = {renamed(heading): text for heading, text in payload["cells"].items()}
        own = {renamed(heading): text for heading, text in mended.items()} if mended is not None else None
        changed = {"payload": payload | {"cells": cells}, "mended": own}
        tx.db.execute(update(row).where(row.c.id == number).values(changed))


def _newest(tx: Tx, feed: str) -> dict[FeedKind, ColumnMap]:
    """The newest version of each kind."""
    ordered = select(ColumnMap).where(col(ColumnMap.feed) == feed).order_by(col(ColumnMap.version))
    return {each.kind: each for each in tx.db.scalars(ordered)}


def _plain(held: str | Mapping[str, str]) -> str | dict[str, str]:
    return held if isinstance(held, str) else dict(held)


def _moved(columns: Columns, preview: FilePreview, fields: Sequence[FieldChoice]) -> tuple[Moved, ...]:
    """What the file lacks of the map, each with the new column that is most like it. The best pair of all is found
    first, so that no field takes what is another's."""
    there = {each.heading.casefold() for each in preview.columns}
    free = [each.heading for each in preview.columns if not each.field]
    lost = [(field, heading) for field, heading in _flat(columns) if heading.strip().casefold() not in there]
    others = [each.path for each in fields]
    pairs = [(likeness(field, old, new, others), field, new) for field, old in lost for new in free]
    became: dict[str, str] = {}
    for alike, field, new in sorted(pairs, key=lambda pair: -pair[0]):
        if alike and field not in became and new not in became.values():
            became[field] = new
    return tuple(Moved(field, old, became.get(field, "")) for field, old in lost)


def _flat(columns: Columns) -> list[tuple[str, str]]:
    """Path and heading of every mapped field."""
    found = []
    for field, held in columns.items():
        if isinstance(held, str):
            found.append((field, held))
        else:
            found += [(f"{field}.{part}", heading) for part, heading in held.items()]
    return found


def _followed(columns: Columns, moved: tuple[Moved, ...]) -> Columns:
    """The map with the columns that moved."""
    became = {each.field: each.new for each in moved if each.new}
    return {
        field: became.get(field, held)
        if isinstance(held, str)
        else {part: became.get(f"{field}.{part}", heading) for part, heading in held.items()}
        for field, held in columns.items()
    }


def _masked(tx: Tx, connector: FeedConnector, kind: FeedKind, preview: FilePreview) -> FilePreview:
    """With the shape and not the words of what is personal, and of every cell for who may not see the business. A
    column that no map names is personal where it is called so: a file may hold more than is taken in."""
    known = _known_as_personal(tx, connector, kind, preview.columns)
    fields = {path for each in FeedKind for path in _personal(connector, each)}
    all_of_it = not can(tx.actor, Permission.MEND_ROWS)

    def shown(each: ColumnSeen) -> ColumnSeen:
        personal = each.heading in known or each.field in fields
        personal = personal or any(is_called(field, each.heading) for field in fields)
        return _shape(each) if all_of_it or personal else each

    return replace(preview, columns=tuple(shown(each) for each in preview.columns))


def _shape(each: ColumnSeen) -> ColumnSeen:
    samples = dict.fromkeys(_DIGIT.sub("9", _LETTER.sub("x", sample)) for sample in each.samples)
    return replace(each, samples=tuple(samples), remarks=tuple(map(wordless, each.remarks)))


def assigned(columns: Columns, heading: str, field: str) -> Columns:
    """The map with this column holding `field`, or none: what the column held before is free, and so is the column
    that held the field before."""
    changed: dict[str, Any] = {}
    for name, held in columns.items():
        if isinstance(held, str):
            if held != heading and name != field:
                changed[name] = held
            continue
        left = {part: text for part, text in held.items() if text != heading and f"{name}.{part}" != field}
        if left:
            changed[name] = left
    if not field:
        return changed
    group, _, part = field.partition(".")
    changed[group] = {**changed.get(group, {}), part: heading} if part else heading
    return changed
