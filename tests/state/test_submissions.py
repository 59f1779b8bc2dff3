"""What the dashboard and the page of a submission are given to draw, and what their buttons do."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from integrations.custom.intake import MailIntake
from portal_app.models.enums import SubmissionStatus
from portal_app.models.submissions import Submission
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.ports import Mail
from portal_app.services.settings import agency as settings
from portal_app.services.submissions import assigning, information, moves
from portal_app.services.submissions.information import Wanted
from portal_app.state import submission_address
from portal_app.state.submission import SubmissionPageState
from portal_app.state.submission_ams import SubmissionAmsState
from portal_app.state.submission_list import SubmissionsState
from portal_app.state.submission_quotes import SubmissionQuotesState
from portal_app.state.submission_requests import SubmissionRequestsState
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import NAMED, Cast, Mailer, row_of
from tests.world import Agency

Opens = Callable[..., Any]


@pytest.fixture
def desk(door: Door, agency: Agency) -> Desk:
    return Desk(Cast(door, agency))


def drawn(page: Any) -> Any:
    asyncio.run(page.load())
    return page


def do(page: Any, handler: Any, *given: Any) -> tuple[str, str]:
    page.flash = ""
    asyncio.run(handler(*given))
    return page.flash, page.flash_kind


@pytest.mark.criterion("TRACKPAGE-01")
def test_the_address_says_what_the_dashboard_shows(opens: Opens, desk: Desk) -> None:
    first, second = desk.cast.submitted(name="Ada Quill"), desk.cast.submitted(name="Bo Reed")
    draft = desk.cast.filled(name="Cy Stone")
    desk.door.run(assigning.pick_up, desk.cast.underwriter, locator=second)
    uw = desk.cast.locators["csr@agency.test"]
    for query, wanted in (
        ("", {first, second}),
        ("?q=quill", {first}),
        ("?status=in_review", {second}),
        ("?status=draft", {draft}),
        ("?line=homeowners&unassigned=1", {first}),
        (f"?assigned_to={uw}", {second}),
        ("?mine=1", {second}),
        ("?line=umbrella", set()),
        ("?status=odd&line=odd&assigned_to=%20&sort=odd&page=x", {first, second}),
    ):
        page = drawn(opens(SubmissionsState, f"/submissions{query}", desk.cast.underwriter))
        assert {each.locator for each in page.rows} == wanted, query
        assert (page.total, page.loaded) == (len(wanted), True)
    page = drawn(opens(SubmissionsState, "/submissions?sort=insured_name&order=desc", desk.cast.underwriter))
    assert [each.insured for each in page.rows] == ["Bo Reed", "Ada Quill"]
    assert next(each for each in page.columns if each.label == "Insured name").href == "/submissions?sort=insured_name"
    assert page.address_of_view == "http://127.0.0.1:8000/submissions?sort=insured_name&order=desc&view=all"
    begun = drawn(opens(SubmissionsState, "/submissions?status=draft", desk.cast.maya)).rows[0]
    assert (begun.href, begun.number) == (f"/submissions/{draft}/edit/applicant", "Draft")
    assert drawn(opens(SubmissionsState, "/submissions", desk.cast.daniel)).total == 0


@pytest.mark.criterion("TRACKPAGE-01")
def test_an_address_is_read_and_written_alike() -> None:
    given = {"q": "a b", "status": "pending,quoted", "line": "bop", "mine": "True", "sort": "number", "order": "desc"}
    asked = submission_address.read(given)
    assert asked.wanted.statuses == (SubmissionStatus.PENDING, SubmissionStatus.QUOTED)
    assert asked.href() == "/submissions?q=a+b&line=bop&status=pending%2Cquoted&sort=number&order=desc&mine=1"
    assert submission_address.neighbours(asked, 120) == ("", asked.href(page="2"))


@pytest.mark.criterion("TRACKPAGE-02")
def test_how_the_response_stands_is_said_in_words_to_each(opens: Opens, desk: Desk) -> None:
    locator = desk.cast.submitted()

    def timing(who: Any) -> str:
        return str(drawn(opens(SubmissionsState, "/submissions", who)).rows[0].timing)

    assert timing(desk.cast.underwriter) == ""
    desk.door.run(information.ask, desk.cast.underwriter, locator=locator, items=[wanted()])
    assert (timing(desk.cast.maya), timing(desk.cast.underwriter)) == ("Waiting for you", "Waiting for the producer")
    desk.door.run(information.cancel, desk.cast.underwriter, locator=locator)
    due = row_of(desk.door, locator).target_on
    assert due is not None
    page = drawn(opens(SubmissionsState, "/submissions", desk.cast.underwriter))
    assert page.rows[0].target == f"{due:%b} {due.day}, {due.year}"


@pytest.mark.criterion("TRACKPAGE-02")
def test_underwriters_give_many_to_one_and_others_cannot(opens: Opens, desk: Desk) -> None:
    first, second = desk.cast.submitted(), desk.cast.submitted()
    desk.door.run(moves.decline, desk.cast.underwriter, locator=second, reason="Too near the sea.")
    page = drawn(opens(SubmissionsState, "/submissions", desk.cast.underwriter))
    assert page.assigns
    asyncio.run(page.choose_all())
    asyncio.run(page.choose("another page's"))
    assert set(page.chosen) == {first, second}
    do(page, page.assign, {"to": ""})
    assert page.problem_of_handler == "Choose who is to handle them."
    said, kind = do(page, page.assign, {"to": desk.cast.locators["csr@agency.test"]})
    assert said.startswith("1 submission assigned. 1 other not. SUB-")
    assert kind == "warning"
    assert ("is Declined" in said, row_of(desk.door, first).status) == (True, SubmissionStatus.IN_REVIEW)
    assert not page.chosen
    others = drawn(opens(SubmissionsState, "/submissions", desk.cast.maya))
    assert (others.assigns, others.people) == (False, [])


def wanted() -> Wanted:
    return Wanted(information.Kind.TEXT, "Age of the roof")


def opened(opens: Opens, locator: str, who: Any, kind: type = SubmissionPageState) -> Any:
    return drawn(opens(kind, f"/submissions/{locator}", who))


@pytest.mark.criterion("TRACKPAGE-03")
def test_the_page_tells_each_whose_turn_it_is_and_masks_what_is_personal(opens: Opens, desk: Desk) -> None:
    locator = desk.cast.submitted(ssn="123-45-6789")
    page = opened(opens, locator, desk.cast.maya)
    assert (page.header.status, page.header.turn, page.header.insured) == ("Pending", "The agency's", "Ada Quill")
    told = {each.label: each.value for section in page.sections for block in section.blocks for each in block.facts}
    assert told["Social Security number"].endswith("6789")
    assert "123" not in told["Social Security number"]
    assert told["Usage"] == "Primary home"
    assert page.may == ["withdraw"]
    assert [each.words.split()[0] for each in page.events][-1] == "Began"
    assert page.header.target
    theirs = opened(opens, locator, desk.cast.underwriter)
    assert (theirs.header.turn, theirs.header.next_action) == ("Yours", "An underwriter picks it up or assigns it.")
    assert set(theirs.may) == {"ask", "assign", "decline", "withdraw", "pick_up", "reveal"}
    assert do(theirs, theirs.reveal)[0].startswith("Personal values are shown")
    told = {each.label: each.value for section in theirs.sections for block in section.blocks for each in block.facts}
    assert told["Social Security number"] == "123-45-6789"
    gone = opened(opens, locator, desk.cast.daniel)
    assert (gone.shown, gone.missing, gone.events, gone.files) == ("", True, [], {})


@pytest.mark.criterion("TRACKPAGE-03")
def test_who_was_given_it_by_a_rule_picks_it_up_once(opens: Opens, desk: Desk) -> None:
    locator = desk.cast.submitted()
    me = replace(desk.cast.underwriter, locator=desk.cast.locators["csr@agency.test"])
    with desk.door.database.write() as db:
        db.execute(update(Submission).values(assignee_id=me.user_id))
    page = opened(opens, locator, me)
    assert do(page, page.reveal)[0].startswith("No personal value was answered")
    assert "pick_up" in page.may
    assert do(page, page.pick_up) == ("You handle it now.", "good")
    assert (page.header.status, "pick_up" in page.may) == ("In Review", False)


@pytest.mark.criterion("TRACKPAGE-03")
def test_steps_ask_first_need_their_reason_and_keep_what_others_did(opens: Opens, desk: Desk) -> None:
    locator = desk.cast.submitted()
    page = opened(opens, locator, desk.cast.underwriter)
    asyncio.run(page.ask_first("reopen"))
    assert page.asking == ""
    do(page, page.decide, {"reason": "Never asked."})
    assert row_of(desk.door, locator).status is SubmissionStatus.PENDING
    asyncio.run(page.ask_first("decline"))
    do(page, page.decide, {"reason": "  "})
    assert (page.asking, page.problems) == ("decline", {"reason": "Say why: the other side reads it."})
    desk.door.run(moves.withdraw, desk.cast.maya, locator=locator, reason="Bought elsewhere.")
    said, kind = do(page, page.decide, {"reason": "Too near the sea."})
    assert said.startswith("Nothing was done, because this submission changed since you looked: maya@agency.test: ")
    assert ("moved from Pending to Withdrawn" in said, kind, page.header.status) == (True, "bad", "Withdrawn")
    assert page.copy_href == f"/submissions/new?q={row_of(desk.door, locator).number}"
    asyncio.run(page.ask_first("reopen"))
    assert do(page, page.decide, {"reason": ""}) == ("The submission is pending again.", "good")
    assert (page.asking, page.header.status, page.copy_href) == ("", "Pending", "")


@pytest.mark.criterion("TRACKPAGE-04")
def test_what_is_asked_for_is_answered_item_by_item_and_sent(opens: Opens, desk: Desk) -> None:
    locator = desk.reviewed()
    page = opened(opens, locator, desk.cast.underwriter, SubmissionRequestsState)
    asyncio.run(page.compose())
    asyncio.run(page.add_item({"what": "text", "label": " "}))
    assert page.problem_of_item == "Say what is needed, or choose a field of the form."
    for what, label in (
        ("text", "Age of the roof"),
        (f"{NAMED}.street", ""),
        ("text", "Not needed"),
        ("file", "Photo"),
    ):
        asyncio.run(page.add_item({"what": what, "label": label}))
    asyncio.run(page.take_out(2))
    asyncio.run(page.take_out(2))
    do(page, page.send, {"note": "For the carrier."})
    assert (page.composing, page.asks_now, page.answers_now) == (False, True, True)
    theirs = opened(opens, locator, desk.cast.maya, SubmissionRequestsState)
    (request,) = theirs.requests
    assert [(each.label, each.how) for each in request.things] == [("Age of the roof", "text"), ("Street", "field")]
    roof, street = (each.locator for each in request.things)
    do(theirs, theirs.complete)
    assert set(theirs.problems_of_answers) == {roof, street}
    do(theirs, theirs.answer, {"item": roof, "value": " "})
    assert theirs.problems_of_answers[roof] == "Enter an answer."
    do(theirs, theirs.answer, {"item": roof, "value": "Twelve years"})
    do(theirs, theirs.answer, {"item": street, "value": "1 Wharf St"})
    assert [each.answer for each in theirs.requests[0].things] == ["Twelve years", "1 Wharf St"]
    assert do(theirs, theirs.complete) == ("The answers are sent.", "good")
    assert (theirs.asks_now, theirs.requests[0].standing[:8]) == (False, "Answered")


@pytest.mark.criterion("AMSOUT-11")
def test_what_goes_to_the_ams_is_shown_sent_and_asked_about_before_it_goes_once_more(opens: Opens, desk: Desk) -> None:
    class Ams(Mailer):
        sent = 0

        def send(self, mail: Mail) -> None:
            self.sent += 1

    ams = Ams()
    desk.door.ports = replace(desk.door.ports, ams=MailIntake(ams, "portal.test"))
    admin = desk.cast.agency.admin()
    version = desk.door.run(settings.save, admin, version=0, given={"ams_mail": "intake@ams.example.com"})
    submission = desk.cast.submitted()
    assert opened(opens, submission, desk.cast.maya, SubmissionAmsState).handovers == []
    page = opened(opens, submission, desk.cast.underwriter, SubmissionAmsState)
    [line] = page.handovers
    assert (line.what, line.state, line.why) == ("The submission", "Not sent", "Nothing had it sent there.")
    assert do(page, page.ask_to_send, "task") == ("", "info")
    assert do(page, page.ask_to_send, "submission")[0] == "It is sent within seconds. Should it fail, that stands here."
    assert (page.handovers[0].state, page.handovers[0].may_send) == ("Waiting", False)
    deliver_due(desk.door, holder="test")
    page = opened(opens, submission, desk.cast.underwriter, SubmissionAmsState)
    assert (page.handovers[0].state, page.handovers[0].again, page.events[0].sign) == ("Sent", True, "sent")
    assert page.handovers[0].standing.startswith("Sent 10:00 AM. In the AMS it bears the key ")
    do(page, page.ask_to_send, "submission")
    assert (page.repeating, ams.sent) == ("submission", 1)
    asyncio.run(page.let_it_be())
    assert do(page, page.send_again)[0] == ""
    do(page, page.ask_to_send, "submission")
    do(page, page.send_again)
    assert do(page, page.send_again)[0] == ""
    desk.door.run(settings.save, admin, version=version, given={"ams_mail": ""})
    deliver_due(desk.door, holder="test")
    page = opened(opens, submission, desk.cast.underwriter, SubmissionAmsState)
    [line] = page.handovers
    assert (line.state, line.standing, line.may_send) == ("Failed", "Given up after 1 attempt.", False)
    assert (page.events[0].sign, page.events[0].reason) == ("stop", line.why)


@pytest.mark.criterion("TRACKPAGE-05")
def test_a_quote_says_why_it_cannot_be_bound_and_is_bound_once(opens: Opens, desk: Desk) -> None:
    submission = desk.reviewed()
    desk.underwritten(submission)
    page = opened(opens, submission, desk.cast.underwriter, SubmissionQuotesState)
    (line,) = page.quotes
    assert (line.offer, line.may_offer, line.asked) == ("Not offered", True, False)
    asyncio.run(page.ask_offer(line.locator))
    do(page, page.offer)
    assert (page.header.status, page.header.target, page.quotes[0].offer) == ("Quoted", "", "Offered")
    theirs = opened(opens, submission, desk.cast.maya, SubmissionQuotesState)
    (line,) = theirs.quotes
    assert (line.asked, line.can_bind, bool(line.reasons), line.reasons[0].found != "") == (True, False, True, True)
    assert theirs.header.stops == "You cannot bind one as it stands, but you may ask the underwriters to."
    desk.allow()
    theirs = opened(opens, submission, desk.cast.maya, SubmissionQuotesState)
    assert theirs.quotes[0].can_bind
    assert (theirs.header.next_action[:31], theirs.header.stops) == ("Look at the quotes and bind one", "")
    do(theirs, theirs.bind)
    assert theirs.header.status == "Quoted"
    asyncio.run(theirs.ask_bind(line.locator))
    assert theirs.confirming.question == f"Bind with {line.carrier} for $1,450.00?"
    said, kind = do(theirs, theirs.bind)
    assert (said.startswith("Bound as "), kind, theirs.header.status) == (True, "good", "Bound")
    assert theirs.policy_href.startswith("/policies/")
    assert do(theirs, theirs.bind)[0] == ""


@pytest.mark.criterion("BOUND-21")
def test_a_quote_of_the_past_asks_for_the_statement_until_it_is_agreed_to(opens: Opens, desk: Desk) -> None:
    desk.allow(backdating_days=60)
    quote = desk.offered(effective=date(2026, 11, 1), expiration=date(2027, 11, 1))
    page = opened(opens, quote.submission, desk.cast.maya, SubmissionQuotesState)
    asyncio.run(page.ask_bind(quote.locator))
    assert page.confirming.no_loss.startswith("Nothing has happened since Nov 1, 2026")
    do(page, lambda: page.bind_backdated({}))
    assert (page.header.status, page.confirming.quote) == ("Quoted", quote.locator)
    assert "Have the insured state this" in page.note_problem
    said, _ = do(page, lambda: page.bind_backdated({"no_loss": "on"}))
    assert said.startswith("Bound as ")
