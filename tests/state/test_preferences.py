"""How somebody signs in, as tabs of one session hold it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from portal_app.models.enums import Role, SessionStage
from portal_app.models.identity import RecoveryCode, UserSession
from portal_app.services.access import Actor
from portal_app.services.door import Door, Tx
from portal_app.services.identity import sessions
from portal_app.state.preferences import PreferencesState
from tests.world import Agency, actor, add_user

Opens = Callable[..., Any]


@pytest.fixture
def ines(door: Door, agency: Agency) -> Actor:
    """Somebody who has just proved both factors."""
    with door.database.write() as db:
        user = add_user(db, Role.CSR, "ines@agency.test")
        found = actor(Role.CSR, user_id=user.id, email=user.email)
        sessions.start(Tx(db, found, door.clock(), door.settings, door.ports), user, SessionStage.FULL)
        return replace(found, session_id=db.scalars(select(UserSession)).one().id)


def tab(opens: Opens, who: Actor, path: str) -> Any:
    page = opens(PreferencesState, path, who)
    asyncio.run(page.load())
    return page


def kept(door: Door) -> set[bytes]:
    with door.database.read() as db:
        return {bytes(each.code_hash) for each in db.scalars(select(RecoveryCode))}


@pytest.mark.criterion("AUTH-63")
@pytest.mark.parametrize("path", ["/recovery-codes", "/preferences"])
def test_who_has_recovery_codes_is_asked_before_new_ones_void_them(
    opens: Opens, door: Door, ines: Actor, path: str
) -> None:
    page, beside = tab(opens, ines, path), tab(opens, ines, path)
    asyncio.run(page.make_codes())
    first = kept(door)
    assert (len(page.codes), page.asking_codes, len(first)) == (10, False, 10), "the first are shown without a question"
    asyncio.run(page.make_codes())
    assert not page.asking_codes, "a second click"

    asyncio.run(beside.make_codes())
    assert (beside.codes, beside.asking_codes) == ([], True), "a tab that was opened before there were any"
    asyncio.run(beside.keep_codes())
    asyncio.run(beside.make_codes_instead())
    assert (beside.codes, beside.asking_codes) == ([], False), "what was not asked is not answered"

    asyncio.run(page.load())
    assert page.codes == []
    asyncio.run(page.make_codes())
    assert (page.codes, page.asking_codes, kept(door)) == ([], True, first)
    for _ in range(2):
        asyncio.run(page.make_codes_instead())
    assert len(page.codes) == 10
    assert kept(door).isdisjoint(first)
