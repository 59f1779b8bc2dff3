"""`/producers` and `/producer-codes`, by programs: the requirements' own requests among them."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.models.audit import AuditEvent
from portal_app.routes.api.parameters import LOCATOR
from portal_app.services import door as doors
from portal_app.services.door import Door
from tests.routes.api.conftest import Cast, Person
from tests.services.producers.configured import SEED, with_configuration

NOBODY = "01J00000000000000000000000"
STEPS = ("validate", "discard", "suspend", "unsuspend", "retire")


@pytest.fixture
def admin(cast: Cast, door: Door, monkeypatch: pytest.MonkeyPatch) -> Person:
    """An administrator of an agency that is configured as the requirements' example."""
    monkeypatch.setattr(doors, "_installed", with_configuration(door, SEED))
    return cast.writing(cast.admin)


def producer(admin: Person, **given: Any) -> str:
    return str(admin.done("POST", "/producers", {"type": "Free"} | given)["locator"])


@pytest.mark.criterion("PROD-18")
def test_every_example_request_of_the_requirements_is_answered(admin: Person) -> None:
    parent = admin.done("POST", "/producers", {"type": "ExampleProducer"})
    assert parent["producerState"] == "draft"
    child = admin.done("POST", "/producers", {"type": "ExampleProducer", "parentLocator": parent["locator"]})
    assert child["parentLocator"] == parent["locator"]
    unknown = admin.post("/producers", {"type": "ExampleProducer", "parentLocator": "01CH383XHA23A"})
    assert (unknown.status_code, list(unknown.json()["problems"])) == (422, ["parentLocator"])

    path = f"/producers/{child['locator']}/producer-codes"
    code = admin.done("POST", path, {"type": "ExampleProducerCode", "code": "9217262"})
    assert (code["code"], code["producerLocator"]) == ("9217262", child["locator"])
    generated = admin.done("POST", path, {"type": "ExampleProducerCode"})
    assert generated["code"] == "ExampleText-0007"
    named = admin.done("POST", "/producer-codes", {"type": "Unplanned", "producerLocator": child["locator"]})
    assert named["code"] is None

    changed = admin.done("PATCH", f"/producers/{child['locator']}", {"setData": {"email": "a@b.test"}})
    assert changed["data"] == {"email": "a@b.test"}
    assert admin.done("PATCH", f"/producers/{child['locator']}/validate")["producerState"] == "validated"
    assert admin.done("PATCH", f"/producer-codes/{code['locator']}/validate")["producerCodeState"] == "validated"
    assert admin.json("/producer-codes/code/9217262")["locator"] == code["locator"]


@pytest.mark.criterion("PROD-19")
def test_a_producer_is_told_with_all_its_fields(admin: Person) -> None:
    answer = admin.post("/producers", {"type": "Searched", "name": "Maya", "kind": "organisation", "npn": "5"})
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/producers/{made['locator']}"
    assert re.fullmatch(LOCATOR, made.pop("locator"))
    assert made == {
        "type": "Searched",
        "producerState": "draft",
        "kind": "organisation",
        "name": "Maya",
        "npn": "5",
        "parentLocator": None,
        "data": {},
        "validationResult": None,
        "version": 1,
        "createdAt": "2026-11-20T15:00:00Z",
        "createdBy": "admin@agency.test",
    }


@pytest.mark.criterion("PROD-19")
def test_a_validation_that_fails_is_answered_item_by_item(admin: Person) -> None:
    locator = producer(admin, type="ExampleProducer")
    answer = admin.done("PATCH", f"/producers/{locator}/validate")
    assert answer["producerState"] == "draft"
    item = {"elementType": "ExampleProducer", "locator": locator, "errors": ["data.email: This is required."]}
    assert answer["validationResult"] == {"success": False, "validationItems": [item]}
    assert admin.json(f"/producers/{locator}") == answer


@pytest.mark.criterion("PROD-19")
def test_data_is_set_removed_and_replaced_and_problems_go_by_path(admin: Person) -> None:
    locator = producer(admin, type="Searched", data={"email": "a@b.test"})
    path = f"/producers/{locator}"
    changed = admin.done("PATCH", path, {"setData": {"status": "active"}, "removeData": ["email"], "version": 1})
    assert (changed["data"], changed["version"]) == ({"status": "active"}, 2)
    assert admin.done("PATCH", path, {"removeData": {"status": None}})["data"] == {}
    assert admin.done("PUT", path, {"data": {"email": "c@d.test"}, "name": "Maya"})["name"] == "Maya"

    for method, body, status, names in (
        ("PATCH", {"setData": {"status": "lazy", "colourName": 1}}, 422, ["data.colourName", "data.status"]),
        ("PATCH", {"setData": {"\ud800": 1}}, 422, ["setData"]),
        ("PATCH", {"colour": 1}, 422, ["colour"]),
        ("PATCH", {"npn": "12a"}, 422, ["npn"]),
        ("PUT", {}, 422, ["data"]),
        ("PATCH", {"version": 1, "name": "x"}, 409, None),
    ):
        answer = admin.send(method, path, body)
        assert answer.status_code == status, answer.text
        assert names is None or sorted(answer.json()["problems"]) == names


@pytest.mark.criterion("PROD-19")
def test_the_tree_and_what_hangs_on_it_are_told(admin: Person) -> None:
    top = producer(admin, name="House")
    below = producer(admin, name="Branch", parentLocator=top)
    lowest = producer(admin, name="Maya", parentLocator=below)
    tree = admin.json(f"/producers/{top}/hierarchy")
    assert [tree["name"], tree["childProducers"][0]["name"]] == ["House", "Branch"]
    assert tree["childProducers"][0]["childProducers"][0]["locator"] == lowest
    answer = admin.send("PATCH", f"/producers/{top}", {"parentLocator": lowest})
    assert (answer.status_code, list(answer.json()["problems"])) == (422, ["parentLocator"])
    assert "Maya → Branch → House → Maya would be a loop" in answer.json()["detail"]
    assert admin.done("PATCH", f"/producers/{lowest}", {"parentLocator": None})["parentLocator"] is None
    counts = {"policies": 0, "submissions": 0, "quotes": 0, "producerCodes": 0, "childProducers": 1, "people": 0}
    counts |= {"licenses": 0, "appointments": 0}
    assert admin.json(f"/producers/{top}/impact") == counts
    assert [each["name"] for each in admin.json("/producers", parent=top)["items"]] == ["Branch"]


@pytest.mark.criterion("PROD-19")
def test_lists_are_narrowed_and_come_in_parts(admin: Person) -> None:
    for name in ("A", "B", "C"):
        producer(admin, name=f"Wren {name}")
    found = admin.json("/producers", text="wren", count=2)
    assert ([each["name"] for each in found["items"]], found["total"]) == (["Wren A", "Wren B"], 3)
    assert (found["listCompleted"], admin.json("/producers", text="wren", offset=2)["listCompleted"]) == (False, True)
    assert admin.json("/producer-codes", text="HL-maya")["items"][0]["producerName"] == "Maya Alvarez"
    assert admin.json("/producers", state="validated", kind="organisation")["total"] == 2
    assert admin.get("/producers", state="new").json()["problems"].keys() == {"state"}


@pytest.mark.criterion("PROD-19")
def test_the_lifecycle_goes_by_its_table(admin: Person) -> None:
    locator = producer(admin)
    code = admin.done("POST", f"/producers/{locator}/producer-codes", {"type": "Unplanned", "code": "A"})["locator"]
    for path, state in ((f"/producer-codes/{code}", "producerCodeState"), (f"/producers/{locator}", "producerState")):
        assert admin.send("PATCH", f"{path}/suspend").status_code == 409
        for step, target in (
            ("validate", "validated"),
            ("suspend", "suspended"),
            ("unsuspend", "validated"),
            ("retire", "retired"),
        ):
            assert admin.done("PATCH", f"{path}/{step}")[state] == target
        assert admin.send("PATCH", f"{path}/discard").status_code == 409
        assert admin.send("PATCH", path, {"setData": {}}).status_code == 409
    assert admin.done("PATCH", f"/producers/{producer(admin)}/discard")["producerState"] == "discarded"


@pytest.mark.criterion("CODE-08")
def test_codes_are_numbered_moved_and_found(admin: Person) -> None:
    one, other = producer(admin, name="One"), producer(admin, name="Other")
    code = admin.done("POST", f"/producers/{one}/producer-codes", {"type": "Unplanned"})
    path = f"/producer-codes/{code['locator']}"
    assert admin.send("POST", f"{path}/number").status_code == 409
    assert admin.done("PUT", f"{path}/number", {"code": "A/1 é"})["code"] == "A/1 é"
    assert admin.send("PUT", f"{path}/number", {"code": "B"}).status_code == 409
    assert admin.done("PATCH", path, {"producerLocator": other, "setData": {"description": "x"}})["version"] == 3
    assert admin.done("PUT", path, {"data": {}})["data"] == {}
    assert admin.json("/producer-codes", code="A/1 é")["items"][0]["producerName"] == "Other"
    assert admin.json(f"/producers/{other}/producer-codes")["total"] == 1
    assert admin.json(path)["producerLocator"] == other
    assert admin.json(f"{path}/impact")["policies"] == 0
    assert admin.get("/producer-codes/code/nothing").status_code == 404
    admin.done("POST", f"/producers/{one}/producer-codes", {"type": "Unplanned", "code": "A/B #1"})
    for written, code in (("A%2F1%20%C3%A9", "A/1 é"), ("A%2FB%20%231", "A/B #1"), ("A/B%20%231", "A/B #1")):
        assert admin.json(f"/producer-codes/code/{written}")["code"] == code
    assert admin.get("/producer-codes/code/A%2F").status_code == 404


@pytest.mark.criterion("PROD-24")
def test_the_types_are_told_with_what_they_inherit(cast: Cast, admin: Person) -> None:
    found = admin.json("/producer-types")
    types = {(each["element"], each["type"]): each for each in found["items"]}
    assert (found["total"], found["listCompleted"], len(types)) == (9, True, 9)
    example = types["producer", "ExampleProducer"]
    assert (example["abstract"], example["extend"], example["numberingPlan"]) == (False, "AnotherProducer", None)
    assert types["producer", "AnotherProducer"]["abstract"]
    email, status = example["fields"]
    bare = {"choices": [], "maxLength": None, "min": None, "max": None, "label": "", "help": "", "of": None}
    assert email == bare | {"name": "email", "kind": "text", "required": True, "maxLength": 40}
    choices = ["active", "closed"]
    assert status == bare | {"name": "status", "kind": "choice", "required": False, "choices": choices}
    code = types["producerCode", "ExampleProducerCode"]
    assert (code["numberingPlan"], code["fields"][1]["min"]) == ("ExampleNumberingPlan", "2000-01-01")
    assert admin.json("/producer-types", element="producerCode", count=1)["total"] == 4
    assert cast.maya.json("/producer-types") == found
    assert admin.get("/producer-types", element="policy").status_code == 422


@pytest.mark.criterion("CODE-04")
def test_a_plan_that_is_used_up_is_a_conflict_that_leaves_a_trace(admin: Person, door: Door) -> None:
    path = f"/producers/{producer(admin)}/producer-codes"
    for expected in ("S8", "S9"):
        assert admin.done("POST", path, {"type": "Short"})["code"] == expected
    answer = admin.post(path, {"type": "Short"})
    assert answer.status_code == 409
    assert answer.json()["detail"] == "The numbering plan ShortPlan has no number left: \\S# is used up."
    with door.database.read() as db:
        actions = list(db.scalars(select(AuditEvent.action).where(AuditEvent.action == "producer_code.number_failed")))
    assert len(actions) == 1


@pytest.mark.criterion("PROD-20")
def test_who_may_not_is_refused_and_what_is_not_theirs_is_not_there(cast: Cast, admin: Person) -> None:
    agency = cast.agency
    own, others = agency.maya.locator, agency.daniel.locator
    assert cast.maya.json(f"/producers/{own}")["parentLocator"] is None
    answers = {cast.maya.get(f"/producers/{each}").content for each in (others, NOBODY, "x' OR 1=1")}
    assert len(answers) == 1
    for path in (
        f"/producers/{others}/hierarchy",
        f"/producers/{others}/producer-codes",
        "/producer-codes/code/HL-daniel",
    ):
        assert cast.maya.get(path).status_code == 404
    assert cast.maya.json("/producers")["total"] == cast.maya.json("/producer-codes")["total"] == 1
    for person in (cast.maya, cast.csr, cast.read_only):
        writing = cast.writing(person)
        assert writing.post("/producers", {"type": "Free"}).status_code == 403
        assert writing.get(f"/producers/{own}/impact").status_code == 403
        for step in STEPS:
            assert writing.send("PATCH", f"/producers/{own}/{step}").status_code == 403
    reading = cast.admin
    assert reading.post("/producers", {"type": "Free"}).status_code == 403
    for step in STEPS:
        for noun in ("producers", "producer-codes"):
            assert admin.send("PATCH", f"/{noun}/{NOBODY}/{step}").status_code == 404


@pytest.mark.criterion("PROD-20")
def test_what_no_database_takes_is_a_problem_and_no_fault(admin: Person) -> None:
    for body in (
        '{"type": "Searched", "data": {"email": "\\ud800"}}',
        '{"type": "Searched", "data": {"email": "\\u0000"}}',
        '{"type": "Searched", "name": "\\u0000"}',
        '{"type": "Searched", "name": "\\ud800"}',
        '{"type": "\\ud800"}',
        '{"type": "Searched", "data": {"\\u0000": 1}}',
        '{"type": "Searched", "data": {"email": 1e999}}',
    ):
        assert json.loads(body)
        headers = {"Authorization": f"Bearer {admin.token}", "Content-Type": "application/json"}
        answer = admin.client.post("/api/v1/producers", content=body, headers=headers)
        assert answer.status_code == 422, answer.text
