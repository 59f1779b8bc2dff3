"""Which open pages are told that what they show has changed: who follows what, how often, and how many at once."""

import asyncio
from typing import Any

import pytest
import reflex as rx

from portal_app import portal_app
from portal_app.guard import events, live
from portal_app.guard.live import Registry
from portal_app.services.access import Gate, system
from portal_app.services.door import Door, Tx, writes
from portal_app.services.topics import Topic
from portal_app.state.portal import PortalState
from tests.access.conftest import Cast
from tests.access.pipeline import tab
from tests.access.test_watch_of_sessions import Sockets

WORDS = live.Words(PortalState.idle_soon, PortalState.idle_over, PortalState.ring, PortalState, "news")
STATES = "reflex___state____state.portal_app___state___portal____portal_state.portal_app___state___"


class Listening(Sockets):
    """Notes what is put into a page."""

    async def emit_update(self, update: Any, token: str) -> None:
        assert not update.events
        [(state, variables)] = update.delta.items()
        assert state == PortalState.get_full_name()
        [(name, value)] = variables.items()
        assert name == "news_rx_state_"
        assert value != self.told.get(token), "the same again would not be noticed"
        self.told[token] = value


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> Listening:
    monkeypatch.setattr(live, "PAUSE", 0)
    return Listening()


@writes(Gate.SYSTEM)
def change(tx: Tx, *, topic: Topic) -> None:
    tx.changes(topic)


def changed(door: Door, topic: Topic) -> None:
    door.run(change, system("test"), topic=topic)


def told(sockets: Listening, registry: Registry, door: Door) -> set[str]:
    """Who is told in one round."""
    before = dict(sockets.told)
    asyncio.run(live._tell_news(sockets.app, registry, door, WORDS))
    return {tab for tab, value in sockets.told.items() if before.get(tab) != value}


@pytest.mark.criterion("LIVE-02")
def test_who_shows_what_has_changed_is_told_once_and_nobody_else(sockets: Listening, door: Door) -> None:
    registry = Registry()
    registry.follow("list", {Topic.POLICIES})
    registry.follow("feeds", {Topic.FEEDS})
    assert told(sockets, registry, door) == set()
    changed(door, Topic.POLICIES)
    assert told(sockets, registry, door) == {"list"}
    assert told(sockets, registry, door) == set()
    registry.unfollow("list")
    changed(door, Topic.POLICIES)
    assert told(sockets, registry, door) == set()


class Ringing(Sockets):
    """Notes which handler a page is told to send; nothing else may be put into it."""

    async def emit_update(self, update: Any, token: str) -> None:
        assert not update.delta
        await super().emit_update(update, token)


@pytest.mark.criterion("NOTIFY-12")
def test_the_bell_of_every_page_rings_and_no_page_looks_again_for_it(door: Door) -> None:
    sockets, registry = Ringing(), Registry()
    registry.follow("policies", {Topic.POLICIES, Topic.BELL})
    registry.follow("stranger", {Topic.POLICIES})
    assert told(sockets, registry, door) == set()  # type: ignore[arg-type]
    changed(door, Topic.BELL)
    assert told(sockets, registry, door) == {"policies"}  # type: ignore[arg-type]
    assert sockets.told == {"policies": "ring"}


@pytest.mark.criterion("LIVE-02")
def test_a_page_that_loads_several_things_follows_them_all(sockets: Listening, door: Door) -> None:
    registry = Registry()
    changed(door, Topic.LETTERS)
    told(sockets, registry, door)
    registry.follow("feeds", {Topic.FEEDS})
    changed(door, Topic.FEEDS)
    registry.follow("feeds", {Topic.LETTERS})
    assert told(sockets, registry, door) == {"feeds"}, "what changed between the two is not lost"
    registry.following["feeds"].rests_until = 0
    changed(door, Topic.LETTERS)
    assert told(sockets, registry, door) == {"feeds"}


@pytest.mark.criterion("LIVE-02")
def test_many_changes_are_told_as_one_and_none_is_lost(
    sockets: Listening, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [100.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: seconds[0])
    registry = Registry()
    registry.follow("list", {Topic.POLICIES})
    changed(door, Topic.POLICIES)
    assert told(sockets, registry, door) == {"list"}
    for _ in range(3):
        changed(door, Topic.POLICIES)
        assert told(sockets, registry, door) == set(), "it was told a moment ago"
    seconds[0] += live.REST
    assert told(sockets, registry, door) == {"list"}
    seconds[0] += live.REST
    assert told(sockets, registry, door) == set()


@pytest.mark.criterion("LIVE-02")
def test_a_change_while_a_page_loads_is_told(sockets: Listening, door: Door) -> None:
    registry = Registry()
    registry.follow("early", {Topic.USERS})
    changed(door, Topic.USERS)
    told(sockets, registry, door)
    changed(door, Topic.USERS)
    registry.follow("late", {Topic.USERS})
    assert "late" in told(sockets, registry, door)


@pytest.mark.criterion("LIVE-02")
def test_two_hundred_pages_look_again_one_after_another(
    sockets: Listening, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [100.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: seconds[0])
    registry = Registry()
    for number in range(200):
        registry.follow(f"tab {number}", {Topic.POLICIES})
    seen: list[str] = []
    for _ in range(10):
        # A run of a feed changes something all the time; those who were told wait until everybody was.
        changed(door, Topic.POLICIES)
        found = told(sockets, registry, door)
        assert len(found) == live.PAGES_OF_A_ROUND
        seen += found
        seconds[0] += 1
    assert len(set(seen)) == 200


@pytest.mark.criterion("LIVE-02")
@pytest.mark.parametrize(
    ("person", "handler", "follows"),
    [
        ("csr", "policies____policies_state.load", {Topic.POLICIES}),
        ("admin", "users____users_state.load", {Topic.USERS}),
        ("admin", "home____home_state.load", {Topic.FEEDS, Topic.USERS, Topic.LETTERS}),
        ("producer", "home____home_state.load", {Topic.POLICIES, Topic.SUBMISSIONS, Topic.QUOTES, Topic.MESSAGES}),
        ("producer", "users____users_state.load", None),
        ("anonymous", "home____home_state.load", None),
    ],
)
def test_a_page_follows_what_it_loads_and_its_reader_may_see_until_the_tab_goes_on(
    app: rx.App, door: Door, cast: Cast, person: str, handler: str, follows: set[Topic] | None
) -> None:
    registry = portal_app.registry

    async def visit() -> tuple[live.Following | None, live.Following | None]:
        async with tab(app, cast[person]) as socket:
            await socket.send(STATES + handler)
            found = registry.following.get(socket.client)
            await socket.send(events.NAVIGATED)
            return found, registry.following.get(socket.client)

    found, afterwards = asyncio.run(visit())
    assert (found and set(found.topics)) == follows
    assert afterwards is None
