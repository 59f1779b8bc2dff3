"""What a refusal leaves behind: counts, locks, rows of the trail, a mail."""

import asyncio
from dataclasses import replace

import pytest

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import SessionEnd
from portal_app.models.identity import User
from portal_app.models.outbox import OutboxMessage
from portal_app.services.access import ANONYMOUS
from portal_app.services.door import Door, Tx
from portal_app.services.errors import SignInNeeded
from portal_app.services.identity import hashing, sessions, sign_in
from portal_app.services.identity.sign_in import Passed, Refused
from portal_app.services.ports import Mail, Ports
from tests.services.identity.conftest import PASSWORD, Person, anonymous, make_person
from tests.world import Clock, make_door

WRONG = "Wrong-Guess-77!?"


def actions(door: Door) -> list[str]:
    with door.database.read() as db:
        return [event.action for event in db.query(AuditEvent).order_by("id")]


def fail(person: Person, times: int, address: str = "192.0.2.1") -> None:
    for _ in range(times):
        assert person.give_password(WRONG, address) is Refused.WRONG


def set_password(person: Person, password: str) -> None:
    with person.door.database.write() as db:
        user = db.get(User, person.user_id)
        assert user is not None
        user.password_hash = hashing.make_here(password)


@pytest.mark.criterion("AUTH-08")
def test_failures_at_a_known_account_count_against_the_address_also_while_it_is_locked(person: Person) -> None:
    fail(person, 30, "192.0.2.7")
    assert person.give_password(address="192.0.2.7") is Refused.THROTTLED


@pytest.mark.criterion("AUTH-10")
def test_failures_lock_refusals_and_the_end_of_the_lock_are_audited(person: Person, door: Door, clock: Clock) -> None:
    fail(person, 5)
    assert person.give_password() is Refused.WRONG
    clock.forward(minutes=30)
    assert isinstance(person.give_password(), Passed)
    assert actions(door) == [
        *["sign_in.failed"] * 5,
        "user.locked",
        "sign_in.refused",
        "user.unlocked",
        "sign_in.password",
    ]


@pytest.mark.criterion("AUTH-07")
def test_after_a_lock_counting_begins_anew(person: Person, clock: Clock) -> None:
    fail(person, 5)
    clock.forward(minutes=30)
    fail(person, 4)
    assert person.row().locked_until is None
    assert isinstance(person.give_password(), Passed)


@pytest.mark.criterion("AUTH-07")
def test_codes_that_are_tried_during_a_lock_do_not_put_its_end_off(person: Person, clock: Clock) -> None:
    first = person.give_password()
    assert isinstance(first, Passed)
    fail(person, 5)
    locked_until = person.row().locked_until
    clock.forward(minutes=5)
    assert person.give_code(first, "000000") is Refused.CODE
    assert (person.row().locked_until, person.row().failed_attempts) == (locked_until, 5)


@pytest.mark.criterion("AUTH-06")
def test_whose_account_is_locked_is_told_by_mail_once(person: Person, door: Door, clock: Clock) -> None:
    class Post:
        def send(self, mail: Mail) -> None:
            raise AssertionError("a job delivers, and none runs here")

    person.door = make_door(door.database, door.settings.folder, clock, Ports(mailer=Post()))
    fail(person, 6)
    person.door.threads.shutdown()
    with door.database.read() as db:
        (message,) = db.query(OutboxMessage)
        assert message.payload is not None
        assert message.payload["recipient"] == person.email


@pytest.mark.criterion("AUTH-09")
def test_a_password_that_was_replaced_while_it_was_being_checked_is_refused(person: Person, door: Door) -> None:
    known = door.run(sign_in.credentials, anonymous(), email=person.email)
    assert isinstance(known, sign_in.Credentials)
    set_password(person, "Another-Lantern-43!")
    outcome = door.run(
        sign_in.settle_password,
        anonymous(),
        user_id=known.user_id,
        checked=known.password_hash,
        right=True,
        new_hash=None,
    )
    assert outcome is Refused.WRONG
    assert person.sessions() == []


@pytest.mark.criterion("AUTH-10")
def test_a_code_is_taken_only_after_the_password_and_only_once_enrolled(person: Person, newcomer: Person) -> None:
    half_way = newcomer.give_password()
    assert isinstance(half_way, Passed)
    for actor in (ANONYMOUS, replace(ANONYMOUS, user_id=person.user_id), newcomer.actor(half_way)):
        with pytest.raises(SignInNeeded):
            asyncio.run(sign_in.with_code(person.door, actor, code=person.code()))
    full = person.sign_in()
    with pytest.raises(SignInNeeded):
        person.give_code(full, person.code())


@pytest.mark.criterion("AUTH-10")
def test_an_email_address_may_be_typed_in_capitals_and_with_spaces_around_it(person: Person) -> None:
    person.email = " Maya@Agency.TEST "
    assert isinstance(person.give_password(), Passed)


@pytest.mark.criterion("AUTH-01")
@pytest.mark.parametrize("length", [128, 256])
def test_a_long_password_is_compared_whole_at_sign_in(person: Person, length: int) -> None:
    password = (PASSWORD * 13)[: length - 1]
    set_password(person, password + "A")
    assert person.give_password(password + "B") is Refused.WRONG
    assert isinstance(person.give_password(password + "A"), Passed)


@pytest.mark.criterion("AUTH-12")
def test_a_code_that_one_person_used_keeps_nobody_elses_from_counting(
    person: Person, door: Door, clock: Clock, password_hash: str
) -> None:
    other = make_person(door, clock, password_hash, "daniel@agency.test", enrolled=True)
    outcomes = []
    for each in (person, other, person):
        first = each.give_password()
        assert isinstance(first, Passed)
        outcomes.append(isinstance(each.give_code(first, each.code()), Passed))
    assert outcomes == [True, True, False]


@pytest.mark.criterion("AUTH-11")
def test_the_right_code_in_digits_of_another_script_is_wrong(person: Person) -> None:
    first = person.give_password()
    assert isinstance(first, Passed)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in person.code())
    assert person.give_code(first, wide) is Refused.CODE


@pytest.mark.criterion("AUTH-26")
def test_a_first_step_that_was_ended_leads_to_no_second_one(person: Person, door: Door) -> None:
    """Also where that happens between the look-up and the code."""
    first = person.give_password()
    assert isinstance(first, Passed)
    actor = person.actor(first)
    with door.database.write() as db:
        sessions.end_all(
            Tx(db, actor, door.clock(), door.settings, door.ports), person.user_id or 0, SessionEnd.REVOKED
        )
    with pytest.raises(SignInNeeded):
        door.run(sign_in.settle_code, actor, code=person.code())
    assert person.row().totp_last_step == 0, "the code was not used up"


@pytest.mark.criterion("AUTH-08")
def test_codes_that_are_tried_during_a_lock_count_against_the_address(person: Person) -> None:
    first = person.give_password()
    assert isinstance(first, Passed)
    fail(person, 5, "192.0.2.9")
    for _ in range(30):
        assert person.give_code(first, "000000") is Refused.CODE
    assert person.give_code(first, "000000") is Refused.THROTTLED
