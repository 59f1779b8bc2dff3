"""`/exports`: lists as files, for programs."""

import re
from typing import Any

import pytest

from portal_app.services.exports import stream
from tests.routes.api.conftest import Cast, Person
from tests.services.exports.taking import opened


def posted(person: Person, **body: Any) -> Any:
    return person.client.post("/api/v1/exports", json=body, headers={"Authorization": f"Bearer {person.token}"})


@pytest.mark.criterion("API-19")
def test_a_list_is_exported_by_its_own_filters(cast: Cast) -> None:
    answer = posted(cast.principal, kind="policies", filters={"text": "client", "effectiveTo": "2026-06-01"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert len(opened(answer.content)) == 4
    assert (answer.headers["export-rows"], answer.headers["export-total"]) == ("4", "4")
    assert len(opened(posted(cast.csr, kind="accounts", filters={"text": "maya"}).content)) == 1
    assert len(opened(posted(cast.admin, kind="users", filters={"role": "producer"}).content)) == 2
    assert len(opened(posted(cast.read_only, kind="access-review").content)) == 6
    rows = opened(posted(cast.admin, kind="audit", filters={"action": "export.made"}).content)
    assert [row["Record"] for row in rows] == ["access-review", "users", "accounts", "policies"]


@pytest.mark.criterion("API-19")
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "everything"}, "kind"),
        ({}, "kind"),
        ({"kind": "policies", "filters": {"line": "no_such_line"}}, "line"),
        ({"kind": "policies", "filters": {"carrier": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}}, "carrier"),
        ({"kind": "policies", "filters": {"colour": "red"}}, "colour"),
        ({"kind": "policies", "filters": {"effectiveFrom": "yesterday"}}, "effectiveFrom"),
        ({"kind": "access-review", "filters": {}}, "filters"),
    ],
)
def test_what_cannot_be_taken_is_named(cast: Cast, body: dict[str, Any], field: str) -> None:
    answer = posted(cast.principal, **body)
    assert (answer.status_code, list(answer.json()["problems"])) == (422, [field])
    assert not re.search(r"[<>']", answer.json()["problems"][field])


@pytest.mark.criterion("API-19")
def test_a_line_that_the_list_knows_is_taken_and_rights_come_first(cast: Cast) -> None:
    [line, *_] = cast.principal.json("/policies/filters")["lines"]
    rows = opened(posted(cast.principal, kind="policies", filters={"line": line["value"]}).content)
    assert {row["LOB"] for row in rows} == {line["label"]}
    assert posted(cast.maya, kind="policies", filters={"line": "no_such_line"}).status_code == 403


@pytest.mark.criterion("API-19")
def test_roles_and_limits_hold_for_programs_too(cast: Cast) -> None:
    for person, kind in ((cast.maya, "policies"), (cast.admin, "accounts"), (cast.csr, "audit")):
        assert posted(person, kind=kind).status_code == 403
    for _ in range(stream.MOST_IN_A_WINDOW):
        assert posted(cast.csr, kind="accounts").status_code == 200
    answer = posted(cast.csr, kind="accounts")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    assert "exports in a quarter of an hour" in answer.json()["detail"]
