"""Puts the API together. Its description is public, as it holds no data; everything else needs a token."""

from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from portal_app.routes.api import accounts, audit_events, exports, me, policies, problems, sync_runs
from portal_app.routes.api.auth import caller
from portal_app.routes.api.problems import Problem
from portal_app.settings import Settings

NEEDS_TOKEN = [Depends(caller)]
ABOUT = """What the portal's pages show, for programs.

Send a token of your own as `Authorization: Bearer …`; it sees what you see. Lists take `offset` and `count`. Every item
has a `locator`, by which it is fetched. Money is text with two decimals, dates are ISO 8601, times are UTC. What goes
wrong is told as a problem (RFC 9457)."""


class Api(FastAPI):
    """FastAPI, whose description names the shape of problems, which no route returns by itself."""

    def openapi(self) -> dict[str, Any]:
        if not self.openapi_schema:
            described = super().openapi()
            described["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        return super().openapi()


def app(settings: Settings, place: str) -> FastAPI:
    """The routes under `/api/v1`."""
    api = Api(
        title=f"{settings.agency_name}: producer portal",
        description=ABOUT,
        version="1",
        servers=[{"url": place}],
        root_path_in_servers=False,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers=problems.ANSWERS,
        generate_unique_id_function=_operation_id,
    )
    for noun in (me, accounts, policies, sync_runs, audit_events, exports):
        api.include_router(noun.router, dependencies=NEEDS_TOKEN, responses=problems.EVERYWHERE)
    return api


def _operation_id(route: APIRoute) -> str:
    return to_camel(route.name)
