import asyncio

import pyotp
import pytest

from portal_app.models.audit import AuditEvent
from portal_app.services.access import Gate, Permission, can
from portal_app.services.door import Door, Tx
from portal_app.services.errors import SignInNeeded
from portal_app.services.identity import enrolment, throttle
from portal_app.services.identity.enrolment import NotEnrolled
from portal_app.services.identity.sign_in import Passed
from tests.services.identity.conftest import Person
from tests.world import Clock


def begin(newcomer: Person, door: Door) -> tuple[Passed, str]:
    first = newcomer.give_password()
    assert isinstance(first, Passed)
    assert first.next_page == "/enroll"
    shown = door.run(enrolment.begin, newcomer.actor(first))
    assert shown.qr_svg_data_uri.startswith("data:image/svg+xml")
    return first, shown.secret.replace(" ", "")


def confirm(newcomer: Person, first: Passed, code: str) -> Passed | NotEnrolled:
    return asyncio.run(enrolment.confirm(newcomer.door, newcomer.actor(first), code=code))


@pytest.mark.criterion("AUTH-16")
def test_the_first_sign_in_leads_to_enrolment_and_a_right_code_ends_it(
    newcomer: Person, door: Door, clock: Clock
) -> None:
    first, secret = begin(newcomer, door)
    full = confirm(newcomer, first, pyotp.TOTP(secret).at(clock.now))
    assert isinstance(full, Passed)
    assert newcomer.actor(full).enrolled


@pytest.mark.criterion("AUTH-16")
def test_nothing_but_enrolment_is_open_before_it_is_done(newcomer: Person, door: Door) -> None:
    first, _ = begin(newcomer, door)
    actor = newcomer.actor(first)
    allowed = {each for each in [*Permission, *Gate] if can(actor, each)}
    assert allowed == {Gate.PUBLIC, Gate.ENROLLING}


@pytest.mark.criterion("AUTH-16")
def test_the_secret_stays_the_same_until_it_is_confirmed(newcomer: Person, door: Door) -> None:
    first, secret = begin(newcomer, door)
    assert door.run(enrolment.begin, newcomer.actor(first)).secret.replace(" ", "") == secret


@pytest.mark.criterion("AUTH-16")
def test_who_is_enrolled_cannot_enrol_again_by_password_alone(person: Person, door: Door) -> None:
    first = person.give_password()
    assert isinstance(first, Passed)
    with pytest.raises(SignInNeeded):
        door.run(enrolment.begin, person.actor(first))


@pytest.mark.criterion("AUTH-14")
def test_a_phone_with_a_wrong_clock_is_told_so(newcomer: Person, door: Door, clock: Clock) -> None:
    first, secret = begin(newcomer, door)
    assert confirm(newcomer, first, pyotp.TOTP(secret).at(clock.now, counter_offset=10)) is NotEnrolled.CLOCK
    assert confirm(newcomer, first, "000000") is NotEnrolled.WRONG_CODE
    assert newcomer.row().failed_attempts == 2


@pytest.mark.criterion("AUTH-16")
def test_who_is_enrolled_cannot_confirm_again_by_password_alone(person: Person) -> None:
    first = person.give_password()
    assert isinstance(first, Passed)
    with pytest.raises(SignInNeeded):
        confirm(person, first, person.code())


@pytest.mark.criterion("AUTH-16")
def test_a_code_before_any_secret_was_shown_is_wrong(newcomer: Person) -> None:
    first = newcomer.give_password()
    assert isinstance(first, Passed)
    assert confirm(newcomer, first, "000000") is NotEnrolled.WRONG_CODE


@pytest.mark.criterion("AUTH-13")
def test_wrong_codes_at_enrolment_lock_and_a_lock_keeps_the_right_code_out(
    newcomer: Person, door: Door, clock: Clock
) -> None:
    first, secret = begin(newcomer, door)
    for _ in range(5):
        confirm(newcomer, first, "000000")
    assert newcomer.row().locked_until is not None
    assert confirm(newcomer, first, pyotp.TOTP(secret).at(clock.now)) is NotEnrolled.WRONG_CODE
    assert newcomer.row().totp_enrolled_at is None


@pytest.mark.criterion("AUTH-08")
def test_codes_at_enrolment_are_slowed_down_by_address(newcomer: Person, door: Door, clock: Clock) -> None:
    first, secret = begin(newcomer, door)
    with door.database.write() as db:
        tx = Tx(db, newcomer.actor(first), clock.now, door.settings, door.ports)
        for _ in range(throttle.LIMIT):
            throttle.count_failure(tx, "192.0.2.1")
    assert confirm(newcomer, first, pyotp.TOTP(secret).at(clock.now)) is NotEnrolled.THROTTLED
    assert newcomer.row().totp_enrolled_at is None


@pytest.mark.criterion("AUTH-10")
def test_a_code_may_be_typed_in_groups_and_enrolment_is_audited(newcomer: Person, door: Door, clock: Clock) -> None:
    first, secret = begin(newcomer, door)
    code = pyotp.TOTP(secret).at(clock.now)
    assert isinstance(confirm(newcomer, first, f" {code[:3]} {code[3:]}"), Passed)
    with door.database.read() as db:
        assert "mfa.enrolled" in [event.action for event in db.query(AuditEvent)]


@pytest.mark.criterion("AUTH-14")
def test_a_code_of_another_hour_is_simply_wrong(newcomer: Person, door: Door, clock: Clock) -> None:
    first, secret = begin(newcomer, door)
    later = pyotp.TOTP(secret).at(clock.now, counter_offset=40)
    assert confirm(newcomer, first, later) is NotEnrolled.WRONG_CODE
