import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from portal_app.models.enums import Grant, Role
from portal_app.models.identity import User
from portal_app.services.access import system
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from portal_app.services.identity import set_up, tokens, users
from tests.services.identity.conftest import PASSWORD, Person, anonymous, change_role
from tests.world import Agency, Clock

CLI = system("test")


def token_of(link: str | None) -> str:
    assert link is not None
    return parse_qs(urlsplit(link).query)["token"][0]


def finish(door: Door, token: str, **given: str) -> None:
    asyncio.run(
        set_up.finish(
            door,
            **{"token": token, "email": "ruth@agency.test.com", "name": "Ruth Calloway", "password": PASSWORD}
            | {"address": "192.0.2.1"}
            | given,
        )
    )


@pytest.mark.criterion("AUTH-20")
def test_the_first_administrator_comes_by_a_link_that_works_once(door: Door) -> None:
    link = door.run(set_up.first_administrator_link, CLI)
    finish(door, token_of(link))
    with door.database.read() as db:
        user = db.query(User).one()
        assert (user.email, user.role, user.totp_enrolled_at) == ("ruth@agency.test.com", Role.ADMIN, None)
    with pytest.raises(NotFound):
        finish(door, token_of(link), email="second@agency.test.com")
    assert door.run(set_up.first_administrator_link, CLI) is None


@pytest.mark.criterion("AUTH-20")
def test_a_new_link_voids_the_old_and_a_day_ends_it(door: Door, clock: Clock) -> None:
    old = token_of(door.run(set_up.first_administrator_link, CLI))
    new = token_of(door.run(set_up.first_administrator_link, CLI))
    with pytest.raises(NotFound):
        finish(door, old)
    clock.forward(hours=24)
    with pytest.raises(NotFound):
        finish(door, new)


@pytest.mark.criterion("AUTH-20")
@pytest.mark.both_databases
def test_two_who_use_one_link_at_once_make_one_administrator(door: Door) -> None:
    token = token_of(door.run(set_up.first_administrator_link, CLI))

    def one(email: str) -> bool:
        try:
            finish(door, token, email=email)
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, ["a@agency.test.com", "b@agency.test.com"])) == [False, True]


@pytest.mark.criterion("AUTH-20")
def test_bad_input_names_every_field_and_keeps_the_link(door: Door) -> None:
    token = token_of(door.run(set_up.first_administrator_link, CLI))
    with pytest.raises(Invalid) as refused:
        finish(door, token, email="no address", name="", password="short")
    assert {"email", "name", "password_short", "password_classes"} <= set(refused.value.problems)
    finish(door, token)


@pytest.mark.criterion("AUTH-22")
def test_links_bear_the_configured_address(door: Door) -> None:
    link = door.run(set_up.first_administrator_link, CLI)
    assert link is not None
    assert link.startswith("http://127.0.0.1:8000/set-up?token=")


@pytest.mark.criterion("USERS-01")
def test_a_producer_is_added_with_a_code_and_grants_within_the_ceiling(door: Door, agency: Agency) -> None:
    with pytest.raises(Invalid) as refused:
        door.run(users.add, CLI, email="x@agency.test", name="X", role=Role.PRODUCER)
    assert "producer_code" in refused.value.problems
    with pytest.raises(Invalid) as refused:
        door.run(
            users.add, CLI, email="x@agency.test", name="X", role=Role.READ_ONLY, grants=frozenset({Grant.COMMISSIONS})
        )
    assert "grants" in refused.value.problems
    door.run(
        users.add,
        CLI,
        email="X@agency.test",
        name="X",
        role=Role.PRODUCER,
        producer_code="HL-maya",
        grants=frozenset({Grant.DOWNLINE}),
    )
    with door.database.read() as db:
        assert db.query(User).filter_by(email="x@agency.test").one().producer_id == agency.maya.id


@pytest.mark.criterion("USERS-01")
def test_users_are_added_by_who_may(door: Door, agency: Agency) -> None:
    for actor in (agency.producer(), agency.csr(), agency.read_only()):
        with pytest.raises(Forbidden):
            door.run(users.add, actor, email="x@agency.test", name="X", role=Role.CSR)


@pytest.mark.criterion("USERS-02")
def test_the_last_administrator_stays(door: Door) -> None:
    finish(door, token_of(door.run(set_up.first_administrator_link, CLI)))
    with pytest.raises(Conflict):
        change_role(door, CLI, "ruth@agency.test.com", Role.CSR)


@pytest.mark.criterion("USERS-02")
def test_nobody_changes_their_own_role_and_a_producer_needs_a_book(door: Door, person: Person, agency: Agency) -> None:
    admin = replace(agency.admin(), user_id=person.user_id)
    with pytest.raises(Forbidden):
        change_role(door, admin, person.email, Role.PRINCIPAL)
    change_role(door, CLI, person.email, Role.CSR)
    with pytest.raises(Invalid):
        change_role(door, CLI, person.email, Role.PRODUCER)


@pytest.mark.criterion("USERS-03")
def test_a_token_works_until_it_ends_or_its_person_does(door: Door, person: Person, clock: Clock) -> None:
    token = door.run(tokens.create, CLI, email=person.email, name="spreadsheet")
    assert token.startswith("pp_")
    found = door.run(tokens.look_up, anonymous(), token=token)
    assert found is not None
    assert (found[0].email, found[0].may_write) == (person.email, False)
    clock.forward(days=90)
    assert door.run(tokens.look_up, anonymous(), token=token) is None
    other = door.run(tokens.create, CLI, email=person.email, name="other")
    door.run(users.reset_mfa, CLI, who=person.email)
    assert door.run(tokens.look_up, anonymous(), token=other) is None


@pytest.mark.criterion("USERS-03")
def test_a_token_never_bypasses_the_second_factor(door: Door, newcomer: Person) -> None:
    with pytest.raises(Forbidden):
        door.run(tokens.create, CLI, email=newcomer.email, name="x")
