"""Exports over HTTP, through the guard: whose, from where, and how the file is sent."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from typing import Any

import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from sqlalchemy import event, insert
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app.guard import asgi, headers
from portal_app.models.accounts import Account
from portal_app.models.types import new_locator
from portal_app.routes import exports
from portal_app.services.door import Door
from portal_app.services.exports import stream
from tests import servers
from tests.access.conftest import Cast, cast, door  # noqa: F401
from tests.services.exports.taking import opened
from tests.world import NOW

SITE = "http://testserver"
Asks = Callable[..., Any]


def served(door: Door, folder: Path, origin: str) -> asgi.Guard:  # noqa: F811
    settings = door.settings.model_copy(update={"public_url": origin})
    return asgi.Guard(Starlette(routes=exports.ROUTES), settings, lambda: door, headers.Built(folder))


@pytest.fixture
def post(door: Door, cast: Cast, tmp_path: Path) -> Iterator[Asks]:  # noqa: F811
    """A form posted by somebody of the cast, from the portal's own pages unless said otherwise."""
    client = TestClient(served(door, tmp_path, SITE), base_url=SITE, follow_redirects=False)

    def one(who: str, origin: str = SITE, **form: str) -> Any:
        cookies = {"Cookie": f"portal_session={cast[who]}"} if cast[who] else {}
        return client.post("/exports", data=form, headers=cookies | ({"Origin": origin} if origin else {}))

    with client:
        yield one


@pytest.mark.criterion("EXPORT-20")
def test_a_file_is_sent_as_one_that_is_saved_and_kept_nowhere(post: Asks) -> None:
    answer = post("principal", kind="policies", text="maya", status="active", effective_from="2026-01-01")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="policies-2026-11-20.csv"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert [row["Policy #"] for row in opened(answer.content)] == ["HO-101"]


@pytest.mark.criterion("EXPORT-20")
@pytest.mark.parametrize(
    ("who", "kind", "status", "leads_to"),
    [
        ("csr", "accounts", 200, ""),
        ("admin", "users", 200, ""),
        ("read-only", "access-review", 200, ""),
        ("admin", "audit", 200, ""),
        ("producer", "policies", 303, "/denied"),
        ("admin", "policies", 303, "/denied"),
        ("csr", "audit", 303, "/denied"),
        ("read-only", "users", 303, "/denied"),
        ("principal", "everything", 303, "/"),
        ("anonymous", "policies", 303, "/sign-in"),
        ("password only", "policies", 303, "/mfa"),
        ("not enrolled", "policies", 303, "/enroll"),
    ],
)
def test_who_gets_a_file_and_where_the_others_are_led(
    post: Asks, who: str, kind: str, status: int, leads_to: str
) -> None:
    answer = post(who, kind=kind)
    assert (answer.status_code, answer.headers.get("location", "")) == (status, leads_to)


@pytest.mark.criterion("EXPORT-21")
def test_a_form_from_elsewhere_and_a_link_export_nothing(post: Asks, door: Door, cast: Cast, tmp_path: Path) -> None:  # noqa: F811
    assert post("principal", origin="https://evil.example", kind="policies").status_code == 403
    assert post("principal", origin="", kind="policies").status_code == 403
    with TestClient(served(door, tmp_path, SITE), base_url=SITE) as client:
        about = {"Cookie": f"portal_session={cast['principal']}"}
        assert client.get("/exports?kind=policies", headers=about).status_code == 405


@pytest.mark.criterion("EXPORT-22")
def test_who_takes_too_many_is_led_back_to_the_list_as_it_was(post: Asks) -> None:
    for _ in range(stream.MOST_IN_A_WINDOW):
        assert post("csr", kind="policies").status_code == 200
    answer = post("csr", kind="policies", text="maya's", status="active")
    assert (answer.status_code, answer.headers["location"]) == (
        303, "/policies?q=maya%27s&status=active&export=too_many",
    )  # fmt: skip


@pytest.mark.criterion("EXPORT-22")
@pytest.mark.parametrize(
    "wrong", [{"colour": "red"}, {"effective_from": "yesterday"}, {"kind": "users", "role": "queen"}]
)
def test_filters_that_no_page_sends_are_refused(post: Asks, wrong: dict[str, str]) -> None:
    answer = post("principal", **{"kind": "policies", **wrong})
    assert answer.headers["location"].endswith("?export=unclear")


@pytest.mark.criterion("EXPORT-23")
@pytest.mark.both_databases
def test_a_fault_in_the_middle_looks_like_no_whole_file(door: Door, cast: Cast, tmp_path: Path) -> None:  # noqa: F811
    """Over a real connection: it ends before the body does, which whoever reads it is told."""
    person = {"feed": "t", "kind": "person", "as_of": NOW}
    rows = [
        person | {"locator": new_locator(), "source_id": str(each), "name": f"X{each}"}
        for each in range(stream.PART * 3)
    ]
    with door.database.write() as db:
        db.execute(insert(Account), rows)

    def ask() -> tuple[int, bytes, bool]:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        about = {
            "Cookie": f"portal_session={cast['principal']}", "Origin": origin,
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        connection.request("POST", "/exports", "kind=accounts", about)
        answer = connection.getresponse()
        try:
            return answer.status, answer.read(), True
        except IncompleteRead as broken:
            return answer.status, broken.partial, False
        finally:
            answer.close()
            connection.close()

    port = servers.free_port()
    origin = f"http://127.0.0.1:{port}"
    server = Server(served(door, tmp_path, origin), "127.0.0.1", port, interface=Interfaces.ASGINL)
    loop = asyncio.new_event_loop()
    running = threading.Thread(target=lambda: loop.run_until_complete(server.serve()))
    running.start()
    try:
        while not servers.listens(port):
            assert running.is_alive()
        status, whole, complete = ask()
        assert (status, complete) == (200, True)
        assert len(opened(whole)) == len(rows) + 4
        seen: list[Any] = []

        def fail_second(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            if "ORDER BY account.id" in statement:
                seen.append(statement)
                if len(seen) == 2:
                    raise RuntimeError("the disk is gone")

        event.listen(door.database.engine, "before_cursor_execute", fail_second)
        status, part, complete = ask()
        assert (status, complete) == (200, False)
        assert part.count(b"\r\n") == stream.PART + 1
    finally:
        loop.call_soon_threadsafe(server.stop)
        running.join(20)
        loop.close()
