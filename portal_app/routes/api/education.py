"""`/education-cycles` and `/education-requirements`: continuing education of producers."""

import re
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.credentials import Amount, Day, State, Text, unnamed
from portal_app.services.access import Actor
from portal_app.services.door import the_door
from portal_app.services.errors import NotFound
from portal_app.services.licensing import education, requirements

router = APIRouter(tags=["licensing"], responses=problems.OF_A_ROLE)
DONE = problems.MISSING | problems.AGAINST_IT
Evidence = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
Months = Annotated[int, Field(ge=1, le=120, strict=True)]


class NewCycle(credentials.Sent):
    """A cycle to begin; what is left out is as the state requires. `endsOn` is the last day."""

    producer: credentials.Producer
    jurisdiction: State
    begins_on: Day
    ends_on: Day | None = None
    hours: Amount | None = None
    ethics_hours: Amount | None = None


class ChangedCycle(credentials.Sent):
    """What is to be otherwise; what is not named stays. `version` is the one that was looked at."""

    version: credentials.Version
    begins_on: Day = unnamed(None)
    ends_on: Day = unnamed(None)
    hours: Amount = unnamed(None)
    ethics_hours: Amount = unnamed(None)


class NewCompletion(credentials.Sent):
    """A course that was completed in the cycle; `evidence` says where the proof is."""

    course: Text
    completed_on: Day
    hours: Amount
    ethics: credentials.Truth = False
    evidence: Evidence = ""


class ChangedRequirement(credentials.Sent):
    """What a state asks for in a cycle of so many months. `version` is the one that was looked at."""

    version: credentials.Version
    hours: Amount
    ethics_hours: Amount
    months: Months


class Completion(shapes.Shape):
    locator: str
    course: str
    completed_on: date
    hours: shapes.Money
    ethics: bool
    evidence: str


class Standing(shapes.Shape):
    """Hours that were completed and that are missing, until the end of `by`; hours of ethics count among all."""

    completed: shapes.Money
    ethics_completed: shapes.Money
    missing: shapes.Money
    ethics_missing: shapes.Money
    by: date
    fulfilled: bool
    overdue: bool


class EducationCycle(shapes.Shape):
    """A cycle. `version` is what a change is made on top of, and grows with each completion too."""

    locator: str
    version: int
    producer: credentials.Holder
    jurisdiction: str
    begins_on: date
    ends_on: date
    hours: shapes.Money
    ethics_hours: shapes.Money
    completions: list[Completion]
    standing: Standing

    @classmethod
    def of(cls, answer: education.Cycle) -> Self:
        found: dict[str, Any] = asdict(answer)
        return cls.model_validate(found.pop("terms") | found)


class EducationCycles(shapes.Listed[EducationCycle]):
    pass


class EducationRequirement(shapes.Shape):
    """What a state asks for; `version` is 0 where nobody wrote it down and what is usual holds."""

    jurisdiction: str
    name: str
    version: int
    hours: shapes.Money
    ethics_hours: shapes.Money
    months: int


class EducationRequirements(shapes.Listed[EducationRequirement]):
    pass


class AskedVersion(parameters.Narrowed):
    """The version that was looked at."""

    version: Annotated[int, Field(ge=0, le=2**31 - 2), parameters.WHOLE_NUMBER]


def _completion(completion: parameters.InPath) -> str:
    if not re.fullmatch(parameters.LOCATOR, completion):
        raise NotFound
    return completion


def _jurisdiction(jurisdiction: Annotated[str, Path(json_schema_extra={"pattern": "^[A-Z]{2}$"})]) -> str:
    if not re.fullmatch("[A-Z]{2}", jurisdiction):
        raise NotFound
    return jurisdiction


@router.get("/education-cycles", dependencies=parameters.GIVEN_ONCE, responses=problems.MISSING)
async def list_education_cycles(
    caller: Caller, asked: Annotated[credentials.AskedOfProducer, Query()]
) -> EducationCycles:
    """The cycles of producers whom one may see, in the order in which they were written down."""
    found = await the_door().act(education.listed, caller, **asked.model_dump())
    return EducationCycles.page([EducationCycle.of(row) for row in found.rows], found.total, asked.offset)


@router.post("/education-cycles", status_code=201, responses=problems.WRITTEN | problems.MISSING)
async def open_education_cycle(caller: Caller, sent: NewCycle, answer: Response) -> EducationCycle:
    """Begin a cycle."""
    locator = await the_door().act(education.open_cycle, caller, **dict(sent))
    answer.headers["Location"] = f"/api/v1/education-cycles/{locator}"
    return await _now(caller, locator)


@router.get("/education-cycles/{locator}", responses=problems.MISSING)
async def get_education_cycle(caller: Caller, locator: parameters.Locator) -> EducationCycle:
    """One cycle with what was completed in it and what is missing by when."""
    return await _now(caller, locator)


@router.patch("/education-cycles/{locator}", responses=problems.WRITTEN | DONE)
async def change_education_cycle(caller: Caller, locator: parameters.Locator, sent: ChangedCycle) -> EducationCycle:
    """Set what is named and leave the rest."""
    given = sent.given("version")
    await the_door().act(education.change, caller, locator=locator, version=sent.version, given=given)
    return await _now(caller, locator)


@router.delete("/education-cycles/{locator}", status_code=204, dependencies=parameters.GIVEN_ONCE, responses=DONE)
async def remove_education_cycle(
    caller: Caller, locator: parameters.Locator, asked: Annotated[AskedVersion, Query()]
) -> None:
    """Take away a cycle that was written down by mistake and in which nothing was completed."""
    await the_door().act(education.remove, caller, locator=locator, version=asked.version)


@router.post("/education-cycles/{locator}/completions", status_code=201, responses=problems.WRITTEN | DONE)
async def complete_course(caller: Caller, locator: parameters.Locator, sent: NewCompletion) -> EducationCycle:
    """Write down a course that was completed in the cycle."""
    completion = education.Completion(**dict(sent))
    await the_door().act(education.complete, caller, locator=locator, completion=completion)
    return await _now(caller, locator)


@router.delete("/education-cycles/{locator}/completions/{completion}", status_code=204, responses=problems.MISSING)
async def withdraw_completion(
    caller: Caller, locator: parameters.Locator, completion: Annotated[str, Depends(_completion)]
) -> None:
    """Take away a completion that was written down by mistake."""
    await the_door().act(education.withdraw, caller, locator=locator, completion=completion)


@router.get("/education-requirements", dependencies=parameters.GIVEN_ONCE)
async def list_education_requirements(
    caller: Caller, asked: Annotated[parameters.Asked, Query()]
) -> EducationRequirements:
    """What each state asks for, by its name."""
    return EducationRequirements.part(await the_door().act(requirements.listed, caller), asked)


@router.put("/education-requirements/{jurisdiction}", responses=problems.WRITTEN | DONE)
async def change_education_requirement(
    caller: Caller, jurisdiction: Annotated[str, Depends(_jurisdiction)], sent: ChangedRequirement
) -> EducationRequirement:
    """Write down what a state asks for, in cycles that are begun from now on."""
    given = dict(sent)
    return EducationRequirement.of(
        await the_door().act(requirements.require, caller, jurisdiction=jurisdiction, **given)
    )


async def _now(caller: Actor, locator: str) -> EducationCycle:
    return EducationCycle.of(await the_door().act(education.one, caller, locator=locator))
