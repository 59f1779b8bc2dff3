"""`/intake-forms`: what is asked for each line of business, and whether answers hold."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller, TokenFirst
from portal_app.routes.api.submission_shapes import Value
from portal_app.services.door import the_door
from portal_app.services.intake import asked as intake
from portal_app.services.intake.forms import LINES

router = APIRouter(prefix="/intake-forms", tags=["submissions"], responses=problems.OF_A_ROLE, route_class=TokenFirst)

Line = Annotated[str, Path(max_length=40, pattern=r"^[a-z_]+$", examples=list(LINES))]
Version = Annotated[int, Field(ge=0, description="That of the configuration, 0 for what is shipped.")]
Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Rows = Annotated[list[dict[Name, Value]], Field(max_length=500)]


class GivenAnswers(credentials.Sent):
    """`answers` has the rows of each "section.group", one where the group does not repeat; a value is text as it would
    be typed, true or false for a flag, a list of texts for choices. What is missing is told too, unless
    `whole` is false."""

    answers: Annotated[dict[Name, Rows], Field(max_length=200)]
    whole: credentials.Truth = True


class IntakeForm(shapes.Shape):
    """The form of a line that holds now."""

    line: str
    title: str
    acord_forms: list[str]
    version: Version


class WholeIntakeForm(IntakeForm):
    """With the `form` as an administrator writes it: its sections, groups and fields, conditions and checks."""

    form: dict[str, Any]


class IntakeForms(shapes.Listed[IntakeForm]):
    pass


class IntakeProblem(shapes.Shape):
    """`path` is "section.group.field", or "section.group[2].field" in a group that repeats, from 0. A `warning` keeps
    nobody from submitting."""

    path: str
    label: str
    sentence: str
    warning: bool


class CheckedAnswers(shapes.Shape):
    """What is wrong, and the `answers` as they would be kept: what is hidden or cannot be read is left out."""

    version: Version
    problems: list[IntakeProblem]
    answers: dict[str, list[dict[str, str | bool | int | list[str]]]]


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_intake_forms(caller: Caller, asked: Annotated[parameters.Asked, Query()]) -> IntakeForms:
    """The lines of business and their forms."""
    found = await the_door().act(intake.forms, caller)
    part = [_form(each) for each in found[asked.offset : asked.offset + asked.count]]
    return IntakeForms.page(part, len(found), asked.offset)


@router.get("/{line}", responses=problems.MISSING)
async def get_intake_form(caller: Caller, line: Line) -> WholeIntakeForm:
    """What is asked for a line of business."""
    found = await the_door().act(intake.form, caller, line=line)
    return WholeIntakeForm(**_form(found).model_dump(), form=json.loads(found.form.text))


@router.post("/{line}/check", responses=problems.WITH_A_BODY | problems.WRITTEN | problems.MISSING)
async def check_intake_answers(caller: Caller, line: Line, sent: GivenAnswers) -> CheckedAnswers:
    """Hold answers against the form of a line. Nothing is saved."""
    found = await the_door().act(intake.check, caller, line=line, answers=dict(sent.answers), whole=sent.whole)
    return CheckedAnswers.of(found)


def _form(found: intake.FormInForce) -> IntakeForm:
    return IntakeForm(line=found.line, title=found.title, acord_forms=list(found.acord_forms), version=found.version)
