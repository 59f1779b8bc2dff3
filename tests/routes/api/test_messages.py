"""`/messages`, and the messages of submissions and policies."""

import json

import pytest

from tests.routes.api.conftest import Cast
from tests.world import Agency


@pytest.mark.criterion("MSG-07")
def test_messages_are_listed_sent_and_read(cast: Cast, agency: Agency) -> None:
    maya, csr = cast.writing(cast.maya), cast.writing(cast.csr)
    policy = agency.policies["maya"].locator
    place = f"/policies/{policy}/messages"

    first = maya.done("POST", place, {"body": "When does it <b>renew</b>?"})
    assert (first["body"], first["side"], first["mine"]) == ("When does it <b>renew</b>?", "producer", True)
    [row] = csr.json("/messages", unread="true")["items"]
    assert (row["kind"], row["record"], row["unread"]) == ("policy", policy, 1)
    assert csr.json(f"/messages/{row['locator']}") == row
    headers = {"Authorization": f"Bearer {csr.token}", "Idempotency-Key": "a-key", "Content-Type": "application/json"}
    answers = [
        cast.client.post(f"/api/v1{place}", content=json.dumps({"body": "In June."}), headers=headers) for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()

    page = maya.json(place)
    assert [each["body"] for each in page["items"]] == ["In June.", "When does it <b>renew</b>?"]
    assert (page["total"], page["unread"], page["listCompleted"]) == (2, 1, True)
    assert maya.done("POST", f"{place}/read", {"until": page["items"][0]["locator"]}) == {"unread": 0}
    assert cast.daniel.get(place).status_code == 404
    assert cast.daniel.get(f"/messages/{row['locator']}").status_code == 404
    assert cast.maya.post(place, {"body": "A token that reads"}).status_code == 403
    assert cast.writing(cast.read_only).post(place, {"body": "A role that reads"}).status_code == 403
    assert (maya.post(place, {"body": " "}).status_code, cast.admin.get("/messages").status_code) == (422, 403)
