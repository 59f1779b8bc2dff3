"""Webhooks as they are set up and changed: by whom, with which secret, and what is on record of it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from portal_app.models.enums import Role, SessionStage, WebhookState
from portal_app.models.identity import UserSession
from portal_app.services.access import Actor
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.errors import ConfirmFirst, Conflict, Forbidden, Invalid, NotFound
from portal_app.services.ports import Ports
from portal_app.services.webhooks import catalogue, deliveries, hooks, trials
from portal_app.services.webhooks.names import EVENTS
from tests.receiver import Receiver
from tests.services.webhooks.conftest import actions, happened, hooked, rows
from tests.world import Agency, Clock, add_user, unenrolled

NOWHERE = "01J00000000000000000000000"


@pytest.mark.criterion("HOOK-01")
def test_one_is_set_up_listed_changed_and_deleted(door: Door, agency: Agency, there: Receiver, clock: Clock) -> None:
    events = ("producers.producer.*", "policy.transaction.issue", "producers.producer.*")
    made = door.run(hooks.create, agency.admin(), url=there.url, events=events, description=" Billing \n system ")
    other = hooked(door, agency, there)

    shown = door.run(hooks.one, agency.principal(), locator=made.locator)
    assert (shown.url, shown.description, shown.events) == (there.url, "Billing system", events[:2])
    assert (shown.state, shown.version, shown.created_by) == (WebhookState.ACTIVE, 1, "admin@agency.test")
    assert not hasattr(shown, "secret")
    listed = door.run(hooks.listed, agency.admin(), offset=1, count=1)
    assert ([each.locator for each in listed.rows], listed.total) == ([other.locator], 2)

    door.run(hooks.change, agency.admin(), locator=made.locator, version=1, events=["*"], description="Ledger")
    shown = door.run(hooks.one, agency.admin(), locator=made.locator)
    assert (shown.url, shown.events, shown.description, shown.version) == (there.url, ("*",), "Ledger", 2)
    with pytest.raises(Conflict):
        door.run(hooks.change, agency.admin(), locator=made.locator, version=1, description="Late")
    door.run(hooks.change, agency.admin(), locator=made.locator, version=2, description="Ledger")
    assert door.run(hooks.one, agency.admin(), locator=made.locator).version == 2, "the same again is nothing"

    door.run(hooks.delete, agency.admin(), locator=made.locator)
    with pytest.raises(NotFound):
        door.run(hooks.one, agency.admin(), locator=made.locator)
    assert actions(door) == ["webhook.created", "webhook.created", "webhook.changed", "webhook.deleted"]


@pytest.mark.criterion("HOOK-01")
def test_what_is_wrong_is_told_at_once_and_nothing_is_kept(
    door: Door, agency: Agency, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given, fields in (
        ({"url": "http://93.184.216.34", "events": ["nothing.like.this"]}, ["url", "events"]),
        ({"url": "", "events": []}, ["url", "events"]),
        ({"url": there.url, "events": ["*"], "description": "x" * 201}, ["description"]),
        ({"url": there.url, "events": ["*"], "description": "a\x00b"}, ["description"]),
        ({"url": "https://10.0.0.1/", "events": ["*"]}, ["url"]),
        ({"url": "https://example.com/" + "x" * 1000, "events": ["*"] * 50}, ["url"]),
    ):
        with pytest.raises(Invalid) as refused:
            door.run(hooks.create, agency.admin(), **given)  # type: ignore[arg-type]
        assert list(refused.value.problems) == fields
    assert door.run(hooks.listed, agency.admin()).total == 0
    with pytest.raises(Invalid):
        replace(door, ports=Ports()).run(hooks.create, agency.admin(), url=there.url, events=["*"])
    made = hooked(door, agency, there)
    with pytest.raises(Invalid):
        door.run(hooks.change, agency.admin(), locator=made.locator, version=1, url="https://[::1]/")
    monkeypatch.setattr(hooks, "MOST_HOOKS", 1)
    with pytest.raises(Conflict, match="Delete one"):
        hooked(door, agency, there)


@pytest.mark.criterion("HOOK-06")
def test_the_earlier_secret_signs_too_for_a_day(door: Door, agency: Agency, there: Receiver, clock: Clock) -> None:
    first = hooked(door, agency, there)
    second = door.run(hooks.rotate, agency.admin(), locator=first.locator)
    assert first.secret != second.secret
    until = door.run(hooks.one, agency.admin(), locator=first.locator).earlier_signs_until
    assert until == clock.now + timedelta(hours=24)
    happened(door)
    deliver_due(door, holder="me")
    for secret in (first.secret, second.secret):
        assert Webhook(secret).verify(there.arrived[0].body, there.arrived[0].headers)

    clock.forward(hours=24)
    happened(door)
    deliver_due(door, holder="me")
    assert there.arrived[1].headers["webhook-signature"].count("v1,") == 1
    assert door.run(hooks.one, agency.admin(), locator=first.locator).earlier_signs_until is None


@pytest.mark.criterion("HOOK-06")
def test_a_secret_that_is_changed_twice_is_void_at_once(door: Door, agency: Agency, there: Receiver) -> None:
    leaked = hooked(door, agency, there)
    good = [door.run(hooks.rotate, agency.admin(), locator=leaked.locator) for _ in range(2)]
    happened(door)
    deliver_due(door, holder="me")
    [arrived] = there.arrived
    with pytest.raises(WebhookVerificationError):
        Webhook(leaked.secret).verify(arrived.body, arrived.headers)
    assert all(Webhook(each.secret).verify(arrived.body, arrived.headers) for each in good)


def in_session(door: Door, agency: Agency, clock: Clock) -> Actor:
    """The administrator in a browser's session that has just begun, and has not been confirmed."""
    with door.database.write() as db:
        user = add_user(db, Role.ADMIN)
        session = UserSession(
            locator="01J000000000000000SESS10N0",
            token_hash=b"x" * 32,
            user_id=user.id or 0,
            stage=SessionStage.FULL,
            created_at=clock.now,
            last_seen_at=clock.now,
            expires_at=clock.now + timedelta(hours=8),
        )
        db.add(session)
        db.flush()
        return replace(agency.admin(), user_id=user.id, session_id=session.id)


def confirm(door: Door, person: Actor, clock: Clock) -> None:
    with door.database.write() as db:
        db.get_one(UserSession, person.session_id).confirmed_at = clock.now


@pytest.mark.criterion("HOOK-14")
def test_in_a_session_where_data_goes_is_changed_only_after_confirming(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    person, made = in_session(door, agency, clock), hooked(door, agency, there)
    elsewhere = "https://elsewhere.example.com/"
    asked: list[Callable[[], Any]] = [
        lambda: door.run(hooks.create, person, url=elsewhere, events=["*"]),
        lambda: door.run(hooks.change, person, locator=made.locator, version=1, url=elsewhere),
        lambda: door.run(hooks.rotate, person, locator=made.locator),
    ]
    for each in asked:
        with pytest.raises(ConfirmFirst):
            each()
    assert door.run(hooks.listed, person).total == 1
    door.run(hooks.pause, person, locator=made.locator)
    confirm(door, person, clock)
    for each in asked:
        each()
    clock.forward(minutes=10)
    with pytest.raises(ConfirmFirst):
        asked[0]()


SERVICES: dict[Callable[..., Any], dict[str, Any]] = {
    hooks.listed: {},
    catalogue.events: {},
    hooks.one: {"locator": NOWHERE},
    hooks.create: {"url": "http://127.0.0.1/", "events": ["*"]},
    hooks.change: {"locator": NOWHERE, "version": 1},
    hooks.pause: {"locator": NOWHERE},
    hooks.resume: {"locator": NOWHERE},
    hooks.rotate: {"locator": NOWHERE},
    hooks.delete: {"locator": NOWHERE},
    deliveries.attempts: {"locator": NOWHERE},
    deliveries.redeliver: {"locator": NOWHERE, "message": NOWHERE},
    trials.begin: {"locator": NOWHERE},
}


@pytest.mark.criterion("HOOK-14")
@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.__name__)
def test_who_may_not_change_the_settings_may_nothing_of_it(
    door: Door, agency: Agency, service: Callable[..., Any]
) -> None:
    for person in (agency.producer(), agency.csr(), agency.read_only()):
        with pytest.raises(Forbidden):
            door.run(service, person, **SERVICES[service])
    if "locator" in SERVICES[service]:
        for person in (agency.admin(), agency.principal()):
            with pytest.raises(NotFound):
                door.run(service, person, **SERVICES[service])
    with pytest.raises(Exception, match="sign in"):
        door.run(service, unenrolled(agency.admin()), **SERVICES[service])


@pytest.mark.criterion("HOOK-14")
def test_an_event_of_another_webhook_or_one_that_was_not_given_up_is_not_sent_again(
    door: Door, agency: Agency, there: Receiver
) -> None:
    made, other = hooked(door, agency, there, "producers.*"), hooked(door, agency, there, "policy.*")
    happened(door)
    [message] = [row["locator"] for row in rows(door)]
    with pytest.raises(NotFound):
        door.run(deliveries.redeliver, agency.admin(), locator=made.locator, message=message)
    there.status = 422
    deliver_due(door, holder="me")
    with pytest.raises(NotFound):
        door.run(deliveries.redeliver, agency.admin(), locator=other.locator, message=message)
    assert rows(door)[0]["dead_at"] is not None


@pytest.mark.criterion("HOOK-13")
def test_a_test_event_is_sent_at_once_and_its_answer_told(
    door: Door, agency: Agency, there: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = hooked(door, agency, there, "policy.transaction.issue")
    door.run(hooks.pause, agency.admin(), locator=made.locator)

    outcome = asyncio.run(trials.send_test(door, agency.admin(), locator=made.locator))

    assert (outcome.taken, outcome.status) == (True, 204)
    [arrived] = there.arrived
    told = Webhook(made.secret).verify(arrived.body, arrived.headers)
    assert (told["type"], told["data"]) == ("webhook.test", {"locator": made.locator, "state": "paused"})
    there.status = 401
    outcome = asyncio.run(trials.send_test(door, agency.admin(), locator=made.locator))
    assert (outcome.taken, outcome.status, outcome.told) == (False, 401, "The receiver answered 401.")
    found = door.run(deliveries.attempts, agency.admin(), locator=made.locator)
    assert [(each.status, each.fate.value) for each in found.rows] == [(401, "tried"), (204, "tried")]
    assert rows(door) == [], "nothing waits"
    assert actions(door)[-2:] == ["webhook.tested"] * 2
    monkeypatch.setattr(trials, "OF_A_PERSON", 2)
    with pytest.raises(Exception, match="Wait a quarter"):
        asyncio.run(trials.send_test(door, agency.admin(), locator=made.locator))


@pytest.mark.criterion("HOOK-02")
def test_the_catalogue_is_the_registry(door: Door, agency: Agency) -> None:
    assert {each.name: each.words for each in door.run(catalogue.events, agency.admin())} == EVENTS
