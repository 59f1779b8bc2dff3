"""A feed that is connected, and what the database holds after a run."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from portal_app.database import Database
from portal_app.models.enums import Cadence
from portal_app.services.door import Door
from portal_app.services.ports import Ports
from portal_app.services.sync.freshness import RunRow
from portal_app.services.sync.runs import run_feed
from tests.services.sync.feed import MemoryFeed
from tests.world import Clock, make_door

Rows = list[dict[str, Any]]


@pytest.fixture
def feed() -> MemoryFeed:
    return MemoryFeed()


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, feed: MemoryFeed) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, replace(Ports(), feeds={feed.name: feed}))
    yield door
    door.threads.shutdown()


@pytest.fixture
def sync(door: Door) -> Callable[[], dict[str, RunRow]]:
    """Take in what lies ready at the hourly cadence; the runs by kind."""
    return lambda: {run.kind.value: run for run in run_feed(door, feed="memory", cadence=Cadence.HOURLY)}


@pytest.fixture
def stored(database: Database) -> Callable[[Table], Rows]:
    """All rows of a table in the order of their ids."""

    def read(table: Table) -> Rows:
        with database.read() as db:
            return [dict(row) for row in db.execute(select(table).order_by(table.c.id)).mappings()]

    return read
