"""What the palette proposes is what the lists would show, and to nobody more."""

from dataclasses import replace
from typing import Any

import pytest

from portal_app.database import Database
from portal_app.models.enums import Grant, Role, SubmissionStatus
from portal_app.services.access import ANONYMOUS, Actor, Permission, can
from portal_app.services.accounts import find_accounts
from portal_app.services.door import Door
from portal_app.services.errors import SignInNeeded
from portal_app.services.identity import roster
from portal_app.services.palette import LONGEST, OF_EACH, Suggestions, suggestions
from portal_app.services.policies.search import find
from portal_app.services.policies.views import Query
from portal_app.services.submissions import find as submissions
from tests.services.submissions.sent import add_submission
from tests.world import Agency, add_user, unenrolled

pytestmark = pytest.mark.both_databases

TEXTS = ("HO-10", "ho", "HO-102", "client", "Daniel's", "agency.test", "nothing like it", "%_", "’; DROP", "ß" * 300)


@pytest.fixture
def people(database: Database, agency: Agency) -> list[Actor]:
    with database.write() as db:
        users = {role: add_user(db, role) for role in Role}
        for name in ("maya", "daniel"):
            given = {"status": SubmissionStatus.PENDING, "submitted_by_id": users[Role.PRODUCER].id}
            about: dict[str, Any] = {**given, "insured_name": f"{name.title()}'s Client"}
            add_submission(db, users[Role.PRODUCER], agency.codes[name], **about)
    return [
        agency.principal(),
        agency.producer(),
        agency.other_producer(),
        agency.branch_manager(),
        agency.branch_manager(Grant.DOWNLINE),
        agency.csr(),
        agency.admin(),
        agency.read_only(),
    ]


@pytest.mark.criterion("KEYS-03")
@pytest.mark.parametrize("text", TEXTS)
def test_it_proposes_what_the_lists_show_first(door: Door, people: list[Actor], text: str) -> None:
    for person in people:
        found, cut = door.run(suggestions, person, text=text), text[:LONGEST]
        expected = Suggestions()
        if can(person, Permission.VIEW_OWN_ACCOUNTS):
            policies = door.run(find, person, query=Query(text=cut, count=OF_EACH))
            accounts = door.run(find_accounts, person, text=cut, count=OF_EACH)
            own = door.run(submissions.listed, person, wanted=submissions.Filter(text=cut), count=OF_EACH).rows
            expected = Suggestions(policies.rows, policies.total, accounts.rows, own)
        if can(person, Permission.MANAGE_USERS):
            users = door.run(roster.listed, person, text=cut, count=OF_EACH).rows
            expected = replace(expected, people=users)
        assert found == expected, person.email


@pytest.mark.criterion("KEYS-03")
def test_a_producer_is_not_led_to_anothers_policy(door: Door, people: list[Actor]) -> None:
    maya = people[1]
    assert [row.number for row in door.run(suggestions, maya, text="HO-10").policies] == ["HO-101"]
    found = door.run(suggestions, maya, text="Daniel's Client")
    assert "Daniel's Client" not in {row.insured_name for row in found.policies}
    assert (found.accounts, found.submissions, found.people) == ((), (), ())
    assert [row.insured_name for row in door.run(suggestions, maya, text="Maya's Cl").submissions] == ["Maya's Client"]


@pytest.mark.criterion("KEYS-03")
def test_the_administrator_finds_users_and_no_business(door: Door, people: list[Actor]) -> None:
    admin = next(each for each in people if each.role is Role.ADMIN)
    assert door.run(suggestions, admin, text="HO-10") == Suggestions()
    assert door.run(suggestions, admin, text="Client") == Suggestions()
    assert {line.role for line in door.run(suggestions, admin, text="@agency.test").people} == set(Role)


@pytest.mark.criterion("KEYS-03")
def test_less_than_two_characters_find_nothing(door: Door, people: list[Actor]) -> None:
    for text in ("", "H", "   H   ", "\t"):
        assert door.run(suggestions, people[0], text=text) == Suggestions()


@pytest.mark.criterion("KEYS-03")
def test_whoever_is_not_signed_in_finds_nothing(door: Door, people: list[Actor]) -> None:
    for stranger in (ANONYMOUS, unenrolled(people[0])):
        with pytest.raises(SignInNeeded):
            door.run(suggestions, stranger, text="HO-10")
