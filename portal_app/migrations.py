"""Brings a database to the newest shape, one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from portal_app.database import Database, is_busy

if TYPE_CHECKING:
    from alembic.config import Config

ROOT = Path(__file__).resolve().parent.parent
LOCK = 7_203_114_091
# How long a process waits for another one that migrates: a large database on a slow disk takes its time.
PATIENCE = 120.0


def upgrade(database: Database) -> None:
    """Apply what is missing, under a lock: a second process that starts at the same moment waits and then finds nothing
    to do."""
    from alembic import command

    config = _config()
    for attempt in Retrying(
        retry=retry_if_exception(is_busy), stop=stop_after_delay(PATIENCE), wait=wait_fixed(0.2), reraise=True
    ):
        with attempt, _locked(database) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def head() -> str:
    """The number of the newest migration of this version of the portal."""
    return max(path.name[:4] for path in (ROOT / "alembic/versions").glob("[0-9]*.py"))


def current(database: Database) -> str:
    """The number of the last migration that the database has seen, or empty."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def _config() -> "Config":
    # Loaded only where something is to be migrated: every start asks, and almost none has anything to do.
    from alembic.config import Config

    return Config(str(ROOT / "alembic.ini"))


@contextmanager
def _locked(database: Database) -> Iterator[Connection]:
    """One transaction around all of it: BEGIN IMMEDIATE is the lock on SQLite, an advisory lock on PostgreSQL. A step
    that fails leaves nothing."""
    with database.engine.execution_options(portal_writes=True).connect() as connection, connection.begin():
        if database.dialect == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        yield connection
