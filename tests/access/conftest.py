"""The assembled app on a database of its own, with the cast signed in."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import reflex as rx

from portal_app.models.enums import Role, SessionStage
from portal_app.models.identity import User
from portal_app.services import door as doors
from portal_app.services.access import ANONYMOUS
from portal_app.services.door import Door, Tx
from portal_app.services.identity import sessions
from tests.databases import opened
from tests.world import Agency, Clock, add_user, build_agency, make_door

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXA"


@pytest.fixture(scope="session")
def app() -> rx.App:
    from portal_app import portal_app

    return portal_app.app


@pytest.fixture
def door(empty_sqlite: Path, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    shutil.copy(empty_sqlite, tmp_path / "portal.db")
    door = make_door(opened(f"sqlite:///{tmp_path / 'portal.db'}"), tmp_path, clock)
    monkeypatch.setattr(doors, "_installed", door)
    yield door
    door.close()


@dataclass
class Cast:
    """A session cookie for each of the cast, and the agency whose books they see."""

    agency: Agency
    cookies: dict[str, str]

    def __getitem__(self, name: str) -> str | None:
        return None if name == "anonymous" else self.cookies[name]


@pytest.fixture
def cast(door: Door) -> Cast:
    people: dict[str, tuple[Role, Any, bool, SessionStage]] = {}
    with door.database.write() as db:
        agency = build_agency(db)
        full, password = SessionStage.FULL, SessionStage.PASSWORD
        people = {
            "principal": (Role.PRINCIPAL, agency.house, True, full),
            "producer": (Role.PRODUCER, agency.maya, True, full),
            "other producer": (Role.PRODUCER, agency.daniel, True, full),
            "csr": (Role.CSR, None, True, full),
            "admin": (Role.ADMIN, None, True, full),
            "read-only": (Role.READ_ONLY, None, True, full),
            "password only": (Role.PRINCIPAL, None, True, password),
            "not enrolled": (Role.PRINCIPAL, None, False, password),
        }
        cookies = {}
        for name, (role, producer, enrolled, stage) in people.items():
            factor = {"totp_secret": SECRET, "totp_enrolled_at": door.clock()} if enrolled else {}
            user = add_user(db, role, f"{name.replace(' ', '.')}@agency.test", producer, **factor)
            cookies[name] = open_session(door, db, user, stage)
    return Cast(agency, cookies)


def open_session(door: Door, db: Any, user: User, stage: SessionStage) -> str:
    tx = Tx(db, replace(ANONYMOUS, address="192.0.2.1"), door.clock(), door.settings, door.ports)
    return sessions.start(tx, user, stage)


@pytest.fixture(autouse=True)
def _no_loop_left() -> Iterator[None]:
    yield
    asyncio.set_event_loop(None)
