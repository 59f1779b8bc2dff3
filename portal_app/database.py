"""The engine, and the two kinds of transaction: one that reads, one that writes."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.pool import SingletonThreadPool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Text

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    # FULL, because what is acknowledged must survive a power cut.
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "cache_size=-65536",
    "mmap_size=1073741824",
    "temp_store=MEMORY",
)
_SQLITE_ARGUMENTS = {"check_same_thread": False, "cached_statements": 512}
QUEUE_SECONDS = 1.0
POSTGRES_BUSY = {"40001", "40P01", "55P03"}
POSTGRES_FULL = {"53100"}
# Shut down, crashed, starting, no connection left; a connection that broke has no code at all.
POSTGRES_AWAY = {None, "57P01", "57P02", "57P03", "53300"}
SQLITE_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}


class lowered(GenericFunction[str]):  # noqa: N801
    """A text in small letters, of every alphabet. SQLite's own lower() knows those of ASCII alone; the triggers of the
    search for policies count on that and on its speed, so that it stays as it is and this one has another name."""

    type = Text()
    inherit_cache = True


@compiles(lowered)
def _lowered(element: lowered, compiler: SQLCompiler, **given: Any) -> str:
    return f"lower({compiler.process(element.clauses, **given)})"


@compiles(lowered, "sqlite")
def _lowered_on_sqlite(element: lowered, compiler: SQLCompiler, **given: Any) -> str:
    return f"portal_lower({compiler.process(element.clauses, **given)})"


class Database:
    """One engine. `read()` cannot write and `write()` holds SQLite's one place for writers from its first statement on,
    so that a transaction never finds half-way that what it read is stale."""

    def __init__(self, address: str, *, pool_size: int = 8) -> None:
        url = make_url(address)
        self.dialect = url.get_backend_name()
        # Parameters stay out of error texts: a failed insert would otherwise log a whole row.
        self.engine = create_engine(
            url, hide_parameters=True, pool_size=pool_size, max_overflow=0, **self._arguments(url)
        )
        if self.dialect == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            self._glancing = create_engine(
                url, hide_parameters=True, poolclass=SingletonThreadPool, connect_args=_SQLITE_ARGUMENTS
            )
            event.listen(self._glancing, "connect", _prepare_sqlite_for_glances)
        self._queue = Lock()
        self._writing = self.engine.execution_options(portal_writes=True)
        self._reading = self.engine.execution_options(portal_writes=False)
        if self.dialect == "postgresql":
            self._reading = self._reading.execution_options(postgresql_readonly=True)

    def _arguments(self, url: URL) -> dict[str, Any]:
        if self.dialect == "sqlite":
            if url.database:
                Path(url.database).parent.mkdir(parents=True, exist_ok=True)
            return {"connect_args": _SQLITE_ARGUMENTS, "pool_timeout": 10}
        options = "-c plan_cache_mode=force_custom_plan -c lock_timeout=5s -c statement_timeout=60s -c timezone=UTC"
        # A process that was paused in the middle of a transaction must not keep its locks from everybody else.
        options += " -c idle_in_transaction_session_timeout=60s"
        return {"connect_args": {"options": options}, "pool_timeout": 10, "pool_pre_ping": True}

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self._reading, autoflush=False) as session, session.begin():
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self._in_turn(), Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Threads of this process queue for SQLite's one place for writers: SQLite itself would have them sleep and
        look again. Whoever has waited for long asks it nevertheless, and is told that it is busy."""
        if self.dialect != "sqlite":
            yield
            return
        mine = self._queue.acquire(timeout=QUEUE_SECONDS)
        try:
            yield
        finally:
            if mine:
                self._queue.release()

    @property
    def is_at_hand(self) -> bool:
        """Whether `glance()` can be used: the database is a file here."""
        return self.dialect == "sqlite"

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """For one SELECT by key, on the caller's own thread and without a transaction around it: both cost more than
        such a SELECT takes. It never waits: what it finds locked raises an error for which `is_busy` is true."""
        with Session(self._glancing, autoflush=False) as session:
            yield session

    def dispose(self) -> None:
        self.engine.dispose()
        if self.is_at_hand:
            self._glancing.dispose()


def is_busy(error: BaseException) -> bool:
    """Whether the database only asked to be tried again: locked, stale snapshot, deadlock, serialisation."""
    if not isinstance(error, DBAPIError):
        return False
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _code(original) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(original, "sqlstate", None) in POSTGRES_BUSY


def is_full(error: BaseException) -> bool:
    """Whether the database found no room on its disk, or a quota was used up. What it was doing was undone."""
    if not isinstance(error, DBAPIError):
        return False
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _code(original) in SQLITE_FULL
    return getattr(original, "sqlstate", None) in POSTGRES_FULL


def is_away(error: BaseException) -> bool:
    """Whether the database server could not be reached, or went away. What it was doing may have been kept."""
    if not isinstance(error, OperationalError) or isinstance(error.orig, sqlite3.Error):
        return False
    return getattr(error.orig, "sqlstate", None) in POSTGRES_AWAY


def _code(error: sqlite3.Error) -> int:
    """SQLite's extended code; what Python's own module raises has none."""
    return getattr(error, "sqlite_errorcode", 0)


def _in_small_letters(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    connection.create_function("portal_lower", 1, _in_small_letters, deterministic=True)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _prepare_sqlite_for_glances(connection: sqlite3.Connection, record: object) -> None:
    _prepare_sqlite(connection, record)
    for pragma in ("busy_timeout=0", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("portal_writes", True)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
