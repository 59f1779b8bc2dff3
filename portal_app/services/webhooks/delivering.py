"""Hands one event to its receiver, outside of any transaction, and writes down what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from time import monotonic

from sqlalchemy import delete, select
from sqlmodel import col

from portal_app.models.enums import PauseReason, WebhookState
from portal_app.models.webhooks import Webhook, WebhookAttempt
from portal_app.services import outbox
from portal_app.services.access import Gate, system
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.outbox import Claimed
from portal_app.services.ports import DeliveryFailed, DeliveryRefused
from portal_app.services.webhooks import pausing, queue
from portal_app.services.webhooks.port import EventCall, WebhookSender
from portal_app.services.webhooks.queue import TOPIC, Withheld

__all__ = ["TOPIC", "hand_over"]

ACTOR = system("webhooks")
KEPT_ATTEMPTS = 200
FAILS_FOR = timedelta(days=3)
LONGEST_UNREACHABLE = timedelta(minutes=10)
"""How long a receiver that does not answer is left alone at most: an event that is new then need not wait longer."""

GONE = 410
# The receiver has read the event and will not have it; it will be the same event the next time.
NOT_THIS_ONE = frozenset({400, 413, 415, 422})
# Says something of the receiver and nothing of the event.
NOT_NOW = frozenset({429, 502, 503, 504})


class Verdict(Enum):
    """What an attempt came to."""

    TAKEN = auto()
    AGAIN = auto()
    REFUSED = auto()
    WITHHELD = auto()


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where one webhook's events go, and what signs them."""

    url: str
    secrets: tuple[str, ...]
    paused: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt. `status` is None where nobody answered, `error` empty where the event was taken; `wait` is how long
    the receiver asks to be left alone."""

    at: datetime
    milliseconds: int
    status: int | None
    error: str
    wait: timedelta | None = None

    @property
    def nobody_there(self) -> bool:
        return self.status is None or self.status in NOT_NOW


def hand_over(door: Door, message: Claimed) -> None:
    """Deliver one message of the outbox. Raises DeliveryFailed, DeliveryRefused, or Withheld where its webhook is
    paused, or now is. One whose webhook was deleted is nothing any more."""
    sender = door.ports.webhooks
    if sender is None:
        raise LookupError("no sender of events")
    receiver = door.run(receiver_of, ACTOR, webhook=message.payload["webhook"])
    if receiver is None:
        return
    if receiver.paused:
        door.run(queue.put_back, ACTOR, message=message)
        raise Withheld
    body = message.payload["body"]
    tried = attempt(sender, EventCall(receiver.url, message.locator, door.clock(), body, receiver.secrets))
    match door.run(note, ACTOR, message=message, tried=tried):
        case Verdict.AGAIN:
            raise DeliveryFailed(tried.error, tried.wait)
        case Verdict.REFUSED:
            raise DeliveryRefused(tried.error)
        case Verdict.WITHHELD:
            raise Withheld


def attempt(sender: WebhookSender, call: EventCall) -> Tried:
    """Make the call and say in the portal's own words what came of it; none of them repeats the address."""
    start = monotonic()
    try:
        answer = sender.send(call)
    except DeliveryFailed as failure:
        return Tried(call.at, _since(start), None, str(failure))
    error = "" if 200 <= answer.status < 300 else _told(answer.status)
    return Tried(call.at, _since(start), answer.status, error, answer.wait)


@reads(Gate.SYSTEM)
def receiver_of(tx: Tx, *, webhook: str) -> Receiver | None:
    """Where the events of a webhook go now; None where it was deleted."""
    found = tx.db.scalars(select(Webhook).where(col(Webhook.locator) == webhook)).first()
    if found is None:
        return None
    return Receiver(found.url, secrets_of(tx, found), found.state is WebhookState.PAUSED)


def secrets_of(tx: Tx, webhook: Webhook) -> tuple[str, ...]:
    """The secret, and the earlier one while its time lasts: both sign."""
    earlier, until = webhook.earlier_secret, webhook.earlier_signs_until
    return (webhook.secret, earlier) if earlier and until and until > tx.now else (webhook.secret,)


@writes(Gate.SYSTEM)
def note(tx: Tx, *, message: Claimed, tried: Tried) -> Verdict:
    """Write the attempt down, and what it says of the receiver. Says what becomes of the message."""
    locator = message.payload["webhook"]
    webhook = tx.db.scalars(select(Webhook).where(col(Webhook.locator) == locator).with_for_update()).first()
    if webhook is None:
        return Verdict.TAKEN
    keep(tx, webhook, message.locator, message.payload["event"], message.payload["record"], tried)
    if not tried.error:
        _succeeded(tx, webhook)
        return Verdict.TAKEN
    _failed(tx, webhook, tried)
    if tried.status in NOT_THIS_ONE:
        return Verdict.REFUSED
    if webhook.state is WebhookState.PAUSED:
        queue.take_back(tx, message)
        return Verdict.WITHHELD
    return Verdict.AGAIN


def keep(tx: Tx, webhook: Webhook, message: str, event: str, record: str, tried: Tried) -> None:
    """Write one attempt down; of each webhook the last ones are kept."""
    attempts, ours = WebhookAttempt, col(WebhookAttempt.webhook_id) == webhook.id
    row = attempts(
        webhook_id=webhook.id or 0,
        message=message,
        event=event,
        record=record[:26],
        at=tried.at,
        milliseconds=tried.milliseconds,
        status=tried.status,
        error=tried.error[:300],
    )
    tx.db.add(row)
    tx.db.flush()
    oldest = select(col(attempts.id)).where(ours).order_by(col(attempts.id).desc()).offset(KEPT_ATTEMPTS).limit(1)
    if (last := tx.db.scalar(oldest)) is not None:
        tx.db.execute(delete(attempts).where(ours, col(attempts.id) <= last))


def _succeeded(tx: Tx, webhook: Webhook) -> None:
    if webhook.retry_at is not None:
        queue.let_go(tx, webhook.locator)
    webhook.last_success_at, webhook.failing_since = tx.now, None
    webhook.failures, webhook.retry_at = 0, None


def _failed(tx: Tx, webhook: Webhook, tried: Tried) -> None:
    webhook.last_failure_at = tx.now
    webhook.failing_since = webhook.failing_since or tx.now
    if webhook.state is WebhookState.PAUSED:
        return
    if tried.status == GONE:
        pausing.pause(tx, webhook, PauseReason.GONE)
    elif tx.now - webhook.failing_since >= FAILS_FOR:
        pausing.pause(tx, webhook, PauseReason.FAILING)
    elif tried.nobody_there:
        webhook.failures += 1
        pause = min(outbox.pause_after(webhook.failures), LONGEST_UNREACHABLE)
        webhook.retry_at = tx.now + max(pause, min(tried.wait or pause, outbox.LONGEST_PAUSE))
        queue.put_off(tx, webhook.locator, webhook.retry_at)


def _told(status: int) -> str:
    if status == GONE:
        return "The receiver says that it is gone (410)."
    if 300 <= status < 400:
        return f"The receiver sends elsewhere ({status}), and no redirect is followed."
    if status in NOT_THIS_ONE:
        return f"The receiver refused the event ({status})."
    return f"The receiver answered {status}."


def _since(start: float) -> int:
    return round((monotonic() - start) * 1000)
