"""What taking a feed in would change: the real run, against a copy."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from threading import Event
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import col

from portal_app.logs import log
from portal_app.models.enums import FeedKind, RunState
from portal_app.models.jobs import DryRun
from portal_app.services import audit
from portal_app.services.access import Gate, Permission, can, system
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import DomainError, NotFound
from portal_app.services.sync import bulk
from portal_app.services.sync.differences import Difference, differences, marks
from portal_app.services.sync.freshness import RunRow
from portal_app.services.sync.reasons import as_seen
from portal_app.services.sync.runs import run_feed
from portal_app.services.sync.scratch import scratch_door
from portal_app.services.topics import Topic

MOST_REASONS = 10


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows would wait, with how many."""

    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class KindFound:
    """What would happen to one kind. `message` says why it would fail, where it would."""

    kind: FeedKind
    state: RunState
    message: str
    files: int
    read: int
    added: int
    changed: int
    unchanged: int
    quarantined: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A dry run. `kinds` are empty until it has ended, and where `problem` says why it could not be done. `examples`
    are of the business, for who may see that, None for others."""

    locator: str
    feed: str
    ordered_by: str
    ordered_at: datetime
    ended_at: datetime | None
    problem: str
    kinds: tuple[KindFound, ...]
    examples: tuple[Difference, ...] | None


@dataclass(frozen=True, slots=True)
class DryRuns:
    """A page of dry runs, and how many there are."""

    rows: tuple[Shown, ...]
    total: int


@writes(Permission.RUN_FEEDS)
def order(tx: Tx, *, feed: str) -> str:
    """Have the worker find out what taking the feed in would change; asked for twice it is done once. Returns the dry
    run's locator. Raises NotFound for a feed that is not configured."""
    if feed not in tx.ports.feeds:
        raise NotFound(f"There is no feed named {feed}.")
    waiting = select(col(DryRun.locator)).where(col(DryRun.feed) == feed, col(DryRun.ended_at).is_(None))
    if (there := tx.db.scalar(waiting)) is not None:
        return there
    asked = DryRun(feed=feed, ordered_by=tx.actor.email or tx.actor.name, ordered_at=tx.now)
    tx.db.add(asked)
    audit.record(tx, "feed.dry_run_ordered", subject_kind="feed", subject=feed)
    return asked.locator


@reads(Permission.VIEW_FEEDS)
def one(tx: Tx, *, locator: str) -> Shown:
    """A dry run as far as it has come. Raises NotFound."""
    found = tx.db.scalar(select(DryRun).where(col(DryRun.locator) == locator))
    if found is None:
        raise NotFound
    return _shown(tx, found)


@reads(Permission.VIEW_FEEDS)
def listed(tx: Tx, *, offset: int = 0, count: int = 50) -> DryRuns:
    """A page of the dry runs of all feeds, the newest first."""
    page = select(DryRun).order_by(col(DryRun.id).desc())
    found = tx.db.scalars(page.offset(max(offset, 0)).limit(min(max(count, 1), 200)))
    total = tx.db.scalar(select(func.count()).select_from(DryRun)) or 0
    return DryRuns(tuple(_shown(tx, each) for each in found), total)


def _shown(tx: Tx, found: DryRun) -> Shown:
    told = found.found or {"kinds": [], "examples": []}
    examples = tuple(Difference.of(each) for each in told["examples"])
    return Shown(
        locator=found.locator,
        feed=found.feed,
        ordered_by=found.ordered_by,
        ordered_at=found.ordered_at,
        ended_at=found.ended_at,
        problem=found.problem,
        kinds=tuple(_kind(tx, each) for each in told["kinds"]),
        examples=examples if can(tx.actor, Permission.VIEW_ALL_ACCOUNTS) else None,
    )


@reads(Gate.SYSTEM)
def ordered(tx: Tx) -> list[tuple[str, str]]:
    """Locator and feed of the dry runs that somebody waits for, the oldest first."""
    waiting = select(col(DryRun.locator), col(DryRun.feed)).where(col(DryRun.ended_at).is_(None))
    return [(locator, feed) for locator, feed in tx.db.execute(waiting.order_by(col(DryRun.id)))]


@writes(Gate.SYSTEM)
def ended(tx: Tx, *, locator: str, problem: str, found: Mapping[str, Any] | None) -> None:
    """Keep what was found, or why nothing was."""
    tx.changes(Topic.FEEDS)
    mine = (col(DryRun.locator) == locator, col(DryRun.ended_at).is_(None))
    tx.db.execute(update(DryRun).where(*mine).values(ended_at=tx.now, problem=problem[:500], found=found))


def carry_out(door: Door, *, locator: str, feed: str, stop: Event) -> None:
    """Run the feed against a copy and keep what would change. One that is stopped half-way is begun anew later."""
    actor = system(f"dry run {feed}")
    problem, found = "", None
    try:
        with scratch_door(door) as copy:
            before = copy.run(marks, actor)
            runs = run_feed(copy, feed=feed, stop=stop, for_real=False)
            if stop.is_set():
                return
            kinds = [_counted(run, copy.run(_reasons, actor, run=run.locator)) for run in runs]
            examples = copy.run(differences, actor, since=before)
        found = {"kinds": kinds, "examples": [asdict(each) for each in examples]}
    except DomainError as refusal:
        problem = refusal.sentence
    except OSError as error:
        log.error("dry run failed", feed=feed, exc_info=error)
        problem = f"There was no room for a copy of the data ({error.strerror})."
    door.run(ended, actor, locator=locator, problem=problem, found=found)


@reads(Gate.SYSTEM)
def _reasons(tx: Tx, *, run: str) -> list[tuple[str, int]]:
    """Why the rows wait that this run set aside, the most frequent first."""
    row, runs = bulk.QUARANTINED.c, bulk.SYNC_RUN.c
    this = select(runs.id).where(runs.locator == run).scalar_subquery()
    counted = select(row.reasons, func.count()).where(row.run_id == this, row.resolved_at.is_(None))
    found = tx.db.execute(counted.group_by(row.reasons).order_by(func.count().desc(), row.reasons).limit(MOST_REASONS))
    return [(reasons.replace("\n", " "), rows) for reasons, rows in found]


def _counted(run: RunRow, reasons: list[tuple[str, int]]) -> dict[str, Any]:
    return {
        "kind": run.kind,
        "state": run.state,
        "message": run.message,
        "files": run.files,
        "read": run.rows_read,
        "added": run.rows_added,
        "changed": run.rows_changed,
        "unchanged": run.rows_unchanged,
        "quarantined": run.rows_quarantined,
        "reasons": reasons,
    }


def _kind(tx: Tx, told: Mapping[str, Any]) -> KindFound:
    reasons = tuple(Reason(as_seen(tx.actor, reason), rows) for reason, rows in told["reasons"])
    return KindFound(**{**told, "kind": FeedKind(told["kind"]), "state": RunState(told["state"]), "reasons": reasons})
