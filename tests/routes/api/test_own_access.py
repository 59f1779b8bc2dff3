"""`/tokens` and `/sessions`: one's own, and nobody else's."""

import pytest

from portal_app.services.door import Door
from tests.routes.api.conftest import Cast
from tests.routes.api.test_users import NOBODY, of, sign_in


@pytest.mark.criterion("REST-09")
def test_ones_tokens_are_listed_and_revoked_and_never_told(cast: Cast) -> None:
    writer = cast.writing(cast.maya)
    found = writer.get("/tokens")
    newest, first = found.json()["items"]
    assert (newest["mayWrite"], first["mayWrite"], found.json()["total"]) == (True, False, 2)
    assert writer.token not in found.text
    assert writer.json(f"/tokens/{first['locator']}") == first
    assert cast.daniel.get(f"/tokens/{first['locator']}").status_code == 404
    assert writer.json("/tokens", count=1)["listCompleted"] is False
    assert writer.send("DELETE", f"/tokens/{first['locator']}").content == b""
    assert cast.maya.get("/me").status_code == 401
    assert writer.send("DELETE", f"/tokens/{first['locator']}").status_code == 404
    writer.done("DELETE", f"/tokens/{newest['locator']}")
    assert writer.get("/me").status_code == 401


@pytest.mark.criterion("REST-09")
def test_a_token_makes_no_token(cast: Cast) -> None:
    answer = cast.writing(cast.admin).post("/tokens", {"name": "Another", "mayWrite": True})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert cast.admin.json("/tokens")["total"] == 2


@pytest.mark.criterion("API-16")
def test_a_refused_method_names_all_that_the_address_takes(cast: Cast) -> None:
    [theirs] = cast.daniel.json("/tokens")["items"]
    allowed = {f"/tokens/{theirs['locator']}": "DELETE, GET"}
    allowed |= {
        "/users": "GET, POST",
        of(cast.maya): "GET, PATCH",
        "/users/outlook": "POST",
        "/sessions": "DELETE, GET",
    }
    for path, methods in allowed.items():
        answer = cast.admin.send("PUT", path)
        assert (answer.status_code, answer.headers["allow"]) == (405, methods), path
    for method in ("GET", "PATCH"):
        answer = cast.admin.send(method, "/users/outlook")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.criterion("REST-09")
def test_others_tokens_are_not_there_but_for_who_manages_users(cast: Cast) -> None:
    [theirs] = cast.daniel.json("/tokens")["items"]
    admin = cast.writing(cast.admin)
    for who in (cast.writing(cast.maya), cast.writing(cast.principal)):
        assert who.send("DELETE", f"/tokens/{theirs['locator']}").status_code == 404
    assert admin.send("DELETE", f"{of(cast.maya)}/tokens/{theirs['locator']}").status_code == 404
    assert cast.daniel.get("/me").status_code == 200
    admin.done("DELETE", f"{of(cast.daniel)}/tokens/{theirs['locator']}")
    assert cast.daniel.get("/me").status_code == 401


@pytest.mark.criterion("REST-10")
def test_ones_sessions_are_listed_and_ended(cast: Cast, door: Door) -> None:
    door.settings.concurrent_sessions = True
    for _ in range(3):
        sign_in(door, cast.maya)
    sign_in(door, cast.daniel)
    writer = cast.writing(cast.maya)
    found = writer.json("/sessions")["items"]
    assert len(found) == 3
    assert found[0].keys() == {"locator", "since", "lastSeenAt", "address"}
    assert writer.json(f"/sessions/{found[1]['locator']}") == found[1]
    assert cast.daniel.get(f"/sessions/{found[1]['locator']}").status_code == 404
    writer.done("DELETE", f"/sessions/{found[0]['locator']}")
    assert writer.get(f"/sessions/{found[0]['locator']}").status_code == 404
    assert writer.send("DELETE", f"/sessions/{found[0]['locator']}").status_code == 404
    assert [each["locator"] for each in writer.json("/sessions")["items"]] == [each["locator"] for each in found[1:]]
    [theirs] = cast.daniel.json("/sessions")["items"]
    assert writer.send("DELETE", f"/sessions/{theirs['locator']}").status_code == 404
    assert writer.send("DELETE", f"/sessions/{NOBODY}").status_code == 404
    assert writer.done("DELETE", "/sessions") == {"ended": 2}
    assert (writer.json("/sessions")["total"], cast.daniel.json("/sessions")["total"]) == (0, 1)
