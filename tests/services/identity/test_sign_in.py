import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import SessionEnd
from portal_app.models.identity import User
from portal_app.services.access import Actor, system
from portal_app.services.door import Door
from portal_app.services.identity import hashing, sign_in, users
from portal_app.services.identity.sign_in import Passed, Refused
from tests.services.identity.conftest import PASSWORD, Person, anonymous
from tests.world import Clock

pytestmark = pytest.mark.filterwarnings("error")


def actions(door: Door) -> list[str]:
    with door.database.read() as db:
        return [event.action for event in db.query(AuditEvent).order_by("id")]


def fail(person: Person, times: int, address: str = "192.0.2.1") -> None:
    for _ in range(times):
        assert person.give_password("Wrong-Guess-77!?", address) is Refused.WRONG


@pytest.mark.criterion("AUTH-10")
def test_password_then_code_opens_a_full_session(person: Person, door: Door) -> None:
    first = person.give_password()
    assert isinstance(first, Passed)
    assert first.next_page == "/mfa"
    second = person.give_code(first, person.code())
    assert isinstance(second, Passed)
    assert second.token != first.token
    assert person.resolve(first) is SessionEnd.ADVANCED
    assert person.actor(second).email == "maya@agency.test"
    assert actions(door) == ["sign_in.password", "sign_in.completed"]


@pytest.mark.criterion("AUTH-05")
def test_unknown_locked_disabled_and_wrong_answer_alike(
    person: Person, newcomer: Person, door: Door, clock: Clock
) -> None:
    with door.database.write() as db:
        user = db.get(User, newcomer.user_id)
        assert user is not None
        user.disabled_at = clock.now
    unknown = asyncio.run(
        sign_in.with_password(door, email="nobody@agency.test", password=PASSWORD, address="192.0.2.1")
    )
    fail(person, 5)
    assert {unknown, newcomer.give_password(), person.give_password("Wrong-Guess-77!?")} == {Refused.WRONG}


@pytest.mark.criterion("AUTH-05")
def test_an_unknown_address_costs_the_same_hashing(door: Door, person: Person) -> None:
    def seconds(email: str) -> float:
        best = 9.0
        for _ in range(5):
            start = time.process_time()
            asyncio.run(sign_in.with_password(door, email=email, password="Wrong-Guess-77!?", address="192.0.2.9"))
            best = min(best, time.process_time() - start)
        return best

    known, unknown = seconds(person.email), seconds("nobody@agency.test")
    assert unknown > known / 2


@pytest.mark.criterion("AUTH-06")
def test_the_fifth_failure_in_a_row_locks(person: Person, door: Door) -> None:
    fail(person, 4)
    assert person.row().locked_until is None
    fail(person, 1)
    assert person.row().locked_until is not None
    assert "user.locked" in actions(door)


@pytest.mark.criterion("AUTH-06")
def test_a_whole_sign_in_forgets_the_failures_but_a_password_alone_does_not(person: Person) -> None:
    fail(person, 4)
    first = person.give_password()
    assert person.row().failed_attempts == 4
    assert isinstance(first, Passed)
    assert isinstance(person.give_code(first, person.code()), Passed)
    assert person.row().failed_attempts == 0


@pytest.mark.criterion("AUTH-06")
@pytest.mark.both_databases
def test_parallel_failures_all_count(person: Person) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: person.give_password("Wrong-Guess-77!?"), range(4)))
    assert person.row().failed_attempts == 4
    assert person.row().locked_until is None


@pytest.mark.criterion("AUTH-07")
def test_a_lock_ends_after_thirty_minutes_and_not_a_second_before(person: Person, clock: Clock) -> None:
    fail(person, 5)
    clock.forward(minutes=29, seconds=59)
    assert person.give_password() is Refused.WRONG
    clock.forward(seconds=1)
    assert isinstance(person.give_password(), Passed)


@pytest.mark.criterion("AUTH-07")
def test_an_administrators_unlock_is_audited(person: Person, door: Door) -> None:
    fail(person, 5)
    door.run(users.unlock, system("test"), who=person.email)
    assert actions(door)[-1] == "user.unlocked"
    assert isinstance(person.give_password(), Passed)


@pytest.mark.criterion("AUTH-08")
def test_a_lock_leaves_open_sessions_alone(person: Person) -> None:
    full = person.sign_in()
    fail(person, 5)
    assert isinstance(person.resolve(full), Actor)


@pytest.mark.criterion("AUTH-08")
def test_one_address_is_slowed_down_before_any_lock_is_looked_at(person: Person, clock: Clock) -> None:
    for _ in range(30):
        asyncio.run(
            sign_in.with_password(
                person.door, email="nobody@agency.test", password="Wrong-Guess-77!?", address="192.0.2.7"
            )
        )
    assert person.give_password(address="192.0.2.7") is Refused.THROTTLED
    assert isinstance(person.give_password(address="192.0.2.8"), Passed)
    clock.forward(minutes=15)
    assert isinstance(person.give_password(address="192.0.2.7"), Passed)


@pytest.mark.criterion("AUTH-08")
def test_the_code_is_slowed_down_as_the_password_is(person: Person, clock: Clock) -> None:
    passed = person.give_password()
    assert isinstance(passed, Passed)
    for _ in range(30):
        asyncio.run(
            sign_in.with_password(
                person.door, email="nobody@agency.test", password="Wrong-Guess-77!?", address="192.0.2.1"
            )
        )
    assert person.give_code(passed, person.code()) is Refused.THROTTLED
    assert person.row().failed_attempts == 0
    elsewhere = replace(person.actor(passed), address="192.0.2.8")
    assert isinstance(asyncio.run(sign_in.with_code(person.door, elsewhere, code=person.code())), Passed)


@pytest.mark.criterion("AUTH-08")
def test_an_ipv6_network_counts_as_one_address(person: Person) -> None:
    for number in range(30):
        asyncio.run(
            sign_in.with_password(
                person.door,
                email="nobody@agency.test",
                password="Wrong-Guess-77!?",
                address=f"2001:db8::{number + 1:x}",
            )
        )
    assert person.give_password(address="2001:db8::ffff") is Refused.THROTTLED


@pytest.mark.criterion("AUTH-09")
def test_the_right_password_reveals_nothing_while_locked(person: Person) -> None:
    fail(person, 5)
    before = person.row()
    assert person.give_password() is Refused.WRONG
    assert person.row().locked_until == before.locked_until
    assert person.sessions() == []


@pytest.mark.criterion("AUTH-09")
def test_a_password_that_was_being_checked_when_the_lock_fell_is_refused(person: Person, door: Door) -> None:
    known = door.run(sign_in.credentials, anonymous(), email=person.email)
    fail(person, 5)
    assert isinstance(known, sign_in.Credentials)
    outcome = door.run(
        sign_in.settle_password,
        anonymous(),
        user_id=known.user_id,
        checked=known.password_hash,
        right=True,
        new_hash=None,
    )
    assert outcome is Refused.WRONG


@pytest.mark.criterion("AUTH-11")
@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_may_be_one_step_off(person: Person, steps: int, right: bool) -> None:
    first = person.give_password()
    assert isinstance(first, Passed)
    assert isinstance(person.give_code(first, person.code(steps)), Passed) is right


@pytest.mark.criterion("AUTH-12")
def test_codes_a_b_a_and_the_last_fails(person: Person, clock: Clock) -> None:
    outcomes = []
    a, b = person.code(), person.code(1)
    for code in (a, b, a):
        first = person.give_password()
        assert isinstance(first, Passed)
        outcomes.append(isinstance(person.give_code(first, code), Passed))
    assert outcomes == [True, True, False]


@pytest.mark.criterion("AUTH-12")
@pytest.mark.both_databases
def test_of_two_uses_of_one_code_at_one_moment_one_wins(person: Person) -> None:
    firsts = [person.give_password(), person.give_password()]
    code = person.code()
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda first: person.give_code(first, code), firsts))
    assert sorted(isinstance(each, Passed) for each in outcomes) == [False, True]


@pytest.mark.criterion("AUTH-13")
def test_wrong_codes_count_towards_the_lock(person: Person) -> None:
    first = person.give_password()
    assert isinstance(first, Passed)
    for _ in range(5):
        assert person.give_code(first, "000000") is Refused.CODE
    assert person.row().locked_until is not None
    assert person.give_code(first, person.code()) is Refused.CODE


@pytest.mark.criterion("AUTH-11")
@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34 5", "\x00" * 6])
def test_what_is_not_six_digits_is_a_wrong_code(person: Person, code: str) -> None:
    first = person.give_password()
    assert isinstance(first, Passed)
    assert person.give_code(first, code) is Refused.CODE


@pytest.mark.criterion("AUTH-04")
def test_an_outdated_hash_is_made_anew_at_sign_in(person: Person, door: Door) -> None:
    from argon2 import PasswordHasher

    with door.database.write() as db:
        user = db.get(User, person.user_id)
        assert user is not None
        user.password_hash = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    assert isinstance(person.give_password(), Passed)
    assert not hashing.is_outdated(person.row().password_hash or "")


@pytest.mark.criterion("AUTH-04")
def test_hashing_holds_up_neither_the_loop_nor_more_threads_than_processors() -> None:
    async def longest_wait() -> float:
        work = [asyncio.create_task(hashing.make(PASSWORD)) for _ in range(12)]
        longest = 0.0
        while not all(task.done() for task in work):
            before = time.perf_counter()
            await asyncio.sleep(0)
            longest = max(longest, time.perf_counter() - before)
            await asyncio.sleep(0.001)
        return longest

    asyncio.run(longest_wait())
    assert hashing._threads._max_workers <= max(1, __import__("os").cpu_count() or 1)
    assert all(thread.name.startswith("argon2") for thread in hashing._threads._threads)
