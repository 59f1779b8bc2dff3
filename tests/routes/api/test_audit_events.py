"""`/audit-events`: the trail for programs."""

import pytest

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
