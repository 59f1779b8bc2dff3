"""Whose book a policy is in: the producer code in force decides, not one that takes effect later."""

from collections.abc import Callable

import pytest

from portal_app.database import Database
from portal_app.models.enums import Role
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, NotFound
from portal_app.services.ledger import reading
from portal_app.services.producers import impact, lifecycle
from portal_app.services.sync import bulk
from portal_app.services.sync.rebuilding import roll_over_all
from tests.services.ledger.conftest import CHANGE, PRINCIPAL, RENEWAL, Desk, asked, at, check_rebuild
from tests.services.sync.test_policies import Stored
from tests.world import Clock, actor


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


@pytest.mark.criterion("LEDGER-45")
def test_a_policy_changes_hands_when_the_code_takes_effect(
    desk: Desk, door: Door, clock: Clock, database: Database, stored: Stored, code_of: Callable[[str], ProducerCode]
) -> None:
    now, then, later = clock.now, at(2026, 12, 24), at(2027, 1, 24)
    assert now < then
    first, second, third = map(code_of, ("HL-1", "HL-2", "HL-3"))
    desk.issued(CHANGE, then, asked(setProducerCode="HL-2"))
    desk.issued(CHANGE, later, asked(setProducerCode="HL-3"))
    check_rebuild(database, door)
    assert stored(bulk.POLICY)[0]["codes_change_at"] == then
    assert [sees(door, desk, each) for each in (first, second, third)] == [True, False, False]

    clock.forward(days=(then - now).days + 1)
    assert roll_over_all(door) == 1
    assert roll_over_all(door) == 0
    check_rebuild(database, door)
    assert [sees(door, desk, each) for each in (first, second, third)] == [False, True, False]
    assert desk.codes(clock.now)[0] == "HL-2"

    clock.forward(days=40)
    assert roll_over_all(door) == 1
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
