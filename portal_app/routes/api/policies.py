"""`/policies`: the same search as on the page, and one policy with all that is known of it."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic.json_schema import SkipJsonSchema

from portal_app.models.enums import PolicyStatus
from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services import billing, claims, documents
from portal_app.services.door import the_door
from portal_app.services.policies import detail, search, views

router = APIRouter(prefix="/policies", tags=["policies"], responses=problems.OF_A_ROLE)


class NarrowedPolicies(parameters.Narrowed):
    text: parameters.Text = ""
    line: parameters.Code = ""
    status: PolicyStatus | SkipJsonSchema[None] = None
    carrier: parameters.LocatorOrEmpty = ""
    account: parameters.LocatorOrEmpty = ""
    effective_from: parameters.Day | SkipJsonSchema[None] = None
    effective_to: parameters.Day | SkipJsonSchema[None] = None
    expiring_from: parameters.Day | SkipJsonSchema[None] = None
    expiring_to: parameters.Day | SkipJsonSchema[None] = None

    def asked(self, **more: Any) -> views.Query:
        given = {name: getattr(self, name) for name in NarrowedPolicies.model_fields}
        return views.Query(**{**given, "status": self.status or ""}, **more)


class AskedPolicies(NarrowedPolicies, parameters.Asked):
    sort: views.Sort = views.Sort.INSURED
    descending: parameters.Truth = False


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_policies(caller: Caller, asked: Annotated[AskedPolicies, Query()]) -> shapes.Policies:
    """Policies by insured name, number, VIN or property address (`text`), narrowed by line (its code), status, carrier
    and account (their locators), and by the days between which the term begins or ends."""
    order = {"sort": asked.sort, "descending": asked.descending}
    query = asked.asked(**order, offset=asked.offset, count=asked.count)
    found = await the_door().act(search.find, caller, query=query)
    corrected = [{"asked": typed, "taken": taken} for typed, taken in found.corrected]
    return shapes.Policies.page(
        [asdict(row) for row in found.rows], found.total, asked.offset, corrected=corrected, as_of=found.as_of
    )


@router.get("/filters")
async def get_policy_filters(caller: Caller) -> shapes.PolicyFilters:
    """What `line`, `carrier` and `status` can be, with the labels that people read."""
    return shapes.PolicyFilters.of(await the_door().act(search.filters, caller))


@router.get("/{locator}", responses=problems.MISSING)
async def get_policy(caller: Caller, locator: parameters.Locator) -> shapes.Policy:
    """One policy: insured, coverages, vehicles, locations, terms and history."""
    return shapes.Policy.of(await the_door().act(detail.policy, caller, locator=locator))


@router.get("/{locator}/billing", responses=problems.MISSING, dependencies=parameters.GIVEN_ONCE)
async def list_billing(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> shapes.Billings:
    """How the policy is paid for, as the agency's system says it: the term that is shown first."""
    found = await the_door().act(billing.of_policy, caller, locator=locator, **asked.model_dump())
    return shapes.Billings.of_section(found, asked.offset)


@router.get("/{locator}/claims", responses=problems.MISSING, dependencies=parameters.GIVEN_ONCE)
async def list_claims(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> shapes.Claims:
    """The policy's claims, the open ones first."""
    found = await the_door().act(claims.of_policy, caller, locator=locator, **asked.model_dump())
    return shapes.Claims.of_section(found, asked.offset)


@router.get("/{locator}/documents", responses=problems.MISSING, dependencies=parameters.GIVEN_ONCE)
async def list_documents(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> shapes.Documents:
    """The documents that the agency's system has on file for the policy and its account, as far as one's role includes
    their category. The files themselves are not at the portal."""
    found = await the_door().act(documents.of_policy, caller, locator=locator, **asked.model_dump())
    return shapes.Documents.of_section(found, asked.offset)
