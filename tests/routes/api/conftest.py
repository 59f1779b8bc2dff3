"""The API as it is served: the guard around it, a real door behind it, on both databases."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app.guard import asgi, headers
from portal_app.models.enums import Role
from portal_app.models.identity import User
from portal_app.models.producers import Producer
from portal_app.routes import api
from portal_app.services import door as doors
from portal_app.services.access import Actor, system
from portal_app.services.door import Door
from portal_app.services.identity import tokens
from portal_app.settings import Settings
from tests.routes.api.records import book, runs, whole  # noqa: F401
from tests.services.conftest import agency, door  # noqa: F401
from tests.world import NOW, Agency, add_user

SITE = "http://testserver"
STRANGER = "198.51.100.7"

Served = Callable[..., Any]


@pytest.fixture(scope="session")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    """Put together once: it holds nothing of a request, and each of its addresses takes milliseconds to build."""
    return Starlette(routes=[api.mounted(Settings(data_dir=tmp_path_factory.mktemp("api")))])


@pytest.fixture
def served(
    door: Door,  # noqa: F811
    routes: Starlette,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Served:
    monkeypatch.setattr(doors, "_installed", door)
    settings = door.settings.model_copy(update={"public_url": SITE})
    return asgi.Guard(routes, settings, lambda: door, headers.Built(tmp_path))


@pytest.fixture
def client(served: Served) -> Iterator[TestClient]:
    outside = TestClient(
        served, base_url=SITE, client=(STRANGER, 50000), raise_server_exceptions=False, follow_redirects=False
    )
    with outside as client:
        yield client


class Person:
    """Somebody of the cast, their token, and what they ask of the API."""

    def __init__(self, client: TestClient, user: User, token: str) -> None:
        self.client, self.user, self.token = client, user, token

    def get(self, path: str, **query: Any) -> Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.get(f"/api/v1{path}", params=query or None, headers=headers)

    def send(self, method: str, path: str, body: object = None) -> Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        if body is None:
            return self.client.request(method, f"/api/v1{path}", headers=headers)
        headers["Content-Type"] = "application/json"
        return self.client.request(method, f"/api/v1{path}", content=json.dumps(body), headers=headers)

    def post(self, path: str, body: object = None) -> Response:
        return self.send("POST", path, body)

    def done(self, method: str, path: str, body: object = None) -> Any:
        """What was answered to something that was done."""
        answer = self.send(method, path, body)
        assert answer.status_code in (200, 201, 202, 204), answer.text
        return answer.json() if answer.content else None

    def json(self, path: str, **query: Any) -> Any:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()


class Cast:
    """A person for each role, and two producers whose books differ."""

    def __init__(self, door: Door, client: TestClient, agency: Agency) -> None:  # noqa: F811
        self.door, self.client, self.agency = door, client, agency
        self.principal = self.add(Role.PRINCIPAL, agency.house)
        self.maya = self.add(Role.PRODUCER, agency.maya, "maya@agency.test")
        self.daniel = self.add(Role.PRODUCER, agency.daniel, "daniel@agency.test")
        self.csr = self.add(Role.CSR)
        self.admin = self.add(Role.ADMIN)
        self.read_only = self.add(Role.READ_ONLY)

    def add(self, role: Role, producer: Producer | None = None, email: str = "") -> Person:
        with self.door.database.write() as db:
            user = add_user(db, role, email, producer, totp_secret="A" * 32, totp_enrolled_at=NOW)
        return Person(self.client, user, self.token(user))

    def token(self, user: User, *, may_write: bool = False) -> str:
        given = {"email": user.email, "name": "Nightly report"}
        return self.door.run(tokens.create, system("command line"), **given, may_write=may_write)

    def writing(self, person: Person) -> Person:
        """The same person with a token that also writes."""
        return Person(self.client, person.user, self.token(person.user, may_write=True))

    def actor(self, person: Person) -> Actor:
        found = self.door.run(tokens.look_up, system("test"), token=person.token)
        assert found
        return found[0]


@pytest.fixture
def cast(door: Door, client: TestClient, agency: Agency) -> Cast:  # noqa: F811
    return Cast(door, client, agency)
