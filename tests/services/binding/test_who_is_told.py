"""Whoever has to do with a submission is told of it: whose business it is, who has to decide, and a carrier's contact
who works on it."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import SubmissionStatus
from portal_app.models.identity import User
from portal_app.models.notifications import Notification
from portal_app.models.outbox import OutboxMessage
from portal_app.services.binding import refer
from portal_app.services.door import Door
from portal_app.services.identity import users
from portal_app.services.identity.users import Amendment
from portal_app.services.ports import Ports
from portal_app.services.submissions import assigning, find, information, moves, requests, timeline
from portal_app.services.submissions.information import Kind, Wanted
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import Mailer, row_of
from tests.services.submissions.test_submitting import put_rules

MAYA, CSR, PRINCIPAL = "maya@agency.test", "csr@agency.test", "principal@agency.test"
UNDERWRITERS = {CSR, PRINCIPAL}


def told(door: Door, kind: str) -> set[str]:
    """The people who were told of that."""
    with door.database.read() as db:
        asked = select(User.email).join(Notification, Notification.user_id == User.id)
        return set(db.scalars(asked.where(Notification.kind == kind)))


def mails_to(door: Door, address: str) -> list[str]:
    with door.database.read() as db:
        found = [row.payload for row in db.scalars(select(OutboxMessage).order_by(OutboxMessage.id))]
        return [each["text"] for each in found if each.get("recipient") == address]


@pytest.mark.criterion("NOTIFY-17")
def test_a_producer_is_told_of_what_others_do_for_them_and_of_what_they_bind_themselves(door: Door, desk: Desk) -> None:
    desk.allow()
    submission = desk.cast.submitted(desk.cast.csr)
    assert told(door, "submission_received") == {CSR, MAYA}
    door.run(assigning.pick_up, desk.cast.underwriter, locator=submission)
    assert told(door, "submission_assigned") == {MAYA}
    quote = desk.offered(submission)
    assert told(door, "quote_ready") == {MAYA}
    assert desk.bind(quote.locator).number == "BND-2026-000001"
    assert told(door, "policy_bound") == {MAYA, CSR}

    # Their own business is told to who handed it in, and to nobody else of the producer.
    with door.database.write() as db:
        db.execute(
            update(User).where(User.email == "daniel@agency.test").values(producer_id=desk.cast.maya.producer_id)
        )
    desk.cast.submitted()
    assert "daniel@agency.test" not in told(door, "submission_received")


@pytest.mark.criterion("NOTIFY-18")
def test_underwriters_are_told_of_what_waits_for_them(door: Door, desk: Desk) -> None:
    door.ports = Ports(mailer=Mailer())
    put_rules(
        door,
        {"name": "Island", "when": {"states": ["RI"]}, "to": {"underwriter": CSR}},
        {
            "name": "Coast",
            "when": {"states": ["MA"]},
            "to": {"carrierContact": {"name": "Ann", "email": "ann@carrier.com"}},
        },
    )
    desk.cast.submitted(state="RI")
    assert told(door, "submission_to_review") == {CSR}
    desk.cast.submitted(state="MA")
    assert told(door, "submission_to_review") == {CSR}
    unrouted = desk.cast.submitted(state="TX")
    assert told(door, "submission_to_review") == UNDERWRITERS

    wanted = [Wanted(Kind.TEXT, "How old is the roof?")]
    door.run(information.ask, desk.cast.underwriter, locator=unrouted, items=wanted)
    item = door.run(requests.requests, desk.cast.maya, locator=unrouted)[0].items[0].locator
    door.run(information.answer, desk.cast.maya, locator=unrouted, item=item, value="Two years")
    door.run(information.complete, desk.cast.maya, locator=unrouted)
    assert told(door, "submission_status") == {CSR}


@pytest.mark.criterion("NOTIFY-18")
def test_who_was_told_to_review_is_told_that_nobody_needs_to(door: Door, desk: Desk) -> None:
    handled = desk.reviewed()
    door.run(moves.withdraw, desk.cast.maya, locator=handled, reason="The client went elsewhere.")
    assert told(door, "submission_status") == {CSR}, "who handles it is told, and nobody else"
    waiting = desk.cast.submitted()
    door.run(moves.withdraw, desk.cast.maya, locator=waiting, reason="The client went elsewhere.")
    with door.database.read() as db:
        of = select(User.email).join(Notification, Notification.user_id == User.id)
        of = of.where(Notification.subject == waiting, Notification.kind == "submission_status")
        assert sorted(db.scalars(of)) == sorted(UNDERWRITERS)
    declined = desk.cast.submitted()
    door.run(moves.decline, desk.cast.underwriter, locator=declined, reason="No market.")
    assert told(door, "submission_declined") == {MAYA, PRINCIPAL}, "whoever acts knows"


@pytest.mark.criterion("NOTIFY-18")
def test_from_whom_a_submission_is_taken_is_told(door: Door, desk: Desk) -> None:
    submission, principal = desk.reviewed(), desk.cast.principal
    door.run(assigning.pick_up, principal, locator=submission)
    assert told(door, "submission_reassigned") == {CSR}
    with door.database.read() as db:
        (body,) = db.scalars(select(Notification.body).where(Notification.kind == "submission_reassigned"))
    assert body.endswith("handles it.")
    door.run(assigning.assign, principal, locator=submission, contact="uw@carrier.com")
    assert told(door, "submission_reassigned") == {CSR}, "who gives it away knows"


@pytest.mark.criterion("NOTIFY-18")
def test_a_carriers_contact_is_told_that_answers_came(door: Door, desk: Desk) -> None:
    door.ports = Ports(mailer=Mailer())
    submission, ann = desk.cast.submitted(), "ann@carrier.com"
    door.run(assigning.assign, desk.cast.underwriter, locator=submission, contact=ann)
    wanted = [Wanted(Kind.TEXT, "How old is the roof?")]
    (item,) = door.run(information.ask, desk.cast.underwriter, locator=submission, items=wanted).items
    door.run(information.answer, desk.cast.maya, locator=submission, item=item.locator, value="Two years")
    door.run(information.complete, desk.cast.maya, locator=submission)
    come = "The information that was asked for has come."
    assert mails_to(door, ann) == [f"Your agency sent you submission SUB-2026-000001.\n\n{come}"]


@pytest.mark.criterion("TRACK-11")
@pytest.mark.parametrize("how", ["shut out", "no grant"])
def test_what_somebody_handled_who_may_no_longer_waits_where_everybody_sees_it(
    door: Door, desk: Desk, how: str
) -> None:
    submission, done = desk.reviewed(), desk.reviewed()
    door.run(moves.decline, desk.cast.underwriter, locator=done, reason="Too old")
    quote = desk.offered(submission)
    admin = replace(desk.cast.agency.admin(), user_id=desk.cast.ids[PRINCIPAL])
    who = desk.cast.locators[CSR]
    if how == "shut out":
        door.run(users.disable, admin, who=who)
    else:
        door.run(users.amend, admin, who=who, amendment=Amendment(name="Cy Rowe"))
        assert row_of(door, submission).assignee_id == desk.cast.ids[CSR]
        door.run(users.amend, admin, who=who, amendment=Amendment(grants=frozenset()))
    seen = door.run(find.listed, desk.cast.principal, wanted=find.Filter(unassigned=True))
    assert [(each.locator, each.status) for each in seen.rows] == [(submission, SubmissionStatus.QUOTED)]
    assert row_of(door, done).assignee_id == desk.cast.ids[CSR]
    newest = door.run(timeline.events, desk.cast.maya, locator=submission)[0]
    assert newest.words == "Assigned to nobody"
    assert newest.reason.endswith("does not handle submissions any more.")
    with door.database.read() as db:
        assert "submission.released" in list(db.scalars(select(AuditEvent.action)))
    door.run(refer.refer, desk.cast.maya, quote=quote.locator)
    assert told(door, "bind_referred") == {PRINCIPAL}
