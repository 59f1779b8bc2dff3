"""Events on their way: written with the change, delivered in order, tried again, given up, held."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from portal_app.services import outbox
from portal_app.services.delivery import ACTOR, deliver_due
from portal_app.services.door import Door
from portal_app.services.errors import Unexpected
from portal_app.services.webhooks import deliveries, hooks
from portal_app.services.webhooks.deliveries import Fate
from tests.receiver import Receiver
from tests.servers import ROOT, free_port
from tests.services.webhooks.conftest import (
    ATTEMPTS,
    DANIEL,
    MAYA,
    TEST,
    actions,
    happen,
    happened,
    hooked,
    outbox_due_now,
    rows,
)
from tests.world import Agency, Clock


@pytest.mark.criterion("HOOK-03")
def test_an_event_goes_to_whoever_asks_for_it_and_says_only_what_it_may(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    made = hooked(door, agency, there, "producers.producer.*")
    hooked(door, agency, there, "policy.transaction.issue")

    happened(door, "producers.producer.update", state="validated", parent_locator=DANIEL, codes=["HL-1"])
    assert deliver_due(door, holder="me") == 1

    [arrived], [row] = there.arrived, rows(door)
    assert Webhook(made.secret).verify(arrived.body, arrived.headers) == {
        "type": "producers.producer.update",
        "timestamp": clock.now.isoformat().replace("+00:00", "Z"),
        "data": {"locator": MAYA, "state": "validated", "parentLocator": DANIEL, "codes": ["HL-1"]},
    }
    assert arrived.headers["webhook-id"] == row["locator"]
    assert (row["payload"], row["delivered_at"]) == (None, clock.now), "its content is erased"
    [attempt] = door.run(deliveries.attempts, agency.admin(), locator=made.locator).rows
    assert (attempt.status, attempt.error, attempt.fate) == (204, "", Fate.DELIVERED)
    assert door.run(hooks.one, agency.admin(), locator=made.locator).last_success_at == clock.now


@pytest.mark.criterion("HOOK-03")
@pytest.mark.parametrize(
    "data",
    [
        {"name": "Ana"},
        {"insured_name": "Ana"},
        {"email": "a@b.test"},
        {"premium": 12},
        {"state": {"whole": "record"}},
        {"state": 1.5},
        {"state": "x" * 129},
        {"codes": [["x"], 1.5]},
    ],
)
def test_what_does_not_belong_into_an_event_is_refused_with_the_change(
    door: Door, agency: Agency, there: Receiver, data: dict[str, Any]
) -> None:
    hooked(door, agency, there)
    with pytest.raises(Unexpected):
        door.run(happen, TEST, event="producers.producer.update", **data)
    with pytest.raises(Unexpected):
        door.run(happen, TEST, event="producers.producer.explode")
    assert rows(door) == []


@pytest.mark.criterion("HOOK-03")
def test_what_waits_is_encrypted_like_other_messages(door: Door, agency: Agency, there: Receiver) -> None:
    hooked(door, agency, there)
    happened(door, code="HL-canary")
    with door.database.read() as db:
        raw = db.execute(text("SELECT payload FROM outbox_message")).scalar_one()
    assert b"HL-canary" not in bytes(raw)
    assert b"producers" not in bytes(raw)


@pytest.mark.criterion("HOOK-04")
def test_events_of_one_record_keep_their_order_and_others_pass(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    hooked(door, agency, there)
    for number in (1, 2):
        happened(door, locator=MAYA, step=number)
    happened(door, locator=DANIEL, step=1)
    there.answers[MAYA.encode()] = 500

    assert deliver_due(door, holder="me") == 1
    assert [row["attempts"] for row in rows(door)] == [1, 0, 1]
    there.answers.clear()
    clock.forward(seconds=30)
    assert deliver_due(door, holder="me") == 2
    taken = [json.loads(each.body)["data"] for each in there.arrived]
    assert [(each["locator"], each["step"]) for each in taken] == [(MAYA, 1), (DANIEL, 1), (MAYA, 1), (MAYA, 2)]


@pytest.mark.criterion("HOOK-05")
def test_what_is_repeated_is_the_same_under_the_same_id(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    hooked(door, agency, there)
    happened(door, code="HL-1")
    there.status = 500
    deliver_due(door, holder="me")
    clock.forward(seconds=30)
    there.status = 200
    assert deliver_due(door, holder="me") == 1
    first, second = there.arrived
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    stamps = [int(each.headers["webhook-timestamp"]) for each in (first, second)]
    assert stamps[1] - stamps[0] == 30, "signed anew, so that a receiver may refuse what is old"


KILLED_BEFORE_THE_MARK = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from integrations.webhooks.sender import HttpSender
from portal_app.database import Database
from portal_app.services import delivery
from portal_app.services.ports import Ports
from tests.world import Clock, make_door

class Dying(HttpSender):
    def send(self, call):
        super().send(call)
        os.kill(os.getpid(), signal.SIGKILL)

url, now, folder = sys.argv[1:]
ports = Ports(webhooks=Dying(["127.0.0.0/8"]))
door = make_door(Database(url), Path(folder), Clock(datetime.fromisoformat(now)), ports)
delivery.deliver_due(door, holder="dying")
"""


@pytest.mark.criterion("HOOK-05")
@pytest.mark.both_databases
def test_a_worker_killed_between_sending_and_marking_sends_again_under_the_same_id(
    door: Door, agency: Agency, there: Receiver, clock: Clock, tmp_path: Path
) -> None:
    hooked(door, agency, there)
    happened(door)
    url = door.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", KILLED_BEFORE_THE_MARK, url, clock.now.isoformat(), str(tmp_path)]

    died = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, timeout=60)

    assert died.returncode == -signal.SIGKILL
    assert deliver_due(door, holder="me") == 0
    clock.forward(seconds=181)
    assert deliver_due(door, holder="me") == 1
    first, second = there.arrived
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


@pytest.mark.criterion("HOOK-07")
@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_an_event_that_the_receiver_refuses_is_given_up_at_once_and_can_be_sent_again(
    door: Door, agency: Agency, there: Receiver, clock: Clock, status: int
) -> None:
    made = hooked(door, agency, there)
    happened(door)
    there.status = status
    assert deliver_due(door, holder="me") == 0

    [row] = rows(door)
    assert row["dead_at"] == clock.now
    assert row["last_error"] == f"The receiver refused the event ({status})."
    [letter] = door.run(outbox.dead_letters, agency.admin()).rows
    assert letter.topic == "webhook"
    assert door.run(hooks.one, agency.admin(), locator=made.locator).given_up == 1
    [attempt] = door.run(deliveries.attempts, agency.admin(), locator=made.locator).rows
    assert (attempt.status, attempt.fate) == (status, Fate.GIVEN_UP)

    there.status = 200
    door.run(deliveries.redeliver, agency.admin(), locator=made.locator, message=row["locator"])
    assert deliver_due(door, holder="me") == 1
    assert {each.headers["webhook-id"] for each in there.arrived} == {row["locator"]}
    assert actions(door)[-2:] == ["outbox.given_up", "outbox.retried"]


@pytest.mark.criterion("HOOK-07")
@pytest.mark.parametrize("status", [301, 401, 403, 404, 408, 425, 429, 500, 503])
def test_any_other_answer_is_tried_again(
    door: Door, agency: Agency, there: Receiver, clock: Clock, status: int
) -> None:
    hooked(door, agency, there)
    happened(door)
    there.status, there.headers = status, {"Location": "/elsewhere"}
    assert deliver_due(door, holder="me") == 0
    [row] = rows(door)
    assert (row["dead_at"], row["due_at"]) == (None, clock.now + timedelta(seconds=30))
    assert str(status) in row["last_error"]


@pytest.mark.criterion("HOOK-07")
def test_after_the_outboxs_limit_it_is_a_dead_letter(door: Door, agency: Agency, there: Receiver, clock: Clock) -> None:
    hooked(door, agency, there)
    happened(door)
    there.status = 500
    for _ in range(outbox.MOST_ATTEMPTS):
        deliver_due(door, holder="me")
        clock.forward(hours=4)
    [letter] = door.run(outbox.dead_letters, agency.admin()).rows
    assert (letter.attempts, letter.last_error) == (outbox.MOST_ATTEMPTS, "The receiver answered 500.")


@pytest.mark.criterion("HOOK-08")
def test_who_asks_to_be_left_alone_is_left_alone_within_limits(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    hooked(door, agency, there)
    happened(door)
    happened(door, locator=DANIEL)
    there.status, there.headers = 429, {"Retry-After": "600"}
    deliver_due(door, holder="me")
    assert len(there.arrived) == 1, "what is for the same receiver waits too"
    assert [row["due_at"] - clock.now for row in rows(door)] == [timedelta(seconds=600)] * 2
    clock.forward(seconds=599)
    deliver_due(door, holder="me")
    assert len(there.arrived) == 1

    there.headers = {"Retry-After": "8640000"}
    clock.forward(seconds=1)
    deliver_due(door, holder="me")
    assert max(row["due_at"] for row in rows(door)) == clock.now + outbox.LONGEST_PAUSE


@pytest.mark.criterion("HOOK-08")
def test_a_receiver_that_is_away_is_asked_by_one_event_and_gets_all_when_it_is_back(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    made = hooked(door, agency, there)
    away = f"http://127.0.0.1:{free_port()}/"
    door.run(hooks.change, agency.admin(), locator=made.locator, version=1, url=away)
    for locator in (MAYA, DANIEL, "01J000000000000000000THRD0"):
        happened(door, locator=locator)
    deliver_due(door, holder="me")
    assert [row["attempts"] for row in rows(door)] == [1, 0, 0]
    assert rows(door)[0]["last_error"] == "The receiver cannot be reached."
    happened(door, locator="01J000000000000000000F0RTH")
    assert deliver_due(door, holder="me") == 0
    assert len(rows(door, ATTEMPTS)) == 1, "nor is it asked for what is new meanwhile"
    for _ in range(8):
        clock.forward(minutes=10)
        deliver_due(door, holder="me")
    assert len(rows(door, ATTEMPTS)) == 9, "every ten minutes at the latest"

    door.run(hooks.change, agency.admin(), locator=made.locator, version=2, url=there.url)
    assert deliver_due(door, holder="me") == 4, "at once, since it is another that is asked"
    assert door.run(hooks.one, agency.admin(), locator=made.locator).failing_since is None


@pytest.mark.criterion("HOOK-08")
def test_the_first_event_that_is_taken_lets_the_others_go(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    made = hooked(door, agency, there)
    for locator in (MAYA, DANIEL):
        happened(door, locator=locator)
    there.status, there.headers = 503, {"Retry-After": "7200"}
    deliver_due(door, holder="me")
    there.status, there.headers = 204, {}
    door.run(outbox_due_now, TEST, locator=rows(door)[0]["locator"])
    assert deliver_due(door, holder="me") == 2
    assert door.run(hooks.one, agency.admin(), locator=made.locator).waiting == 0


@pytest.mark.criterion("HOOK-07")
def test_of_each_webhook_the_last_attempts_are_kept(
    door: Door, agency: Agency, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal_app.services.webhooks.delivering.KEPT_ATTEMPTS", 3)
    made, other = hooked(door, agency, there), hooked(door, agency, there)
    for number in range(5):
        happened(door, step=number)
    deliver_due(door, holder="me")
    for each in (made, other):
        found = door.run(deliveries.attempts, agency.admin(), locator=each.locator, offset=1, count=1)
        assert (len(found.rows), found.total) == (1, 3)


@pytest.mark.criterion("HOOK-03")
def test_a_claim_of_others_topics_leaves_events_alone(door: Door, agency: Agency, there: Receiver) -> None:
    hooked(door, agency, there)
    happened(door)
    assert door.run(outbox.claim, ACTOR, topics=["mail"], holder="me") is None
    assert deliver_due(door, holder="me", only=("mail",)) == 0
    assert deliver_due(door, holder="me", only=("webhook",)) == 1
