"""What ends with a new password, what a stranger's request leaves alone, and secrets that nobody has proved."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest

from portal_app.database import Database
from portal_app.models.enums import LinkPurpose, Role
from portal_app.models.identity import User
from portal_app.models.outbox import OutboxMessage
from portal_app.services.access import Actor
from portal_app.services.door import Door, Tx
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.identity import confirm, enrolment, mfa, new_password, reset, set_up, throttle, tokens, users
from portal_app.services.identity.sign_in import Passed, Refused
from portal_app.services.ports import Ports
from tests.services.identity.conftest import PASSWORD, Person, anonymous
from tests.services.identity.test_reset import asked_for, deliver, finish, token_of
from tests.services.identity.test_users import CLI
from tests.services.identity.texting import Letters, Texts
from tests.world import Clock, make_door

NEW_PASSWORD = "Quiet-Orchard-Ledger-77"


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, letters: Letters) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, Ports(mailer=letters, texts=Texts()), concurrent_sessions=True)
    yield door
    door.threads.shutdown()


def is_open(door: Door, link: str) -> bool:
    try:
        door.run(set_up.look_at, anonymous(), token=token_of(link))
    except NotFound:
        return False
    return True


@pytest.mark.criterion("AUTH-57")
def test_a_new_password_by_a_link_ends_the_tokens_and_says_so(person: Person, door: Door, letters: Letters) -> None:
    token = door.run(tokens.create, CLI, email=person.email, name="sheet")
    finish(door, asked_for(door, letters, person.email))
    assert door.run(tokens.look_up, anonymous(), token=token) is None
    assert person.row().totp_enrolled_at is not None, "the second factor that was proved stays"
    deliver(door)
    assert "tokens for the API were ended" in letters.sent[-1].text


@pytest.mark.criterion("AUTH-57")
def test_a_new_password_forgets_a_factor_that_nobody_proved(newcomer: Person, door: Door, letters: Letters) -> None:
    passed = newcomer.give_password()
    assert isinstance(passed, Passed)
    seen = door.run(enrolment.begin, newcomer.actor(passed)).secret
    assert door.run(enrolment.text_me, newcomer.actor(passed), number="(401) 555-0123") is None
    finish(door, asked_for(door, letters, newcomer.email))
    assert (newcomer.row().totp_secret, newcomer.row().phone) == (None, None)
    again = newcomer.give_password(NEW_PASSWORD)
    assert isinstance(again, Passed)
    assert door.run(enrolment.begin, newcomer.actor(again)).secret != seen


@pytest.mark.criterion("AUTH-58")
def test_a_new_authenticators_secret_is_of_its_session_alone(person: Person, door: Door, clock: Clock) -> None:
    one, other = person.actor(person.sign_in()), person.actor(person.sign_in())
    shown = door.run(mfa.begin_authenticator, one).secret.replace(" ", "")
    assert door.run(mfa.begin_authenticator, other).secret.replace(" ", "") != shown
    with pytest.raises(Invalid):
        door.run(mfa.finish_authenticator, other, code=pyotp.TOTP(shown).at(clock.now))
    door.run(mfa.finish_authenticator, one, code=pyotp.TOTP(shown).at(clock.now))
    assert person.row().totp_secret == shown


@pytest.mark.criterion("AUTH-58")
def test_a_new_password_of_ones_own_forgets_a_secret_that_was_not_proved(
    person: Person, door: Door, clock: Clock
) -> None:
    actor = person.actor(person.sign_in())
    shown = door.run(mfa.begin_authenticator, actor).secret.replace(" ", "")
    asyncio.run(new_password.choose(door, actor, password=NEW_PASSWORD))
    with pytest.raises(Invalid):
        door.run(mfa.finish_authenticator, actor, code=pyotp.TOTP(shown).at(clock.now))


@pytest.mark.criterion("AUTH-59")
def test_what_a_stranger_asks_for_leaves_a_link_that_was_handed_over(
    person: Person, door: Door, letters: Letters
) -> None:
    handed = door.run(reset.link_for, CLI, who=person.email)
    mailed = asked_for(door, letters, person.email)
    assert is_open(door, handed)
    newer = asked_for(door, letters, person.email)
    assert [is_open(door, each) for each in (handed, mailed, newer)] == [True, False, True]
    finish(door, newer)
    assert not is_open(door, handed), "one that was used voids them all"


@pytest.mark.criterion("AUTH-59")
def test_a_link_that_is_handed_over_voids_a_mailed_one(person: Person, door: Door, letters: Letters) -> None:
    mailed = asked_for(door, letters, person.email)
    handed = door.run(reset.link_for, CLI, who=person.email)
    assert [is_open(door, each) for each in (mailed, handed)] == [False, True]


@pytest.mark.criterion("AUTH-59")
def test_an_invitation_stays_whatever_a_stranger_asks_for(newcomer: Person, door: Door) -> None:
    with door.database.write() as db:
        db.get_one(User, newcomer.user_id).password_hash = None
    invitation = door.run(users.invite_again, CLI, who=newcomer.email)
    door.run(reset.ask, anonymous(), email=newcomer.email)
    deliver(door)
    assert is_open(door, invitation)


@pytest.mark.criterion("AUTH-59")
def test_without_a_mail_server_nothing_is_queued(person: Person, door: Door) -> None:
    silent = replace(door, ports=Ports())
    assert silent.run(reset.ask, anonymous(), email=person.email)
    with door.database.read() as db:
        assert db.query(OutboxMessage).count() == 0
    assert door.run(reset.ask, anonymous(), email=person.email)
    with door.database.read() as db:
        assert db.query(OutboxMessage).count() == 1


@pytest.mark.criterion("AUTH-59")
def test_who_is_shut_out_is_given_no_link(person: Person, door: Door) -> None:
    door.run(users.disable, CLI, who=person.email)
    with pytest.raises(Conflict, match="shut out"):
        door.run(reset.link_for, CLI, who=person.email)
    door.run(users.enable, CLI, who=person.email)
    assert re.search(r"/reset\?token=", door.run(reset.link_for, CLI, who=person.email))


@pytest.mark.criterion("AUTH-59")
def test_who_is_shut_out_is_not_invited_again(newcomer: Person, door: Door) -> None:
    with door.database.write() as db:
        db.get_one(User, newcomer.user_id).password_hash = None
    door.run(users.disable, CLI, who=newcomer.email)
    with pytest.raises(Conflict, match="shut out"):
        door.run(users.invite_again, CLI, who=newcomer.email)
    door.run(users.enable, CLI, who=newcomer.email)
    assert is_open(door, door.run(users.invite_again, CLI, who=newcomer.email))


@pytest.mark.criterion("AUTH-59")
@pytest.mark.parametrize("purpose", LinkPurpose)
def test_a_link_of_somebody_shut_out_never_works(person: Person, door: Door, purpose: LinkPurpose) -> None:
    """Also one that being shut out has not voided."""
    with door.database.write() as db:
        user = db.get_one(User, person.user_id)
        user.disabled_at = door.clock()
        tx = Tx(db, CLI, door.clock(), door.settings, door.ports)
        link = set_up.make_link(tx, user.id, set_up.INVITATION, purpose)
    assert not is_open(door, link)
    given = {"token": token_of(link), "email": "", "name": "", "password_hash": "another"}
    with pytest.raises(NotFound):
        door.run(set_up.settle, anonymous(), **given)
    assert person.row().password_hash != "another"


@pytest.mark.criterion("AUTH-60")
def test_proving_oneself_during_a_lock_counts_against_the_address_and_ends_there(person: Person, door: Door) -> None:
    actor = person.actor(person.sign_in())
    for _ in range(5):
        assert proving(door, actor, "000000") is Refused.CODE
    for _ in range(throttle.LIMIT - 5):
        assert settled(door, actor, person) is Refused.WRONG
    assert settled(door, actor, person) is Refused.THROTTLED
    assert proving(door, actor, person.code()) is Refused.THROTTLED
    assert proving(door, replace(actor, address="198.51.100.1"), person.code()) is Refused.WRONG


def proving(door: Door, actor: Actor, code: str) -> Refused | None:
    return asyncio.run(confirm.again(door, actor, password=PASSWORD, code=code))


def settled(door: Door, actor: Actor, person: Person) -> Refused | None:
    """The second half alone, which needs no hash."""
    return door.run(confirm.settle, actor, checked=person.row().password_hash or "", right=True, code="000000")


def moved(door: Door, who: str, email: str, actor: Actor = CLI) -> str:
    return door.run(users.amend, actor, who=who, amendment=users.Amendment(email=email))


@pytest.mark.criterion("USERS-17")
def test_an_invitation_to_a_wrong_address_is_void_once_the_address_is_corrected(door: Door, letters: Letters) -> None:
    added = door.run(users.add, CLI, email="olga@wrong.test", name="Olga", role=Role.CSR)
    deliver(door)
    link = moved(door, added.locator, "olga@agency.test")
    deliver(door)
    assert [is_open(door, each) for each in (added.link, link)] == [False, True]
    [invitation] = [each for each in letters.sent if link in each.text]
    assert invitation.recipient == "olga@agency.test"
    assert link not in "".join(each.text for each in letters.sent if each.recipient == "olga@wrong.test")
    with pytest.raises(NotFound):
        finish(door, added.link)
    finish(door, link)


@pytest.mark.criterion("USERS-17")
def test_without_a_mail_server_the_link_for_a_corrected_address_is_handed_over(door: Door) -> None:
    silent = replace(door, ports=Ports())
    added = silent.run(users.add, CLI, email="olga@wrong.test", name="Olga", role=Role.CSR)
    link = moved(silent, added.locator, "olga@agency.test")
    assert [is_open(silent, each) for each in (added.link, link)] == [False, True]


@pytest.mark.criterion("USERS-17")
def test_another_address_voids_the_links_for_a_new_password(person: Person, door: Door, letters: Letters) -> None:
    with door.database.write() as db:
        db.get_one(User, person.user_id).role = Role.CSR
    handed, mailed = door.run(reset.link_for, CLI, who=person.email), asked_for(door, letters, person.email)
    assert [is_open(door, each) for each in (handed, mailed)] == [True, True]
    door.run(users.amend, CLI, who=person.email, amendment=users.Amendment(name="Maya A."))
    assert [is_open(door, each) for each in (handed, mailed)] == [True, True], "a name is no address"
    assert moved(door, person.email, "maya.alvarez@agency.test") == "", "who has a password is not invited"
    assert [is_open(door, each) for each in (handed, mailed)] == [False, False]


@pytest.mark.criterion("USERS-17")
def test_ones_own_other_address_voids_ones_links(person: Person, door: Door, letters: Letters) -> None:
    with door.database.write() as db:
        db.get_one(User, person.user_id).role = Role.ADMIN
    mailed = asked_for(door, letters, person.email)
    actor = person.actor(person.sign_in())
    moved(door, person.locator, "maya.alvarez@agency.test", actor)
    assert not is_open(door, mailed)


@pytest.mark.criterion("USERS-17")
def test_who_is_shut_out_is_not_invited_at_another_address(door: Door, letters: Letters) -> None:
    added = door.run(users.add, CLI, email="olga@wrong.test", name="Olga", role=Role.CSR)
    door.run(users.disable, CLI, who=added.locator)
    deliver(door)
    assert moved(door, added.locator, "olga@agency.test") == ""
    deliver(door)
    assert "olga@agency.test" not in [each.recipient for each in letters.sent]
