"""`/notifications`, `/muted-records` and `/me/notification-preferences`."""

import pytest

from portal_app.services.door import Door
from tests.routes.api.conftest import Cast
from tests.services.notifications.conftest import TEST, tell
from tests.world import Agency


@pytest.mark.criterion("NOTIFY-13")
def test_ones_notifications_are_listed_read_and_muted(cast: Cast, door: Door, agency: Agency) -> None:
    to = [cast.maya.user.id]
    for kind in ("submission_received", "quote_ready", "policy_bound"):
        door.run(tell, TEST, kind=kind, policy=agency.policies["maya"], to=to, insured="Rossi Bakery")
    writer = cast.writing(cast.maya)

    page = writer.json("/notifications", count=2)
    assert (page["total"], page["unread"], page["listCompleted"]) == (3, 3, False)
    bound = page["items"][0]
    assert (bound["title"], bound["insured"], bound["readAt"]) == ("Bound: SUB-2026-000001", "Rossi Bakery", None)
    assert (bound["subjectKind"], bound["subject"]) == ("policy", agency.policies["maya"].locator)
    assert writer.json(f"/notifications/{bound['locator']}") == bound
    for other in (cast.daniel, cast.principal):
        assert other.get(f"/notifications/{bound['locator']}").status_code == 404
        assert other.json("/notifications")["total"] == 0
    assert cast.maya.post(f"/notifications/{bound['locator']}/read").status_code == 403, "a token that only reads"
    writer.done("POST", f"/notifications/{bound['locator']}/read")
    assert writer.json("/notifications", unread="true")["total"] == 2
    assert writer.post("/notifications/read").json() == {"read": 2}
    writer.done("POST", f"/notifications/{bound['locator']}/mute")
    [muted] = writer.json("/muted-records")["items"]
    assert (muted["locator"], muted["named"]) == (bound["subject"], "SUB-2026-000001")
    assert writer.json(f"/muted-records/{muted['locator']}") == muted
    assert cast.writing(cast.daniel).send("DELETE", f"/muted-records/{muted['locator']}").status_code == 404
    writer.done("DELETE", f"/muted-records/{muted['locator']}")
    assert writer.send("DELETE", f"/muted-records/{muted['locator']}").status_code == 404
    assert writer.post("/notifications/test").json() == {"mail": False, "sms": False}
    assert writer.json("/notifications")["items"][0]["kind"] == "trial"


@pytest.mark.criterion("NOTIFY-13")
def test_preferences_are_read_and_put(cast: Cast) -> None:
    writer, place = cast.writing(cast.maya), "/me/notification-preferences"
    before = writer.json(place)
    assert before["noMail"].startswith("No mail server")
    quote = next(each for each in before["choices"] if each["event"] == "quote_ready")
    assert quote == {"event": "quote_ready", "label": "Quote ready", "inPortal": True, "mail": True, "sms": True}
    sent = {key: quote[key] for key in ("event", "inPortal", "sms")} | {"mail": False}

    after = writer.send("PUT", place, {"choices": [sent]}).json()

    assert after == writer.json(place)
    changed = [each for each in after["choices"] if each not in before["choices"]]
    assert changed == [quote | {"mail": False}]
    refused = writer.send("PUT", place, {"choices": [sent | {"mail": True}]})
    assert (refused.status_code, list(refused.json()["problems"])) == (422, ["mail"])
    assert writer.send("PUT", place, {"choices": [sent | {"event": "weather"}]}).status_code == 422
    assert cast.daniel.json(place) == before
