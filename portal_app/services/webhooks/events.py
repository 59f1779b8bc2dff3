"""What subscribers are told of, written in the transaction that changes it.

An event says which record it is about and how that stands now: locators, numbers, codes and states. It holds no
personal data and nothing of a client's business; a subscriber who may see more fetches it by the API.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic.alias_generators import to_camel
from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import WebhookState
from portal_app.models.webhooks import Webhook
from portal_app.services import outbox
from portal_app.services.door import Tx
from portal_app.services.webhooks import queue
from portal_app.services.webhooks.names import EVENTS, wants

LONGEST, MOST = 128, 50
SOUNDS_PERSONAL = re.compile(r"name|email|phone|birth|tax|ssn|address|street|insured|premium|amount", re.IGNORECASE)


class Told(NamedTuple):
    """An event about the record `locator`."""

    event: str
    locator: str
    data: dict[str, Any]


def tell(tx: Tx, event: str, *, locator: str, data: dict[str, Any]) -> None:
    """Put `event` about the record `locator` into the outbox for each active webhook that asks for it. `data` holds
    identifiers and states beside the locator. Raises ValueError for an event that is not registered, or data that does
    not belong into one."""
    tell_many(tx, [Told(event, locator, data)])


def tell_many(tx: Tx, told: Iterable[Told]) -> None:
    """The same for many events, in this order, with one look at who asks for them."""
    receivers = tx.db.execute(
        select(col(Webhook.locator), col(Webhook.patterns), col(Webhook.retry_at))
        .where(col(Webhook.state) == WebhookState.ACTIVE)
        .order_by(col(Webhook.id))
    ).all()
    letters = []
    for each in told:
        if each.event not in EVENTS:
            raise ValueError(f"there is no event {each.event}")
        body = body_of(tx, each.event, each.locator, each.data)
        for webhook, patterns, retry_at in receivers:
            if wants(patterns, each.event):
                payload = {"webhook": webhook, "event": each.event, "record": each.locator, "body": body}
                letters.append(outbox.Letter(queue.key_of(webhook, each.locator), payload, retry_at))
    outbox.enqueue_many(tx, queue.TOPIC, letters)


def asked_for(tx: Tx, *names: str) -> bool:
    """Whether an active webhook asks for one of these events: whoever would tell of very many looks once, and where
    nobody listens reads and writes nothing more."""
    active = select(col(Webhook.patterns)).where(col(Webhook.state) == WebhookState.ACTIVE)
    return any(wants(patterns, name) for patterns in tx.db.scalars(active) for name in names)


def body_of(tx: Tx, event: str, locator: str, data: dict[str, Any]) -> str:
    """The text that is sent, made once: what is repeated is the same to the letter."""
    beside = {to_camel(name): _fit(name, value) for name, value in data.items()}
    told = {"locator": locator} | beside | {"locator": locator}
    whole = {"type": event, "timestamp": tx.now.isoformat().replace("+00:00", "Z"), "data": told}
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=True)


def _fit(name: str, value: Any) -> Any:
    """The value, where it is what an event may hold: so that nobody puts a record in whole, or a person."""
    if SOUNDS_PERSONAL.search(name):
        raise ValueError(f"{name} does not belong into an event")
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        if len(value) > LONGEST:
            raise ValueError(f"{name} is too long for an event")
        return str(value)
    if isinstance(value, list | tuple) and len(value) <= MOST:
        return [_fit(name, each) for each in value if not isinstance(each, list | tuple)]
    raise ValueError(f"{name} holds what an event cannot")
