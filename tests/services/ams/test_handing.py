"""What is submitted and bound goes to the agency's management system, as the rules and the settings say."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from portal_app.models.accounts import Account
from portal_app.models.ams import HandoverKind
from portal_app.models.media import MediaVersion, ScanState
from portal_app.models.outbox import OutboxMessage
from portal_app.services.ams import handovers
from portal_app.services.ams.handovers import HandoverState
from portal_app.services.ams.port import Task
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, NotFound
from portal_app.services.ports import Ports
from portal_app.services.settings import agency as settings
from portal_app.services.submissions import moves
from portal_app.settings import Settings
from tests.services.ams.acting import TASKS, Office, body, files, subject, upload
from tests.services.submissions.acting import NAMED, RISK, mapped, row_of
from tests.world import NOW, Clock


@pytest.mark.criterion("AMSOUT-01")
def test_a_rule_hands_the_submission_over_by_mail_with_its_papers(door: Door, office: Office) -> None:
    submission = office.cast.filled(ssn="123-45-6789", street="12 Elm St")
    upload(door, submission, "losses.pdf", b"%PDF-losses")
    office.cast.submit(submission)
    assert row_of(door, submission).queue == "AMS"
    before = office.stands(submission)
    assert (before.state, before.ordered_by, before.may_send) == (HandoverState.WAITING, "maya@agency.test", False)

    deliver_due(door, holder="test")

    [mail] = office.arrived()
    key = before.key
    assert subject(mail) == f"New submission SUB-2026-000001 [{key}]"
    assert mail["Message-ID"] == f"<{key}@portal.test>"
    said = body(mail)
    for line in (
        "Submission ID: SUB-2026-000001", "Insured: Ada Quill", "Line of business: Homeowners", "State: RI",
        "Producer code: HL-maya", "Effective date: 01/15/2027", "Status: Pending", f"Key: {key}",
        f"In the portal: http://127.0.0.1:8000/submissions/{submission}",
    ):  # fmt: skip
        assert f"{line}\n" in said
    whole = mail.as_string()
    assert not any(each in whole for each in ("123-45", "6789", "Elm St"))
    assert "Ada" not in subject(mail)
    attached = files(mail)
    assert list(attached) == ["Application SUB-2026-000001.pdf", "losses.pdf"]
    assert attached["losses.pdf"] == b"%PDF-losses"
    assert attached["Application SUB-2026-000001.pdf"].startswith(b"%PDF-")
    after = office.stands(submission)
    assert (after.state, after.sent_at, after.reference) == (HandoverState.SENT, NOW, f"<{key}@portal.test>")
    assert office.told(submission) == ("Sent the submission to the AMS", "")
    assert {"submission.ams_ordered", "submission.ams_sent"} <= set(office.audited())
    with door.database.read() as db:
        assert db.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic == "ams")).all() == [None]
    assert office.arrived(TASKS) == []


@pytest.mark.criterion("AMSOUT-02")
def test_a_rule_has_a_task_made_of_it(door: Door, office: Office) -> None:
    submission = office.cast.submitted(state="MA")
    deliver_due(door, holder="test")
    [mail] = office.arrived(TASKS)
    assert subject(mail).startswith("Task: submission SUB-2026-000001 [")
    due = row_of(door, submission).target_on
    assert due is not None
    assert f"Due: {due:%m/%d/%Y}\n" in body(mail)
    assert files(mail) == {}
    assert office.arrived() == []
    assert office.told(submission) == ("Sent a task to the AMS", "")


@pytest.mark.criterion("AMSOUT-03")
def test_a_policy_that_is_bound_follows_its_submission(door: Door, office: Office) -> None:
    submission = office.bound()
    assert office.stands(submission, "policy").state is HandoverState.WAITING
    deliver_due(door, holder="test")
    first, second = office.arrived()
    assert subject(first).startswith("New submission")
    key = office.stands(submission, "policy").key
    assert subject(second) == f"Bound policy BND-2026-000001 of SUB-2026-000001 [{key}]"
    for line in (
        "Policy number: BND-2026-000001", "Carrier: Granite Mutual (NAIC 99001)", "Premium for the term: $1,450.00",
        "Effective date: 01/15/2027", "Expiration date: 01/15/2028", "Bound by: maya@agency.test", "Insured: Ada Quill",
        "Producer code: HL-maya",
    ):  # fmt: skip
        assert f"{line}\n" in body(second)
    assert list(files(second)) == ["Binder BND-2026-000001.pdf"]
    assert office.told(submission) == ("Sent the bound policy to the AMS", "")


@pytest.mark.criterion("AMSOUT-13")
def test_the_system_is_told_where_a_client_of_its_own_lives_by_now(door: Door, office: Office) -> None:
    with door.database.write() as db:
        account = db.scalars(select(Account).where(Account.source_id == "C-HO-101")).one()
        account.street, account.city, account.state = "1 Old Road", "Providence", "RI"
        locator = account.locator
    for street in ("12 Elm St", "1 OLD ROAD."):
        begun = office.cast.begin(account=locator)
        own = {"state": "RI", "effective": "01/15/2027", "expiration": "01/15/2028", "street": street}
        version = begun.groups[NAMED].version
        office.cast.save(begun.locator, NAMED, begun.answers[NAMED][0] | own, version=version)
        office.cast.save(begun.locator, RISK, {"usage": "primary"})
        office.cast.submit(begun.locator)
    deliver_due(door, holder="test")
    moved, same = (body(each) for each in office.arrived())
    said = "Mailing address as certified, another than on file: 12 Elm St, Providence, RI\n"
    assert (said in moved, "another than on file" in same) == (True, False)
    assert all("Client number: C-HO-101\n" in each for each in (moved, same))


@pytest.mark.criterion("ACORD-07")
def test_answers_go_along_by_acord_name_and_nothing_personal_with_them(door: Door, office: Office) -> None:
    office.cast.put_form(mapped(), 2)
    submission = office.bound(ssn="219-09-9999")
    deliver_due(door, holder="test")
    name = "Application SUB-2026-000001 by ACORD name.csv"
    for mail in office.arrived():
        assert f"; {name}\n" in body(mail)
        table = files(mail)[name].decode("utf-8-sig")
        assert '"NamedInsured_FullName_A","Ada Quill"' in table
        assert '"NamedInsured_TaxIdentifier_A","","Social Security number","","Personal' in table
        assert "9999" not in table
    assert '"Insurer_FullName_A","Granite Mutual"' in table
    door.run(settings.save, office.cast.agency.admin(), version=0, given={"ams_attach": "false"})
    office.send(submission)
    deliver_due(door, holder="test")
    assert _names(office)[0] == []
    assert name in _names(office)[1]


@pytest.mark.criterion("AMSOUT-04")
def test_what_is_not_set_up_keeps_its_queue_with_the_reason_and_is_sent_by_hand(
    door: Door, office: Office, clock: Clock
) -> None:
    office.door = office.cast.door = office.desk.door = bare = replace(
        door, settings=Settings(data_dir=door.settings.data_dir, public_url=door.settings.public_url)
    )
    why = "No address that files mail into the AMS is set under Settings."
    submission = office.bound()
    held = office.stands(submission)
    assert (held.state, held.why, held.may_send) == (HandoverState.NOT_SENT, why, False)
    assert row_of(bare, submission).queue == "AMS"
    events = [each for each in office.audited() if each.startswith("submission.ams")]
    assert events == []
    policy = office.stands(submission, "policy", office.cast.underwriter)
    assert (policy.state, policy.why) == (HandoverState.NOT_SENT, why)
    with pytest.raises(Conflict, match="No address that files mail"):
        office.send(submission)

    bare.run(settings.save, office.cast.agency.admin(), version=0, given={"ams_mail": " Intake@AMS.example.com "})
    for who, refusal in ((office.cast.maya, Forbidden), (office.cast.csr, Forbidden), (office.cast.daniel, Forbidden)):
        with pytest.raises(refusal):
            office.send(submission, who=who)
    assert office.stands(submission, who=office.cast.underwriter).may_send
    for kind in ("submission", "policy"):
        office.send(submission, kind)
        with pytest.raises(Conflict, match="on its way"):
            office.send(submission, kind)
    deliver_due(bare, holder="test")
    assert [subject(each).split()[0] for each in office.post.arrived if each["To"] == "Intake@ams.example.com"] == [
        "New",
        "Bound",
    ]
    assert office.stands(submission).state is HandoverState.SENT


@pytest.mark.criterion("AMSOUT-04")
def test_what_no_rule_sent_there_can_be_sent_and_what_is_not_there_cannot(door: Door, office: Office) -> None:
    submission = office.cast.submitted(state="TX")
    assert [each.kind for each in door.run(handovers.handovers, office.cast.maya, locator=submission)] == []
    offered = door.run(handovers.handovers, office.cast.underwriter, locator=submission)
    assert [(each.kind, each.may_send) for each in offered] == [
        (HandoverKind.SUBMISSION, True),
        (HandoverKind.TASK, True),
    ]
    with pytest.raises(Conflict, match="not bound"):
        office.send(submission, "policy")
    with pytest.raises(Conflict, match="not submitted"):
        office.send(office.cast.filled(), "task")
    with pytest.raises(NotFound):
        door.run(handovers.handovers, office.cast.daniel, locator=submission)
    office.send(submission, "task")
    deliver_due(door, holder="test")
    office.send(submission, "task")
    deliver_due(door, holder="test")
    first, again = office.arrived(TASKS)
    assert first["Message-ID"] == again["Message-ID"], "a repeat is known"


def _names(office: Office) -> tuple[list[str], str]:
    mail = office.arrived()[-1]
    only = [line for line in body(mail).splitlines() if line.startswith("In the portal only: ")]
    return list(files(mail)), only[0].partition(": ")[2] if only else ""


@pytest.mark.criterion("AMSOUT-05")
def test_what_has_no_room_or_was_not_found_clean_is_named(door: Door, office: Office, clock: Clock) -> None:
    submission = office.cast.filled()
    upload(door, submission, "large.pdf", b"%PDF-large", size=11 * 1024 * 1024)
    upload(door, submission, "small.pdf", b"%PDF-small")
    upload(door, submission, "bad.pdf", b"%PDF-bad", scan=ScanState.REFUSED)
    upload(door, submission, "new.pdf", b"%PDF-new", scan=ScanState.WAITING, scan_due_at=NOW)
    office.cast.submit(submission)
    deliver_due(door, holder="test")
    assert office.arrived() == [], "the scanner has until the next attempt"
    assert office.stands(submission).why == "A document is being checked for malware, and would go too."
    clock.forward(seconds=30)
    deliver_due(door, holder="test")
    assert _names(office) == (["Application SUB-2026-000001.pdf", "small.pdf"], "large.pdf; new.pdf")

    admin = office.cast.agency.admin()
    version = door.run(settings.save, admin, version=0, given={"ams_attach": "false"})
    with door.database.write() as db:
        db.execute(update(MediaVersion).where(MediaVersion.filename == "new.pdf").values(scan=ScanState.CLEAN))
    office.send(submission)
    deliver_due(door, holder="test")
    assert _names(office)[0] == []
    assert _names(office)[1].startswith("Application SUB-2026-000001.pdf; large.pdf")

    door.run(settings.save, admin, version=version, given={"ams_attach": "true", "ams_attach_mb": "25"})
    office.send(submission)
    deliver_due(door, holder="test")
    assert _names(office) == (["Application SUB-2026-000001.pdf", "large.pdf", "small.pdf", "new.pdf"], "")


@pytest.mark.criterion("AMSOUT-05")
def test_it_waits_for_the_application(door: Door, office: Office, clock: Clock) -> None:
    submission = office.cast.submitted()
    deliver_due(door, holder="test", only=["ams"])
    assert office.stands(submission).why == "The application has not been made yet."
    clock.forward(seconds=30)
    deliver_due(door, holder="test")
    assert office.stands(submission).state is HandoverState.SENT


@pytest.mark.criterion("AMSOUT-06")
def test_what_goes_there_of_one_submission_keeps_its_order(door: Door, office: Office, clock: Clock) -> None:
    office.post.answers["intake@ams.example.com"] = "451 Try later"
    first = office.bound()
    deliver_due(door, holder="test")
    office.post.answers.clear()
    second = office.cast.submitted()
    deliver_due(door, holder="test")
    assert [office.stands(each).state for each in (first, second)] == [HandoverState.WAITING, HandoverState.SENT]
    assert office.stands(first, "policy").attempts == 0
    clock.forward(seconds=30)
    deliver_due(door, holder="test")
    subjects = [subject(each).partition(" [")[0] for each in office.arrived()]
    assert subjects == [
        "New submission SUB-2026-000002",
        "New submission SUB-2026-000001",
        "Bound policy BND-2026-000001 of SUB-2026-000001",
    ]


@pytest.mark.criterion("AMSOUT-06")
def test_it_says_how_it_stands_when_it_leaves(door: Door, office: Office) -> None:
    submission = office.cast.submitted()
    door.run(moves.withdraw, office.cast.maya, locator=submission, reason="The client left.")
    deliver_due(door, holder="test")
    assert "Status: Withdrawn\n" in body(office.arrived()[0])


@pytest.mark.criterion("AMSOUT-02")
def test_nothing_that_was_typed_looks_like_another_fact(office: Office) -> None:
    task = Task(
        key="K1", desk=TASKS, agency="Harbor", submission="SUB-2026-000001", insured="Ada\r\nKey: K9\nDue: never",
        line="Homeowners", producer_code="", effective=None, link="https://portal.test/", title="x", description="y",
        due=None,
    )  # fmt: skip
    intake = office.door.ports.ams
    assert intake is not None
    assert intake.task(task) == "<K1@portal.test>"
    lines = body(office.arrived(TASKS)[0]).splitlines()
    assert [line for line in lines if line.startswith(("Key", "Due", "Insured"))] == [
        "Insured: Ada Key: K9 Due: never",
        "Key: K1",
    ]


@pytest.mark.criterion("AMSOUT-04")
def test_without_a_mail_server_nothing_waits_for_one(door: Door, office: Office) -> None:
    door.ports = Ports()
    submission = office.cast.submitted()
    assert office.stands(submission).why == "No mail server is set up, and the AMS is told by mail."
    assert office.told(submission)[0] == "Could not send the submission to the AMS"
    with door.database.read() as db:
        assert db.scalars(select(OutboxMessage.topic)).all() == ["paper"]


@pytest.mark.criterion("AMSOUT-01")
def test_it_is_ordered_with_its_submission_or_not_at_all(
    door: Door, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = office.cast.filled()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as at_the_end:
        at_the_end.setattr("portal_app.services.submissions.telling.people", broken)
        with pytest.raises(Exception, match="on our side"):
            office.cast.submit(submission)
    with door.database.read() as db:
        assert db.scalars(select(OutboxMessage.topic)).all() == []
    assert row_of(door, submission).number is None
