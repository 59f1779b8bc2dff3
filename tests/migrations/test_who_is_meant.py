"""A database from before learns whom its feeds mean by their codes, and takes a status as a conflict."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from alembic import command
from portal_app import migrations
from portal_app.database import Database
from tests.migrations.test_policy_ledger import ACCOUNT, CARRIER, POLICY
from tests.migrations.test_producer_management import CODE, PRODUCER

pytestmark = pytest.mark.both_databases

RECORD = """INSERT INTO source_record (feed, kind, source_id, version, content_hash, payload, fetched_at)
 VALUES ('f', :kind, :source_id, 1, :content, :content, '2026-11-20')"""
CONFLICT = """INSERT INTO feed_conflict (locator, feed, kind, policy_id, term_effective, first, second, found_at,
 resolved_by) SELECT :kind, 'f', :kind, policy.id, '2026-06-01', 'x', 'y', '2026-11-20', '' FROM policy"""


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    sqlite = f"sqlite:///{tmp_path / 'old.db'}"
    database = Database(sqlite if request.param == "sqlite" else request.getfixturevalue("empty_postgres"))
    with migrations._locked(database) as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0017")
    for statement in (PRODUCER, ACCOUNT, CARRIER, POLICY):
        add(database, statement)
    add(database, CODE, code="A")
    yield database
    database.dispose()


def add(database: Database, statement: str, **given: object) -> None:
    with database.write() as db:
        db.execute(text(statement), given)


@pytest.mark.criterion("FEED-77")
@pytest.mark.criterion("LEDGER-38")
def test_whoever_holds_a_code_at_the_update_is_meant_by_it(before: Database) -> None:
    for kind, source_id in (("producers", "A"), ("producers", "gone"), ("clients", "A")):
        add(before, RECORD, kind=kind, source_id=source_id, content=b"x")
    add(before, CONFLICT, kind="producer_code")
    with pytest.raises(IntegrityError):
        add(before, CONFLICT, kind="status")
    migrations.upgrade(before)
    add(before, CONFLICT, kind="status")
    with pytest.raises(IntegrityError):
        add(before, CONFLICT, kind="weather")
    with before.read() as db:
        meant = db.execute(text("SELECT feed, code, producer_id FROM feed_producer")).all()
        assert [tuple(each) for each in meant] == [("f", "A", db.scalar(text("SELECT id FROM producer")))]
        assert db.scalar(text("SELECT count(*) FROM feed_conflict")) == 2
