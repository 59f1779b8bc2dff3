"""`/sessions`: where one is signed in."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from portal_app.routes.api import parameters, people, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.identity import sessions

router = APIRouter(prefix="/sessions", tags=["sessions"], responses=problems.OF_A_ROLE)


class Session(shapes.Shape):
    """A sign-in that is open, and the address that it was made from."""

    locator: str
    since: datetime
    last_seen_at: datetime
    address: str


class Sessions(shapes.Listed[Session]):
    pass


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_own_sessions(caller: Caller, asked: Annotated[parameters.Asked, Query()]) -> Sessions:
    """One's open sessions, the newest first."""
    return Sessions.part(await the_door().act(sessions.own, caller), asked)


@router.delete("")
async def end_own_sessions(caller: Caller) -> people.Ended:
    """Sign out everywhere."""
    return people.Ended(ended=await the_door().act(sessions.sign_out_elsewhere, caller))


@router.get("/{locator}", responses=problems.MISSING)
async def get_own_session(caller: Caller, locator: parameters.Locator) -> Session:
    """One of one's open sessions."""
    return Session.of(await the_door().act(sessions.own_one, caller, locator=locator))


@router.delete("/{locator}", status_code=204, responses=problems.MISSING)
async def end_own_session(caller: Caller, locator: parameters.Locator) -> None:
    """End one of one's sessions."""
    await the_door().act(sessions.end_own, caller, locator=locator)
