"""A feed that is connected, and what the database holds after a run."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portal_app.database import Database
from portal_app.services.door import Door
from portal_app.services.ports import Ports
from tests.services.sync.feed import MemoryFeed
from tests.world import Clock, make_door


@pytest.fixture
def feed() -> MemoryFeed:
    return MemoryFeed()


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, feed: MemoryFeed) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, replace(Ports(), feeds={feed.name: feed}))
    yield door
    door.threads.shutdown()
