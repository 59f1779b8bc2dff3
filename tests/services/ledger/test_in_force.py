"""Whose book a policy is in: the producer code in force decides, not one that takes effect later."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Connection, event, text

from portal_app.database import Database
from portal_app.jobs.schedule import SCHEDULE
from portal_app.models.enums import FeedKind, Role
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import system
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, NotFound
from portal_app.services.ledger import reading
from portal_app.services.producers import impact, lifecycle
from portal_app.services.sync import bulk
from portal_app.services.sync.rebuilding import change_hands_all, roll_over_all, to_change_hands
from portal_app.services.topics import Topic
from tests.services.ledger.conftest import CHANGE, PRINCIPAL, RENEWAL, Desk, asked, at, check_rebuild
from tests.services.sync.feed import MemoryFeed, policy, producer
from tests.services.sync.test_policies import Stored
from tests.world import Clock, actor

pytestmark = pytest.mark.both_databases


@pytest.fixture
def code_of(database: Database) -> Callable[[str], ProducerCode]:
    def found(name: str) -> ProducerCode:
        with database.read() as db:
            code = db.query(ProducerCode).filter(ProducerCode.code == name).one()
            db.expunge(code)
        return code

    return found


def sees(door: Door, desk: Desk, code: ProducerCode) -> bool:
    try:
        door.run(reading.terms, actor(Role.PRODUCER, code.producer_id), policy=desk.locator)
    except NotFound:
        return False
    return True


def mark(database: Database) -> int:
    """By which open pages see that policies have changed."""
    with database.read() as db:
        asked = text("SELECT number FROM topic_mark WHERE topic = :topic")
        return int(db.execute(asked, {"topic": Topic.POLICIES.value}).scalar_one())


@pytest.mark.criterion("LEDGER-45")
def test_a_policy_changes_hands_when_the_code_takes_effect(
    desk: Desk, door: Door, clock: Clock, database: Database, stored: Stored, code_of: Callable[[str], ProducerCode]
) -> None:
    then, later = at(2026, 12, 24), at(2027, 1, 24)
    assert clock.now < then
    first, second, third = map(code_of, ("HL-1", "HL-2", "HL-3"))
    desk.issued(CHANGE, then, asked(setProducerCode="HL-2"))
    desk.issued(CHANGE, later, asked(setProducerCode="HL-3"))
    check_rebuild(database, door)
    assert stored(bulk.POLICY)[0]["codes_change_at"] == then
    assert [sees(door, desk, each) for each in (first, second, third)] == [True, False, False]

    clock.forward(seconds=(then - clock.now).total_seconds() - 1)
    assert change_hands_all(door) == 0
    clock.forward(seconds=1)
    before = mark(database)
    assert roll_over_all(door) == 0
    assert change_hands_all(door) == 1
    assert change_hands_all(door) == 0
    assert mark(database) == before + 1
    check_rebuild(database, door)
    assert [sees(door, desk, each) for each in (first, second, third)] == [False, True, False]
    assert desk.codes(clock.now)[0] == "HL-2"

    clock.forward(days=40)
    assert change_hands_all(door) == 1
    assert [sees(door, desk, each) for each in (first, second, third)] == [False, False, True]
    assert stored(bulk.POLICY)[0]["codes_change_at"] is None


@pytest.mark.criterion("LEDGER-45")
def test_a_renewal_ahead_leaves_the_current_term_where_it_is(
    desk: Desk, door: Door, code_of: Callable[[str], ProducerCode]
) -> None:
    desk.issued(RENEWAL, None, asked(setProducerCode="HL-2"))
    assert [sees(door, desk, code_of(each)) for each in ("HL-1", "HL-2")] == [True, False]


@pytest.mark.criterion("LEDGER-45")
def test_a_code_in_force_or_to_come_hangs_on_its_policy(
    desk: Desk, door: Door, database: Database, code_of: Callable[[str], ProducerCode]
) -> None:
    desk.issued(CHANGE, at(2026, 7, 1), asked(setProducerCode="HL-2", setProducerCodeOfRecord="HL-3"))
    desk.issued(CHANGE, at(2026, 12, 24), asked(setProducerCode="HL-1"))
    desk.issued(CHANGE, at(2027, 1, 24), asked(setProducerCode="HL-3"))
    for name in ("HL-2", "HL-1", "HL-3"):
        code = code_of(name)
        with database.read() as db:
            holder = db.get_one(Producer, code.producer_id).locator
        assert door.run(impact.impact_of_code, PRINCIPAL, locator=code.locator).policies == 1
        assert door.run(impact.impact, PRINCIPAL, locator=holder).policies == 1
        with pytest.raises(Conflict, match="A policy carries this code"):
            door.run(lifecycle.discard_code, PRINCIPAL, locator=code.locator)


@pytest.mark.criterion("CODE-10")
def test_a_code_of_a_past_segment_alone_is_kept(
    desk: Desk, door: Door, database: Database, code_of: Callable[[str], ProducerCode]
) -> None:
    second, third = code_of("HL-2"), code_of("HL-3")
    with database.read() as db:
        holder = db.get_one(Producer, second.producer_id).locator
    desk.issued(CHANGE, at(2026, 7, 1), asked(setProducerCode="HL-2"))
    desk.issued(CHANGE, at(2026, 8, 1), asked(setProducerCode="HL-1"))
    desk.draft(CHANGE, at(2026, 9, 1), asked(setProducerCode="HL-3"))
    assert door.run(impact.impact_of_code, PRINCIPAL, locator=second.locator).policies == 0

    why = "A policy once carried {}, as its ledger says, so that it cannot be discarded. It can be retired."
    with pytest.raises(Conflict) as refused:
        door.run(lifecycle.discard_code, PRINCIPAL, locator=second.locator)
    assert refused.value.sentence == why.format("this code")
    with pytest.raises(Conflict) as refused:
        door.run(lifecycle.discard_producer, PRINCIPAL, locator=holder)
    assert refused.value.sentence == why.format("a code of this producer")
    assert door.run(lifecycle.retire_code, PRINCIPAL, locator=second.locator).code == "HL-2"
    # A draft that was never issued holds nothing.
    assert door.run(lifecycle.discard_code, PRINCIPAL, locator=third.locator).code == "HL-3"


@pytest.mark.criterion("CODE-10")
def test_a_code_that_a_feed_named_once_is_kept_whatever_its_letters(
    desk: Desk,
    door: Door,
    clock: Clock,
    feed: MemoryFeed,
    sync: Callable[[], Any],
    code_of: Callable[[str], ProducerCode],
) -> None:
    names = ("É_1", "É%1", 'É"1')
    feed.export(FeedKind.PRODUCERS, *(producer(name, f"Producer {name}") for name in names))
    for name in (names[0], "HL-1"):
        clock.forward(minutes=1)
        feed.replace(FeedKind.POLICIES, policy(producer_code=name), at=clock.now)
        sync()
    assert [each[1] for each in desk.segments(date(2026, 6, 1))][-1] == "HL-1"
    desk.issued(CHANGE, at(2026, 12, 1), asked(setProducerCode=names[2]))
    desk.issued(CHANGE, at(2026, 12, 1), asked(setProducerCode="HL-1", setProducerCodeOfRecord="HL-1"))

    for name in (names[0], names[2]):
        with pytest.raises(Conflict, match="A policy"):
            door.run(lifecycle.discard_code, PRINCIPAL, locator=code_of(name).locator)
    assert door.run(lifecycle.discard_code, PRINCIPAL, locator=code_of(names[1]).locator).code == names[1]


@pytest.mark.criterion("LEDGER-46")
def test_whether_a_code_takes_effect_is_looked_at_each_minute_and_by_an_index(door: Door, database: Database) -> None:
    job = next(each for each in SCHEDULE if each.name == "change hands")
    trigger = job.when(door.settings)
    assert isinstance(trigger, IntervalTrigger)
    assert trigger.interval == timedelta(minutes=1)
    # A feed that takes an hour holds nobody up.
    assert [each.name for each in SCHEDULE if each.lane is job.lane] == [job.name]

    assert "ix_policy_codes_change_at" in plan_of(door, database)


def plan_of(door: Door, database: Database) -> str:
    """How the database looks for what is due."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Connection, _k: object, statement: str, parameters: Any, *_: object) -> None:
        if "codes_change_at" in statement:
            seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    assert door.run(to_change_hands, system("test"), count=100) == []
    event.remove(database.engine, "before_cursor_execute", note)
    [(statement, parameters)] = seen
    with database.read() as db:
        connection = db.connection()
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        else:
            # A table of no rows is read whole unless that is forbidden.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).all()
    return "\n".join(str(row) for row in rows)
