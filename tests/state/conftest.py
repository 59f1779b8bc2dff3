"""A state as a tab holds it, at an address, with somebody before it."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
import reflex as rx
from reflex.istate.data import ReflexURL, URLData
from sqlalchemy import insert

from portal_app.models.enums import Origin, TransactionKind, TransactionState
from portal_app.models.types import new_locator
from portal_app.services import door as doors
from portal_app.services.access import Actor
from portal_app.services.door import Door, current_actor
from portal_app.services.ledger import drafts, issuing
from portal_app.services.sync import bulk
from portal_app.state.portal import PortalState
from tests.databases import opened
from tests.routes.api.test_transactions import BEGUN
from tests.services.ledger.conftest import asked, at
from tests.world import NOW, Agency, Clock, build_agency, make_door

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


@pytest.fixture
def place(door: Door, agency: Agency) -> str:
    """The address of Maya's policy, which was issued on 20 November for 1 June 2026."""
    policy = agency.policies["maya"]
    row = {
        "locator": new_locator(), "policy_id": policy.id, "kind": TransactionKind.ISSUANCE,
        "state": TransactionState.ISSUED, "origin": Origin.PORTAL, "term_effective": policy.effective,
        "effective_at": at(2026, 6, 1, 4), "known_at": NOW, "issued_at": NOW, "changes": BEGUN,
    }  # fmt: skip
    with door.database.write() as db:
        db.execute(insert(bulk.LEDGER), [row])
    return f"/policies/{policy.locator}"


@pytest.fixture
def issued(door: Door, clock: Clock, agency: Agency, place: str) -> Callable[..., str]:
    """Issues a transaction, an hour of the clock for each."""

    def issue(kind: TransactionKind, when: Any = None, **given: Any) -> str:
        clock.forward(hours=1)
        policy, instructions = place.rpartition("/")[2], [asked(**given)] if given else []
        drafted = door.run(
            drafts.draft, agency.principal(), policy=policy, kind=kind, effective_at=when, asked=instructions
        )
        door.run(issuing.issue, agency.principal(), locator=drafted.locator)
        return drafted.locator

    return issue


@pytest.fixture
def read(opens: Callable[..., Any], place: str) -> Callable[..., Any]:
    """The page at the address below the policy, loaded."""

    def load(page: Any, path: str, person: Actor) -> Any:
        state = opens(page, f"{place}/{path}", person)
        asyncio.run(state.arrive())
        asyncio.run(state.load())
        return state

    return load


def filled(**given: str) -> dict[str, str]:
    return {"kind": "change", "effective": "", "time": "", "code": "", "of_record": ""} | given
