"""What the tests of faults share with those of services: a door to a database of its own, on both kinds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.database import Database
from portal_app.services.door import Door
from tests.world import Clock, make_door


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock)
    yield door
    door.threads.shutdown()
