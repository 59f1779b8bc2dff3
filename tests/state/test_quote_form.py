"""The form of a quote: what it is filled in with, what is told at its fields, and that it is saved once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.models.quotes import QuoteOffer
from portal_app.services.authority import choices as authority_choices
from portal_app.services.door import Door
from portal_app.services.producers import choices as producer_choices
from portal_app.services.quotes import drafts, of_submissions
from portal_app.services.underwriting import requests
from portal_app.state.authority import RuleState
from portal_app.state.producers.form import ProducerFormState
from portal_app.state.quote import QuotePageState
from portal_app.state.quote_form import QuoteFormState
from portal_app.state.submission import SubmissionPageState
from portal_app.state.submission_quotes import SubmissionQuotesState
from tests.services.binding.acting import Desk
from tests.services.binding.test_offering import add_document
from tests.services.submissions.acting import Cast
from tests.world import Agency

Opens = Callable[..., Any]


@pytest.fixture
def desk(door: Door, agency: Agency) -> Desk:
    return Desk(Cast(door, agency))


def quotes_of(desk: Desk, submission: str) -> Any:
    return desk.door.run(of_submissions.listed, desk.cast.underwriter, submission=submission)


def entering(opens: Opens, desk: Desk, submission: str, query: str = "") -> Any:
    page = opens(QuoteFormState, f"/submissions/{submission}/quotes/new{query}", desk.cast.underwriter)
    asyncio.run(page.load())
    return page


@pytest.mark.criterion("QUOTE-13")
def test_what_cannot_be_is_told_at_its_field_and_what_can_is_saved_once(opens: Opens, desk: Desk) -> None:
    submission = desk.reviewed()
    paper = add_document(desk, submission)
    page = entering(opens, desk, submission)
    assert (page.loaded, page.typed["effective"], page.typed["producer_code"]) == (True, "2027-01-15", "HL-maya")
    assert [(each.value, each.label) for each in page.papers] == [(paper, "granite.pdf")]
    form = {**page.typed, "carrier": "", "premium": "much", "valid_until": "soon", "postal_code": "2840"}
    asyncio.run(page.save(form))
    assert page.problems == {
        "carrier": "Choose the carrier.",
        "premium": "Enter an amount of dollars, such as 10,000 or 10000.50.",
        "valid_until": "Enter a date.",
    }
    form |= {"carrier": desk.carrier, "premium": "$1,450", "valid_until": "2026-12-20", "document": paper}
    asyncio.run(page.save(form))
    assert list(page.problems) == ["postal_code"]
    assert quotes_of(desk, submission) == ()

    async def twice() -> None:
        await page.save(form | {"postal_code": "02840", "terms": "Wind deductible 2 %."})
        await page.save(form | {"postal_code": "02840", "terms": "Wind deductible 2 %."})

    asyncio.run(twice())
    (made,) = quotes_of(desk, submission)
    assert (str(made.premium), made.document, made.terms) == ("1450.00", paper, "Wind deductible 2 %.")
    assert page.flash == "The quote is saved. It is underwritten next, and then offered."

    copied = entering(opens, desk, submission, f"?like={made.locator}")
    assert (copied.typed["premium"], copied.typed["terms"], copied.typed["document"]) == (
        "1,450",
        "Wind deductible 2 %.",
        "",
    )
    gone = entering(opens, desk, submission, "?like=nothing")
    assert (gone.loaded, gone.missing) == (False, True)


@pytest.mark.criterion("PRODPAGE-19")
def test_a_list_to_choose_from_that_is_not_whole_says_so(
    opens: Opens, desk: Desk, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert entering(opens, desk, desk.reviewed()).codes_told == ""
    monkeypatch.setattr(authority_choices, "MOST", 3)
    monkeypatch.setattr(producer_choices, "MOST_CHOICES", 2)
    told = "The first 3 of 4 codes are proposed. Any other can be typed."
    assert entering(opens, desk, desk.reviewed()).codes_told == told
    grant = opens(RuleState, "/admin/authority/grants/new", agency.admin())
    asyncio.run(grant.load_new())
    assert grant.producers_told == "The first 2 of 4 producers are proposed. Any other can be typed."
    form = opens(ProducerFormState, "/producers/new", agency.admin())
    asyncio.run(form.load_new())
    assert form.parents_told == "The first 2 of 4 producers are proposed. Any other can be typed."


@pytest.mark.criterion("QUOTE-13")
def test_a_draft_is_changed_on_top_of_what_was_seen(opens: Opens, desk: Desk) -> None:
    made = desk.quoted(desk.reviewed())
    page = opens(QuoteFormState, f"/quotes/{made.locator}/edit", desk.cast.underwriter)
    asyncio.run(page.load_again())
    assert (page.locator, page.typed["limit"]) == (made.locator, "350,000")
    desk.door.run(drafts.update, desk.cast.principal, locator=made.locator, given={"terms": "Another's"})
    asyncio.run(page.refresh())
    assert (page.overtaken, page.typed["terms"]) == (True, "Wind deductible 2 %.")
    who = "Principal Agent changed this quote since you opened the form:"
    assert page.changed == f"{who} The wording of the terms is another now."
    asyncio.run(page.save({**page.typed, "premium": "1,500"}))
    assert (page.done, page.flash_kind, page.overtaken) == (False, "bad", True)
    assert page.changed.startswith("Principal Agent changed this quote")
    asyncio.run(page.load_again())
    asyncio.run(page.save({**page.typed, "premium": "1,500.50"}))
    (there,) = quotes_of(desk, made.submission)
    assert (str(there.premium), there.terms) == ("1500.50", "Another's")
    desk.door.run(drafts.discard, desk.cast.underwriter, locator=made.locator)
    asyncio.run(page.load_again())
    assert (page.loaded, "Only one that is draft" in page.problem) == (False, True)


@pytest.mark.criterion("QUOTE-13")
def test_only_who_may_finds_the_form_and_a_quote_shows_its_document_and_is_offered(opens: Opens, desk: Desk) -> None:
    submission = desk.reviewed()
    paper = add_document(desk, submission, scan="waiting", scan_due_at=desk.door.clock())
    made = desk.underwritten(submission, document=paper)
    hrefs = {}
    for name in ("underwriter", "csr", "maya"):
        page = opens(SubmissionPageState, f"/submissions/{submission}", getattr(desk.cast, name))
        asyncio.run(page.load())
        hrefs[name] = page.enter_href
        assert page.evidence_href == f"/files/evidence/{submission}"
        assert page.acord_href == f"/files/acord/{submission}"
    assert hrefs == {"underwriter": f"/submissions/{submission}/quotes/new", "csr": "", "maya": ""}

    page = opens(QuotePageState, f"/quotes/{made.locator}", desk.cast.underwriter)
    asyncio.run(page.load())
    assert (page.may_offer, page.edit_href, page.offer) == (True, "", "Not offered")
    assert [(each.filename, each.href, each.standing) for each in page.papers] == [("granite.pdf", "", "waiting")]
    asyncio.run(page.ask_first("offer"))
    asyncio.run(page.go_on())
    assert page.flash.startswith("The quote's document is being checked for malware.")
    desk.door.run(of_submissions.attach, desk.cast.underwriter, locator=made.locator, document="")
    asyncio.run(page.refresh())
    asyncio.run(page.ask_first("offer"))
    asyncio.run(page.go_on())
    assert (page.offer, page.may_offer) == (QuoteOffer.OFFERED.label, False)


@pytest.mark.criterion("BOUND-17")
def test_the_underwriter_refuses_from_the_page_with_a_reason(opens: Opens, desk: Desk) -> None:
    submission = desk.reviewed()
    quote = desk.offered(submission).locator
    theirs = opens(SubmissionQuotesState, f"/submissions/{submission}", desk.cast.maya)
    asyncio.run(theirs.load())
    asyncio.run(theirs.ask_refer(quote))
    asyncio.run(theirs.refer({"note": "The client waits."}))
    assert (theirs.header.turn, theirs.quotes[0].may_refer) == ("The agency's", False)

    page = opens(SubmissionQuotesState, f"/submissions/{submission}", desk.cast.underwriter)
    asyncio.run(page.load())
    assert (page.header.turn, page.quotes[0].can_bind, page.quotes[0].may_refuse) == ("Yours", True, True)
    asyncio.run(page.refuse({"note": "Never asked."}))
    asyncio.run(page.ask_refuse(quote))
    asyncio.run(page.refuse({"note": " "}))
    assert (page.note_problem, page.confirming.what) == ("Say why: the other side reads it.", "refuse")
    asyncio.run(page.refuse({"note": "The roof is too old."}))
    assert (page.flash, page.confirming.what, page.header.turn) == (
        "It is refused, and whoever asked is told.",
        "",
        "The producer's",
    )
    theirs = opens(SubmissionQuotesState, f"/submissions/{submission}", desk.cast.maya)
    asyncio.run(theirs.load())
    assert theirs.header.turn == "Yours"
    said = "csr@agency.test was asked to bind it, and refused 10:00 AM: The roof is too old."
    assert (theirs.quotes[0].refused, theirs.quotes[0].may_refer) == (said, True)


@pytest.mark.criterion("QUOTE-14")
def test_what_is_not_as_asked_for_is_told_in_the_form_and_beside_the_offer(opens: Opens, desk: Desk) -> None:
    submission = desk.reviewed()
    page = entering(opens, desk, submission)
    form = {**page.typed, "carrier": desk.carrier, "premium": "0.01", "valid_until": "2026-12-20"}
    asyncio.run(page.save(form))
    assert (page.doubts, page.problems) == ({"premium": "$0.01 is hardly a premium."}, {})
    asyncio.run(page.save(form))
    assert quotes_of(desk, submission) == (), "a second click confirms nothing"
    form |= {"expiration": "2027-05-01", "doubts_confirmed": "on"}
    asyncio.run(page.save(form))
    assert list(page.doubts) == ["premium", "expiration"], "what was not told yet is told before it is saved"
    assert quotes_of(desk, submission) == ()
    asyncio.run(page.save(form))
    (made,) = quotes_of(desk, submission)
    desk.door.run(requests.underwrite_quote, desk.cast.underwriter, locator=made.locator)
    rows = opens(SubmissionQuotesState, f"/submissions/{submission}", desk.cast.underwriter)
    asyncio.run(rows.load())
    assert len(rows.quotes[0].doubts) == 2
    asyncio.run(rows.ask_offer(made.locator))
    assert rows.confirming.told.endswith("You confirm that what differs from the submission is meant.")
    one = opens(QuotePageState, f"/quotes/{made.locator}", desk.cast.underwriter)
    asyncio.run(one.load())
    assert one.doubts == rows.quotes[0].doubts
    asyncio.run(one.ask_first("offer"))
    asyncio.run(one.go_on())
    assert desk.row(made.locator).offer is QuoteOffer.OFFERED
