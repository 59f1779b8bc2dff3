"""A forgotten password: asked for by anybody, answered to its owner alone."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from portal_app.database import Database
from portal_app.models.enums import SessionEnd
from portal_app.models.identity import SetUpLink, User
from portal_app.models.outbox import OutboxMessage
from portal_app.services.access import ANONYMOUS, system
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.errors import NotFound
from portal_app.services.identity import reset, set_up
from portal_app.services.identity.sign_in import Passed, Refused
from portal_app.services.ports import Ports
from tests.services.identity.conftest import Person, anonymous
from tests.services.identity.texting import Letters
from tests.world import Clock, make_door

NEW_PASSWORD = "Quiet-Orchard-Ledger-77"


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, letters: Letters) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, Ports(mailer=letters))
    yield door
    door.threads.shutdown()


def deliver(door: Door) -> None:
    while deliver_due(door, holder="test"):
        pass


def token_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["token"][0]


def asked_for(door: Door, letters: Letters, email: str) -> str:
    assert door.run(reset.ask, anonymous(), email=email)
    deliver(door)
    found = re.search(r"http\S+", letters.sent[-1].text)
    assert found is not None
    return found.group()


def finish(door: Door, link: str, password: str = NEW_PASSWORD) -> None:
    given = {"token": token_of(link), "email": "", "name": "", "password": password}
    asyncio.run(set_up.finish(door, **given, address="192.0.2.1"))


@pytest.mark.criterion("AUTH-50")
def test_a_link_by_mail_sets_another_password(person: Person, door: Door, letters: Letters) -> None:
    session = person.sign_in()
    link = asked_for(door, letters, " MAYA@agency.test ")
    assert link.startswith(f"{door.settings.origin}/reset?token="), "the configured address, and no other"
    assert letters.sent[-1].recipient == "maya@agency.test"

    finish(door, link)

    assert person.resolve(session) is SessionEnd.REVOKED
    assert person.give_password() is Refused.WRONG
    passed = person.give_password(NEW_PASSWORD)
    assert isinstance(passed, Passed)
    assert passed.next_page == "/mfa", "it neither signs in nor takes the place of the code"
    deliver(door)
    assert letters.sent[-1].subject == "Your portal password was changed"
    with pytest.raises(NotFound):
        finish(door, link)


@pytest.mark.criterion("AUTH-50")
def test_a_link_lasts_an_hour_and_a_newer_one_voids_it(
    person: Person, door: Door, letters: Letters, clock: Clock
) -> None:
    first = asked_for(door, letters, "maya@agency.test")
    second = asked_for(door, letters, "maya@agency.test")
    with pytest.raises(NotFound):
        finish(door, first)
    clock.forward(minutes=60)
    with pytest.raises(NotFound):
        finish(door, second)
    third = asked_for(door, letters, "maya@agency.test")
    clock.forward(minutes=59, seconds=59)
    finish(door, third)
    with door.database.read() as db:
        assert all(token_of(third).encode() not in bytes(link.token_hash) for link in db.query(SetUpLink))


@pytest.mark.criterion("AUTH-51")
def test_the_answer_is_the_same_for_everybody(person: Person, newcomer: Person, door: Door, letters: Letters) -> None:
    """For an address that nobody has, of somebody disabled, and of somebody who never set a password."""
    with door.database.write() as db:
        db.get_one(User, person.user_id).disabled_at = person.clock.now
        db.get_one(User, newcomer.user_id).password_hash = None
    for email in ("nobody@agency.test", "maya@agency.test", "new@agency.test", "no address"):
        assert door.run(reset.ask, anonymous(), email=email)
    with door.database.read() as db:
        assert [message.topic for message in db.query(OutboxMessage)] == ["reset"] * 4, "looked up later, by the worker"
        assert not any("@" in message.record_key for message in db.query(OutboxMessage))
    deliver(door)
    assert letters.sent == []


@pytest.mark.criterion("AUTH-51")
def test_how_often_a_link_may_be_asked_for(person: Person, door: Door, letters: Letters, clock: Clock) -> None:
    for number in range(5):
        assert door.run(reset.ask, anonymous(f"198.51.100.{number}"), email="maya@agency.test")
    deliver(door)
    assert len(letters.sent) == 3
    for number in range(10):
        assert door.run(reset.ask, anonymous("192.0.2.9"), email=f"n{number}@agency.test")
    assert not door.run(reset.ask, anonymous("192.0.2.9"), email="n10@agency.test")
    clock.forward(minutes=15)
    assert door.run(reset.ask, anonymous("192.0.2.9"), email="n10@agency.test")


@pytest.mark.criterion("AUTH-51")
def test_without_a_mail_server_an_administrator_hands_the_link_over(person: Person, door: Door) -> None:
    silent = replace(door, ports=Ports())
    link = silent.run(reset.link_for, system("test"), who="maya@agency.test")
    finish(silent, link)
    assert isinstance(person.give_password(NEW_PASSWORD), Passed)


@pytest.mark.criterion("AUTH-50")
def test_a_weak_password_leaves_the_link_as_it_was(person: Person, door: Door, letters: Letters) -> None:
    from portal_app.services.errors import Invalid

    link = asked_for(door, letters, "maya@agency.test")
    with pytest.raises(Invalid):
        finish(door, link, "short")
    finish(door, link)
    assert set_up.INVITATION > reset.LASTS == timedelta(minutes=60)
    with pytest.raises(NotFound):
        door.run(set_up.look_at, ANONYMOUS, token=token_of(link))
