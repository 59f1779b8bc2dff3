"""What is certified is what was on the screen, and is handed in once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.services.door import Door
from portal_app.services.submissions import answering
from portal_app.state.submissions.certifying import CertifyState
from portal_app.state.submissions.wizard import WizardState
from tests.services.binding.acting import Desk
from tests.services.binding.test_offering import add_document
from tests.services.submissions.acting import LOSSES, NAMED, RISK, Cast, row_of
from tests.state.submissions.acting import opened, send, there

Opens = Callable[..., Any]
TYPED = {"effective": "01/15/2027", "expiration": "01/15/2028", "state": "RI", "producer_code": "HL-maya"}


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
