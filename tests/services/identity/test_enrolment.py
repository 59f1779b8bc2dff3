import asyncio

import pyotp
import pytest

from portal_app.services.access import Gate, Permission, can
from portal_app.services.door import Door
from portal_app.services.errors import SignInNeeded
from portal_app.services.identity import enrolment
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
