"""Submissions over the API, from the first answer to their end; and keys under which nothing is done twice."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import func, select, text

from portal_app.models.configuration import ConfigurationVersion
from portal_app.models.enums import Grant
from portal_app.models.idempotency import IdempotencyKey
from portal_app.models.identity import UserGrant
from portal_app.models.submissions import Submission
from portal_app.services import idempotency
from portal_app.services.access import system
from portal_app.services.door import Door
from tests.routes.api.conftest import Cast, Person
from tests.services.submissions.acting import LINE, NAMED, RISK, form
from tests.world import NOW, Clock

INSURED = {
    "name": "Ada Quill", "effective": "01/15/2027", "expiration": "01/15/2028", "state": "RI",
    "producer_code": "HL-maya",
}  # fmt: skip


@pytest.fixture
def maya(door: Door, cast: Cast) -> Person:
    with door.database.write() as db:
        db.add(
            ConfigurationVersion(
                kind="intake-form", name=LINE, version=1, content=json.dumps(form()), shipped="0" * 64, made_at=NOW,
                made_by="test",
            )
        )  # fmt: skip
        db.add(UserGrant(user_id=cast.csr.user.id or 0, granted=Grant.UNDERWRITING, granted_by="test", granted_at=NOW))
    return cast.writing(cast.maya)


def filled(who: Person) -> str:
    begun = who.done("POST", "/submissions", {"line": LINE})
    locator: str = begun["locator"]
    who.done("PUT", f"/submissions/{locator}/answers/{NAMED}", {"rows": [INSURED], "version": 1})
    who.done("PUT", f"/submissions/{locator}/answers/{RISK}", {"rows": [{"usage": "primary"}], "version": 0})
    return locator


@pytest.mark.criterion("INTAKE-17")
def test_a_fleet_is_entered_in_one_request(maya: Person) -> None:
    locator = maya.done("POST", "/submissions", {"line": "commercial_auto"})["locator"]
    fleet = [{"vin": "1HGCM82633A004352", "make": "Honda", "model": "Accord", "use": "x" * 200}] * 300
    place = f"/submissions/{locator}/answers/risk.vehicles"
    assert maya.send("PUT", place, {"rows": fleet, "version": 0}).status_code == 200
    groups = maya.json(f"/submissions/{locator}/answers")["groups"]
    assert "risk.vehicles" in str(groups)


@pytest.mark.criterion("WIZARD-14")
def test_what_the_form_proposes_is_had_over_the_api(maya: Person, cast: Cast) -> None:
    at = f"/submissions/{maya.done('POST', '/submissions', {'line': 'personal_auto'})['locator']}/suggestions"
    found = maya.json(at)
    assert (found["codes"], found["codesTotal"]) == ([{"code": "HL-maya", "producer": "Maya Alvarez"}], 1)
    assert (found["carriers"], found["carriersTotal"], found["beside"]) == (["Granite Mutual"], 1, {})
    vehicles, mailing = "risk.vehicles.vin", "applicant.mailing.postal_code"
    assert maya.json(at, field=vehicles, value="1hgcm82633a004352")["beside"] == {"year": "2003", "make": "Honda"}
    assert maya.json(at, field=vehicles, value="1HGCM82633A004353")["beside"] == {}, "not copied right"
    assert maya.json(at, field=mailing, value="02840")["beside"] == {"state": "RI", "city": "Newport"}
    strange = maya.get(at, field="risk.boat.vin")
    assert (strange.status_code, strange.json()["detail"]) == (404, "The form has no such field.")
    assert (cast.daniel.get(at).status_code, cast.read_only.get(at).status_code) == (404, 403)


@pytest.mark.criterion("SUBMIT-13")
def test_a_submission_goes_its_way_over_the_api(maya: Person, cast: Cast) -> None:
    underwriter = cast.writing(cast.csr)
    locator = filled(maya)
    at = f"/submissions/{locator}"
    assert maya.json(f"{at}/problems") == {"items": [], "total": 0, "listCompleted": True}
    wrong = maya.done("PUT", f"{at}/answers/{RISK}", {"rows": [{"usage": "rented"}], "version": 1})
    assert (wrong["version"], wrong["progress"][1]["stage"]) == (2, "started")
    late = maya.send("PUT", f"{at}/answers/{RISK}", {"rows": [{"usage": "primary"}], "version": 1})
    assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
    there = next(each for each in maya.json(f"{at}/answers")["groups"] if each["path"] == RISK)
    assert {name: late.json()[name] for name in ("version", "at", "by", "theirs")} == {
        "version": 2, "at": there["at"], "by": "maya@agency.test", "theirs": [{"usage": "rented"}],
    }  # fmt: skip
    refused = maya.post(f"{at}/submit", {"statementAgreed": True})
    assert (refused.status_code, list(refused.json()["problems"])) == (422, [f"{RISK}.tenant"])
    maya.done("PUT", f"{at}/answers/{RISK}", {"rows": [{"usage": "primary"}], "version": 2})
    for value in (5, "x" * 20_001, {"a": 1}, [["a"]]):
        answer = maya.send("PUT", f"{at}/answers/{RISK}", {"rows": [{"usage": value}], "version": 3})
        assert (answer.status_code, answer.json()["problems"].keys()) == (422, {f"{RISK}.usage"})
    assert answer.json()["problems"][f"{RISK}.usage"] == "Send a text, true or false, or a list of texts."
    done = maya.done("POST", f"{at}/submit", {"statementAgreed": True})
    assert (done["number"], done["status"], done["again"]) == ("SUB-2026-000001", "pending", False)
    assert maya.done("POST", f"{at}/submit", {"statementAgreed": True})["again"]
    listed = underwriter.json("/submissions", unassigned="true", text="quill", sort="insured_name")
    assert [each["number"] for each in listed["items"]] == ["SUB-2026-000001"]
    taken = underwriter.done("POST", f"{at}/pick-up", {})
    assert taken["status"] == "in_review"
    asked = {"items": [{"kind": "text", "label": "Roof?"}], "note": "Before we quote"}
    item = underwriter.done("POST", f"{at}/information-requests", asked)["items"][0]["locator"]
    refused = maya.post(f"{at}/information-requests/open/complete", {})
    assert (refused.status_code, refused.json()["problems"]) == (422, {item: "Roof?: this is not answered yet."})
    maya.done("PUT", f"{at}/information-requests/open/items/{item}", {"value": "2019"})
    assert maya.done("POST", f"{at}/information-requests/open/complete")["items"][0]["answer"] == "2019"
    assert maya.json(f"{at}/information-requests")["total"] == 1
    assert maya.post(f"{at}/decline", {"reason": "No"}).status_code == 403
    ended = underwriter.done("POST", f"{at}/decline", {"reason": "Too old"})
    assert (ended["status"], ended["reason"]) == ("declined", "Too old")
    whole = maya.json(at)
    assert whole["certificate"]["intact"]
    assert (whole["steps"], whole["sections"][1]["groups"][0]["rows"][0][0]["value"]) == ([], "Primary home")
    assert maya.json(f"{at}/events")["items"][0]["words"] == "Moved from In Review to Declined"
    refused = maya.post("/submissions", {"cloneOf": locator, "line": "bop"})
    assert (refused.status_code, list(refused.json()["problems"])) == (422, ["line"])
    copy = maya.done("POST", "/submissions", {"cloneOf": locator, "line": "homeowners"})
    assert maya.send("DELETE", f"/submissions/{copy['locator']}").status_code == 204
    assert maya.send("DELETE", at).status_code == 409
    file = cast.principal.send("POST", "/exports", {"kind": "submissions", "filters": {"status": "declined"}})
    assert "SUB-2026-000001" in file.text


@pytest.mark.criterion("ACORD-06")
def test_answers_are_had_by_acord_name_also_with_a_token_that_reads(maya: Person, cast: Cast) -> None:
    locator = maya.done("POST", "/submissions", {"line": "personal_auto"})["locator"]
    drivers = {"rows": [{"name": "Ada Quill"}, {"name": "Bo", "birth_date": "2/29/1980"}], "version": 0}
    maya.done("PUT", f"/submissions/{locator}/answers/risk.drivers", drivers)
    limits = {"rows": [{"um": "csl_500000"}], "version": 0}
    maya.done("PUT", f"/submissions/{locator}/answers/coverage.uninsured", limits)
    found = maya.json(f"/submissions/{locator}/acord")
    assert (found["acordForms"], found["formTitle"], found["formVersion"]) == (["ACORD 90"], "Personal auto", 0)
    values = found["values"]
    assert values["PersonalAuto_UninsuredMotorists_CombinedSingleLimitAmount_A"] == {
        "value": "500000",
        "label": "Uninsured motorist bodily injury (UM)",
        "answer": "$500,000 combined single limit",
        "path": "coverage.uninsured.um",
        "masked": False,
        "beyond": False,
    }
    assert values["Driver_BirthDate_B"]["value"] == "02/29/1980"
    theirs = cast.maya.json(f"/submissions/{locator}/acord")["values"]["Driver_BirthDate_B"]
    assert (theirs["value"], theirs["masked"], theirs["path"]) == ("••/••/1980", True, "risk.drivers[1].birth_date")
    trail = cast.admin.json("/audit-events", action="submission.acord_taken")
    assert [each["record"] for each in trail["items"]] == [locator, locator]


@pytest.mark.criterion("SUBMIT-13")
def test_nobody_reaches_what_is_not_theirs(maya: Person, cast: Cast) -> None:
    locator = filled(maya)
    for at in ("", "/answers", "/acord", "/problems", "/events", "/information-requests"):
        assert cast.daniel.get(f"/submissions/{locator}{at}").status_code == 404, at
        assert cast.admin.get(f"/submissions/{locator}{at}").status_code == 403, at
    assert cast.daniel.json("/submissions", status="draft")["total"] == 0
    assert maya.json("/submissions", status="draft")["total"] == 1
    for read_only in (cast.maya, cast.writing(cast.read_only)):
        assert read_only.post("/submissions", {"line": LINE}).status_code == 403


def under(who: Person, key: str, path: str, body: dict[str, Any]) -> Response:
    headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": key}
    return who.client.post(f"/api/v1{path}", json=body, headers=headers)


@pytest.mark.criterion("SUBMIT-14")
def test_what_is_asked_for_under_a_key_is_done_once(maya: Person, cast: Cast, door: Door, clock: Clock) -> None:
    first = under(maya, "k1", "/submissions", {"line": LINE})
    again = under(maya, "k1", "/submissions", {"line": LINE})
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    other = under(maya, "k1", "/submissions", {"line": "bop"})
    assert (other.status_code, list(other.json()["problems"])) == (422, ["idempotencyKey"])
    assert under(cast.writing(cast.csr), "k1", "/submissions", {"line": LINE}).json() != first.json(), "one's own"
    assert under(maya, "k 2", "/submissions", {"line": LINE}).status_code == 422
    locator = filled(maya)
    refused = under(maya, "k3", f"/submissions/{locator}/submit", {"statementAgreed": False})
    assert refused.status_code == 422
    done = under(maya, "k3", f"/submissions/{locator}/submit", {"statementAgreed": True})
    assert done.status_code == 200, "what was refused leaves no key"
    assert under(maya, "k3", f"/submissions/{locator}/submit", {"statementAgreed": True}).json() == done.json()
    with door.database.read() as db:
        assert db.scalar(select(func.count()).select_from(Submission)) == 3
        kept = db.execute(text("SELECT answer FROM idempotency_key")).scalars().all()
    assert all(b"SUB-2026" not in bytes(each) for each in kept), "sealed"
    clock.forward(hours=24)
    assert under(maya, "k1", "/submissions", {"line": LINE}).json()["locator"] != first.json()["locator"]
    assert door.run(idempotency.forget_old, system("test")) == 2
    with door.database.read() as db:
        assert db.scalar(select(func.count()).select_from(IdempotencyKey)) == 1


@pytest.mark.criterion("SUBMIT-14")
@pytest.mark.both_databases
def test_of_two_at_once_under_a_key_one_is_done(maya: Person, door: Door) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: under(maya, "k", "/submissions", {"line": LINE}), range(4)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["locator"] for each in answers}) == 1
    with door.database.read() as db:
        assert db.scalar(select(func.count()).select_from(Submission)) == 1
