"""`/settings` and `/diagnostics`, by programs."""

from dataclasses import replace
from typing import Any

import pytest

from integrations.sms.twilio import TwilioMessenger
from portal_app.services.door import Door
from tests.gateway import gateway
from tests.routes.api.conftest import Cast

BODIES = {("PATCH", "/settings"): {"version": 0, "agencyName": "Mine"}, ("POST", "/settings/test-text"): {}}


def by_name(answer: Any) -> dict[str, str]:
    return {each["name"]: each["typed"] for each in answer["settings"]}


@pytest.mark.criterion("SET-30")
def test_settings_are_read_and_changed(cast: Cast) -> None:
    before = cast.admin.json("/settings")
    assert (before["version"], by_name(before)["agency_name"]) == (0, "Your agency")
    admin = cast.writing(cast.admin)

    body = {"version": 0, "agencyName": "Harbor", "concurrentSessions": True, "responseDays": {"umbrella": 4}}
    answer = admin.send("PATCH", "/settings", body)

    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["version"], by_name(after)["agency_name"]) == (1, "Harbor")
    assert by_name(after)["concurrent_sessions"] == "true"
    assert {"code": "umbrella", "name": "Umbrella", "responseDays": 4} in after["lines"]
    assert after["history"][0]["by"] == "admin@agency.test"
    assert cast.maya.json("/me")["agencyName"] == "Harbor"


@pytest.mark.criterion("SET-30")
def test_an_older_version_is_a_conflict_and_bad_input_is_named(cast: Cast) -> None:
    admin = cast.writing(cast.principal)
    assert admin.send("PATCH", "/settings", {"version": 0, "dailyHour": 7}).status_code == 200
    assert admin.send("PATCH", "/settings", {"version": 0, "dailyHour": 8}).status_code == 409
    for body, field in (
        ({"version": 1, "dailyHour": 24}, "dailyHour"),
        ({"version": 1, "timeZone": "Mars/Base"}, "timeZone"),
        ({"version": 1, "smtpUrl": "smtp://x"}, "smtpUrl"),
        ({"version": 1, "concurrentSessions": "yes"}, "concurrentSessions"),
        ({"dailyHour": 9}, "version"),
        ({"version": 1, "responseDays": {"umbrella": 0}}, "responseDays.umbrella"),
        (None, "body"),
    ):
        answer = admin.send("PATCH", "/settings", body)
        assert (answer.status_code, list(answer.json()["problems"])) == (422, [field]), body
    assert by_name(cast.admin.json("/settings"))["daily_hour"] == "7"


@pytest.mark.criterion("SET-30")
def test_a_test_mail_tells_what_came_of_it(cast: Cast) -> None:
    answer = cast.writing(cast.admin).send("POST", "/settings/test-mail")
    assert answer.status_code == 200
    assert not answer.json()["sent"]
    assert "PORTAL_SMTP_URL" in answer.json()["told"]


@pytest.mark.criterion("SET-30")
def test_a_test_text_goes_where_it_is_told(cast: Cast, door: Door) -> None:
    admin, number = cast.writing(cast.admin), {"number": "(401) 555-0123"}
    assert "PORTAL_SMS_ACCOUNT" in admin.done("POST", "/settings/test-text", {})["told"]
    with gateway() as there:
        door.ports = replace(door.ports, texts=TwilioMessenger(there.url, "AC1", "secret", "+14015550100"))
        assert admin.done("POST", "/settings/test-text", number)["sent"]
        assert there.asked[0][2]["To"] == ["+14015550123"]
        answer = admin.post("/settings/test-text", {"number": "twelve"})
        assert (answer.status_code, list(answer.json()["problems"])) == (422, ["number"])
        assert len(there.asked) == 1


@pytest.mark.criterion("SET-30")
def test_diagnostics_are_plain_text(cast: Cast) -> None:
    answer = cast.admin.get("/diagnostics")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "FAIL worker: never seen." in answer.text


@pytest.mark.criterion("SET-08")
def test_nobody_else_gets_them_and_a_reading_token_changes_nothing(cast: Cast) -> None:
    for person in (cast.maya, cast.csr, cast.read_only):
        writing = cast.writing(person)
        asked = [("GET", "/settings"), ("PATCH", "/settings"), ("POST", "/settings/test-mail"), ("GET", "/diagnostics")]
        for method, path in [*asked, ("POST", "/settings/test-text")]:
            body = BODIES.get((method, path))
            assert writing.send(method, path, body).status_code == 403, (method, path)
    assert cast.admin.send("PATCH", "/settings", {"version": 0, "agencyName": "Mine"}).status_code == 403
    assert cast.admin.send("POST", "/settings/test-mail").status_code == 403
    assert cast.admin.send("POST", "/settings/test-text", {}).status_code == 403
    assert by_name(cast.admin.json("/settings"))["agency_name"] == "Your agency"
