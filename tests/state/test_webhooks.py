"""Webhooks as a tab holds them: one set up, tried, changed, rested, given a new secret and deleted."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from integrations.webhooks.sender import HttpSender
from portal_app.models.enums import Role, SessionStage
from portal_app.models.identity import UserSession
from portal_app.services.access import Actor
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door, Tx
from portal_app.services.identity import sessions
from portal_app.services.webhooks import hooks
from portal_app.state.webhooks import PLACE, OneWebhookState, WebhooksState
from tests import receiver as receivers
from tests.receiver import Receiver
from tests.services.webhooks.conftest import happened
from tests.world import Agency, Clock, actor, add_user

Opens = Callable[..., Any]


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receivers.receiver() as told:
        yield told


@pytest.fixture
def ada(door: Door, agency: Agency) -> Actor:
    """An administrator who has just proved both factors."""
    door.ports = replace(door.ports, webhooks=HttpSender(["127.0.0.0/8"]))
    with door.database.write() as db:
        user = add_user(db, Role.ADMIN)
        found = actor(Role.ADMIN, user_id=user.id)
        sessions.start(Tx(db, found, door.clock(), door.settings, door.ports), user, SessionStage.FULL)
        return replace(found, session_id=db.scalars(select(UserSession)).one().id)


def shown(opens: Opens, page: Any, address: str, who: Actor) -> Any:
    found = opens(page, address, who)
    asyncio.run(found.load())
    return found


def made(opens: Opens, ada: Actor, there: Receiver) -> tuple[Any, str]:
    page = shown(opens, WebhooksState, PLACE, ada)
    given = {"url": there.url, "description": "Billing", "group_producers.producer.*": "on", "events": "quote.bind"}
    asyncio.run(page.add(given))
    return page, page.made_href.rpartition("/")[2]


@pytest.mark.criterion("HOOK-22")
def test_one_is_set_up_and_its_secret_shown_once(opens: Opens, ada: Actor, there: Receiver, clock: Clock) -> None:
    page = shown(opens, WebhooksState, PLACE, ada)
    assert (page.confirmed, page.rows, page.headline) == (True, [], "0 webhooks")
    asyncio.run(page.add({"url": "http://10.0.0.1/", "events": "quote.bound"}))
    assert set(page.problems) == {"url", "events"}
    assert (page.secret, page.drawn) == ("", 0), "what was typed stays in the form"
    page, locator = made(opens, ada, there)
    assert page.secret.startswith("whsec_")
    [row] = page.rows
    assert (row.called, row.asks, row.state) == ("Billing", "producers.producer.*, quote.bind", "Active")
    asyncio.run(page.kept())
    assert page.secret == ""
    one = shown(opens, OneWebhookState, f"{PLACE}/{locator}", ada)
    assert (one.url, one.single, one.secret) == (there.url, "quote.bind", "")
    assert [each.pattern for each in one.groups if each.checked] == ["producers.producer.*"]
    clock.forward(minutes=11)
    page = shown(opens, WebhooksState, PLACE, ada)
    asyncio.run(page.add({"url": there.url, "events": "*"}))
    assert (page.confirmed, page.secret, page.flash_kind, len(page.rows)) == (False, "", "bad", 1)


@pytest.mark.criterion("HOOK-22")
def test_it_is_tried_changed_rested_given_a_secret_and_deleted(
    opens: Opens, door: Door, ada: Actor, there: Receiver
) -> None:
    _, locator = made(opens, ada, there)
    place = f"{PLACE}/{locator}"
    page, late = (shown(opens, OneWebhookState, place, ada) for _ in range(2))
    assert asyncio.run(page.ask_for_test()) is OneWebhookState.try_it
    there.status = 500
    asyncio.run(page.try_it())
    assert (page.testing, page.tested, page.tested_kind) == (False, "The receiver answered 500.", "bad")
    assert [(each.event, each.fate, each.may_retry) for each in page.attempts] == [("webhook.test", "Test", False)]
    asyncio.run(page.save({"url": there.url, "description": "Bills", "group_*": "on", "events": ""}))
    assert (page.called, page.flash_kind) == ("Bills", "good")
    asyncio.run(late.save({"url": there.url, "description": "Mine", "events": "quote.bind"}))
    assert (late.overtaken, door.run(hooks.one, ada, locator=locator).description) == (True, "Bills")
    asyncio.run(page.pause())
    assert (page.state_label, page.paused, page.paused_for) == ("Paused", True, "Somebody paused it.")
    asyncio.run(page.resume())
    asyncio.run(page.rotate())
    assert page.secret == "", "what was not asked is not answered"
    asyncio.run(page.ask_first("rotate"))
    asyncio.run(page.rotate())
    assert page.secret.startswith("whsec_")
    assert page.both_sign_until
    asyncio.run(page.delete())
    asyncio.run(page.ask_first("delete"))
    asyncio.run(page.delete())
    assert shown(opens, OneWebhookState, place, ada).missing


@pytest.mark.criterion("HOOK-22")
def test_what_was_given_up_is_tried_again(opens: Opens, door: Door, ada: Actor, there: Receiver) -> None:
    _, locator = made(opens, ada, there)
    there.status = 400
    happened(door)
    deliver_due(door, holder="test")
    page = shown(opens, OneWebhookState, f"{PLACE}/{locator}", ada)
    [attempt] = page.attempts
    assert (attempt.fate, attempt.answered, attempt.may_retry) == ("Given up", "400", True)
    there.status = 204
    asyncio.run(page.retry(attempt.message))
    deliver_due(door, holder="test")
    asyncio.run(page.look_again())
    assert [each.fate for each in page.attempts] == ["Delivered", "Delivered"]
