"""The databases and the clock of the service tests, and an agency whose exports are files."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from integrations.custom.connector import CustomConnector
from portal_app import migrations
from portal_app.database import Database
from portal_app.services.door import Door
from portal_app.services.ports import Ports
from tests.jobs import exports
from tests.services.conftest import clock, database, empty_sqlite, fresh_postgres
from tests.world import Clock, make_door

__all__ = ["clock", "database", "empty_sqlite", "fresh_postgres"]


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """A migrated database to copy from, of these tests alone."""
    url = make_url(postgres_url)
    name = f"jobs_template_{os.getpid()}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    database = Database(url.set(database=name).render_as_string(hide_password=False))
    migrations.upgrade(database)
    database.dispose()
    return name


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
