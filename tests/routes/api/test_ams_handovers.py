"""What of a submission goes to the management system, by programs."""

from dataclasses import replace

import pytest

from integrations.custom.intake import MailIntake
from portal_app.services.door import Door
from tests.routes.api.conftest import Cast, Person
from tests.routes.api.test_submissions import filled, maya  # noqa: F401
from tests.services.submissions.acting import Mailer


@pytest.mark.criterion("AMSOUT-10")
def test_it_is_read_and_sent(maya: Person, cast: Cast, door: Door) -> None:  # noqa: F811
    door.ports = replace(door.ports, ams=MailIntake(Mailer(), "portal.test"))
    underwriter, admin = cast.writing(cast.csr), cast.writing(cast.admin)
    version = admin.json("/settings")["version"]
    admin.done("PATCH", "/settings", {"version": version, "amsMail": "intake@ams.example.com", "amsAttachMb": 5})
    locator = filled(maya)
    at = f"/submissions/{locator}/ams-handovers"
    maya.done("POST", f"/submissions/{locator}/submit", {"statementAgreed": True})
    assert maya.json(at) == {"items": [], "total": 0, "listCompleted": True}
    [offered] = underwriter.json(at)["items"]
    assert (offered["kind"], offered["state"], offered["maySend"]) == ("submission", "not_sent", True)
    assert maya.post(at, {"kind": "submission"}).status_code == 403
    [sent] = underwriter.done("POST", at, {"kind": "submission"})["items"]
    assert (sent["state"], sent["orderedBy"], sent["maySend"]) == ("waiting", "csr@agency.test", False)
    assert maya.json(at)["items"][0]["key"] == sent["key"] != ""
    assert underwriter.post(at, {"kind": "submission"}).status_code == 409
    assert underwriter.post(at, {"kind": "task"}).json()["detail"].startswith("No address that makes tasks")
    assert underwriter.post(at, {"kind": "fax"}).status_code == 422
    assert cast.daniel.get(at).status_code == 404
    assert "No address that makes tasks" in admin.done("POST", "/settings/test-ams", {"way": "task"})["told"]
    assert maya.post("/settings/test-ams", {"way": "task"}).status_code == 403
