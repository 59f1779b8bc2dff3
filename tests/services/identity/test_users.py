"""People are added and changed: what is refused, what ends with a change, and what of others stays."""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta

import pytest

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Grant, LinkPurpose, Role, SessionEnd
from portal_app.models.identity import ApiToken, User, UserGrant
from portal_app.services.access import ANONYMOUS, Actor, system
from portal_app.services.door import Door, Tx
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.identity import reset, set_up, tokens, users
from portal_app.services.identity.sign_in import Passed, Refused
from portal_app.services.identity.users import Amendment
from portal_app.services.producers import lifecycle
from tests.services.identity.conftest import PASSWORD, Person, anonymous, change_role, make_person
from tests.services.identity.test_set_up import finish, token_of
from tests.world import Agency, Clock, add_user

CLI = system("test")


@pytest.fixture
def other(door: Door, clock: Clock, password_hash: str) -> Person:
    return make_person(door, clock, password_hash, "daniel@agency.test", enrolled=True)


def actions(door: Door) -> list[str]:
    with door.database.read() as db:
        return [event.action for event in db.query(AuditEvent).order_by("id")]


def add(door: Door, **given: object) -> str:
    return door.run(users.add, CLI, **{"email": "x@agency.test", "name": "X", "role": Role.CSR} | given).link  # type: ignore[arg-type]


def grant(door: Door, person: Person, *grants: Grant) -> None:
    with door.database.write() as db:
        for each in grants:
            db.add(UserGrant(user_id=person.user_id, granted=each, granted_by="test", granted_at=door.clock()))


def grants_of(door: Door, person: Person) -> set[Grant]:
    with door.database.read() as db:
        return {each.granted for each in db.query(UserGrant).filter_by(user_id=person.user_id)}


@pytest.mark.criterion("USERS-20")
def test_nobody_is_linked_to_a_code_that_is_at_its_end_and_who_was_before_stays(door: Door, agency: Agency) -> None:
    about = {"name": "Maya", "role": Role.PRODUCER, "producer_code": "HL-maya"}
    them = door.run(users.add, CLI, email="m@agency.test", **about).locator
    door.run(lifecycle.retire_code, agency.admin(), locator=agency.codes["maya"].locator)
    with pytest.raises(Invalid) as refused:
        add(door, role=Role.PRODUCER, producer_code="HL-maya")
    assert refused.value.problems == {"producer_code": "The producer code HL-maya is retired and cannot be used again."}
    door.run(users.amend, CLI, who=them, amendment=Amendment(name="Maya Alvarez"))
    door.run(lifecycle.retire_producer, agency.admin(), locator=agency.daniel.locator)
    with pytest.raises(Invalid, match="The producer of HL-daniel is retired, and the code cannot be used again"):
        door.run(users.amend, CLI, who=them, amendment=Amendment(producer_code="HL-daniel"))


@pytest.mark.criterion("USERS-01")
def test_a_person_without_name_or_with_a_taken_address_or_an_unknown_code_is_not_added(
    door: Door, person: Person
) -> None:
    for given, field in (
        ({"email": "Maya@agency.test"}, "email"),
        ({"email": "no address"}, "email"),
        ({"name": " "}, "name"),
        ({"name": "X" * 121}, "name"),
        ({"role": Role.PRODUCER, "producer_code": "HL-nobody"}, "producer_code"),
        ({"grants": frozenset({Grant.DOWNLINE})}, "grants"),
    ):
        with pytest.raises(Invalid) as refused:
            add(door, **given)
        assert list(refused.value.problems) == [field]
    assert "user.created" not in actions(door)
    add(door)
    assert "user.created" in actions(door)


@pytest.mark.criterion("USERS-01")
def test_an_invitation_is_for_its_person_alone_and_another_one_leaves_it_valid(door: Door) -> None:
    first = token_of(add(door, name="Marguerite", email="first@agency.test"))
    token_of(add(door, email="second@agency.test"))
    with pytest.raises(Invalid) as refused:
        finish(door, first, name="Somebody", email="typed@agency.test", password="Marguerite-Lantern-42!")
    assert "password_words" in refused.value.problems
    finish(door, first, name="Somebody", email="typed@agency.test")
    assert "user.password_set" in actions(door)
    with door.database.read() as db:
        found = {user.email: (user.name, user.password_hash is not None) for user in db.query(User)}
    assert found == {"first@agency.test": ("Marguerite", True), "second@agency.test": ("X", False)}


@pytest.mark.criterion("AUTH-20")
def test_a_link_for_the_first_administrator_makes_none_once_anybody_exists(door: Door) -> None:
    link = token_of(door.run(set_up.first_administrator_link, CLI))
    with pytest.raises(Invalid) as refused:
        finish(door, link, name="N" * 121)
    assert list(refused.value.problems) == ["name"]
    add(door)
    with pytest.raises(NotFound):
        finish(door, link)
    with door.database.read() as db:
        assert [user.role for user in db.query(User)] == [Role.CSR]


@pytest.mark.criterion("AUTH-20")
def test_a_link_that_was_used_replaced_or_never_made_shows_nobody(door: Door) -> None:
    link = token_of(add(door))
    assert door.run(set_up.look_at, anonymous(), token=link) == set_up.LinkState("X", "x@agency.test")
    finish(door, link)
    old = token_of(add(door, email="y@agency.test"))
    with door.database.write() as db:
        user = db.query(User).filter_by(email="y@agency.test").one()
        set_up.make_link(Tx(db, CLI, door.clock(), door.settings, door.ports), user.id, set_up.INVITATION)
    for token in (link, old, "made-up"):
        with pytest.raises(NotFound):
            door.run(set_up.look_at, anonymous(), token=token)


@pytest.mark.criterion("AUTH-20")
@pytest.mark.both_databases
def test_of_two_who_use_one_invitation_at_once_one_sets_the_password(door: Door, clock: Clock) -> None:
    given = {"token": token_of(add(door)), "email": "", "name": "X"}
    with ThreadPoolExecutor(1) as pool:
        with door.database.write() as db:
            set_up.settle(Tx(db, ANONYMOUS, clock.now, door.settings, door.ports), **given, password_hash="first")
            late = pool.submit(door.run, set_up.settle, ANONYMOUS, **given, password_hash="second")
            wait([late], timeout=0.3)
        with pytest.raises(NotFound):
            late.result()
    with door.database.read() as db:
        assert db.query(User).one().password_hash == "first"


@pytest.mark.criterion("AUTH-07", "AUTH-57")
@pytest.mark.parametrize("purpose", LinkPurpose)
def test_a_password_set_by_a_link_leaves_the_lock_and_ends_the_sessions(
    door: Door, person: Person, clock: Clock, purpose: LinkPurpose
) -> None:
    full = person.sign_in()
    for _ in range(5):
        person.give_password("Wrong-Guess-77!?")
    with door.database.write() as db:
        user = db.get(User, person.user_id)
        assert user is not None
        tx = Tx(db, CLI, clock.now, door.settings, door.ports)
        link = set_up.make_link(tx, user.id, set_up.INVITATION, purpose)
    locked = person.row()
    assert locked.locked_until is not None
    finish(door, token_of(link), password="Another-Lantern-43!")
    assert (person.row().locked_until, person.row().failed_attempts) == (locked.locked_until, locked.failed_attempts)
    assert person.resolve(full) is SessionEnd.REVOKED
    assert person.give_password("Another-Lantern-43!") is Refused.WRONG
    clock.forward(minutes=30)
    assert person.give_password(PASSWORD) is Refused.WRONG
    assert isinstance(person.give_password("Another-Lantern-43!"), Passed)


@pytest.mark.criterion("AUTH-07")
def test_failures_before_a_password_was_set_by_a_link_still_count(door: Door, person: Person) -> None:
    for _ in range(4):
        person.give_password("Wrong-Guess-77!?")
    finish(door, token_of(door.run(reset.link_for, CLI, who=person.email)), password="Another-Lantern-43!")
    assert person.row().failed_attempts == 4
    person.give_password("Wrong-Guess-77!?")
    assert person.row().locked_until is not None


@pytest.mark.criterion("AUTH-07")
def test_somebody_new_begins_without_a_lock(door: Door, newcomer: Person, clock: Clock) -> None:
    with door.database.write() as db:
        user = db.get_one(User, newcomer.user_id)
        user.password_hash, user.failed_attempts = None, 3
        user.locked_until = clock.now + timedelta(minutes=30)
    finish(door, token_of(door.run(users.invite_again, CLI, who=newcomer.email)))
    assert (newcomer.row().locked_until, newcomer.row().failed_attempts) == (None, 0)
    assert isinstance(newcomer.give_password(), Passed)


@pytest.mark.criterion("USERS-02")
def test_a_disabled_administrator_does_not_count_as_another_one(door: Door, clock: Clock) -> None:
    with door.database.write() as db:
        add_user(db, Role.ADMIN, "one@agency.test")
        add_user(db, Role.ADMIN, "two@agency.test", disabled_at=clock.now)
        add_user(db, Role.CSR, "csr@agency.test")
    with pytest.raises(Conflict):
        change_role(door, CLI, "one@agency.test", Role.CSR)
    change_role(door, CLI, "csr@agency.test", Role.ADMIN)
    change_role(door, CLI, "one@agency.test", Role.CSR)
    assert actions(door) == ["user.changed"] * 2


@pytest.mark.criterion("USERS-02")
def test_who_is_no_administrator_may_change_role_while_there_is_one_administrator(door: Door, person: Person) -> None:
    with door.database.write() as db:
        add_user(db, Role.ADMIN)
    change_role(door, CLI, person.email, Role.CSR)
    assert person.row().role is Role.CSR


@pytest.mark.criterion("ACCESS-01")
def test_with_a_role_go_the_grants_beyond_the_new_ceiling_and_nobody_elses(
    door: Door, person: Person, other: Person
) -> None:
    grant(door, person, Grant.DOWNLINE, Grant.COMMISSIONS)
    grant(door, other, Grant.DOWNLINE)
    change_role(door, CLI, person.email, Role.CSR)
    assert grants_of(door, person) == {Grant.COMMISSIONS}
    assert grants_of(door, other) == {Grant.DOWNLINE}


@pytest.mark.criterion("USERS-03")
def test_resetting_the_second_factor_ends_what_it_opened_for_that_person_alone(
    door: Door, person: Person, other: Person
) -> None:
    full = person.sign_in()
    mine, theirs = (door.run(tokens.create, CLI, email=each.email, name="sheet") for each in (person, other))
    door.run(users.reset_mfa, CLI, who=person.email)
    assert (person.row().totp_secret, person.row().totp_enrolled_at) == (None, None)
    assert person.resolve(full) is SessionEnd.REVOKED
    assert actions(door)[-1] == "mfa.reset"
    assert door.run(tokens.look_up, anonymous(), token=theirs) is not None
    with door.database.write() as db:
        user = db.get(User, person.user_id)
        assert user is not None
        user.totp_secret, user.totp_enrolled_at = "JBSWY3DPEHPK3PXP", door.clock()
    assert door.run(tokens.look_up, anonymous(), token=mine) is None


@pytest.mark.criterion("USERS-02")
def test_nobody_resets_their_own_second_factor(door: Door, person: Person, agency: Agency) -> None:
    with pytest.raises(Forbidden):
        door.run(users.reset_mfa, replace(agency.admin(), user_id=person.user_id), who=person.email)
    assert person.row().totp_enrolled_at is not None


@pytest.mark.criterion("AUTH-07")
def test_an_unlock_forgets_the_failures(door: Door, person: Person) -> None:
    for _ in range(5):
        person.give_password("Wrong-Guess-77!?")
    door.run(users.unlock, CLI, who=person.email)
    assert person.row().failed_attempts == 0


@pytest.mark.criterion("USERS-03")
def test_a_token_needs_a_name_and_somebody_who_is_active_and_is_audited(
    door: Door, person: Person, other: Person
) -> None:
    for name in (" ", "x" * 81):
        with pytest.raises(Invalid):
            door.run(tokens.create, CLI, email=person.email, name=name)
    with door.database.write() as db:
        user = db.get(User, other.user_id)
        assert user is not None
        user.disabled_at = door.clock()
    with pytest.raises(Forbidden):
        door.run(tokens.create, CLI, email=other.email, name="sheet")
    door.run(tokens.create, CLI, email=person.email, name="sheet")
    assert actions(door) == ["token.created"]


@pytest.mark.criterion("USERS-03")
def test_a_token_brings_its_persons_grants_and_writes_only_where_it_may(door: Door, person: Person) -> None:
    grant(door, person, Grant.DOWNLINE)
    with door.database.write() as db:
        user = db.get(User, person.user_id)
        assert user is not None
        user.role = Role.PRINCIPAL

    def holder(*, may_write: bool) -> Actor:
        token = door.run(tokens.create, CLI, email=person.email, name="sheet", may_write=may_write)
        found = door.run(tokens.look_up, anonymous(), token=token)
        assert found is not None
        return found[0]

    reader, writer = holder(may_write=False), holder(may_write=True)
    assert reader.grants == {Grant.DOWNLINE}
    with pytest.raises(Forbidden):
        door.run(users.unlock, reader, who=person.email)
    door.run(users.unlock, writer, who=person.email)


@pytest.mark.criterion("API-05")
def test_the_use_of_a_token_is_noted_for_that_token_alone(door: Door, person: Person) -> None:
    used, _ = (door.run(tokens.create, CLI, email=person.email, name=name) for name in ("used", "unused"))
    door.run(tokens.note_use, anonymous(), token=used)
    with door.database.read() as db:
        assert {each.name: each.last_used_at for each in db.query(ApiToken)} == {"used": door.clock(), "unused": None}
