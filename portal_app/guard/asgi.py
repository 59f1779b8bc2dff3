"""The outermost layer: hosts, origins, headers, and the session behind every request and socket."""

import hashlib
import html
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, replace
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import structlog
from starlette.responses import HTMLResponse
from ulid import ULID

from portal_app.guard import headers
from portal_app.guard.address import client_address
from portal_app.guard.events import SCHEME, SESSION_HEADER
from portal_app.models.enums import SessionEnd, SessionStage
from portal_app.services.access import ANONYMOUS, Actor
from portal_app.services.door import Door, current_actor
from portal_app.services.errors import DomainError, Unexpected
from portal_app.services.identity import sessions
from portal_app.settings import Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

SOCKET = "/_event"
API = "/api/v1/"
# Open to everybody: the way in, what a browser needs to draw it, and what watches whether the portal lives.
OPEN_PAGES = frozenset({"/sign-in", "/set-up", "/reset"})
OPEN_POSTS = frozenset({"/auth/sign-in", "/auth/set-up", "/auth/reset", "/auth/reset/confirm"})
OPEN_ROUTES = frozenset({"/healthz", "/readyz"})
OPEN_FILES = ("/assets/",)
OPEN_ENDINGS = (".css", ".js", ".svg", ".ico", ".woff2", ".webmanifest")
# Each step of the way in is open to whoever stands just before it.
STEPS = {
    "/mfa": True,
    "/auth/mfa": True,
    "/auth/mfa/text": True,
    "/enroll": False,
    "/auth/enroll": False,
    "/auth/enroll/text": False,
}
ENDS_A_STAGE = frozenset({"/auth/sign-out"})
READING = frozenset({"GET", "HEAD"})
# Tabs of people who are not signed in, open at once: from one address, and in this process.
STRANGERS_OF_AN_ADDRESS = 50
STRANGERS = 500
# What one message of theirs may weigh; they sign in by forms, and have nothing else to say.
MOST_OF_A_STRANGER = 131_072
# Tabs of one session, open at once in this process.
TABS_OF_A_SESSION = 40


def _short(receive: Receive) -> Receive:
    """The socket ends where somebody says more than they may."""

    async def heard() -> Message:
        message = await receive()
        heaviest = max(len(message.get("text") or ""), len(message.get("bytes") or b""))
        return message if heaviest <= MOST_OF_A_STRANGER else {"type": "websocket.disconnect", "code": 1009}

    return heard


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this host under TLS; plain http on loopback cannot have it."""
    return "__Host-portal_session" if settings.origin.startswith("https://") else "portal_session"


@dataclass(frozen=True)
class Visitor:
    """Who stands behind a request: an actor, or nobody and perhaps why a session ended."""

    actor: Actor
    ended: SessionEnd | None = None
    token_hash: bytes | None = None


async def _always() -> bool:
    return True


class Guard:
    """Wraps the whole backend. `door` is asked for late, so that the guard can be built before bootstrap has run."""

    def __init__(
        self,
        app: AsgiApp,
        settings: Settings,
        door: Callable[[], Door],
        built: headers.Built,
        left: Callable[[str], None] = lambda _: None,
        used: Callable[[bytes], None] = lambda _: None,
        keeps: Callable[[], Awaitable[bool]] = _always,
    ) -> None:
        """`left` is told the token of a stranger's tab whose socket was closed, `used` a session whose idle limit is to
        be moved on; `keeps` is asked whether the states of pages can be kept now."""
        self.keeps = keeps
        self.app, self.settings, self.door, self.built = app, settings, door, built
        self.left, self.used = left, used
        self.strangers: Counter[str] = Counter()
        self.tabs: Counter[bytes] = Counter()
        self.hosts = {urlsplit(origin).netloc for origin in settings.origins}
        self.cookie = cookie_name(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request_id = str(ULID())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if scope["type"] == "websocket":
            try:
                await self._socket(scope, receive, send)
            except DomainError:
                await send({"type": "websocket.close", "code": 4503})
            return
        answer = headers.added(send, scope["path"], self.built, request_id)
        try:
            await self._http(scope, receive, answer)
        except DomainError as failure:
            await fault_page(failure)(scope, receive, answer)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = _headers(scope)
        if (
            not scope["path"].startswith(SOCKET)
            or given.get(b"origin", b"").decode("latin-1") not in self.settings.origins
        ):
            await send({"type": "websocket.close", "code": 4403})
            return
        if not await self.keeps():
            # The page says that the portal cannot be reached, and connects again by itself.
            await send({"type": "websocket.close", "code": 4503})
            return
        visitor = await self._visitor(scope, passive=True)
        bound, token = self._bound(scope, visitor)
        if visitor.token_hash is not None:
            await self._persons_socket(visitor.token_hash, bound, receive, send)
            return
        await self._strangers_socket(visitor.actor.address, token, bound, receive, send)

    async def _persons_socket(self, session: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """A tab of somebody who has signed in: more than anybody looks at, but not without end."""
        if self.tabs[session] >= TABS_OF_A_SESSION:
            await send({"type": "websocket.close", "code": 4429})
            return
        self.tabs[session] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.tabs[session] -= 1
            self.tabs += Counter()

    async def _strangers_socket(self, address: str, token: str, scope: Scope, receive: Receive, send: Send) -> None:
        """A tab of somebody who is not signed in: few at a time, and nothing is kept of it."""
        if self.strangers[address] >= STRANGERS_OF_AN_ADDRESS or self.strangers.total() >= STRANGERS:
            await send({"type": "websocket.close", "code": 4429})
            return
        self.strangers[address] += 1
        try:
            await self.app(scope, _short(receive), send)
        finally:
            self.strangers[address] -= 1
            self.strangers += Counter()
            self.left(token)

    def _bound(self, scope: Scope, visitor: Visitor) -> tuple[Scope, str]:
        """The socket without its cookie, which Reflex would keep, and with a client token that only this session can
        have."""
        session = visitor.token_hash.hex() if visitor.token_hash else ""
        kept = [(name, value) for name, value in scope["headers"] if name not in (b"cookie", SESSION_HEADER.encode())]
        if session:
            kept.append((SESSION_HEADER.encode(), f"{SCHEME}{session}".encode()))
        query = [
            (name, _bind(session, value) if name == "token" else value)
            for name, value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        ]
        token = next((value for name, value in query if name == "token"), "")
        # Reflex takes the peer for the client, which behind a proxy it is not.
        client = (visitor.actor.address, 0)
        return {**scope, "client": client, "headers": kept, "query_string": urlencode(query).encode()}, token

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method, given = scope["path"], scope["method"], _headers(scope)
        if _is_crooked(path) and not path.startswith(API):
            await _answer(send, 404, "Not found.")
            return
        if given.get(b"host", b"").decode("latin-1") not in self.hosts and path not in OPEN_ROUTES:
            await _answer(send, 421, "This portal answers under its own address only.")
            return
        # Long polling would be a way around the socket's check: the portal speaks over WebSocket alone.
        if path.startswith(SOCKET):
            await _answer(send, 404, "Not found.")
            return
        if path.startswith(API):
            current_actor.set(replace(ANONYMOUS, address=self._address(scope)))
            await self.app(scope, receive, send)
            return
        if method not in READING and given.get(b"origin", b"").decode("latin-1") not in self.settings.origins:
            await _answer(send, 403, "This form was not sent from the portal's own pages.")
            return
        if _is_open_file(path) and method in READING:
            await self.app(scope, receive, send)
            return
        visitor = await self._visitor(scope, passive=path in OPEN_ROUTES)
        current_actor.set(visitor.actor)
        if (elsewhere := _way(path, method, visitor)) is not None:
            await _go(send, elsewhere)
            return
        # A page is a folder with an index; asked for without the slash, the file server would send people on to it.
        at = f"{path}/" if path in self.built.folders else path
        await self.app({**scope, "path": at, "raw_path": at.encode()}, receive, send)

    async def _visitor(self, scope: Scope, *, passive: bool) -> Visitor:
        nobody = Visitor(replace(ANONYMOUS, address=self._address(scope)))
        token = self._cookie(scope)
        if not token:
            return nobody
        token_hash = sessions.hash_of(token)
        found = await sessions.look_up(self.door(), token_hash=token_hash)
        if not isinstance(found, sessions.Resolved):
            return replace(nobody, ended=found)
        if found.needs_touch and not passive:
            self.used(token_hash)
        return Visitor(replace(found.actor, address=nobody.actor.address), None, token_hash)

    def _cookie(self, scope: Scope) -> str:
        for name, value in scope["headers"]:
            if name == b"cookie":
                jar: SimpleCookie = SimpleCookie()
                try:
                    jar.load(value.decode("latin-1"))
                except CookieError:
                    continue
                if self.cookie in jar:
                    return jar[self.cookie].value
        return ""

    def _address(self, scope: Scope) -> str:
        forwarded = _headers(scope).get(b"x-forwarded-for", b"").decode("latin-1")
        return client_address(scope.get("client"), forwarded, self.settings.trusted_proxies)


def _way(path: str, method: str, visitor: Visitor) -> str | None:
    """None where the visitor may pass, else where the way goes. What is not named here needs a whole sign-in."""
    actor, page = visitor.actor, path.rstrip("/") or "/"
    full = actor.stage is SessionStage.FULL and actor.enrolled
    if page in OPEN_ROUTES or page in OPEN_POSTS:
        return None
    if page in OPEN_PAGES:
        return "/" if full and page == "/sign-in" and method in READING else None
    if full:
        return "/" if page in STEPS else None
    if actor.stage is not None and page in ENDS_A_STAGE:
        return None
    if actor.stage is SessionStage.PASSWORD:
        return None if STEPS.get(page) is actor.enrolled else ("/mfa" if actor.enrolled else "/enroll")
    return f"/sign-in?reason={visitor.ended.value}" if visitor.ended else "/sign-in"


def _is_crooked(path: str) -> bool:
    """Whether whoever serves files could read another path out of it than we do."""
    return "\\" in path or "//" in path or any(part in (".", "..") for part in path.split("/"))


def _is_open_file(path: str) -> bool:
    return path.startswith(OPEN_FILES) or (path.count("/") == 1 and path.endswith(OPEN_ENDINGS))


def _bind(session: str, token: str) -> str:
    return hashlib.sha256(f"{session}:{token}".encode()).hexdigest()[:40]


def _headers(scope: Scope) -> dict[bytes, bytes]:
    return dict(scope["headers"])


async def _go(send: Send, path: str) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": 303,
            "headers": [(b"location", path.encode()), (b"content-length", b"0")],
        }
    )
    await send({"type": "http.response.body", "body": b""})


FAULT = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The portal cannot answer</title>
<body style="font:16px/1.5 system-ui;max-width:34rem;margin:20vh auto;padding:0 1rem">
<main><h1 style="font-size:1.4rem">The portal cannot answer right now</h1>
<p>{sentence}</p><p><a href="{again}">Try again</a></p></main>"""


def fault_page(failure: DomainError, again: str = "") -> HTMLResponse:
    """A page that needs nothing of the portal's, for when it cannot tell who asks, or cannot do what a form asks.
    `again` is where its link leads: without it, to the same address."""
    status = 500 if isinstance(failure, Unexpected) else 503
    return HTMLResponse(FAULT.format(sentence=html.escape(failure.sentence), again=again), status)


async def _answer(send: Send, status: int, sentence: str) -> None:
    body = sentence.encode()
    about = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": about})
    await send({"type": "http.response.body", "body": body})
