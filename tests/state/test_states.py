"""What the pages are given to draw."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from reflex_base.registry import RegistrationContext

from portal_app.models.enums import Role, SessionStage
from portal_app.models.identity import UserSession
from portal_app.pages import PAGES
from portal_app.services.access import ANONYMOUS
from portal_app.services.door import Door
from portal_app.state.accounts import AccountsState, AccountState
from portal_app.state.front_door import FrontDoorState
from portal_app.state.home import HomeState
from portal_app.state.policies import PoliciesState
from portal_app.state.policy import PolicyState
from portal_app.state.portal import PortalState
from tests.state.conftest import go
from tests.world import NOW, Agency, actor, add_user

Opens = Callable[..., Any]


def test_on_arrival_the_portal_knows_the_person_and_where_they_may_go(opens: Opens, door: Door, agency: Agency) -> None:
    with door.database.write() as db:
        user = add_user(db, Role.PRODUCER, "maya@agency.test", agency.maya)
    page = opens(PortalState, "/", actor(Role.PRODUCER, agency.maya.id, user_id=user.id, email="maya@agency.test"))
    asyncio.run(page.arrive())
    assert (page.email, page.role, page.producer) == ("maya@agency.test", "Sub-Agent / Producer", "Maya Alvarez")
    assert (page.agency_name, page.places) == (
        "Harbor Lane Insurance",
        ["home", "policies", "accounts", "submissions", "quotes", "messages", "producers", "binding", "authority"],
    )


@pytest.mark.criterion("LOOK-12")
def test_a_notice_is_shown_until_it_is_dismissed(opens: Opens, door: Door, agency: Agency) -> None:
    door.settings.concurrent_sessions = True
    with door.database.write() as db:
        user = add_user(db, Role.CSR)
        sign_in = UserSession(
            token_hash=b"t" * 32, user_id=user.id or 0, stage=SessionStage.FULL, created_at=NOW, last_seen_at=NOW,
            expires_at=NOW, notice="Your account was used to sign in from 192.0.2.7.",
        )  # fmt: skip
        db.add(sign_in)
        db.flush()
        person = replace(agency.csr(), user_id=user.id, session_id=sign_in.id)
    page = opens(PortalState, "/", person)
    for _ in range(2):
        asyncio.run(page.arrive())
        assert page.flash == "Your account was used to sign in from 192.0.2.7."
    asyncio.run(page.dismiss())
    asyncio.run(page.arrive())
    assert page.flash == ""


@pytest.mark.criterion("LOOK-05")
def test_the_administrator_is_shown_no_way_to_the_business(opens: Opens, agency: Agency) -> None:
    page = opens(HomeState, "/", agency.admin())
    asyncio.run(page.arrive())
    asyncio.run(page.load())
    assert page.places == ["home", "producers", "authority", "users", "integrations", "settings", "audit"]
    assert page.cards == ["feeds", "troubles", "people"]
    assert page.next_to_end == []


def test_the_list_shows_ones_own_book_and_offers_what_is_in_it(opens: Opens, agency: Agency) -> None:
    page = opens(PoliciesState, "/policies", agency.producer())
    asyncio.run(page.load())
    assert [row.insured_name for row in page.rows] == ["Maya's Client"]
    row = page.rows[0]
    assert (row.number, row.line, row.carrier) == ("HO-101", "Homeowners", "Granite Mutual")
    assert (row.effective, row.expiration, row.premium) == ("Jun 1, 2026", "Jun 1, 2027", "$1,234.50")
    assert row.href == f"/policies/{agency.policies['maya'].locator}"
    assert (page.headline, page.span) == ("1 policy", "1–1 of 1")
    assert [each.label for each in page.carriers] == ["Granite Mutual"]


@pytest.mark.criterion("SEARCH-25")
def test_nothing_yet_differs_from_nothing_that_matches(opens: Opens, agency: Agency) -> None:
    nobody = opens(PoliciesState, "/policies", actor(Role.PRODUCER, None))
    asyncio.run(nobody.load())
    assert (nobody.total, nobody.narrowed, nobody.loaded) == (0, False, True)
    searching = opens(PoliciesState, "/policies?q=zzzzqqq&status=active", agency.csr())
    asyncio.run(searching.load())
    assert (searching.total, searching.narrowed, searching.loaded) == (0, True, True)


@pytest.mark.criterion("LOOK-08")
@pytest.mark.parametrize(
    ("kind", "path"),
    [(PolicyState, "/policies/{}"), (PolicyState, "/policies/nonsense"), (AccountState, "/accounts/nonsense")],
)
def test_anothers_record_is_not_there(opens: Opens, agency: Agency, kind: type[PortalState], path: str) -> None:
    state = opens(kind, path.format(agency.policies["daniel"].locator), agency.producer())
    asyncio.run(state.load())
    assert (state.missing, state.shown, state.problem) == (True, "", "")


def test_a_record_that_was_shown_goes_when_the_next_one_is_missing(opens: Opens, agency: Agency) -> None:
    state = opens(PolicyState, f"/policies/{agency.policies['maya'].locator}/", agency.producer())
    asyncio.run(state.load())
    assert state.policy.number == "HO-101"
    go(state.parent_state.parent_state, "/policies/nonsense")
    asyncio.run(state.load())
    assert state.shown == ""


@pytest.mark.criterion("LOOK-07")
def test_a_fault_becomes_a_sentence_and_a_reference(
    opens: Opens, agency: Agency, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opens(PoliciesState, "/policies", agency.csr())
    monkeypatch.setattr(type(door), "run", _raise_unexpected)
    asyncio.run(page.load())
    assert page.problem == "Something went wrong on our side. Nothing was changed."
    assert page.reference == "ab12cd34"
    monkeypatch.undo()


def _raise_unexpected(*_: object, **__: object) -> None:
    from portal_app.services.errors import Unexpected

    raise Unexpected("ab12cd34")


def test_after_a_fault_the_page_recovers(opens: Opens, agency: Agency) -> None:
    page = opens(PoliciesState, "/policies", agency.csr())
    page.problem, page.reference = "Something went wrong on our side. Nothing was changed.", "ab12cd34"
    asyncio.run(page.load())
    assert (page.problem, page.reference, page.total) == ("", "", 4)


def test_accounts_are_counted_and_found(opens: Opens, agency: Agency) -> None:
    page = opens(AccountsState, "/accounts?q=client", agency.csr())
    asyncio.run(page.load())
    assert (page.total, len(page.rows), page.headline) == (4, 4, "4 accounts")
    everything = opens(AccountsState, "/accounts", agency.csr())
    asyncio.run(everything.load())
    assert (everything.total, everything.span) == (4, "1–4 of 4")
    none = opens(AccountsState, "/accounts?q=zzzz", agency.csr())
    asyncio.run(none.load())
    assert (none.total, none.rows, none.searching) == (0, [], True)


def test_an_account_shows_the_policies_that_one_may_see(opens: Opens, door: Door, agency: Agency) -> None:
    listed = opens(AccountsState, "/accounts", agency.producer())
    asyncio.run(listed.load())
    page = opens(AccountState, listed.rows[0].href, agency.producer())
    asyncio.run(page.load())
    assert (page.account_name, [row.number for row in page.rows]) == ("Maya's Client", ["HO-101"])


def test_strangers_learn_whose_portal_it_is_and_no_more(opens: Opens) -> None:
    page = opens(FrontDoorState, "/set-up?token=abc", ANONYMOUS)
    asyncio.run(page.arrive_outside())
    asyncio.run(page.look_at_link())
    assert (page.agency_name, page.missing, page.invited_email) == ("Harbor Lane Insurance", True, "")


def test_no_handler_can_be_mistaken_for_a_setter_and_each_runs_off_the_loop() -> None:
    import inspect

    assert PAGES
    handlers = {
        name: found.handler.fn
        for name, found in RegistrationContext.get().event_handlers.items()
        if found.handler.fn.__module__.startswith("portal_app.state")
    }
    assert handlers
    assert [name for name in handlers if name.rpartition(".")[2].startswith("set")] == []
    assert [name for name, function in handlers.items() if not inspect.iscoroutinefunction(function)] == []


@pytest.mark.criterion("PAGE-01")
def test_a_message_stays_with_the_page_on_which_it_was_said(opens: Opens, agency: Agency) -> None:
    page = opens(PortalState, "/admin/integrations", agency.csr())
    for path in ("/admin/integrations", "/policies"):
        page._say("Saved.")
        go(page._get_root_state(), path)
        asyncio.run(page.arrive())
        assert page.flash == ""


@pytest.mark.criterion("PAGE-01")
def test_a_message_is_read_once_on_the_page_to_which_it_leads(opens: Opens, agency: Agency) -> None:
    page = opens(PortalState, "/admin/integrations/rows/1", agency.csr())
    said = []
    page._say_at("/admin/integrations#quarantine", "Mended.")
    for path in ("/admin/integrations", "/admin/integrations"):
        go(page._get_root_state(), path)
        asyncio.run(page.arrive())
        said.append(page.flash)
    assert said == ["Mended.", ""]
