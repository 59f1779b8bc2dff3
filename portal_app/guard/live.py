"""Open pages are told when their session ends soon and when what they show has changed, and are cut off when the
session has ended. Alone in using Reflex's private socket API."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

import reflex as rx
from redis.exceptions import RedisError
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.state import StateUpdate
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.event import Event

from portal_app.logs import log
from portal_app.services import marks
from portal_app.services.door import Door
from portal_app.services.errors import DomainError
from portal_app.services.identity import sessions
from portal_app.services.topics import Topic

EVERY = 1.0
# A page is told of news at most so often.
REST = 2.0
# So many pages are told in one round, with a pause after each: all of them would look again in the same instant.
PAGES_OF_A_ROUND = 20
PAUSE = 0.02
REDIS_SECONDS = 2.0


@dataclass(frozen=True)
class Words:
    """How a page is spoken to: the handlers that say that its session ends soon, or does not any more, and that its
    bell may count otherwise now; and the state and name of the variable that is another one whenever there is news."""

    soon: Any
    over: Any
    ring: Any
    state: type[rx.State]
    news: str


@dataclass
class Following:
    """What an open page shows, the marks that it has seen of it, and when it may be told again."""

    topics: frozenset[Topic]
    seen: Mapping[str, int]
    rests_until: float = 0.0

    def behind(self, now: Mapping[str, int]) -> set[Topic]:
        return {topic for topic in self.topics if now.get(topic, 0) > self.seen.get(topic, 0)}


class Registry:
    """Which socket belongs to which session, in this process; a socket is gone when the process is, so nothing is
    lost with it."""

    def __init__(self) -> None:
        self.sockets: dict[str, bytes] = {}
        self.connecting: set[str] = set()
        self.awake: set[bytes] = set()
        self.warned: set[str] = set()
        self.following: dict[str, Following] = {}
        self.marks: Mapping[str, int] = {}

    def seen(self, token: str, session: bytes) -> None:
        self.sockets[token] = session

    def used(self, session: bytes) -> None:
        """Its idle limit is to be moved on: the next round does that for all."""
        self.awake.add(session)

    def follow(self, token: str, topics: Collection[Topic]) -> None:
        """The page that this tab shows is about to load what it shows of these topics. The marks are those of the last
        round: what changes from now on is never missed, and at worst the page looks once for nothing. A page may load
        several things one after another, each of topics of its own."""
        before = self.following.get(token, Following(frozenset(), {}))
        seen: dict[str, int] = {**before.seen, **{topic: self.marks.get(topic, 0) for topic in topics}}
        self.following[token] = Following(before.topics | frozenset(topics), seen)

    def unfollow(self, token: str) -> None:
        """The tab goes to another page."""
        self.following.pop(token, None)

    def forget(self, token: str) -> None:
        self.unfollow(token)
        self.sockets.pop(token, None)
        self.connecting.discard(token)
        self.warned.discard(token)


def drop_state(app: rx.App, token: str) -> None:
    """Forget what was kept for a tab of a stranger: nobody can come back to it, and anybody could fill the memory."""
    manager = app.state_manager
    if isinstance(manager, StateManagerMemory):
        key = rx.BaseStateToken(ident=token, cls=rx.State).cache_key
        manager.states.pop(key, None)
        manager._token_expires_at.pop(key, None)


async def keeps_states(app: rx.App) -> bool:
    """Whether the states of pages can be kept now: where they are in Redis, whether it answers."""
    manager = app.state_manager
    if not isinstance(manager, StateManagerRedis):
        return True
    try:
        await asyncio.wait_for(cast(Awaitable[bool], manager.redis.ping()), REDIS_SECONDS)
    except (RedisError, OSError, TimeoutError) as error:
        log.error("redis away", error=type(error).__name__)
        return False
    return True


async def watch(app: rx.App, registry: Registry, door: Callable[[], Door], words: Words, every: float = EVERY) -> None:
    """Once a second: which of the open sessions have ended? Their pages go to the sign-in page, which says why, and
    lose the socket. Those that end soon are warned. And who shows something that has changed since is told so."""
    while True:
        await asyncio.sleep(every)
        try:
            await _round(app, registry, door(), words)
            await _tell_news(app, registry, door(), words)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 (one bad round must not end the watch)
            log.error("watch failed", exc_info=error)


async def keep_awake(registry: Registry, door: Door) -> None:
    """Move the idle limit on for all sessions that were used since the last time. Where that cannot be written now, the
    next round tries again: nobody has to wait for it."""
    if registry.awake:
        awake, registry.awake = frozenset(registry.awake), set()
        try:
            await sessions.keep_awake(door, token_hashes=awake)
        except DomainError:
            registry.awake |= awake


async def _round(app: rx.App, registry: Registry, door: Door, words: Words) -> None:
    namespace = app.event_namespace
    if namespace is None:
        return
    connected = namespace._token_manager.token_to_socket
    for token in [token for token in registry.sockets if token not in connected]:
        registry.forget(token)
    await keep_awake(registry, door)
    if not registry.sockets:
        return
    found = await sessions.watched(door, token_hashes=frozenset(registry.sockets.values()))
    over = []
    for token, session in list(registry.sockets.items()):
        if session in registry.awake:
            continue
        if session in found.ended:
            registry.forget(token)
            reason = found.ended[session]
            over.append(_cut(app, token, f"/sign-in?reason={reason.value}" if reason else "/sign-in"))
        elif (session in found.idle_soon) != (token in registry.warned):
            registry.warned ^= {token}
            await _send(app, token, words.soon if token in registry.warned else words.over)
    await asyncio.gather(*over)


async def _tell_news(app: rx.App, registry: Registry, door: Door, words: Words) -> None:
    """Those who have waited longest first. A page decides itself when it looks again: see portal.js."""
    if not registry.following:
        return
    registry.marks = found = await marks.now(door)
    behind = [
        (each.rests_until, token)
        for token, each in registry.following.items()
        if each.behind(found) and each.rests_until <= time.monotonic()
    ]
    for _, token in sorted(behind)[:PAGES_OF_A_ROUND]:
        page = registry.following.get(token)
        if page is not None:
            changed = page.behind(found)
            page.seen, page.rests_until = found, time.monotonic() + REST
            if Topic.BELL in changed:
                await _send(app, token, words.ring)
            if changed - {Topic.BELL}:
                await _put(app, token, words.state, words.news, secrets.token_hex(4))
            await asyncio.sleep(PAUSE)


async def _put(app: rx.App, token: str, state: type[rx.State], variable: str, value: str) -> None:
    """Change a variable of a page in the browser alone: no event goes to and fro, and no state is loaded for it."""
    if (namespace := app.event_namespace) is not None:
        delta = {state.get_full_name(): {variable + FIELD_MARKER: value}}
        await namespace.emit_update(StateUpdate(delta=delta), token)


async def _send(app: rx.App, token: str, event: Any) -> None:
    if (namespace := app.event_namespace) is not None:
        await namespace.emit_update(StateUpdate(events=Event.from_event_type([event])), token)


async def _cut(app: rx.App, token: str, path: str) -> None:
    namespace, socket = app.event_namespace, app.sio
    if namespace is None or socket is None:
        return
    await _send(app, token, rx.redirect(path))
    record = namespace._token_manager.token_to_socket.get(token)
    if record is not None:
        # The page needs a moment to follow the redirect; a socket that is cut first would only try to connect again.
        await asyncio.sleep(0.3)
        await socket.disconnect(record.sid, namespace=namespace.namespace)
