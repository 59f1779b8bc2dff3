"""Submissions begin, are saved group by group, cloned and thrown away."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text

from portal_app.models.accounts import Account
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import RequestedItemKind
from portal_app.models.media import Media
from portal_app.models.submissions import IntakeForm, Submission, SubmissionAnswers, SubmissionEvent
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, InvalidData, NotFound
from portal_app.services.submissions import answering, detail, drafts, information, revealing
from portal_app.services.submissions.answering import SavedMeanwhile
from portal_app.services.submissions.information import Wanted
from tests.services.submissions.acting import LOSSES, NAMED, RISK, Cast, add_document, field, form, row_of
from tests.world import Agency


@pytest.mark.criterion("SUBMIT-01")
def test_a_draft_keeps_the_form_it_began_with(door: Door, cast: Cast) -> None:
    begun = cast.begin()
    cast.put_form(form(title="Homeowners, second edition"), 2)
    again = cast.begin()
    seen = door.run(answering.answers, cast.maya, locator=begun.locator)
    assert (seen.form.title, seen.form_version, again.form_version) == ("Homeowners", 1, 2)
    cast.begin()
    with door.database.read() as db:
        assert len(db.scalars(select(IntakeForm)).all()) == 2, "each text is kept once"
    with pytest.raises(Invalid, match="no such line"):
        door.run(drafts.begin, cast.maya, line="boats")


@pytest.mark.criterion("SUBMIT-02")
def test_what_is_typed_is_kept_right_or_wrong_and_projected(door: Door, cast: Cast) -> None:
    begun = cast.begin()
    assert begun.answers[NAMED] == [{"producer_code": "HL-maya"}], "who writes under one code need not enter it"
    typed = {"name": "Ada Quill", "effective": "soon", "state": "RI", "ssn": "123-45-6789", "producer_code": "HL-maya"}
    saved = cast.save(begun.locator, NAMED, typed, version=begun.groups[NAMED].version)
    assert [each.path for each in saved.problems] == [f"{NAMED}.effective"], "nothing that is merely missing"
    seen = door.run(answering.answers, cast.maya, locator=begun.locator)
    assert seen.answers[NAMED] == [typed]
    row = row_of(door, begun.locator)
    assert (row.insured_name, row.effective, row.jurisdiction) == ("Ada Quill", None, "RI")
    assert row.producer_code_id == cast.agency.codes["maya"].id
    cast.save(begun.locator, NAMED, typed | {"effective": "1/15/2027"}, version=saved.version)
    assert row_of(door, begun.locator).effective == date(2027, 1, 15)
    with door.database.read() as db:
        stored = db.execute(text("SELECT rows FROM submission_answers")).scalars().all()
        details = db.scalars(select(AuditEvent.detail).where(AuditEvent.action == "submission.saved")).all()
    assert all(b"6789" not in bytes(each) for each in stored), "sealed"
    assert all("6789" not in str(each) for each in details)


@pytest.mark.criterion("SUBMIT-03")
def test_two_who_save_the_same_group_are_told(door: Door, cast: Cast) -> None:
    locator = cast.begin().locator
    first = cast.save(locator, RISK, {"usage": "primary"})
    same = cast.save(locator, RISK, {"usage": "primary"}, who=cast.principal)
    assert (same.version, same.submission_version) == (first.version, first.submission_version), "the same is nothing"
    cast.save(locator, LOSSES, {"year": "2020", "paid": "100"}, who=cast.principal)
    with pytest.raises(SavedMeanwhile, match=r"maya@agency\.test saved these answers") as refused:
        cast.save(locator, RISK, {"usage": "rented"}, who=cast.principal)
    assert (refused.value.theirs, refused.value.yours) == ([{"usage": "primary"}], [{"usage": "rented"}])
    assert refused.value.version == first.version
    assert cast.save(locator, RISK, {"usage": "rented"}, version=1, who=cast.principal).version == 2


@pytest.mark.criterion("SUBMIT-03")
@pytest.mark.parametrize(
    ("path", "rows", "told"),
    [
        ("risk.boat", [{}], "no such group"),
        (RISK, [{"boat": "x"}], "no such field"),
        (RISK, [{}, {}], "at most 1"),
        (LOSSES, [{}] * 6, "at most 5"),
        (RISK, [{"tenant": 5}], "Send a text"),
        (RISK, [{"tenant": "a\x00"}], "cannot be kept"),
        (RISK, [{"tenant": "half \ud83d"}], "cannot be kept"),
        (RISK, [{"tenant": "x" * 20_001}], "at most 20,000"),
    ],
)
def test_what_no_form_sends_is_refused(cast: Cast, path: str, rows: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(InvalidData, match=told):
        cast.save(cast.begin().locator, path, *rows)


@pytest.mark.criterion("SUBMIT-04")
def test_a_draft_is_its_makers_and_the_agencys(door: Door, cast: Cast, agency: Agency) -> None:
    locator = cast.filled(producer_code="HL-daniel")
    assert row_of(door, locator).producer_code_id is None, "nobody puts a submission into another's book"
    for stranger in (cast.daniel, agency.admin()):
        with pytest.raises((NotFound, Forbidden)):
            door.run(answering.answers, stranger, locator=locator)
        with pytest.raises((NotFound, Forbidden)):
            cast.save(locator, RISK, {"usage": "rented"}, version=1, who=stranger)
    with pytest.raises(Forbidden):
        cast.save(locator, RISK, {"usage": "rented"}, version=1, who=agency.read_only())
    assert not door.run(answering.answers, agency.read_only(), locator=locator).editable
    assert [each.locator for each in door.run(drafts.resumable, cast.maya).rows] == [locator]
    assert door.run(drafts.resumable, cast.daniel).total == 0


@pytest.mark.criterion("SUBMIT-04")
def test_personal_answers_are_masked_for_who_hands_nothing_in(door: Door, cast: Cast, agency: Agency) -> None:
    locator = cast.filled(ssn="123-45-6789")
    seen = door.run(answering.answers, agency.read_only(), locator=locator).answers[NAMED][0]
    assert seen["ssn"].endswith("6789")
    assert "123" not in seen["ssn"]
    shown = door.run(detail.detail, cast.maya, locator=locator)
    values = {each.path: each.value for each in shown.sections[0].groups[0].rows[0]}
    assert values[f"{NAMED}.ssn"] == seen["ssn"]
    assert values[f"{NAMED}.effective"] == "01/15/2027"
    assert "123-45" not in repr(shown)
    reading = door.run(answering.answers, replace(cast.maya, may_write=False), locator=locator)
    assert (reading.editable, reading.answers[NAMED][0]["ssn"]) == (False, seen["ssn"]), "a token that only reads"


@pytest.mark.criterion("SUBMIT-15")
def test_who_underwrites_looks_at_personal_answers_and_the_trail_keeps_it(
    door: Door, cast: Cast, agency: Agency
) -> None:
    locator = cast.submitted(ssn="219-09-9999")
    wanted = [Wanted(RequestedItemKind.FIELD, path=f"{NAMED}.ssn")]
    (item,) = door.run(information.ask, cast.underwriter, locator=locator, items=wanted).items
    door.run(information.answer, cast.maya, locator=locator, item=item.locator, value="219-09-8888")
    found = door.run(revealing.reveal, cast.underwriter, locator=locator)
    assert [(each.label, each.value, each.item) for each in found] == [
        ("Social Security number", "219-09-9999", ""),
        ("Social Security number", "219-09-8888", item.locator),
    ]
    with door.database.read() as db:
        (event,) = db.scalars(select(AuditEvent).where(AuditEvent.action == "submission.revealed")).all()
        assert (event.subject, event.detail) == (locator, {"fields": [f"{NAMED}.ssn"]})
    for who in (cast.maya, cast.csr, agency.read_only(), replace(cast.underwriter, may_write=False)):
        with pytest.raises(Forbidden):
            door.run(revealing.reveal, who, locator=locator)
    assert door.run(revealing.reveal, cast.underwriter, locator=cast.submitted()) == ()


@pytest.mark.criterion("SUBMIT-15")
def test_a_copy_holds_nothing_that_its_maker_may_not_read_and_tells_its_source(door: Door, cast: Cast) -> None:
    draft = cast.filled(ssn="219-09-9999")
    copy = door.run(drafts.begin_from, cast.csr, submission=draft)
    assert copy.answers[NAMED][0]["ssn"] == "219-09-9999", "whoever goes on with a draft reads it"
    cast.submit(draft)
    for who in (cast.maya, cast.csr, cast.underwriter):
        copy = door.run(drafts.begin_from, who, submission=draft)
        assert "ssn" not in copy.answers[NAMED][0]
    with door.database.read() as db:
        event = db.scalars(select(AuditEvent).where(AuditEvent.subject == copy.locator)).one()
        assert event.detail == {"line": "homeowners", "cloned": draft}


@pytest.mark.criterion("SUBMIT-05")
def test_a_clone_takes_what_still_fits_and_no_dates(door: Door, cast: Cast) -> None:
    locator = cast.submitted(street="1 Bay St")
    cast.save(cast.begin().locator, RISK, {"usage": "primary"})
    changed = form()
    changed["sections"][0]["groups"][0]["fields"][2] = field("city", "City", "choice", choices=[
        {"value": "x", "label": "X"},
    ])  # fmt: skip
    cast.put_form(changed, 2)
    copy = door.run(drafts.begin_from, cast.maya, submission=locator)
    expected = {"name": "Ada Quill", "street": "1 Bay St", "state": "RI", "producer_code": "HL-maya"}
    assert copy.answers[NAMED] == [expected]
    assert (copy.form_version, copy.number, copy.answers[RISK]) == (2, "", [{"usage": "primary"}])
    assert row_of(door, copy.locator).cloned_from_id == row_of(door, locator).id
    with pytest.raises(NotFound):
        door.run(drafts.begin_from, cast.daniel, submission=locator)


@pytest.mark.criterion("SUBMIT-05")
def test_an_account_fills_its_place(door: Door, cast: Cast) -> None:
    with door.database.write() as db:
        account = db.get_one(Account, cast.agency.policies["maya"].account_id)
        account.street, account.city, account.state = "1 Bay St", "Newport", "RI"
        locator = account.locator
    begun = cast.begin(account=locator)
    own = {"name": "Maya's Client", "street": "1 Bay St", "city": "Newport", "state": "RI", "producer_code": "HL-maya"}
    assert begun.answers[NAMED] == [own]
    assert row_of(door, begun.locator).insured_name == "Maya's Client"
    with pytest.raises(Invalid, match="no such account"):
        cast.begin(cast.daniel, account=locator)


@pytest.mark.criterion("SUBMIT-06")
def test_a_draft_is_thrown_away_whole_and_nothing_else_is(door: Door, cast: Cast) -> None:
    locator, handed_in = cast.filled(), cast.submitted()
    with pytest.raises(Conflict, match="Only one that is Draft"):
        door.run(drafts.discard, cast.maya, locator=handed_in)
    add_document(door, locator, "roof.jpg")
    door.run(drafts.discard, cast.maya, locator=locator)
    with pytest.raises(NotFound):
        door.run(answering.answers, cast.maya, locator=locator)
    with door.database.read() as db:
        left = db.scalars(select(Submission.id)).one()
        for model in (SubmissionAnswers, SubmissionEvent):
            assert set(db.scalars(select(model.submission_id))) == {left}
        assert db.scalars(select(Media)).all() == []
        deeds = db.scalars(select(AuditEvent.action).where(AuditEvent.subject == locator)).all()
    assert deeds[-1] == "submission.discarded"
