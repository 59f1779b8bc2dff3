"""Kills a sync with -9 at random moments, again and again, while the agency goes on exporting; then lets it end.

Run by test_killed.py as a process of its own, which forks one child for each attempt: a real process, that dies for
real. Prints what it found as JSON.
"""

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

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

START = datetime(2026, 11, 20, 15, tzinfo=UTC)
LEASE_RUNS_OUT = timedelta(seconds=61)


def open_door(url: str, folder: Path, attempt: int) -> Door:
    """A process of its own; each begins when the lease of the one before has run out."""
    feed = CustomConnector(exports.settings(folder))
    moment = START + attempt * LEASE_RUNS_OUT
    return make_door(Database(url), folder, lambda: moment, Ports(feeds={feed.name: feed}))


def attempt(url: str, folder: Path, number: int, seconds: float) -> float | None:
    """Run the feed in a child and kill it so many seconds after it began. Returns how long it took if that was less."""
    ear, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        runs.PAGE, pace.MOST_ROWS = 60, 40
        door = open_door(url, folder, number)
        with door.database.read() as db:
            db.execute(select(1))
        os.write(mouth, b"!")
        runs.run_feed(door, feed="harbor")
        os._exit(0)
    os.read(ear, 1)
    begun = time.monotonic()
    os.close(ear)
    os.close(mouth)
    while time.monotonic() - begun < seconds:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            if status:
                raise SystemExit(f"the sync broke by itself: {status}")
            return time.monotonic() - begun
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def main(url: str, folder: Path, kills: int, seed: int) -> dict[str, Any]:
    agency = exports.Agency.founded(folder, 800, seed)
    agency.write(1_795_000_000)
    chance = random.Random(seed)
    killed, attempts, longest = 0, 0, 2.0
    while killed < kills and attempts < kills * 4:
        attempts += 1
        took = attempt(url, folder, attempts, chance.uniform(0, longest))
        if took is None:
            killed += 1
        else:
            longest = took
        if took is not None or chance.random() < 0.2:
            agency.live_on(300)
            agency.write(1_795_000_000 + attempts)
    door = open_door(url, folder, attempts + 1)
    runs.run_feed(door, feed="harbor")
    return {"killed": killed, **compared(door, agency)}


def compared(door: Door, agency: exports.Agency) -> dict[str, Any]:
    with door.database.read() as db:
        held, sent = as_held(db), as_sent(agency.policies.values(), exports.NAMES, exports.today())
        before = projection(db)
        ledger = bulk.LEDGER.c
        once = Counter(db.execute(select(ledger.source_record_id, ledger.source_version, ledger.kind)).all())
        versions = dict(db.execute(select(bulk.SOURCE_RECORD.c.id, bulk.SOURCE_RECORD.c.version)).all())
        states = dict(db.execute(select(bulk.SYNC_RUN.c.state, func.count()).group_by(bulk.SYNC_RUN.c.state)).all())
        counts = {
            table.name: db.scalar(select(func.count()).select_from(table))
            for table in (bulk.ACCOUNT, bulk.PRODUCER, bulk.POLICY_TERM, bulk.QUARANTINED)
        }
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
