"""A database with producers, codes and people from before keeps them, and takes what came later."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from alembic import command
from portal_app import migrations
from portal_app.database import Database

pytestmark = pytest.mark.both_databases

PRODUCER = """INSERT INTO producer (locator, type, kind, name, npn, state, data, created_at)
 VALUES ('p', 'Producer', 'individual', 'Maya', '', 'validated', '{}', '2026-11-20')"""
SEQUENCE = "INSERT INTO number_sequence (plan, next_number) VALUES ('Codes', 7)"
CODE = """INSERT INTO producer_code (locator, type, code, producer_id, state, data, created_at)
 SELECT :code, 'ProducerCode', :code, max(id), 'validated', '{}', '2026-11-20' FROM producer"""
WAITING = """INSERT INTO producer_code (locator, type, code, producer_id, state, data, created_at)
 SELECT :locator, 'ProducerCode', NULL, max(id), :state, '{}', '2026-11-20' FROM producer"""
USER = """INSERT INTO portal_user (locator, email, name, role, failed_attempts, totp_last_step, single_keys, created_at)
 VALUES ('u', 'u@a.test', 'U', 'csr', 0, 0, true, '2026-11-20')"""
GRANT = """INSERT INTO user_grant (user_id, granted, granted_by, granted_at)
 SELECT max(id), :granted, 'x', '2026-11-20' FROM portal_user"""


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """At the migration before, with a producer, a code and a person."""
    sqlite = f"sqlite:///{tmp_path / 'old.db'}"
    database = Database(sqlite if request.param == "sqlite" else request.getfixturevalue("empty_postgres"))
    with migrations._locked(database) as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0017")
    for statement, given in ((PRODUCER, {}), (CODE, {"code": "A"}), (USER, {}), (GRANT, {"granted": "downline"})):
        add(database, statement, **given)
    yield database
    database.dispose()


def add(database: Database, statement: str, **given: str) -> None:
    with database.write() as db:
        db.execute(text(statement), given)


@pytest.mark.criterion("PROD-15")
@pytest.mark.criterion("CODE-07")
def test_a_database_from_before_keeps_its_codes_and_lets_drafts_wait(before: Database) -> None:
    with pytest.raises(IntegrityError):
        add(before, WAITING, locator="w", state="draft")
    migrations.upgrade(before)
    add(before, WAITING, locator="w", state="draft")
    add(before, WAITING, locator="d", state="discarded")
    for statement, given in (
        (WAITING, {"locator": "v", "state": "validated"}),
        (CODE, {"code": "A"}),
        (GRANT, {"granted": "everything"}),
    ):
        with pytest.raises(IntegrityError):
            add(before, statement, **given)
    add(before, GRANT, granted="underwriting")
    with before.read() as db:
        stored = db.execute(text("SELECT code, version, created_by, data_text FROM producer_code ORDER BY id")).first()
        assert stored is not None
        assert tuple(stored) == ("A", 1, "", "")
        assert db.execute(text("SELECT count(*) FROM user_grant")).scalar_one() == 2


@pytest.mark.criterion("CODE-13")
@pytest.mark.criterion("CODE-14")
def test_codes_that_look_alike_stay_and_numbers_go_on(before: Database) -> None:
    with migrations._locked(before) as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0033")
    for code in ("a", "B"):
        add(before, CODE, code=code)
    add(before, SEQUENCE)
    migrations.upgrade(before)
    with before.read() as db:
        rows = db.execute(text("SELECT code, likeness FROM producer_code ORDER BY id")).all()
        assert [tuple(row) for row in rows] == [("A", "a"), ("a", None), ("B", "b")]
        assert tuple(db.execute(text("SELECT plan, part, next_number FROM number_sequence")).one()) == ("Codes", "", 7)
    with pytest.raises(IntegrityError):
        add(before, "UPDATE producer_code SET likeness = 'a'")
