"""The pages of binding authority and the section of a quote, as a tab holds them."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal_app.components.authority import why_not_bound
from portal_app.components.badge import BIND_OUTCOME, RULE_STANDING, VERDICT
from portal_app.models.enums import BindAction, GranteeKind
from portal_app.services.access import Actor
from portal_app.services.authority import grants, moratoria
from portal_app.services.authority.terms import GrantTerms, Standing
from portal_app.services.door import Door
from portal_app.state import address, wording
from portal_app.state.answers import OUTCOMES, VERDICTS
from portal_app.state.authority import AuthorityState, RuleState
from portal_app.state.authority_form import Form
from portal_app.state.binding import BindingState
from portal_app.state.earlier_answers import EarlierAnswerState
from portal_app.state.quote_authority import QuoteAuthorityState
from tests.services.authority.conftest import GIVEN, STORM, add_quote
from tests.state.conftest import go
from tests.world import Agency

Opens = Callable[..., Any]
PLACE = "/admin/authority"
GRANT = {
    "grantee_kind": "code",
    "grantee_code": "HL-maya",
    "action_new": "on",
    "states": "ri, ma",
    "max_premium": "$10,000",
    "effective_on": "2026-01-01",
}
STOP = {
    "name": "Storm Ida",
    "peril": "Wind",
    "reason": "A named storm.",
    "action_new": "on",
    "line_homeowners": "on",
    "begins_at": "2026-11-20T07:00",
    "zip_prefixes": "029",
}


def opened(opens: Opens, path: str, actor: Actor, page: Any = RuleState) -> Any:
    found = opens(page, path, actor)
    asyncio.run(found.load_new() if path.endswith("/new") else found.load())
    return found


@pytest.mark.criterion("BIND-19")
def test_every_standing_verdict_and_outcome_has_a_badge() -> None:
    assert set(RULE_STANDING) == {each.label for each in Standing}
    assert set(VERDICT) == set(VERDICTS.values())
    assert set(BIND_OUTCOME) == set(OUTCOMES.values())


@pytest.mark.criterion("BIND-19")
def test_a_grant_is_typed_saved_once_shown_and_changed(door: Door, opens: Opens, agency: Agency) -> None:
    page = opened(opens, f"{PLACE}/grants/new", agency.admin())
    assert page.typed == {"effective_on": "2026-11-20", "action_new": "on"}
    asyncio.run(page.pick("code"))
    for _ in range(2):
        assert asyncio.run(page.save(GRANT)) is None or page.done
    assert (page.problems, page.flash) == ({}, "Granted.")
    listed = opened(opens, PLACE, agency.admin(), AuthorityState)
    [row] = listed.grants
    assert (row.title, row.told) == (
        "Code HL-maya · Any carrier · Any line · MA, RI",
        "New business up to $10,000 premium",
    )
    assert (row.standing, row.when) == ("In force", "From Jan 1, 2026 on")
    form = opened(opens, row.href, agency.admin())
    kept = {**form.typed, "max_premium": "12,000.50", "binder_days": "30"}
    assert form.typed["grantee_code"] == "HL-maya"
    assert (form.typed["max_premium"], form.typed["states"], form.grantee_kind) == ("10,000", "MA, RI", "code")
    asyncio.run(form.save(kept))
    found = door.run(grants.one, agency.admin(), locator=row.key)
    assert (found.version, found.terms.max_premium, found.terms.binder_days) == (2, Decimal("12000.50"), 30)
    assert (found.terms.states, found.terms.actions) == (("MA", "RI"), (BindAction.NEW,))


@pytest.mark.criterion("PRODPAGE-19")
def test_a_grant_to_a_producer_who_is_not_proposed_is_typed_and_stays(
    door: Door, opens: Opens, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal_app.services.producers.choices.MOST_CHOICES", 1)
    page = opened(opens, f"{PLACE}/grants/new", agency.admin())
    [first] = page.producers
    assert page.producers_told.startswith("The first 1 of ")
    asyncio.run(page.pick("producer"))
    given = {each: value for each, value in GRANT.items() if each != "grantee_code"} | {"grantee_kind": "producer"}
    asyncio.run(page.save(given | {"grantee_producer": "Nobody"}))
    assert page.problems["grantee_producer"].startswith("No producer is called Nobody.")
    asyncio.run(page.save(given | {"grantee_producer": "maya alvarez"}))
    assert (page.problems, page.flash) == ({}, "Granted.")
    [row] = opened(opens, PLACE, agency.admin(), AuthorityState).grants
    form = opened(opens, row.href, agency.admin())
    assert (form.typed["grantee_producer"], first.value != agency.maya.locator) == ("Maya Alvarez", True)
    asyncio.run(form.save({**form.typed, "binder_days": "30"}))
    found = door.run(grants.one, agency.admin(), locator=row.key)
    assert (found.terms.grantee, found.terms.binder_days) == (agency.maya.locator, 30)


@pytest.mark.criterion("BIND-19")
def test_what_cannot_be_read_or_taken_is_told_at_its_field(opens: Opens, agency: Agency, door: Door) -> None:
    page = opened(opens, f"{PLACE}/grants/new", agency.admin())
    asyncio.run(page.pick("code"))
    wrong = {"max_premium": "a lot", "binder_days": "-1", "effective_on": "soon", "expires_on": ""}
    asyncio.run(page.save(GRANT | wrong))
    assert page.problems == {
        "max_premium": "Enter an amount of dollars, such as 10,000 or 10000.50.",
        "binder_days": "Enter a whole number of days.",
        "effective_on": "Enter a date.",
    }
    asyncio.run(page.save(GRANT | {"grantee_code": "HL-9", "action_new": ""}))
    assert list(page.problems) == ["actions"]
    asyncio.run(page.save(GRANT | {"grantee_code": "HL-9"}))
    assert page.problems == {"grantee_code": "There is no such producer code."}
    assert door.run(grants.listed, agency.admin()).total == 0


@pytest.mark.criterion("BIND-19")
def test_a_moratorium_is_set_in_the_agencys_time_and_ended_after_a_question(
    door: Door, opens: Opens, agency: Agency
) -> None:
    page = opened(opens, f"{PLACE}/moratoria/new", agency.admin())
    assert page.typed["begins_at"] == "2026-11-20T10:00"
    asyncio.run(page.save(STOP))
    [row] = opened(opens, PLACE, agency.producer(), AuthorityState).moratoria
    assert (row.href, row.title, row.when) == ("", "Storm Ida", "From Nov 20, 2026 7:00 AM EST, until it is ended")
    assert row.told == "Any carrier · Homeowners · ZIP 029…: new business"
    form = opened(opens, f"{PLACE}/moratoria/{row.key}", agency.admin())
    assert form.typed == {**STOP, "states": "", "ends_at": ""}
    asyncio.run(form.end())
    assert door.run(moratoria.one, agency.admin(), locator=row.key).ended_at is None, "nobody was asked yet"
    asyncio.run(form.ask_first(True))
    asyncio.run(form.end())
    assert door.run(moratoria.one, agency.admin(), locator=row.key).standing is Standing.ENDED


@pytest.mark.criterion("BIND-27")
def test_both_lists_of_rules_have_pages_and_a_filter_in_the_address(
    door: Door, opens: Opens, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "PAGE", 2)
    for number in range(5):
        door.run(moratoria.add, agency.admin(), terms=replace(STORM, name=f"Storm {number}"))
        made = door.run(grants.add, agency.admin(), terms=replace(GIVEN, max_premium=Decimal(number + 1)))
    door.run(grants.end, agency.admin(), locator=made.locator, version=1)

    def shown(path: str) -> Any:
        return opened(opens, path, agency.producer(), AuthorityState)

    first = shown(PLACE)
    assert first.headline == "5 grants, 5 moratoria running"
    assert [each.title for each in first.moratoria] == ["Storm 4", "Storm 3"]
    assert (first.stops_previous, first.stops_following) == ("", f"{PLACE}?stops=2")
    last = shown(f"{PLACE}?page=2&stops=3")
    assert ([each.title for each in last.moratoria], len(last.grants)) == (["Storm 0"], 2)
    assert (last.stops_previous, last.following) == (f"{PLACE}?page=2&stops=2", f"{PLACE}?page=3&stops=3")
    ended = shown(f"{PLACE}?standing=ended")
    assert ([each.standing for each in ended.grants], ended.moratoria, ended.narrowed) == (["Ended"], [], True)
    assert ended.headline == "1 grant, 5 moratoria running"
    beyond = shown(f"{PLACE}?stops=9&standing=odd")
    assert (beyond.moratoria, beyond.stopped, beyond.stops_previous, beyond.narrowed) == (
        [], 5, f"{PLACE}?stops=3", False,
    )  # fmt: skip


@pytest.mark.criterion("BIND-19")
def test_who_is_overtaken_is_told_and_loses_nothing(door: Door, opens: Opens, agency: Agency) -> None:
    made = door.run(grants.add, agency.admin(), terms=GIVEN)
    form = opened(opens, f"{PLACE}/grants/{made.locator}", agency.admin())
    about = {"locator": made.locator, "version": 1, "given": {"max_premium": Decimal(1)}}
    door.run(grants.change, agency.principal(), **about)
    asyncio.run(form.refresh())
    assert (form.overtaken, form.typed["max_premium"]) == (True, "10,000")
    asyncio.run(form.save(form.typed | {"max_premium": "5"}))
    assert (form.flash_kind, form.done) == ("bad", False)
    asyncio.run(form.show_now())
    assert (form.overtaken, form.typed["max_premium"]) == (False, "1")


@pytest.mark.criterion("BIND-20")
def test_it_is_asked_by_hand_and_every_rule_is_shown(door: Door, opens: Opens, agency: Agency) -> None:
    door.run(grants.add, agency.admin(), terms=GIVEN)
    page = opened(opens, "/authority", agency.producer(), BindingState)
    assert (page.codes, page.only_code, page.today) == (["HL-maya"], "HL-maya", "2026-11-20")
    asked = {"action": "new", "producer_code": "HL-maya", "line": "homeowners", "state": "RI", "premium": "12,400"}
    asyncio.run(page.ask(asked | {"effective": "2026-12-01"}))
    assert (page.decision.outcome, len(page.decision.rules)) == ("Refer", 8)
    [refers] = [each for each in page.decision.rules if each.verdict != "Pass"]
    assert (refers.rule, refers.would_pass) == (
        "Authority",
        "Premium of at most $10,000.00 passes, or a grant that allows it.",
    )
    asyncio.run(page.ask(asked | {"producer_code": "HL-daniel"}))
    assert page.problems == {"producer_code": "There is no such producer code, or it is not yours."}
    assert page.decision.key == "", "the answer was about other facts"
    asyncio.run(page.ask(asked | {"premium": "much"}))
    assert list(page.problems) == ["premium"]


ASKED = {"action": "new", "producer_code": "HL-maya", "line": "homeowners", "state": "RI", "effective": "2026-12-01"}


@pytest.mark.criterion("BIND-28")
def test_earlier_answers_are_listed_and_read_again(
    door: Door, opens: Opens, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "PAGE", 2)
    person = agency.principal()
    page = opened(opens, "/authority", person, BindingState)
    assert (page.earlier, page.span) == ([], wording.span(0, 0, 0))
    for premium in ("100", "200", "300"):
        asyncio.run(page.ask(ASKED | {"premium": premium}))
    door.run(moratoria.add, agency.admin(), terms=STORM)
    asyncio.run(page.ask(ASKED | {"premium": "400", "postal_code": "02903"}))
    assert [(each.about, each.outcome, each.failing) for each in page.earlier] == [
        ("New business · Homeowners · RI · HL-maya · $400.00 premium", "Do not bind", "1 rule in the way"),
        ("New business · Homeowners · RI · HL-maya · $300.00 premium", "May be bound", ""),
    ]
    assert (page.total, page.following, page.previous) == (4, "/authority?page=2", "")
    answered = page.decision.key
    go(page, "/authority?outcome=bind&page=2")
    asyncio.run(page.load())
    assert [each.about.rpartition(" · ")[2] for each in page.earlier] == ["$100.00 premium"]
    assert (page.total, page.previous, page.following) == (3, "/authority?outcome=bind", "")
    assert page.decision.key == answered, "the page was turned below what is being asked"
    stranger = replace(agency.producer(), user_id=(person.user_id or 0) + 1)
    nobody = opened(opens, "/authority", stranger, BindingState)
    assert (nobody.earlier, nobody.total) == ([], 0)

    one = opened(opens, page.earlier[0].href, person, EarlierAnswerState)
    assert (one.shown, one.decision.outcome, len(one.decision.rules)) == (page.earlier[0].key, "May be bound", 8)
    known = {each.label: each.value for each in one.known}
    assert (known["Premium"], known["LOB"], known["Effective date"]) == ("$100.00", "Homeowners", "Dec 1, 2026")
    assert one.unknown == "Carrier, ZIP code, Insured value, Limit, Deductible, Losses, paid and reserved, Class codes"
    other = opened(opens, page.earlier[0].href, stranger, EarlierAnswerState)
    assert (other.shown, other.missing) == ("", True)


@pytest.mark.criterion("BIND-20")
def test_a_quotes_page_shows_the_last_answer_and_asks_again(door: Door, opens: Opens, agency: Agency) -> None:
    quote = add_quote(door.database, agency)
    place = f"/quotes/{quote.locator}"
    page = opened(opens, place, agency.producer(), QuoteAuthorityState)
    assert (page.asked_before, page.may_ask) == (False, True)
    asyncio.run(page.ask())
    assert (page.asked_before, page.decision.outcome) == (True, "Refer")
    terms = GrantTerms(GranteeKind.AGENCY, (BindAction.NEW,), date(2026, 1, 1), binder_days=7)
    door.run(grants.add, agency.admin(), terms=terms)
    asyncio.run(page.ask())
    assert (page.decision.outcome, page.decision.binder) == ("May be bound", "A binder may run 7 days at most.")
    read_only = opened(opens, place, agency.read_only(), QuoteAuthorityState)
    assert (read_only.decision.key, read_only.may_ask) == (page.decision.key, False)
    other = opened(opens, place, agency.other_producer(), QuoteAuthorityState)
    assert (other.decision.key, other.missing) == ("", True)


def test_money_is_read_as_people_write_it() -> None:
    written = {"a": "10,000", "b": "$ 10000.5", "c": "1,00", "d": "1e9", "e": "", "f": "0.001"}
    form = Form(written)
    assert [form.money(name) for name in written] == [Decimal(10_000), Decimal("10000.5"), None, None, None, None]
    assert list(form.problems) == ["c", "d", "f"]


@pytest.mark.criterion("BIND-20")
def test_the_section_of_a_quote_is_drawn_from_that_state() -> None:
    drawn = str(why_not_bound(QuoteAuthorityState))
    assert "Why can't I bind?" in drawn
    for name in ("decision", "asked_before", "may_ask", "ask"):
        assert f"quote_authority_state.{name}" in drawn, name
