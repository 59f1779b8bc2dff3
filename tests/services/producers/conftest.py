"""A door whose agency is configured as the requirements' example."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.database import Database
from portal_app.services.door import Door
from tests.services.producers.configured import SEED, with_configuration
from tests.world import Clock, make_door


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Door]:
    door = with_configuration(make_door(database, tmp_path, clock), SEED)
    yield door
    door.threads.shutdown()
