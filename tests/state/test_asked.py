"""What is confirmed on the page of a submission is what the question showed, whatever the page has followed since."""

import asyncio
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal_app.services.binding import refer
from portal_app.services.quotes import drafts, of_submissions
from portal_app.services.submissions import information
from portal_app.services.underwriting import requests
from portal_app.state.submission_quotes import SubmissionQuotesState
from portal_app.state.submission_requests import SubmissionRequestsState
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import row_of
from tests.state.test_submissions import desk, do, opened, wanted

Opens = Callable[..., Any]
__all__ = ["desk"]


@pytest.mark.criterion("TRACKPAGE-08")
def test_a_step_is_taken_with_what_was_shown_when_it_was_asked_and_the_page_may_follow(
    opens: Opens, desk: Desk
) -> None:
    """Also where the page showed the change before the answer was given."""
    locator = desk.cast.submitted()
    page = opened(opens, locator, desk.cast.underwriter)
    for what, given in (
        ("assign", {"to": desk.cast.locators["csr@agency.test"]}),
        ("decline", {"reason": "Too near the sea."}),
    ):
        asyncio.run(page.ask_first(what))
        desk.door.run(information.ask, desk.cast.underwriter, locator=locator, items=[wanted()])
        asyncio.run(page.refresh())
        said, kind = do(page, page.assign if what == "assign" else page.decide, given)
        assert said.startswith("Nothing was done, because this submission changed since you looked: ")
        assert "asked the producer for one thing" in said
        assert (kind, page.asking, row_of(desk.door, locator).assignee_id) == ("bad", what, None)
        desk.door.run(information.cancel, desk.cast.underwriter, locator=locator)
    asyncio.run(page.refresh())
    asyncio.run(page.ask_first("decline"))
    assert do(page, page.decide, {"reason": "Too near the sea."})[1] == "good"

    other = desk.reviewed()
    asks = opened(opens, other, desk.cast.underwriter, SubmissionRequestsState)
    desk.door.run(information.ask, desk.cast.underwriter, locator=other, items=[wanted()])
    asyncio.run(asks.refresh())
    asyncio.run(asks.ask_cancel(True))
    desk.door.run(information.cancel, desk.cast.underwriter, locator=other)
    desk.door.run(information.ask, desk.cast.underwriter, locator=other, items=[wanted()])
    asyncio.run(asks.refresh())
    assert do(asks, asks.cancel)[0].startswith("Nothing was done, because this submission changed")
    assert asks.asks_now


def changed(desk: Desk, quote: str, premium: int) -> None:
    """An offered quote, brought back to draft and offered again at another premium."""
    run, by = desk.door.run, desk.cast.underwriter
    run(drafts.reset, by, locator=quote)
    run(drafts.update, by, locator=quote, given={"premium": Decimal(premium)})
    run(requests.underwrite_quote, by, locator=quote)
    run(of_submissions.offer, by, locator=quote, doubts_confirmed=True)


@pytest.mark.criterion("TRACKPAGE-08")
def test_what_is_bound_is_what_the_question_named(opens: Opens, desk: Desk) -> None:
    """The page follows what the underwriter does, and the question stands."""
    desk.allow()
    quote = desk.offered()
    page = opened(opens, quote.submission, desk.cast.maya, SubmissionQuotesState)
    asyncio.run(page.ask_bind(quote.locator))
    changed(desk, quote.locator, 2400)
    asyncio.run(page.refresh())
    asyncio.run(page.look_at_question())
    told = "The premium was $1,450.00, and is $2,400.00 now"
    assert page.quotes[0].premium == "$2,400.00"
    assert page.confirming.question.endswith("for $1,450.00?")
    assert page.confirming.changed == f"This quote changed since you were asked: {told}."
    said, kind = do(page, page.bind)
    assert said.startswith("Nothing was done, because this submission changed since you looked: ")
    assert (told in said, kind, page.header.status) == (True, "bad", "Quoted")
    asyncio.run(page.ask_bind(quote.locator))
    assert page.confirming.question.endswith("for $2,400.00?")
    assert do(page, page.bind)[0].startswith("Bound as ")


@pytest.mark.criterion("TRACKPAGE-08")
def test_what_is_offered_referred_or_refused_is_what_was_asked_about(opens: Opens, desk: Desk) -> None:
    """What was typed stays under the question, which is about the quote as it is now."""
    submission = desk.reviewed()
    quote = desk.underwritten(submission)
    page = opened(opens, submission, desk.cast.underwriter, SubmissionQuotesState)
    asyncio.run(page.ask_offer(quote.locator))
    desk.door.run(drafts.reset, desk.cast.underwriter, locator=quote.locator)
    later = {"effective": date(2027, 3, 1), "expiration": date(2028, 3, 1)}
    desk.door.run(drafts.update, desk.cast.underwriter, locator=quote.locator, given=later)
    desk.door.run(requests.underwrite_quote, desk.cast.underwriter, locator=quote.locator)
    asyncio.run(page.refresh())
    assert page.quotes[0].doubts
    said, _ = do(page, page.offer)
    assert "The term was Jan 15, 2027 – Jan 15, 2028, and is Mar 1, 2027 – Mar 1, 2028 now" in said
    assert page.quotes[0].offer == "Not offered"
    desk.door.run(of_submissions.offer, desk.cast.underwriter, locator=quote.locator, doubts_confirmed=True)

    theirs = opened(opens, submission, desk.cast.maya, SubmissionQuotesState)
    asyncio.run(theirs.ask_refer(quote.locator))
    changed(desk, quote.locator, 2400)
    asyncio.run(theirs.refresh())
    said, _ = do(theirs, theirs.refer, {"note": "Please."})
    assert "is $2,400.00 now" in said
    assert (theirs.confirming.what, theirs.confirming.changed) == ("refer", "")
    assert do(theirs, theirs.refer, {"note": "Please."})[1] == "good"

    page = opened(opens, submission, desk.cast.underwriter, SubmissionQuotesState)
    asyncio.run(page.ask_refuse(quote.locator))
    changed(desk, quote.locator, 3100)
    desk.door.run(refer.refer, desk.cast.maya, quote=quote.locator)
    asyncio.run(page.refresh())
    said, _ = do(page, page.refuse, {"note": "Not at this premium."})
    assert "is $3,100.00 now" in said
    assert page.quotes[0].refused == ""
    assert do(page, page.refuse, {"note": "Not at this premium."})[1] == "good"
