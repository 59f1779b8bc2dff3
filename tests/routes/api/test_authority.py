"""`/authority-grants`, `/moratoria` and `/authority-decisions`, as programs use them."""

from typing import Any

import pytest

from tests.routes.api.conftest import Cast
from tests.services.authority.conftest import add_quote

GRANT: dict[str, Any] = {
    "granteeKind": "agency",
    "actions": ["new"],
    "states": ["RI"],
    "maxPremium": "10000.00",
    "effectiveOn": "2026-01-01",
}
STORM: dict[str, Any] = {
    "name": "Storm Ida",
    "peril": "Wind",
    "reason": "A named storm is near.",
    "actions": ["new"],
    "beginsAt": "2026-11-20T12:00:00Z",
    "zipPrefixes": ["029"],
}
FACTS: dict[str, Any] = {
    "action": "new",
    "producerCode": "HL-maya",
    "line": "homeowners",
    "state": "RI",
    "effective": "2026-12-01",
    "premium": "12400.00",
}


@pytest.mark.criterion("BIND-18")
def test_a_grant_from_beginning_to_end(cast: Cast) -> None:
    admin = cast.writing(cast.admin)
    made = admin.done("POST", "/authority-grants", GRANT)
    assert made["told"] == "Any producer · Any carrier · Any line · RI: new business up to $10,000 premium"
    assert (made["maxPremium"], made["version"], made["standing"]) == ("10000.00", 1, "in_force")
    place = f"/authority-grants/{made['locator']}"
    changed = admin.done("PATCH", place, {"version": 1, "maxPremium": None, "binderDays": 30})
    assert (changed["maxPremium"], changed["binderDays"], changed["version"]) == (None, 30, 2)
    assert admin.send("PATCH", place, {"version": 1, "binderDays": 7}).status_code == 409
    assert cast.maya.json(place) == changed
    refused = admin.send("PATCH", place, {"version": 2, "grantee": "x"})
    assert (refused.status_code, refused.json()["problems"]) == (
        422,
        {"grantee": "A grant to the whole agency names nobody."},
    )
    assert cast.writing(cast.maya).send("POST", "/authority-grants", GRANT).status_code == 403
    ended = admin.done("POST", f"{place}/end", {"version": 2})
    assert (ended["standing"], ended["endedBy"]) == ("ended", "admin@agency.test")
    assert cast.maya.json("/authority-grants", standing="in_force")["total"] == 0
    assert cast.maya.json("/authority-grants")["items"] == [ended]


@pytest.mark.criterion("BIND-18")
def test_a_moratorium_from_beginning_to_end(cast: Cast) -> None:
    admin = cast.writing(cast.admin)
    made = admin.done("POST", "/moratoria", STORM)
    assert (made["window"], made["standing"]) == ("From Nov 20, 2026 7:00 AM EST, until it is ended", "in_force")
    place = f"/moratoria/{made['locator']}"
    changed = admin.done("PATCH", place, {"version": 1, "endsAt": "2026-11-22T12:00:00Z", "lines": ["homeowners"]})
    assert (changed["endsAt"], changed["lines"], changed["name"]) == (
        "2026-11-22T12:00:00Z",
        ["homeowners"],
        "Storm Ida",
    )
    assert cast.read_only.json(place) == changed
    ended = admin.done("POST", f"{place}/end", {"version": 2})
    assert cast.csr.json("/moratoria")["items"] == [ended]
    assert admin.send("PATCH", place, {"version": 3, "name": "Other"}).status_code == 409


@pytest.mark.criterion("BIND-18")
def test_it_is_asked_by_hand_and_about_a_quote(cast: Cast) -> None:
    cast.writing(cast.admin).done("POST", "/authority-grants", GRANT)
    maya = cast.writing(cast.maya)
    found = maya.done("POST", "/authority-decisions", FACTS)
    assert (found["outcome"], found["revision"], found["facts"]["premium"]) == ("refer", 1, "12400.00")
    [refers] = [each for each in found["answers"] if each["verdict"] != "pass"]
    assert refers == {
        "rule": "grant",
        "name": "Authority",
        "verdict": "refer",
        "found": "Premium $12,400.00 is above $10,000.00. By: Any producer · Any carrier · Any line · RI: new business "
        "up to $10,000 premium.",
        "wouldPass": "Premium of at most $10,000.00 passes, or a grant that allows it.",
    }
    place = f"/authority-decisions/{found['locator']}"
    assert cast.maya.json(place) == found
    assert cast.principal.json(place)["facts"] == found["facts"]
    assert [each.get(place).status_code for each in (cast.admin, cast.csr)] == [404, 404]
    listed = maya.json("/authority-decisions", outcome="refer")
    assert (listed["items"], listed["total"], listed["listCompleted"]) == ([found], 1, True)
    assert cast.principal.json("/authority-decisions")["total"] == 1
    assert (
        maya.json("/authority-decisions", outcome="deny")["total"]
        == cast.csr.json("/authority-decisions")["total"]
        == 0
    )
    assert cast.admin.get("/authority-decisions").status_code == 403
    assert maya.get("/authority-decisions", outcome="perhaps").status_code == 422
    refused = maya.post("/authority-decisions", FACTS | {"producerCode": "HL-daniel"})
    assert (refused.status_code, list(refused.json()["problems"])) == (422, ["producerCode"])
    quote = add_quote(cast.door.database, cast.agency)
    about = f"/quotes/{quote.locator}/authority-decisions"
    bound = maya.done("POST", about)
    assert (bound["outcome"], bound["quote"]) == ("bind", quote.locator)
    assert [each["locator"] for each in cast.read_only.json(about)["items"]] == [bound["locator"]]
    assert maya.json("/authority-decisions")["items"] == [found], "that about the quote stands with the quote"
    assert cast.writing(cast.daniel).post(about).status_code == cast.daniel.get(about).status_code == 404
    assert cast.writing(cast.read_only).post(about).status_code == 403
    assert maya.post(f"/transactions/{quote.locator}/authority-decisions").status_code == 404
