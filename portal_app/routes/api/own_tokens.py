"""`/tokens`: one's own. None is made here: a token that made others would outlive its own end."""

from typing import Annotated

from fastapi import APIRouter, Query

from portal_app.routes.api import parameters, people, problems
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.identity import tokens

router = APIRouter(prefix="/tokens", tags=["tokens"], responses=problems.OF_A_ROLE)


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_own_tokens(caller: Caller, asked: Annotated[parameters.Asked, Query()]) -> people.Tokens:
    """One's tokens that still work, the newest first."""
    return people.Tokens.part(await the_door().act(tokens.own, caller), asked)


@router.get("/{locator}", responses=problems.MISSING)
async def get_own_token(caller: Caller, locator: parameters.Locator) -> people.Token:
    """One of one's tokens that still work."""
    return people.Token.of(await the_door().act(tokens.own_one, caller, locator=locator))


@router.delete("/{locator}", status_code=204, responses=problems.MISSING)
async def revoke_own_token(caller: Caller, locator: parameters.Locator) -> None:
    """End one of one's tokens; also the one that is sent, which then was used for the last time."""
    await the_door().act(tokens.revoke_own, caller, locator=locator)
