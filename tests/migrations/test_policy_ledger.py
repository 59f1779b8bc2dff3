"""A ledger from before keeps its rows, learns when what was reversed was, and takes drafts that are given up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from alembic import command
from portal_app import migrations
from portal_app.database import Database

pytestmark = pytest.mark.both_databases

POLICY = """INSERT INTO policy (locator, feed, source_id, account_id, line_id, carrier_id, number, number_key,
 insured_name, description, effective, expiration, status, premium, vins, streets, as_of)
 SELECT 'p', 'f', 'p', account.id, 1, carrier.id, 'N', 'N', 'X', '', '2026-06-01', '2027-06-01', 'active', 1, '', '',
 '2026-06-01' FROM account, carrier"""
ACCOUNT = """INSERT INTO account (locator, feed, source_id, kind, name, email, phone, street, city, state, postal_code,
 as_of) VALUES ('a', 'f', 'a', 'person', 'X', '', '', '', '', '', '', '2026-06-01')"""
CARRIER = "INSERT INTO carrier (locator, name, naic) VALUES ('c', 'Granite', '')"
ROW = """INSERT INTO ledger_transaction (locator, policy_id, kind, state, origin, term_effective, effective_at,
 known_at, issued_at, reapplies_id, changes)
 SELECT :locator, policy.id, 'change', :state, 'portal', '2026-06-01', '2026-06-01', '2026-06-01', :issued_at,
 (SELECT id FROM ledger_transaction WHERE locator = :reapplies), '{}' FROM policy"""


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """At the migration before, with a transaction that was reversed and applied again."""
    sqlite = f"sqlite:///{tmp_path / 'old.db'}"
    database = Database(sqlite if request.param == "sqlite" else request.getfixturevalue("empty_postgres"))
    with migrations._locked(database) as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0017")
    with database.write() as db:
        for statement in (ACCOUNT, CARRIER, POLICY):
            db.execute(text(statement))
    add(database, "was", "reversed", "2026-06-01 00:00:00")
    add(database, "again", "issued", "2026-07-01 00:00:00", "was")
    yield database
    database.dispose()


def add(database: Database, locator: str, state: str, issued_at: str | None, reapplies: str = "") -> None:
    given = {"locator": locator, "state": state, "issued_at": issued_at, "reapplies": reapplies}
    with database.write() as db:
        db.execute(text(ROW), given)


@pytest.mark.criterion("LEDGER-29")
def test_a_ledger_from_before_is_taken_over(before: Database) -> None:
    with pytest.raises(IntegrityError):
        add(before, "early", "discarded", None)
    migrations.upgrade(before)

    with before.read() as db:
        asked = "SELECT locator, reversed_at IS NOT NULL, instructions, seen FROM ledger_transaction ORDER BY id"
        rows = [(name, bool(known), str(raw), seen) for name, known, raw, seen in db.execute(text(asked))]
        same = "SELECT count(*) FROM ledger_transaction AS one JOIN ledger_transaction AS other"
        matched = db.scalar(text(f"{same} ON other.reapplies_id = one.id WHERE one.reversed_at = other.issued_at"))
    assert rows == [("was", True, "[]", ""), ("again", False, "[]", "")]
    assert matched == 1


@pytest.mark.criterion("LEDGER-43")
def test_a_reference_that_nothing_used_is_gone_and_the_others_stay(before: Database) -> None:
    migrations.upgrade(before)
    columns = {each["name"] for each in inspect(before.engine).get_columns("ledger_transaction")}
    refers = {each["constrained_columns"][0] for each in inspect(before.engine).get_foreign_keys("ledger_transaction")}
    assert "reverses_id" not in columns
    assert refers == {"policy_id", "reapplies_id", "reversed_by_id", "source_record_id"}
    with pytest.raises(IntegrityError), before.write() as db:
        db.execute(text("UPDATE ledger_transaction SET reapplies_id = 999999 WHERE locator = 'was'"))
    with before.read() as db:
        pairs = "SELECT one.locator, other.locator FROM ledger_transaction AS one JOIN ledger_transaction AS other"
        found = db.execute(text(f"{pairs} ON one.reapplies_id = other.id")).all()
    assert [tuple(each) for each in found] == [("again", "was")]


@pytest.mark.criterion("LEDGER-29")
def test_the_new_states_are_held_by_the_database(before: Database) -> None:
    migrations.upgrade(before)
    add(before, "draft", "draft", None)
    add(before, "given up", "discarded", None)
    for locator, state in (("not issued", "issued"), ("unknown", "invented"), ("reversed too", "reversed")):
        with pytest.raises(IntegrityError):
            add(before, locator, state, None)
    with pytest.raises(IntegrityError), before.write() as db:
        db.execute(text("UPDATE ledger_transaction SET reversed_at = '2026-07-01' WHERE state = 'issued'"))
    if before.dialect == "sqlite":
        with before.read() as db:
            assert db.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert db.execute(text("PRAGMA foreign_key_check")).all() == []
