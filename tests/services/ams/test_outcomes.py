"""What becomes of a submission is told where the management system has it, once, and without what is personal."""

from typing import Any

import pytest
from sqlalchemy import func, select

from portal_app.models.ams import AmsHandover
from portal_app.models.outbox import OutboxMessage
from portal_app.services.ams.handovers import HandoverState
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.errors import Conflict
from portal_app.services.settings import agency as settings
from portal_app.services.submissions import moves
from tests.services.ams.acting import FILES, TASKS, Office, body, files, subject
from tests.services.submissions.acting import field, form
from tests.world import Clock

pytestmark = pytest.mark.criterion("AMSOUT-12")


def withdraw(office: Office, submission: str, reason: str = "The client left.") -> None:
    office.door.run(moves.withdraw, office.cast.maya, locator=submission, reason=reason)


def decline(office: Office, submission: str, reason: str) -> None:
    office.door.run(moves.decline, office.cast.underwriter, locator=submission, reason=reason)


def subjects(office: Office, at: str = FILES) -> list[str]:
    return [subject(each).partition(" [")[0] for each in office.arrived(at)]


def counted(door: Door) -> tuple[int, int]:
    """How many handovers there are, and messages to the system."""
    with door.database.read() as db:
        messages = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.topic == "ams")
        return db.scalar(select(func.count()).select_from(AmsHandover)) or 0, db.scalar(messages) or 0


def test_what_was_sent_and_ends_is_told_once_with_the_reason(door: Door, office: Office) -> None:
    submission = office.cast.submitted()
    deliver_due(door, holder="test")
    withdraw(office, submission, "The client\nleft.")
    with pytest.raises(Conflict):
        withdraw(office, submission)
    assert office.stands(submission, "outcome").state is HandoverState.WAITING
    deliver_due(door, holder="test")
    deliver_due(door, holder="test")
    assert subjects(office) == ["New submission SUB-2026-000001", "Withdrawn: submission SUB-2026-000001"]
    first, told = office.arrived()
    said = body(told)
    for line in (
        "Submission ID: SUB-2026-000001", "Insured: Ada Quill", "Status: Withdrawn", "Since: 11/20/2026 15:00 UTC",
        "Reason: The client left.", f"In the portal: http://127.0.0.1:8000/submissions/{submission}",
    ):  # fmt: skip
        assert f"{line}\n" in said
    assert (files(told), told["Message-ID"] != first["Message-ID"]) == ({}, True)
    assert office.stands(submission, "outcome").reference == told["Message-ID"]
    assert office.told(submission) == ("Sent what became of the submission to the AMS", "")
    assert office.audited().count("submission.ams_ordered") == 2
    office.send(submission, "outcome")
    deliver_due(door, holder="test")
    assert office.arrived()[-1]["Message-ID"] == told["Message-ID"], "a repeat is known"


def test_a_task_is_told_of_where_it_was_made_and_what_never_went_is_not(door: Door, office: Office) -> None:
    task, elsewhere = office.cast.submitted(state="MA"), office.cast.submitted(state="TX")
    # Before the task has left, which goes first all the same.
    decline(office, task, "No appetite.")
    decline(office, elsewhere, "No appetite.")
    deliver_due(door, holder="test")
    assert subjects(office, TASKS) == ["Task: submission SUB-2026-000001", "Declined: submission SUB-2026-000001"]
    assert office.arrived() == []
    assert office.stands(task, "task_outcome").state is HandoverState.SENT
    assert counted(door) == (2, 2)
    with pytest.raises(Conflict, match="nothing to tell"):
        office.send(elsewhere, "outcome")


def test_reopened_is_told_where_the_end_was_and_each_end_anew(door: Door, office: Office, clock: Clock) -> None:
    submission = office.cast.submitted()
    deliver_due(door, holder="test")
    for reason in ("No appetite.", "Still none."):
        clock.forward(minutes=1)
        decline(office, submission, reason)
        clock.forward(minutes=1)
        door.run(moves.reopen, office.cast.underwriter, locator=submission, reason="")
    deliver_due(door, holder="test")
    number = "submission SUB-2026-000001"
    ended, again = f"Declined: {number}", f"Reopened: {number}"
    assert subjects(office) == [f"New {number}", ended, again, ended, again]
    told = [body(each) for each in office.arrived()]
    assert ("Reason: No appetite.\n" in told[1], "Reason" in told[2], "Reason: Still none.\n" in told[3]) == (
        True,
        False,
        True,
    )


def test_what_was_given_up_is_not_followed(door: Door, office: Office) -> None:
    office.post.answers[FILES] = "550 no"
    submission = office.cast.submitted()
    deliver_due(door, holder="test")
    decline(office, submission, "No appetite.")
    door.run(moves.reopen, office.cast.underwriter, locator=submission)
    assert counted(door) == (1, 1)


def test_where_the_address_was_taken_away_it_says_so_and_is_sent_by_hand(door: Door, office: Office) -> None:
    submission = office.cast.submitted()
    deliver_due(door, holder="test")
    version = door.run(settings.save, office.cast.agency.admin(), version=0, given={"ams_mail": ""})
    decline(office, submission, "No appetite.")
    why = "No address that files mail into the AMS is set under Settings."
    assert office.told(submission) == ("Could not send what became of the submission to the AMS", why)
    door.run(settings.save, office.cast.agency.admin(), version=version, given={"ams_mail": FILES})
    assert office.stands(submission, "outcome", office.cast.underwriter).may_send
    office.send(submission, "outcome")
    deliver_due(door, holder="test")
    assert subjects(office)[-1] == "Declined: submission SUB-2026-000001"


def test_it_is_ordered_with_the_end_or_not_at_all(door: Door, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = office.cast.submitted()
    before = counted(door)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as at_the_end:
        at_the_end.setattr("portal_app.services.submissions.moves.shown", broken)
        with pytest.raises(Exception, match="on our side"):
            withdraw(office, submission)
    assert counted(door) == before


def test_nothing_personal_leaves_with_the_reason(door: Door, office: Office) -> None:
    document = form()
    document["sections"][0]["groups"][0]["fields"] += [
        field("born", "Birth date", "date", personal=True),
        field("license", "License", "driver_license", personal=True),
    ]
    office.cast.put_form(document, 2)
    submission = office.cast.submitted(ssn="123-45-6789", born="04/02/1970", license="RI1234567")
    deliver_due(door, holder="test")
    personal = (
        "123-45-6789", "123 45 6789", "123456789", "04/02/1970", "4/2/70", "1970-04-02", "ri 1234567", "987-65-4329",
        "(401) 555-0177", "+1 401 555 0177", "ada@quill.test",
    )  # fmt: skip
    kept = "SUB-2026-000001, $1,250,000 from 01/15/2027 or 2027-01-15, born in 1970, HO-778812."
    decline(office, submission, f"{'; '.join(personal)}; {kept}")
    deliver_due(door, holder="test")
    [reason] = [each for each in body(office.arrived()[-1]).splitlines() if each.startswith("Reason: ")]
    assert reason == f"Reason: {'; '.join(['••••'] * len(personal))}; {kept}"
