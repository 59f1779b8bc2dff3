"""Guesses at one-time links: counted by address, and after too many of them no link of that address is looked at."""

import asyncio
from urllib.parse import urlsplit

import pytest

from portal_app.models.enums import Role
from portal_app.models.identity import AttemptCount
from portal_app.services.access import system
from portal_app.services.door import Door
from portal_app.services.errors import Invalid, NotFound, TooMany
from portal_app.services.identity import reset, set_up, throttle, users
from portal_app.services.identity.set_up import LinkState
from tests.services.identity.conftest import Person
from tests.services.identity.test_set_up import finish, token_of
from tests.world import Clock

CLI = system("test")
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.9"


def look(door: Door, token: str, address: str = HERE) -> LinkState:
    return asyncio.run(set_up.look(door, token=token, address=address))


def guess(door: Door, times: int = throttle.LIMIT, address: str = HERE) -> None:
    for number in range(times):
        with pytest.raises(NotFound):
            look(door, f"guess-{number}", address)


@pytest.fixture
def token(door: Door) -> str:
    return token_of(door.run(users.add, CLI, email="x@agency.test", name="X", role=Role.CSR).link)


@pytest.mark.criterion("AUTH-53")
def test_an_address_that_guesses_too_often_is_slowed_down_and_others_are_not(
    door: Door, token: str, clock: Clock
) -> None:
    guess(door)
    with pytest.raises(TooMany):
        look(door, "one-more")
    with pytest.raises(TooMany):
        look(door, token)
    with pytest.raises(TooMany):
        finish(door, token, address=HERE)
    assert look(door, token, ELSEWHERE).email == "x@agency.test"
    clock.forward(seconds=throttle.WINDOW.total_seconds())
    assert look(door, token).email == "x@agency.test"
    finish(door, token, address=HERE)


@pytest.mark.criterion("AUTH-53")
def test_a_network_of_ipv6_counts_as_one_address(door: Door, token: str) -> None:
    for number in range(throttle.LIMIT):
        guess(door, 1, f"2001:db8::{number:x}")
    with pytest.raises(TooMany):
        look(door, token, "2001:db8::ffff")
    assert look(door, token, "2001:db8:0:1::1").email == "x@agency.test"


@pytest.mark.criterion("AUTH-53")
def test_trying_to_set_a_password_counts_as_looking_does(door: Door) -> None:
    for _ in range(throttle.LIMIT):
        with pytest.raises(NotFound):
            finish(door, "guess")
    with pytest.raises(TooMany):
        look(door, "guess")


@pytest.mark.criterion("AUTH-53")
def test_links_for_another_password_are_counted_too(door: Door, person: Person) -> None:
    link = door.run(reset.link_for, CLI, who=person.email)
    assert urlsplit(link).path == "/reset"
    guess(door)
    with pytest.raises(TooMany):
        look(door, token_of(link))


@pytest.mark.criterion("AUTH-53")
def test_wrong_used_and_old_links_read_the_same(door: Door, token: str, clock: Clock) -> None:
    old = token_of(door.run(users.add, CLI, email="y@agency.test", name="Y", role=Role.CSR).link)
    finish(door, token)
    clock.forward(days=7)
    told = set()
    for each in (token, old, "never made", ""):
        for attempt in (look, finish):
            with pytest.raises(NotFound) as refused:
                attempt(door, each)
            told.add(refused.value.sentence)
    assert told == {set_up.VOID}


@pytest.mark.criterion("AUTH-53")
def test_a_link_that_works_costs_nothing_and_sign_ins_are_counted_apart(door: Door, token: str, person: Person) -> None:
    for _ in range(throttle.LIMIT + 1):
        look(door, token)
    with pytest.raises(Invalid):
        finish(door, token, password="short")
    with door.database.read() as db:
        assert db.query(AttemptCount).count() == 0
    guess(door)
    person.sign_in()
