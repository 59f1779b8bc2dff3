"""`/exports`: what a list holds, as a CSV file."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import StreamingResponse

from portal_app.models.enums import Role
from portal_app.routes.api import parameters, problems
from portal_app.routes.api.audit_events import NarrowedEvents
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.policies import NarrowedPolicies
from portal_app.routes.api.submissions import NarrowedSubmissions
from portal_app.routes.exports import file_of
from portal_app.services.door import the_door
from portal_app.services.exports import policies, stream, users
from portal_app.services.exports.kinds import Kind
from portal_app.services.identity.roster import Standing

FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file: headings, then rows alone. Where something fails in the middle the connection is "
        "broken off before the body has ended.",
        "headers": {
            "Export-Rows": {
                "description": "How many rows it holds; fewer where some were removed while it was sent.",
                "schema": {"type": "integer"},
            },
            "Export-Total": {
                "description": "How many rows the list has: more, where the role exports so many at most.",
                "schema": {"type": "integer"},
            },
        },
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}
router = APIRouter(prefix="/exports", tags=["exports"], responses=problems.OF_A_ROLE)


class NarrowedAccounts(parameters.Narrowed):
    text: parameters.Text = ""


class NarrowedUsers(parameters.Narrowed):
    text: parameters.Text = ""
    role: Role | SkipJsonSchema[None] = None
    standing: Standing | SkipJsonSchema[None] = None


class ExportPolicies(parameters.Narrowed):
    kind: Literal[Kind.POLICIES]
    filters: NarrowedPolicies = NarrowedPolicies()


class ExportAccounts(parameters.Narrowed):
    kind: Literal[Kind.ACCOUNTS]
    filters: NarrowedAccounts = NarrowedAccounts()


class ExportSubmissions(parameters.Narrowed):
    kind: Literal[Kind.SUBMISSIONS]
    filters: NarrowedSubmissions = NarrowedSubmissions()


class ExportUsers(parameters.Narrowed):
    kind: Literal[Kind.USERS]
    filters: NarrowedUsers = NarrowedUsers()


class ExportAccessReview(parameters.Narrowed):
    kind: Literal[Kind.ACCESS_REVIEW]


class ExportAudit(parameters.Narrowed):
    kind: Literal[Kind.AUDIT]
    filters: NarrowedEvents = NarrowedEvents()


Wanted = ExportPolicies | ExportAccounts | ExportSubmissions | ExportUsers | ExportAccessReview | ExportAudit


@router.post("", response_class=StreamingResponse, responses=FILE | problems.WITH_A_BODY)
async def make_export(
    caller: Caller, wanted: Annotated[Wanted, Body(), Field(discriminator="kind")]
) -> StreamingResponse:
    """The rows of a list, narrowed by the same filters: policies, accounts, submissions, users, the yearly review
    of who may do what, or the audit trail. At most ten in a quarter of an hour."""
    if isinstance(wanted, ExportPolicies):
        await the_door().act(policies.check_filters, caller, asked=wanted.filters.asked())
    return file_of(await stream.begin(the_door(), caller, kind=wanted.kind, asked=_asked(wanted)))


def _asked(wanted: Wanted) -> object:
    match wanted:
        case ExportPolicies() | ExportSubmissions() | ExportAudit():
            return wanted.filters.asked()
        case ExportAccounts():
            return wanted.filters.text
        case ExportUsers():
            return users.Asked(wanted.filters.text, wanted.filters.role, wanted.filters.standing)
        case ExportAccessReview():
            return None
