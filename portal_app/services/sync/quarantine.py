"""Rows that could not be taken in: kept once, with the reasons, until they come right or are overtaken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, update

from portal_app.models.enums import FeedKind, Settlement
from portal_app.models.types import new_locator
from portal_app.services.access import Gate, Permission
from portal_app.services.door import Tx, reads
from portal_app.services.sync import bulk
from portal_app.services.sync.reasons import as_seen
from portal_app.services.sync.rows import Refused

SPACE = 2000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row in quarantine that may fit now."""

    id: int
    line: int
    source_id: str
    content_hash: bytes
    cells: dict[str, str]


def keep(tx: Tx, *, feed: str, kind: FeedKind, run_id: int, file_name: str, refused: Sequence[Refused]) -> int:
    """Put rows into quarantine. One that is there already is marked as seen; an older one of its record leaves. Returns
    how many of them wait now: what a person left out does not, nor what they mended so that nothing is wrong with it.
    """
    if not refused:
        return 0
    row = bulk.QUARANTINED.c
    by_hash = {each.content_hash: each for each in refused}
    known = select(row.id, row.content_hash, row.settled, row.reasons, row.resolved_at).where(
        row.feed == feed, row.kind == kind, row.content_hash.in_(list(by_hash))
    )
    stored = {bytes(each.content_hash): each for each in tx.db.execute(known)}
    seen = [
        {"id": there.id, "run_id": run_id, **_told(by_hash[content], file_name), **_sent_again(there)}
        for content, there in stored.items()
    ]
    new: list[bulk.Row] = [
        {
            "locator": new_locator(),
            "feed": feed,
            "kind": kind,
            "content_hash": content,
            "source_id": each.source_id[:200],
            "payload": {"cells": dict(each.cells), "final": each.final},
            "run_id": run_id,
            "first_seen_at": tx.now,
            "resolved_at": None,
            **_told(each, file_name),
        }
        for content, each in by_hash.items()
        if content not in stored
    ]
    resolve(tx, feed=feed, kind=kind, source_ids=[each["source_id"] for each in new])
    bulk.update_rows(tx.db, bulk.QUARANTINED, seen)
    bulk.insert_rows(tx.db, bulk.QUARANTINED, new)
    return len(refused) - sum(_is_done_with(there) for there in stored.values())


def _is_done_with(there: Any) -> bool:
    return there.settled is Settlement.LEFT_OUT or (there.settled is Settlement.MENDED and not there.reasons)


def _told(each: Refused, file_name: str) -> dict[str, str | int]:
    return {"line": each.line, "file_name": file_name[-255:], "reasons": "\n".join(each.reasons)[:SPACE]}


def _sent_again(there: Any) -> bulk.Row:
    """What a person decided of a row holds when the same is sent again: what is left out stays out, and mended cells
    are taken in anew, which changes nothing where they still stand."""
    if there.settled is None:
        return {"resolved_at": None}
    return {
        "reasons": there.reasons,
        "resolved_at": there.resolved_at if there.settled is Settlement.LEFT_OUT else None,
    }


def tell_again(tx: Tx, *, feed: str, kind: FeedKind, refused: Sequence[Refused]) -> None:
    """What kept these rows back when they were tried once more may be another reason than before."""
    row = bulk.QUARANTINED.c
    for each in refused:
        tx.db.execute(
            update(bulk.QUARANTINED)
            .where(row.feed == feed, row.kind == kind, row.content_hash == each.content_hash)
            .values(reasons="\n".join(each.reasons)[:SPACE])
        )


def resolve(tx: Tx, *, feed: str, kind: FeedKind, source_ids: Iterable[str]) -> None:
    """Let the rows of these records leave: what they said has been taken in, or newer content has come."""
    row = bulk.QUARANTINED.c
    for page in bulk.pages((each for each in source_ids if each), 500):
        tx.db.execute(
            update(bulk.QUARANTINED)
            .where(row.feed == feed, row.kind == kind, row.resolved_at.is_(None))
            .where(or_(row.source_id.in_(page), row.mended_source_id.in_(page)))
            .values(resolved_at=tx.now)
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A row in quarantine as people may see it: where it stands and why it waits. What it says is not shown. A `mended`
    one is taken in by the next run unless a reason is left."""

    locator: str
    feed: str
    kind: FeedKind
    file_name: str
    line: int
    reasons: tuple[str, ...]
    first_seen_at: datetime
    mended: bool


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A page of the rows in quarantine, by feed, kind and line, and how many there are."""

    rows: tuple[Held, ...]
    total: int


@reads(Permission.VIEW_FEEDS)
def listed(tx: Tx, *, feed: str = "", offset: int = 0, count: int = 50) -> Quarantine:
    """The rows that wait, of one feed or of all. No reason repeats a personal value."""
    row = bulk.QUARANTINED.c
    wanted = [row.resolved_at.is_(None), *([row.feed == feed] if feed else [])]
    page = select(*HELD).where(*wanted).order_by(row.feed, row.kind, row.line, row.id)
    found = tx.db.execute(page.offset(max(offset, 0)).limit(min(max(count, 1), 200)))
    total = tx.db.scalar(select(func.count()).select_from(bulk.QUARANTINED).where(*wanted)) or 0
    return Quarantine(tuple(held(tx, row) for row in found), total)


_ROW = bulk.QUARANTINED.c
HELD = (
    _ROW.locator,
    _ROW.feed,
    _ROW.kind,
    _ROW.file_name,
    _ROW.line,
    _ROW.reasons,
    _ROW.first_seen_at,
    _ROW.settled,
)


def held(tx: Tx, row: Any) -> Held:
    """The row as it is shown to who may not see what it says."""
    reasons = tuple(as_seen(tx.actor, reason) for reason in row.reasons.split("\n")) if row.reasons else ()
    mended = row.settled is Settlement.MENDED
    return Held(row.locator, row.feed, row.kind, row.file_name, row.line, reasons, row.first_seen_at, mended)


@reads(Gate.SYSTEM)
def open_source_ids(tx: Tx, *, feed: str, kind: FeedKind) -> frozenset[str]:
    """The records of which a row is in quarantine."""
    row = bulk.QUARANTINED.c
    mine = (row.feed == feed, row.kind == kind)
    found = tx.db.execute(select(row.source_id, row.mended_source_id).where(*mine, row.resolved_at.is_(None)))
    return frozenset(source_id for pair in found for source_id in pair if source_id)


@reads(Gate.SYSTEM)
def waiting(tx: Tx, *, feed: str, kind: FeedKind, after: int, count: int) -> tuple[list[Waiting], int | None]:
    """The next rows that may fit by now (another record has come, the map was mended), and the id to go on after."""
    row = bulk.QUARANTINED.c
    columns = (row.id, row.line, row.source_id, row.content_hash, row.payload, row.mended, row.mended_source_id)
    found = tx.db.execute(
        select(*columns)
        .where(row.feed == feed, row.kind == kind, row.resolved_at.is_(None), row.id > after)
        .order_by(row.id)
        .limit(count)
    ).all()
    rows = [
        Waiting(each.id, each.line, each.mended_source_id, bytes(each.content_hash), each.mended)
        if each.mended is not None
        else Waiting(each.id, each.line, each.source_id, bytes(each.content_hash), each.payload["cells"])
        for each in found
        if each.mended is not None or (each.source_id and not each.payload["final"])
    ]
    return rows, found[-1][0] if found else None


@reads(Gate.SYSTEM)
def overtaken(tx: Tx, *, feed: str, kind: FeedKind, whole: bool, run_id: int, file_id: int) -> list[int]:
    """A file was read to its end: the rows that it did not hold any more. All of them where it is `whole`, else those
    that nothing can bring right, because they bear no key or repeat one."""
    row, earlier = bulk.QUARANTINED.c, _runs_before(feed, kind, file_id)
    found = tx.db.execute(
        select(row.id, row.source_id, row.payload).where(
            row.feed == feed, row.kind == kind, row.resolved_at.is_(None), row.run_id != run_id, row.run_id.in_(earlier)
        )
    )
    return [number for number, source_id, payload in found if whole or not source_id or payload["final"]]


@reads(Gate.SYSTEM)
def untold(tx: Tx, *, feed: str, kind: FeedKind, file_id: int) -> bool:
    """Whether the file that is being read held a row of which nobody can tell what record it is: then what it does not
    name may be there all the same."""
    row = bulk.QUARANTINED.c
    here = row.run_id.not_in(_runs_before(feed, kind, file_id))
    # A person's word on such a row says what it means, and not that a file which holds it names every record.
    counts = or_(row.resolved_at.is_(None), row.settled.is_not(None))
    mine = (row.feed == feed, row.kind == kind, row.source_id == "", counts, here)
    return tx.db.scalar(select(row.id).where(*mine).limit(1)) is not None


def _runs_before(feed: str, kind: FeedKind, file_id: int) -> Select[Any]:
    """The runs that were over when reading this file began."""
    begun_at = select(bulk.FEED_FILE.c.started_at).where(bulk.FEED_FILE.c.id == file_id).scalar_subquery()
    run = bulk.SYNC_RUN.c
    return select(run.id).where(run.feed == feed, run.kind == kind, run.ended_at < begun_at)


def forget(tx: Tx, *, numbers: Sequence[int]) -> None:
    """Let these rows leave."""
    bulk.update_rows(tx.db, bulk.QUARANTINED, [{"id": number, "resolved_at": tx.now} for number in numbers])
