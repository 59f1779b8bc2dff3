"""Messages that wait on Home to be read."""

import pytest
from sqlalchemy import update
from sqlmodel import col

from portal_app.models.submissions import Submission
from portal_app.services.door import Door
from portal_app.services.home.unread import unread
from portal_app.services.messaging import reading, sending, threads
from portal_app.services.messaging.records import RecordKind
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import row_of
from tests.world import Agency, Clock


@pytest.mark.criterion("HOME-12")
def test_what_one_was_written_waits_until_it_is_read(door: Door, desk: Desk, agency: Agency, clock: Clock) -> None:
    cast, submission, policy = desk.cast, desk.cast.submitted(name="Ada Quill"), agency.policies["maya"]
    about = {"kind": RecordKind.SUBMISSION, "locator": submission}
    for kind, locator in ((RecordKind.SUBMISSION, submission), (RecordKind.POLICY, policy.locator)):
        for _ in range(2):
            door.run(sending.send, cast.underwriter, kind=kind, locator=locator, body="Send a photo of it.")
        clock.forward(hours=1)
    found = door.run(unread, cast.maya)
    assert [(each.kind, each.record, each.named, each.insured, each.unread) for each in found.rows] == [
        (RecordKind.POLICY, policy.locator, policy.number, policy.insured_name, 2),
        (RecordKind.SUBMISSION, submission, found.rows[1].named, "Ada Quill", 2),
    ]
    assert found.rows[1].href == f"/submissions/{submission}#messages"
    assert found.total == door.run(threads.inbox, cast.maya, unread=True).total == 2
    assert [door.run(unread, each).total for each in (cast.underwriter, cast.daniel)] == [0, 0]

    door.run(sending.send, cast.maya, **about, body="Here it is.")
    assert door.run(unread, cast.underwriter).rows[0].unread == 1
    newest = door.run(threads.messages, cast.maya, **about).rows[0].locator
    door.run(reading.read, cast.maya, **about, until=newest)
    assert [each.record for each in door.run(unread, cast.maya).rows] == [policy.locator]


@pytest.mark.criterion("HOME-12")
def test_a_card_shows_five_and_counts_all_that_one_still_sees(door: Door, desk: Desk) -> None:
    cast = desk.cast
    all_of_them = [cast.submitted() for _ in range(6)]
    for each in all_of_them:
        door.run(sending.send, cast.underwriter, kind=RecordKind.SUBMISSION, locator=each, body="Send a photo of it.")
    found = door.run(unread, cast.maya)
    assert ([each.record for each in found.rows], found.total) == (all_of_them[:0:-1], 6)
    theirs = row_of(door, cast.submitted(cast.daniel))
    to = {"created_by_id": theirs.created_by_id, "producer_code_id": theirs.producer_code_id}
    with door.database.write() as db:
        db.execute(update(Submission).where(col(Submission.locator) == all_of_them[0]).values(**to))
    assert door.run(unread, cast.maya).total == 5
