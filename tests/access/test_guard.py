"""The outermost layer by itself, around an app that only notes what reaches it."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from portal_app.guard import asgi, headers
from portal_app.guard.asgi import MOST_OF_A_STRANGER, STRANGERS, TABS_OF_A_SESSION, Guard
from portal_app.guard.events import SCHEME, SESSION_HEADER
from portal_app.services.access import Actor
from portal_app.services.door import Door, current_actor
from portal_app.services.identity import sessions
from portal_app.settings import Settings
from tests.access.conftest import Cast
from tests.world import Clock

ORIGIN = "http://127.0.0.1:8000"
Given = dict[str, str]


@dataclass
class Inner:
    """What the guard let through."""

    scopes: list[dict[str, Any]] = field(default_factory=list)
    actors: list[Actor] = field(default_factory=list)
    strangers: list[int] = field(default_factory=list)
    guard: Guard | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.guard is not None
        self.scopes.append(scope)
        self.actors.append(current_actor.get())
        self.strangers.append(self.guard.strangers.total())
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})


@dataclass
class Outside:
    """Sends requests and sockets, and hears the answer."""

    inner: Inner
    guard: Guard
    left: list[str]
    saying: str = ""
    peer: str = "198.51.100.7"

    def ask(self, path: str, method: str = "GET", cookie: str | None = None, **given: str) -> tuple[int, str]:
        answer = self._send({"type": "http", "method": method}, path, cookie, given)
        return answer["status"], dict(answer["headers"]).get(b"location", b"").decode()

    def connect(self, path: str = "/_event/", cookie: str | None = None, **given: str) -> int | None:
        """None where the socket was let through, else the code with which it was closed."""
        before = len(self.inner.scopes)
        answer = self._send({"type": "websocket"}, path, cookie, given)
        return None if len(self.inner.scopes) > before else answer["code"]

    def _send(self, kind: Given, path: str, cookie: str | None, given: Given) -> dict[str, Any]:
        sent: list[dict[str, Any]] = []
        about = {"host": "127.0.0.1:8000", "origin": ORIGIN} | given
        if cookie:
            about["cookie"] = f"theme=dark; portal_session={cookie}"
        scope = {
            **kind,
            "path": path,
            "query_string": b"EIO=4&transport=websocket&token=tab",
            "headers": [(name.encode(), value.encode()) for name, value in about.items()],
            "client": (self.peer, 50000),
        }

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            assert self.saying, "nothing is read here"
            return {"type": "websocket.receive", "text": self.saying}

        asyncio.run(self.guard(scope, receive, send))
        return sent[0] if sent else {}

    @property
    def bound(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.inner.scopes[-1]["headers"]}


@pytest.fixture
def outside(door: Door, tmp_path: Path) -> Outside:
    inner, left = Inner(), list[str]()
    inner.guard = Guard(inner, door.settings, lambda: door, headers.Built(tmp_path / "nothing built"), left.append)
    return Outside(inner, inner.guard, left)


@pytest.mark.criterion("GUARD-13")
def test_a_socket_is_opened_at_its_own_address_alone(outside: Outside, cast: Cast) -> None:
    assert outside.connect() is None
    for path in ("/", "/policies", "/api/v1/me", "/healthz"):
        assert outside.connect(path, cast["principal"]) == 4403
    assert outside.connect(origin="https://evil.example") == 4403


@pytest.mark.criterion("GUARD-19")
def test_strangers_everywhere_together_may_hold_so_many_tabs_and_who_is_signed_in_is_not_among_them(
    outside: Outside, cast: Cast
) -> None:
    outside.guard.strangers.update({f"10.0.{number // 200}.{number % 200}": 1 for number in range(STRANGERS - 1)})
    assert outside.connect() is None
    assert outside.inner.strangers == [STRANGERS]
    outside.guard.strangers["10.9.9.9"] = 1
    assert outside.connect() == 4429
    assert outside.connect(cookie=cast["principal"]) is None


@pytest.mark.criterion("GUARD-19")
def test_of_a_strangers_tab_nothing_is_left_when_it_closes(outside: Outside, cast: Cast) -> None:
    outside.connect()
    assert not outside.guard.strangers
    assert outside.left == [asgi._bind("", "tab")]
    outside.connect(cookie=cast["principal"])
    assert len(outside.left) == 1


@pytest.mark.criterion("GUARD-19")
def test_a_stranger_says_little_at_a_time_and_who_is_signed_in_a_whole_form(outside: Outside, cast: Cast) -> None:
    heard: list[tuple[str, int]] = []

    async def listens(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        heard.append((message["type"], len(message.get("text", ""))))

    outside.guard.app = listens
    for cookie, length in ((None, MOST_OF_A_STRANGER), (None, MOST_OF_A_STRANGER + 1), (cast["admin"], 2_000_000)):
        outside.saying = "x" * length
        outside._send({"type": "websocket"}, "/_event/", cookie, {})
    short, long = "websocket.receive", "websocket.disconnect"
    assert heard == [(short, MOST_OF_A_STRANGER), (long, 0), (short, 2_000_000)]


@pytest.mark.criterion("GUARD-21")
def test_a_session_holds_so_many_tabs_and_another_is_not_touched(outside: Outside, cast: Cast) -> None:
    mine = sessions.hash_of(cast.cookies["principal"])
    outside.guard.tabs[mine] = TABS_OF_A_SESSION - 1
    assert outside.connect(cookie=cast["principal"]) is None
    assert outside.guard.tabs[mine] == TABS_OF_A_SESSION - 1, "room is made as one closes"
    outside.guard.tabs[mine] += 1
    assert outside.connect(cookie=cast["principal"]) == 4429
    assert outside.connect(cookie=cast["csr"]) is None
    assert set(outside.guard.tabs) == {mine}, "nothing is kept of sessions without a tab"


@pytest.mark.criterion("AUTH-28")
def test_a_socket_loses_its_cookie_and_a_forged_session_and_is_bound_to_its_own(outside: Outside, cast: Cast) -> None:
    cookie = cast["principal"]
    assert cookie is not None
    forged = {SESSION_HEADER: f"{SCHEME}{sessions.hash_of(cookie).hex()}"}
    outside.connect(**forged)
    assert {"cookie", SESSION_HEADER}.isdisjoint(outside.bound)
    tab = outside.inner.scopes[-1]["query_string"]
    outside.connect(cookie=cookie, authorization="portal 00")
    assert outside.bound[SESSION_HEADER] == forged[SESSION_HEADER]
    assert "cookie" not in outside.bound
    assert outside.inner.scopes[-1]["query_string"] != tab
    assert b"token=tab" not in tab


@pytest.mark.criterion("GUARD-16")
def test_a_socket_bears_the_address_that_counts(outside: Outside) -> None:
    outside.connect(**{"x-forwarded-for": "203.0.113.9"})
    assert outside.inner.scopes[-1]["client"] == (outside.peer, 0)
    outside.guard.settings = outside.guard.settings.model_copy(update={"trusted_proxies": [outside.peer]})
    outside.connect(**{"x-forwarded-for": "203.0.113.9"})
    assert outside.inner.scopes[-1]["client"] == ("203.0.113.9", 0)


@pytest.mark.criterion("AUTH-23")
def test_a_socket_that_connects_keeps_no_session_awake_and_a_page_does(
    outside: Outside, cast: Cast, clock: Clock
) -> None:
    used: set[bytes] = set()
    outside.guard.used = used.add
    clock.forward(minutes=20)
    outside.connect(cookie=cast["principal"])
    outside.ask("/healthz", cookie=cast["principal"])
    assert used == set()
    assert outside.ask("/policies", cookie=cast["principal"]) == (200, "")
    assert used == {sessions.hash_of(cast.cookies["principal"])}


@pytest.mark.criterion("GUARD-10")
@pytest.mark.parametrize(
    ("person", "ways"),
    [
        ("anonymous", {"/": "/sign-in", "/mfa": "/sign-in", "/enroll": "/sign-in", "/sign-in": "", "/set-up": ""}),
        (
            "password only",
            {"/": "/mfa", "/mfa": "", "/enroll": "/mfa", "/mfa/": "", "/sign-in": "", "/policies": "/mfa"},
        ),
        ("not enrolled", {"/": "/enroll", "/mfa": "/enroll", "/enroll": "", "/policies": "/enroll"}),
        ("principal", {"/": "", "/mfa": "/", "/enroll": "/", "/sign-in": "/", "/set-up": "", "/policies": ""}),
    ],
)
def test_each_step_of_the_way_in_is_open_to_whoever_stands_before_it(
    outside: Outside, cast: Cast, person: str, ways: Given
) -> None:
    assert {path: outside.ask(path, cookie=cast[person])[1] for path in ways} == ways


@pytest.mark.criterion("GUARD-10")
@pytest.mark.parametrize("path", ["/policies/x.js", "/accounts/logo.svg", "/admin/a.css"])
def test_a_page_does_not_open_by_ending_like_a_file(outside: Outside, path: str) -> None:
    assert outside.ask(path) == (303, "/sign-in")
    assert outside.ask("/favicon.ico") == (200, "")
    assert outside.ask("/favicon.ico", "POST") == (303, "/sign-in")


@pytest.mark.criterion("GUARD-10")
def test_who_is_half_way_in_may_sign_out_and_a_stranger_has_nothing_to_end(outside: Outside, cast: Cast) -> None:
    for person in ("password only", "not enrolled", "principal"):
        assert outside.ask("/auth/sign-out", "POST", cast[person]) == (200, "")
    assert outside.ask("/auth/sign-out", "POST") == (303, "/sign-in")


@pytest.mark.criterion("GUARD-05")
def test_a_page_of_a_session_that_has_ended_leads_to_the_sign_in_page_with_the_reason(
    outside: Outside, cast: Cast, clock: Clock
) -> None:
    clock.forward(minutes=30)
    assert outside.ask("/policies", cookie=cast["principal"]) == (303, "/sign-in?reason=idle")


@pytest.mark.criterion("GUARD-14")
def test_who_watches_may_ask_under_any_name_and_nobody_else(outside: Outside) -> None:
    assert outside.ask("/healthz", host="10.0.0.5:8000")[0] == 200
    assert outside.ask("/sign-in", host="10.0.0.5:8000")[0] == 421
    assert outside.ask("/api/v1/me", host="10.0.0.5:8000")[0] == 421


@pytest.mark.criterion("GUARD-16")
def test_the_address_is_that_of_the_request_and_not_of_the_sign_in(outside: Outside, cast: Cast) -> None:
    outside.ask("/policies", cookie=cast["principal"], **{"x-forwarded-for": "203.0.113.9"})
    assert (outside.inner.actors[-1].email, outside.inner.actors[-1].address) == (
        "principal@agency.test",
        "198.51.100.7",
    )


@pytest.mark.criterion("API-03")
def test_to_the_api_everybody_with_a_cookie_is_a_stranger(outside: Outside, cast: Cast) -> None:
    outside.ask("/policies", cookie=cast["principal"])
    outside.ask("/api/v1/me", cookie=cast["principal"])
    assert (outside.inner.actors[-1].kind, outside.inner.actors[-1].address) == ("anonymous", "198.51.100.7")


@pytest.mark.criterion("GUARD-11")
@pytest.mark.parametrize(
    ("address", "name"),
    [("https://portal.example.com", "__Host-portal_session"), ("http://127.0.0.1:8000", "portal_session")],
)
def test_under_tls_the_cookie_is_bound_to_its_host(address: str, name: str, tmp_path: Path) -> None:
    assert asgi.cookie_name(Settings(data_dir=tmp_path, public_url=address)) == name


@pytest.mark.criterion("GUARD-15")
@pytest.mark.parametrize(
    ("path", "status", "content_type", "expected"),
    [
        ("/assets/a.js", 200, b"text/javascript", headers.FOREVER),
        ("/assets/a.js", 404, b"text/plain", b"no-cache"),
        ("/assets/a", 200, b"text/html", b"no-cache"),
        ("/policies", 200, b"text/html; charset=utf-8", b"no-cache"),
        ("/logo.svg", 200, b"image/svg+xml", b"no-cache"),
        ("/api/v1/me", 200, b"application/json", b"no-store"),
        ("/auth/sign-in", 303, b"", b"no-store"),
    ],
)
def test_only_files_whose_name_changes_with_their_content_are_kept_for_long(
    path: str, status: int, content_type: bytes, expected: bytes
) -> None:
    assert headers._caching(path, status, content_type) == expected
