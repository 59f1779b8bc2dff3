"""A test event, sent at once, for somebody waits for the answer."""

import asyncio
from dataclasses import dataclass

from portal_app.logs import log
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.access import Actor, Permission
from portal_app.services.door import Door, Tx, writes
from portal_app.services.errors import TooMany
from portal_app.services.identity import throttle
from portal_app.services.webhooks import delivering, events
from portal_app.services.webhooks.delivering import Tried
from portal_app.services.webhooks.hooks import find
from portal_app.services.webhooks.names import TEST
from portal_app.services.webhooks.port import EventCall

MAY = Permission.CHANGE_SETTINGS
SECONDS = 30.0
OF_A_PERSON = 20
"""So many tests in a quarter of an hour: enough to write a receiver with, too few to bother anybody."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the receiver took the event, what it answered (None where it did not), and a sentence that says so."""

    taken: bool
    status: int | None
    told: str


async def send_test(door: Door, actor: Actor, *, locator: str) -> Outcome:
    """Send a signed test event, also where the webhook is paused, and wait for the answer. Raises NotFound, Forbidden
    or TooMany."""
    call = await door.act(begin, actor, locator=locator)
    sender = door.ports.webhooks
    if sender is None:
        return Outcome(False, None, "Events cannot be sent from here.")
    try:
        waiting = asyncio.to_thread(delivering.attempt, sender, call)
        tried = await asyncio.wait_for(waiting, SECONDS)
    except TimeoutError:
        tried = Tried(call.at, round(SECONDS * 1000), None, "The receiver did not answer in time.")
    except Exception as error:  # noqa: BLE001 (whatever keeps the event here is the answer that was asked for)
        log.warning("test event failed", exc_info=error)
        tried = Tried(call.at, 0, None, f"The event could not be sent ({type(error).__name__}).")
    await door.act(note, actor, locator=locator, message=call.message_id, tried=tried)
    return Outcome(not tried.error, tried.status, tried.error or "The receiver took it.")


@writes(MAY)
def begin(tx: Tx, *, locator: str) -> EventCall:
    """What to send. Raises NotFound or TooMany."""
    webhook = find(tx, locator)
    if throttle.count(tx, f"test event of {tx.actor.email or tx.actor.name}") > OF_A_PERSON:
        raise TooMany("You have tried this many times just now. Wait a quarter of an hour.")
    body = events.body_of(tx, TEST, webhook.locator, {"state": webhook.state.value})
    return EventCall(webhook.url, new_locator(), tx.now, body, delivering.secrets_of(tx, webhook))


@writes(MAY)
def note(tx: Tx, *, locator: str, message: str, tried: Tried) -> None:
    """That it was tried, and what came of it."""
    webhook = find(tx, locator, held=True)
    delivering.keep(tx, webhook, message, TEST, webhook.locator, tried)
    detail = {"taken": not tried.error, "told": tried.error}
    audit.record(tx, "webhook.tested", subject_kind="webhook", subject=webhook.locator, detail=detail)
