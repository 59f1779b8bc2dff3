"""`/webhooks`, by programs: set up, looked at, tried, paused, sent again and deleted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from integrations.webhooks.sender import HttpSender
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.webhooks.names import EVENTS
from tests import receiver as receivers
from tests.receiver import Receiver
from tests.routes.api.conftest import Cast, Person
from tests.services.webhooks.conftest import happened
from tests.world import Clock

NOWHERE = "01J00000000000000000000000"


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receivers.receiver() as told:
        yield told


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def admin(cast: Cast, door: Door) -> Person:
    door.ports = replace(door.ports, webhooks=HttpSender(["127.0.0.0/8"]))
    return cast.writing(cast.admin)


def made(admin: Person, there: Receiver, *events: str) -> Any:
    body = {"url": there.url, "events": list(events) or ["*"], "description": "Billing"}
    return admin.done("POST", "/webhooks", body)


@pytest.mark.criterion("HOOK-18")
def test_one_is_set_up_and_its_secret_told_once(admin: Person, there: Receiver, cast: Cast, clock: Clock) -> None:
    answer = admin.post("/webhooks", {"url": there.url, "events": ["producers.*", "policy.transaction.issue"]})
    assert answer.status_code == 201, answer.text
    found = answer.json()
    place = f"/webhooks/{found['webhook']['locator']}"
    assert answer.headers["Location"] == f"/api/v1{place}"
    assert found["secret"].startswith("whsec_")
    assert found["webhook"] == cast.admin.json(place)
    assert found["secret"] not in cast.admin.get(place).text
    assert found["webhook"] | {"locator": "", "createdAt": ""} == {
        "locator": "",
        "url": there.url,
        "description": "",
        "events": ["producers.*", "policy.transaction.issue"],
        "state": "active",
        "pausedFor": None,
        "version": 1,
        "createdBy": "admin@agency.test",
        "createdAt": "",
        "lastSuccessAt": None,
        "lastFailureAt": None,
        "failingSince": None,
        "earlierSignsUntil": None,
        "waiting": 0,
        "givenUp": 0,
    }
    listed = cast.principal.json("/webhooks", count=1)
    assert (listed["items"], listed["total"], listed["listCompleted"]) == ([found["webhook"]], 1, True)


@pytest.mark.criterion("HOOK-18")
def test_what_cannot_be_taken_is_named(admin: Person, there: Receiver) -> None:
    for body, fields in (
        ({"url": "https://10.1.2.3/", "events": ["*"]}, ["url"]),
        ({"url": there.url, "events": ["producers.nobody"]}, ["events"]),
        ({"url": there.url, "events": "*"}, ["events"]),
        ({"url": there.url, "events": ["*"], "secret": "mine"}, ["secret"]),
        ({"events": ["*"]}, ["url"]),
        (None, ["body"]),
    ):
        answer = admin.post("/webhooks", body)
        assert (answer.status_code, list(answer.json()["problems"])) == (422, fields), body
    locator = made(admin, there)["webhook"]["locator"]
    assert admin.send("PATCH", f"/webhooks/{locator}", {"version": 1, "url": "x"}).status_code == 422
    assert admin.send("PATCH", f"/webhooks/{locator}", {"version": 7, "description": "x"}).status_code == 409
    assert admin.json("/webhooks")["total"] == 1


@pytest.mark.criterion("HOOK-18")
def test_its_whole_life(admin: Person, there: Receiver, door: Door, clock: Clock) -> None:
    first = made(admin, there, "producers.*")
    place = f"/webhooks/{first['webhook']['locator']}"
    changed = admin.done("PATCH", place, {"version": 1, "events": ["*"], "description": "Ledger"})
    assert (changed["events"], changed["description"], changed["version"]) == (["*"], "Ledger", 2)
    assert admin.done("POST", f"{place}/test") == {"taken": True, "status": 204, "told": "The receiver took it."}
    second = admin.done("POST", f"{place}/secret")
    assert second["webhook"]["earlierSignsUntil"] is not None

    there.status = 422
    happened(door)
    deliver_due(door, holder="me")
    assert admin.json(place)["givenUp"] == 1
    attempts = admin.json(f"{place}/attempts")
    assert [(each["event"], each["status"], each["fate"]) for each in attempts["items"]] == [
        ("producers.producer.update", 422, "given_up"),
        ("webhook.test", 204, "tried"),
    ]
    assert attempts["items"][0]["error"] == "The receiver refused the event (422)."
    there.status = 204
    admin.done("POST", f"{place}/messages/{attempts['items'][0]['message']}/retry")
    deliver_due(door, holder="me")
    ids = [each.headers["webhook-id"] for each in there.arrived]
    assert ids[1:] == [attempts["items"][0]["message"]] * 2
    for secret in (first["secret"], second["secret"]):
        assert Webhook(secret).verify(there.arrived[-1].body, there.arrived[-1].headers)

    assert admin.done("POST", f"{place}/pause")["pausedFor"] == "by_hand"
    assert admin.done("POST", f"{place}/resume")["state"] == "active"
    assert admin.done("DELETE", place) is None
    assert admin.get(place).status_code == 404


@pytest.mark.criterion("HOOK-18")
def test_the_events_are_listed(cast: Cast) -> None:
    found = cast.admin.json("/webhook-events", count=200)
    assert {each["name"]: each["words"] for each in found["items"]} == EVENTS


ROUTES = [
    ("GET", "/webhooks", None),
    ("GET", "/webhook-events", None),
    ("POST", "/webhooks", {"url": "https://example.com/", "events": ["*"]}),
    ("GET", f"/webhooks/{NOWHERE}", None),
    ("PATCH", f"/webhooks/{NOWHERE}", {"version": 1}),
    ("DELETE", f"/webhooks/{NOWHERE}", None),
    *(("POST", f"/webhooks/{NOWHERE}/{verb}", None) for verb in ("pause", "resume", "secret", "test")),
    ("GET", f"/webhooks/{NOWHERE}/attempts", None),
    ("POST", f"/webhooks/{NOWHERE}/messages/{NOWHERE}/retry", None),
]


@pytest.mark.criterion("HOOK-14")
def test_nobody_else_gets_at_them_and_a_reading_token_changes_nothing(cast: Cast, admin: Person) -> None:
    for method, path, body in ROUTES:
        for person in (cast.maya, cast.csr, cast.read_only):
            assert cast.writing(person).send(method, path, body).status_code == 403, (method, path)
        if method != "GET":
            assert cast.admin.send(method, path, body).status_code == 403, (method, path)
        if NOWHERE in path:
            assert admin.send(method, path, body).status_code == 404, (method, path)
    assert cast.admin.json("/webhooks")["total"] == 0
