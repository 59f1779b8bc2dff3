"""A database for a test: SQLite, or PostgreSQL, migrated once for each process and copied for each test."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from portal_app import migrations
from portal_app.database import Database


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: migrating it for each test would take longer than the tests."""
    path = tmp_path_factory.mktemp("migrated") / "portal.db"
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    database.dispose()
    return path


COUNTER = itertools.count()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """A migrated database to copy from, of this test process alone."""
    name = f"template_{os.getpid()}_{next(COUNTER)}"
    _administer(postgres_url, f"CREATE DATABASE {name}")
    database = Database(make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
    migrations.upgrade(database)
    database.dispose()
    return name


@contextmanager
def copied(postgres_url: str, template: str) -> Iterator[str]:
    name = f"t_{os.getpid()}_{next(COUNTER)}"
    _administer(postgres_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    _administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def fresh_postgres(postgres_url: str, postgres_template: str) -> Iterator[str]:
    with copied(postgres_url, postgres_template) as url:
        yield url


@pytest.fixture(scope="module")
def shared_postgres(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """One database for all tests of a module, for processes that take long to start."""
    with copied(postgres_url, postgres_template) as url:
        yield url


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "portal.db")
        database = Database(f"sqlite:///{tmp_path / 'portal.db'}")
    else:
        database = Database(request.getfixturevalue("fresh_postgres"))
    yield database
    database.dispose()
