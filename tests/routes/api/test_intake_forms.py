"""`/intake-forms`: what is asked for each line, and whether answers hold, for programs."""

import json

import pytest

from portal_app.services.intake.forms import LINES
from portal_app.services.intake.shipped import shipped, shipped_text
from tests.routes.api.conftest import Cast
from tests.services.intake.filled import filled
from tests.world import NOW

CHECK = "/intake-forms/homeowners/check"


@pytest.mark.criterion("INTAKE-13")
def test_the_forms_are_read_and_answers_held_against_them(cast: Cast) -> None:
    listed = cast.maya.json("/intake-forms", count=3)
    assert [each["line"] for each in listed["items"]] == list(LINES)[:3]
    assert (listed["total"], listed["listCompleted"]) == (8, False)
    found = cast.maya.json("/intake-forms/homeowners")
    assert (found["title"], found["acordForms"], found["version"]) == ("Homeowners", ["ACORD 80"], 0)
    assert found["form"] == json.loads(shipped_text("homeowners"))

    maya, form = cast.writing(cast.maya), shipped("homeowners")
    answers = filled(form, NOW.date(), applicant__policy__effective="2030-01-01")
    told = maya.done("POST", CHECK, {"answers": answers})
    paths = [each["path"] for each in told["problems"]]
    assert paths == ["applicant.policy.effective", "applicant.policy.expiration"]
    assert told["answers"]["applicant.policy"][0]["effective"] == "2030-01-01"
    assert maya.done("POST", CHECK, {"answers": {}})["problems"]
    assert maya.done("POST", CHECK, {"answers": {}, "whole": False})["problems"] == []
    described = maya.client.get("/api/v1/openapi.json").json()["components"]["schemas"]["GivenAnswers"]
    assert "is told too, unless `whole` is false." in " ".join(described["description"].split())
    assert maya.done("POST", CHECK, {"answers": {"a.b": [{}]}, "whole": False})["problems"][0]["path"] == "a.b"


@pytest.mark.criterion("INTAKE-13")
def test_who_does_not_submit_business_is_refused_and_what_is_no_answer_too(cast: Cast) -> None:
    assert cast.read_only.get("/intake-forms").status_code == 403
    assert cast.admin.get("/intake-forms/homeowners").status_code == 403
    assert cast.maya.get("/intake-forms/boats").status_code == 404
    assert cast.maya.send("POST", CHECK, {"answers": {}}).status_code == 200, "nothing is saved"
    maya = cast.writing(cast.maya)
    assert maya.send("POST", "/intake-forms/boats/check", {"answers": {}}).status_code == 404
    assert maya.send("POST", CHECK, {"answers": {"applicant.insured": {"name": "Ann"}}}).status_code == 422
    number = maya.send("POST", CHECK, {"answers": {"risk.residence": [{"units": 5}]}})
    told = {"risk.residence.units": "Send a text, true or false, or a list of texts."}
    assert (number.status_code, number.json()["problems"]) == (422, told), "no draft keeps it either"
    assert maya.send("POST", CHECK, {"answers": {"a.b": [{"c": "x" * 100}] * 500}}).status_code == 200
    too_much = maya.send("POST", CHECK, {"answers": {"a.b": [{"c": "x" * 6000}] * 500}})
    assert (too_much.status_code, too_much.json()["detail"]) == (413, "The body is too large: 2 MB at most.")


@pytest.mark.criterion("INTAKE-11")
def test_an_administrator_changes_a_form_and_it_holds_at_once(cast: Cast) -> None:
    admin, place = cast.writing(cast.admin), "/configurations/intake-form"
    own = json.loads(shipped_text("umbrella"))
    own["title"] = "Umbrella and excess"
    body = {"content": json.dumps(own), "note": "Its name", "expectedVersion": 0}
    other = admin.send("PUT", f"{place}?name=bop", body)
    assert other.json()["problems"] == {"content[0]": "line: should be bop, the line that this form is of."}
    assert admin.send("PUT", f"{place}?name=boats", body).status_code == 404
    assert cast.writing(cast.maya).send("PUT", f"{place}?name=umbrella", body).status_code == 403
    assert admin.done("PUT", f"{place}?name=umbrella", body)["version"] == 1
    found = cast.maya.json("/intake-forms/umbrella")
    assert (found["title"], found["version"]) == ("Umbrella and excess", 1)
    own["sections"][0]["groups"][0]["fields"][0]["type"] = "colour"
    refused = admin.send("PUT", f"{place}?name=umbrella", body | {"content": json.dumps(own), "expectedVersion": 1})
    assert refused.status_code == 422
    assert refused.json()["problems"]["content[0]"].startswith("sections.0.groups.0.fields.0.type: should be one of")
