"""`/producers/{locator}/qualification` and `/licensing-runway`: who may write what, and what runs out."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from portal_app.models.enums import QualificationCheck
from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.licensing import qualification, runway
from portal_app.services.licensing.jurisdictions import STATES
from portal_app.services.licensing.qualification import Rule
from portal_app.services.licensing.runway import Ending, Within

router = APIRouter(tags=["licensing"], responses=problems.OF_A_ROLE)


def _state(letters: str) -> str:
    if letters not in STATES:
        raise PydanticCustomError("state", "Should be a state by its two letters, such as RI")
    return letters


class AskedQualification(credentials.AskedOn):
    """A line of business by its code, a state by its two letters, and for an appointment the carrier's locator. Without
    a `check` it is what the agency's configuration asks of the line; without a `producerCode` it is asked whether the
    producer may under any code of theirs."""

    line: Annotated[parameters.Code, Field(min_length=1)]
    state: Annotated[str, AfterValidator(_state), WithJsonSchema({"type": "string", "enum": list(STATES)})]
    carrier: parameters.LocatorOrEmpty = ""
    check: QualificationCheck | SkipJsonSchema[None] = None
    producer_code: credentials.Code = ""


class QualificationReason(shapes.Shape):
    """One rule: what was found, and what would make it pass where it does not."""

    rule: Rule
    passes: bool
    found: str
    would_pass: str


class Qualification(shapes.Shape):
    passes: bool
    reasons: list[QualificationReason]
    would_pass: str


class AskedRunway(credentials.AskedOfProducer):
    within: Within | SkipJsonSchema[None] = None


class RunwayItem(shapes.Shape):
    """Something that ends after `endsOn`. `locator` is that of the license, appointment, cycle or cover; `daysLeft` is
    negative where it is over. Where a producer lacks the cover that they must have, `locator` is theirs, and there is
    neither a last day nor a number of days."""

    kind: Ending
    locator: str
    producer: credentials.Holder
    what: str
    jurisdictions: list[str]
    ends_on: date | None
    days_left: int | None
    within: Within


class Runway(shapes.Listed[RunwayItem]):
    """`counts` says how many there are in each step."""

    counts: dict[str, int]


@router.get("/producers/{locator}/qualification", dependencies=parameters.GIVEN_ONCE, responses=problems.MISSING)
async def get_qualification(
    caller: Caller, locator: parameters.Locator, asked: Annotated[AskedQualification, Query()]
) -> Qualification:
    """Whether the producer may write the line in the state on a day, today where none is given, with each rule."""
    found = await the_door().act(qualification.ask, caller, producer=locator, **dict(asked))
    return Qualification.of(found)


@router.get("/licensing-runway", dependencies=parameters.GIVEN_ONCE, responses=problems.MISSING)
async def get_runway(caller: Caller, asked: Annotated[AskedRunway, Query()]) -> Runway:
    """What ends in the next 90, 60 or 30 days, and what has ended, what ended first before the others."""
    found = await the_door().act(runway.listed, caller, **asked.model_dump())
    items = [RunwayItem.of(row) for row in found.rows]
    return Runway.page(items, found.total, asked.offset, counts=found.counts)
