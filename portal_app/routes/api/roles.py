"""`/roles`: the dictionary of roles, by which the portal decides."""

from typing import Annotated

from fastapi import APIRouter, Query

from portal_app.routes.api import parameters, people, problems
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.identity import roster

router = APIRouter(prefix="/roles", tags=["roles"], responses=problems.OF_A_ROLE)


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_roles(caller: Caller, asked: Annotated[parameters.Asked, Query()]) -> people.Roles:
    """Each role in words, what it may do and how far, and what one person of it may be granted beyond."""
    found = await the_door().act(roster.roles, caller)
    part = [people.RoleItem.of(each) for each in found[asked.offset : asked.offset + asked.count]]
    return people.Roles.page(part, len(found), asked.offset)
