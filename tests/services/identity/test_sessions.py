import asyncio

import pytest

from portal_app.models.enums import Role, SessionEnd
from portal_app.services.access import Actor, system
from portal_app.services.door import Door
from portal_app.services.identity import sessions, users
from tests.services.identity.conftest import Person, change_role
from tests.world import Clock, make_door


@pytest.mark.criterion("AUTH-23")
def test_thirty_idle_minutes_end_a_session(person: Person, clock: Clock) -> None:
    full = person.sign_in()
    person.resolve(full)
    clock.forward(minutes=29, seconds=59)
    assert isinstance(person.resolve(full, passive=True), Actor)
    clock.forward(seconds=1)
    assert person.resolve(full) is SessionEnd.IDLE


@pytest.mark.criterion("AUTH-23")
def test_work_extends_a_session_and_what_the_page_sends_by_itself_does_not(person: Person, clock: Clock) -> None:
    worked, polled = person.sign_in(), None
    for _ in range(4):
        clock.forward(minutes=20)
        assert isinstance(person.resolve(worked), Actor)
    polled = worked
    clock.forward(minutes=20)
    assert isinstance(person.resolve(polled, passive=True), Actor)
    clock.forward(minutes=10)
    assert person.resolve(polled, passive=True) is SessionEnd.IDLE


@pytest.mark.criterion("AUTH-24")
def test_eight_hours_end_a_session_however_busy(person: Person, clock: Clock) -> None:
    full = person.sign_in()
    clock.forward(seconds=-30)
    for _ in range(24):
        assert isinstance(person.resolve(full), Actor)
        clock.forward(minutes=20)
    assert person.resolve(full) is SessionEnd.ABSOLUTE


@pytest.mark.criterion("AUTH-25")
def test_a_second_sign_in_ends_the_first_and_the_first_is_told(person: Person) -> None:
    first = person.sign_in()
    second = person.sign_in()
    assert person.resolve(first) is SessionEnd.REPLACED
    assert isinstance(person.resolve(second), Actor)
    token_hash = sessions.hash_of(first.token)
    ended = asyncio.run(sessions.watched(person.door, token_hashes=frozenset({token_hash}))).ended
    assert list(ended.values()) == [SessionEnd.REPLACED]


@pytest.mark.criterion("AUTH-52")
def test_a_session_is_said_to_end_soon_two_minutes_before(person: Person, clock: Clock) -> None:
    full = person.sign_in()
    clock.forward(seconds=-30)
    token_hash = sessions.hash_of(full.token)

    def soon() -> bool:
        return token_hash in asyncio.run(sessions.watched(person.door, token_hashes=frozenset({token_hash}))).idle_soon

    clock.forward(minutes=27, seconds=59)
    assert not soon()
    clock.forward(seconds=1)
    assert soon()
    assert isinstance(person.resolve(full), Actor)
    assert not soon(), "it was used again"
    clock.forward(minutes=30)
    assert not soon(), "it is over"


@pytest.mark.criterion("AUTH-25")
def test_a_setting_allows_both_and_the_first_is_told(person: Person, clock: Clock, door: Door) -> None:
    person.door = make_door(door.database, door.settings.data_dir, clock, concurrent_sessions=True)
    first, second = person.sign_in(), person.sign_in()
    assert isinstance(person.resolve(second), Actor)
    told = person.door.run(sessions.take_notice, person.actor(first))
    assert "192.0.2.1" in told
    assert person.door.run(sessions.take_notice, person.actor(first)) == ""
    person.door.threads.shutdown()


@pytest.mark.criterion("AUTH-26")
def test_a_change_of_role_ends_the_sessions(person: Person, door: Door) -> None:
    full = person.sign_in()
    change_role(door, system("test"), person.email, Role.CSR)
    assert person.resolve(full) is SessionEnd.ROLE_CHANGED


@pytest.mark.criterion("AUTH-29")
def test_role_and_person_are_looked_up_each_time(person: Person, door: Door) -> None:
    full = person.sign_in()
    with door.database.write() as db:
        user = db.get(users.User, person.user_id)
        assert user is not None
        user.role = Role.READ_ONLY
    assert person.actor(full).role is Role.READ_ONLY
    with door.database.write() as db:
        user = db.get(users.User, person.user_id)
        assert user is not None
        user.disabled_at = door.clock()
    assert person.resolve(full) is SessionEnd.REVOKED


@pytest.mark.criterion("AUTH-27")
def test_sign_out_ends_the_session_once(person: Person, door: Door) -> None:
    full = person.sign_in()
    door.run(sessions.sign_out, person.actor(full))
    assert person.resolve(full) is SessionEnd.SIGNED_OUT


@pytest.mark.criterion("AUTH-26")
def test_the_table_never_holds_the_cookie(person: Person) -> None:
    full = person.sign_in()
    kept = {row.token_hash for row in person.sessions()}
    assert sessions.hash_of(full.token) in kept
    assert full.token.encode() not in b"".join(kept)


def test_an_unknown_token_is_nobody(person: Person) -> None:
    assert person.resolve(type("Passed", (), {"token": "made-up"})()) is None  # type: ignore[arg-type]
