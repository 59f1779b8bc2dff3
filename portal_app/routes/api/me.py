"""`/me`: whom the token stands for."""

from fastapi import APIRouter

from portal_app.routes.api import shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.identity import who

router = APIRouter(tags=["me"])


@router.get("/me")
async def get_me(caller: Caller) -> shapes.Me:
    """The person behind the token, their role, and what it lets them do."""
    return shapes.Me.of(await the_door().act(who.me, caller))
