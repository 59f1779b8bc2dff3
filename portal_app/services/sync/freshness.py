"""How fresh the agency system's data is: counts, times and reasons, no names and no values of the business."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session

from portal_app.models.enums import Cadence, FeedKind, RunState
from portal_app.services.access import Gate, Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import NotFound
from portal_app.services.sync import approvals, bulk, orders


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of one kind. `data_as_of` is when the newest data that the portal held after it was exported."""

    locator: str
    feed: str
    kind: FeedKind
    state: RunState
    started_at: datetime
    ended_at: datetime | None
    data_as_of: datetime | None
    files: int
    rows_read: int
    rows_added: int
    rows_changed: int
    rows_unchanged: int
    rows_quarantined: int
    message: str


@dataclass(frozen=True, slots=True)
class Runs:
    """A page of runs, the newest first, and how many there are."""

    rows: tuple[RunRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """One kind of one feed. `quarantined` is how many rows wait to come right; `last_run` is None before the first,
    `next_run` where the feed is not configured any more; `ordered` says that somebody asked for it to run now,
    `held_back` that its first import waits for an approval."""

    feed: str
    kind: FeedKind
    last_success: datetime | None
    data_as_of: datetime | None
    quarantined: int
    last_run: RunRow | None
    next_run: datetime | None
    ordered: bool
    held_back: bool


@reads(Permission.VIEW_FEEDS)
def feeds(tx: Tx) -> tuple[FeedStatus, ...]:
    """How it stands with every kind of every feed that is configured or has ever run."""
    run, row = bulk.SYNC_RUN.c, bulk.QUARANTINED.c
    newest = select(func.max(run.id)).group_by(run.feed, run.kind)
    last = {(each.feed, each.kind): each for each in _rows(tx, select(bulk.SYNC_RUN).where(run.id.in_(newest)))}
    succeeded = select(run.feed, run.kind, func.max(run.ended_at)).where(run.state == RunState.SUCCEEDED)
    success = {(feed, kind): at for feed, kind, at in tx.db.execute(succeeded.group_by(run.feed, run.kind))}
    exported = select(run.feed, run.kind, func.max(run.data_as_of)).group_by(run.feed, run.kind)
    age = {(feed, kind): at for feed, kind, at in tx.db.execute(exported)}
    open_rows = select(row.feed, row.kind, func.count()).where(row.resolved_at.is_(None)).group_by(row.feed, row.kind)
    waiting = {(feed, kind): count for feed, kind, count in tx.db.execute(open_rows)}
    order = list(FeedKind)
    ordered, held_back = orders.waiting(tx), approvals.waiting(tx)
    places = sorted({*last, *_configured(tx)}, key=lambda place: (place[0], order.index(place[1])))
    return tuple(
        FeedStatus(
            feed=place[0],
            kind=place[1],
            last_success=success.get(place),
            data_as_of=age.get(place),
            quarantined=waiting.get(place, 0),
            last_run=last.get(place),
            next_run=_next_run(tx, *place),
            ordered=place[0] in ordered,
            held_back=place[0] in held_back,
        )
        for place in places
    )


def _next_run(tx: Tx, feed: str, kind: FeedKind) -> datetime | None:
    """When the schedule takes in that kind next: the agency's clock decides it, it is told in UTC."""
    connector = tx.ports.feeds.get(feed)
    if connector is None:
        return None
    settings, here = tx.settings, tx.now.astimezone(tx.settings.zone)
    if kind in connector.kinds(Cadence.HOURLY):
        at = here.replace(minute=settings.hourly_minute, second=0, microsecond=0)
        return (at if at > here else at + timedelta(hours=1)).astimezone(UTC)
    at = here.replace(hour=settings.daily_hour, minute=0, second=0, microsecond=0)
    return (at if at > here else at + timedelta(days=1)).astimezone(UTC)


@reads(Permission.VIEW_FEEDS)
def runs(tx: Tx, *, feed: str = "", offset: int = 0, count: int = 50) -> Runs:
    """A page of the runs of one feed, or of all, the newest first."""
    run = bulk.SYNC_RUN.c
    wanted = [run.feed == feed] if feed else []
    ordered = select(bulk.SYNC_RUN).where(*wanted).order_by(run.id.desc())
    page = ordered.offset(max(offset, 0)).limit(min(max(count, 1), 200))
    total = tx.db.scalar(select(func.count()).select_from(bulk.SYNC_RUN).where(*wanted)) or 0
    return Runs(tuple(_rows(tx, page)), total)


@reads(Permission.VIEW_FEEDS)
def run(tx: Tx, *, locator: str) -> RunRow:
    """One run. Raises NotFound."""
    found = _rows(tx, select(bulk.SYNC_RUN).where(bulk.SYNC_RUN.c.locator == locator))
    if not found:
        raise NotFound
    return found[0]


def data_as_of(db: Session, feed: str, kind: FeedKind) -> datetime | None:
    """How old the feed's records of that kind are: when the newest file that is through was exported. A record's own
    `as_of` only says when it last changed."""
    file = bulk.FEED_FILE.c
    newest = select(func.max(file.exported_at)).where(
        file.feed == feed, file.kind == kind, file.completed_at.is_not(None)
    )
    found: datetime | None = db.scalar(newest)
    return found


def bringing(tx: Tx, feed: str, kind: FeedKind) -> tuple[str, datetime | None]:
    """The feed, where it brings that kind, or else nothing; and how old its records are, None before the first file."""
    at, connector = data_as_of(tx.db, feed, kind), tx.ports.feeds.get(feed)
    brings = connector is not None and any(kind in connector.kinds(cadence) for cadence in Cadence)
    return feed if brings or at is not None else "", at


def oldest_newest(db: Session, kind: FeedKind) -> datetime | None:
    """The same of all feeds together: that of the one that is furthest behind."""
    file = bulk.FEED_FILE.c
    newest = (
        select(func.max(file.exported_at).label("at"))
        .where(file.kind == kind, file.completed_at.is_not(None))
        .group_by(file.feed)
        .subquery()
    )
    found: datetime | None = db.scalar(select(func.min(newest.c.at)))
    return found


@reads(Gate.SYSTEM)
def last_attempts(tx: Tx) -> dict[tuple[str, FeedKind], datetime]:
    """When the last run of each kind began that came to an end, well or not; one that was cut off is none."""
    run = bulk.SYNC_RUN.c
    ended = select(run.feed, run.kind, func.max(run.started_at)).where(
        run.state.in_((RunState.SUCCEEDED, RunState.FAILED))
    )
    return {(feed, kind): at for feed, kind, at in tx.db.execute(ended.group_by(run.feed, run.kind))}


def run_row(row: RowMapping) -> RunRow:
    return RunRow(**{name: row[name] for name in RunRow.__dataclass_fields__})


def _rows(tx: Tx, statement: Any) -> list[RunRow]:
    return [run_row(row) for row in tx.db.execute(statement).mappings()]


def _configured(tx: Tx) -> set[tuple[str, FeedKind]]:
    return {
        (name, kind) for name, feed in tx.ports.feeds.items() for cadence in Cadence for kind in feed.kinds(cadence)
    }
