"""Codes by text message: who gets one, how often, and what a wrong one costs."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import col

from portal_app.database import Database
from portal_app.models.identity import TextCode, User
from portal_app.models.outbox import OutboxMessage
from portal_app.services import texts as messages
from portal_app.services.access import system
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door, Tx
from portal_app.services.identity import enrolment, sign_in, text_codes
from portal_app.services.identity.sign_in import Passed, Refused
from portal_app.services.identity.text_codes import Unsent
from portal_app.services.ports import Ports
from tests.services.identity.conftest import Person, make_person
from tests.services.identity.texting import Texts
from tests.world import Clock, make_door

NUMBER = "+14015550123"


@pytest.fixture
def texts() -> Texts:
    return Texts()


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, texts: Texts) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, Ports(texts=texts))
    yield door
    door.threads.shutdown()


def at_the_door(person: Person) -> Passed:
    passed = person.give_password()
    assert isinstance(passed, Passed)
    return passed


@pytest.fixture
def texted(person: Person, door: Door) -> Person:
    """Somebody with an authenticator and a verified number."""
    with door.database.write() as db:
        user = db.get_one(User, person.user_id)
        user.phone, user.phone_verified_at = NUMBER, person.clock.now
    return person


def ask(person: Person, passed: Passed) -> Unsent | None:
    return person.door.run(sign_in.text_me, person.actor(passed))


@pytest.mark.criterion("AUTH-40")
@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("(401) 555-0123", "+14015550123"),
        ("401.555.0123", "+14015550123"),
        ("+44 7400 123456", "+447400123456"),
        ("555-0123", None),
        ("+1 401 555 0123 ext. 7", None),
        ("", None),
        ("call me", None),
        ("+999 1234567", None),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, number: str | None) -> None:
    assert text_codes.number_of(typed) == number


@pytest.mark.criterion("AUTH-40")
def test_a_newcomer_enrols_by_text_message(newcomer: Person, door: Door, texts: Texts) -> None:
    passed = at_the_door(newcomer)
    assert passed.next_page == "/enroll"
    door.run(enrolment.begin, newcomer.actor(passed))
    assert door.run(enrolment.text_me, newcomer.actor(passed), number="(401) 555-0123") is None
    assert texts.code(door)
    assert texts.sent[0].number == NUMBER

    done = asyncio.run(enrolment.confirm(door, newcomer.actor(passed), code=texts.code(door)))

    assert isinstance(done, Passed)
    assert newcomer.actor(done).enrolled
    row = newcomer.row()
    assert (row.phone, row.totp_enrolled_at) == (NUMBER, None)
    newcomer.clock.forward(minutes=1)
    again = at_the_door(newcomer)
    assert again.next_page == "/mfa"
    assert ask(newcomer, again) is None
    assert isinstance(newcomer.give_code(again, texts.code(door)), Passed)


@pytest.mark.criterion("AUTH-40")
def test_a_number_that_was_not_proved_is_no_second_factor(newcomer: Person, door: Door, texts: Texts) -> None:
    passed = at_the_door(newcomer)
    door.run(enrolment.begin, newcomer.actor(passed))
    door.run(enrolment.text_me, newcomer.actor(passed), number="(401) 555-0123")

    assert not newcomer.actor(passed).enrolled
    assert at_the_door(newcomer).next_page == "/enroll"
    assert door.run(enrolment.text_me, newcomer.actor(passed), number="nobody") is Unsent.NUMBER


@pytest.mark.criterion("AUTH-41")
def test_a_code_is_good_once_for_ten_minutes_and_for_its_attempt_alone(
    texted: Person, door: Door, texts: Texts, clock: Clock
) -> None:
    first, second = at_the_door(texted), at_the_door(texted)
    assert ask(texted, first) is None
    code = texts.code(door)
    assert texted.give_code(second, code) is Refused.CODE, "it is bound to the session that asked"
    assert isinstance(texted.give_code(first, code), Passed)

    clock.forward(minutes=1)
    third = at_the_door(texted)
    assert texted.give_code(third, code) is Refused.CODE
    assert ask(texted, third) is None
    code = texts.code(door)
    clock.forward(minutes=9, seconds=59)
    assert isinstance(texted.give_code(third, code), Passed)


@pytest.mark.criterion("AUTH-41")
def test_a_code_ends_after_ten_minutes(texted: Person, door: Door, texts: Texts, clock: Clock) -> None:
    passed = texted.sign_in()
    actor = texted.actor(passed)
    from portal_app.services.identity import confirm

    assert door.run(confirm.text_me, actor) is None
    code = texts.code(door)
    clock.forward(minutes=10)
    assert asyncio.run(confirm.again(door, actor, password="Tidewater-Lantern-42!", code=code)) is Refused.CODE


@pytest.mark.criterion("AUTH-41")
def test_a_newer_code_voids_the_older_one(texted: Person, door: Door, texts: Texts, clock: Clock) -> None:
    passed = at_the_door(texted)
    ask(texted, passed)
    old = texts.code(door)
    clock.forward(seconds=30)
    assert ask(texted, passed) is None
    new = texts.code(door)
    if old != new:
        assert texted.give_code(passed, old) is Refused.CODE
    assert isinstance(texted.give_code(passed, new), Passed)


@pytest.mark.criterion("AUTH-41")
def test_five_wrong_guesses_void_a_code(texted: Person, door: Door, texts: Texts) -> None:
    """Whatever the lock of the account does: it may be taken off in between."""
    passed = at_the_door(texted)
    ask(texted, passed)
    code = texts.code(door)
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        assert texted.give_code(passed, wrong) is Refused.CODE
        with door.database.write() as db:
            user = db.get_one(User, texted.user_id)
            user.failed_attempts, user.locked_until = 0, None
    assert texted.give_code(passed, code) is Refused.CODE


@pytest.mark.criterion("AUTH-41")
def test_wrong_codes_count_towards_the_lock(texted: Person, door: Door, texts: Texts) -> None:
    passed = at_the_door(texted)
    ask(texted, passed)
    code = texts.code(door)
    for _ in range(5):
        texted.give_code(passed, "000000" if code != "000000" else "000001")
    assert texted.row().locked_until is not None


@pytest.mark.criterion("AUTH-42")
def test_how_often_a_person_may_ask(texted: Person, door: Door, clock: Clock) -> None:
    passed = at_the_door(texted)
    assert ask(texted, passed) is None
    assert ask(texted, passed) is Unsent.TOO_SOON
    for _ in range(4):
        clock.forward(seconds=30)
        assert ask(texted, passed) is None
    clock.forward(seconds=30)
    assert ask(texted, passed) is Unsent.TOO_MANY
    clock.forward(minutes=58)
    assert ask(texted, at_the_door(texted)) is None


@pytest.mark.criterion("AUTH-42")
def test_how_often_a_number_and_the_agency_may_be_texted(
    texted: Person, door: Door, clock: Clock, password_hash: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_codes, "OF_A_USER", (100, text_codes.OF_A_USER[1]))
    monkeypatch.setattr(text_codes, "OF_A_NUMBER", (2, text_codes.OF_A_NUMBER[1]))
    monkeypatch.setattr(text_codes, "OF_THE_AGENCY", (3, text_codes.OF_THE_AGENCY[1]))
    for _ in range(2):
        assert ask(texted, at_the_door(texted)) is None
        clock.forward(minutes=1)
    assert ask(texted, at_the_door(texted)) is Unsent.TOO_MANY
    other = make_person(door, clock, password_hash, "other@agency.test", enrolled=False)
    stepping = other.actor(at_the_door(other))
    assert door.run(enrolment.text_me, stepping, number="(401) 555-0199") is None
    clock.forward(minutes=1)
    assert door.run(enrolment.text_me, stepping, number="(401) 555-0198") is Unsent.TOO_MANY


@pytest.mark.criterion("AUTH-42")
def test_the_authenticator_works_whatever_was_texted(texted: Person, door: Door) -> None:
    passed = at_the_door(texted)
    ask(texted, passed)
    assert door.run(sign_in.ways, texted.actor(passed)) == sign_in.Ways(authenticator=True, phone="••• 0123")
    assert isinstance(texted.give_code(passed, texted.code()), Passed)


@pytest.mark.criterion("AUTH-43")
def test_where_no_gateway_is_set_up_nothing_is_offered(texted: Person, door: Door) -> None:
    passed = at_the_door(texted)
    silent = replace(door, ports=Ports())
    assert silent.run(sign_in.ways, texted.actor(passed)) == sign_in.Ways(authenticator=True, phone="")
    assert silent.run(sign_in.text_me, texted.actor(passed)) is Unsent.NOT_SET_UP
    with door.database.read() as db:
        assert db.query(OutboxMessage).count() == 0


@pytest.mark.criterion("AUTH-43")
def test_neither_code_nor_number_is_kept_in_the_open(texted: Person, door: Door, texts: Texts) -> None:
    ask(texted, at_the_door(texted))
    with door.database.read() as db:
        sealed = db.query(OutboxMessage).one()
        kept = db.query(TextCode).one()
        code = texts.code(door)
        assert code.encode() not in bytes(kept.code_hash)
        assert NUMBER not in sealed.record_key
    with door.database.read() as db:
        assert db.query(OutboxMessage).one().payload is None


@pytest.mark.criterion("AUTH-43")
def test_a_code_that_could_not_leave_in_time_is_not_sent_late(texted: Person, door: Door, clock: Clock) -> None:
    ask(texted, at_the_door(texted))
    clock.now = datetime(2026, 11, 20, 15, 10, tzinfo=UTC)
    assert deliver_due(door, holder="test") == 0
    with door.database.read() as db:
        dead = db.query(OutboxMessage).filter(col(OutboxMessage.dead_at).is_not(None)).one()
        assert dead.last_error == "It came too late to be of use."


@pytest.mark.criterion("AUTH-62")
@pytest.mark.parametrize("anew", [False, True], ids=["the same attempt", "another attempt"])
def test_a_newer_code_takes_an_older_one_that_has_not_left_out_of_the_outbox(
    texted: Person, door: Door, texts: Texts, clock: Clock, anew: bool
) -> None:
    texts.kept = ""
    passed = at_the_door(texted)
    ask(texted, passed)
    assert deliver_due(door, holder="test") == 0
    clock.forward(seconds=29)
    texts.kept = None
    clock.forward(seconds=1)
    passed = at_the_door(texted) if anew else passed
    assert ask(texted, passed) is None
    with door.database.read() as db:
        assert db.query(OutboxMessage).count() == 1, "the older one is erased"
    code = texts.code(door)
    assert len(texts.sent) == 1
    assert isinstance(texted.give_code(passed, code), Passed)


@pytest.mark.criterion("AUTH-62")
def test_a_code_waits_for_no_other_message_to_the_number(texted: Person, door: Door, texts: Texts) -> None:
    texts.kept = "Something else"
    with door.database.write() as db:
        tx = Tx(db, system("test"), door.clock(), door.settings, door.ports)
        messages.send(tx, number=NUMBER, text="Something else")
        messages.send(tx, number=NUMBER, text="A word that keeps its place")
    passed = at_the_door(texted)
    ask(texted, passed)
    assert isinstance(texted.give_code(passed, texts.code(door)), Passed)
    assert len(texts.sent) == 1, "other messages keep their order"


@pytest.mark.criterion("AUTH-62")
def test_codes_of_two_people_leave_each_other_alone(
    texted: Person, door: Door, texts: Texts, clock: Clock, password_hash: str
) -> None:
    """Though they share a telephone."""
    other = make_person(door, clock, password_hash, "other@agency.test", enrolled=False)
    ask(texted, at_the_door(texted))
    assert door.run(enrolment.text_me, other.actor(at_the_door(other)), number=NUMBER) is None
    assert deliver_due(door, holder="test") == 2
