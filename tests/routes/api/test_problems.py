"""What goes wrong, told to programs: RFC 9457."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from portal_app.routes.api import problems, shapes
from portal_app.services import errors
from portal_app.services.door import Door
from tests.routes.api.conftest import Cast

OBJECT, SIGNS = problems.PLAINLY["dict_type"], problems.PLAINLY["string_pattern_mismatch"]
KINDS = [kind for kind in errors.DomainError.__subclasses__() if kind.__module__ == errors.__name__]
MADE = {errors.Invalid: errors.Invalid({"expiring_to": "Too early."}), errors.Unexpected: errors.Unexpected("00ff00ff")}


UNTAKEN = {
    "count=0": "count",
    "count=201": "count",
    "count=many": "count",
    "count=5.0": "count",
    "count=": "count",
    "offset=-1": "offset",
    "offset=1000000001": "offset",
    "offset=" + "9" * 5000: "offset",
    "text=" + "a" * 201: "text",
    "text=%00": "text",
    "line=%00": "line",
    "line=' OR 1=1": "line",
    "status=lost": "status",
    "carrier=%00": "carrier",
    "account=x": "account",
    "effectiveFrom=0": "effectiveFrom",
    "effectiveTo=2026-13-01": "effectiveTo",
    "expiringFrom=2026-06-01T00:00:00": "expiringFrom",
    "expiringTo=20260601": "expiringTo",
    "sort=password_hash": "sort",
    "descending=1": "descending",
    "staus=active": "staus",
    "role=principal": "role",
    "text=a&text=b": "text",
}


@pytest.mark.criterion("API-15")
def test_what_cannot_be_taken_is_named_and_not_repeated(cast: Cast) -> None:
    for query, field in UNTAKEN.items():
        answer = cast.maya.get(f"/policies?{query}")
        problem = answer.json()
        assert (answer.status_code, answer.headers["content-type"]) == (422, problems.MEDIA_TYPE), query
        assert (problem["type"], problem["title"]) == ("about:blank", "Unprocessable Entity")
        assert (problem["status"], list(problem["problems"])) == (422, [field])
        assert len(answer.content) < 400


@pytest.mark.criterion("API-15")
def test_odd_texts_are_only_texts(cast: Cast) -> None:
    for query in ("text=%E2%80%AE%F0%9F%8F%A0", "text=%FF%FE", "text='\";--", "text=%25", "text=*"):
        assert cast.maya.json(f"/policies?{query}")["total"] == 0, query
        assert cast.maya.json(f"/accounts?{query}")["total"] == 0, query


@pytest.mark.criterion("API-16")
def test_an_address_that_there_is_not_is_a_problem_too(cast: Cast) -> None:
    for path in ("/nothing", "/policies/", "/policies/x/y", "/", "//me", "/a%0Ab"):
        answer = cast.maya.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, problems.MEDIA_TYPE), path
        assert answer.json()["detail"] == "There is nothing under this address."


@pytest.mark.criterion("API-16")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_method_that_an_address_does_not_take_is_refused(client: TestClient, method: str) -> None:
    for path in ("/me", "/policies", "/policies/filters", "/policies/x", "/accounts", "/sync-runs", "/openapi.json"):
        answer = client.request(method, f"/api/v1{path}", content=b"{}")
        assert (answer.status_code, answer.headers["content-type"]) == (405, problems.MEDIA_TYPE), path
        assert "GET" in answer.headers["allow"]


@pytest.fixture
def failing() -> TestClient:
    """A route for each kind of error of the domain."""
    app = FastAPI(exception_handlers=problems.ANSWERS)

    @app.get("/{kind}")
    async def fail(kind: str) -> None:
        wanted = next(each for each in KINDS if each.__name__ == kind)
        raise MADE.get(wanted) or wanted()

    return TestClient(app)


@pytest.mark.criterion("API-17")
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_of_the_domain_has_a_status_and_keeps_its_sentence(
    failing: TestClient, kind: type[errors.DomainError]
) -> None:
    answer = failing.get(f"/{kind.__name__}")
    assert answer.status_code == problems.STATUS[kind]
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
    assert answer.json()["detail"] == (MADE.get(kind) or kind()).sentence  # type: ignore[call-arg]
    assert ("retry-after" in answer.headers) is (problems.STATUS[kind] in (429, 503))


@pytest.mark.criterion("API-17")
def test_fields_and_references_are_told(failing: TestClient) -> None:
    assert failing.get("/Invalid").json()["problems"] == {"expiringTo": "Too early."}
    assert failing.get("/Unexpected").json()["reference"] == "00ff00ff"


@pytest.mark.criterion("API-17")
@pytest.mark.parametrize("where", ["service", "route"])
def test_a_fault_is_a_reference_to_the_log_and_nothing_else(
    cast: Cast, door: Door, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    if where == "service":
        with door.database.write() as db:
            db.execute(text("ALTER TABLE policy_search RENAME TO elsewhere"))
    else:
        monkeypatch.setattr(shapes.Policies, "page", secretive)
    with capture_logs() as logged:
        answer = cast.maya.get("/policies")
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (500, problems.MEDIA_TYPE)
    assert problem.pop("reference") in {each["reference"] for each in logged}
    assert set(problem) == {"type", "title", "status", "detail"}
    for inside in ("policy_search", "SELECT", "Traceback", "900-12-3456"):
        assert inside not in answer.text


@pytest.mark.criterion("API-15")
def test_what_is_wrong_with_a_body_is_told_by_its_path_and_in_plain_words(cast: Cast) -> None:
    maya = cast.writing(cast.maya)
    for body, told in (
        ({}, {"rows": "This is missing.", "version": "This is missing."}),
        ({"rows": [{}, 5], "version": "1"}, {"rows[1]": OBJECT, "version": "Should be a whole number."}),
        ({"rows": [{"Name": "x"}], "version": -1}, {"rows[0].Name": SIGNS, "version": "Should be at least 0."}),
        ({"rows": [{}] * 501, "version": 0}, {"rows": "Should have at most 500 entries."}),
    ):
        answer = maya.send("PUT", f"/submissions/{'0' * 26}/answers/a.b", body)
        assert (answer.status_code, answer.json()["problems"]) == (422, told)
    headers = {"Authorization": f"Bearer {maya.token}", "Idempotency-Key": ""}
    without = maya.client.post("/api/v1/submissions", json={"line": "x" * 41}, headers=headers)
    assert without.json()["problems"] == {
        "line": "Should have at most 40 characters.", "Idempotency-Key": "Should not be empty.",
    }  # fmt: skip


@pytest.mark.criterion("API-15")
def test_nothing_is_said_in_the_words_of_the_library() -> None:
    for kind in problems.OF_THE_LIBRARY:
        about = {"min_length": 2, "max_length": 9, "gt": 1, "ge": 1, "lt": 1, "le": 1, "expected": "'a' or 'b'"}
        sentence = problems._plainly({"type": kind, "loc": ("body", "x"), "msg": "Input", "ctx": about})
        assert sentence.startswith(("Should ", "Holds ", "This is ", "Cannot ", "There is ")), kind
        assert not set(sentence) & set("<>'"), kind


def secretive(*_: object, **__: object) -> None:
    raise RuntimeError("900-12-3456")
