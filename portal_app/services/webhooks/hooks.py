"""Webhooks as whoever may change the settings manages them: who is told of what."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select
from sqlmodel import col

from portal_app.models.enums import PauseReason, WebhookState
from portal_app.models.types import new_locator
from portal_app.models.webhooks import Webhook, WebhookAttempt
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.identity.confirm import require_recent
from portal_app.services.webhooks import pausing, queue
from portal_app.services.webhooks.names import asks_for_something

MAY = Permission.CHANGE_SETTINGS
MOST_HOOKS, MOST_PATTERNS = 50, 40
LONGEST_URL, LONGEST_DESCRIPTION = 1000, 200
BOTH_SIGN = timedelta(hours=24)
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook without its secret. `earlier_signs_until` says until when the earlier one signs too; `waiting` and
    `given_up` count its messages."""

    locator: str
    url: str
    description: str
    events: tuple[str, ...]
    state: WebhookState
    paused_for: PauseReason | None
    version: int
    created_by: str
    created_at: datetime
    last_success_at: datetime | None
    last_failure_at: datetime | None
    failing_since: datetime | None
    earlier_signs_until: datetime | None
    waiting: int
    given_up: int


@dataclass(frozen=True, slots=True)
class Hooks:
    """A page of webhooks, the oldest first, and how many there are."""

    rows: tuple[Hook, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Made:
    """A new webhook and its secret, which is not told again."""

    locator: str
    secret: str


@reads(MAY)
def listed(tx: Tx, *, offset: int = 0, count: int = 50) -> Hooks:
    page = select(Webhook).order_by(col(Webhook.id)).offset(max(offset, 0)).limit(min(max(count, 1), 200))
    total = tx.db.scalar(select(func.count()).select_from(Webhook)) or 0
    counted = queue.counted(tx)
    return Hooks(tuple(_shown(tx, each, counted) for each in tx.db.scalars(page)), total)


@reads(MAY)
def one(tx: Tx, *, locator: str) -> Hook:
    """Raises NotFound."""
    return _shown(tx, find(tx, locator), queue.counted(tx))


@writes(MAY)
def create(tx: Tx, *, url: str, events: Sequence[str], description: str = "") -> Made:
    """Have events told to an address from now on. Raises Invalid with every problem at once, Conflict where there are
    too many, ConfirmFirst in a session that has not proved both factors just now."""
    _confirmed(tx)
    url, patterns, description = url.strip(), _patterns(events), _one_line(description)
    _check(tx, url, patterns, description)
    if (tx.db.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST_HOOKS:
        raise Conflict(f"There are {MOST_HOOKS} webhooks already. Delete one that nobody needs.")
    webhook = Webhook(
        locator=new_locator(),
        url=url,
        description=description,
        patterns=patterns,
        secret=_new_secret(),
        created_by=tx.actor.email or tx.actor.name,
        created_at=tx.now,
    )
    tx.db.add(webhook)
    _record(tx, "webhook.created", webhook, _told(webhook))
    return Made(webhook.locator, webhook.secret)


@writes(MAY)
def change(
    tx: Tx,
    *,
    locator: str,
    version: int,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
) -> None:
    """Change what is named and leave the rest; what waits goes to the new address, at once. Raises NotFound, Invalid,
    Conflict where somebody changed it since `version`, ConfirmFirst for another address."""
    webhook = find(tx, locator, held=True)
    if webhook.version != version:
        raise Conflict
    before = _told(webhook)
    given = (
        webhook.url if url is None else url.strip(),
        webhook.patterns if events is None else _patterns(events),
        webhook.description if description is None else _one_line(description),
    )
    if given == (webhook.url, webhook.patterns, webhook.description):
        return
    moved = given[0] != webhook.url
    if moved:
        _confirmed(tx)
    _check(tx, *given)
    webhook.url, webhook.patterns, webhook.description = given
    webhook.version += 1
    if moved:
        webhook.failing_since, webhook.failures, webhook.retry_at = None, 0, None
        if webhook.state is WebhookState.ACTIVE:
            queue.release(tx, webhook.locator)
    detail = {"before": before, "after": _told(webhook), "address_changed": moved}
    _record(tx, "webhook.changed", webhook, detail)


@writes(MAY)
def pause(tx: Tx, *, locator: str) -> None:
    """Write nothing new for it, and hold what waits. Raises NotFound."""
    webhook = find(tx, locator, held=True)
    if webhook.state is WebhookState.ACTIVE:
        pausing.pause(tx, webhook, PauseReason.BY_HAND)


@writes(MAY)
def resume(tx: Tx, *, locator: str) -> None:
    """Let go what was held, and write what happens from now on. Raises NotFound."""
    webhook = find(tx, locator, held=True)
    if webhook.state is WebhookState.PAUSED:
        pausing.resume(tx, webhook)


@writes(MAY)
def rotate(tx: Tx, *, locator: str) -> Made:
    """A new secret, told this once. The one before it signs too for 24 hours; one that is older than that is void.
    Raises NotFound, ConfirmFirst."""
    _confirmed(tx)
    webhook = find(tx, locator, held=True)
    webhook.earlier_secret, webhook.earlier_signs_until = webhook.secret, tx.now + BOTH_SIGN
    webhook.secret = _new_secret()
    _record(tx, "webhook.secret_changed", webhook, {"earlier_signs_until": webhook.earlier_signs_until.isoformat()})
    return Made(webhook.locator, webhook.secret)


@writes(MAY)
def delete(tx: Tx, *, locator: str) -> None:
    """Tell it nothing any more: what waits, and what was given up, is dropped. Raises NotFound."""
    webhook = find(tx, locator, held=True)
    dropped = queue.drop(tx, webhook.locator)
    tx.db.execute(delete_rows(WebhookAttempt).where(col(WebhookAttempt.webhook_id) == webhook.id))
    _record(tx, "webhook.deleted", webhook, {**_told(webhook), "dropped": dropped})
    tx.db.delete(webhook)


def find(tx: Tx, locator: str, *, held: bool = False) -> Webhook:
    """The webhook, held until the end of the transaction where it is to be changed. Raises NotFound."""
    there = select(Webhook).where(col(Webhook.locator) == locator)
    webhook = tx.db.scalars(there.with_for_update() if held else there).first()
    if webhook is None:
        raise NotFound
    return webhook


def origin_of(url: str) -> str:
    """What of an address may be told: the rest may hold a key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def _confirmed(tx: Tx) -> None:
    """A token has no session to prove anything in; whoever made it had to, and it says that it writes."""
    if tx.actor.session_id is not None:
        require_recent(tx)


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _patterns(events: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(each.strip() for each in events))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _check(tx: Tx, url: str, patterns: list[str], description: str) -> None:
    problems = {
        "url": _wrong_with_url(tx, url),
        "events": _wrong_with_patterns(patterns),
        "description": ""
        if len(description) <= LONGEST_DESCRIPTION and (description.isprintable() or not description)
        else f"At most {LONGEST_DESCRIPTION} characters.",
    }
    if any(problems.values()):
        raise Invalid({name: sentence for name, sentence in problems.items() if sentence})


def _wrong_with_url(tx: Tx, url: str) -> str:
    if not url or len(url) > LONGEST_URL:
        return f"Enter an address, at most {LONGEST_URL} characters."
    if tx.ports.webhooks is None:
        return "Events cannot be sent from here."
    return tx.ports.webhooks.wrong_with(url)


def _wrong_with_patterns(patterns: list[str]) -> str:
    if not 1 <= len(patterns) <= MOST_PATTERNS:
        return f"Name at least one event, and at most {MOST_PATTERNS}."
    unknown = [each for each in patterns if not asks_for_something(each)]
    return f"There is no event that this asks for: {unknown[0][:80]}" if unknown else ""


def _shown(tx: Tx, webhook: Webhook, counted: Mapping[str, tuple[int, int]]) -> Hook:
    until = webhook.earlier_signs_until
    waiting, given_up = counted.get(webhook.locator, (0, 0))
    return Hook(
        webhook.locator,
        webhook.url,
        webhook.description,
        tuple(webhook.patterns),
        webhook.state,
        webhook.paused_for,
        webhook.version,
        webhook.created_by,
        webhook.created_at,
        webhook.last_success_at,
        webhook.last_failure_at,
        webhook.failing_since,
        until if until and until > tx.now else None,
        waiting,
        given_up,
    )


def _told(webhook: Webhook) -> dict[str, Any]:
    return {
        "receiver": origin_of(webhook.url),
        "events": ", ".join(webhook.patterns),
        "description": webhook.description,
    }


def _record(tx: Tx, action: str, webhook: Webhook, detail: dict[str, Any]) -> None:
    audit.record(tx, action, subject_kind="webhook", subject=webhook.locator, detail=detail)
