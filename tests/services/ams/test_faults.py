"""What goes to the management system on its way: mail servers that refuse or are gone, and processes that die."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from portal_app.models.notifications import Notification
from portal_app.models.outbox import OutboxMessage
from portal_app.services import outbox
from portal_app.services.ams.handovers import HandoverState
from portal_app.services.delivery import ACTOR, deliver_due
from portal_app.services.door import Door
from portal_app.services.media.files import place_of
from portal_app.services.settings import agency as settings
from tests.servers import free_port
from tests.services.ams.acting import FILES, Office, upload
from tests.services.ams.conftest import mailing
from tests.world import Clock


def told_to(door: Door) -> list[tuple[Any, str]]:
    with door.database.read() as db:
        rows = select(Notification.user_id, Notification.body).where(Notification.kind == "ams_failed")
        return [tuple(each) for each in db.execute(rows.order_by(Notification.user_id))]


@pytest.mark.criterion("AMSOUT-07")
def test_a_server_that_is_down_or_refuses_for_now_is_tried_again(door: Door, office: Office, clock: Clock) -> None:
    submission = office.cast.submitted()
    deliver_due(door, holder="test", only=["paper"])
    down = replace(door, ports=mailing(free_port()))
    deliver_due(down, holder="test")
    clock.forward(seconds=30)
    office.post.answers[FILES] = "451 Try later"
    deliver_due(door, holder="test")
    stands = office.stands(submission)
    assert (stands.state, stands.attempts, stands.may_send) == (HandoverState.WAITING, 2, False)
    assert stands.why == "The mail server refused the recipient for now (451)."
    assert stands.next_attempt_at is not None
    office.post.answers.clear()
    clock.now = stands.next_attempt_at
    deliver_due(door, holder="test")
    assert office.stands(submission).state is HandoverState.SENT
    assert len(office.arrived()) == 1
    assert told_to(door) == []


@pytest.mark.criterion("AMSOUT-07")
@pytest.mark.parametrize("by", ["on its page", "under Integrations"])
def test_a_refusal_for_good_is_told_and_sent_again_by_who_may(
    door: Door, office: Office, clock: Clock, by: str
) -> None:
    office.post.answers[FILES] = f"550 no {FILES} here"
    submission = office.cast.submitted()
    deliver_due(door, holder="test")
    why = "The mail server refused the recipient (550)."
    stands = office.stands(submission, who=office.cast.underwriter)
    assert (stands.state, stands.why, stands.may_send) == (HandoverState.FAILED, why, True)
    assert office.told(submission) == ("Could not send the submission to the AMS", why)
    words = f"{why} Set right what it says, and send it again from the submission's page."
    able = [office.cast.ids["csr@agency.test"], office.cast.ids["principal@agency.test"]]
    assert told_to(door) == [(each, words) for each in sorted(able)]  # type: ignore[type-var]
    [letter] = door.run(outbox.dead_letters, office.cast.agency.admin()).rows
    assert (letter.topic, letter.last_error) == ("ams", why)

    office.post.answers.clear()
    if by == "on its page":
        office.send(submission)
    else:
        door.run(outbox.retry_dead, office.cast.agency.admin(), locator=letter.locator)
    assert office.stands(submission).state is HandoverState.WAITING
    deliver_due(door, holder="test")
    assert office.stands(submission).key == stands.key
    assert [each["Message-ID"] for each in office.arrived()] == [f"<{stands.key}@portal.test>"]


@pytest.mark.criterion("AMSOUT-07")
def test_an_address_that_was_taken_away_and_a_file_that_is_gone_are_told(door: Door, office: Office) -> None:
    first, second = office.cast.submitted(), office.cast.filled()
    upload(door, second, "losses.pdf", b"%PDF-losses")
    office.cast.submit(second)
    for place in place_of(door.settings.folder, "").parent.rglob("*"):
        if place.is_file():
            place.unlink()
    deliver_due(door, holder="test")
    assert office.stands(second).why == "The file to attach is not in the portal's data folder any more."
    office.send(first)
    door.run(settings.save, office.cast.agency.admin(), version=0, given={"ams_mail": ""})
    third = office.cast.submitted()
    assert office.stands(third).state is HandoverState.NOT_SENT
    deliver_due(door, holder="test")
    assert office.stands(first).why == "No address that files mail into the AMS is set under Settings."
    assert len(office.arrived()) == 1


@pytest.mark.criterion("AMSOUT-07")
def test_one_on_which_every_process_dies_is_told_too(door: Door, office: Office, clock: Clock) -> None:
    submission = office.cast.submitted()
    with door.database.write() as db:
        spent = update(OutboxMessage).where(OutboxMessage.topic == "ams").values(attempts=outbox.MOST_ATTEMPTS)
        db.execute(spent)
    assert door.run(outbox.claim, ACTOR, topics=["ams"], holder="test") is None
    assert office.told(submission)[1] == "No attempt came to an end."
    assert len(told_to(door)) == 2


@pytest.mark.criterion("AMSOUT-08")
def test_what_was_noted_as_sent_is_not_sent_again(
    door: Door, office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies after the note and before the message of the outbox is marked."""
    submission = office.cast.submitted()
    deliver_due(door, holder="test", only=["paper"])

    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr("portal_app.services.delivery._deliver", die_after_delivery(die))
        with pytest.raises(Killed):
            deliver_due(door, holder="dead")
    assert office.stands(submission).state is HandoverState.SENT
    clock.forward(minutes=4)
    deliver_due(door, holder="test")
    assert len(office.arrived()) == 1
    with door.database.read() as db:
        assert db.scalars(select(OutboxMessage.delivered_at).where(OutboxMessage.topic == "ams")).all() == [clock.now]


def die_after_delivery(die: Any) -> Any:
    from portal_app.services.delivery import WAYS

    def deliver(door: Door, message: Any) -> None:
        WAYS[message.topic].deliver(door, message)
        die()

    return deliver
