"""`/routing-rules` and `/holidays`, by programs."""

import pytest

from tests.routes.api.conftest import Cast

RULE = {"name": "Ours", "when": {"lines": ["bop"], "premiumFrom": "25000"}, "to": {"kind": "queue", "name": "Large"}}
REST = {"name": "Rest", "to": {"kind": "ams", "way": "task"}}


@pytest.mark.criterion("ROUTE-10")
def test_rules_are_read_saved_and_tried(cast: Cast) -> None:
    assert cast.admin.json("/routing-rules") == {"version": 0, "items": [], "problems": []}
    admin = cast.writing(cast.admin)
    body = {"expectedVersion": 0, "note": "As agreed", "items": [RULE, REST]}
    made = admin.send("PUT", "/routing-rules", body)
    assert made.status_code == 200, made.text
    first, rest = made.json()["items"]
    assert (made.json()["version"], first["takes"]) == (1, ["Lines: Business owners (BOP)", "Premium: from $25,000"])
    assert (first["when"]["premiumFrom"], rest["leads"]) == ("25000.00", "to the AMS, as a task")
    assert cast.admin.json("/routing-rules") == made.json()

    tried = admin.send("POST", "/routing-rules/test", {"line": "bop", "premium": "24999.99"}).json()
    assert tried["takenBy"] == "Rest"
    assert tried["items"][0]["whyNot"] == ["The premium is below $25,000."]
    other = admin.send("POST", "/routing-rules/test", {"line": "homeowners", "premium": "30000"}).json()
    assert other["items"][0]["whyNot"] == ["The line Homeowners is not among its own."]
    assert admin.send("POST", "/routing-rules/test", {"line": "boats"}).status_code == 422

    assert admin.send("PUT", "/routing-rules", body).status_code == 409
    wrong = admin.send("PUT", "/routing-rules", body | {"expectedVersion": 1, "items": [REST, RULE]})
    assert wrong.json()["problems"] == {"items[1]": "Ours is never reached: Rest before it takes all that it takes."}
    nobody = {"name": "Nobody", "to": {"kind": "underwriter", "email": "nobody@agency.test"}}
    wrong = admin.send("PUT", "/routing-rules", body | {"expectedVersion": 1, "items": [RULE, nobody]})
    assert wrong.json()["problems"].keys() == {"items[1].to"}
    reserved = RULE | {"to": {"kind": "queue", "name": " unrouted"}}
    wrong = admin.send("PUT", "/routing-rules", body | {"expectedVersion": 1, "items": [reserved]})
    assert wrong.json()["problems"]["items[0].to"].startswith("Unrouted is the queue of what no rule takes.")
    assert cast.writing(cast.maya).send("PUT", "/routing-rules", body).status_code == 403
    assert cast.maya.get("/routing-rules").status_code == 403


@pytest.mark.criterion("CLOCK-07")
def test_holidays_are_read_and_saved(cast: Cast) -> None:
    before = cast.admin.json("/holidays")
    assert (before["version"], before["federal"], before["closesAt"], before["days"]) == (0, True, "17:00", [])
    assert len(before["closed"]) == 11
    own = {"federal": False, "closesAt": "16:30", "days": [{"date": "2026-12-24", "name": "Christmas Eve"}]}
    admin = cast.writing(cast.admin)
    made = admin.send("PUT", "/holidays", own | {"expectedVersion": 0, "note": "Ours"})
    assert made.status_code == 200, made.text
    assert (made.json()["version"], made.json()["days"], cast.admin.json("/holidays")) == (1, own["days"], made.json())
    twice = own | {"days": own["days"] * 2, "expectedVersion": 1, "note": "Ours"}
    wrong = admin.send("PUT", "/holidays", twice).json()["problems"]
    assert wrong == {"days[0].date": "2026-12-24 stands here more than once."}
    assert cast.maya.get("/holidays").status_code == 403
