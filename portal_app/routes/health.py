"""For whatever watches the portal: does the process live, and can it do its work?"""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from portal_app.services.access import ANONYMOUS
from portal_app.services.door import the_door
from portal_app.services.errors import DomainError
from portal_app.services.health import readiness


async def healthz(_: Request) -> JSONResponse:
    return JSONResponse({"alive": True})


async def readyz(_: Request) -> JSONResponse:
    try:
        found = await the_door().act(readiness, ANONYMOUS)
    except DomainError:
        return JSONResponse({"ready": False, "checks": {"database": False}}, 503)
    return JSONResponse({"ready": found.ready, "checks": found.checks}, 200 if found.ready else 503)


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz)]
