"""Underwriters draw quotes up on a submission and offer them; who handed it in sees what was offered, and nothing
before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from portal_app.models.accounts import Account
from portal_app.models.enums import AccountKind, QuoteState, SubmissionEventKind, SubmissionStatus
from portal_app.models.media import Media, MediaVersion
from portal_app.models.notifications import Notification
from portal_app.models.outbox import OutboxMessage
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import QuoteOffer
from portal_app.models.submissions import Submission, SubmissionDocument, SubmissionEvent
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.papers import making
from portal_app.services.policies import detail as policies
from portal_app.services.quotes import drafts, find, of_submissions
from portal_app.services.submissions import assigning, detail, documents, information, moves, requests, timeline
from portal_app.services.submissions import find as submissions
from portal_app.services.submissions.information import Kind, Wanted
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import NAMED, Mailer, row_of
from tests.services.submissions.sent import MB, named, pdf, send
from tests.world import NOW, Clock


def add_document(desk: Desk, submission: str, kind: str = "quote", **given: object) -> str:
    """A file of the submission, as one that arrived is written down."""
    number = row_of(desk.door, submission).id
    with desk.door.database.write() as db:
        media = Media(created_at=NOW)
        db.add(media)
        db.flush()
        of = {"digest": "a" * 64, "size": 9, "content_type": "application/pdf", "filename": "granite.pdf"}
        db.add(MediaVersion(media_id=media.id, created_at=NOW, **(of | given)))
        row = SubmissionDocument(
            submission_id=number, media_id=media.id, kind=kind, upload_key=f"key-{media.id}", added_at=NOW, added_by="x"
        )
        db.add(row)
        db.flush()
        return row.locator


@pytest.mark.criterion("BOUND-01")
def test_a_quote_of_a_submission_makes_an_account_of_the_applicant_once(door: Door, desk: Desk) -> None:
    submission = desk.reviewed(street="12 Elm St", city="Providence", ssn="123-45-6789")
    first, second = desk.quoted(submission), desk.quoted(submission, premium=None)
    assert (first.submission, first.insured_name, first.line, first.producer_code) == (
        submission,
        "Ada Quill",
        "homeowners",
        "HL-maya",
    )
    assert first.account == second.account != ""
    with door.database.read() as db:
        account = db.scalars(select(Account).where(Account.locator == first.account)).one()
        assert (account.feed, account.source_id, account.kind) == ("portal", submission, AccountKind.PERSON)
        assert (account.street, account.city, account.state) == ("12 Elm St", "Providence", "RI")
        assert account.tax_id is None
        assert db.scalar(select(func.count()).select_from(Account).where(Account.feed == "portal")) == 1
        assert db.scalar(select(Submission.account_id).where(Submission.locator == submission)) == account.id


@pytest.mark.criterion("TRACK-03")
@pytest.mark.parametrize("ended", [moves.decline, moves.withdraw])
def test_what_ends_ends_its_offers_and_what_is_reopened_is_offered_anew(
    door: Door, desk: Desk, ended: Callable[..., object]
) -> None:
    submission = desk.reviewed()
    old = desk.offered(submission)
    door.run(ended, desk.cast.principal, locator=submission, reason="The roof is too old.")
    (seen,) = door.run(of_submissions.listed, desk.cast.maya, submission=submission)
    assert seen.offer is QuoteOffer.NOT_TAKEN
    door.run(moves.reopen, desk.cast.underwriter, locator=submission)
    assert door.run(of_submissions.listed, desk.cast.maya, submission=submission) == ()
    door.run(assigning.pick_up, desk.cast.underwriter, locator=submission)
    desk.offered(submission)
    with pytest.raises(NotFound):
        desk.bind(old.locator)
    door.run(of_submissions.offer, desk.cast.underwriter, locator=old.locator)
    assert desk.asks(old.locator, desk.cast.principal).can_bind


@pytest.mark.criterion("BOUND-02")
def test_the_name_of_a_paper_is_told_to_a_producer_when_its_quote_is_offered(door: Door, desk: Desk) -> None:
    submission = desk.reviewed()
    paper = add_document(desk, submission, filename="we accept 20,000.pdf")
    with door.database.write() as db:
        about = {"document": paper, "kind": "quote", "filename": "we accept 20,000.pdf"}
        number = row_of(door, submission).id or 0
        db.add(SubmissionEvent(submission_id=number, kind=SubmissionEventKind.ADDED, at=NOW, by="x", about=about))

    def told(who: Actor) -> bool:
        return "Added we accept 20,000.pdf" in {
            each.words for each in door.run(timeline.events, who, locator=submission)
        }

    quote = desk.underwritten(submission, document=paper)
    assert (told(desk.cast.maya), told(desk.cast.underwriter), told(desk.cast.principal)) == (False, True, True)
    door.run(of_submissions.offer, desk.cast.underwriter, locator=quote.locator)
    assert told(desk.cast.maya)


@pytest.mark.criterion("ROUTE-04")
def test_an_answer_is_due_anew_once_the_last_offer_fell_away(door: Door, desk: Desk, clock: Clock) -> None:
    submission = desk.reviewed()
    quote = desk.offered(submission)
    first = row_of(door, submission).target_on
    clock.forward(days=14)
    door.run(drafts.reset, desk.cast.underwriter, locator=quote.locator)
    found = door.run(submissions.submission, desk.cast.underwriter, locator=submission)
    assert found.target_on is not None
    assert found.target_on > first
    assert not found.overdue


@pytest.mark.criterion("BOUND-01")
def test_what_cannot_be_quoted_is_told(door: Door, desk: Desk) -> None:
    submission = desk.reviewed()
    with pytest.raises(Invalid, match="about Homeowners"):
        desk.quoted(submission, line="umbrella")
    other = add_document(desk, submission, "loss_runs")
    with pytest.raises(Invalid, match="no such quote document"):
        desk.quoted(submission, document=other)
    with pytest.raises(Conflict, match="is Draft"):
        desk.quoted(desk.cast.filled())
    made = desk.quoted(submission, premium=None)
    for who in (desk.cast.maya, desk.cast.csr):
        with pytest.raises(Forbidden):
            door.run(of_submissions.offer, who, locator=made.locator)
    with pytest.raises(Conflict, match="Only one that is underwritten"):
        door.run(of_submissions.offer, desk.cast.underwriter, locator=made.locator)
    for nothing in (None, Decimal(0)):
        without = desk.underwritten(submission, premium=nothing)
        with pytest.raises(Invalid, match="enter its premium"):
            door.run(of_submissions.offer, desk.cast.underwriter, locator=without.locator)
    late = desk.underwritten(submission, valid_until=date(2026, 11, 19))
    with pytest.raises(Conflict, match="does not stand by"):
        door.run(of_submissions.offer, desk.cast.underwriter, locator=late.locator)
    waiting = desk.underwritten(desk.cast.submitted())
    with pytest.raises(Conflict, match="This submission is Pending"):
        door.run(of_submissions.offer, desk.cast.underwriter, locator=waiting.locator)


@pytest.mark.criterion("BOUND-01")
def test_a_quote_stays_in_its_submissions_line_and_under_its_producer(door: Door, desk: Desk) -> None:
    submission = desk.reviewed()
    with pytest.raises(Invalid, match="The submission is under HL-maya"):
        desk.quoted(submission, producer_code="HL-daniel")
    made = desk.quoted(submission)
    for given, sentence in (
        ({"line": "umbrella"}, "The submission is about Homeowners"),
        ({"producer_code": "HL-daniel"}, "The submission is under HL-maya"),
    ):
        with pytest.raises(Invalid, match=sentence):
            door.run(drafts.update, desk.cast.underwriter, locator=made.locator, given=given)
    with door.database.write() as db:
        maya = db.scalars(select(ProducerCode).where(ProducerCode.code == "HL-maya")).one()
        db.add(ProducerCode(code="HL-maya-2", producer_id=maya.producer_id, state=maya.state, created_at=NOW))
    given = {"producer_code": "HL-maya-2", "premium": Decimal(900)}
    changed = door.run(drafts.update, desk.cast.underwriter, locator=made.locator, given=given)
    assert (changed.line, changed.producer_code, changed.premium) == ("homeowners", "HL-maya-2", Decimal(900))


@pytest.mark.criterion("BOUND-02")
def test_an_offer_moves_the_submission_is_told_and_seen(door: Door, desk: Desk) -> None:
    door.ports = replace(door.ports, mailer=Mailer())
    submission = desk.reviewed()
    paper = add_document(desk, submission)
    made = desk.underwritten(submission, document=paper)
    maya, daniel = desk.cast.maya, desk.cast.daniel
    assert door.run(of_submissions.listed, maya, submission=submission) == ()
    assert door.run(documents.listed, maya, submission=submission) == ()
    with pytest.raises(NotFound):
        door.run(find.quote, maya, locator=made.locator)

    done = door.run(of_submissions.offer, desk.cast.underwriter, locator=made.locator, version=made.version)
    assert (done.offer, done.offered_at, done.document) == (QuoteOffer.OFFERED, NOW, paper)
    assert row_of(door, submission).status is SubmissionStatus.QUOTED
    assert [each.locator for each in door.run(of_submissions.listed, maya, submission=submission)] == [made.locator]
    assert [each.locator for each in door.run(documents.listed, maya, submission=submission)] == [paper]
    with pytest.raises(NotFound):
        door.run(find.quote, daniel, locator=made.locator)
    newest = door.run(timeline.events, maya, locator=submission)[0]
    assert (newest.kind, newest.words) == (SubmissionEventKind.QUOTED, "Offered a quote of Granite Mutual")
    with door.database.read() as db:
        told = db.scalars(select(Notification).where(Notification.kind == "quote_ready")).one()
        assert told.user_id == desk.cast.ids["maya@agency.test"]
        assert "Granite Mutual offers it for $1,450.00, from 01/15/2027, valid until 12/20/2026." in told.body
        mails = [each for each in db.scalars(select(OutboxMessage.payload)) if "offers it for" in each.get("text", "")]
        file = {"digest": "a" * 64, "filename": "granite.pdf", "content_type": "application/pdf", "size": 9}
        assert [(each["recipient"], each["attached"]) for each in mails] == [("maya@agency.test", [file])]
    with pytest.raises(Conflict, match="offered already"):
        door.run(of_submissions.offer, desk.cast.underwriter, locator=made.locator)


@pytest.mark.criterion("BOUND-02")
def test_what_is_taken_back_is_seen_no_longer(door: Door, desk: Desk) -> None:
    submission = desk.reviewed()
    first, second = desk.offered(submission), desk.offered(submission)
    door.run(drafts.discard, desk.cast.underwriter, locator=first.locator)
    assert row_of(door, submission).status is SubmissionStatus.QUOTED
    back = door.run(drafts.reset, desk.cast.underwriter, locator=second.locator)
    assert (back.state, back.offer, back.offered_at) == (QuoteState.DRAFT, QuoteOffer.NOT_OFFERED, None)
    assert row_of(door, submission).status is SubmissionStatus.IN_REVIEW
    assert door.run(of_submissions.listed, desk.cast.maya, submission=submission) == ()
    assert len(door.run(of_submissions.listed, desk.cast.underwriter, submission=submission)) == 2


@pytest.mark.criterion("BOUND-02")
def test_a_carriers_document_is_named_in_the_timeline_once_it_is_offered(door: Door, desk: Desk) -> None:
    submission, maya, underwriter = desk.reviewed(), desk.cast.maya, desk.cast.underwriter
    name = "Granite max we accept 20,000.pdf"

    def seen_by(who: Actor) -> int:
        events = door.run(timeline.events, who, locator=submission)
        return sum(name in each.words for each in events)

    paper = send(door, underwriter, pdf(), named(submission, name, "quote")).locator
    send(door, underwriter, pdf(2 * MB), named(submission, "photos.pdf", "photos"))
    assert (seen_by(maya), seen_by(underwriter)) == (0, 1)
    assert "Added photos.pdf" in [each.words for each in door.run(timeline.events, maya, locator=submission)]
    assert name not in str(door.run(making.evidence, maya, submission=submission))
    desk.offered(submission, document=paper)
    assert (seen_by(maya), seen_by(underwriter)) == (1, 1)


@pytest.mark.criterion("BOUND-23")
def test_what_was_corrected_in_answer_to_a_request_is_what_is_quoted_and_bound(door: Door, desk: Desk) -> None:
    desk.allow(states=("MA",))
    submission = desk.reviewed(street="12 Elm St", city="Providence")
    begun = desk.quoted(submission)
    assert begun.insured_name == "Ada Quill"
    correct = {"name": "Ada B. Quill", "effective": "02/01/2027", "state": "MA"}
    wanted = [Wanted(Kind.FIELD, path=f"{NAMED}.{each}") for each in correct]
    door.run(information.ask, desk.cast.underwriter, locator=submission, items=wanted)
    items = door.run(requests.requests, desk.cast.maya, locator=submission)[0].items
    for item, value in zip(items, correct.values(), strict=True):
        door.run(information.answer, desk.cast.maya, locator=submission, item=item.locator, value=value)
    assert row_of(door, submission).insured_name == "Ada Quill"
    door.run(information.complete, desk.cast.maya, locator=submission)
    row = row_of(door, submission)
    assert (row.insured_name, row.effective, row.jurisdiction) == ("Ada B. Quill", date(2027, 2, 1), "MA")
    quote = desk.offered(submission, jurisdiction="MA", postal_code="02139")
    assert (quote.insured_name, quote.account) == ("Ada B. Quill", begun.account)
    policy = door.run(policies.policy, desk.cast.maya, locator=desk.bind(quote.locator).policy)
    assert (policy.row.insured_name, policy.producer_code) == ("Ada B. Quill", "HL-maya")
    seen = door.run(detail.detail, desk.cast.maya, locator=submission)
    assert seen.certificate is not None
    assert seen.certificate.intact


@pytest.mark.criterion("BOUND-02")
def test_a_paper_that_was_not_found_clean_is_not_sent(door: Door, desk: Desk, clock: Clock) -> None:
    submission = desk.reviewed()
    paper = add_document(desk, submission, scan="waiting", scan_due_at=NOW)
    made = desk.underwritten(submission, document=paper)
    with pytest.raises(Conflict, match="being checked for malware"):
        door.run(of_submissions.offer, desk.cast.underwriter, locator=made.locator)
    assert door.run(of_submissions.attach, desk.cast.underwriter, locator=made.locator, document="").document == ""
    assert door.run(of_submissions.offer, desk.cast.underwriter, locator=made.locator).offer is QuoteOffer.OFFERED
    with pytest.raises(Conflict, match="not offered yet"):
        door.run(of_submissions.attach, desk.cast.underwriter, locator=made.locator, document=paper)
    with door.database.read() as db:
        assert db.scalar(select(func.count()).select_from(OutboxMessage).where(OutboxMessage.topic == "mail")) == 0
