"""A database from before the new kinds takes them, keeps its rows and refuses what is none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from alembic import command
from portal_app import migrations
from portal_app.database import Database
from portal_app.models.enums import FeedKind

pytestmark = pytest.mark.both_databases

RUN = """INSERT INTO sync_run (locator, feed, kind, state, started_at, files, rows_read, rows_added, rows_changed,
 rows_unchanged, rows_quarantined, message)
 VALUES (:locator, 'f', :kind, 'running', '2026-11-20', 0, 0, 0, 0, 0, 0, '')"""
FILE = """INSERT INTO feed_file (feed, kind, digest, name, exported_at, rows_done, started_at)
 VALUES ('f', :kind, :digest, 'n', '2026-11-20', 0, '2026-11-20')"""
RECORD = """INSERT INTO source_record (feed, kind, source_id, version, content_hash, payload, batch_id, fetched_at)
 SELECT 'f', :kind, 's', 1, :digest, :digest, max(id), '2026-11-20' FROM feed_file"""
HELD = """INSERT INTO quarantined_row (locator, feed, kind, content_hash, source_id, file_name, line, reasons, payload,
 run_id, first_seen_at)
 SELECT :locator, 'f', :kind, :digest, 's', 'n', 1, 'r', :digest, max(id), '2026-11-20' FROM sync_run"""


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """At the migration before the new kinds, with a row of every table that names kinds."""
    sqlite = f"sqlite:///{tmp_path / 'old.db'}"
    database = Database(sqlite if request.param == "sqlite" else request.getfixturevalue("empty_postgres"))
    with migrations._locked(database) as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
    add(database, "policies")
    yield database
    database.dispose()


def add(database: Database, kind: str) -> None:
    with database.write() as db:
        for statement in (RUN, FILE, RECORD, HELD):
            given = {"kind": kind, "digest": kind.encode(), "locator": kind}
            names = {name: value for name, value in given.items() if f":{name}" in statement}
            db.execute(text(statement), names)


@pytest.mark.criterion("KIND-08")
def test_a_database_from_before_takes_the_new_kinds(before: Database) -> None:
    with pytest.raises(IntegrityError):
        add(before, "claims")
    migrations.upgrade(before)
    for kind in FeedKind:
        if kind is not FeedKind.POLICIES:
            add(before, kind.value)
    with before.read() as db:
        for table in ("sync_run", "feed_file", "source_record", "quarantined_row"):
            assert set(db.execute(text(f"SELECT kind FROM {table}")).scalars()) == {kind.value for kind in FeedKind}
    with pytest.raises(IntegrityError):
        add(before, "recipes")


@pytest.mark.criterion("KIND-08")
def test_sqlite_finds_the_widened_file_whole(before: Database) -> None:
    migrations.upgrade(before)
    if before.dialect == "sqlite":
        with before.read() as db:
            assert db.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert db.execute(text("PRAGMA foreign_key_check")).all() == []
