"""Who calls: the person behind the bearer token. Cookies count for nothing here."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from portal_app.services.access import Actor
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import SignInNeeded
from portal_app.services.identity import bearer

scheme = HTTPBearer(
    scheme_name="token", description="A token of the portal, as `token create` prints it.", auto_error=False
)


async def caller(sent: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]) -> Actor:
    """The actor of this request. Raises SignInNeeded, or TooMany where wrong tokens keep coming from an address."""
    if sent is None:
        raise SignInNeeded("Send a token: Authorization: Bearer …")
    actor = await bearer.person_behind(the_door(), current_actor.get(), token=sent.credentials)
    if actor is None:
        raise SignInNeeded("This token is unknown, expired or revoked, or its owner may not use the portal.")
    return actor


Caller = Annotated[Actor, Depends(caller)]
