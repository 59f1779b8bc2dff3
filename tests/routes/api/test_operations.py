"""`/feeds`, `/quarantine` and `/dead-letters`: what an administrator looks after."""

from dataclasses import replace

import pytest
from sqlmodel import select

from portal_app.models.enums import Cadence, FeedKind
from portal_app.models.jobs import FeedOrder
from portal_app.models.outbox import OutboxMessage
from portal_app.models.sync import QuarantinedRow, SyncRun
from portal_app.services.door import Door
from tests.routes.api.conftest import Cast
from tests.world import NOW, Clock


class Feed:
    """As much of a feed as is asked for when it stands still."""

    name = "agency-system"

    def kinds(self, cadence: Cadence) -> list[FeedKind]:
        return [FeedKind.CLIENTS, FeedKind.POLICIES] if cadence is Cadence.HOURLY else []


@pytest.fixture
def fed(door: Door, runs: list[str]) -> list[str]:
    door.ports = replace(door.ports, feeds={"agency-system": Feed()})  # type: ignore[dict-item]
    return runs


@pytest.mark.criterion("REST-11")
def test_it_is_told_how_it_stands_with_each_feed(cast: Cast, fed: list[str]) -> None:
    found = cast.csr.json("/feeds")
    feed, other = found["items"]
    assert (feed["name"], feed["configured"], feed["ordered"], found["total"]) == ("agency-system", True, False, 2)
    assert [(each["kind"], each["nextRun"]) for each in feed["kinds"]] == [
        ("clients", "2026-11-20T15:05:00Z"),
        ("policies", "2026-11-20T15:05:00Z"),
    ]
    assert feed["kinds"][1]["lastRun"]["locator"] == fed[0]
    assert (other["name"], other["configured"], other["kinds"][0]["nextRun"]) == ("other", False, None)
    assert cast.csr.json("/feeds", offset=1)["items"] == [other]
    assert cast.maya.get("/feeds").status_code == 403
    assert (cast.csr.json("/feeds/agency-system"), cast.csr.json("/feeds/other")) == (feed, other)
    assert (cast.maya.get("/feeds/other").status_code, cast.csr.get("/feeds/nobody").status_code) == (403, 404)


@pytest.mark.criterion("REST-11")
def test_a_feed_is_taken_in_now_where_somebody_may(cast: Cast, fed: list[str], door: Door) -> None:
    admin = cast.writing(cast.admin)
    for _ in range(2):
        answer = admin.post("/feeds/agency-system/runs")
        assert (answer.status_code, answer.json()["ordered"]) == (202, True)
    with door.database.read() as db:
        assert [(each.feed, each.ordered_by) for each in db.scalars(select(FeedOrder))] == [
            ("agency-system", cast.admin.user.email)
        ]
    for name in ("other", "nobody", "A b", "..", "x" * 41):
        assert admin.post(f"/feeds/{name}/runs").status_code == 404, name
    for person in (cast.csr, cast.read_only, cast.maya):
        assert cast.writing(person).post("/feeds/agency-system/runs").status_code == 403


@pytest.mark.criterion("REST-12")
def test_rows_in_quarantine_are_told_with_their_reasons_and_without_what_they_say(
    cast: Cast, runs: list[str], door: Door
) -> None:
    with door.database.write() as db:
        number = db.scalars(select(SyncRun.id)).first() or 0
        for line, resolved in ((3, None), (7, None), (9, NOW)):
            db.add(
                QuarantinedRow(
                    feed="agency-system", kind=FeedKind.POLICIES, content_hash=bytes([line]), source_id="P-1",
                    file_name="policies.csv", line=line, reasons="No client.\nNo carrier.", run_id=number,
                    payload={"cells": {"insured": "Wilhelmina Ostrander"}}, first_seen_at=NOW, resolved_at=resolved,
                )
            )  # fmt: skip
    answer = cast.admin.get("/quarantine", feed="agency-system", count=1)
    [row] = answer.json()["items"]
    assert row.pop("locator")
    assert row == {
        "feed": "agency-system",
        "kind": "policies",
        "fileName": "policies.csv",
        "line": 3,
        "reasons": ["No client.", "No carrier."],
        "firstSeenAt": "2026-11-20T15:00:00Z",
        "mended": False,
    }
    assert (answer.json()["total"], answer.json()["listCompleted"]) == (2, False)
    assert "Ostrander" not in answer.text
    assert cast.csr.json("/quarantine", feed="other")["total"] == 0
    assert cast.maya.get("/quarantine").status_code == 403


@pytest.mark.criterion("REST-13")
def test_messages_that_were_given_up_are_told_and_tried_again(cast: Cast, door: Door, clock: Clock) -> None:
    payload = {"recipient": "wilhelmina@client.test", "subject": "A link", "text": "x"}
    with door.database.write() as db:
        told = {"topic": "mail", "payload": payload, "created_at": NOW, "due_at": NOW, "last_error": "Refused (550)."}
        for number, dead in enumerate((NOW, NOW, None)):
            db.add(OutboxMessage(**told, record_key=f"mail:{number}", attempts=12, dead_at=dead))
    answer = cast.principal.get("/dead-letters", count=1)
    [letter] = answer.json()["items"]
    assert (answer.json()["total"], answer.json()["listCompleted"]) == (2, False)
    assert (letter["topic"], letter["attempts"], letter["lastError"]) == ("mail", 12, "Refused (550).")
    assert "wilhelmina" not in answer.text
    retry = f"/dead-letters/{letter['locator']}/retry"
    assert cast.principal.json(retry.removesuffix("/retry")) == letter
    assert cast.principal.get("/dead-letters/01ARZ3NDEKTSV4RRFFQ69G5FAV").status_code == 404
    for person in (cast.maya, cast.csr, cast.read_only):
        assert person.get("/dead-letters").status_code == 403
        assert person.get(f"/dead-letters/{letter['locator']}").status_code == 403
        assert cast.writing(person).post(retry).status_code == 403
    admin = cast.writing(cast.admin)
    assert admin.post(retry).status_code == 204
    assert admin.post(retry).status_code == 404
    assert admin.post("/dead-letters/x/retry").status_code == 404
    assert cast.admin.json("/dead-letters")["total"] == 1
