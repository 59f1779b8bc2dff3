"""Drafts are certified and handed in: once, whole, and with all that belongs to it in one transaction."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from portal_app.models.audit import AuditEvent
from portal_app.models.configuration import ConfigurationVersion
from portal_app.models.enums import AccountKind, Role, SubmissionEventKind, SubmissionStatus
from portal_app.models.notifications import Notification
from portal_app.models.outbox import OutboxMessage
from portal_app.models.submissions import IntakeForm, Submission, SubmissionEvent
from portal_app.services.access import system
from portal_app.services.door import Door, Tx
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound, Unexpected
from portal_app.services.intake.forms import LINES
from portal_app.services.intake.forms import Role as FormRole
from portal_app.services.intake.shipped import shipped
from portal_app.services.routing.matching import route
from portal_app.services.routing.rules import Rule, Rules, Target, TargetKind, When
from portal_app.services.settings import agency as agency_settings
from portal_app.services.submissions import answering, certifying, desk, detail, find, timeline
from portal_app.services.submissions.certifying import NotComplete
from tests.services.intake.filled import filled
from tests.services.producers.acting import listen
from tests.services.submissions.acting import NAMED, RISK, Cast, Mailer, field, form, row_of
from tests.world import NOW, Agency, Clock

ENTITIES = {
    "individual": AccountKind.PERSON,
    "couple": AccountKind.PERSON,
    "estate": AccountKind.PERSON,
    "llc": AccountKind.BUSINESS,
}


@pytest.mark.criterion("SUBMIT-07")
def test_everything_that_is_wrong_is_told_at_once(door: Door, cast: Cast, agency: Agency) -> None:
    locator = cast.begin().locator
    cast.save(locator, RISK, {"usage": "rented"})
    found = door.run(certifying.check, cast.maya, locator=locator)
    paths = [f"{NAMED}.{name}" for name in ("name", "state", "effective", "expiration")] + [f"{RISK}.tenant"]
    assert [each.path for each in found] == paths
    with pytest.raises(NotComplete) as refused:
        cast.submit(locator)
    assert refused.value.found == found
    assert list(refused.value.problems) == paths
    with pytest.raises(NotFound):
        door.run(certifying.check, cast.daniel, locator=locator)
    with pytest.raises(Forbidden):
        cast.submit(locator, agency.read_only())


@pytest.mark.criterion("SUBMIT-07")
def test_a_code_of_another_keeps_from_submitting(door: Door, cast: Cast) -> None:
    locator = cast.filled(producer_code="HL-daniel")
    with pytest.raises(NotComplete, match="one of your producer codes") as refused:
        cast.submit(locator)
    assert list(refused.value.problems) == [f"{NAMED}.producer_code"]


@pytest.mark.criterion("SUBMIT-08")
def test_what_was_not_agreed_to_or_not_looked_at_is_not_submitted(door: Door, cast: Cast) -> None:
    locator = cast.filled()
    with pytest.raises(Invalid, match="Agree to the statement"):
        door.run(certifying.certify_and_submit, cast.maya, locator=locator, statement_agreed=False)
    looked_at = door.run(answering.answers, cast.maya, locator=locator).version
    cast.save(locator, RISK, {"usage": "rented", "tenant": "Bo"}, version=1)
    with pytest.raises(Conflict, match="changed since you looked"):
        cast.submit(locator, version=looked_at)
    assert row_of(door, locator).status is SubmissionStatus.DRAFT
    assert cast.submit(locator, version=looked_at + 1).number == "SUB-2026-000001"
    with pytest.raises(Conflict, match="Only one that is Draft"):
        cast.save(locator, RISK, {"usage": "primary"}, version=2)


@pytest.mark.criterion("SUBMIT-09")
@pytest.mark.both_databases
def test_a_double_click_makes_one_submission(door: Door, cast: Cast) -> None:
    locator, other = cast.filled(), cast.filled()
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(cast.submit, each) for each in (locator, other, locator, other, locator, other)]
        answers = [each.result() for each in asked]
    assert sorted({each.number for each in answers}) == ["SUB-2026-000001", "SUB-2026-000002"]
    assert sum(not each.again for each in answers) == 2
    with door.database.read() as db:
        kinds = list(db.scalars(select(SubmissionEvent.kind)))
        told = db.scalars(select(Notification.event_key)).all()
    assert kinds.count(SubmissionEventKind.SUBMITTED) == 2
    assert sorted(each.partition(":")[0] for each in told) == ["submission_received"] * 2 + ["submission_to_review"] * 4


@pytest.mark.criterion("SUBMIT-09")
def test_numbers_begin_anew_each_year_of_the_agency(door: Door, cast: Cast, clock: Clock) -> None:
    assert cast.submit(cast.filled()).number == "SUB-2026-000001"
    clock.now = NOW.replace(year=2027, month=1, day=1, hour=3)
    assert cast.submit(cast.filled()).number == "SUB-2026-000002", "it is still the old year where the agency is"
    clock.forward(hours=6)
    assert cast.submit(cast.filled()).number == "SUB-2027-000001"


@pytest.mark.criterion("SUBMIT-10")
def test_the_hash_is_of_what_was_certified_and_can_be_worked_out_again(door: Door, cast: Cast) -> None:
    locator = cast.filled(ssn="123-45-6789")
    handed_in = cast.submit(locator)
    with door.database.read() as db:
        form = db.scalars(select(IntakeForm.digest)).one()
    typed = {
        "applicant.insured": [
            {
                "name": "Ada Quill", "state": "RI", "ssn": "123-45-6789", "effective": "01/15/2027",
                "expiration": "01/15/2028", "producer_code": "HL-maya",
            }
        ],
        "risk.dwelling": [{"usage": "primary"}],
    }  # fmt: skip
    whole = {"answers": typed, "form": form, "documents": []}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert handed_in.answers_hash == hashlib.sha256(text.encode()).hexdigest()
    certificate = door.run(detail.detail, cast.maya, locator=locator).certificate
    assert certificate is not None
    assert certificate.intact
    assert certificate.by == "maya@agency.test"
    assert certificate.statement.startswith("I certify")
    with door.database.write() as db:
        db.execute(update(Submission).values(answers_hash="0" * 64))
    certificate = door.run(detail.detail, cast.maya, locator=locator).certificate
    assert certificate is not None
    assert not certificate.intact


@pytest.mark.criterion("SUBMIT-10")
def test_another_time_zone_later_changes_nothing_of_what_was_certified(door: Door, cast: Cast, clock: Clock) -> None:
    document = form()
    no_loss = field("no_loss", "No loss", "flag", when={"field": f"{NAMED}.effective", "past": True})
    document["sections"][1]["groups"][0]["fields"].append(no_loss)
    cast.put_form(document, number=2)
    clock.now = datetime(2027, 1, 16, 6, 30, tzinfo=UTC)
    locator = cast.filled()
    cast.save(locator, RISK, {"usage": "primary", "no_loss": True}, version=1)
    cast.submit(locator)
    now = door.run(agency_settings.current, cast.principal)
    door.run(agency_settings.save, cast.principal, version=now.version, given={"time_zone": "America/Los_Angeles"})
    found = door.run(detail.detail, cast.maya, locator=locator)
    assert found.certificate is not None
    assert found.certificate.intact
    labels = [
        each.label for section in found.sections for group in section.groups for row in group.rows for each in row
    ]
    assert "No loss" in labels


@pytest.mark.criterion("SUBMIT-11")
def test_all_that_leaves_the_house_is_written_with_it_or_not_at_all(
    door: Door, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.ports = replace(door.ports, mailer=Mailer())
    locator = cast.filled()

    def written() -> tuple[int, int, int]:
        with door.database.read() as db:
            mails = [each for each in db.scalars(select(OutboxMessage)) if each.topic == "mail"]
            deeds = db.scalars(select(AuditEvent).where(AuditEvent.action == "submission.submitted")).all()
            return len(mails), len(db.scalars(select(Notification)).all()), len(deeds)

    with monkeypatch.context() as broken:
        broken.setattr(desk, "set_target", lambda *_: 1 / 0)
        with pytest.raises(Unexpected):
            cast.submit(locator)
    assert written() == (0, 0, 0)
    assert row_of(door, locator).number is None
    assert cast.submit(locator).number == "SUB-2026-000001", "what was undone is given again"
    # Who handed it in, and the two who may underwrite.
    assert written() == (3, 3, 1)


@pytest.mark.criterion("SUBMIT-11")
def test_programs_are_told(door: Door, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    told = listen(monkeypatch)
    locator = cast.submitted()
    assert told == [("submission.create", locator)]


def put_rules(door: Door, *rules: dict[str, object]) -> None:
    with door.database.write() as db:
        db.add(
            ConfigurationVersion(
                kind="routing", version=1, content=json.dumps({"rules": rules}), shipped="0" * 64, made_at=NOW,
                made_by="test",
            )
        )  # fmt: skip


@pytest.mark.criterion("SUBMIT-12")
def test_it_is_routed_with_its_submission_or_waits_where_everybody_sees_it(door: Door, cast: Cast) -> None:
    put_rules(
        door,
        {"name": "Island", "when": {"states": ["RI"]}, "to": {"underwriter": "csr@agency.test"}},
        {"name": "Coast", "when": {"states": ["MA"]}, "to": {"queue": "Coast"}},
    )
    routed, queued, unrouted = (cast.submitted(state=each) for each in ("RI", "MA", "TX"))
    rows = [door.run(find.submission, cast.underwriter, locator=each) for each in (routed, queued, unrouted)]
    assert [each.routed_by for each in rows] == ["Island", "Coast", ""]
    assert [each.assigned_to for each in rows] == [Role.CSR.label, "Coast", ""]
    # How the agency calls its rules is its own.
    said = {
        who: [each.words for each in door.run(timeline.events, who, locator=routed)] for who in (cast.csr, cast.maya)
    }
    assert f"Routed to {Role.CSR.label} by the rule “Island”" in said[cast.csr]
    assert f"Routed to {Role.CSR.label}" in said[cast.maya]
    assert door.run(find.submission, cast.maya, locator=routed).routed_by == ""
    assert [each.unassigned for each in rows] == [False, True, True]
    assert [each.unrouted for each in rows] == [False, False, True]
    found = door.run(find.listed, cast.underwriter, wanted=find.Filter(unrouted=True))
    assert [each.locator for each in found.rows] == [unrouted]
    assert all(each.target_on is not None and each.status is SubmissionStatus.PENDING for each in rows)


@pytest.mark.criterion("SUBMIT-12")
def test_every_form_says_which_carrier_is_wished_for_and_of_what_kind_the_applicant_is(door: Door) -> None:
    """What rules ask about, of each line as it is shipped, for an applicant whom nobody knew before."""
    rule = Rule("Granite", When(carriers=frozenset({"Granite Mutual"})), Target(TargetKind.QUEUE, name="Granite"))
    with door.database.read() as db:
        tx = Tx(db, system("test"), door.clock(), door.settings, door.ports)
        row = Submission(line_id=0, form_id=0, jurisdiction="RI", created_at=NOW, changed_at=NOW, created_by_id=0)
        for line in LINES:
            form, day = shipped(line), NOW.date()
            place = form.at(form.roles[FormRole.ENTITY_TYPE])
            assert place is not None
            chosen = {each.value for each in place[1].choices} & ENTITIES.keys()
            assert {"individual", "llc"} <= chosen
            for entity in chosen:
                kind = ENTITIES[entity]
                own = {"applicant__policy__carrier": " granite  MUTUAL", "applicant__insured__entity_type": entity}
                facts = desk.facts_of(tx, row, form, filled(form, day, **own))
                assert facts.account_kind is kind, (line, entity)
                assert route(facts, Rules((rule,))) is not None, line


@pytest.mark.criterion("SUBMIT-01")
def test_a_draft_is_certified_by_the_form_it_began_with(cast: Cast) -> None:
    locator, now = cast.filled(), form()
    now["sections"][0]["groups"][0]["fields"].append(field("county", "County", required=True))
    cast.put_form(now, 2)
    with pytest.raises(NotComplete) as refused:
        cast.submit(cast.filled())
    assert [each.path for each in refused.value.found] == [f"{NAMED}.county"]
    assert cast.submit(locator).number


@pytest.mark.criterion("SUBMIT-07")
def test_a_warning_is_told_and_keeps_nobody_from_submitting(door: Door, cast: Cast) -> None:
    warned = form()
    later = {"check": "not_before", "field": "effective", "than": "today", "amount": 40, "unit": "years"}
    warned["sections"][0]["groups"][0]["checks"] = [later | {"message": "This is soon.", "warning": True}]
    cast.put_form(warned, 2)
    locator = cast.filled()
    told = door.run(certifying.check, cast.maya, locator=locator)
    assert [(each.path, each.sentence, each.warning) for each in told] == [
        (f"{NAMED}.effective", "This is soon.", True)
    ]
    assert cast.submit(locator).number
