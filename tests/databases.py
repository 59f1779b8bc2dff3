"""A database for a test: SQLite, or PostgreSQL, migrated once for each process; copied or emptied for each test."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Dialect, create_engine, text
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
    """A database of its own, for processes that outlive what is done to them here."""
    with copied(postgres_url, postgres_template) as url:
        yield url


@pytest.fixture(scope="module")
def shared_postgres(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """One database for all tests of a module, for processes that take long to start."""
    with copied(postgres_url, postgres_template) as url:
        yield url


class Changed(Exception):
    """What is there is not what was migrated, and cannot be emptied."""


@dataclass
class Reused:
    """A database that is emptied for each test, which takes a tenth of the time of a copy. After a test that changed
    its tables, or left more behind than a small test does, it is copied anew."""

    postgres_url: str
    template: str
    name: str = ""
    relations: str = ""
    emptying: bytes = b""

    def url(self) -> str:
        """Its address, with nothing in it but what a migration puts there."""
        if self.name:
            with suppress(Changed, psycopg.Error):
                self._empty()
                return self._url()
            _administer(self.postgres_url, f"DROP DATABASE {self.name} WITH (FORCE)")
        self._copy()
        return self._url()

    def _url(self) -> str:
        return make_url(self.postgres_url).set(database=self.name).render_as_string(hide_password=False)

    def _connect(self) -> psycopg.Connection:
        plain = make_url(self._url()).set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(plain, autocommit=True)

    def _copy(self) -> None:
        self.name = f"t_{os.getpid()}_{next(COUNTER)}"
        _administer(self.postgres_url, f"CREATE DATABASE {self.name} TEMPLATE {self.template}")
        with self._connect() as db:
            self.relations, _ = _relations(db)
            self.emptying = _emptying(db)

    def _empty(self) -> None:
        with self._connect() as db:
            db.execute(OTHERS_GO)
            relations, pages = _relations(db)
            if relations != self.relations or pages > MOST_BYTES:
                raise Changed
            db.execute(self.emptying)


MOST_BYTES = 4_000_000
OTHERS_GO = """SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
RELATIONS = """SELECT md5(string_agg(oid || relname || relnatts, ',' ORDER BY oid)),
    sum(pg_relation_size(oid)) FILTER (WHERE relkind = 'r')
    FROM pg_class WHERE relnamespace = 'public'::regnamespace"""


def _relations(db: psycopg.Connection) -> tuple[str, int]:
    """What tells whether the tables are the same, and how many bytes lie in them."""
    row = db.execute(RELATIONS).fetchone()
    assert row is not None
    return row[0], int(row[1])


def _emptying(db: psycopg.Connection) -> bytes:
    """The statements that empty every table, but for what was migrated into it, and number rows from the beginning.
    Foreign keys and triggers rest meanwhile. What was migrated is kept aside."""
    tables = [name for (name,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    statements = [sql.SQL("SET lock_timeout = '2s'; SET session_replication_role = replica")]
    db.execute("CREATE SCHEMA migrated")
    for name in tables:
        table, kept = sql.Identifier("public", name), sql.Identifier("migrated", name)
        statements.append(sql.SQL("DELETE FROM {}").format(table))
        if db.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table)).fetchone():
            db.execute(sql.SQL("CREATE TABLE {} AS SELECT * FROM {}").format(kept, table))
            statements.append(sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE SELECT * FROM {}").format(table, kept))
    asked = "SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences"
    for name, last, used in db.execute(f"{asked} WHERE schemaname = 'public'"):
        statements.append(sql.SQL("SELECT setval({}, {}, {})").format(f"public.{name}", last, used))
    return sql.SQL("; ").join(statements).as_bytes(db)


@pytest.fixture(scope="session")
def reused_postgres(postgres_url: str, postgres_template: str) -> Reused:
    return Reused(postgres_url, postgres_template)


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


_compiled: dict[str, tuple[Dialect, Any]] = {}


def opened(url: str) -> Database:
    """A database whose statements are compiled once for all databases of a kind in this process: an engine compiles
    its own anew, which takes a third of a short test."""
    database = Database(url)
    engine = database.engine
    dialect, cache = _compiled.setdefault(database.dialect, (engine.dialect, engine._compiled_cache))
    for each in (engine, database._reading, database._writing):
        each.dialect, each._compiled_cache = dialect, cache
    return database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "portal.db")
        database = opened(f"sqlite:///{tmp_path / 'portal.db'}")
    else:
        database = opened(request.getfixturevalue("reused_postgres").url())
    yield database
    database.dispose()
