"""A forgotten password: asked for by anybody, answered to its owner alone."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import col

from portal_app.database import Database
from portal_app.models.enums import Role, SessionEnd
from portal_app.models.identity import SetUpLink, User
from portal_app.models.outbox import OutboxMessage
from portal_app.services import mail
from portal_app.services.access import ANONYMOUS, system
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door, Tx
from portal_app.services.errors import NotFound
from portal_app.services.identity import reset, set_up, users
from portal_app.services.identity.sign_in import Passed, Refused
from portal_app.services.ports import Ports
from tests.services.identity.conftest import Person, anonymous
from tests.services.identity.texting import Letters
from tests.world import Clock, make_door

CLI = system("test")
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


def links(letters: Letters, page: str) -> list[str]:
    return [found.group() for mail in letters.sent if (found := re.search(rf"http\S+{page}\S+", mail.text))]


@pytest.mark.criterion("AUTH-62")
def test_a_newer_link_takes_an_older_one_that_has_not_left_out_of_the_outbox(
    person: Person, door: Door, letters: Letters, clock: Clock
) -> None:
    letters.kept = "/reset?"
    door.run(reset.ask, anonymous(), email=person.email)
    deliver(door)
    clock.forward(seconds=29)
    letters.kept = None
    door.run(reset.ask, anonymous(), email=person.email)
    deliver(door)
    clock.forward(hours=1)
    deliver(door)
    assert len(links(letters, "/reset")) == 1, "the void one never comes"


@pytest.mark.criterion("AUTH-62")
def test_links_wait_for_no_other_mail_to_the_person(person: Person, door: Door, letters: Letters) -> None:
    letters.kept = "sign in to your account with a recovery"
    with door.database.write() as db:
        tx = Tx(db, CLI, door.clock(), door.settings, door.ports)
        for email in (person.email, "olga@agency.test"):
            mail.send(tx, recipient=email, subject="A notice", text=f"Somebody {letters.kept} code.")
    link = asked_for(door, letters, person.email)
    finish(door, link)
    added = door.run(users.add, CLI, email="olga@agency.test", name="Olga", role=Role.CSR)
    deliver(door)
    assert links(letters, "/set-up") == [added.link]
    assert "Your portal password was changed" not in [each.subject for each in letters.sent], "notices keep their order"


@pytest.mark.criterion("AUTH-62")
def test_a_link_that_has_expired_is_not_mailed(person: Person, door: Door, letters: Letters, clock: Clock) -> None:
    letters.kept = "link"
    door.run(reset.ask, anonymous(), email=person.email)
    deliver(door)
    door.run(users.add, CLI, email="olga@agency.test", name="Olga", role=Role.CSR)
    letters.kept = None
    clock.forward(minutes=60)
    deliver(door)
    assert [links(letters, page) == [] for page in ("/reset", "/set-up")] == [True, False]
    with door.database.read() as db:
        [given_up] = db.query(OutboxMessage).filter(col(OutboxMessage.dead_at).is_not(None))
        assert given_up.last_error == "The link in it was no longer valid."


@pytest.mark.criterion("AUTH-62")
def test_with_another_address_no_link_leaves_for_the_older_one(door: Door, letters: Letters) -> None:
    added = door.run(users.add, CLI, email="olga@wrong.test", name="Olga", role=Role.CSR)
    door.run(users.amend, CLI, who=added.locator, amendment=users.Amendment(email="olga@agency.test"))
    deliver(door)
    assert [each.recipient for each in letters.sent if "/set-up" in each.text] == ["olga@agency.test"]
    door.run(users.invite_again, CLI, who=added.locator)
    door.run(users.disable, CLI, who=added.locator)
    letters.sent.clear()
    deliver(door)
    assert links(letters, "/set-up") == []
