"""`/audit-events`: the trail for programs."""

from threading import Event

import pytest

from portal_app.jobs import check_audit, seal_audit
from portal_app.jobs.job import Work
from portal_app.services.door import Door
from portal_app.services.trail.details import MASK
from tests.routes.api.conftest import Cast
from tests.services.trail.test_events import did


@pytest.mark.criterion("API-18")
def test_events_are_listed_narrowed_and_fetched(cast: Cast, door: Door) -> None:
    did(door, "user.enabled", subject_kind="user", subject=cast.maya.user.locator)
    did(door, "policy.changed", detail={"before": {"premium": "1"}, "after": {"premium": "2"}})
    newest = cast.admin.json("/audit-events", count=1)
    assert (newest["items"][0]["action"], newest["listCompleted"]) == ("policy.changed", False)
    (found,) = cast.admin.json("/audit-events", record="maya@agency.test", action="user.enabled")["items"]
    assert found.items() >= {
        "words": "User let in again", "kind": "user", "kindWords": "User", "name": "Sub-Agent / Producer",
        "actor": "System: test", "sealed": False, "at": "2026-11-20T15:00:00Z",
    }.items()  # fmt: skip
    assert cast.admin.json("/audit-events", fromDay="2026-11-21")["total"] == 0
    whole = cast.admin.json(f"/audit-events/{newest['items'][0]['locator']}")
    assert whole["changes"] == [{"name": "Premium", "before": MASK, "after": MASK}]
    seen = cast.read_only.json(f"/audit-events/{whole['locator']}")["changes"]
    assert seen == [{"name": "Premium", "before": "1", "after": "2"}]


@pytest.mark.criterion("API-18")
def test_who_may_not_see_the_trail(cast: Cast, door: Door) -> None:
    for person in (cast.csr, cast.maya):
        assert person.get("/audit-events").status_code == 403
        assert person.get("/audit-events/01J00000000000000000000000").status_code == 403
    assert cast.admin.get("/audit-events/01J00000000000000000000000").status_code == 404
    assert cast.admin.get("/audit-events", fromDay="yesterday").status_code == 422


@pytest.mark.criterion("REST-18")
def test_the_chain_is_checked_by_order(cast: Cast, door: Door) -> None:
    did(door, "user.enabled")
    work = Work(door, "worker", Event())
    seal_audit.run(work)
    assert cast.read_only.json("/audit-chain")["checkedAt"] is None

    asked = cast.writing(cast.admin).send("POST", "/audit-chain/checks")
    assert (asked.status_code, asked.json()["ordered"]) == (202, True)
    check_audit.run(work)

    found = cast.read_only.json("/audit-chain")
    assert found.items() >= {"ordered": False, "mayOrder": False, "orderedBy": "admin@agency.test"}.items()
    assert found["sealed"] > 0
    assert (found["problemsFound"], found["problems"]) == (0, [])


@pytest.mark.criterion("REST-18")
def test_who_may_not_have_the_chain_checked(cast: Cast) -> None:
    for person in (cast.csr, cast.maya):
        assert person.get("/audit-chain").status_code == 403
    for person in (cast.csr, cast.maya, cast.read_only):
        assert cast.writing(person).post("/audit-chain/checks").status_code == 403
    assert cast.admin.post("/audit-chain/checks").status_code == 403, "a token that only reads"
    assert not cast.admin.json("/audit-chain")["ordered"]
