"""A database for a test: SQLite, or PostgreSQL, migrated once for each process; copied or emptied for each test."""

import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Dialect, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool

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


@dataclass
class Reused:
    """A database that is emptied for each test, which takes a tenth of the time of a copy. After a test that changed
    its tables, or left more behind than a small test does, it is copied anew."""

    postgres_url: str
    template: str
    database: Database | None = None
    emptier: "Emptier | None" = None

    def emptied(self) -> Database:
        """It, with nothing in it but what a migration puts there. Its connections are those of the test before: a new
        one knows no table yet."""
        if self.database is None or self.emptier is None or not self.emptier.emptied():
            self.close()
            name = f"t_{os.getpid()}_{next(COUNTER)}"
            _administer(self.postgres_url, f"CREATE DATABASE {name} TEMPLATE {self.template}")
            url = make_url(self.postgres_url).set(database=name)
            self.database = opened(url.update_query_dict({"application_name": KEPT}).render_as_string(False))
            self.emptier = Emptier.of(url.set(drivername="postgresql").render_as_string(False))
        return self.database

    def given_back(self) -> None:
        """What a test left open would be in the way of the next."""
        pool = self.database.engine.pool if self.database else None
        if self.database and isinstance(pool, QueuePool) and pool.checkedout():
            self.database.dispose()

    def close(self) -> None:
        if self.database and self.emptier:
            self.database.dispose()
            self.emptier.connection.close()
            _administer(self.postgres_url, f"DROP DATABASE {self.database.engine.url.database} WITH (FORCE)")
        self.database = self.emptier = None


@dataclass
class Emptier:
    """Empties every table in which something is, but for what was migrated into it, and numbers rows from the first on.
    Foreign keys and triggers rest meanwhile. What was migrated is kept aside."""

    connection: psycopg.Connection
    tables: list[str]
    kept: set[str]
    relations: str

    @classmethod
    def of(cls, address: str) -> "Emptier":
        db = psycopg.connect(address, autocommit=True)
        tables = [name for (name,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        relations, _ = _relations(db)
        db.execute("SET lock_timeout = '2s'; SET session_replication_role = replica; CREATE SCHEMA migrated")
        found = cls(db, tables, set(), relations)
        for name in found._filled():
            db.execute(sql.SQL("CREATE TABLE {} AS SELECT * FROM {}").format(_aside(name), _public(name)))
            found.kept.add(name)
        asked = "SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences"
        numbers = [
            sql.SQL("setval({}, {}, {})").format(f"public.{name}", last, used)
            for name, last, used in db.execute(f"{asked} WHERE schemaname = 'public'")
        ]
        db.execute(sql.SQL("PREPARE numbers_begin AS SELECT {}").format(sql.SQL(", ").join(numbers)))
        return found

    def emptied(self) -> bool:
        """Whether it could be emptied: not where the tables are not those any more, or hold a lot."""
        with suppress(psycopg.Error):
            self.connection.execute(OTHERS_GO, [KEPT])
            relations, size = _relations(self.connection)
            if relations == self.relations and size <= MOST_BYTES:
                self._empty()
                return True
        return False

    def _empty(self) -> None:
        filled = [_public(name) for name in self._filled()]
        self.connection.execute(sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(each) for each in filled))
        # Else rows would lie where others lay before, and come in their order to whoever asks for none.
        self.connection.execute(sql.SQL("VACUUM (TRUNCATE, INDEX_CLEANUP ON) {}").format(sql.SQL(", ").join(filled)))
        again = sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE SELECT * FROM {}")
        kept = [again.format(_public(name), _aside(name)) for name in self.kept]
        self.connection.execute(sql.SQL("; ").join([*kept, sql.SQL("EXECUTE numbers_begin")]))

    def _filled(self) -> list[str]:
        each = "SELECT {} WHERE EXISTS (SELECT 1 FROM {})"
        asked = sql.SQL(" UNION ALL ").join(sql.SQL(each).format(name, _public(name)) for name in self.tables)
        return [name for (name,) in self.connection.execute(asked, prepare=True)]


KEPT = "kept"
MOST_BYTES = 4_000_000
OTHERS_GO = """SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND NOT (application_name = %s AND state = 'idle')"""
RELATIONS = """SELECT md5(string_agg(oid || relname || relnatts, ',' ORDER BY oid)),
    sum(pg_relation_size(oid)) FILTER (WHERE relkind = 'r')
    FROM pg_class WHERE relnamespace = 'public'::regnamespace"""


def _relations(db: psycopg.Connection) -> tuple[str, int]:
    """What tells whether the tables are the same, and how many bytes lie in them."""
    row = db.execute(RELATIONS).fetchone()
    assert row is not None
    return row[0], int(row[1])


def _public(name: str) -> sql.Identifier:
    return sql.Identifier("public", name)


def _aside(name: str) -> sql.Identifier:
    return sql.Identifier("migrated", name)


@pytest.fixture(scope="session")
def reused_postgres(postgres_url: str, postgres_template: str) -> Iterator[Reused]:
    reused = Reused(postgres_url, postgres_template)
    yield reused
    reused.close()


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
    if database.dialect == "sqlite":
        event.listen(engine, "connect", _forgetful)
    return database


def _forgetful(connection: sqlite3.Connection, _: object) -> None:
    """As the PostgreSQL of the tests is: what is written survives this process, and not a power cut, for which each
    commit would wait longer than it takes. What is served is served as in earnest."""
    connection.execute("PRAGMA synchronous=OFF").close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "postgresql":
        reused: Reused = request.getfixturevalue("reused_postgres")
        yield reused.emptied()
        reused.given_back()
        return
    shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "portal.db")
    database = opened(f"sqlite:///{tmp_path / 'portal.db'}")
    yield database
    database.dispose()
