"""What moves a session's limits and what ends it: its own use, its own person, and nobody else's."""

import asyncio
from datetime import timedelta

import pytest

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Grant, Role, SessionEnd
from portal_app.models.identity import UserGrant
from portal_app.services.access import ANONYMOUS, Actor, system
from portal_app.services.door import Door
from portal_app.services.identity import sessions
from portal_app.services.identity.sign_in import Passed
from tests.services.identity.conftest import Person, change_role, make_person
from tests.world import Clock, make_door


@pytest.fixture
def other(door: Door, clock: Clock, password_hash: str) -> Person:
    return make_person(door, clock, password_hash, "daniel@agency.test", enrolled=True)


def hash_of(passed: Passed) -> bytes:
    return sessions.hash_of(passed.token)


def over(person: Person, *hashes: bytes) -> dict[bytes, SessionEnd | None]:
    return asyncio.run(sessions.watched(person.door, token_hashes=frozenset(hashes))).ended


@pytest.mark.criterion("AUTH-23")
def test_ones_own_work_keeps_nobody_elses_session_awake(person: Person, other: Person, clock: Clock) -> None:
    mine, theirs = person.sign_in(), other.sign_in()
    clock.forward(minutes=20)
    assert isinstance(person.resolve(mine), Actor)
    clock.forward(minutes=10)
    assert isinstance(person.resolve(mine), Actor)
    assert other.resolve(theirs) is SessionEnd.IDLE


@pytest.mark.criterion("AUTH-23")
def test_a_session_that_has_run_out_is_not_brought_back_by_a_late_sign_of_use(person: Person, clock: Clock) -> None:
    full = person.sign_in()
    clock.forward(minutes=30)
    person.door.run(sessions.touch, ANONYMOUS, token_hashes=frozenset({hash_of(full)}))
    assert person.resolve(full, passive=True) is SessionEnd.IDLE


@pytest.mark.criterion("AUTH-23")
def test_use_is_written_down_every_fifteen_seconds_and_not_more_often(person: Person, clock: Clock) -> None:
    full = person.sign_in()
    signed_in = clock.now - timedelta(seconds=30)
    clock.now = signed_in + timedelta(seconds=14)
    person.resolve(full)
    assert person.sessions()[-1].last_seen_at == signed_in
    clock.forward(seconds=1)
    person.resolve(full)
    assert person.sessions()[-1].last_seen_at == clock.now


@pytest.mark.criterion("AUTH-10")
def test_a_password_alone_waits_ten_minutes_for_the_code(person: Person, clock: Clock) -> None:
    first = person.give_password()
    assert isinstance(first, Passed)
    clock.forward(minutes=9, seconds=59)
    assert isinstance(person.resolve(first), Actor)
    clock.forward(seconds=1)
    assert person.resolve(first) is SessionEnd.ABSOLUTE


@pytest.mark.criterion("AUTH-29")
def test_grants_are_looked_up_each_time(person: Person, door: Door) -> None:
    full = person.sign_in()
    assert person.actor(full).grants == frozenset()
    with door.database.write() as db:
        grant = UserGrant(user_id=person.user_id, granted=Grant.DOWNLINE, granted_by="test", granted_at=door.clock())
        db.add(grant)
    assert person.actor(full).grants == {Grant.DOWNLINE}
    with door.database.write() as db:
        db.query(UserGrant).delete()
    assert person.actor(full).grants == frozenset()


@pytest.mark.criterion("AUTH-25")
def test_of_many_open_sessions_those_that_are_over_are_named_and_the_living_are_not(
    person: Person, other: Person
) -> None:
    first, theirs = person.sign_in(), other.sign_in()
    second = person.sign_in()
    unknown = [number.to_bytes(32, "big") for number in range(600)]
    found = over(person, hash_of(first), hash_of(second), hash_of(theirs), *unknown)
    assert found == {hash_of(first): SessionEnd.REPLACED} | dict.fromkeys(unknown)
    living = over(person, hash_of(second), hash_of(theirs))
    assert living == {}


@pytest.mark.criterion("AUTH-25")
def test_a_sign_in_ends_ones_own_sessions_and_nobody_elses(person: Person, other: Person) -> None:
    theirs = other.sign_in()
    person.sign_in()
    assert isinstance(other.resolve(theirs), Actor)


@pytest.mark.criterion("AUTH-25")
def test_a_sign_in_leaves_another_on_its_way_alone(person: Person) -> None:
    on_its_way = person.give_password()
    assert isinstance(on_its_way, Passed)
    person.sign_in()
    assert isinstance(person.resolve(on_its_way), Actor)


@pytest.mark.criterion("AUTH-26")
def test_a_change_of_role_ends_that_persons_sessions_alone_and_keeps_earlier_reasons(
    person: Person, other: Person, door: Door
) -> None:
    theirs, replaced, full = other.sign_in(), person.sign_in(), person.sign_in()
    change_role(door, system("test"), person.email, Role.CSR)
    assert isinstance(other.resolve(theirs), Actor)
    assert person.resolve(replaced) is SessionEnd.REPLACED
    assert person.resolve(full) is SessionEnd.ROLE_CHANGED


@pytest.mark.criterion("AUTH-27")
def test_signing_out_ends_one_session_and_is_audited_once(person: Person, door: Door, clock: Clock) -> None:
    person.door = make_door(door.database, door.settings.folder, clock, concurrent_sessions=True)
    kept, left = person.sign_in(), person.sign_in()
    actor = person.actor(left)
    for _ in range(2):
        door.run(sessions.sign_out, actor)
    assert isinstance(person.resolve(kept), Actor)
    assert person.resolve(left) is SessionEnd.SIGNED_OUT
    person.door.threads.shutdown()
    with door.database.read() as db:
        assert [each.action for each in db.query(AuditEvent)].count("session.signed_out") == 1


@pytest.mark.criterion("AUTH-25")
def test_only_what_is_open_is_replaced_or_told(person: Person, door: Door, clock: Clock) -> None:
    left = person.sign_in()
    door.run(sessions.sign_out, person.actor(left))
    person.sign_in()
    assert person.resolve(left) is SessionEnd.SIGNED_OUT
