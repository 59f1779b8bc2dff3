"""`/covers`: errors-and-omissions cover of producers, and what each has to have."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import Field

from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.credentials import Amount, Day, unnamed
from portal_app.routes.api.education import AskedVersion
from portal_app.services.access import Actor
from portal_app.services.door import the_door
from portal_app.services.licensing import cover
from portal_app.services.licensing.cover import CoverTerms

router = APIRouter(tags=["licensing"], responses=problems.OF_A_ROLE)
DONE = problems.MISSING | problems.AGAINST_IT
CarrierName = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$", examples=["Lakeside Specialty"])]
PolicyNumber = Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$", examples=["EO-1"])]


class NewCover(credentials.Sent):
    """A cover; `expiresOn` is its last day. Without `retroactiveOn` all that was done before is covered."""

    producer: credentials.Producer
    carrier: CarrierName
    policy_number: PolicyNumber
    each_claim: Amount
    aggregate: Amount
    retention: Amount
    effective_on: Day
    expires_on: Day
    retroactive_on: Day | None = None


class ChangedCover(credentials.Sent):
    """What is to be otherwise; what is not named stays. `version` is the one that was looked at."""

    version: credentials.Version
    carrier: CarrierName = unnamed(None)
    policy_number: PolicyNumber = unnamed(None)
    each_claim: Amount = unnamed(None)
    aggregate: Amount = unnamed(None)
    retention: Amount = unnamed(None)
    effective_on: Day = unnamed(None)
    expires_on: Day = unnamed(None)
    retroactive_on: Day | None = None


class Cover(shapes.Shape):
    """A cover. `version` is what a change is made on top of."""

    locator: str
    version: int
    producer: credentials.Holder
    carrier: str
    policy_number: str
    each_claim: shapes.Money
    aggregate: shapes.Money
    retention: shapes.Money
    effective_on: date
    expires_on: date
    retroactive_on: date | None

    @classmethod
    def of(cls, answer: cover.Cover) -> Self:
        found: dict[str, Any] = asdict(answer)
        return cls.model_validate(found.pop("terms") | found)


class Covers(shapes.Listed[Cover]):
    pass


class ChangedCoverRequirement(credentials.Sent):
    """What a producer has to have, and whether they may bind without it. `version` is the one that was looked at."""

    version: credentials.Version
    each_claim: Amount
    aggregate: Amount
    stops_bind: credentials.Truth


class CoverRequirement(shapes.Shape):
    """What a producer has to have; nothing where it is not `asked` for, and `version` is 0 where it never was."""

    version: int
    asked: bool
    each_claim: shapes.Money
    aggregate: shapes.Money
    stops_bind: bool


class CoverStanding(shapes.Shape):
    """Whether a producer is covered as required; `stopsBind` only where they are not and it is to stop a bind."""

    passes: bool
    stops_bind: bool
    found: str
    would_pass: str


@router.get("/covers", dependencies=parameters.GIVEN_ONCE, responses=problems.MISSING)
async def list_covers(caller: Caller, asked: Annotated[credentials.AskedOfProducer, Query()]) -> Covers:
    """The covers of producers whom one may see, in the order in which they were written down."""
    found = await the_door().act(cover.listed, caller, **asked.model_dump())
    return Covers.page([Cover.of(row) for row in found.rows], found.total, asked.offset)


@router.post("/covers", status_code=201, responses=problems.WRITTEN | problems.MISSING)
async def add_cover(caller: Caller, sent: NewCover, answer: Response) -> Cover:
    """Write a cover down."""
    terms = CoverTerms(**sent.given("producer"))
    locator = await the_door().act(cover.add, caller, producer=sent.producer, terms=terms)
    answer.headers["Location"] = f"/api/v1/covers/{locator}"
    return await _now(caller, locator)


@router.get("/covers/{locator}", responses=problems.MISSING)
async def get_cover(caller: Caller, locator: parameters.Locator) -> Cover:
    """One cover."""
    return await _now(caller, locator)


@router.patch("/covers/{locator}", responses=problems.WRITTEN | DONE)
async def change_cover(caller: Caller, locator: parameters.Locator, sent: ChangedCover) -> Cover:
    """Set what is named and leave the rest."""
    given = sent.given("version")
    await the_door().act(cover.change, caller, locator=locator, version=sent.version, given=given)
    return await _now(caller, locator)


@router.delete("/covers/{locator}", status_code=204, dependencies=parameters.GIVEN_ONCE, responses=DONE)
async def remove_cover(caller: Caller, locator: parameters.Locator, asked: Annotated[AskedVersion, Query()]) -> None:
    """Take away a cover that was written down by mistake."""
    await the_door().act(cover.remove, caller, locator=locator, version=asked.version)


@router.get("/producers/{locator}/cover-requirement", responses=problems.MISSING)
async def get_cover_requirement(caller: Caller, locator: parameters.Locator) -> CoverRequirement:
    """What the producer has to have."""
    return CoverRequirement.of(await the_door().act(cover.required, caller, producer=locator))


@router.put("/producers/{locator}/cover-requirement", responses=problems.WRITTEN | DONE)
async def change_cover_requirement(
    caller: Caller, locator: parameters.Locator, sent: ChangedCoverRequirement
) -> CoverRequirement:
    """Say what the producer has to have."""
    return CoverRequirement.of(await the_door().act(cover.require, caller, producer=locator, **dict(sent)))


@router.delete(
    "/producers/{locator}/cover-requirement", status_code=204, dependencies=parameters.GIVEN_ONCE, responses=DONE
)
async def remove_cover_requirement(
    caller: Caller, locator: parameters.Locator, asked: Annotated[AskedVersion, Query()]
) -> None:
    """Ask for no cover of the producer any more."""
    await the_door().act(cover.release, caller, producer=locator, version=asked.version)


@router.get("/producers/{locator}/cover-standing", dependencies=parameters.GIVEN_ONCE, responses=problems.MISSING)
async def get_cover_standing(
    caller: Caller, locator: parameters.Locator, asked: Annotated[credentials.AskedOn, Query()]
) -> CoverStanding:
    """Whether the producer is covered as required on a day, today where none is given."""
    return CoverStanding.of(await the_door().act(cover.ask, caller, producer=locator, on=asked.on))


async def _now(caller: Actor, locator: str) -> Cover:
    return Cover.of(await the_door().act(cover.one, caller, locator=locator))
