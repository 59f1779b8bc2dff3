"""What the palette is given to draw."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.components.palette import ACTIONS
from portal_app.models.enums import Role
from portal_app.services import palette
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Unexpected
from portal_app.services.palette import LONGEST
from portal_app.state.palette import PaletteState
from portal_app.state.portal import OFFERS, PortalState
from portal_app.state.preferences import PreferencesState
from tests.world import Agency, actor, add_user

Opens = Callable[..., Any]


def asked(opens: Opens, person: Actor, text: str) -> Any:
    state = opens(PaletteState, "/", person)
    asyncio.run(state.suggest(text))
    return state


@pytest.mark.criterion("KEYS-03")
def test_rows_lead_to_their_records(opens: Opens, agency: Agency) -> None:
    found = asked(opens, agency.producer(), "HO-10")
    policy = agency.policies["maya"]
    (row,) = found.policies
    assert (row.title, row.detail) == ("Maya's Client", "HO-101 · Homeowners · Active")
    assert row.href == f"/policies/{policy.locator}"
    (account,) = asked(opens, agency.producer(), "maya's").accounts
    assert (account.title, account.href.startswith("/accounts/")) == ("Maya's Client", True)
    assert asked(opens, agency.producer(), "daniel's").accounts == []


@pytest.mark.criterion("KEYS-03")
def test_more_than_is_shown_is_counted_and_led_to(
    opens: Opens, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(palette, "OF_EACH", 2)
    rows = asked(opens, agency.csr(), " HO-10 ").policies
    assert [row.title for row in rows][-1] == "All 4 policies that match"
    assert rows[-1].href == "/policies?q=HO-10"
    assert len(rows) == 3


@pytest.mark.criterion("KEYS-03")
def test_the_administrator_is_led_to_users(opens: Opens, door: Door, agency: Agency) -> None:
    with door.database.write() as db:
        user = add_user(db, Role.CSR, "ines@agency.test")
    found = asked(opens, agency.admin(), "ines")
    assert [row.href for row in found.people] == [f"/admin/users/{user.locator}"]
    assert (found.policies, found.accounts) == ([], [])


@pytest.mark.criterion("KEYS-04")
@pytest.mark.parametrize("text", ["x" * 500, "\ud800\udfff lone", "", "  ", "\x00", "%", "“HO”"])
def test_nothing_that_is_typed_breaks_it(opens: Opens, agency: Agency, text: str) -> None:
    found = asked(opens, agency.csr(), text)
    assert found.trouble == ""
    assert found.asked == text[:LONGEST].encode(errors="ignore").decode()


@pytest.mark.criterion("KEYS-04")
def test_a_fault_is_told_in_the_palette_and_leaves_the_page_alone(
    opens: Opens, door: Door, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = asked(opens, agency.csr(), "HO-10")
    assert state.policies
    page = state._get_root_state().get_substate(PortalState.get_full_name().split("."))
    page.problem, page.missing = "What the page has to say.", True

    def refuse(*_: object, **__: object) -> None:
        raise Unexpected("ab12cd34")

    with monkeypatch.context() as patched:
        patched.setattr(type(door), "run", refuse)
        asyncio.run(state.suggest("HO-101"))
    assert (state.asked, state.policies) == ("HO-101", [])
    assert state.trouble == "Something went wrong on our side. Nothing was changed. Reference: ab12cd34"
    assert (page.problem, page.missing) == ("What the page has to say.", True)
    asyncio.run(state.suggest("HO-101"))
    assert state.trouble == ""


@pytest.mark.criterion("KEYS-02")
def test_actions_are_offered_by_right(opens: Opens, agency: Agency) -> None:
    assert {action.key for action in ACTIONS} == OFFERS.keys()
    offered: dict[Role | None, set[str]] = {}
    for person in (agency.principal(), agency.producer(), agency.csr(), agency.admin(), agency.read_only()):
        page = opens(PortalState, "/", person)
        asyncio.run(page.arrive())
        offered[person.role] = set(page.actions)
    lists, looking = {"export-policies", "export-accounts", "export-submissions"}, {"quarantine"}
    seen = {"submissions-at-risk"}
    running = looking | {"add-user", "add-producer", "roles", "run-feed", "export-users", "export-audit"}
    assert offered == {
        Role.PRINCIPAL: running | lists | seen | {"new-submission", "unrouted"},
        Role.PRODUCER: seen | {"new-submission"},
        Role.CSR: looking | lists | seen | {"new-submission"},
        Role.ADMIN: running,
        Role.READ_ONLY: looking | lists | seen | {"export-audit"},
    }


@pytest.mark.criterion("KEYS-07")
def test_single_keys_are_turned_off_and_the_page_says_so(opens: Opens, door: Door, agency: Agency) -> None:
    with door.database.write() as db:
        user = add_user(db, Role.CSR, "ines@agency.test")
    page = opens(PreferencesState, "/preferences", actor(Role.CSR, user_id=user.id, email=user.email))
    asyncio.run(page.arrive())
    assert page.single_keys
    asyncio.run(page.turn_single_keys(False))
    assert (page.single_keys, page.flash) == (False, "Single keys are off.")
    asyncio.run(page.arrive())
    assert not page.single_keys
