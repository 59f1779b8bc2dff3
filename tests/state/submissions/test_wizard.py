"""What the pages of a submission are given to draw, and what happens to what is typed on them."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.services.door import Door, current_actor
from portal_app.services.intake.shipped import shipped
from portal_app.services.submissions import answering
from portal_app.state.submissions import drawing
from portal_app.state.submissions.certifying import CertifyState
from portal_app.state.submissions.drafts import DraftsState
from portal_app.state.submissions.starting import NewSubmissionState
from portal_app.state.submissions.wizard import WizardState
from tests.services.binding.acting import Desk
from tests.services.binding.test_offering import add_document
from tests.services.submissions.acting import LOSSES, NAMED, RISK, Cast, field, form, row_of
from tests.world import NOW, Agency

Opens = Callable[..., Any]
TYPED = {"effective": "01/15/2027", "expiration": "01/15/2028", "state": "RI", "producer_code": "HL-maya"}


@pytest.fixture
def cast(door: Door, agency: Agency) -> Cast:
    return Cast(door, agency)


def opened(opens: Opens, cast: Cast, locator: str, section: str, state: Any = WizardState) -> Any:
    page = opens(state, f"/submissions/{locator}/edit/{section}", cast.maya)
    asyncio.run(page.load())
    return page


def send(page: Any, path: str, *rows: dict[str, Any], version: int = 0, keys: str = "", **more: Any) -> Any:
    """What the page's script sends of a group, and what it is answered."""
    named = keys.split() or [str(at) for at in range(len(rows))]
    given = {"of": more.pop("of", page.shown), "path": path, "number": "n1", "version": version}
    given |= {"rows": [{"key": key, "values": row} for key, row in zip(named, rows, strict=True)]}
    asyncio.run(page.save(json.dumps(given | more)))
    return json.loads(page.acked).get(path)


def there(cast: Cast, locator: str, path: str) -> Any:
    return cast.door.run(answering.answers, cast.maya, locator=locator).answers[path]


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


@pytest.mark.criterion("WIZARD-15")
def test_a_row_of_another_group_is_chosen_by_what_it_is_called(opens: Opens, cast: Cast) -> None:
    document = form()
    repeat = {"least": 0, "most": 5, "item": "pet", "named": ["name", "age"]}
    message = "Choose one of the pets above."
    document["sections"][1]["groups"] += [
        {"name": "pets", "title": "Pets", "repeat": repeat, "fields": [field("name", "Name"), field("age", "Age")]},
        {"name": "bites", "title": "Bites", "repeat": {"least": 0, "most": 5, "item": "bite"},
         "fields": [field("pet", "Number of the pet", "whole")],
         "checks": [{"check": "row_of", "field": "pet", "than": "risk.pets", "message": message}]},
    ]  # fmt: skip
    cast.put_form(document, 2)
    locator = cast.filled()
    cast.save(locator, "risk.bites", {"pet": "2"})
    page = opened(opens, cast, locator, "risk")
    chosen = page.groups[2].rows[0].fields[0]
    at = "risk-bites--0--pet"
    assert (chosen.ident, chosen.kind, chosen.value) == (at, "row", "2")
    assert [(each.value, each.label) for each in page.rows[at]] == [("2", "2")], "what was chosen stays"
    assert page.problems == {at: message}
    send(page, "risk.pets", {"name": "Rex", "age": "7"}, {})
    assert [(each.value, each.label) for each in page.rows[at]] == [("1", "Pet 1: Rex 7"), ("2", "Pet 2")]
    assert page.problems == {}
    send(page, "risk.pets", {"name": "Rex"}, version=1)
    assert [(each.value, each.label) for each in page.rows[at]] == [("1", "Pet 1: Rex"), ("2", "2")]
    assert page.problems == {at: message}


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


@pytest.mark.criterion("WIZARD-07")
def test_the_summary_leads_to_the_fields_and_the_statement_hands_in_once(opens: Opens, door: Door, cast: Cast) -> None:
    locator = cast.filled(expiration="")
    cast.save(locator, LOSSES, {"paid": "1"}, {"paid": "much"})
    page = opened(opens, cast, locator, "certify", CertifyState)
    assert page.summary == "2 answers to complete or correct before you can submit"
    place = f"/submissions/{locator}/edit"
    assert [(each.href, each.section, each.label) for each in page.wrong] == [
        (f"{place}/applicant#applicant-insured--0--expiration", "Applicant", "Expiration date"),
        (f"{place}/prior_insurance#prior_insurance-losses--1--paid", "Prior insurance", "Loss 2: Paid"),
    ]
    submit(page)
    assert (page.number, len(page.wrong)) == ("", 2)
    row = there(cast, locator, NAMED)[0] | {"expiration": "2028-01-15"}
    cast.save(locator, NAMED, row, version=door.run(
        answering.answers, cast.maya, locator=locator).groups[NAMED].version)  # fmt: skip
    cast.save(locator, LOSSES, version=1)
    submit(page)
    assert (page.number, page.flash) == ("", "")
    assert page.changed.startswith("Answers or files were changed since you looked")
    submit(page, agreed="")
    assert page.disagreed == "Agree to the statement before you submit."
    submit(page)
    number = row_of(door, locator).number
    assert (page.number, page.number[:4], page.submitted_by) == (number, "SUB-", "maya@agency.test")
    submit(page)
    assert (page.number, row_of(door, locator).number) == (number, number)


def submit(page: Any, agreed: str = "on", seen: str | None = None) -> None:
    """What the form sends: of what was on the screen."""
    asyncio.run(page.submit({"agreed": agreed, "seen": page.seen if seen is None else seen}))


@pytest.mark.criterion("WIZARD-13")
def test_nothing_is_submitted_that_was_not_on_the_screen(opens: Opens, door: Door, cast: Cast) -> None:
    locator = cast.filled(ssn="123-45-6789")
    page = opened(opens, cast, locator, "certify", CertifyState)
    told = {fact.label: fact.value for each in page.sections for block in each.blocks for fact in block.facts}
    assert (told["Insured name"], told["Usage"]) == ("Ada Quill", "Primary home")
    assert told["Social Security number"].endswith("6789")
    assert "123" not in told["Social Security number"]
    assert (page.changed, any_changed(page)) == ("", [])
    first = page.seen
    asyncio.run(page.tick(True))
    cast.save(locator, RISK, {"usage": "rented", "tenant": "Nell"}, version=1, who=cast.principal)
    submit(page)
    assert (page.number, row_of(door, locator).number) == ("", None)
    assert page.changed.endswith("before you certify: Usage, Tenant's name.")
    assert any_changed(page) == [("Usage", "Rented out"), ("Tenant's name", "Nell")]
    # What the browser had before it drew anew, and what no page sends.
    for nonsense in (first, "", "0" * 64):
        submit(page, seen=nonsense)
        assert row_of(door, locator).number is None
    add_document(Desk(cast), locator, "photos", filename="roof.jpg")
    before = page.seen
    asyncio.run(page.refresh())
    assert (page.changed.endswith("before you certify: Photos."), any_changed(page)) == (True, [("Photos", "roof.jpg")])
    submit(page, seen=before)
    assert row_of(door, locator).number is None
    submit(page)
    assert (page.number[:4], row_of(door, locator).number) == ("SUB-", page.number)


def any_changed(page: Any) -> list[tuple[str, str]]:
    drawn = (fact for each in page.sections for block in each.blocks for fact in block.facts)
    return [(each.label, each.value) for each in drawn if each.changed]


@pytest.mark.criterion("WIZARD-13")
def test_what_the_page_itself_saved_late_is_no_news_unless_the_box_was_ticked(opens: Opens, cast: Cast) -> None:
    locator = cast.filled()
    page = opened(opens, cast, locator, "certify", CertifyState)
    wizard = asyncio.run(page.get_state(WizardState))
    asyncio.run(wizard.load())
    assert send(wizard, RISK, {"usage": "rented", "tenant": "Nell"}, version=1)["outcome"] == "saved"
    before = page.seen
    asyncio.run(page.refresh())
    assert (page.changed, any_changed(page), page.seen != before) == ("", [], True)
    asyncio.run(page.tick(True))
    assert send(wizard, RISK, {"usage": "primary"}, version=2)["outcome"] == "saved"
    asyncio.run(page.refresh())
    assert page.changed.endswith("before you certify: Usage, Tenant's name.")


@pytest.mark.criterion("WIZARD-12")
def test_a_page_says_at_once_that_another_handed_it_in_and_what_came_too_late(opens: Opens, cast: Cast) -> None:
    locator = cast.filled(ssn="123-45-6789")
    sign_off = opened(opens, cast, locator, "applicant", CertifyState)
    page = asyncio.run(sign_off.get_state(WizardState))
    asyncio.run(page.load())
    version = page.versions[NAMED]
    cast.submit(locator)
    for each in (sign_off, page, sign_off):
        assert sign_off.number == ""
        asyncio.run(each.refresh())
    assert (sign_off.number, sign_off.submitted_by) == ("SUB-2026-000001", "maya@agency.test")
    row = {"name": "Ada Quill-Marsh", "ssn": "223-45-4321"}
    late = send(page, NAMED, TYPED | row, version=version)
    assert (late["outcome"], late["told"]) == ("late", "it was submitted before this reached the portal.")
    told = {each.label: (each.mine, each.theirs) for each in page.unsent[NAMED]}
    assert told["Insured name"] == ("Ada Quill-Marsh", "Ada Quill")
    mine, theirs = told.pop("Social Security number")
    assert (mine[-4:], theirs[-4:]) == ("4321", "6789")
    assert "223" not in mine
    assert set(told) == {"Insured name"}
    # After it is loaded anew the script sends it again, until it was read.
    again = opened(opens, cast, locator, "risk")
    assert send(again, RISK, {"usage": "primary"}, version=0)["outcome"] == "saved", "the same as was submitted"
    assert again.unsent == {}
    assert send(again, RISK, {"usage": "rented"}, version=1)["outcome"] == "late"
    asyncio.run(again.let_go())
    assert again.unsent == {}
    assert send(again, "applicant.nothing", {})["outcome"] == "failed"


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


@pytest.mark.criterion("WIZARD-01")
def test_a_submission_begins_from_a_line_an_account_or_an_earlier_one(opens: Opens, door: Door, cast: Cast) -> None:
    def new(query: str = "") -> Any:
        page = opens(NewSubmissionState, f"/submissions/new{query}", cast.maya)
        asyncio.run(page.load())
        return page

    page = new()
    assert (len(page.lines), page.drafts, page.past) == (8, [], [])
    asyncio.run(page.start("homeowners"))
    asyncio.run(page.start("homeowners"))
    page = new()
    (draft,) = page.drafts
    assert (draft.insured, draft.told, draft.href[-9:]) == ("No name yet", "0 of 4 sections complete", "applicant")
    asyncio.run(page.discard())
    assert len(new().drafts) == 1
    asyncio.run(page.ask_discard(draft.locator))
    assert page.discarding_name == f"No name yet, {draft.line}"
    asyncio.run(page.discard())
    assert (page.drafts, page.flash) == ([], "The draft is discarded.")

    handed_in = cast.submitted()
    page = new("?q=quill")
    assert [(each.locator, each.name) for each in page.past] == [(handed_in, "Ada Quill")]
    asyncio.run(page.copy(handed_in))
    assert [each.insured for each in new().drafts] == ["Ada Quill"]
    (account,) = new("?q=maya").accounts
    chosen = new(f"?account={account.locator}")
    assert (chosen.account, chosen.account_name) == (account.locator, account.name)
    asyncio.run(chosen.start("homeowners"))
    assert account.name in {each.insured for each in new().drafts}
    strange = new("?account=nobody")
    assert (strange.account, strange.flash_kind, strange.loaded) == ("", "warning", True)


@pytest.mark.criterion("WIZARD-08")
def test_drafts_have_a_page_on_which_they_are_resumed_and_thrown_away(opens: Opens, cast: Cast) -> None:
    first, whole = cast.begin(), cast.filled()
    cast.begin(cast.principal)

    def listed(query: str, who: Any) -> Any:
        page = opens(DraftsState, f"/submissions/drafts{query}", who)
        asyncio.run(page.load())
        return page

    page = listed("", cast.maya)
    assert [(each.insured, each.told, each.begun_by) for each in page.rows] == [
        ("Ada Quill", "2 of 4 sections complete", "You"),
        ("No name yet", "0 of 4 sections complete", "You"),
    ]
    assert page.rows[0].href == f"/submissions/{whole}/edit/coverage"
    assert page.rows[1].href == f"/submissions/{first.locator}/edit/applicant"
    assert (page.sees_others, page.total, page.span) == (False, 2, "1–2 of 2")
    assert [each.total for each in (listed("", cast.principal), listed("?view=all", cast.principal))] == [1, 3]
    assert {each.begun_by for each in listed("?view=all", cast.principal).rows} == {"You", "Sub-Agent / Producer"}
    assert listed("", cast.daniel).total == 0
    assert listed("?page=9", cast.maya).rows == []

    asyncio.run(page.load())
    asyncio.run(page.ask_discard("another's"))
    asyncio.run(page.discard())
    asyncio.run(page.ask_discard(whole))
    assert page.discarding_name == "Ada Quill, Homeowners"
    cast.save(whole, RISK, {"usage": "rented"}, version=1)
    asyncio.run(page.discard())
    assert page.flash.startswith("Somebody changed this in the meantime")
    asyncio.run(page.ask_discard(whole))
    asyncio.run(page.ask_discard(""))
    asyncio.run(page.discard())
    assert page.total == 2
    asyncio.run(page.ask_discard(whole))
    asyncio.run(page.discard())
    assert ([each.locator for each in page.rows], page.flash) == ([first.locator], "The draft is discarded.")


@pytest.mark.criterion("WIZARD-10")
def test_a_military_address_can_be_chosen() -> None:
    group = shipped("personal_auto").group("applicant.mailing")
    assert group is not None
    row = drawing.group_row(group, [{"state": "AE"}], ["0"], "drawn", NOW.date())
    state = next(each for each in row.rows[0].fields if each.name == "state")
    assert {each.value for each in state.options} >= {"RI", "AA", "AE", "AP", "PW"}
    assert [each.value for each in state.options if each.chosen] == ["AE"]
