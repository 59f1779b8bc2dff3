"""`/views`: what lists are asked for, kept and shared by programs too."""

from typing import Any

import pytest

from tests.routes.api.conftest import Cast

ASKS: dict[str, Any] = {"filters": {"statuses": ["pending"], "atRisk": True}, "sort": "target_on", "columns": ["line"]}


@pytest.mark.criterion("TRACK-10")
def test_views_are_kept_shared_and_begun_with(cast: Cast) -> None:
    ruth, maya = cast.writing(cast.principal), cast.writing(cast.maya)
    made = ruth.done("POST", "/views", {"listing": "submissions", "name": "Due", "asks": ASKS})
    place = f"/views/{made['locator']}"
    assert made["asks"] == ASKS | {"descending": False}
    assert maya.get(place).status_code == 404
    assert ruth.done("POST", f"{place}/share")["shared"]
    listed = maya.json("/views", listing="submissions")
    assert [(each["name"], each["owner"], each["mine"]) for each in listed["items"]] == [
        ("Due", "Principal Agent", False)
    ]
    assert (listed["total"], listed["chosen"], maya.json("/views", listing="policies")["total"]) == (1, False, 0)

    ruth.done("PUT", "/agency-views/submissions", {"view": made["locator"]})
    assert maya.json(place)["isStart"]
    maya.done("PUT", "/start-views/submissions", {"view": None})
    assert not maya.json(place)["isStart"]
    maya.done("DELETE", "/start-views/submissions")
    assert maya.json(place)["isStart"]
    changed = ruth.done("PATCH", place, {"name": "Due soon", "version": 2})
    assert (changed["name"], changed["asks"]["sort"], changed["version"]) == ("Due soon", "target_on", 3)
    assert not ruth.done("POST", f"{place}/unshare")["agencys"]
    days = {"filters": {"effectiveFrom": "2026-01-01", "status": "active"}, "sort": "effective"}
    found = maya.done("POST", "/views", {"listing": "policies", "name": "This year", "asks": days})
    assert found["asks"]["filters"] == days["filters"]
    ruth.done("DELETE", f"{place}?version=4")
    assert ruth.get(place).status_code == 404


@pytest.mark.criterion("TRACK-10")
def test_what_cannot_be_is_told_and_who_may_not_is_refused(cast: Cast) -> None:
    maya = cast.writing(cast.maya)
    body = {"listing": "submissions", "name": "Due", "asks": ASKS}
    assert cast.maya.post("/views", body).status_code == 403, "a token that only reads"
    assert cast.writing(cast.admin).post("/views", body).status_code == 403
    made = maya.done("POST", "/views", body)
    assert maya.post("/views", body).json()["problems"].keys() == {"name"}
    wrong = body | {"name": "B", "asks": {"filters": {"carrier": made["locator"]}, "sort": "premium"}}
    assert maya.post("/views", wrong).json()["problems"].keys() == {"filters", "sort"}
    assert maya.post(f"/views/{made['locator']}/share").status_code == 403
    assert maya.send("PATCH", f"/views/{made['locator']}", {"name": "C", "version": 9}).status_code == 409
    assert maya.send("PUT", "/agency-views/submissions", {"view": None}).status_code == 403
    assert maya.send("PUT", "/start-views/boats", {"view": None}).status_code == 422
