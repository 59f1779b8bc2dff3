"""A state as a tab holds it, at an address, with somebody before it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
import reflex as rx
from reflex.istate.data import ReflexURL, URLData

from portal_app.services import door as doors
from portal_app.services.access import Actor
from portal_app.services.door import Door, current_actor
from portal_app.state.portal import PortalState
from tests.databases import opened
from tests.world import Agency, Clock, build_agency, make_door

Page = TypeVar("Page", bound=PortalState)
Opens = Callable[[type[Page], str, Actor], Page]


def go(state: rx.State, path: str) -> None:
    """The address as the browser says it."""
    state.rx_router_url = URLData.from_url(ReflexURL(f"http://127.0.0.1:8000{path}"))


@pytest.fixture
def door(empty_sqlite: Path, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    shutil.copy(empty_sqlite, tmp_path / "portal.db")
    door = make_door(
        opened(f"sqlite:///{tmp_path / 'portal.db'}"), tmp_path, clock, agency_name="Harbor Lane Insurance"
    )
    monkeypatch.setattr(doors, "_installed", door)
    yield door
    door.close()


@pytest.fixture
def agency(door: Door) -> Agency:
    with door.database.write() as db:
        return build_agency(db)


@pytest.fixture
def opens(door: Door) -> Callable[..., Any]:
    """The state of a page at an address, as `actor` would have it."""

    def open_page(page: type[Page], path: str, actor: Actor) -> Page:
        current_actor.set(actor)
        root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
        go(root, path)
        return cast(Page, root.get_substate(page.get_full_name().split(".")))

    return open_page
