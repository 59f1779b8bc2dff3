"""Kills a sync with -9 at random moments, again and again, while the agency goes on exporting; then lets it end.

Run by test_killed.py as a process of its own, which forks one child for each attempt: a real process, that dies for
real. Prints what it found as JSON.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from integrations.custom.connector import CustomConnector
from portal_app.database import Database
from portal_app.models.enums import RunState
from portal_app.services.door import Door
from portal_app.services.ports import Ports
from portal_app.services.sync import bulk, pace, runs
from portal_app.services.sync.rebuilding import rebuild_all
from tests.jobs import exports
from tests.services.sync.holdings import as_held, as_sent, projection
from tests.world import make_door

SIZE = 400
# A whole run commits some forty times; what it did not get to, the next one does.
COMMITS = 40
DELAY = 0.01
START = datetime(2026, 11, 20, 15, tzinfo=UTC)
EXPORTED = 1_795_000_000
LEASE_RUNS_OUT = timedelta(seconds=61)


def open_door(url: str, folder: Path, attempt: int) -> Door:
    """A process of its own; each begins when the lease of the one before has run out."""
    feed = CustomConnector(exports.settings(folder))
    moment = START + attempt * LEASE_RUNS_OUT
    return make_door(Database(url), folder, lambda: moment, Ports(feeds={feed.name: feed}))


def attempt(url: str, folder: Path, number: int, commits: int, delay: float) -> bool:
    """Run the feed in a child and kill it so many seconds after so many commits: what it has done counts, not how fast
    this machine is at the moment. Returns whether it was killed before it was through."""
    ear, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ear)
        runs.PAGE, pace.MOST_ROWS = 60, 40
        door = open_door(url, folder, number)
        event.listen(door.database.engine, "commit", lambda _: os.write(mouth, b"!"))
        runs.run_feed(door, feed="harbor")
        os._exit(0)
    os.close(mouth)
    with os.fdopen(ear, "rb") as progress:
        progress.read(commits)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"the sync broke by itself: {status}")
    return os.WIFSIGNALED(status)


def main(url: str, folder: Path, kills: int, seed: int) -> dict[str, Any]:
    agency = exports.Agency.founded(folder, SIZE, seed)
    agency.write(EXPORTED)
    chance = random.Random(seed)
    killed, attempts = 0, 0
    while killed < kills and attempts < kills * 4:
        attempts += 1
        went_on = attempt(url, folder, attempts, chance.randint(1, COMMITS), chance.uniform(0, DELAY))
        killed += went_on
        if not went_on or chance.random() < 0.1:
            agency.live_on(SIZE // 3)
            agency.write(EXPORTED + attempts)
        elif chance.random() < 0.3:
            chance.choice([duplicated, renamed, half_written])(folder, attempts)
    runs.run_feed(open_door(url, folder, attempts + 1), feed="harbor")
    # A row that was cut off, so that nobody can tell whose it is, leaves with the next export that a later run reads.
    agency.live_on(SIZE // 3)
    agency.write(EXPORTED + attempts + 1)
    door = open_door(url, folder, attempts + 2)
    runs.run_feed(door, feed="harbor")
    return {"killed": killed, **compared(door, agency)}


def newest(folder: Path) -> Path:
    return max(folder.glob("policies*.csv"), key=lambda path: path.stat().st_mtime)


def duplicated(folder: Path, number: int) -> None:
    """The newest export lies there a second time."""
    shutil.copy2(newest(folder), folder / f"policies-copy-{number}.csv")


def renamed(folder: Path, number: int) -> None:
    """The newest export bears another name now."""
    newest(folder).rename(folder / f"policies-{number}.csv")


def half_written(folder: Path, number: int) -> None:
    """The agency's system stopped in the middle of a row of its next export."""
    content = newest(folder).read_bytes()
    row = content.index(b"\n", len(content) // 2) + 1
    half = folder / f"policies-half-{number}.csv"
    half.write_bytes(content[: content.index(b",", row) + 3])
    os.utime(half, (EXPORTED + number + 0.5,) * 2)


def compared(door: Door, agency: exports.Agency) -> dict[str, Any]:
    with door.database.read() as db:
        held, sent = as_held(db), as_sent(agency.policies.values(), exports.NAMES, exports.today())
        before = projection(db)
        ledger = bulk.LEDGER.c
        said = select(ledger.source_record_id, ledger.source_version, ledger.kind).where(ledger.reapplies_id.is_(None))
        once = Counter(db.execute(said).all())
        versions = dict(db.execute(select(bulk.SOURCE_RECORD.c.id, bulk.SOURCE_RECORD.c.version)).all())
        states = dict(db.execute(select(bulk.SYNC_RUN.c.state, func.count()).group_by(bulk.SYNC_RUN.c.state)).all())
        counts = {
            table.name: db.scalar(select(func.count()).select_from(table))
            for table in (bulk.ACCOUNT, bulk.PRODUCER, bulk.POLICY_TERM)
        }
        counts["waiting"] = db.scalar(select(func.count()).where(bulk.QUARANTINED.c.resolved_at.is_(None)))
        counts["half"] = db.scalar(select(func.count()).select_from(bulk.QUARANTINED))
    rebuild_all(door)
    with door.database.read() as db:
        rebuilt = projection(db) == before
    return {
        "equal": held == sent,
        "wrong": sorted({name for name in held.keys() | sent.keys() if held.get(name) != sent.get(name)})[:5],
        "rebuilt": rebuilt,
        "twice": sum(count > 1 for count in once.values()),
        "unheard_of": sum(version > versions[record] for record, version, _ in once),
        "cut_off": states.get(RunState.INTERRUPTED, 0),
        "running": states.get(RunState.RUNNING, 0),
        "terms": len(agency.policies),
        **counts,
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))  # noqa: T201
