"""`/webhooks` and `/webhook-events`: who outside is told of what, managed by whoever may change the settings."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from portal_app.models.enums import PauseReason, WebhookState
from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.access import Actor
from portal_app.services.door import the_door
from portal_app.services.webhooks import catalogue, deliveries, hooks, trials

router = APIRouter(tags=["webhooks"], responses=problems.OF_A_ROLE)

Url = Annotated[str, Field(max_length=hooks.LONGEST_URL)]
Description = Annotated[str, Field(max_length=hooks.LONGEST_DESCRIPTION)]
Patterns = Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=hooks.MOST_PATTERNS)]
WRITTEN = problems.WRITTEN | problems.AGAINST_IT


class Sent(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


class NewWebhook(Sent):
    """`events` are names, or patterns: `producers.producer.*`, or `*` for all."""

    url: Url
    events: Patterns
    description: Description = ""


class ChangedWebhook(Sent):
    """What to change; what is not named stays. `version` is the one that was looked at."""

    version: Annotated[int, Field(ge=1, le=2**31 - 2)]
    url: Url | None = None
    events: Patterns | None = None
    description: Description | None = None


class Webhook(shapes.Shape):
    """A webhook without its secret. `failingSince` is the first failure after the last success; `waiting` and
    `givenUp` count its events; until `earlierSignsUntil` the secret before the last change signs too."""

    locator: str
    url: str
    description: str
    events: list[str]
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


class Webhooks(shapes.Listed[Webhook]):
    pass


class WebhookWithSecret(shapes.Shape):
    """The secret is told now and never again."""

    secret: str
    webhook: Webhook


class Event(shapes.Shape):
    name: str
    words: str


class Events(shapes.Listed[Event]):
    pass


class WebhookAttempt(shapes.Shape):
    """One attempt. `message` is the `webhook-id` that the receiver got; `status` is null where nobody answered; `error`
    is empty where the event was taken; `fate` is how it stands with the event by now."""

    message: str
    event: str
    record: str
    at: datetime
    milliseconds: int
    status: int | None
    error: str
    fate: deliveries.Fate


class WebhookAttempts(shapes.Listed[WebhookAttempt]):
    pass


class TestOutcome(shapes.Shape):
    """Whether the receiver took the event, and what it answered."""

    taken: bool
    status: int | None
    told: str


@router.get("/webhooks", dependencies=parameters.GIVEN_ONCE)
async def list_webhooks(caller: Caller, asked: Annotated[parameters.Asked, Query()]) -> Webhooks:
    """Every webhook, the oldest first."""
    found = await the_door().act(hooks.listed, caller, **asked.model_dump())
    return Webhooks.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.post("/webhooks", status_code=201, responses=WRITTEN)
async def add_webhook(caller: Caller, sent: NewWebhook, answer: Response) -> WebhookWithSecret:
    """Have events told to an address from now on. The answer holds the secret that signs, which is not told again."""
    made = await the_door().act(hooks.create, caller, **sent.model_dump())
    answer.headers["Location"] = f"/api/v1/webhooks/{made.locator}"
    return WebhookWithSecret(secret=made.secret, webhook=await _now(caller, made.locator))


@router.get("/webhook-events", dependencies=parameters.GIVEN_ONCE)
async def list_webhook_events(caller: Caller, asked: Annotated[parameters.Asked, Query()]) -> Events:
    """The events that there are, by name."""
    return Events.part(await the_door().act(catalogue.events, caller), asked)


@router.get("/webhooks/{locator}", responses=problems.MISSING)
async def get_webhook(caller: Caller, locator: parameters.Locator) -> Webhook:
    """One webhook, and how it stands with it."""
    return await _now(caller, locator)


@router.patch("/webhooks/{locator}", responses=WRITTEN | problems.MISSING)
async def change_webhook(caller: Caller, locator: parameters.Locator, sent: ChangedWebhook) -> Webhook:
    """Change what is named. What waits goes to the new address."""
    await the_door().act(hooks.change, caller, locator=locator, **sent.model_dump())
    return await _now(caller, locator)


@router.delete("/webhooks/{locator}", status_code=204, responses=problems.MISSING)
async def delete_webhook(caller: Caller, locator: parameters.Locator) -> None:
    """Tell it nothing any more; what waits for it is dropped."""
    await the_door().act(hooks.delete, caller, locator=locator)


@router.post("/webhooks/{locator}/pause", responses=problems.MISSING)
async def pause_webhook(caller: Caller, locator: parameters.Locator) -> Webhook:
    """Hold what waits, and write nothing new for it."""
    await the_door().act(hooks.pause, caller, locator=locator)
    return await _now(caller, locator)


@router.post("/webhooks/{locator}/resume", responses=problems.MISSING)
async def resume_webhook(caller: Caller, locator: parameters.Locator) -> Webhook:
    """Send what was held, and what happens from now on."""
    await the_door().act(hooks.resume, caller, locator=locator)
    return await _now(caller, locator)


@router.post("/webhooks/{locator}/secret", responses=problems.MISSING)
async def rotate_webhook_secret(caller: Caller, locator: parameters.Locator) -> WebhookWithSecret:
    """A new secret, told this once; the one before it signs too for 24 hours."""
    made = await the_door().act(hooks.rotate, caller, locator=locator)
    return WebhookWithSecret(secret=made.secret, webhook=await _now(caller, locator))


@router.post("/webhooks/{locator}/test", responses=problems.MISSING)
async def test_webhook(caller: Caller, locator: parameters.Locator) -> TestOutcome:
    """Send a signed test event and tell what the receiver answered; also where the webhook is paused."""
    return TestOutcome.of(await trials.send_test(the_door(), caller, locator=locator))


@router.get("/webhooks/{locator}/attempts", dependencies=parameters.GIVEN_ONCE, responses=problems.MISSING)
async def list_webhook_attempts(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> WebhookAttempts:
    """The last attempts, the newest first, and why those failed that did."""
    found = await the_door().act(deliveries.attempts, caller, locator=locator, **asked.model_dump())
    return WebhookAttempts.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.post("/webhooks/{locator}/messages/{message}/retry", status_code=204, responses=problems.MISSING)
async def redeliver_webhook_event(
    caller: Caller, locator: parameters.Locator, message: parameters.MessageLocator
) -> None:
    """Have an event that was given up tried from the beginning, under the same id."""
    await the_door().act(deliveries.redeliver, caller, locator=locator, message=message)


async def _now(caller: Actor, locator: str) -> Webhook:
    return Webhook.of(await the_door().act(hooks.one, caller, locator=locator))
