"""Which files are still to be read, and how far."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from portal_app.models.enums import FeedKind
from portal_app.services import leases
from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads, writes
from portal_app.services.ports import FeedBatch
from portal_app.services.sync import bulk, quarantine
from portal_app.services.sync.apply import Source


@dataclass(frozen=True, slots=True)
class Cursor:
    """A file that is to be read, from row `rows_done` on. `exported_at` is how old its rows are."""

    file_id: int
    rows_done: int
    exported_at: datetime


@writes(Gate.SYSTEM)
def begin(
    tx: Tx, *, lease: leases.Held, feed: str, kind: FeedKind, batch: FeedBatch, there: Collection[bytes] = ()
) -> Cursor | None:
    """Where to read the file from, or None where it brings nothing new.

    A file is known by its content and dated by its export. What was exported before the newest completed file is never
    read, whatever it is called now: it would roll data back. Content that is the newest already is not read again;
    exported anew, it shows that the data is younger. Older content exported anew is read again: it undoes what came
    in between. So is the same file that was read by another map in between, whose digest is not `there` any more. A
    time that is still to come would keep every later export out: such a file counts as of now.
    """
    leases.still_held(tx, lease)
    exported_at = min(batch.exported_at, tx.now)
    file = bulk.FEED_FILE.c
    of_kind = select(bulk.FEED_FILE).where(file.feed == feed, file.kind == kind)
    known = tx.db.execute(of_kind.where(file.digest == batch.digest)).mappings().first()
    by_age = of_kind.where(file.completed_at.is_not(None)).order_by(file.exported_at.desc(), file.completed_at.desc())
    newest = tx.db.execute(by_age.limit(1)).mappings().first()
    if newest is not None and exported_at < newest["exported_at"]:
        return None
    if known is None:
        return Cursor(_add(tx, feed, kind, batch, exported_at), 0, exported_at)
    if batch.exported_at > tx.now:
        exported_at = known["exported_at"]
    exported_at = max(exported_at, known["exported_at"])
    this = update(bulk.FEED_FILE).where(file.id == known["id"])
    told = {"exported_at": exported_at, "name": batch.name[-255:]}
    if known["completed_at"] is None:
        tx.db.execute(this.values(told))
        return Cursor(known["id"], known["rows_done"], exported_at)
    if newest is None or newest["id"] == known["id"]:
        tx.db.execute(this.values(told))
        return None
    if newest["name"] == told["name"] and bytes(newest["digest"]) not in there:
        exported_at = max(exported_at, newest["exported_at"])
    elif exported_at == newest["exported_at"]:
        return None
    anew = {"exported_at": exported_at, "rows_done": 0, "started_at": tx.now, "completed_at": None}
    tx.db.execute(this.values(told | anew))
    return Cursor(known["id"], 0, exported_at)


def _add(tx: Tx, feed: str, kind: FeedKind, batch: FeedBatch, exported_at: datetime) -> int:
    row = {"feed": feed, "kind": kind, "digest": batch.digest, "name": batch.name[-255:], "rows_done": 0}
    row |= {"exported_at": exported_at, "started_at": tx.now, "completed_at": None}
    return int(tx.db.execute(insert(bulk.FEED_FILE).values(row).returning(bulk.FEED_FILE.c.id)).scalar_one())


@reads(Gate.SYSTEM)
def contents(tx: Tx, *, feed: str, kind: FeedKind) -> frozenset[bytes]:
    """The digests of all files of that kind that were ever begun."""
    file = bulk.FEED_FILE.c
    return frozenset(map(bytes, tx.db.scalars(select(file.digest).where(file.feed == feed, file.kind == kind))))


@reads(Gate.SYSTEM)
def completed(tx: Tx, *, feed: str, kind: FeedKind) -> frozenset[bytes]:
    """The digests of all files of that kind that were taken in whole."""
    file = bulk.FEED_FILE.c
    whole = select(file.digest).where(file.feed == feed, file.kind == kind, file.completed_at.is_not(None))
    return frozenset(map(bytes, tx.db.scalars(whole)))


@reads(Gate.SYSTEM)
def taken(tx: Tx, *, feed: str, kind: FeedKind) -> frozenset[tuple[str, datetime]]:
    """Name and time of all files of that kind that were taken in whole, by whatever map they were read."""
    file = bulk.FEED_FILE.c
    whole = select(file.name, file.exported_at).where(file.feed == feed, file.kind == kind)
    return frozenset((name, at) for name, at in tx.db.execute(whole.where(file.completed_at.is_not(None))))


@writes(Gate.SYSTEM)
def complete(tx: Tx, *, lease: leases.Held, run_id: int, file_id: int, overtaken: Sequence[int]) -> None:
    """The file was read to its end: from now on its rows count as a whole. `overtaken` rows leave quarantine."""
    leases.still_held(tx, lease)
    file = bulk.FEED_FILE.c
    tx.db.execute(update(bulk.FEED_FILE).where(file.id == file_id).values(completed_at=tx.now))
    tx.db.execute(update(bulk.SYNC_RUN).where(bulk.SYNC_RUN.c.id == run_id).values(files=bulk.SYNC_RUN.c.files + 1))
    quarantine.forget(tx, numbers=overtaken)


@reads(Gate.SYSTEM)
def newest(tx: Tx, *, feed: str, kind: FeedKind, run_id: int) -> Source | None:
    """The file that the data at hand comes from, as the source of rows that leave quarantine now."""
    file = bulk.FEED_FILE.c
    found = (
        select(file.id, file.name, file.exported_at)
        .where(file.feed == feed, file.kind == kind, file.completed_at.is_not(None))
        .order_by(file.exported_at.desc(), file.completed_at.desc())
        .limit(1)
    )
    row = tx.db.execute(found).first()
    return Source(feed, kind, run_id, *row) if row else None
