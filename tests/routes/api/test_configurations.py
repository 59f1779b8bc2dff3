"""`/configurations`, by programs."""

import json

import pytest

from tests.routes.api.conftest import Cast

PLACE = "/configurations/producer-types"


@pytest.mark.criterion("CONF-10")
def test_a_configuration_is_checked_saved_and_restored(cast: Cast) -> None:
    listed = cast.admin.json("/configurations")["items"][0]
    before = cast.admin.json(PLACE)
    assert listed == before
    assert (before["version"], before["locator"], before["madeAt"], before["shippedChanged"]) == (0, None, None, False)
    own = json.loads(before["content"])
    own["producerManagement"]["producers"]["Broker"] = {"extend": "Agency"}
    body = {"content": json.dumps(own), "note": "Brokers too", "expectedVersion": 0}

    admin = cast.writing(cast.admin)
    checked = admin.send("POST", f"{PLACE}/check", {"content": body["content"]}).json()
    assert (checked["version"], checked["problems"]) == (0, [])
    assert any("Broker" in line for line in checked["difference"])
    made = admin.send("PUT", PLACE, body)
    assert made.status_code == 200, made.text
    assert (made.json()["version"], made.json()["madeBy"]) == (1, "admin@agency.test")
    assert "Broker" in [each["type"] for each in cast.admin.json("/producer-types?count=200")["items"]]

    late = admin.send("PUT", PLACE, body)
    assert (late.status_code, "admin@agency.test saved version 1" in late.json()["detail"]) == (409, True)
    restored = admin.send("POST", f"{PLACE}/versions/0/restore", {"expectedVersion": 1})
    assert (restored.json()["version"], restored.json()["content"]) == (2, before["content"])
    versions = cast.admin.json(f"{PLACE}/versions")
    assert ([each["version"] for each in versions["items"]], versions["total"]) == ([2, 1], 2)
    assert cast.admin.json(f"{PLACE}/versions/1") == made.json()


@pytest.mark.criterion("CONF-10")
def test_what_cannot_be_saved_is_told_and_who_may_not_is_refused(cast: Cast) -> None:
    admin = cast.writing(cast.admin)
    body = {"content": "{}", "note": "Why", "expectedVersion": 0}
    refused = admin.send("PUT", PLACE, body)
    assert refused.status_code == 422
    assert refused.json()["problems"] == {"content[0]": "producerManagement: is missing."}
    assert admin.send("PUT", PLACE, body | {"content": " " * 200_000}).status_code == 422
    assert admin.send("PUT", PLACE, body | {"content": " " * 2_000_000}).status_code == 413
    assert admin.send("PUT", f"{PLACE}?name=other", body).status_code == 404
    assert admin.send("PUT", "/configurations/other", body).status_code == 404
    assert cast.writing(cast.maya).send("PUT", PLACE, body).status_code == 403
    assert cast.admin.send("PUT", PLACE, body).status_code == 403, "a token that only reads"
    assert cast.admin.json(f"{PLACE}/versions")["total"] == 0
