"""A webhook that rests: by hand, because its receiver is gone, or because it took nothing for three days."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from portal_app.models.enums import PauseReason, Role, WebhookState
from portal_app.services import outbox
from portal_app.services.delivery import ACTOR, deliver_due
from portal_app.services.door import Door
from portal_app.services.errors import NotFound
from portal_app.services.ports import Mail
from portal_app.services.webhooks import deliveries, hooks
from portal_app.services.webhooks.deliveries import Fate
from tests.receiver import Receiver
from tests.servers import until
from tests.services.webhooks.conftest import ATTEMPTS, DANIEL, MAYA, actions, happened, hooked, rows
from tests.world import NOW, Agency, Clock, add_user


class Unsent:
    """A mail server that nobody reaches here: mail is looked at where it waits."""

    def send(self, mail: Mail) -> None:
        raise AssertionError("no mail leaves in these tests")


@pytest.fixture
def door(door: Door) -> Door:
    """With mail, and with people of every role, one of them shut out."""
    with door.database.write() as db:
        for role in Role:
            add_user(db, role)
        add_user(db, Role.ADMIN, "gone@agency.test", disabled_at=NOW)
    door.ports = replace(door.ports, mailer=Unsent())
    return door


def mails(door: Door) -> list[tuple[str, str]]:
    return [(row["payload"]["recipient"], row["payload"]["text"]) for row in rows(door) if row["topic"] == "mail"]


def events(door: Door) -> list[int]:
    """The attempts of each event that waits."""
    return [row["attempts"] for row in rows(door) if row["topic"] == "webhook" and row["delivered_at"] is None]


def deliver(door: Door) -> int:
    return deliver_due(door, holder="me", only=("webhook",))


@pytest.mark.criterion("HOOK-15")
def test_what_waits_is_held_while_it_is_paused_and_goes_first_when_it_is_resumed(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    made = hooked(door, agency, there)
    happened(door, step=1)
    door.run(hooks.pause, agency.admin(), locator=made.locator)
    door.run(hooks.pause, agency.admin(), locator=made.locator)
    happened(door, step=2)
    other = there.url.replace("/events", "/elsewhere")
    door.run(hooks.change, agency.admin(), locator=made.locator, version=1, url=other)
    clock.forward(days=30)
    assert deliver(door) == 0, "nor does another address let it go"
    shown = door.run(hooks.one, agency.admin(), locator=made.locator)
    assert (shown.state, shown.paused_for, shown.waiting) == (WebhookState.PAUSED, PauseReason.BY_HAND, 1)

    door.run(hooks.resume, agency.admin(), locator=made.locator)
    door.run(hooks.resume, agency.admin(), locator=made.locator)
    happened(door, step=3)
    assert deliver(door) == 2
    assert [b'"step":1' in each.body for each in there.arrived] == [True, False]
    assert b'"step":3' in there.arrived[1].body, "what happened meanwhile is not told later"
    assert [each.path for each in there.arrived] == ["/elsewhere"] * 2
    assert actions(door) == ["webhook.created", "webhook.paused", "webhook.changed", "webhook.resumed"]
    assert mails(door) == [], "who did it by hand knows"


@pytest.mark.criterion("HOOK-15")
def test_an_event_that_was_claimed_just_before_the_pause_is_put_back(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    made = hooked(door, agency, there)
    happened(door)
    there.status = 422
    deliver(door)
    door.run(hooks.pause, agency.admin(), locator=made.locator)
    [message] = [row["locator"] for row in rows(door)]
    door.run(deliveries.redeliver, agency.admin(), locator=made.locator, message=message)
    there.status = 200
    assert deliver(door) == 0
    assert events(door) == [0], "the attempt does not count"
    assert len(there.arrived) == 1
    door.run(hooks.resume, agency.admin(), locator=made.locator)
    assert deliver(door) == 1


@pytest.mark.criterion("HOOK-15")
def test_a_pause_while_the_receiver_is_being_asked_holds_what_it_did_not_take(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    made = hooked(door, agency, there)
    happened(door)
    there.slow, there.status = True, 500
    asking = Thread(target=deliver, args=(door,))
    asking.start()
    while not there.arrived:
        asking.join(0.01)
    door.run(hooks.pause, agency.admin(), locator=made.locator)
    there.let_go.set()
    asking.join()
    clock.forward(days=1)
    assert deliver(door) == 0
    assert events(door) == [0]


@pytest.mark.criterion("HOOK-15")
def test_what_waits_for_a_deleted_webhook_is_dropped_and_others_keep_theirs(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    made, other = hooked(door, agency, there), hooked(door, agency, there)
    there.answers[MAYA.encode()] = 422
    happened(door)
    deliver(door)
    happened(door, locator=DANIEL)
    claimed = door.run(outbox.claim, ACTOR, topics=["webhook"], holder="me")
    assert claimed is not None
    door.run(hooks.delete, agency.admin(), locator=made.locator)

    left = door.run(hooks.one, agency.admin(), locator=other.locator)
    assert (left.waiting, left.given_up) == (1, 1)
    assert len(rows(door)) == 2
    assert len(rows(door, ATTEMPTS)) == 1
    door.run(outbox.failed, ACTOR, message=claimed, error="late", for_good=True)
    assert door.run(outbox.dead_letters, agency.admin()).total == 1
    assert deliver(door) == 1
    with pytest.raises(NotFound):
        door.run(deliveries.attempts, agency.admin(), locator=made.locator)


@pytest.mark.criterion("HOOK-16")
def test_a_receiver_that_is_gone_pauses_its_webhook_and_that_is_told_once(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    made = hooked(door, agency, there)
    for locator in (MAYA, DANIEL):
        happened(door, locator=locator)
    there.status = 410
    assert deliver(door) == 0

    shown = door.run(hooks.one, agency.admin(), locator=made.locator)
    assert (shown.state, shown.paused_for, shown.waiting) == (WebhookState.PAUSED, PauseReason.GONE, 2)
    assert len(there.arrived) == 1
    assert events(door) == [0, 0], "held, and not given up"
    told = mails(door)
    assert [recipient for recipient, _ in told] == ["principal@agency.test", "admin@agency.test"]
    assert "Billing" in told[0][1]
    assert "gone for good" in told[0][1]
    assert str(there.port) not in told[0][1], "an address may hold a key"
    clock.forward(days=1)
    deliver(door)
    assert len(mails(door)) == 2
    assert actions(door) == ["webhook.created", "webhook.paused"]
    [attempt] = door.run(deliveries.attempts, agency.admin(), locator=made.locator).rows
    assert (attempt.status, attempt.fate) == (410, Fate.WAITING)

    there.status = 204
    door.run(hooks.resume, agency.admin(), locator=made.locator)
    assert deliver(door) == 2


@pytest.mark.criterion("HOOK-16")
def test_one_that_takes_nothing_for_three_days_is_paused_and_that_is_told_once(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    made = hooked(door, agency, there)
    there.status, start = 500, clock.now
    for hour in range(0, 72, 6):
        happened(door, locator=f"01J0000000000000000000H{hour:03d}")
        deliver(door)
        clock.forward(hours=6)
    assert clock.now == start + timedelta(days=3)
    assert door.run(hooks.one, agency.admin(), locator=made.locator).state is WebhookState.ACTIVE
    deliver(door)

    shown = door.run(hooks.one, agency.admin(), locator=made.locator)
    assert (shown.state, shown.paused_for, shown.failing_since) == (WebhookState.PAUSED, PauseReason.FAILING, start)
    assert len(mails(door)) == 2
    assert all("three days" in words for _, words in mails(door))
    asked = len(there.arrived)
    clock.forward(days=1)
    deliver(door)
    assert len(there.arrived) == asked
    assert len(mails(door)) == 2

    there.status = 200
    door.run(hooks.resume, agency.admin(), locator=made.locator)
    assert deliver(door) == shown.waiting
    shown = door.run(hooks.one, agency.admin(), locator=made.locator)
    assert (shown.failing_since, shown.waiting) == (None, 0)


@pytest.mark.criterion("HOOK-16")
def test_a_single_success_begins_the_three_days_anew(door: Door, agency: Agency, there: Receiver, clock: Clock) -> None:
    made = hooked(door, agency, there)
    for day in range(6):
        there.status = 204 if day == 2 else 422
        happened(door, locator=f"01J0000000000000000000D{day:03d}")
        deliver(door)
        assert door.run(hooks.one, agency.admin(), locator=made.locator).state is WebhookState.ACTIVE, day
        clock.forward(days=1)
    happened(door)
    deliver(door)
    assert door.run(hooks.one, agency.admin(), locator=made.locator).state is WebhookState.PAUSED


@pytest.mark.criterion("HOOK-16")
def test_two_workers_that_learn_it_at_once_tell_it_once(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    hooked(door, agency, there)
    for locator in (MAYA, DANIEL):
        happened(door, locator=locator)
    there.slow, there.status = True, 410
    workers = [Thread(target=deliver_due, args=(door,), kwargs={"holder": each}) for each in ("one", "two")]
    for number, each in enumerate(workers, 1):
        each.start()
        until(lambda number=number: len(there.arrived) == number)  # type: ignore[misc]
    there.let_go.set()
    for each in workers:
        each.join()
    assert len(there.arrived) == 2
    assert len(mails(door)) == 2
    assert actions(door) == ["webhook.created", "webhook.paused"]
    assert events(door) == [0, 0]
