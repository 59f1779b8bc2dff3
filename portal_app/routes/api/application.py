"""Puts the API together. Its description is public, as it holds no data; everything else needs a token."""

from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from portal_app.routes.api import (
    accounts,
    ams_handovers,
    appointments,
    audit_events,
    authority_decisions,
    authority_grants,
    binding,
    column_maps,
    configurations,
    conflicts,
    covers,
    dead_letters,
    dry_runs,
    education,
    exports,
    feeds,
    holidays,
    home,
    information_requests,
    intake_forms,
    licenses,
    me,
    media,
    messages,
    moratoria,
    notifications,
    own_sessions,
    own_tokens,
    policies,
    policy_ledger,
    problems,
    producer_codes,
    producer_types,
    producers,
    qualifications,
    quarantine,
    quotes,
    roles,
    routing_rules,
    saved_views,
    submission_documents,
    submission_steps,
    submissions,
    sync_runs,
    transactions,
    underwriting_flags,
    users,
    webhooks,
)
from portal_app.routes.api import settings as agency_settings
from portal_app.routes.api.auth import caller
from portal_app.routes.api.bodies import Bounded
from portal_app.routes.api.problems import Problem, SavedSinceProblem
from portal_app.settings import Settings

NEEDS_TOKEN = [Depends(caller)]
BUSINESS = (
    me,
    home,
    accounts,
    policies,
    policy_ledger,
    transactions,
    quotes,
    intake_forms,
    underwriting_flags,
    binding,
    submission_steps,
    submissions,
    information_requests,
    ams_handovers,
    producers,
    producer_codes,
    producer_types,
    media,
    submission_documents,
    exports,
    saved_views,
    notifications,
    messages,
)
ADMINISTRATION = (
    users,
    roles,
    own_tokens,
    own_sessions,
    feeds,
    column_maps,
    dry_runs,
    sync_runs,
    quarantine,
    conflicts,
    dead_letters,
    agency_settings,
    configurations,
    webhooks,
    audit_events,
)
LICENSING = (licenses, appointments, education, covers, qualifications)
AUTHORITY = (authority_grants, moratoria, authority_decisions)
ROUTING = (routing_rules, holidays)
NOUNS = (*BUSINESS, *ADMINISTRATION, *LICENSING, *AUTHORITY, *ROUTING)
ABOUT = """What the portal's pages show, for programs.

Send a token of your own as `Authorization: Bearer …`; it sees what you see. Lists take `offset` and `count`. Every item
has a `locator`, by which it is fetched. Money is text with two decimals, dates are ISO 8601, times are UTC. What goes
wrong is told as a problem (RFC 9457).

A token either reads or reads and writes. It is made in the preferences of a person who has just confirmed that it is
them, or by `token create` on the command line; a token makes none."""


class Api(FastAPI):
    """FastAPI, whose description names the shape of problems, which no route returns by itself."""

    def openapi(self) -> dict[str, Any]:
        if not self.openapi_schema:
            described = super().openapi()
            for shape in (Problem, SavedSinceProblem):
                described["components"]["schemas"][shape.__name__] = shape.model_json_schema()
        return super().openapi()


def app(settings: Settings, place: str) -> FastAPI:
    """The routes under `/api/v1`."""
    api = Api(
        title="Producer portal",
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
    for noun in NOUNS:
        api.include_router(noun.router, dependencies=NEEDS_TOKEN, responses=problems.EVERYWHERE)
    api.add_middleware(Bounded)
    return api


def _operation_id(route: APIRoute) -> str:
    return to_camel(route.name)
