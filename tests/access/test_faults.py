"""When the portal cannot even find out who asks: people are told, and nothing goes round in circles."""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import reflex as rx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from portal_app.guard import asgi, events, headers, live
from portal_app.guard.live import Registry
from portal_app.services.door import Door
from portal_app.services.identity import sessions
from tests.access.conftest import Cast
from tests.access.pipeline import tab
from tests.access.test_events import OURS, send
from tests.world import Clock

SITE = "http://testserver"
ARRIVE = next(name for name in OURS if name.endswith("portal_state.arrive"))


@pytest.fixture
def database(tmp_path: Path, door: Door) -> Path:
    return tmp_path / "portal.db"


def run(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        connection.execute("PRAGMA legacy_alter_table = ON")
        connection.execute(statement)


@pytest.fixture
def broken(database: Path, cast: Cast) -> Iterator[None]:
    """A table without which nobody can be recognised is out of the way."""
    run(database, "ALTER TABLE user_grant RENAME TO user_grant_away")
    yield
    run(database, "ALTER TABLE user_grant_away RENAME TO user_grant")


@pytest.fixture
def locked(database: Path, cast: Cast) -> Iterator[None]:
    """Somebody else holds the one place for writers."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


Visits = Callable[[str | None], Any]


@pytest.fixture
def visits(door: Door, tmp_path: Path) -> Iterator[tuple[Visits, set[bytes]]]:
    """Asks for a page with somebody's cookie, and the sessions whose idle limit is to be moved on."""
    used: set[bytes] = set()
    settings = door.settings.model_copy(update={"public_url": SITE})
    inner = Starlette(routes=[Route("/policies", lambda _: PlainTextResponse("the page"))])
    guard = asgi.Guard(inner, settings, lambda: door, headers.Built(tmp_path), used=used.add)
    with TestClient(guard, base_url=SITE, raise_server_exceptions=True, follow_redirects=False) as client:

        def visit(token: str | None) -> Any:
            return client.get("/policies", headers={"cookie": f"portal_session={token}"})

        yield visit, used


@pytest.mark.criterion("GUARD-20")
def test_a_page_that_cannot_be_guarded_says_so_under_a_reference(
    visits: tuple[Visits, set[bytes]], cast: Cast, broken: None
) -> None:
    answer = visits[0](cast["principal"])
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert re.search(r"Nothing was changed\. Reference: [0-9a-f]{8}", answer.text)
    assert "user_grant" not in answer.text


@pytest.mark.criterion("GUARD-20")
def test_an_event_that_cannot_be_guarded_leads_to_a_page_with_the_reference(
    app: rx.App, cast: Cast, broken: None
) -> None:
    (path,) = send(app, cast["principal"], ARRIVE).redirects()
    assert re.fullmatch(r"/error\?reference=[0-9a-f]{8}", path)


@pytest.mark.criterion("GUARD-20")
def test_going_to_that_page_does_not_lead_there_again(app: rx.App, cast: Cast, broken: None) -> None:
    async def arrives() -> list[str]:
        async with tab(app, cast["principal"], "/error") as socket:
            return (await socket.send(events.NAVIGATED)).redirects()

    assert asyncio.run(arrives()) == []


@pytest.mark.criterion("DOOR-08")
def test_reading_does_not_wait_for_the_idle_limit_to_be_written(
    visits: tuple[Visits, set[bytes]], app: rx.App, cast: Cast, clock: Clock, door: Door, locked: None
) -> None:
    clock.forward(minutes=20)
    door.patience = 60
    assert visits[0](cast["principal"]).text == "the page"
    assert visits[1] == {sessions.hash_of(cast["principal"] or "")}
    assert send(app, cast["producer"], ARRIVE, seconds=5).errors == []


@pytest.mark.criterion("DOOR-08")
def test_an_idle_limit_that_could_not_be_moved_on_is_moved_on_later(
    door: Door, cast: Cast, clock: Clock, database: Path
) -> None:
    registry, token_hash = Registry(), sessions.hash_of(cast["principal"] or "")
    clock.forward(minutes=29)
    registry.used(token_hash)
    door.patience = 0.1
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        asyncio.run(live.keep_awake(registry, door))
        connection.execute("ROLLBACK")
    assert registry.awake == {token_hash}
    door.patience = 10
    asyncio.run(live.keep_awake(registry, door))
    assert registry.awake == set()
    clock.forward(minutes=29)
    assert isinstance(asyncio.run(sessions.look_up(door, token_hash=token_hash)), sessions.Resolved)
