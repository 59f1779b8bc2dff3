"""An agency whose exports are files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.custom.connector import CustomConnector
from portal_app.database import Database
from portal_app.services.door import Door
from portal_app.services.ports import Ports
from tests.jobs import exports
from tests.world import Clock, make_door


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the exports lie."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


@pytest.fixture
def exporting(folder: Path) -> exports.Agency:
    agency = exports.Agency.founded(folder, 30, seed=1)
    agency.write(1_795_000_000)
    return agency


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, folder: Path) -> Iterator[Door]:
    feed = CustomConnector(exports.settings(folder))
    door = make_door(database, tmp_path, clock, Ports(feeds={feed.name: feed}))
    yield door
    door.threads.shutdown()
