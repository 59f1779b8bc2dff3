"""Runs: one feed, kind by kind, file by file, chunk by chunk. No transaction is open while a file is read."""

import os
import secrets
import socket
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Event

from sqlalchemy import insert, select, update

from portal_app.logs import log
from portal_app.models.enums import Cadence, FeedKind, RunState
from portal_app.models.types import new_locator
from portal_app.services import leases
from portal_app.services.access import Actor, Gate, system
from portal_app.services.door import Door, Tx, writes
from portal_app.services.errors import Conflict, DomainError, Unavailable, Unexpected
from portal_app.services.ports import FeedAlarm, FeedBatch, FeedConnector, FeedUnavailable, RawRow, RowProblem
from portal_app.services.sync import (
    alarms,
    approvals,
    bulk,
    column_maps,
    conflicts,
    corrections,
    files,
    quarantine,
    rows,
)
from portal_app.services.sync.apply import LEASE_SECONDS, Source, take_in
from portal_app.services.sync.freshness import RunRow, run_row
from portal_app.services.sync.pace import Pace
from portal_app.services.sync.producers import drafts_left
from portal_app.services.topics import Topic

# Rows that are read and held against what is known at once.
PAGE = 500
# Unchanged rows after which the cursor is written all the same.
SILENT = 5000
# Policies whose terms are corrected in one transaction.
CORRECTED = 25
# How often the lease is renewed while files are fetched.
RENEWED_SECONDS = LEASE_SECONDS / 4


class AlreadyRunning(Conflict):
    default = "This feed is being synchronised at this moment."


class _Stopped(Exception):
    """The process was told to end."""


def run_feed(
    door: Door, *, feed: str, cadence: Cadence | None = None, stop: Event | None = None, for_real: bool = True
) -> list[RunRow]:
    """Take in what the feed brings at that cadence, or everything; returns a row for each kind. Not `for_real` is into
    a copy, without asking whether the first import was approved.

    A `stop` that is set ends it at the next chunk; the next run goes on from there. A kind that fails does not keep the
    others from running. Raises NotFound for a feed that is not configured, NotApproved where its first import waits for
    a person, AlreadyRunning where somebody else is at it, leases.Lost where another process took over, Unavailable
    where the database cannot be used.
    """
    actor = system(f"sync {feed}")
    connector = door.run(column_maps.connector, actor, feed=feed)
    if for_real and feed in door.run(approvals.held_back, actor):
        raise approvals.NotApproved
    lease = door.run(leases.acquire, actor, name=f"sync:{feed}", holder=holder(), seconds=LEASE_SECONDS)
    if lease is None:
        raise AlreadyRunning
    stop, done = stop or Event(), list[RunRow]()
    try:
        with connector.session(_going_on(door, actor, lease, stop)) as at_work:
            for kind in _kinds(connector, cadence):
                done.append(_Run(door, actor, lease, at_work, kind, stop, for_real).whole())
                if done[-1].state is RunState.INTERRUPTED:
                    break
        return done
    finally:
        with suppress(DomainError):
            door.run(leases.release, actor, lease=lease)


def _going_on(door: Door, actor: Actor, lease: leases.Held, stop: Event) -> Callable[[], None]:
    """What a connector calls while it fetches: keeps the lease, and raises what ends the run."""
    renewed = time.monotonic()

    def go_on() -> None:
        nonlocal renewed
        if stop.is_set():
            raise _Stopped
        if time.monotonic() - renewed > RENEWED_SECONDS:
            door.run(leases.renew, actor, lease=lease, seconds=LEASE_SECONDS)
            renewed = time.monotonic()

    return go_on


def holder() -> str:
    """What this process calls itself when it takes a lease."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}:{secrets.token_hex(4)}"


def _kinds(connector: FeedConnector, cadence: Cadence | None) -> list[FeedKind]:
    found = [kind for each in ([cadence] if cadence else Cadence) for kind in connector.kinds(each)]
    return list(dict.fromkeys(found))


@dataclass
class _Run:
    """One kind of one feed, while it is taken in."""

    door: Door
    actor: Actor
    lease: leases.Held
    connector: FeedConnector
    kind: FeedKind
    stop: Event
    for_real: bool = True
    pace: Pace = field(default_factory=Pace)

    def whole(self) -> RunRow:
        run_id = self.door.run(open_run, self.actor, lease=self.lease, feed=self.feed, kind=self.kind)
        state, message, alarm = RunState.SUCCEEDED, "", False
        try:
            message = self._take_all(run_id)
        except _Stopped:
            state, message = RunState.INTERRUPTED, "Stopped before the end; the next run goes on from there."
        except (leases.Lost, Unavailable):
            # Cut off: the next run says so, and goes on from there.
            raise
        except FeedUnavailable as problem:
            state, message, alarm = RunState.FAILED, str(problem), isinstance(problem, FeedAlarm)
        except RowProblem as problem:
            state, message = RunState.FAILED, " ".join(problem.reasons)
        except DomainError as problem:
            state, message = RunState.FAILED, problem.sentence
        except Exception as error:  # noqa: BLE001 (whatever an adapter breaks on ends this run and no other)
            reference = secrets.token_hex(4)
            log.error("sync failed", feed=self.feed, kind=self.kind.value, reference=reference, exc_info=error)
            state, message = RunState.FAILED, f"Something went wrong on our side. Reference: {reference}"
        ended = self.door.run(
            close_run, self.actor, lease=self.lease, run_id=run_id, state=state, message=message, alarm=alarm
        )
        log.info("sync ended", feed=self.feed, kind=self.kind.value, state=state.value, read=ended.rows_read)
        return ended

    @property
    def feed(self) -> str:
        return self.connector.name

    def _take_all(self, run_id: int) -> str:
        """Take in every file that brings something. Returns what there is to say of a run that went well."""
        problems, passed_over, in_already = list[str](), list[str](), set[bytes]()
        newest = self.door.run(files.newest, self.actor, feed=self.feed, kind=self.kind, run_id=run_id)
        known = self.door.run(files.contents, self.actor, feed=self.feed, kind=self.kind)
        taken = self.door.run(files.taken, self.actor, feed=self.feed, kind=self.kind)
        batches = self.connector.batches(self.kind)
        if not batches and newest is None:
            said = self.connector.put_away(self.kind, [])
            raise FeedUnavailable(
                _joined(said) or "No such file has come yet. Look at the feed's folder and its name pattern."
            )
        there = frozenset(batch.digest for batch in batches)
        for batch in batches:
            self._go_on()
            if batch.exported_at < batches[-1].exported_at and (batch.name[-255:], batch.exported_at) in taken:
                # By another map it would be another file: but what it brought is in, and a newer one lies there.
                in_already.add(batch.digest)
                continue
            if newest is not None and batch.exported_at < newest.exported_at:
                passed_over += [batch.name] if batch.digest not in known else []
                continue
            try:
                self._take_batch(run_id, batch, there)
            except RowProblem as problem:
                problems += [f"{batch.name}: {reason}" for reason in problem.reasons]
        self._take_waiting(run_id)
        if self.kind is FeedKind.POLICIES:
            self.door.run(conflicts.note_terms, self.actor, lease=self.lease, feed=self.feed, run_id=run_id)
        try:
            said = self._put_away(batches, in_already)
        except FeedUnavailable as problem:
            problems.append(str(problem))
        if problems:
            raise RowProblem(problems)
        drafts = self.door.run(drafts_left, self.actor) if self.kind is FeedKind.PRODUCERS else ""
        return _joined([drafts, _passed_over(passed_over), *said])

    def _put_away(self, batches: Sequence[FeedBatch], in_already: Collection[bytes]) -> Sequence[str]:
        """Tell the connector which files are through, so that it may put them away; none where this is a dry run."""
        if not self.for_real:
            return self.connector.put_away(self.kind, None)
        whole = self.door.run(files.completed, self.actor, feed=self.feed, kind=self.kind)
        through = whole.union(in_already)
        return self.connector.put_away(self.kind, [batch for batch in batches if batch.digest in through])

    def _take_batch(self, run_id: int, batch: FeedBatch, there: frozenset[bytes]) -> None:
        cursor = self.door.run(
            files.begin, self.actor, lease=self.lease, feed=self.feed, kind=self.kind, batch=batch, there=there
        )
        if cursor is not None:
            source = Source(self.feed, self.kind, run_id, cursor.file_id, batch.name, cursor.exported_at)
            self._take_file(source, batch, cursor.rows_done)

    def _take_file(self, source: Source, batch: FeedBatch, rows_done: int) -> None:
        waiting = self.door.run(quarantine.open_source_ids, self.actor, feed=self.feed, kind=self.kind)
        held = rows.Chunk()
        for page in bulk.pages(batch.rows(rows_done), PAGE):
            for chunk in self._prepared(page, rows.hashed(page)):
                self._go_on()
                chunk.confirmed = [source_id for source_id in chunk.confirmed if source_id in waiting]
                rows_done += chunk.read
                held = chunk.after(held)
                if held.says_something or held.read >= SILENT:
                    self._take(source, held, rows_done)
                    held = rows.Chunk()
        if held.read:
            self._take(source, held, rows_done)
        if batch.complete and not rows_done:
            raise RowProblem(["There is no row in it, although it should hold all records. Nothing was changed."])
        place = {"run_id": source.run_id, "file_id": source.file_id}
        untold = self.door.run(quarantine.untold, self.actor, feed=self.feed, kind=self.kind, file_id=source.file_id)
        whole = batch.complete and not untold
        if whole and self.kind is FeedKind.POLICIES:
            self._correct(batch)
        overtaken = self.door.run(
            quarantine.overtaken, self.actor, feed=self.feed, kind=self.kind, whole=whole, **place
        )
        self.door.run(files.complete, self.actor, lease=self.lease, overtaken=overtaken, **place)

    def _correct(self, batch: FeedBatch) -> None:
        """Where two terms of a policy cannot both be and the file names one of them, that one holds."""
        named: set[str] | None = None
        while pairs := self.door.run(corrections.doubts, self.actor, feed=self.feed):
            if named is None:
                asked = {term.source_id for pair in pairs for term in (pair.one, pair.other)}
                named = {row.source_id for row in batch.rows() if row.source_id in asked}
            decided = corrections.decided(pairs, named)
            if not decided:
                return
            for page in bulk.pages(decided, CORRECTED):
                self._go_on()
                self.pace.wait()
                self.door.run(corrections.correct, self.actor, lease=self.lease, feed=self.feed, corrections=page)
                self.pace.wrote(len(page))

    def _take(self, source: Source, chunk: rows.Chunk, rows_done: int | None) -> int:
        try:
            return self._take_whole(source, chunk, rows_done)
        except Unexpected:
            if not chunk.incoming:
                raise
        return self._take_one_by_one(source, chunk, rows_done)

    def _take_whole(self, source: Source, chunk: rows.Chunk, rows_done: int | None) -> int:
        self.pace.wait()
        taken = self.door.run(take_in, self.actor, lease=self.lease, source=source, chunk=chunk, rows_done=rows_done)
        self.pace.wrote(len(chunk.incoming))
        return taken

    def _take_one_by_one(self, source: Source, chunk: rows.Chunk, rows_done: int | None) -> int:
        """One of the rows cannot be stored, for a reason that nobody thought of: it waits, and the others come in."""
        taken, before = 0, None if rows_done is None else rows_done - chunk.read
        refused = list(chunk.refused)
        for row in chunk.incoming:
            self._go_on()
            try:
                taken += self._take_whole(source, rows.Chunk(incoming=[row]), before)
            except Unexpected as failure:
                refused.append(
                    row.refused(f"It could not be stored, by a fault of ours. Reference: {failure.reference}")
                )
        self._take_whole(source, replace(chunk, incoming=[], refused=refused), rows_done)
        return taken

    def _prepared(self, page: Sequence[RawRow], hashes: Sequence[bytes]) -> Iterator[rows.Chunk]:
        source_ids = [row.source_id for row in page if row.source_id]
        known = self.door.run(rows.known_records, self.actor, feed=self.feed, kind=self.kind, source_ids=source_ids)
        return rows.prepare(self.connector, self.kind, page, hashes, known, self.pace)

    def _take_waiting(self, run_id: int) -> None:
        """Try what waits in quarantine: its client, parent or producer code may have come by now. Round by round, until
        nothing more fits, since one such row may be what another waits for."""
        source = self.door.run(files.newest, self.actor, feed=self.feed, kind=self.kind, run_id=run_id)
        while source is not None and self._one_round(source):
            self._go_on()

    def _one_round(self, source: Source) -> int:
        taken = 0
        for page in self._waiting():
            raw = [RawRow(each.line, each.source_id, each.cells, b"") for each in page]
            for chunk in self._prepared(raw, [each.content_hash for each in page]):
                self._go_on()
                chunk.read = chunk.unchanged = 0
                taken += self._take(source, chunk, None)
        return taken

    def _waiting(self) -> Iterator[list[quarantine.Waiting]]:
        after: int | None = 0
        while after is not None:
            page, after = self.door.run(
                quarantine.waiting, self.actor, feed=self.feed, kind=self.kind, after=after, count=PAGE
            )
            if page:
                yield page

    def _go_on(self) -> None:
        if self.stop.is_set():
            raise _Stopped


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(each for each in sentences if each)


def _passed_over(names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"Not read, for newer data is here already: {', '.join(names[:5])}{' and more' if len(names) > 5 else ''}."


@writes(Gate.SYSTEM)
def open_run(tx: Tx, *, lease: leases.Held, feed: str, kind: FeedKind) -> int:
    """Note that a run begins. Runs of this feed that say they are running were cut off, for we hold the lease."""
    leases.still_held(tx, lease)
    tx.changes(Topic.FEEDS)
    run = bulk.SYNC_RUN.c
    tx.db.execute(
        update(bulk.SYNC_RUN)
        .where(run.feed == feed, run.state == RunState.RUNNING)
        .values(state=RunState.INTERRUPTED, ended_at=tx.now, message="Cut off; the next run went on from there.")
    )
    row = {"locator": new_locator(), "feed": feed, "kind": kind, "state": RunState.RUNNING, "started_at": tx.now}
    row |= {
        "alarm": False,
        "files": 0,
        "rows_read": 0,
        "rows_added": 0,
        "rows_changed": 0,
        "rows_unchanged": 0,
        "rows_quarantined": 0,
    }
    return int(tx.db.execute(insert(bulk.SYNC_RUN).values(row | {"message": ""}).returning(run.id)).scalar_one())


@writes(Gate.SYSTEM)
def close_run(tx: Tx, *, lease: leases.Held, run_id: int, state: RunState, message: str, alarm: bool = False) -> RunRow:
    """Note how the run ended, and how old the data is that the portal now holds. An alarm is told to people."""
    leases.still_held(tx, lease)
    if alarm:
        alarms.tell(tx, run_id=run_id, sentence=message[:500])
    # The age of the data is told on every page of policies.
    tx.changes(Topic.FEEDS, Topic.POLICIES)
    run, file = bulk.SYNC_RUN.c, bulk.FEED_FILE.c
    newest = (
        select(file.exported_at)
        .where(file.feed == run.feed, file.kind == run.kind, file.completed_at.is_not(None))
        .order_by(file.exported_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    ended: dict[str, object] = {"state": state, "message": message[:500], "ended_at": tx.now, "data_as_of": newest}
    ended |= {"alarm": alarm}
    tx.db.execute(update(bulk.SYNC_RUN).where(run.id == run_id).values(ended))
    return run_row(tx.db.execute(select(bulk.SYNC_RUN).where(run.id == run_id)).mappings().one())
