"""Who is told that somebody's access was touched, and what only those may touch who can be told apart."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Grant, Role, SessionEnd
from portal_app.models.identity import User
from portal_app.services.access import Actor
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.errors import ConfirmFirst, Conflict, Invalid
from portal_app.services.identity import reset, set_up, tokens, users
from portal_app.services.identity.users import Amendment
from portal_app.services.ports import Ports
from tests.services.identity.conftest import SECRET, Person, anonymous
from tests.services.identity.test_set_up import finish
from tests.services.identity.test_users import CLI, change_role
from tests.services.identity.texting import Letters
from tests.world import Agency, Clock, add_user, make_door

PRINCIPALS = ["ann@agency.test", "bob@agency.test"]


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, letters: Letters) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, Ports(mailer=letters))
    yield door
    door.threads.shutdown()


@pytest.fixture
def principals(door: Door, password_hash: str, clock: Clock) -> list[str]:
    """Two who are active, and two who must not be mailed: one was shut out, one never came. The addresses of the two
    who are told."""
    with door.database.write() as db:
        for email in PRINCIPALS:
            add_user(db, Role.PRINCIPAL, email, password_hash=password_hash)
        add_user(db, Role.PRINCIPAL, "gone@agency.test", password_hash=password_hash, disabled_at=clock.now)
        add_user(db, Role.PRINCIPAL, "late@agency.test")
    return PRINCIPALS


def told(door: Door, letters: Letters) -> list[str]:
    """The addresses of everybody who was mailed since the last time."""
    while deliver_due(door, holder="test"):
        pass
    addresses = sorted(mail.recipient for mail in letters.sent)
    letters.sent.clear()
    return addresses


def amend(door: Door, actor: Actor, who: str, **given: object) -> None:
    door.run(users.amend, actor, who=who, amendment=Amendment(**given))  # type: ignore[arg-type]


@pytest.mark.criterion("USERS-14")
def test_the_person_is_told_when_their_access_is_touched(
    door: Door, agency: Agency, person: Person, letters: Letters
) -> None:
    admin = agency.admin()
    for touched in (
        lambda: amend(door, admin, person.email, grants=frozenset({Grant.DOWNLINE}), producer_code="HL-maya"),
        lambda: door.run(users.reset_mfa, admin, who=person.email),
        lambda: door.run(reset.link_for, admin, who=person.email),
    ):
        touched()
        assert told(door, letters) == [person.email]
    amend(door, admin, person.email, name="Maya A.")
    assert told(door, letters) == [], "a name is no access"


@pytest.mark.criterion("USERS-14")
def test_the_old_address_is_told_of_a_new_one(door: Door, agency: Agency, person: Person, letters: Letters) -> None:
    amend(door, agency.admin(), person.email, email="maya.a@agency.test", producer_code="HL-maya")
    while deliver_due(door, holder="test"):
        pass
    by_address = {mail.recipient: mail.text for mail in letters.sent}
    assert "maya.a@agency.test" not in by_address["maya@agency.test"], "nothing of the new one is told there"
    assert "changed the address by which you sign in" in by_address["maya@agency.test"]
    assert "what you may do or see" in by_address["maya.a@agency.test"]


@pytest.mark.criterion("USERS-15")
def test_every_active_principal_is_told_who_touches_the_access_of_one(
    door: Door, agency: Agency, principals: list[str], letters: Letters
) -> None:
    admin, (ann, bob) = agency.admin(), principals
    added = door.run(users.add, admin, email="new@agency.test", name="N", role=Role.PRINCIPAL)
    assert told(door, letters) == [ann, bob, "new@agency.test"]
    door.run(users.invite_again, admin, who=added.locator)
    assert told(door, letters) == [ann, bob, "new@agency.test"]
    door.run(users.reset_mfa, admin, who=ann)
    assert told(door, letters) == [ann, bob]
    door.run(reset.link_for, admin, who=bob)
    assert told(door, letters) == [ann, bob]
    amend(door, admin, bob, email="robert@agency.test")
    assert told(door, letters) == [ann, bob], "the old address, and the other Principal"
    change_role(door, admin, "robert@agency.test", Role.CSR)
    assert told(door, letters) == [ann, "robert@agency.test"]
    change_role(door, admin, "robert@agency.test", Role.PRINCIPAL)
    assert told(door, letters) == [ann, "robert@agency.test"]
    door.run(users.disable, admin, who="robert@agency.test")
    assert told(door, letters) == [ann]


@pytest.mark.criterion("USERS-15")
def test_what_a_principal_does_or_what_touches_nobody_elses_access_is_not_told_to_them(
    door: Door, agency: Agency, principals: list[str], person: Person, letters: Letters
) -> None:
    door.run(users.add, agency.principal(), email="new@agency.test", name="N", role=Role.PRINCIPAL)
    assert told(door, letters) == ["new@agency.test"]
    door.run(users.reset_mfa, agency.principal(), who=principals[0])
    assert told(door, letters) == [principals[0]]
    door.run(users.reset_mfa, agency.admin(), who=person.email)
    assert told(door, letters) == [person.email]


@pytest.mark.criterion("USERS-13")
def test_ones_own_address_is_changed_only_by_who_has_just_proved_both_factors(
    door: Door, person: Person, agency: Agency, clock: Clock
) -> None:
    with door.database.write() as db:
        db.get_one(User, person.user_id).role = Role.ADMIN
    full = person.sign_in()
    token = door.run(tokens.create, CLI, email=person.email, name="sheet", may_write=True)
    held = door.run(tokens.look_up, anonymous(), token=token)
    assert held is not None
    clock.forward(minutes=10)
    for actor in (held[0], person.actor(full)):
        with pytest.raises(ConfirmFirst):
            amend(door, actor, person.email, email="own@agency.test")
    assert person.row().email == person.email
    amend(door, person.actor(full), person.email, name="Another Name")
    person.clock.forward(minutes=25)
    amend(door, person.actor(person.sign_in()), person.email, email="own@agency.test")
    assert person.row().email == "own@agency.test"


@pytest.mark.criterion("USERS-05")
def test_tokens_end_with_what_one_may_do_or_see(door: Door, agency: Agency, person: Person) -> None:
    amend(door, CLI, person.email, producer_code="HL-maya")
    full = person.sign_in()
    token = door.run(tokens.create, CLI, email=person.email, name="sheet")
    amend(door, agency.admin(), person.email, name="Another Name")
    assert door.run(tokens.look_up, anonymous(), token=token) is not None
    amend(door, agency.admin(), person.email, grants=frozenset({Grant.DOWNLINE}))
    assert door.run(tokens.look_up, anonymous(), token=token) is None
    assert person.resolve(full) is SessionEnd.ROLE_CHANGED


@pytest.mark.criterion("USERS-02")
def test_an_administrator_who_was_only_invited_stands_in_for_nobody(
    door: Door, clock: Clock, password_hash: str
) -> None:
    able = {"password_hash": password_hash, "totp_secret": SECRET, "totp_enrolled_at": clock.now}
    with door.database.write() as db:
        add_user(db, Role.ADMIN, "able@agency.test", **able)
        add_user(db, Role.ADMIN, "invited@agency.test")
        add_user(db, Role.ADMIN, "half-way@agency.test", password_hash=password_hash)
    for refused in (
        lambda: door.run(users.disable, CLI, who="able@agency.test"),
        lambda: change_role(door, CLI, "able@agency.test", Role.CSR),
    ):
        with pytest.raises(Conflict):
            refused()
    door.run(users.disable, CLI, who="invited@agency.test")
    with door.database.write() as db:
        half_way = db.query(User).filter_by(email="half-way@agency.test").one()
        half_way.phone, half_way.phone_verified_at = "+14015550123", clock.now
    door.run(users.disable, CLI, who="able@agency.test")


@pytest.mark.criterion("USERS-02")
def test_before_anybody_can_sign_in_the_only_administrator_stays(door: Door) -> None:
    with door.database.write() as db:
        add_user(db, Role.ADMIN, "first@agency.test")
    with pytest.raises(Conflict):
        door.run(users.disable, CLI, who="first@agency.test")
    door.run(users.add, CLI, email="second@agency.test", name="S", role=Role.ADMIN)
    door.run(users.disable, CLI, who="first@agency.test")


@pytest.mark.criterion("USERS-16")
@pytest.mark.parametrize("name", ["Maya\nBcc: x", "Maya\r\nA", "Maya\x00", "Ma\x1bya", "Maya\u2028A", "\u202eayaM"])
def test_a_name_breaks_no_line_and_hides_nothing(door: Door, agency: Agency, name: str) -> None:
    link = door.run(set_up.first_administrator_link, CLI)
    with pytest.raises(Invalid) as refused:
        finish(door, str(link).rpartition("=")[2], name=name)
    assert list(refused.value.problems) == ["name"]
    with pytest.raises(Invalid) as refused:
        door.run(users.add, agency.admin(), email="x@agency.test", name=name, role=Role.CSR)
    assert refused.value.problems == {"name": "Enter a name without line breaks or characters that cannot be seen."}


@pytest.mark.criterion("USERS-16")
@pytest.mark.parametrize("name", ["Zoë O'Brien-Łukasik", "علی\u200cرضا", "李小龍", "José\u00a0María"])
def test_names_are_written_as_their_people_write_them(door: Door, name: str) -> None:
    door.run(users.add, CLI, email="x@agency.test", name=name, role=Role.CSR)
    with door.database.read() as db:
        assert db.query(User).one().name == name


@pytest.mark.criterion("USERS-15")
def test_without_a_mail_server_the_trail_alone_tells(door: Door, agency: Agency, principals: list[str]) -> None:
    silent = replace(door, ports=Ports())
    silent.run(users.reset_mfa, agency.admin(), who=principals[0])
    with door.database.read() as db:
        assert [event.action for event in db.query(AuditEvent)] == ["mfa.reset"]
