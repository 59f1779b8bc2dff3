"""What the pages of a submission are given to draw, and what happens to what is typed on them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.services.door import Door, current_actor
from portal_app.services.intake.shipped import shipped
from portal_app.state.submissions import drawing
from portal_app.state.submissions.certifying import CertifyState
from portal_app.state.submissions.wizard import WizardState
from tests.services.submissions.acting import LOSSES, NAMED, RISK, Cast, field, form
from tests.state.submissions.acting import opened, send, there
from tests.world import NOW

Opens = Callable[..., Any]
OF_PETS = "Choose one of the pets above."
TYPED = {"effective": "01/15/2027", "expiration": "01/15/2028", "state": "RI", "producer_code": "HL-maya"}


@pytest.mark.criterion("WIZARD-02")
def test_a_section_is_drawn_by_type_and_opens_by_its_address(opens: Opens, cast: Cast) -> None:
    locator = cast.filled()
    page = opened(opens, cast, locator, "applicant")
    (group,) = page.groups
    drawn = {each.name: (each.kind, each.mode, each.value) for each in group.rows[0].fields}
    assert drawn["effective"] == ("date", "text", "2027-01-15")
    assert drawn["state"] == ("select", "text", "RI")
    assert drawn["ssn"] == ("text", "numeric", "")
    assert (page.heading, page.insured, page.position) == ("Applicant", "Ada Quill", "Step 1 of 6")
    told = [(each.name, each.told, each.here) for each in page.steps]
    assert told[0] == ("applicant", "Complete", True)
    assert told[-1] == ("certify", "Ready to submit", False)
    assert (page.before, page.following) == ("", f"/submissions/{locator}/edit/risk")
    assert opened(opens, cast, locator, "nonsense").section == "applicant"
    risk = opened(opens, cast, locator, "risk")
    assert [(each.value, each.chosen) for each in risk.groups[0].rows[0].fields[0].options] == [
        ("primary", True),
        ("rented", False),
    ]
    current_actor.set(cast.daniel)
    stranger = opens(WizardState, f"/submissions/{locator}/edit/risk", cast.daniel)
    asyncio.run(stranger.load())
    assert (stranger.shown, stranger.missing, stranger.groups) == ("", True, [])


@pytest.mark.criterion("WIZARD-03")
def test_fields_come_and_go_and_what_was_typed_stays(opens: Opens, cast: Cast) -> None:
    locator = cast.filled()
    page = opened(opens, cast, locator, "risk")
    tenant = "risk-dwelling--0--tenant"
    assert page.away == {tenant: True}
    rented = {"usage": "rented", "tenant": "Nell Marsh"}
    assert send(page, RISK, rented, version=1)["outcome"] == "saved"
    assert (page.away, tenant in page.needs) == ({}, True)
    answer = send(page, RISK, rented | {"usage": "primary"}, version=2)
    assert (answer["version"], page.away) == (3, {tenant: True})
    assert there(cast, locator, RISK) == [rented | {"usage": "primary"}]


@pytest.mark.criterion("WIZARD-04")
def test_what_is_typed_is_saved_right_or_wrong_and_told_at_the_field(opens: Opens, cast: Cast) -> None:
    locator = cast.filled()
    page = opened(opens, cast, locator, "applicant")
    row = there(cast, locator, NAMED)[0] | {"expiration": "13/45"}
    version, drawn = page.versions[NAMED], page.groups[0].drawn
    assert send(page, NAMED, row, version=version)["outcome"] == "saved"
    assert list(page.problems) == ["applicant-insured--0--expiration"]
    assert page.groups[0].drawn == drawn
    assert there(cast, locator, NAMED) == [row]
    again = opened(opens, cast, locator, "applicant")
    (field,) = (each for each in again.groups[0].rows[0].fields if each.name == "expiration")
    assert (field.kind, field.value) == ("text", "13/45")
    for nonsense in ("", "[]", "{}", '{"of": 1}', "x" * 10, '{"rows": [1], "of": "", "path": "", "number": 1}'):
        asyncio.run(page.save(nonsense))
    assert there(cast, locator, NAMED) == [row]
    assert send(page, "applicant.nothing", {})["outcome"] == "failed"


@pytest.mark.criterion("WIZARD-04")
def test_a_code_that_is_not_ones_own_is_told_at_its_field_and_the_summary_leads_there(opens: Opens, cast: Cast) -> None:
    locator = cast.filled(producer_code="HL-daniel")
    page, field = opened(opens, cast, locator, "applicant"), "applicant-insured--0--producer_code"
    assert page.problems == {field: "Enter one of your producer codes that is in use: there is none like this."}
    certify = opened(opens, cast, locator, "certify", CertifyState)
    assert [each.href for each in certify.wrong] == [f"/submissions/{locator}/edit/applicant#{field}"]
    send(page, NAMED, there(cast, locator, NAMED)[0] | {"producer_code": "HL-maya"}, version=page.versions[NAMED])
    assert page.problems == {}


@pytest.mark.criterion("WIZARD-05")
def test_rows_are_added_with_what_is_answered_by_default_and_keep_their_names(opens: Opens, cast: Cast) -> None:
    locator = cast.filled()
    page = opened(opens, cast, locator, "prior_insurance")
    assert page.groups[0].rows == []
    send(page, LOSSES, {}, {"paid": "12x"}, keys="a b", fresh=["a"], redraw=True)
    assert [each.key for each in page.groups[0].rows] == ["a", "b"]
    assert list(page.problems) == ["prior_insurance-losses--b--paid"]
    send(page, LOSSES, {"paid": "12x"}, version=1, keys="b")
    assert [each.key for each in page.groups[0].rows] == ["a", "b"]
    assert list(page.problems) == ["prior_insurance-losses--b--paid"]
    send(page, LOSSES, {"paid": "12"}, version=2, keys="b", redraw=True)
    assert [(each.key, each.title) for each in page.groups[0].rows] == [("b", "Loss 1")]
    assert page.problems == {}


def with_pets() -> dict[str, Any]:
    document = form()
    repeat = {"least": 0, "most": 5, "item": "pet", "named": ["name", "age"]}
    document["sections"][1]["groups"] += [
        {"name": "pets", "title": "Pets", "repeat": repeat, "fields": [field("name", "Name"), field("age", "Age")]},
        {"name": "bites", "title": "Bites", "repeat": {"least": 0, "most": 5, "item": "bite"},
         "fields": [field("pet", "Number of the pet", "whole")],
         "checks": [{"check": "row_of", "field": "pet", "than": "risk.pets", "message": OF_PETS}]},
    ]  # fmt: skip
    return document


@pytest.mark.criterion("WIZARD-15")
def test_a_row_of_another_group_is_chosen_by_what_it_is_called(opens: Opens, cast: Cast) -> None:
    cast.put_form(with_pets(), 2)
    locator = cast.filled()
    cast.save(locator, "risk.bites", {"pet": "2"})
    page = opened(opens, cast, locator, "risk")
    chosen = page.groups[2].rows[0].fields[0]
    at = "risk-bites--0--pet"
    assert (chosen.ident, chosen.kind, chosen.value) == (at, "row", "2")
    assert [(each.value, each.label) for each in page.rows[at]] == [("2", "2")], "what was chosen stays"
    assert page.problems == {at: OF_PETS}
    send(page, "risk.pets", {"name": "Rex", "age": "7"}, {})
    assert [(each.value, each.label) for each in page.rows[at]] == [("1", "Pet 1: Rex 7"), ("2", "Pet 2")]
    assert page.problems == {}
    send(page, "risk.pets", {"name": "Rex", "age": "7"}, {"name": "Ivy"}, {"name": "Bo"}, version=1)
    send(page, "risk.bites", {"pet": "3"}, {"pet": "2"}, version=1)
    answer = send(page, "risk.pets", {"name": "Rex", "age": "7"}, {"name": "Bo"}, keys="0 2", version=2)
    assert there(cast, locator, "risk.bites") == [{"pet": "2"}, {}], "what names a row goes on naming it"
    now = {"names": ["pet"], "rows": [{"pet": "2"}, {"pet": ""}], "version": {"before": 2, "now": 3}}
    assert (answer["out"], answer["naming"]) == ([2], {"risk.bites": now})
    assert page.versions["risk.bites"] == 3
    assert [(each.value, each.label) for each in page.rows[at]] == [("1", "Pet 1: Rex 7"), ("2", "Pet 2: Bo")]
    send(page, "risk.pets", {"name": "Bo"}, {}, keys="2 n", fresh=["n"], version=3)
    assert there(cast, locator, "risk.bites") == [{"pet": "1"}, {}], "one came where another went"


@pytest.mark.criterion("WIZARD-15")
def test_rows_that_were_taken_out_unheard_are_told_again_and_go_once(opens: Opens, cast: Cast) -> None:
    """The answer to a first try was lost, with what it said of those that name them."""
    cast.put_form(with_pets(), 2)
    locator = cast.filled()
    cast.save(locator, "risk.pets", {"name": "Rex"}, {"name": "Ivy"})
    cast.save(locator, "risk.bites", {"pet": "2"})
    page = opened(opens, cast, locator, "risk")
    first: dict[str, Any] = {"keys": "1 n", "fresh": ["n"], "version": 1, "out": [1]}
    send(page, "risk.pets", {"name": "Ivy"}, {}, **first)
    told = {"names": ["pet"], "rows": [{"pet": "1"}], "version": {"before": 2, "now": 2}}
    for again in ("Ivy", "Ivy B"):
        answer = send(page, "risk.pets", {"name": again}, {}, **first, before=[[{"name": "Ivy"}, {}]])
        assert (answer["outcome"], answer["out"], answer["naming"]["risk.bites"]) == ("saved", [1], told)
        assert there(cast, locator, "risk.bites") == [{"pet": "1"}], again
    send(page, "risk.bites", {"pet": "2"}, version=2)
    send(page, "risk.pets", {"name": "Ivy C"}, {}, **first, before=[[{"name": "Ivy B"}, {}]])
    assert there(cast, locator, "risk.bites") == [{"pet": "2"}], "what was added is there already"
    alike = send(page, "risk.pets", {"name": "Bo"}, {"name": "Kit"}, version=4, out=[1])
    assert (alike["out"], there(cast, locator, "risk.bites")) == ([1], [{"pet": "1"}]), "as many came as went"


@pytest.mark.criterion("WIZARD-15")
def test_what_somebody_else_saved_of_rows_that_are_named_is_not_taken_for_ones_own(opens: Opens, cast: Cast) -> None:
    cast.put_form(with_pets(), 2)
    locator = cast.filled()
    cast.save(locator, "risk.pets", {"name": "Rex"}, {"name": "Ivy"})
    page = opened(opens, cast, locator, "risk")
    cast.save(locator, "risk.bites", {"pet": "2"}, who=cast.principal)
    answer = send(page, "risk.pets", {"name": "Ivy"}, keys="1", version=1)
    assert there(cast, locator, "risk.bites") == [{"pet": "1"}]
    assert (answer["out"], answer["naming"], page.versions["risk.bites"]) == ([1], {}, 0)
    assert send(page, "risk.bites", {"pet": "1"}, {"pet": "1"})["outcome"] == "conflict"


@pytest.mark.criterion("WIZARD-06")
def test_nobody_saves_over_somebody_else_without_a_choice(opens: Opens, cast: Cast) -> None:
    locator = cast.filled()
    page = opened(opens, cast, locator, "risk")
    cast.save(locator, RISK, {"usage": "rented", "tenant": "Nell"}, version=1, who=cast.principal)
    mine = {"usage": "primary", "tenant": "Ida"}
    answer = send(page, RISK, mine, version=1)
    assert (answer["outcome"], answer["version"]) == ("conflict", 2)
    assert [(each.label, each.mine, each.theirs) for each in page.conflicts[RISK]] == [
        ("Usage", "Primary home", "Rented out"),
        ("Tenant's name", "Ida", "Nell"),
    ]
    assert page.told_of[RISK].startswith("principal@agency.test saved other answers here")
    assert there(cast, locator, RISK) == [{"usage": "rented", "tenant": "Nell"}]
    drawn = page.groups[0].drawn
    asyncio.run(page.take_theirs(RISK))
    assert (page.conflicts, page.versions[RISK], page.groups[0].rows[0].fields[1].value) == ({}, 2, "Nell")
    assert page.groups[0].drawn != drawn
    send(page, RISK, mine, version=1)
    assert send(page, RISK, mine, version=2)["outcome"] == "saved"
    assert (page.conflicts, there(cast, locator, RISK)) == ({}, [mine])


@pytest.mark.criterion("WIZARD-06")
def test_what_was_saved_unheard_is_no_conflict(opens: Opens, cast: Cast) -> None:
    """The answer to a first try was lost; the page sends more on top of the version that it knows."""
    locator = cast.filled()
    page = opened(opens, cast, locator, "risk")
    first, more = {"usage": "rented"}, {"usage": "rented", "tenant": "Nell"}
    send(page, RISK, first, version=1)
    assert send(page, RISK, more, version=1, before=[[first]])["outcome"] == "saved"
    assert there(cast, locator, RISK) == [more]
    assert send(page, RISK, first, version=1, before=[[first]])["outcome"] == "conflict"


@pytest.mark.criterion("WIZARD-06")
def test_a_row_that_was_added_unheard_is_no_conflict(opens: Opens, cast: Cast) -> None:
    """It was saved with what the form answers by default, which the page did not hear of."""
    document = form()
    document["sections"][3]["groups"][0]["fields"].append(field("paid_out", "Paid out", "flag", default=True))
    cast.put_form(document, number=2)
    page = opened(opens, cast, cast.begin().locator, "prior_insurance")
    send(page, LOSSES, {"year": "2020"}, {}, fresh=["1"])
    assert there(cast, page.shown, LOSSES) == [{"year": "2020"}, {"paid_out": True}]
    before = [[{"year": "2020"}, {}]]
    assert send(page, LOSSES, {"year": "2021"}, {}, fresh=["1"], before=before)["outcome"] == "saved"
    assert there(cast, page.shown, LOSSES) == [{"year": "2021"}, {"paid_out": True}]


@pytest.mark.criterion("WIZARD-14")
def test_codes_and_carriers_are_proposed_where_they_are_asked_for(opens: Opens, door: Door, cast: Cast) -> None:
    document = form()
    document["sections"][3]["groups"][0]["fields"].append(field("carrier", "Carrier", "carrier"))
    document["policyNumbers"] = [
        {"carrier": "Lakeside", "patterns": ["##"]},
        {"carrier": "granite mutual", "patterns": ["##"]},
    ]
    cast.put_form(document, number=2)
    locator = cast.begin().locator
    cast.save(locator, LOSSES, {"year": "2020"})
    page = opened(opens, cast, locator, "applicant")
    proposed = {each.name: each.proposes for each in page.groups[0].rows[0].fields if each.proposes}
    assert proposed == {"producer_code": drawing.CODES}
    assert [(each.value, each.label) for each in page.codes] == [("HL-maya", "")]
    assert page.groups[0].rows[0].fields[-1].value == "HL-maya", "who has one code does not enter it"
    page = opened(opens, cast, locator, "prior_insurance")
    assert [each.proposes for each in page.groups[0].rows[0].fields] == ["", "", drawing.CARRIERS]
    assert [each.value for each in page.carriers] == ["Granite Mutual", "Lakeside"]
    assert opened(opens, cast, locator, "coverage").carriers == []
    current_actor.set(cast.csr)
    desk = opens(WizardState, f"/submissions/{locator}/edit/applicant", cast.csr)
    asyncio.run(desk.load())
    assert [each.label for each in desk.codes] == [
        "HL-branch · North Branch",
        "HL-daniel · Daniel Kim",
        "HL-house · Harbor Lane Insurance",
        "HL-maya · Maya Alvarez",
    ]
    assert desk.more == {}


@pytest.mark.criterion("WIZARD-10")
def test_a_military_address_can_be_chosen() -> None:
    group = shipped("personal_auto").group("applicant.mailing")
    assert group is not None
    row = drawing.group_row(group, [{"state": "AE"}], ["0"], "drawn", NOW.date())
    state = next(each for each in row.rows[0].fields if each.name == "state")
    assert {each.value for each in state.options} >= {"RI", "AA", "AE", "AP", "PW"}
    assert [each.value for each in state.options if each.chosen] == ["AE"]
