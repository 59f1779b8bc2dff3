"""Every service test runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.database import Database
from portal_app.services.door import Door
from tests.world import Agency, Clock, build_agency, make_door


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock)
    yield door
    door.threads.shutdown()


@pytest.fixture
def agency(database: Database) -> Agency:
    with database.write() as db:
        return build_agency(db)
