"""Statuses follow the table of transitions, and only those step who may."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from portal_app.models.enums import RequestedItemKind, SubmissionEventKind, SubmissionStatus
from portal_app.models.notifications import Notification
from portal_app.models.submissions import Submission, SubmissionDocument, SubmissionEvent
from portal_app.services import access
from portal_app.services.access import Actor
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door, Tx
from portal_app.services.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from portal_app.services.submissions import (
    assigning,
    certifying,
    documents,
    drafts,
    find,
    information,
    moves,
    moving,
    rows,
)
from portal_app.services.submissions.information import Wanted
from portal_app.services.submissions.lifecycle import LEAVES, MAY, TRANSITIONS, Step, can_step, steps_for
from portal_app.services.submissions.views import SubmissionRow
from tests.services.submissions import states_document
from tests.services.submissions.acting import RISK, Cast, Taken, add_document, row_of
from tests.services.submissions.sent import named, pdf, send
from tests.world import Agency, Clock

S = SubmissionStatus
STEPS: dict[Step, Callable[[Cast, Actor, str], object]] = {
    Step.SAVE: lambda cast, who, it: cast.save(it, RISK, {"usage": "rented", "tenant": "Bo"}, version=1, who=who),
    Step.SUBMIT: lambda cast, who, it: cast.door.run(
        certifying.certify_and_submit, who, locator=it, statement_agreed=True
    ),
    Step.DISCARD: lambda cast, who, it: cast.door.run(drafts.discard, who, locator=it),
    Step.ASSIGN: lambda cast, who, it: cast.door.run(assigning.pick_up, who, locator=it),
    Step.ASK: lambda cast, who, it: cast.door.run(
        information.ask, who, locator=it, items=[Wanted(RequestedItemKind.TEXT, "Roof")]
    ),
    Step.DECLINE: lambda cast, who, it: cast.door.run(moves.decline, who, locator=it, reason="Too old"),
    Step.WITHDRAW: lambda cast, who, it: cast.door.run(moves.withdraw, who, locator=it, reason="Went elsewhere"),
    Step.REOPEN: lambda cast, who, it: cast.door.run(moves.reopen, who, locator=it),
}


def put(door: Door, locator: str, status: SubmissionStatus, policy: int | None) -> None:
    given: dict[str, Any] = {"status": status, "reason": "x" if status is S.DECLINED else ""}
    given |= {"policy_id": policy if status is S.BOUND else None}
    if status is S.DRAFT:
        given |= {"number": None, "submitted_at": None, "submitted_by_id": None, "answers_hash": ""}
    with door.database.write() as db:
        db.execute(update(Submission).where(Submission.locator == locator).values(**given))


@pytest.mark.criterion("TRACK-01")
@pytest.mark.parametrize("step", list(STEPS))
def test_each_step_goes_from_where_the_table_says_and_from_nowhere_else(door: Door, cast: Cast, step: Step) -> None:
    for status in S:
        locator = cast.submitted()
        put(door, locator, status, cast.agency.policies["maya"].id)
        if step is Step.SUBMIT and status is not S.DRAFT:
            assert cast.submit(locator).again
            continue
        if not can_step(status, step):
            with pytest.raises(Conflict, match="Only one that is"):
                STEPS[step](cast, cast.principal, locator)
            assert row_of(door, locator).status is status
        elif (status, step) in LEAVES:
            STEPS[step](cast, cast.principal, locator)
            with pytest.raises(NotFound):
                door.run(find.submission, cast.principal, locator=locator)
        else:
            STEPS[step](cast, cast.principal, locator)
            assert row_of(door, locator).status is TRANSITIONS[status, step], (status, step)


@pytest.mark.criterion("TRACK-02")
def test_only_those_step_whose_step_it_is(door: Door, cast: Cast, agency: Agency) -> None:
    people = (cast.maya, cast.csr, cast.underwriter, cast.principal, agency.admin(), agency.read_only())
    for step, (status, _) in {
        each: pair for pair, each in ((pair, pair[1]) for pair in (*TRANSITIONS, *LEAVES))
    }.items():
        for who in people:
            assert (step in steps_for(who, status)) is access.can(who, MAY[step]), (step, who.email)
            if step in STEPS and not access.can(who, MAY[step]):
                with pytest.raises(Forbidden):
                    STEPS[step](cast, who, "0" * 26)
    for step, take in STEPS.items():
        locator = cast.submitted()
        with pytest.raises(DomainError) as refused:
            take(cast, cast.daniel, locator)
        assert isinstance(refused.value, NotFound | Forbidden), step


@pytest.mark.criterion("TRACK-01")
def test_quoting_and_binding_take_their_steps_by_the_same_table(door: Door, cast: Cast) -> None:
    locator = cast.submitted()
    door.run(assigning.pick_up, cast.underwriter, locator=locator)
    for step, after in ((Step.QUOTE, S.QUOTED), (Step.UNQUOTE, S.IN_REVIEW), (Step.QUOTE, S.QUOTED)):
        _step(door, cast.underwriter, locator, step)
        assert row_of(door, locator).status is after
    with pytest.raises(Conflict, match="Only one that is Declined or Withdrawn"):
        door.run(moves.reopen, cast.underwriter, locator=locator)


def _step(door: Door, who: Actor, locator: str, step: Step) -> None:
    """As the services of quotes and binding do it, in a transaction of their own."""
    with door.database.write() as db:
        tx = Tx(db, who, door.clock(), door.settings, door.ports)
        moving.move(tx, rows.held(tx, locator), step)


@pytest.mark.criterion("TRACK-03")
def test_to_end_it_needs_a_reason_that_the_other_side_reads(door: Door, cast: Cast) -> None:
    locator = cast.submitted()
    for verb in (moves.decline, moves.withdraw):
        for reason in ("  ", "x" * 2001, "a\x00"):
            with pytest.raises(Invalid):
                door.run(verb, cast.principal, locator=locator, reason=reason)
    done = door.run(moves.decline, cast.underwriter, locator=locator, reason=" The roof is too old. ")
    assert (done.status, done.reason, done.turn_words) == (S.DECLINED, "The roof is too old.", "Nobody's")
    with door.database.read() as db:
        told = {row.kind: row.body for row in db.execute(select(Notification.kind, Notification.body))}
        event = db.scalars(select(SubmissionEvent.about).order_by(SubmissionEvent.id.desc())).first()
    assert told["submission_declined"] == "The roof is too old."
    assert event == {"before": "pending", "after": "declined", "reason": "The roof is too old."}
    again = door.run(moves.reopen, cast.underwriter, locator=locator, reason="A new roof")
    assert (again.status, again.reason) == (S.PENDING, "")


@pytest.mark.criterion("TRACK-04")
def test_a_carriers_contact_is_told_that_there_is_nothing_more_to_do(door: Door, cast: Cast) -> None:
    mailer = Taken()
    door.ports = replace(door.ports, mailer=mailer)
    locator = cast.submitted()

    def told() -> list[str]:
        deliver_due(door, holder="test")
        return [each.text for each in mailer.mails if each.recipient == "uw@carrier.com"]

    door.run(assigning.assign, cast.principal, locator=locator, contact="uw@carrier.com")
    assert "Insured: Ada Quill" in told()[0]
    door.run(assigning.assign, cast.principal, locator=locator, to=cast.locators["csr@agency.test"])
    assert "Somebody else handles it now." in told()[1]
    door.run(assigning.assign, cast.principal, locator=locator, contact="uw@carrier.com")
    assert "Answer asked for by: Nov 23, 2026" in told()[2]
    door.run(moves.withdraw, cast.maya, locator=locator, reason="The client is tired of us.")
    assert "It is Withdrawn now." in told()[3]
    assert "tired" not in told()[3]
    door.run(moves.reopen, cast.underwriter, locator=locator)
    assert len(told()) == 5


@pytest.mark.criterion("TRACK-04")
def test_who_picks_up_or_is_given_a_submission_handles_it(door: Door, cast: Cast) -> None:
    locator = cast.submitted()
    mine = door.run(assigning.pick_up, cast.underwriter, locator=locator)
    assert (mine.status, mine.assignee) == (S.IN_REVIEW, cast.locators["csr@agency.test"])
    version = door.run(assigning.pick_up, cast.underwriter, locator=locator).version
    assert version == mine.version, "they have it already"
    with pytest.raises(Conflict):
        door.run(assigning.assign, cast.principal, locator=locator, contact="uw@carrier.com", version=version - 1)
    away = door.run(assigning.assign, cast.principal, locator=locator, contact="uw@carrier.com", version=version)
    assert (away.assigned_to, away.assignee, away.turn_words) == ("uw@carrier.com", "", "The carrier's")
    for wrong in ({}, {"to": "x", "contact": "uw@carrier.com"}, {"contact": "nobody"}, {"to": "0" * 26}):
        with pytest.raises(Invalid):
            door.run(assigning.assign, cast.principal, locator=locator, **wrong)
    with pytest.raises(Invalid, match="who may underwrite"):
        door.run(assigning.assign, cast.principal, locator=locator, to=cast.locators["maya@agency.test"])
    names = [each.email for each in door.run(assigning.assignees, cast.underwriter)]
    assert names == ["csr@agency.test", "principal@agency.test"]


@pytest.mark.criterion("TRACK-04")
def test_many_are_assigned_at_once_and_what_cannot_be_is_told(door: Door, cast: Cast) -> None:
    one, two, ended = (cast.submitted() for _ in range(3))
    door.run(moves.withdraw, cast.maya, locator=ended, reason="No more")
    locators = [one, ended, "0" * 26, two]
    to = cast.locators["principal@agency.test"]
    done = door.run(assigning.assign_many, cast.underwriter, locators=locators, to=to)
    assert [each.locator for each in done] == locators
    assert [bool(each.problem) for each in done] == [False, True, True, False]
    assert {row_of(door, each).status for each in (one, two)} == {S.IN_REVIEW}
    assert row_of(door, ended).status is S.WITHDRAWN
    with pytest.raises(Invalid, match="at most 200"):
        door.run(assigning.assign_many, cast.underwriter, locators=["x"] * 201, to=to)


@pytest.mark.criterion("TRACK-05")
def test_the_turn_is_told_to_each_in_their_words(door: Door, cast: Cast) -> None:
    draft, locator = cast.filled(), cast.submitted()

    def seen(who: Actor, it: str = locator) -> str:
        row: SubmissionRow = door.run(find.submission, who, locator=it)
        return row.turn_words

    assert (seen(cast.maya, draft), seen(cast.underwriter, draft)) == ("Yours", "The producer's")
    assert (seen(cast.maya), seen(cast.underwriter), seen(cast.csr)) == ("The agency's", "Yours", "The agency's")
    door.run(assigning.pick_up, cast.underwriter, locator=locator)
    STEPS[Step.ASK](cast, cast.underwriter, locator)
    assert (seen(cast.maya), seen(cast.underwriter)) == ("Yours", "The producer's")
    _step(door, cast.underwriter, locator, Step.QUOTE)
    assert seen(cast.maya) == "Yours"


@pytest.mark.criterion("TRACK-01")
def test_the_diagram_is_current() -> None:
    assert states_document.PLACE.read_text(encoding="utf-8") == states_document.text()


@pytest.mark.criterion("INFO-01")
def test_what_is_asked_for_is_answered_item_by_item_and_the_clock_stands(door: Door, cast: Cast, clock: Clock) -> None:
    locator = cast.submitted(ssn="")
    due = row_of(door, locator).target_on
    items = [
        Wanted(RequestedItemKind.FIELD, path="applicant.insured.ssn"),
        Wanted(RequestedItemKind.TEXT, "When was the roof replaced?"),
        Wanted(RequestedItemKind.FILE, "A photo of the roof"),
    ]
    asked = door.run(information.ask, cast.underwriter, locator=locator, items=items, note="Before we quote")
    assert [each.label for each in asked.items] == ["Social Security number", items[1].label, items[2].label]
    with pytest.raises(Conflict, match="asked for something already"):
        door.run(information.ask, cast.underwriter, locator=locator, items=items)
    with door.database.read() as db:
        body = db.scalars(select(Notification.body).where(Notification.kind == "information_requested")).one()
    assert "When was the roof replaced?" in body
    assert "Before we quote" in body
    clock.forward(days=7)
    ssn, text, file = (each.locator for each in asked.items)
    with pytest.raises(Invalid, match=r"nine digits|Social|number"):
        door.run(information.answer, cast.maya, locator=locator, item=ssn, value="12")
    door.run(information.answer, cast.maya, locator=locator, item=ssn, value="123-45-6789")
    with pytest.raises(Invalid, match="not answered yet"):
        door.run(information.complete, cast.maya, locator=locator)
    with pytest.raises(Invalid, match="file of this submission"):
        door.run(information.answer, cast.maya, locator=locator, item=file, document="0" * 26)
    door.run(information.answer, cast.maya, locator=locator, item=text, value="2019")
    with pytest.raises(NotFound):
        door.run(information.answer, cast.daniel, locator=locator, item=text, value="2018")
    add_document(door, locator, "roof.jpg")
    with_file = door.run(information.answer, cast.maya, locator=locator, item=file, document=document_of(door, locator))
    assert with_file.items[0].answer.endswith("6789")
    assert "123-45" not in with_file.items[0].answer
    sent = door.run(information.complete, cast.maya, locator=locator)
    assert not sent.is_open
    row = row_of(door, locator)
    assert (row.waiting_since, row.waited_days) == (None, 4), "a week with Thanksgiving in it"
    assert due is not None
    assert row.target_on is not None
    assert (row.target_on - due).days == 7
    with pytest.raises(Conflict, match=r"Nothing is asked for|not asked for any more"):
        door.run(information.answer, cast.maya, locator=locator, item=text, value="2018")


def document_of(door: Door, locator: str) -> str:
    with door.database.read() as db:
        return db.scalars(select(SubmissionDocument.locator)).one()


@pytest.mark.criterion("INFO-02")
def test_what_cannot_be_asked_for_is_refused_item_by_item(door: Door, cast: Cast) -> None:
    locator = cast.submitted()
    wrong = [
        Wanted(RequestedItemKind.FIELD, path="risk.boat.length"),
        Wanted(RequestedItemKind.TEXT, " "),
        Wanted(RequestedItemKind.FILE, "A photo", "risk.dwelling.usage"),
    ]
    with pytest.raises(Invalid) as refused:
        door.run(information.ask, cast.underwriter, locator=locator, items=wrong)
    assert list(refused.value.problems) == ["items[0].path", "items[1].label", "items[2].path"]
    with pytest.raises(Invalid, match="one to 50"):
        door.run(information.ask, cast.underwriter, locator=locator, items=[])


@pytest.mark.criterion("INFO-03")
def test_a_request_is_cancelled_by_hand_and_with_the_end(door: Door, cast: Cast) -> None:
    one, two = cast.submitted(), cast.submitted()
    for each in (one, two):
        STEPS[Step.ASK](cast, cast.underwriter, each)
    door.run(information.cancel, cast.underwriter, locator=one)
    with door.database.read() as db:
        told = db.scalars(select(Notification).where(Notification.kind == "submission_status")).one()
        assert (told.user_id, told.subject, told.body) == (cast.maya.user_id, one, information.ASKED_NO_LONGER)
    with pytest.raises(Conflict, match="Nothing is asked for"):
        door.run(information.cancel, cast.underwriter, locator=one)
    door.run(moves.withdraw, cast.maya, locator=two, reason="No more")
    assert {row_of(door, each).waiting_since for each in (one, two)} == {None}
    with door.database.read() as db:
        kinds = list(db.scalars(select(SubmissionEvent.kind)))
    assert kinds.count(SubmissionEventKind.CANCELLED) == 2
    STEPS[Step.ASK](cast, cast.underwriter, one)


@pytest.mark.criterion("TRACK-06")
def test_the_dashboard_sorts_filters_and_counts(door: Door, cast: Cast, agency: Agency, clock: Clock) -> None:
    names = {"Ada Quill": cast.maya, "Bo Reed": cast.daniel, "Cy 100% Glass": cast.maya}
    locators = {}
    for name, who in names.items():
        clock.forward(minutes=1)
        locators[name] = cast.submitted(who, name=name)
    cast.filled()
    door.run(assigning.pick_up, cast.underwriter, locator=locators["Bo Reed"])

    def listed(who: Actor = cast.underwriter, **given: Any) -> list[str]:
        order = {each: given.pop(each) for each in ("sort", "descending", "offset", "count") if each in given}
        found = door.run(find.listed, who, wanted=find.Filter(**given), **order)
        if not order:
            assert found.total == len(found.rows)
        return [each.insured_name for each in found.rows]

    newest = ["Cy 100% Glass", "Bo Reed", "Ada Quill"]
    assert listed() == newest, "and no draft"
    for sort in find.Sort:
        up, down = (listed(sort=sort, descending=each) for each in (False, True))
        assert sorted(up) == sorted(newest)
        assert up[0] != down[0] or sort is find.Sort.ASSIGNED_TO, sort
    assert listed(sort=find.Sort.INSURED_NAME, descending=False) == sorted(newest)
    assert listed(sort=find.Sort.ASSIGNED_TO, descending=False)[0] == "Bo Reed", "what has nothing comes last"
    assert listed(offset=1, count=1) == ["Bo Reed"]
    assert listed(text="quill") == ["Ada Quill"] == listed(text="sub-2026-000001")
    assert listed(text="100%") == ["Cy 100% Glass"]
    assert listed(statuses=(S.IN_REVIEW,)) == ["Bo Reed"] == listed(mine=True)
    assert listed(statuses=(S.DRAFT,)) == ["Ada Quill"]
    assert listed(assigned_to=cast.locators["csr@agency.test"]) == ["Bo Reed"]
    assert listed(unassigned=True) == ["Cy 100% Glass", "Ada Quill"] == listed(unrouted=True)
    assert listed(line="bop") == []
    assert listed(at_risk=True) == []
    clock.forward(days=7)
    STEPS[Step.ASK](cast, cast.underwriter, locators["Ada Quill"])
    assert listed(at_risk=True) == ["Cy 100% Glass", "Bo Reed"], "the clock of the other stands"
    assert listed(cast.maya) == ["Cy 100% Glass", "Ada Quill"]
    assert listed(cast.daniel) == ["Bo Reed"]
    assert listed(agency.read_only()) == newest
    with pytest.raises(Forbidden):
        listed(agency.admin())


@pytest.mark.criterion("TRACK-06")
def test_a_name_is_found_as_it_stands_there_whatever_its_capitals(door: Door, cast: Cast) -> None:
    for name in ("Straße Bäckerei GmbH", "ÉCOLE MÜLLER"):
        cast.submitted(name=name)
    for typed, found in {
        "Straße": "Straße Bäckerei GmbH", "bäckerei gmbh": "Straße Bäckerei GmbH", "ÉCOLE MÜLLER": "ÉCOLE MÜLLER",
        "école müller": "ÉCOLE MÜLLER", "École": "ÉCOLE MÜLLER",
    }.items():  # fmt: skip
        listed = door.run(find.listed, cast.principal, wanted=find.Filter(text=typed))
        assert [each.insured_name for each in listed.rows] == [found], typed


@pytest.mark.criterion("INFO-05")
def test_what_a_removed_file_answered_is_to_be_answered_anew(door: Door, cast: Cast) -> None:
    locator = cast.submitted()
    wanted = [Wanted(RequestedItemKind.FILE, "The loss runs")]
    (item,) = door.run(information.ask, cast.underwriter, locator=locator, items=wanted).items
    sent = send(door, cast.maya, pdf(), named(locator)).locator
    door.run(information.answer, cast.maya, locator=locator, item=item.locator, document=sent)
    door.run(documents.remove, cast.underwriter, submission=locator, locator=sent)
    with pytest.raises(Invalid, match="not answered yet"):
        door.run(information.complete, cast.maya, locator=locator)
