"""Recovery codes, proving oneself once more, and changing how one signs in."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from portal_app.database import Database
from portal_app.models.enums import SessionEnd
from portal_app.models.identity import RecoveryCode, User
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import ConfirmFirst, Conflict, Invalid, NotFound
from portal_app.services.identity import confirm, mfa, new_password, recovery, sessions, tokens
from portal_app.services.identity.sign_in import Passed, Refused
from portal_app.services.ports import Ports
from tests.services.identity.conftest import PASSWORD, Person
from tests.services.identity.texting import Letters, Texts
from tests.world import Clock, make_door

NEW_PASSWORD = "Quiet-Orchard-Ledger-77"


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def texts() -> Texts:
    return Texts()


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, letters: Letters, texts: Texts) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, Ports(mailer=letters, texts=texts))
    yield door
    door.threads.shutdown()


@pytest.fixture
def actor(person: Person) -> Actor:
    """Somebody who has just signed in."""
    return person.actor(person.sign_in())


def again(person: Person, actor: Actor, code: str, password: str = PASSWORD) -> Refused | None:
    return asyncio.run(confirm.again(person.door, actor, password=password, code=code))


@pytest.mark.criterion("AUTH-44")
def test_ten_codes_each_good_once(person: Person, actor: Actor, door: Door, letters: Letters) -> None:
    codes = door.run(mfa.new_recovery_codes, actor)
    assert len(set(codes)) == 10
    assert door.run(mfa.factors, actor).recovery_codes == 10

    first = person.give_password()
    assert isinstance(first, Passed)
    assert isinstance(person.give_code(first, codes[0].lower().replace("-", " ")), Passed)
    second = person.give_password()
    assert isinstance(second, Passed)
    assert person.give_code(second, codes[0]) is Refused.CODE
    full = person.give_code(second, codes[1])
    assert isinstance(full, Passed)
    assert door.run(mfa.factors, person.actor(full)).recovery_codes == 8
    assert letters.subjects(door).count("A recovery code was used for your portal account") == 2


@pytest.mark.criterion("AUTH-44")
def test_they_are_kept_as_hashes_and_belong_to_one_person(person: Person, actor: Actor, door: Door) -> None:
    codes = door.run(mfa.new_recovery_codes, actor)
    with door.database.read() as db:
        kept = [bytes(each.code_hash) for each in db.query(RecoveryCode)]
    assert not any(recovery.plain(code).encode() in each for code in codes for each in kept)


@pytest.mark.criterion("AUTH-44")
def test_new_ones_void_the_older_ones(person: Person, actor: Actor, door: Door, letters: Letters) -> None:
    old = door.run(mfa.new_recovery_codes, actor)
    assert "How you sign in to the portal was changed" not in letters.subjects(door), "the first ones are no change"
    with pytest.raises(Conflict, match="already"):
        door.run(mfa.new_recovery_codes, actor)
    assert door.run(mfa.factors, actor).recovery_codes == 10, "without being asked nobody loses those they have"
    door.run(mfa.new_recovery_codes, actor, instead=True)
    assert "How you sign in to the portal was changed" in letters.subjects(door)
    passed = person.give_password()
    assert isinstance(passed, Passed)
    assert person.give_code(passed, old[0]) is Refused.CODE


@pytest.mark.criterion("AUTH-45")
def test_a_change_needs_both_factors_once_more_after_ten_minutes(
    person: Person, actor: Actor, door: Door, clock: Clock
) -> None:
    clock.forward(minutes=9)
    assert door.run(mfa.factors, actor).confirmed
    clock.forward(minutes=1)
    assert not door.run(mfa.factors, actor).confirmed
    for change in (mfa.begin_authenticator, mfa.new_recovery_codes, mfa.remove_phone):
        with pytest.raises(ConfirmFirst):
            door.run(change, actor)
    with pytest.raises(ConfirmFirst):
        door.run(mfa.finish_authenticator, actor, code="000000")
    with pytest.raises(ConfirmFirst):
        door.run(mfa.text_me, actor, number="(401) 555-0123")
    with pytest.raises(ConfirmFirst):
        door.run(mfa.finish_phone, actor, number="(401) 555-0123", code="000000")
    with pytest.raises(ConfirmFirst):
        door.run(tokens.create_own, actor, name="Reports")
    with pytest.raises(ConfirmFirst):
        asyncio.run(new_password.choose(door, actor, password=NEW_PASSWORD))

    assert again(person, actor, person.code()) is None
    assert door.run(mfa.factors, actor).confirmed
    door.run(mfa.begin_authenticator, actor)


@pytest.mark.criterion("AUTH-45")
def test_proving_oneself_once_more_counts_failures(person: Person, actor: Actor, door: Door, clock: Clock) -> None:
    assert again(person, actor, person.code(), "Wrong-Guess-77!?") is Refused.CODE
    assert again(person, actor, "000000") is Refused.CODE
    assert person.row().failed_attempts == 2
    for _ in range(3):
        again(person, actor, "000000")
    assert person.row().locked_until is not None
    clock.forward(seconds=30)
    assert again(person, actor, person.code()) is Refused.WRONG, "a lock holds here too"
    assert isinstance(asyncio.run(sessions.look_up(door, token_hash=_hash_of(door, actor))), sessions.Resolved)


def _hash_of(door: Door, actor: Actor) -> bytes:
    from portal_app.models.identity import UserSession

    with door.database.read() as db:
        return bytes(db.get_one(UserSession, actor.session_id).token_hash)


@pytest.mark.criterion("AUTH-46")
def test_another_authenticator_takes_the_place_of_the_old_one(
    person: Person, door: Door, clock: Clock, letters: Letters
) -> None:
    full = person.sign_in()
    actor = person.actor(full)
    shown = door.run(mfa.begin_authenticator, actor)
    secret = shown.secret.replace(" ", "")
    assert door.run(mfa.begin_authenticator, actor).secret == shown.secret, "a reload shows the same"
    with pytest.raises(Invalid):
        door.run(mfa.finish_authenticator, actor, code="000000")
    assert person.row().totp_secret != secret, "nothing changes before a code proves it"

    door.run(mfa.finish_authenticator, actor, code=pyotp.TOTP(secret).at(clock.now))

    assert person.row().totp_secret == secret
    assert {each.totp_pending for each in person.sessions()} == {None}
    assert letters.subjects(door) == ["How you sign in to the portal was changed"]
    clock.forward(seconds=60)
    passed = person.give_password()
    assert isinstance(passed, Passed)
    assert person.give_code(passed, person.code()) is Refused.CODE, "the old one is void"
    assert isinstance(person.give_code(passed, pyotp.TOTP(secret).at(clock.now)), Passed)


@pytest.mark.criterion("AUTH-46")
def test_a_change_ends_the_other_sessions(person: Person, clock: Clock, database: Database, door: Door) -> None:
    door.settings.concurrent_sessions = True
    other, mine = person.sign_in(), person.sign_in()
    actor = person.actor(mine)
    shown = door.run(mfa.begin_authenticator, actor)
    door.run(mfa.finish_authenticator, actor, code=pyotp.TOTP(shown.secret.replace(" ", "")).at(clock.now))

    assert person.resolve(other) is SessionEnd.REVOKED
    assert isinstance(person.resolve(mine), Actor)


@pytest.mark.criterion("AUTH-46")
def test_a_phone_comes_and_goes(person: Person, actor: Actor, door: Door, texts: Texts, letters: Letters) -> None:
    assert door.run(mfa.text_me, actor, number="(401) 555-0123") is None
    code = texts.code(door)
    assert not door.run(mfa.finish_phone, actor, number="(401) 555-0199", code=code), "not that number"
    assert door.run(mfa.finish_phone, actor, number="401-555-0123", code=code)
    assert door.run(mfa.factors, actor).phone == "••• 0123"

    door.run(mfa.remove_phone, actor)
    assert door.run(mfa.factors, actor).phone == ""
    assert letters.subjects(door) == ["How you sign in to the portal was changed"] * 2


@pytest.mark.criterion("AUTH-46")
def test_the_only_second_factor_cannot_be_removed(person: Person, actor: Actor, door: Door, clock: Clock) -> None:
    with door.database.write() as db:
        user = db.get_one(User, person.user_id)
        user.phone, user.phone_verified_at, user.totp_enrolled_at = "+14015550123", clock.now, None
    with pytest.raises(Conflict, match="authenticator app first"):
        door.run(mfa.remove_phone, actor)


@pytest.mark.criterion("AUTH-47")
def test_a_new_password_of_ones_own(person: Person, door: Door, letters: Letters) -> None:
    door.settings.concurrent_sessions = True
    other, mine = person.sign_in(), person.sign_in()
    actor = person.actor(mine)
    for bad, why in (
        ("short", "password_short"),
        (PASSWORD, "password_same"),
        ("Maya-Maya-Maya-77!", "password_words"),
    ):
        with pytest.raises(Invalid) as refusal:
            asyncio.run(new_password.choose(door, actor, password=bad))
        assert why in refusal.value.problems
    asyncio.run(new_password.choose(door, actor, password=NEW_PASSWORD))

    assert person.resolve(other) is SessionEnd.REVOKED
    assert isinstance(person.resolve(mine), Actor)
    assert person.give_password() is Refused.WRONG
    assert isinstance(person.give_password(NEW_PASSWORD), Passed)
    assert letters.subjects(door) == ["Your portal password was changed"]


@pytest.mark.criterion("AUTH-48")
def test_sessions_are_listed_and_ended(person: Person, door: Door, clock: Clock) -> None:
    door.settings.concurrent_sessions = True
    other = person.sign_in()
    mine = person.actor(person.sign_in())
    assert [each.is_this for each in door.run(sessions.own, mine)] == [True, False]
    assert door.run(sessions.sign_out_elsewhere, mine) == 1
    assert [each.is_this for each in door.run(sessions.own, mine)] == [True]
    assert person.resolve(other) is SessionEnd.REVOKED


@pytest.mark.criterion("AUTH-48")
def test_tokens_are_made_listed_and_revoked(person: Person, actor: Actor, door: Door, clock: Clock) -> None:
    from portal_app.services.access import system

    token = door.run(tokens.create_own, actor, name=" Reports ")
    assert door.run(tokens.look_up, system("test"), token=token) is not None
    [line] = door.run(tokens.own, actor)
    assert (line.name, line.may_write, line.last_used_at) == ("Reports", False, None)
    with pytest.raises(Invalid):
        door.run(tokens.create_own, actor, name=" ")
    door.run(tokens.revoke_own, actor, locator=line.locator)
    assert door.run(tokens.own, actor) == ()
    assert door.run(tokens.look_up, system("test"), token=token) is None
    with pytest.raises(NotFound):
        door.run(tokens.revoke_own, actor, locator=line.locator)


@pytest.mark.criterion("AUTH-48")
def test_nobody_sees_or_ends_anothers_tokens(person: Person, actor: Actor, newcomer: Person, door: Door) -> None:
    door.run(tokens.create_own, actor, name="Reports")
    [line] = door.run(tokens.own, actor)
    from dataclasses import replace

    other = replace(actor, user_id=newcomer.user_id)
    assert door.run(tokens.own, other) == ()
    with pytest.raises(NotFound):
        door.run(tokens.revoke_own, other, locator=line.locator)
