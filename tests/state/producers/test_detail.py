"""The page of a producer, as a tab holds it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from portal_app.models.enums import Grant, Role
from portal_app.models.policies import Carrier
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.licensing import appointments, cover, education, licenses
from portal_app.services.licensing.cover import CoverTerms
from portal_app.services.licensing.terms import AppointmentTerms, LicenseTerms, LineTerms
from portal_app.services.producers import detail, find
from portal_app.state.producers.detail import ProducerState
from portal_app.state.producers.listing import ProducersState
from tests.services.producers.acting import ADMIN, patch, producer
from tests.world import Agency, add_user

Opens = Callable[..., Any]
LICENSE = LicenseTerms(
    license_number="L-1",
    jurisdictions=("RI",),
    lines=(LineTerms("property"), LineTerms("casualty", expiration_date=date(2026, 12, 1))),
    effective_time=datetime(2025, 1, 1, 5, tzinfo=UTC),
    expiration_time=datetime(2027, 1, 1, 5, tzinfo=UTC),
)


def shown(opens: Opens, locator: str, actor: Actor) -> Any:
    page = opens(ProducerState, f"/producers/{locator}", actor)
    asyncio.run(page.arrive())
    asyncio.run(page.load())
    return page


def licensed(door: Door, locator: str, terms: LicenseTerms = LICENSE) -> str:
    made = door.run(licenses.create, ADMIN, producer=locator, terms=terms)
    door.run(licenses.validate, ADMIN, locator=made)
    return made


@pytest.mark.criterion("PRODPAGE-04")
def test_data_is_shown_by_the_words_of_the_configuration(opens: Opens, agency: Agency, door: Door) -> None:
    data = {"email": "a@b.test", "union": True, "founded": "1999-05-01", "states": ["RI", "MA"], "staff": 12}
    it = producer(door, "Everything", name="Copley", data=data, parent_locator=agency.branch.locator)
    page = shown(opens, it.locator, agency.csr())
    told = {each.label: each.lines for each in page.data}
    assert told["Email"] == ["a@b.test"]
    assert told["Union"] == ["Yes"]
    assert told["Founded"] == ["May 1, 1999"]
    assert told["States"] == ["RI", "MA"]
    assert told["Staff"] == ["12"]
    assert told["Tax form"] == []
    assert [each.label for each in page.above] == ["Harbor Lane Insurance", "North Branch"]
    assert (page.person, page.state_label, page.editable, page.possible) == ("Copley", "Draft", False, [])


@pytest.mark.criterion("PRODPAGE-04")
def test_the_page_ends_where_the_actor_may_not_see(opens: Opens, agency: Agency) -> None:
    page = shown(opens, agency.maya.locator, agency.producer())
    assert (page.person, page.above, [each.code for each in page.codes]) == ("Maya Alvarez", [], ["HL-maya"])
    assert shown(opens, agency.daniel.locator, agency.producer()).missing
    branch = shown(opens, agency.branch.locator, agency.branch_manager(Grant.DOWNLINE))
    assert [each.name for each in branch.below] == ["Daniel Kim", "Maya Alvarez"]
    assert branch.above == []


@pytest.mark.criterion("PRODPAGE-05")
def test_what_a_producer_holds_is_told_and_what_ends_soon_in_words(opens: Opens, agency: Agency, door: Door) -> None:
    where = agency.maya.locator
    licensed(door, where)
    with door.database.read() as db:
        carrier = db.query(Carrier).one().locator
    made = AppointmentTerms("A-1", carrier, ("RI",), ("property",), effective_date=date(2026, 1, 1))
    door.run(appointments.create, ADMIN, producer=where, terms=made)
    door.run(education.open_cycle, ADMIN, producer=where, jurisdiction="RI", begins_on=date(2024, 11, 30))
    amounts = {"each_claim": Decimal(1000000), "aggregate": Decimal(2000000), "retention": Decimal(5000)}
    days = {"effective_on": date(2025, 11, 18), "expires_on": date(2026, 11, 17)}
    door.run(cover.add, ADMIN, producer=where, terms=CoverTerms("Ledge Re", "E-1", **amounts, **days))
    more = {"each_claim": Decimal(1000000), "aggregate": Decimal(1000000), "stops_bind": True}
    door.run(cover.require, ADMIN, producer=where, version=0, **more)
    page = shown(opens, where, agency.producer())
    (license_,) = page.licenses
    assert (license_.where, license_.span) == ("Rhode Island", "Jan 1, 2025 – Dec 31, 2026")
    assert license_.facts == ["Property, Casualty until Dec 1, 2026"]
    assert license_.ending == ["Casualty ends in 11 days", "Ends in 41 days"]
    assert (page.appointments[0].name, page.appointments[0].state) == ("Granite Mutual", "Draft")
    assert (page.cycles[0].state, page.cycles[0].ending) == ("Hours missing", ["Ends in 9 days"])
    assert page.cycles[0].facts == ["0 of 24 hours, 0 of 3 of ethics"]
    assert page.covers[0].ending == ["Ended 3 days ago"]
    assert page.required == (
        "At least $1,000,000.00 for each claim, $1,000,000.00 for all. Without it they may not bind."
    )
    assert (page.is_covered, page.covered) == (False, "Errors-and-omissions cover is not there on Nov 20, 2026.")


@pytest.mark.criterion("PRODPAGE-06")
def test_people_and_history_are_for_who_manages_users_and_who_reads_the_trail(
    opens: Opens, agency: Agency, door: Door
) -> None:
    with door.database.write() as db:
        add_user(db, Role.PRODUCER, "maya@agency.test", agency.maya)
    licensed(door, agency.maya.locator)
    patch(door, door.run(find.producer, ADMIN, locator=agency.maya.locator), name="Maya A.")
    page = shown(opens, agency.maya.locator, agency.admin())
    assert [each.email for each in page.people] == ["maya@agency.test"]
    assert [(each.words, each.about) for each in page.history] == [
        ("Producer changed", "Producer"),
        ("License validated", "License L-1"),
        ("License written down", "License L-1"),
    ]
    for actor, people, trail in (
        (agency.read_only(), False, True),
        (agency.csr(), False, False),
        (agency.producer(), False, False),
    ):
        page = shown(opens, agency.maya.locator, actor)
        assert (page.sees_people, page.sees_trail) == (people, trail)
        assert page.people == []
        assert bool(page.history) == trail


@pytest.mark.criterion("PRODPAGE-07")
def test_a_suspension_shows_what_hangs_on_it_and_happens_once_it_is_confirmed(
    opens: Opens, agency: Agency, door: Door
) -> None:
    page = shown(opens, agency.branch.locator, agency.admin())
    assert page.possible == ["suspend", "retire", "discard"]
    asyncio.run(page.go("suspend"))
    assert page.state_label == "Validated", "nobody was asked"
    asyncio.run(page.ask_first("suspend"))
    assert page.impact == [
        "3 policies carry one of the codes, now, in time to come or as code of record.",
        "0 open submissions name one of the codes.",
        "0 open quotes carry one of the codes.",
        "3 producer codes",
        "2 sub-producers below",
        "0 licenses and 0 appointments",
        "0 people of the portal",
    ]
    asyncio.run(page.go("retire"))
    assert (page.state_label, page.asking) == ("Validated", ""), "that is not what was asked about"
    asyncio.run(page.ask_first("suspend"))
    asyncio.run(page.go("suspend"))
    assert (page.state_label, page.possible) == ("Suspended", ["unsuspend", "retire"])
    asyncio.run(page.go("suspend"))
    asyncio.run(page.go("unsuspend"))
    assert (page.state_label, page.flash) == ("Validated", "In use again.")


@pytest.mark.criterion("PRODPAGE-07")
def test_a_step_on_an_old_page_or_that_a_rule_forbids_is_refused_in_a_sentence(
    opens: Opens, agency: Agency, door: Door
) -> None:
    page = shown(opens, agency.maya.locator, agency.admin())
    asyncio.run(page.ask_first("discard"))
    asyncio.run(page.go("discard"))
    assert page.flash.startswith("A policy carries a code of this producer")
    patch(door, door.run(find.producer, ADMIN, locator=agency.maya.locator), name="Maya A.")
    asyncio.run(page.refresh())
    asyncio.run(page.ask_first("suspend"))
    patch(door, door.run(find.producer, ADMIN, locator=agency.maya.locator), name="Maya Alvarez")
    asyncio.run(page.refresh())
    asyncio.run(page.go("suspend"))
    assert (page.state_label, page.flash_kind) == ("Validated", "bad")
    assert "The name was Maya A., and is Maya Alvarez now" in page.flash
    for step in ("", "nonsense"):
        asyncio.run(page.ask_first(step))
        asyncio.run(page.go(step))
        assert (page.asking, page.state_label) == ("", "Validated")


@pytest.mark.criterion("PRODPAGE-08")
def test_a_failed_validation_marks_the_fields_and_says_the_rest(opens: Opens, agency: Agency, door: Door) -> None:
    it = producer(door, "Everything", name="Copley")
    page = shown(opens, it.locator, agency.admin())
    asyncio.run(page.go("validate"))
    assert (page.state_label, page.flash_kind) == ("Draft", "bad")
    assert {each.label: each.problem for each in page.data if each.problem} == {"Email": "This is required."}
    assert page.wrong == []


@pytest.mark.criterion("PRODPAGE-09")
def test_the_question_is_answered_rule_by_rule(opens: Opens, agency: Agency, door: Door) -> None:
    page = shown(opens, agency.maya.locator, agency.producer())
    carrier = next(each.value for each in page.carriers_offered if each.label == "Granite Mutual")
    asyncio.run(page.qualify({"line": "", "state": "", "carrier": "", "on": "soon"}))
    assert page.problems == {
        "line": "Say for which line of business.",
        "state": "Say in which state.",
        "on": "Enter a date such as 2026-06-01.",
    }
    asked = {"line": "bop", "state": "RI", "carrier": "", "on": ""}
    asyncio.run(page.qualify(asked))
    assert (page.answer, [each.rule for each in page.reasons]) == ("No", ["License"])
    assert page.reasons[0].would_pass.startswith("A license with the line Property and Casualty")
    licensed(door, agency.maya.locator)
    asyncio.run(page.qualify(asked))
    assert (page.answer, page.reasons[0].would_pass) == ("Yes", "")
    asyncio.run(page.qualify(asked | {"carrier": carrier, "on": "2026-12-02"}))
    assert (page.answer, [each.passes for each in page.reasons]) == ("No", [False, False])
    assert page.asked == "Business owners (BOP), Rhode Island, Granite Mutual, Dec 2, 2026"
    asyncio.run(page.qualify(asked | {"state": "ZZ"}))
    assert page.problems["state"].startswith("This is no state")


@pytest.mark.criterion("PRODPAGE-16")
def test_a_list_that_is_too_long_says_how_many_more_and_leads_to_them(
    opens: Opens, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = shown(opens, agency.branch.locator, agency.csr())
    assert (branch.below_total, branch.beyond["below"]) == (2, "")
    monkeypatch.setattr(detail, "MOST", 1)
    branch = shown(opens, agency.branch.locator, agency.csr())
    assert [each.name for each in branch.below] == ["Daniel Kim"]
    assert (branch.below_total, branch.beyond["below"]) == (2, "1 more is not shown here.")
    path, query = branch.all_below.split("?")
    below = opens(ProducersState, f"{path}?{query}", agency.csr())
    asyncio.run(below.load())
    assert [each.name for each in below.rows] == ["Daniel Kim", "Maya Alvarez"]
    assert (below.above, below.above_href) == ("North Branch", f"/producers/{agency.branch.locator}")
    stranger = opens(ProducersState, f"{path}?{query}", agency.producer())
    asyncio.run(stranger.load())
    assert (stranger.loaded, stranger.above, stranger.rows) == (False, "", [])


@pytest.mark.criterion("PRODPAGE-09")
def test_only_carriers_that_one_meets_anyway_are_offered(opens: Opens, agency: Agency, door: Door) -> None:
    with door.database.write() as db:
        db.add(Carrier(name="Foreign Fire", naic="99002"))
    offered = {
        who.email: [each.label for each in shown(opens, agency.maya.locator, who).carriers_offered]
        for who in (agency.producer(), agency.admin(), agency.csr())
    }
    assert list(offered.values()) == [["Granite Mutual"], ["Foreign Fire", "Granite Mutual"], ["Granite Mutual"]]
