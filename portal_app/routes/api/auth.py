"""Who calls: the person behind the bearer token. Cookies count for nothing here."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from portal_app.services.access import Actor
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import SignInNeeded
from portal_app.services.identity import bearer

scheme = HTTPBearer(
    scheme_name="token", description="A token of the portal, as `token create` prints it.", auto_error=False
)


async def caller(request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]) -> Actor:
    """The actor of this request. Raises SignInNeeded, or TooMany where wrong tokens keep coming from an address."""
    known: Actor | None = getattr(request.state, "caller", None)
    if known is not None:
        return known
    if sent is None:
        raise SignInNeeded("Send a token: Authorization: Bearer …")
    actor = await bearer.person_behind(the_door(), current_actor.get(), token=sent.credentials)
    if actor is None:
        raise SignInNeeded("This token is unknown, expired or revoked, or its owner may not use the portal.")
    return actor


class TokenFirst(APIRoute):
    """For what may be large: the token is looked at before anything of the body is read. FastAPI by itself reads the
    body first."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def after_the_token(request: Request) -> Response:
            request.state.caller = await caller(request, await scheme(request))
            return await handle(request)

        return after_the_token


Caller = Annotated[Actor, Depends(caller)]
