"""People at the door, with the codes that their authenticators would show."""

import asyncio
from dataclasses import replace

import pyotp
import pytest

from portal_app.models.enums import Role
from portal_app.models.identity import User, UserSession
from portal_app.services.access import ANONYMOUS, MATRIX, Actor, system
from portal_app.services.door import Door
from portal_app.services.identity import hashing, roster, sessions, sign_in, users
from portal_app.services.identity.draft import Draft
from portal_app.services.identity.sign_in import Passed, Refused
from tests.world import Clock, add_user

PASSWORD = "Tidewater-Lantern-42!"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXA"


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hashing.make_here(PASSWORD)


class Person:
    """Somebody who signs in, and what they hold in their hands."""

    def __init__(self, door: Door, clock: Clock, user: User) -> None:
        self.door, self.clock, self.user_id, self.email, self.locator = door, clock, user.id, user.email, user.locator

    def code(self, steps: int = 0) -> str:
        return pyotp.TOTP(SECRET).at(self.clock.now, counter_offset=steps)

    def give_password(self, password: str = PASSWORD, address: str = "192.0.2.1") -> Passed | Refused:
        return asyncio.run(sign_in.with_password(self.door, email=self.email, password=password, address=address))

    def give_code(self, passed: Passed, code: str) -> Passed | Refused:
        return asyncio.run(sign_in.with_code(self.door, self.actor(passed), code=code))

    def sign_in(self) -> Passed:
        passed = self.give_password()
        assert isinstance(passed, Passed), passed
        full = self.give_code(passed, self.code())
        assert isinstance(full, Passed), full
        self.clock.forward(seconds=30)
        return full

    def resolve(self, passed: Passed, *, passive: bool = False) -> object:
        token_hash = sessions.hash_of(passed.token)
        return asyncio.run(_resolve(self.door, token_hash, passive))

    def actor(self, passed: Passed) -> Actor:
        found = self.resolve(passed)
        assert isinstance(found, Actor), found
        return replace(found, address="192.0.2.1")

    def row(self) -> User:
        with self.door.database.read() as db:
            user = db.get(User, self.user_id)
            assert user is not None
            db.expunge(user)
            return user

    def sessions(self) -> list[UserSession]:
        with self.door.database.read() as db:
            found = list(db.query(UserSession).filter_by(user_id=self.user_id).order_by("id"))
            db.expunge_all()
            return found


@pytest.fixture
def person(door: Door, clock: Clock, password_hash: str) -> Person:
    return make_person(door, clock, password_hash, "maya@agency.test", enrolled=True)


@pytest.fixture
def newcomer(door: Door, clock: Clock, password_hash: str) -> Person:
    return make_person(door, clock, password_hash, "new@agency.test", enrolled=False)


def make_person(door: Door, clock: Clock, password_hash: str, email: str, *, enrolled: bool) -> Person:
    factor = {"totp_secret": SECRET, "totp_enrolled_at": clock.now} if enrolled else {}
    with door.database.write() as db:
        user = add_user(db, Role.PRODUCER, email, password_hash=password_hash, **factor)
    return Person(door, clock, user)


async def _resolve(door: Door, token_hash: bytes, passive: bool) -> object:
    """As the guard does for a request or an event."""
    found = await sessions.look_up(door, token_hash=token_hash)
    if not isinstance(found, sessions.Resolved):
        return found
    if found.needs_touch and not passive:
        await sessions.keep_awake(door, token_hashes=frozenset({token_hash}))
    return found.actor


def change_role(door: Door, actor: Actor, who: str, role: Role) -> None:
    """As an administrator does: all else stays, but for grants beyond the new role's ceiling."""
    found = door.run(roster.one, system("test"), who=who)
    grants = found.grants & MATRIX[role].may_be_granted
    draft = Draft(found.line.email, found.line.name, role, found.producer_code, grants)
    door.run(users.change, actor, who=who, draft=draft)


def anonymous(address: str = "192.0.2.1") -> Actor:
    return replace(ANONYMOUS, address=address)
