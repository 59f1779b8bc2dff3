"""What goes to a carrier's contact by mail, and what waits in sight where it cannot."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal_app.models.enums import SubmissionStatus
from portal_app.models.media import ScanState
from portal_app.models.notifications import Notification
from portal_app.models.submissions import Submission
from portal_app.services import outbox
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.routing import desk
from portal_app.services.submissions import assigning, contact_mail, find, information, moves
from portal_app.services.submissions.information import Wanted
from tests.services.ams.acting import Office, body, files, put_rules, subject, upload
from tests.services.submissions.acting import row_of
from tests.world import Clock

ANN = "ann@carrier.example.com"
TO_ANN = {"name": "To Ann", "when": {"states": ["RI"]}, "to": {"carrierContact": {"name": "Ann", "email": ANN}}}
UNDERWRITERS = ("csr@agency.test", "principal@agency.test")


@pytest.fixture
def rules(office: Office) -> None:
    put_rules(office.door, TO_ANN, version=2)


def reviewed_by(door: Door) -> dict[int, str]:
    """Who was told to review a submission, and in what words."""
    with door.database.read() as db:
        rows = select(Notification.user_id, Notification.body).where(Notification.kind == "submission_to_review")
        return {row.user_id: row.body for row in db.execute(rows)}


def unassigned(office: Office) -> list[str]:
    seen = office.door.run(find.listed, office.cast.underwriter, wanted=find.Filter(unassigned=True))
    return [each.locator for each in seen.rows]


@pytest.mark.criterion("ROUTE-12")
def test_a_contact_is_mailed_the_application_and_its_documents(
    door: Door, office: Office, rules: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_mail, "MOST_ATTACHED", 100_000)
    submission = office.cast.filled(ssn="123-45-6789")
    upload(door, submission, "losses.pdf", b"%PDF-losses")
    upload(door, submission, "photos.pdf", b"%PDF" + b"x" * 100_000)
    office.cast.submit(submission)
    deliver_due(door, holder="test")
    [mail] = office.arrived(ANN)
    assert subject(mail) == "Submission SUB-2026-000001 of Your agency"
    assert files(mail)["losses.pdf"] == b"%PDF-losses"
    assert files(mail)["Application SUB-2026-000001.pdf"].startswith(b"%PDF-")
    assert len(files(mail)) == 2
    said = body(mail)
    for line in (
        "Insured: Ada Quill", "Attached: Application SUB-2026-000001.pdf; losses.pdf", "Not attached: photos.pdf",
        "What is not attached is too large for this mail, or was not checked for malware in time. Ask Your agency for",
    ):  # fmt: skip
        assert line in said
    assert "6789" not in mail.as_string()
    sent = f"Sent the application and its documents by mail to {ANN}"
    assert office.told(submission) == (sent, "Not attached: photos.pdf.")
    assert "submission.contact_sent" in office.audited()
    assert (row_of(door, submission).contact, unassigned(office)) == (ANN, [])


@pytest.mark.criterion("ROUTE-12")
def test_without_a_mail_server_it_waits_in_sight_and_those_who_decide_are_told(
    door: Door, office: Office, rules: None
) -> None:
    door.ports = replace(door.ports, mailer=None)
    [told] = door.run(desk.look, office.cast.agency.admin()).told
    assert told.remark == (
        "No mail server is set up, and a carrier's contact is told by mail. What this rule takes waits in the queue "
        "Carriers, and is not sent."
    )
    submission = office.cast.submitted()
    row = row_of(door, submission)
    assert (row.contact, row.queue, row.routed_by) == ("", "Carriers", "To Ann")
    assert unassigned(office) == [submission]
    why = "No mail server is set up, and a carrier's contact is told by mail."
    assert office.told(submission) == (f"Could not send the application and its documents by mail to {ANN}", why)
    waits = "It waits in the queue Carriers until somebody picks it up."
    assert reviewed_by(door) == {office.cast.ids[each]: waits for each in UNDERWRITERS}

    door.run(assigning.assign, office.cast.underwriter, locator=submission, contact=ANN)
    door.run(moves.withdraw, office.cast.maya, locator=submission, reason="No more.")
    door.run(moves.reopen, office.cast.underwriter, locator=submission)
    assert unassigned(office) == [submission], "nor is it theirs once it is reopened"


@pytest.mark.criterion("ROUTE-12")
def test_what_is_refused_for_good_comes_back_and_those_who_decide_are_told(
    door: Door, office: Office, rules: None
) -> None:
    office.post.answers[ANN] = "550 no such user"
    submission = office.cast.submitted()
    assert reviewed_by(door) == {}
    deliver_due(door, holder="test")
    why = "The mail server refused the recipient (550)."
    assert office.told(submission) == (f"Could not send the application and its documents by mail to {ANN}", why)
    words = f"It could not be mailed to {ANN}. {why} Assign it to somebody, or to another address."
    assert reviewed_by(door) == {office.cast.ids[each]: words for each in UNDERWRITERS}
    row = row_of(door, submission)
    assert (row.contact, row.queue, row.status) == ("", "Carriers", SubmissionStatus.PENDING)
    assert unassigned(office) == [submission]

    office.post.answers.clear()
    admin = office.cast.agency.admin()
    [letter] = door.run(outbox.dead_letters, admin).rows
    door.run(outbox.retry_dead, admin, locator=letter.locator)
    deliver_due(door, holder="test")
    assert office.arrived(ANN) == [], "it is not with them any more"
    door.run(assigning.assign, office.cast.underwriter, locator=submission, contact=ANN)
    deliver_due(door, holder="test")
    assert len(office.arrived(ANN)) == 1


@pytest.mark.criterion("ROUTE-12")
def test_it_waits_for_its_papers_and_leaves_before_what_comes_after(
    door: Door, office: Office, rules: None, clock: Clock
) -> None:
    submission = office.cast.filled()
    upload(door, submission, "losses.pdf", b"%PDF-losses", scan=ScanState.WAITING)
    office.cast.submit(submission)
    deliver_due(door, holder="test", only=["contact"])
    assert office.arrived(ANN) == [], "the application is still to be made"
    [item] = door.run(
        information.ask, office.cast.underwriter, locator=submission, items=[Wanted(information.Kind.TEXT, "Roof?")]
    ).items
    door.run(information.answer, office.cast.maya, locator=submission, item=item.locator, value="New")
    door.run(information.complete, office.cast.maya, locator=submission)
    deliver_due(door, holder="test")
    assert office.arrived(ANN) == [], "that answers came is told after it"
    clock.forward(seconds=30)
    deliver_due(door, holder="test")
    first, second = office.arrived(ANN)
    assert list(files(first)) == ["Application SUB-2026-000001.pdf"]
    assert "The information that was asked for has come." in body(second)


@pytest.mark.criterion("ROUTE-12")
def test_who_was_sent_nothing_yet_is_sent_nothing_any_more(door: Door, office: Office, rules: None) -> None:
    submission = office.cast.submitted()
    door.run(assigning.pick_up, office.cast.underwriter, locator=submission)
    deliver_due(door, holder="test")
    assert office.arrived(ANN) == []
    with door.database.read() as db:
        assert db.scalars(select(Submission.contact)).all() == [""]
