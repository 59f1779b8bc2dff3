"""`/moratoria`: what nobody binds for the time being, and where."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import Field

from portal_app.models.enums import BindAction
from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.authority_grants import Actions, AskedRules, Ended
from portal_app.routes.api.credentials import Moment, unnamed
from portal_app.services.authority import moratoria
from portal_app.services.authority.terms import MoratoriumTerms, Standing
from portal_app.services.door import the_door

router = APIRouter(prefix="/moratoria", tags=["authority"], responses=problems.OF_A_ROLE)
CHANGED = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT

Short = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]


class NewMoratorium(credentials.Sent):
    """A risk lies in the area where its state, or the beginning of its ZIP code, is named; neither means everywhere.
    Without lines or carriers it is for all of them, and without `endsAt` it runs until it is ended."""

    name: Annotated[Short, Field(examples=["Storm Ida"])]
    peril: Annotated[Short, Field(examples=["Wind"])]
    reason: Reason
    actions: Actions
    begins_at: Moment
    ends_at: Moment | None = None
    states: credentials.States = []
    zip_prefixes: credentials.Names = []
    lines: credentials.Names = []
    carriers: credentials.Locators = []


class ChangedMoratorium(credentials.Sent):
    """What is to be otherwise; what is not named stays. `version` is the one that was looked at."""

    version: credentials.Version
    name: Short = unnamed(None)
    peril: Short = unnamed(None)
    reason: Reason = unnamed(None)
    actions: Actions = unnamed(None)
    begins_at: Moment = unnamed(None)
    ends_at: Moment | None = None
    states: credentials.States = unnamed(None)
    zip_prefixes: credentials.Names = unnamed(None)
    lines: credentials.Names = unnamed(None)
    carriers: credentials.Locators = unnamed(None)


class Moratorium(shapes.Shape):
    """A moratorium. `told` says in words what it is about, `window` from when to when in the agency's time."""

    locator: str
    version: int
    standing: Standing
    told: str
    window: str
    name: str
    peril: str
    reason: str
    actions: list[BindAction]
    begins_at: datetime
    ends_at: datetime | None
    states: list[str]
    zip_prefixes: list[str]
    lines: list[str]
    carriers: list[str]
    created_at: datetime
    created_by: str
    ended_at: datetime | None
    ended_by: str

    @classmethod
    def of(cls, answer: moratoria.Moratorium) -> Self:
        found: dict[str, Any] = asdict(answer)
        return cls.model_validate(found.pop("terms") | found)


class Moratoria(shapes.Listed[Moratorium]):
    pass


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_moratoria(caller: Caller, asked: Annotated[AskedRules, Query()]) -> Moratoria:
    """The moratoria, those that run first."""
    found = await the_door().act(moratoria.listed, caller, **asked.model_dump())
    return Moratoria.page([Moratorium.of(row) for row in found.rows], found.total, asked.offset)


@router.post("", status_code=201, responses=problems.WRITTEN)
async def add_moratorium(caller: Caller, sent: NewMoratorium, answer: Response) -> Moratorium:
    """Stop what is bound."""
    made = await the_door().act(moratoria.add, caller, terms=MoratoriumTerms(**sent.given()))
    answer.headers["Location"] = f"/api/v1/moratoria/{made.locator}"
    return Moratorium.of(made)


@router.get("/{locator}", responses=problems.MISSING)
async def get_moratorium(caller: Caller, locator: parameters.Locator) -> Moratorium:
    """One moratorium."""
    return Moratorium.of(await the_door().act(moratoria.one, caller, locator=locator))


@router.patch("/{locator}", responses=CHANGED)
async def change_moratorium(caller: Caller, locator: parameters.Locator, sent: ChangedMoratorium) -> Moratorium:
    """Set what is named and leave the rest."""
    about: dict[str, Any] = {"locator": locator, "version": sent.version, "given": sent.given("version")}
    return Moratorium.of(await the_door().act(moratoria.change, caller, **about))


@router.post("/{locator}/end", responses=CHANGED)
async def end_moratorium(caller: Caller, locator: parameters.Locator, sent: Ended) -> Moratorium:
    """Let it stop nothing more. It is kept, since answers speak of it."""
    return Moratorium.of(await the_door().act(moratoria.end, caller, locator=locator, version=sent.version))
