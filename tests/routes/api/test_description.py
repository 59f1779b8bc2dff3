"""The description of the API holds for what the API answers."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from starlette.testclient import TestClient

from portal_app.models.policies import Policy
from tests.routes.api.conftest import Cast, Person, Served
from tests.world import Agency

DESCRIPTION = "/api/v1/openapi.json"
EXAMPLES = 2
# What the description cannot say of a body, such as that a producer code is known, is answered 422 too.
BODIES = {"positive_data_acceptance": {"expected-statuses": ["2xx", "400", "401", "403", "404", "409", "422", "429"]}}


@pytest.fixture
def described(client: TestClient) -> Any:
    answer = client.get(DESCRIPTION)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return answer.json()


@pytest.mark.criterion("API-20")
def test_the_description_is_there_for_everybody_and_says_how_to_get_in(described: Any) -> None:
    assert described["openapi"].startswith("3.1")
    assert described["servers"] == [{"url": "/api/v1"}]
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, operations in described["paths"].items():
        assert operations.keys() <= {"get", "post", "put", "patch", "delete"}, path
        for operation in operations.values():
            assert operation["security"] == [{"token": []}], path
            assert {"401", "429", "500", "503"} < operation["responses"].keys(), path
            assert {"200", "201", "202", "204"} & operation["responses"].keys(), path
            assert operation["description"], path


@pytest.mark.criterion("API-20")
def test_names_are_in_camel_case(described: Any) -> None:
    shapes = described["components"]["schemas"].values()
    names = [name for shape in shapes for name in shape.get("properties", {})]
    operations = [each for path in described["paths"].values() for each in path.values()]
    names += [
        each["name"] for operation in operations for each in operation.get("parameters", ()) if each["in"] != "header"
    ]
    assert "listCompleted" in names
    assert [name for name in names if "_" in name or name[0].isupper()] == []


@pytest.mark.criterion("API-20")
def test_no_page_of_the_framework_loads_scripts_from_elsewhere(client: TestClient) -> None:
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert client.get(f"/api/v1{path}").status_code == 404


@pytest.mark.criterion("API-21")
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("database", "role"),
    # Whom most addresses refuse is not asked each of them in every way.
    [("postgresql", "principal that writes"), ("sqlite", "admin that writes")],
    indirect=["database"],
)
def test_nothing_that_is_sent_is_answered_otherwise_than_described(
    cast: Cast, served: Served, book: Agency, runs: list[str], role: str
) -> None:
    person = getattr(cast, role.split(maxsplit=1)[0])
    person = cast.writing(person) if role.endswith("writes") else person
    generation = {"max-examples": EXAMPLES, "with-security-parameters": False, "database": "none"}
    # Every value at its border, as it may be sent; what may not be is drawn, a few times for each address.
    whole = role.startswith("principal")
    phases = {"coverage": {"enabled": whole, "generation": {"mode": "positive"}}, "stateful": {"enabled": whole}}
    wrong, answers = [], Counter()
    for event in from_schema(read(served, person, seed=1, generation=generation, phases=phases)).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(str(event))
        if isinstance(event, events.ScenarioFinished):
            wrong += failures(event)
            answers.update(
                int(each.response.status_code) for each in event.recorder.interactions.values() if each.response
            )
    assert wrong == []
    assert answers.keys() >= {200, 401, 404, 422} | ({403} if role.startswith("admin") else set())


@pytest.mark.criterion("API-21")
def test_a_whole_record_is_as_described(cast: Cast, served: Served, whole: Policy, runs: list[str]) -> None:
    schema = read(served, cast.principal)
    account = cast.principal.json("/policies", text="HO-101")["items"][0]["accountLocator"]
    for path, locator in (("/policies/{locator}", whole.locator), ("/accounts/{locator}", account)):
        case = schema[path]["GET"].Case(path_parameters={"locator": locator})
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {cast.principal.token}"})
        assert answer.status_code == 200


def read(served: Served, person: Person, **config: Any) -> Any:
    """The description, for calls with the person's token."""
    # The API is put together for its first request, which on a busy machine takes longer than schemathesis waits.
    assert person.client.get(DESCRIPTION).status_code == 200
    config["operations"] = [{"include-method": ["POST", "PATCH", "PUT"], "checks": BODIES}]
    config["auth"] = {"openapi": {"token": {"bearer": person.token}}}
    return schemathesis.openapi.from_asgi(DESCRIPTION, served, config=SchemathesisConfig.from_dict(config))


def failures(scenario: events.ScenarioFinished) -> list[str]:
    found = [check.failure_info for checks in scenario.recorder.checks.values() for check in checks]
    return [f"{each.failure.title}\n{each.failure.message}\n{each.code_sample}" for each in found if each is not None]
