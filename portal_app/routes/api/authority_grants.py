"""`/authority-grants`: who may bind what, without asking anybody."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from portal_app.models.enums import BindAction, GranteeKind
from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.credentials import Amount, Day, unnamed
from portal_app.services.authority import grants
from portal_app.services.authority.terms import GrantTerms, Standing
from portal_app.services.door import the_door

router = APIRouter(prefix="/authority-grants", tags=["authority"], responses=problems.OF_A_ROLE)
CHANGED = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT

Actions = Annotated[list[BindAction], Field(min_length=1, max_length=len(BindAction))]
Grantee = Annotated[str, Field(max_length=128, pattern=r"^[^\x00]*$", examples=["HL-110"])]
Days = Annotated[int, Field(ge=0, le=365, strict=True)]


class NewGrant(credentials.Sent):
    """`grantee` is the value of a role, the locator of a producer, a producer code, or nothing for the agency. Without
    a carrier, a line or states it is for any. A limit that is not named does not bound, but for `backdatingDays`, which
    only a grant allows. `expiresOn` is the last day."""

    grantee_kind: GranteeKind
    grantee: Grantee = ""
    actions: Actions
    carrier: parameters.LocatorOrEmpty = ""
    line: parameters.Code = ""
    states: credentials.States = []
    max_premium: Amount | None = None
    max_insured_value: Amount | None = None
    max_limit: Amount | None = None
    min_deductible: Amount | None = None
    max_deductible: Amount | None = None
    max_losses: Amount | None = None
    allowed_classes: credentials.Names = []
    excluded_classes: credentials.Names = []
    backdating_days: Days | None = None
    binder_days: Days | None = None
    effective_on: Day
    expires_on: Day | None = None


class ChangedGrant(credentials.Sent):
    """What is to be otherwise; what is not named stays. `version` is the one that was looked at."""

    version: credentials.Version
    grantee_kind: GranteeKind = unnamed(None)
    grantee: Grantee = unnamed(None)
    actions: Actions = unnamed(None)
    carrier: parameters.LocatorOrEmpty = unnamed(None)
    line: parameters.Code = unnamed(None)
    states: credentials.States = unnamed(None)
    max_premium: Amount | None = None
    max_insured_value: Amount | None = None
    max_limit: Amount | None = None
    min_deductible: Amount | None = None
    max_deductible: Amount | None = None
    max_losses: Amount | None = None
    allowed_classes: credentials.Names = unnamed(None)
    excluded_classes: credentials.Names = unnamed(None)
    backdating_days: Days | None = None
    binder_days: Days | None = None
    effective_on: Day = unnamed(None)
    expires_on: Day | None = None


class Ended(credentials.Sent):
    """`version` is the one that was looked at."""

    version: credentials.Version


class AskedRules(parameters.Asked):
    """A part of a list, of those alone that stand so where that is said."""

    standing: Standing | SkipJsonSchema[None] = None


class AuthorityGrant(shapes.Shape):
    """A grant. `told` is the rule in words; `version` is what a change is made on top of."""

    locator: str
    version: int
    standing: Standing
    told: str
    grantee_kind: GranteeKind
    grantee: str
    grantee_name: str
    actions: list[BindAction]
    carrier: str
    carrier_name: str
    line: str
    line_name: str
    states: list[str]
    max_premium: shapes.Money | None
    max_insured_value: shapes.Money | None
    max_limit: shapes.Money | None
    min_deductible: shapes.Money | None
    max_deductible: shapes.Money | None
    max_losses: shapes.Money | None
    allowed_classes: list[str]
    excluded_classes: list[str]
    backdating_days: int | None
    binder_days: int | None
    effective_on: date
    expires_on: date | None
    created_at: datetime
    created_by: str
    ended_at: datetime | None
    ended_by: str

    @classmethod
    def of(cls, answer: grants.Grant) -> Self:
        found: dict[str, Any] = asdict(answer)
        return cls.model_validate(found.pop("terms") | found)


class AuthorityGrants(shapes.Listed[AuthorityGrant]):
    pass


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_authority_grants(caller: Caller, asked: Annotated[AskedRules, Query()]) -> AuthorityGrants:
    """The grants that one may see, those in force first; a producer sees those that reach them."""
    found = await the_door().act(grants.listed, caller, **asked.model_dump())
    return AuthorityGrants.page([AuthorityGrant.of(row) for row in found.rows], found.total, asked.offset)


@router.post("", status_code=201, responses=problems.WRITTEN)
async def add_authority_grant(caller: Caller, sent: NewGrant, answer: Response) -> AuthorityGrant:
    """Let somebody bind."""
    given: dict[str, Any] = sent.given()
    made = await the_door().act(grants.add, caller, terms=GrantTerms(**given))
    answer.headers["Location"] = f"/api/v1/authority-grants/{made.locator}"
    return AuthorityGrant.of(made)


@router.get("/{locator}", responses=problems.MISSING)
async def get_authority_grant(caller: Caller, locator: parameters.Locator) -> AuthorityGrant:
    """One grant."""
    return AuthorityGrant.of(await the_door().act(grants.one, caller, locator=locator))


@router.patch("/{locator}", responses=CHANGED)
async def change_authority_grant(caller: Caller, locator: parameters.Locator, sent: ChangedGrant) -> AuthorityGrant:
    """Set what is named and leave the rest."""
    about: dict[str, Any] = {"locator": locator, "version": sent.version, "given": sent.given("version")}
    return AuthorityGrant.of(await the_door().act(grants.change, caller, **about))


@router.post("/{locator}/end", responses=CHANGED)
async def end_authority_grant(caller: Caller, locator: parameters.Locator, sent: Ended) -> AuthorityGrant:
    """Let it count no more. It is kept, since answers speak of it."""
    return AuthorityGrant.of(await the_door().act(grants.end, caller, locator=locator, version=sent.version))
