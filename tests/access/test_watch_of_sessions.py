"""One round of the watch: who is told and cut off, who is left alone, and what a bad round does."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from portal_app.guard import live
from portal_app.guard.live import Registry
from portal_app.models.enums import SessionEnd
from portal_app.models.identity import UserSession
from portal_app.services.access import ANONYMOUS
from portal_app.services.door import Door
from portal_app.services.identity import sessions
from portal_app.state.portal import PortalState
from tests.access.conftest import Cast
from tests.world import Clock

WORDS = live.Words(PortalState.idle_soon, PortalState.idle_over, PortalState.ring, PortalState, "news")


@dataclass
class Sockets:
    """Stands for Reflex's sockets: which tabs are connected, what they were sent, which were cut."""

    token_to_socket: dict[str, Any] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    cut: list[str] = field(default_factory=list)
    namespace: str = "/_event"

    @property
    def app(self) -> Any:
        return SimpleNamespace(event_namespace=self, sio=self)

    @property
    def _token_manager(self) -> "Sockets":
        return self

    def open(self, *tabs: str) -> None:
        self.token_to_socket |= {tab: SimpleNamespace(sid=f"sid of {tab}") for tab in tabs}

    async def emit_update(self, update: Any, token: str) -> None:
        assert token not in self.cut
        event = update.events[0]
        self.told[token] = event.payload.get("path") or event.name.rpartition(".")[2]

    async def disconnect(self, sid: str, namespace: str) -> None:
        self.cut.append(sid.removeprefix("sid of "))


@pytest.fixture
def sockets() -> Sockets:
    return Sockets()


def hash_of(cast: Cast, name: str) -> bytes:
    return sessions.hash_of(cast.cookies[name])


def one_round(sockets: Sockets, registry: Registry, door: Door) -> None:
    asyncio.run(live._round(sockets.app, registry, door, WORDS))


@pytest.mark.criterion("AUTH-24")
def test_every_tab_of_an_ended_session_is_told_and_cut_off_and_no_other(
    sockets: Sockets, door: Door, cast: Cast
) -> None:
    registry = Registry()
    sockets.open("first", "second", "other", "unknown")
    for tab, name in {"first": "csr", "second": "csr", "other": "admin"}.items():
        registry.seen(tab, hash_of(cast, name))
    registry.seen("unknown", bytes(32))
    with door.database.write() as db:
        found = db.query(UserSession).filter_by(token_hash=hash_of(cast, "csr")).one()
        found.ended_at, found.end_reason = door.clock(), SessionEnd.ROLE_CHANGED
    one_round(sockets, registry, door)
    ended = "/sign-in?reason=role_changed"
    assert sockets.told == {"first": ended, "second": ended, "unknown": "/sign-in"}
    assert set(sockets.cut) == set(sockets.told)
    assert set(registry.sockets) == {"other"}
    sockets.told.clear()
    one_round(sockets, registry, door)
    assert sockets.told == {}


@pytest.mark.criterion("AUTH-23")
def test_sessions_that_were_used_stay_awake_and_those_that_were_only_open_do_not(
    sockets: Sockets, door: Door, cast: Cast, clock: Clock
) -> None:
    registry = Registry()
    sockets.open("used", "open")
    registry.seen("used", hash_of(cast, "csr"))
    registry.used(hash_of(cast, "csr"))
    registry.seen("open", hash_of(cast, "admin"))
    clock.forward(minutes=20)
    one_round(sockets, registry, door)
    assert not registry.awake
    clock.forward(minutes=10)
    one_round(sockets, registry, door)
    assert sockets.told == {"open": "/sign-in?reason=idle"}


@pytest.mark.criterion("AUTH-23")
def test_a_tab_that_is_closed_is_forgotten_and_its_use_still_counts(
    sockets: Sockets, door: Door, cast: Cast, clock: Clock
) -> None:
    registry = Registry()
    registry.seen("closed", hash_of(cast, "csr"))
    registry.used(hash_of(cast, "csr"))
    registry.connecting.add("closed")
    clock.forward(minutes=20)
    one_round(sockets, registry, door)
    assert (registry.sockets, registry.connecting) == ({}, set())
    clock.forward(minutes=29)
    found = door.run(sessions.standing, ANONYMOUS, token_hash=hash_of(cast, "csr"))
    assert isinstance(found, sessions.Resolved)


@pytest.mark.criterion("AUTH-24")
def test_one_bad_round_does_not_end_the_watch(sockets: Sockets, door: Door, cast: Cast) -> None:
    registry = Registry()
    sockets.open("tab")
    registry.seen("tab", bytes(32))
    asked = []

    def the_door() -> Door:
        asked.append(1)
        if len(asked) == 1:
            raise RuntimeError("the database is away")
        return door

    async def until_told() -> None:
        watch = asyncio.create_task(live.watch(sockets.app, registry, the_door, WORDS, every=0.01))
        for _ in range(300):
            await asyncio.sleep(0.01)
            if sockets.cut:
                break
        watch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watch

    asyncio.run(until_told())
    assert sockets.told == {"tab": "/sign-in"}


@pytest.mark.criterion("AUTH-52")
def test_a_tab_is_warned_once_and_told_when_it_stays(sockets: Sockets, door: Door, cast: Cast, clock: Clock) -> None:
    registry = Registry()
    sockets.open("tab")
    registry.seen("tab", hash_of(cast, "csr"))
    clock.forward(minutes=28)
    one_round(sockets, registry, door)
    assert sockets.told == {"tab": "idle_soon"}
    sockets.told.clear()
    one_round(sockets, registry, door)
    assert sockets.told == {}
    registry.used(hash_of(cast, "csr"))
    one_round(sockets, registry, door)
    one_round(sockets, registry, door)
    assert sockets.told == {"tab": "idle_over"}
    assert sockets.cut == []
