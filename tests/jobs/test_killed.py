"""A sync that is killed at any moment: run again, the portal holds what the files say, once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, select, update

from portal_app import migrations
from portal_app.database import Database
from portal_app.models import metadata
from portal_app.models.enums import FeedKind, RunState
from portal_app.services.sync import bulk
from tests import servers
from tests.jobs import exports
from tests.servers import ROOT, until
from tests.services.sync.holdings import as_held, as_sent

KILLS = int(os.environ.get("KILLS", "25"))
SEED = int(os.environ.get("KILL_SEED", "7"))
SECONDS = 300 + 20 * KILLS
LEASE = metadata.tables["lease"]


@pytest.mark.criterion("FEED-50")
@pytest.mark.both_databases
@pytest.mark.timeout(SECONDS)
def test_a_sync_killed_again_and_again_leaves_what_the_files_say(database: Database, folder: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.jobs.killing", url, str(folder), str(KILLS), str(SEED)]

    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=SECONDS
    )

    found = json.loads(done.stdout.splitlines()[-1])
    print(f"KILL_SEED={SEED}", found)  # noqa: T201 (shown where the test fails)
    assert found["killed"] == KILLS
    assert found["cut_off"] >= KILLS / 2, "most kills must hit a sync at work"
    assert found["equal"], found["wrong"]
    assert found["rebuilt"]
    assert (found["twice"], found["unheard_of"], found["running"]) == (0, 0, 0)
    assert found["policy_term"] == found["terms"]
    assert (found["account"], found["producer"], found["waiting"]) == (len(exports.NAMES), 2, 0)
    assert found["half"] > 0, "some files must have been cut off"


@contextmanager
def worker(url: str, data: Path, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m portal_app worker` with a feed from `folder`."""
    feeds = data / "feeds.toml"
    feeds.write_text(exports.feeds_file(folder))
    with servers.worker(data, database_url=url, feeds_file=str(feeds)) as process:
        yield process


@pytest.fixture
def url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def agency(folder: Path) -> exports.Agency:
    agency = exports.Agency.founded(folder, 2500, seed=3)
    agency.write(time.time() - 60)
    return agency


def count(database: Database, table: Table, *conditions: Any) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def in_the_middle(database: Database) -> Callable[[], bool]:
    file = bulk.FEED_FILE.c
    return lambda: count(database, bulk.FEED_FILE, file.kind == FeedKind.POLICIES, file.rows_done > 0) > 0


def through(database: Database) -> Callable[[], bool]:
    file = bulk.FEED_FILE.c
    return lambda: count(database, bulk.FEED_FILE, file.kind == FeedKind.POLICIES, file.completed_at.is_not(None)) > 0


def let_leases_run_out(database: Database) -> None:
    with database.write() as db:
        db.execute(update(LEASE).values(expires_at=datetime(2020, 1, 1, tzinfo=UTC)))


def is_as_sent(database: Database, agency: exports.Agency) -> bool:
    today = datetime.now(UTC).date()
    with database.read() as db:
        return as_held(db) == as_sent(agency.policies.values(), exports.NAMES, today)


@pytest.mark.criterion("FEED-50")
def test_the_worker_itself_killed_in_the_middle_goes_on_after_its_next_start(
    database: Database, url: str, tmp_path: Path, folder: Path, agency: exports.Agency
) -> None:
    with worker(url, tmp_path, folder) as process:
        until(in_the_middle(database))
        process.kill()
    assert count(database, bulk.POLICY) < len(agency.policies)
    let_leases_run_out(database)

    with worker(url, tmp_path, folder) as process:
        until(through(database))

    assert process.returncode == 0
    assert is_as_sent(database, agency)
    assert count(database, bulk.LEDGER) == len(agency.policies)
    assert count(database, bulk.SYNC_RUN, bulk.SYNC_RUN.c.state == RunState.INTERRUPTED) == 1


@pytest.mark.criterion("JOB-08")
def test_sigterm_ends_the_worker_within_seconds_and_the_next_goes_on_at_once(
    database: Database, url: str, tmp_path: Path, folder: Path, agency: exports.Agency
) -> None:
    with worker(url, tmp_path, folder) as process:
        until(in_the_middle(database))
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(8) == 0
        assert time.monotonic() - begun < 5
    if not through(database)():
        state = bulk.SYNC_RUN.c.state
        assert count(database, bulk.SYNC_RUN, state == RunState.INTERRUPTED) == 1
        assert count(database, bulk.SYNC_RUN, state == RunState.RUNNING) == 0
    assert count(database, LEASE, LEASE.c.holder != "") == 0

    with worker(url, tmp_path, folder):
        until(through(database))

    assert is_as_sent(database, agency)


@pytest.mark.criterion("JOB-04")
def test_an_empty_data_folder_is_enough_for_a_worker_to_live(tmp_path: Path, folder: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    with worker(url, tmp_path, folder) as process:
        database = Database(url)
        until(lambda: migrations.current(database) == migrations.head())
        until(lambda: count(database, metadata.tables["heartbeat"]) > 0)
    database.dispose()
    assert process.returncode == 0
