"""The one door: transactions, actors, retries, plain sentences."""

import asyncio
import sqlite3
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal_app import logs
from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.producers import Producer
from portal_app.services import audit
from portal_app.services.access import ANONYMOUS, Gate, Permission, system
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import Busy, Conflict, Forbidden, SignInNeeded, Unexpected
from tests.world import NOW, Agency, Clock, make_door

pytestmark = pytest.mark.both_databases

RUNS: list[int] = []


@writes(Gate.PUBLIC)
def rename(tx: Tx, *, producer_id: int, name: str, fail: str = "") -> None:
    RUNS.append(1)
    producer = tx.db.get(Producer, producer_id)
    assert producer is not None
    producer.name = name
    audit.record(tx, "producer.renamed", subject=producer.locator)
    if fail == "domain":
        raise Conflict("No.")
    if fail:
        raise RuntimeError("a secret: 123-45-6789")


@reads(Gate.PUBLIC)
def names(tx: Tx) -> list[str]:
    return [producer.name for producer in tx.db.query(Producer)]


@reads(Gate.PUBLIC)
def write_although_reading(tx: Tx) -> None:
    tx.db.execute(text("DELETE FROM heartbeat"))


@reads(Permission.MANAGE_USERS)
def for_user_managers(tx: Tx) -> str:
    return tx.actor.name


@reads(Gate.SYSTEM)
def for_the_portal(tx: Tx) -> str:
    return tx.actor.name


def events(door: Door) -> int:
    with door.database.read() as db:
        return db.query(AuditEvent).count()


@pytest.mark.criterion("DOOR-01")
def test_a_change_and_its_audit_row_are_committed_together(door: Door, agency: Agency) -> None:
    door.run(rename, ANONYMOUS, producer_id=agency.maya.id or 0, name="M. Alvarez")
    assert "M. Alvarez" in door.run(names, ANONYMOUS)
    assert events(door) == 1


@pytest.mark.criterion("DOOR-01")
@pytest.mark.parametrize(("fail", "error"), [("domain", Conflict), ("bug", Unexpected)])
def test_a_failure_leaves_neither(door: Door, agency: Agency, fail: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        door.run(rename, ANONYMOUS, producer_id=agency.maya.id or 0, name="M. Alvarez", fail=fail)
    assert "M. Alvarez" not in door.run(names, ANONYMOUS)
    assert events(door) == 0


@pytest.mark.criterion("DOOR-01")
def test_an_audit_row_that_cannot_be_written_undoes_the_change(door: Door, agency: Agency) -> None:
    with door.database.write() as db:
        db.execute(text("ALTER TABLE audit_event RENAME TO audit_event_away"))
    with pytest.raises(Unexpected):
        door.run(rename, ANONYMOUS, producer_id=agency.maya.id or 0, name="M. Alvarez")
    assert "M. Alvarez" not in door.run(names, ANONYMOUS)


@pytest.mark.criterion("DOOR-02")
def test_what_says_that_it_reads_cannot_write(door: Door) -> None:
    with pytest.raises(Unexpected):
        door.run(write_although_reading, ANONYMOUS)


@pytest.mark.criterion("DOOR-03")
def test_an_unexpected_error_shows_a_reference_and_nothing_of_itself(
    door: Door, agency: Agency, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Unexpected) as refused:
        door.run(rename, ANONYMOUS, producer_id=agency.maya.id or 0, name="x", fail="bug")
    assert "123-45-6789" not in refused.value.sentence
    assert refused.value.reference in refused.value.sentence


@pytest.mark.criterion("DOOR-04")
def test_requirements_are_checked_before_anything_runs(door: Door, agency: Agency) -> None:
    with pytest.raises(SignInNeeded):
        door.run(for_user_managers, ANONYMOUS)
    with pytest.raises(Forbidden):
        door.run(for_user_managers, agency.producer())
    with pytest.raises(Forbidden):
        door.run(for_the_portal, agency.principal())
    assert door.run(for_user_managers, agency.admin()) == "admin@agency.test"
    assert door.run(for_the_portal, system("sync")) == "System: sync"


@pytest.mark.criterion("DOOR-05")
def test_a_busy_database_is_asked_again_and_the_effect_happens_once(door: Door, agency: Agency) -> None:
    RUNS.clear()
    release = threading.Event()
    held = threading.Event()

    def hold() -> None:
        with door.database.write() as db:
            db.execute(text("UPDATE producer SET npn = '1' WHERE id = :id"), {"id": agency.maya.id})
            held.set()
            release.wait(5)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)
    threading.Timer(0.3, release.set).start()
    door.run(rename, ANONYMOUS, producer_id=agency.maya.id or 0, name="After the wait")
    holder.join()
    assert events(door) == 1
    assert door.run(names, ANONYMOUS).count("After the wait") == 1


@pytest.mark.criterion("DOOR-05")
def test_a_writer_that_finds_the_database_busy_too_long_says_so(tmp_path: Path, door: Door) -> None:
    def always_busy(tx: Tx) -> None:
        RUNS.append(1)
        raise OperationalError("x", {}, _locked())

    RUNS.clear()
    door.patience = 0.2
    writes(Gate.PUBLIC)(always_busy)
    with pytest.raises(Busy):
        door.run(always_busy, ANONYMOUS)
    assert len(RUNS) > 1


@pytest.mark.criterion("DOOR-09")
def test_a_write_reads_the_time_once_it_is_its_turn(tmp_path: Path) -> None:
    """One that waited would else write with an earlier time than what was written before it."""
    database, turn = Database(f"sqlite:///{tmp_path / 'waiting.db'}"), threading.Event()
    asked: list[bool] = []

    def clock() -> datetime:
        asked.append(turn.is_set())
        return NOW

    @writes(Gate.PUBLIC)
    def look(tx: Tx) -> datetime:
        return tx.now

    with Database(f"sqlite:///{tmp_path / 'waiting.db'}").write() as other:
        other.execute(text("CREATE TABLE held (id INTEGER)"))
        door = make_door(database, tmp_path, clock)
        waiting = door.threads.submit(door.run, look, ANONYMOUS)
        time.sleep(0.2)
        turn.set()
    assert waiting.result() == NOW
    assert asked == [True]
    door.close()


def _locked() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


@pytest.mark.criterion("DOOR-05")
def test_a_stale_snapshot_counts_as_busy(tmp_path: Path) -> None:
    from portal_app.database import is_busy

    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY_SNAPSHOT
    assert is_busy(OperationalError("x", {}, error))
    assert not is_busy(ValueError())


@writes(Gate.PUBLIC)
def break_a_constraint(tx: Tx) -> None:
    tx.db.execute(text("INSERT INTO account (name) VALUES (:name)"), {"name": "Canary 123-45-6789"})


@pytest.mark.criterion("DOOR-06")
def test_a_failed_insert_is_logged_without_its_row(door: Door, capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure("debug")
    with pytest.raises(Unexpected) as refused:
        door.run(break_a_constraint, ANONYMOUS)
    logged = capfd.readouterr().err
    assert refused.value.reference in logged
    assert "IntegrityError" in logged
    assert "Canary" not in logged + refused.value.sentence


def test_times_come_back_aware_and_money_exact(door: Door, agency: Agency) -> None:
    from decimal import Decimal

    from portal_app.models.policies import Policy

    with door.database.read() as db:
        policy = db.get(Policy, agency.policies["maya"].id)
        assert policy is not None
        assert policy.as_of == NOW
        assert policy.premium == Decimal("1234.50")


@pytest.mark.criterion("DOOR-07")
def test_a_glance_sees_what_was_committed_and_checks_and_cannot_write(door: Door, agency: Agency) -> None:
    house = agency.house
    assert asyncio.run(door.glance(names, ANONYMOUS)).count("Renamed") == 0
    door.run(rename, ANONYMOUS, producer_id=house.id, name="Renamed")
    assert asyncio.run(door.glance(names, ANONYMOUS)).count("Renamed") == 1

    with pytest.raises(SignInNeeded):
        asyncio.run(door.glance(for_user_managers, ANONYMOUS))
    with pytest.raises(Unexpected):
        asyncio.run(door.glance(write_although_reading, ANONYMOUS))


@reads(Gate.PUBLIC)
def break_while_reading(tx: Tx) -> None:
    raise ValueError("a secret: 123-45-6789")


@pytest.mark.criterion("DOOR-07")
def test_a_fault_at_a_glance_is_told_as_any_other(door: Door) -> None:
    with pytest.raises(Unexpected) as told:
        asyncio.run(door.glance(break_while_reading, ANONYMOUS))
    assert "secret" not in str(told.value)


@pytest.mark.criterion("DOOR-07")
def test_a_glance_that_finds_the_database_locked_goes_on_in_a_thread(tmp_path: Path) -> None:
    door = make_door(Database(f"sqlite:///{tmp_path / 'locked.db'}"), tmp_path, Clock())
    asked = []

    @reads(Gate.PUBLIC)
    def count(tx: Tx) -> object:
        asked.append(threading.current_thread().name)
        if len(asked) == 2:
            lock.close()
        return tx.db.execute(text("SELECT count(*) FROM sqlite_master")).scalar()

    lock = sqlite3.connect(tmp_path / "locked.db", check_same_thread=False)
    lock.execute("PRAGMA journal_mode=WAL")
    lock.execute("PRAGMA locking_mode=EXCLUSIVE")
    lock.execute("CREATE TABLE held (id INTEGER)")
    lock.commit()

    assert asyncio.run(door.glance(count, ANONYMOUS)) == 1
    assert asked[0] == "MainThread"
    assert asked[1].startswith("service")
    door.close()
