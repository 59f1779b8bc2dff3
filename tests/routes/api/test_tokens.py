"""Who gets in: a token that counts now, and nothing else."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select, update
from starlette.testclient import TestClient
from starlette.types import Message

from portal_app.models.identity import ApiToken, AttemptCount, User
from portal_app.services.door import Door
from portal_app.services.identity import throttle, tokens
from tests.routes.api.conftest import STRANGER, Cast, Person, Served
from tests.world import Clock

WRONG = tokens.PREFIX + "A" * 43
PATHS = ["/me", "/accounts", "/accounts/x", "/policies", "/policies/x", "/policies/filters", "/sync-runs", "/users"]
PATHS += ["/users/x", "/roles", "/tokens", "/sessions", "/feeds", "/quarantine", "/dead-letters"]


def get(client: TestClient, authorization: str | None, path: str = "/me") -> Any:
    return client.get(f"/api/v1{path}", headers={"Authorization": authorization} if authorization is not None else {})


def set_on(door: Door, model: type[ApiToken] | type[User], row_id: int | None, **values: object) -> None:
    with door.database.write() as db:
        db.execute(update(model).where(col(model.id) == row_id).values(**values))


def token_of(door: Door, person: Person) -> ApiToken:
    with door.database.read() as db:
        found = db.scalars(select(ApiToken).where(col(ApiToken.user_id) == person.user.id)).one()
        db.expunge(found)
        return found


@pytest.mark.criterion("API-01")
def test_without_a_token_every_address_refuses(client: TestClient) -> None:
    for path in PATHS:
        answer = get(client, None, path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"] == 'Bearer realm="portal"'
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.criterion("API-22")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/licenses/imports"),
        ("PUT", "/api/v1/configurations/producer-types"),
        ("POST", "/api/v1/intake-forms/flood/check"),
    ],
)
def test_nothing_of_a_large_body_is_read_before_the_token(served: Served, method: str, path: str) -> None:
    answered: list[int] = []

    async def receive() -> Message:
        raise AssertionError("somebody reads the body")

    async def send(message: Message) -> None:
        answered.append(message.get("status", 0))

    for token in ([], [(b"authorization", f"Bearer {WRONG}".encode())]):
        about = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
        there = {"scheme": "http", "http_version": "1.1", "client": (STRANGER, 1), "server": ("testserver", 80)}
        headers = [(b"host", b"testserver"), (b"content-type", b"application/json"), *token]
        asyncio.run(served({**about, **there, "headers": headers}, receive, send))
    assert answered == [401, 0, 401, 0]


@pytest.mark.criterion("API-01")
def test_what_is_no_token_is_refused(client: TestClient) -> None:
    for sent in ("", "Bearer", "Bearer ", "Bearer nonsense", f"Basic {WRONG}", f"Bearer {WRONG} x", f"Token {WRONG}"):
        answer = get(client, sent)
        assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized"), sent


@pytest.mark.criterion("API-01")
def test_the_scheme_is_named_in_any_case_and_the_token_exactly(cast: Cast) -> None:
    assert get(cast.client, f"bearer {cast.maya.token}").status_code == 200
    wrong = get(cast.client, f"Bearer {cast.maya.token.swapcase()}")
    assert wrong.status_code == 401
    assert wrong.headers["www-authenticate"] == 'Bearer realm="portal", error="invalid_token"'


@pytest.mark.criterion("API-02")
def test_a_token_ends_to_the_second(cast: Cast, clock: Clock) -> None:
    life = tokens.LASTS.total_seconds()
    clock.forward(seconds=life - 1)
    assert cast.maya.get("/me").status_code == 200
    clock.forward(seconds=1)
    assert cast.maya.get("/me").status_code == 401


@pytest.mark.criterion("API-02")
def test_a_revoked_token_ends_at_once(cast: Cast, door: Door, clock: Clock) -> None:
    assert cast.maya.get("/me").status_code == 200
    set_on(door, ApiToken, token_of(door, cast.maya).id, revoked_at=clock.now)
    assert cast.maya.get("/me").status_code == 401
    assert cast.daniel.get("/me").status_code == 200


@pytest.mark.criterion("API-02")
@pytest.mark.parametrize("change", ["disabled", "second factor taken away"])
def test_a_token_ends_with_its_owner(cast: Cast, door: Door, clock: Clock, change: str) -> None:
    values = {"disabled_at": clock.now} if change == "disabled" else {"totp_enrolled_at": None}
    set_on(door, User, cast.maya.user.id, **values)
    assert cast.maya.get("/policies").status_code == 401


@pytest.mark.criterion("API-02")
def test_a_change_of_role_counts_with_the_next_request(cast: Cast, door: Door) -> None:
    assert cast.maya.json("/policies")["total"] == 1
    set_on(door, User, cast.maya.user.id, role="admin")
    assert cast.maya.get("/policies").status_code == 403


@pytest.mark.criterion("API-03")
def test_a_session_cookie_counts_for_nothing(cast: Cast) -> None:
    cast.client.cookies.set("portal_session", cast.maya.token)
    assert get(cast.client, None).status_code == 401


@pytest.mark.criterion("API-03")
def test_no_answer_sets_a_cookie_opens_itself_to_other_sites_or_may_be_kept(cast: Cast) -> None:
    origin = {"Origin": "https://elsewhere.example", "Authorization": f"Bearer {cast.maya.token}"}
    for answer in (cast.client.get("/api/v1/policies", headers=origin), get(cast.client, None)):
        assert "set-cookie" not in answer.headers
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["cache-control"] == "no-store"
    asked = cast.client.options("/api/v1/policies", headers=origin | {"Access-Control-Request-Method": "GET"})
    assert asked.status_code == 405


@pytest.mark.criterion("API-04")
def test_wrong_tokens_of_one_address_are_held_back_and_a_right_one_is_not(cast: Cast, clock: Clock) -> None:
    for _ in range(throttle.LIMIT):
        assert get(cast.client, f"Bearer {WRONG}").status_code == 401
    held = get(cast.client, f"Bearer {WRONG}")
    assert (held.status_code, held.headers["retry-after"]) == (429, "900")
    assert cast.maya.get("/me").status_code == 200
    clock.forward(seconds=throttle.WINDOW.total_seconds())
    assert get(cast.client, f"Bearer {WRONG}").status_code == 401


@pytest.mark.criterion("API-04")
def test_wrong_tokens_are_counted_apart_from_sign_ins(cast: Cast, door: Door, clock: Clock) -> None:
    """A script whose token ran out must not keep its whole office from signing in."""
    clock.forward(seconds=tokens.LASTS.total_seconds())
    assert cast.maya.get("/me").status_code == 401
    with door.database.read() as db:
        assert [each.attempts for each in db.scalars(select(AttemptCount))] == [1]
        assert db.get(AttemptCount, throttle._key(STRANGER)) is None


@pytest.mark.criterion("API-04")
def test_what_cannot_be_a_token_costs_no_write(cast: Cast, door: Door) -> None:
    get(cast.client, "Bearer nonsense")
    get(cast.client, None)
    with door.database.read() as db:
        assert db.scalars(select(AttemptCount)).all() == []


@pytest.mark.criterion("API-05")
def test_the_last_use_is_noted_and_not_at_every_request(cast: Cast, door: Door, clock: Clock) -> None:
    assert token_of(door, cast.maya).last_used_at is None
    first = clock.now
    cast.maya.get("/me")
    clock.forward(seconds=5)
    cast.maya.get("/me")
    assert token_of(door, cast.maya).last_used_at == first
    clock.forward(seconds=10)
    cast.maya.get("/me")
    assert token_of(door, cast.maya).last_used_at == first + timedelta(seconds=15)


@pytest.mark.criterion("API-05")
@pytest.mark.both_databases
def test_a_busy_database_keeps_nobody_from_reading(cast: Cast, door: Door) -> None:
    door.patience = 0.1
    hurry(door)
    with door.database.write() as other:
        other.execute(update(ApiToken).values(name="Held"))
        assert cast.maya.get("/me").status_code == 200
    assert token_of(door, cast.maya).last_used_at is None


def hurry(door: Door) -> None:
    """Wait for another writer no longer than a moment, on connections that are still to be made."""
    on_sqlite = door.database.dialect == "sqlite"

    def shorten(connection: Any, _: object) -> None:
        connection.execute("PRAGMA busy_timeout=50" if on_sqlite else "SET lock_timeout = 50")
        connection.commit()

    door.database.dispose()
    event.listen(door.database.engine, "connect", shorten)
