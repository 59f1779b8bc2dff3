"""People in the administrator's hands: found, changed, shut out, and what a role would see."""

from dataclasses import replace

import pytest

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Grant, Role, SessionEnd
from portal_app.services.access import Actor, Permission, Reach, system
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.identity import roster, tokens, users
from portal_app.services.identity.draft import Draft
from portal_app.services.identity.roster import Standing
from tests.services.identity.conftest import Person, change_role
from tests.world import Agency, Clock

CLI = system("test")


def draft_of(door: Door, who: str) -> Draft:
    """What is written down of somebody now."""
    found = door.run(roster.one, CLI, who=who)
    return Draft(found.line.email, found.line.name, found.line.role, found.producer_code, found.grants)


@pytest.fixture
def staff(door: Door, agency: Agency, person: Person) -> dict[str, str]:
    """Two administrators, a CSR and a producer by name, beside the person. The values are locators."""
    door.run(users.add, CLI, email="ruth@agency.test", name="Ruth Calloway", role=Role.ADMIN)
    door.run(users.add, CLI, email="tom@agency.test", name="Tom Becker", role=Role.ADMIN)
    door.run(users.add, CLI, email="imani@agency.test", name="Imani Brooks", role=Role.CSR)
    door.run(users.add, CLI, email="dan@agency.test", name="Daniel Kim", role=Role.PRODUCER, producer_code="HL-daniel")
    found = door.run(roster.listed, CLI, count=200).rows
    return {line.name.split()[0]: line.locator for line in found}


@pytest.mark.criterion("USERS-04")
def test_people_are_found_by_name_address_role_and_standing(door: Door, staff: dict[str, str]) -> None:
    def names(**asked: object) -> list[str]:
        return [line.name for line in door.run(roster.listed, CLI, **asked).rows]  # type: ignore[arg-type]

    assert names(role=Role.ADMIN) == ["Ruth Calloway", "Tom Becker"]
    assert names(text="DAN@") == ["Daniel Kim"]
    assert names(text="brooks") == ["Imani Brooks"]
    assert names(text="%") == []
    door.run(users.disable, CLI, who=staff["Imani"])
    assert names(standing=Standing.DISABLED) == ["Imani Brooks"]
    assert "Imani Brooks" not in names(standing=Standing.INVITED)
    whole = door.run(roster.listed, CLI, count=2)
    assert (len(whole.rows), whole.total) == (2, 5)


@pytest.mark.criterion("USERS-04")
def test_how_it_stands_with_one_of_them(door: Door, person: Person, staff: dict[str, str]) -> None:
    found = door.run(roster.one, CLI, who=staff["Daniel"])
    assert (found.line.standing, found.line.enrolled, found.producer_code) == (Standing.INVITED, False, "HL-daniel")
    assert found.may_be_granted == {Grant.DOWNLINE}
    for _ in range(5):
        person.give_password("Wrong-Guess-77!?")
    assert door.run(roster.one, CLI, who=person.locator).line.standing is Standing.LOCKED
    with pytest.raises(NotFound):
        door.run(roster.one, CLI, who="01ARZ3NDEKTSV4RRFFQ69G5FAV")


@pytest.mark.criterion("USERS-05")
def test_a_change_of_what_somebody_may_do_ends_their_sessions_and_is_audited(
    door: Door, person: Person, agency: Agency
) -> None:
    session = person.sign_in()
    draft = replace(draft_of(door, person.locator), producer_code="HL-maya")
    door.run(users.change, CLI, who=person.locator, draft=draft)
    assert person.resolve(session) is SessionEnd.ROLE_CHANGED

    again = person.sign_in()
    door.run(users.change, CLI, who=person.locator, draft=replace(draft, name="Maya A. Lopez"))
    assert isinstance(person.resolve(again), Actor), "a name is nothing that anybody may do"
    door.run(users.change, CLI, who=person.locator, draft=replace(draft, name="Maya A. Lopez"))
    with door.database.read() as db:
        changes = [event.detail for event in db.query(AuditEvent).filter_by(action="user.changed")]
    assert len(changes) == 2, "nothing changed the third time"
    kept = [changes[0][side]["producer"] for side in ("before", "after")]
    assert kept[0] != kept[1] == f"{door.run(roster.one, CLI, who=person.locator).line.producer} (HL-maya)"
    assert changes[1]["before"]["name"] != changes[1]["after"]["name"] == "Maya A. Lopez"


@pytest.mark.criterion("USERS-05")
def test_grants_come_and_go_and_never_beyond_the_ceiling(door: Door, staff: dict[str, str]) -> None:
    draft = draft_of(door, staff["Daniel"])
    door.run(users.change, CLI, who=staff["Daniel"], draft=replace(draft, grants=frozenset({Grant.DOWNLINE})))
    assert door.run(roster.one, CLI, who=staff["Daniel"]).grants == {Grant.DOWNLINE}
    door.run(users.change, CLI, who=staff["Daniel"], draft=draft)
    assert door.run(roster.one, CLI, who=staff["Daniel"]).grants == frozenset()
    with pytest.raises(Invalid) as refusal:
        door.run(users.change, CLI, who=staff["Daniel"], draft=replace(draft, grants=frozenset({Grant.COMMISSIONS})))
    assert set(refusal.value.problems) == {"grants"}


@pytest.mark.criterion("USERS-05")
def test_bad_input_names_every_field_and_changes_nothing(door: Door, staff: dict[str, str]) -> None:
    bad = Draft("ruth@agency.test", " ", Role.PRODUCER, "NOPE-1", frozenset({Grant.COMMISSIONS}))
    with pytest.raises(Invalid) as refusal:
        door.run(users.change, CLI, who=staff["Imani"], draft=bad)
    assert set(refusal.value.problems) == {"email", "name", "producer_code", "grants"}
    assert draft_of(door, staff["Imani"]).name == "Imani Brooks"
    own = draft_of(door, staff["Imani"])
    door.run(users.change, CLI, who=staff["Imani"], draft=replace(own, name="Imani B."))


@pytest.mark.criterion("USERS-06")
def test_who_is_shut_out_is_out_at_once_and_can_be_let_in_again(door: Door, person: Person) -> None:
    session = person.sign_in()
    token = door.run(tokens.create, CLI, email=person.email, name="Reports")
    door.run(users.disable, CLI, who=person.locator)
    assert person.resolve(session) is SessionEnd.REVOKED
    assert door.run(tokens.look_up, CLI, token=token) is None
    assert not hasattr(person.give_password(), "token")

    door.run(users.enable, CLI, who=person.locator)
    assert isinstance(person.resolve(person.sign_in()), Actor)
    assert door.run(tokens.look_up, CLI, token=token) is None, "tokens do not come back"


@pytest.mark.criterion("USERS-06")
def test_a_link_of_somebody_who_was_shut_out_is_void(door: Door, agency: Agency) -> None:
    from urllib.parse import parse_qs, urlsplit

    from portal_app.services.access import ANONYMOUS
    from portal_app.services.identity import set_up

    link = door.run(users.add, CLI, email="x@agency.test", name="Xenia", role=Role.CSR).link
    door.run(users.disable, CLI, who="x@agency.test")
    with pytest.raises(NotFound):
        door.run(set_up.look_at, ANONYMOUS, token=parse_qs(urlsplit(link).query)["token"][0])


@pytest.mark.criterion("USERS-07")
def test_nobody_changes_what_they_may_do_themselves(door: Door, agency: Agency, staff: dict[str, str]) -> None:
    ruth = replace(agency.admin(), user_id=_id(door, staff["Ruth"]), locator=staff["Ruth"])
    own = draft_of(door, staff["Ruth"])
    for change in (
        lambda: door.run(users.change, ruth, who=staff["Ruth"], draft=replace(own, role=Role.CSR)),
        lambda: door.run(users.disable, ruth, who=staff["Ruth"]),
        lambda: door.run(users.reset_mfa, ruth, who=staff["Ruth"]),
    ):
        with pytest.raises(Forbidden):
            change()
    door.run(users.change, ruth, who=staff["Ruth"], draft=replace(own, name="Ruth C."))


@pytest.mark.criterion("USERS-07")
def test_the_last_administrator_stays(door: Door, staff: dict[str, str]) -> None:
    door.run(users.disable, CLI, who=staff["Ruth"])
    with pytest.raises(Conflict, match="last administrator"):
        door.run(users.disable, CLI, who=staff["Tom"])
    with pytest.raises(Conflict, match="last administrator"):
        change_role(door, CLI, staff["Tom"], Role.CSR)
    door.run(users.disable, CLI, who=staff["Ruth"])
    door.run(users.enable, CLI, who=staff["Ruth"])
    door.run(users.disable, CLI, who=staff["Tom"])


def _id(door: Door, locator: str) -> int:
    from portal_app.models.identity import User

    with door.database.read() as db:
        return db.query(User).filter_by(locator=locator).one().id or 0


@pytest.mark.criterion("USERS-08")
def test_what_a_role_would_see(door: Door, agency: Agency) -> None:
    def sees(role: Role, code: str = "", *grants: Grant) -> roster.Outlook:
        return door.run(roster.outlook, CLI, draft=Draft("n@agency.test", "N", role, code, frozenset(grants)))

    everything = sees(Role.PRINCIPAL)
    assert sees(Role.ADMIN).policies == 0
    assert sees(Role.CSR).policies == everything.policies > 0
    assert sees(Role.PRODUCER, "HL-maya").policies < everything.policies
    assert (Permission.VIEW_COMMISSIONS, Reach.FULL) in sees(Role.CSR, "", Grant.COMMISSIONS).permissions
    assert Permission.VIEW_COMMISSIONS not in dict(sees(Role.CSR).permissions)
    with pytest.raises(Invalid):
        sees(Role.PRODUCER)
    assert everything.permissions_now == frozenset(), "nobody is there yet"


@pytest.mark.criterion("USERS-08")
def test_what_somebody_may_do_now_is_told_beside_what_they_would(door: Door, staff: dict[str, str]) -> None:
    own = draft_of(door, staff["Imani"])
    grants = frozenset({Grant.COMMISSIONS})
    before = door.run(roster.outlook, CLI, draft=own, who=staff["Imani"])
    assert before.permissions_now == set(dict(before.permissions))
    found = door.run(roster.outlook, CLI, draft=replace(own, grants=grants), who=staff["Imani"])
    assert set(dict(found.permissions)) - found.permissions_now == {Permission.VIEW_COMMISSIONS}
    door.run(users.change, CLI, who=staff["Imani"], draft=replace(own, grants=grants))
    assert Permission.VIEW_COMMISSIONS in door.run(roster.outlook, CLI, draft=own, who=staff["Imani"]).permissions_now


@pytest.mark.criterion("USERS-09")
def test_an_invitation_can_be_made_again_until_a_password_is_set(door: Door, agency: Agency, person: Person) -> None:
    first = door.run(users.add, CLI, email="x@agency.test", name="Xenia", role=Role.CSR).link
    assert door.run(users.invite_again, CLI, who="x@agency.test") != first
    with pytest.raises(Conflict):
        door.run(users.invite_again, CLI, who=person.locator)


@pytest.mark.criterion("USERS-09")
def test_sessions_and_tokens_of_others_are_ended(door: Door, person: Person, newcomer: Person) -> None:
    session = person.sign_in()
    door.run(tokens.create, CLI, email=person.email, name="Reports")
    assert door.run(roster.one, CLI, who=person.locator).open_sessions == 1
    assert door.run(users.sign_out_everywhere, CLI, who=person.locator) == 1
    assert person.resolve(session) is SessionEnd.REVOKED
    [token] = door.run(roster.one, CLI, who=person.locator).tokens
    with pytest.raises(NotFound):
        door.run(users.revoke_token, CLI, who=newcomer.locator, locator=token.locator)
    door.run(users.revoke_token, CLI, who=person.locator, locator=token.locator)
    assert door.run(roster.one, CLI, who=person.locator).tokens == ()
    with pytest.raises(NotFound):
        door.run(users.revoke_token, CLI, who=person.locator, locator=token.locator)


@pytest.mark.criterion("USERS-07")
def test_only_who_manages_users_may(door: Door, agency: Agency, clock: Clock) -> None:
    for actor in (agency.csr(), agency.producer()):
        for service in (roster.listed, users.invite_again):
            with pytest.raises(Forbidden):
                door.run(service, actor, **({} if service is roster.listed else {"who": "x"}))  # type: ignore[arg-type]
