"""Open pages are told when their session ends soon, and cut off when it has ended. Alone in using Reflex's private
socket API."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

import reflex as rx
from redis.exceptions import RedisError
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.state import StateUpdate
from reflex_base.event import Event

from portal_app.logs import log
from portal_app.services.door import Door
from portal_app.services.errors import DomainError
from portal_app.services.identity import sessions

EVERY = 1.0
REDIS_SECONDS = 2.0


@dataclass(frozen=True)
class Warnings:
    """The handlers by which a page is told that its session ends soon, and that it does not any more."""

    soon: Any
    over: Any


class Registry:
    """Which socket belongs to which session, in this process; a socket is gone when the process is, so nothing is
    lost with it."""

    def __init__(self) -> None:
        self.sockets: dict[str, bytes] = {}
        self.connecting: set[str] = set()
        self.awake: set[bytes] = set()
        self.warned: set[str] = set()

    def seen(self, token: str, session: bytes) -> None:
        self.sockets[token] = session

    def used(self, session: bytes) -> None:
        """Its idle limit is to be moved on: the next round does that for all."""
        self.awake.add(session)

    def forget(self, token: str) -> None:
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


async def watch(
    app: rx.App, registry: Registry, door: Callable[[], Door], warnings: Warnings, every: float = EVERY
) -> None:
    """Once a second: which of the open sessions have ended? Their pages go to the sign-in page, which says why, and
    lose the socket. Those that end soon are warned."""
    while True:
        await asyncio.sleep(every)
        try:
            await _round(app, registry, door(), warnings)
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


async def _round(app: rx.App, registry: Registry, door: Door, warnings: Warnings) -> None:
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
    for token, session in list(registry.sockets.items()):
        if session in registry.awake:
            continue
        if session in found.ended:
            registry.forget(token)
            reason = found.ended[session]
            await _cut(app, token, f"/sign-in?reason={reason.value}" if reason else "/sign-in")
        elif (session in found.idle_soon) != (token in registry.warned):
            registry.warned ^= {token}
            await _send(app, token, warnings.soon if token in registry.warned else warnings.over)


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
