"""`/submissions`: business that producers hand in, from the first answer to its end."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from portal_app.models.enums import SubmissionStatus
from portal_app.routes.api import credentials, parameters, problems
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.submission_shapes import (
    AcordSheet,
    Answers,
    Events,
    FieldProblems,
    GroupSaved,
    Statement,
    Submission,
    Submissions,
    Submitted,
    Suggestions,
    Value,
)
from portal_app.services.door import the_door
from portal_app.services.idempotency import Asked
from portal_app.services.submissions import (
    acord,
    answering,
    by_program,
    certifying,
    detail,
    drafts,
    find,
    suggesting,
    timeline,
)
from portal_app.services.submissions.certifying import HandedIn
from portal_app.services.submissions.find import Filter, Sort
from portal_app.services.submissions.statement import STATEMENT
from portal_app.services.submissions.turns import Turn

router = APIRouter(prefix="/submissions", tags=["submissions"], responses=problems.OF_A_ROLE)
CHANGED = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT

Locator = Annotated[str, Field(pattern=f"^{parameters.LOCATOR}$")]
Version = Annotated[int, Field(ge=0, le=2**31 - 2, strict=True)]
Name = Annotated[str, Field(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
Row = Annotated[dict[Name, Value], Field(max_length=100)]
GroupPath = Annotated[str, Field(max_length=120, pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]
Key = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="A name of your own for this request: asked again within 24 hours, it is answered as the first "
        "time and nothing is done twice.",
    ),
]


class NewSubmission(credentials.Sent):
    """A draft to be: of a `line` (a code) for an `account` (a locator) or for nobody yet, or as a copy of `cloneOf`
    (the locator of a submission), whose line and account it has: another one beside it is refused."""

    line: Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$", examples=["homeowners"])] = ""
    account: Locator | None = None
    clone_of: Locator | None = None


class SavedGroup(credentials.Sent):
    """What was typed in one group: a row, or several where the group repeats. `version` is the group's own that was
    looked at, 0 where it was never saved."""

    rows: Annotated[list[Row], Field(max_length=500)]
    version: Version


class Certified(credentials.Sent):
    """`statementAgreed` says that the statement was read and agreed to; `version` is the submission's that was looked
    at: where answers were saved since, nothing is done."""

    statement_agreed: credentials.Truth
    version: Version | None = None


class NarrowedSubmissions(parameters.Narrowed):
    """`text` is looked for in the insured's name and the Submission ID, `assignedTo` is the locator of a person, `turn`
    says whose turn it is. `offered` is what has an offered quote that is valid, `lapsed` what has none such any more.
    Without a `status` all that was handed in is listed, and no draft."""

    text: parameters.Text = ""
    status: SubmissionStatus | SkipJsonSchema[None] = None
    line: parameters.Code = ""
    assigned_to: parameters.LocatorOrEmpty = ""
    account: parameters.LocatorOrEmpty = ""
    mine: parameters.Truth = False
    unassigned: parameters.Truth = False
    unrouted: parameters.Truth = False
    at_risk: parameters.Truth = False
    waiting: parameters.Truth = False
    own: parameters.Truth = False
    offered: parameters.Truth = False
    lapsed: parameters.Truth = False
    turn: Turn | SkipJsonSchema[None] = None

    def asked(self) -> Filter:
        given = {name: getattr(self, name) for name in NarrowedSubmissions.model_fields if name != "status"}
        return Filter(**given, statuses=(self.status,) if self.status else ())


class AskedSubmissions(parameters.Asked, NarrowedSubmissions):
    sort: Sort = Sort.SUBMITTED_AT
    descending: parameters.Truth = True


class AskedVersion(parameters.Narrowed):
    version: Annotated[int, Field(ge=1, le=2**31 - 2), parameters.WHOLE_NUMBER] | SkipJsonSchema[None] = None


class AskedSuggestions(parameters.Narrowed):
    """`field` (section.group.field) is that of a VIN or a ZIP code, `value` what is typed there."""

    field: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    value: parameters.Text = ""


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_submissions(caller: Caller, asked: Annotated[AskedSubmissions, Query()]) -> Submissions:
    """The submissions that you may see, those that were handed in last first."""
    found = await the_door().act(
        find.listed,
        caller,
        wanted=asked.asked(),
        sort=asked.sort,
        descending=asked.descending,
        offset=asked.offset,
        count=asked.count,
    )
    return Submissions.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.post("", status_code=HTTPStatus.CREATED, responses=problems.WRITTEN | problems.MISSING)
async def begin_submission(caller: Caller, sent: NewSubmission, answer: Response, key: Key = None) -> Answers:
    """Begin a draft, in the form of its line that holds today."""
    made = await the_door().act(
        by_program.begin,
        caller,
        asked=_asked(key, "POST /submissions", sent),
        tell=lambda begun: Answers.of(begun).model_dump(mode="json", by_alias=True),
        line=sent.line,
        account=sent.account,
        clone_of=sent.clone_of,
    )
    answer.headers["Location"] = f"/api/v1/submissions/{made['locator']}"
    return Answers.model_validate(made)


@router.get("/statement")
async def get_statement(caller: Caller) -> Statement:
    """What is certified when a submission is handed in."""
    return Statement(statement=STATEMENT)


@router.get("/{locator}", responses=problems.MISSING)
async def get_submission(caller: Caller, locator: parameters.Locator) -> Submission:
    """One submission whole."""
    return Submission.of(await the_door().act(detail.detail, caller, locator=locator))


@router.delete(
    "/{locator}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems.MISSING | problems.AGAINST_IT,
    dependencies=parameters.GIVEN_ONCE,
)
async def discard_submission(
    caller: Caller, locator: parameters.Locator, asked: Annotated[AskedVersion, Query()]
) -> None:
    """Delete a draft and everything that was typed into it."""
    await the_door().act(drafts.discard, caller, locator=locator, version=asked.version)


@router.get("/{locator}/answers", responses=problems.MISSING)
async def get_answers(caller: Caller, locator: parameters.Locator) -> Answers:
    """The form with what was answered, as it was typed."""
    return Answers.of(await the_door().act(answering.answers, caller, locator=locator))


@router.get("/{locator}/acord", responses=problems.MISSING)
async def get_acord(caller: Caller, locator: parameters.Locator) -> AcordSheet:
    """The answers by the names that they have on ACORD's forms, to key or to read them in elsewhere. Personal values
    are masked but for who fills in a draft. Who took them along is in the audit trail."""
    return AcordSheet.of(await acord.taken(the_door(), caller, submission=locator))


@router.put("/{locator}/answers/{path}", responses=problems.WRITTEN | problems.MISSING | problems.SAVED_SINCE)
async def save_answers(caller: Caller, locator: parameters.Locator, path: GroupPath, sent: SavedGroup) -> GroupSaved:
    """Save one group of a draft (`path` is section and group, `risk.dwelling`), right or wrong. 409 where somebody else
    saved it since, with what is there, its version, when and by whom."""
    saved = await the_door().act(
        answering.save_group, caller, locator=locator, path=path, rows=sent.rows, version=sent.version
    )
    return GroupSaved.of(saved)


@router.get("/{locator}/suggestions", responses=problems.MISSING, dependencies=parameters.GIVEN_ONCE)
async def list_suggestions(
    caller: Caller, locator: parameters.Locator, asked: Annotated[AskedSuggestions, Query()]
) -> Suggestions:
    """What the form proposes to who fills it in: producer codes in force and carriers, and what a VIN or a ZIP code
    tells of the fields beside it."""
    found = await the_door().act(suggesting.suggestions, caller, locator=locator, **asked.model_dump())
    return Suggestions.of_suggestions(found)


@router.get("/{locator}/problems", responses=problems.MISSING)
async def list_problems(caller: Caller, locator: parameters.Locator) -> FieldProblems:
    """Everything that is wrong with the whole form, in its order."""
    found = await the_door().act(certifying.check, caller, locator=locator)
    return FieldProblems.page([asdict(each) for each in found], len(found), 0)


@router.post("/{locator}/submit", responses=CHANGED)
async def submit(caller: Caller, locator: parameters.Locator, sent: Certified, key: Key = None) -> Submitted:
    """Certify a draft and hand it in. One that was handed in before is answered with its number."""
    done = await the_door().act(
        by_program.submit,
        caller,
        asked=_asked(key, f"POST /submissions/{locator}/submit", sent),
        tell=_submitted,
        locator=locator,
        statement_agreed=sent.statement_agreed,
        version=sent.version,
    )
    return Submitted.model_validate(done)


@router.get("/{locator}/events", responses=problems.MISSING)
async def list_events(caller: Caller, locator: parameters.Locator) -> Events:
    """The timeline, the newest first: at most 500 events."""
    found = await the_door().act(timeline.events, caller, locator=locator)
    return Events.page([asdict(each) for each in found], len(found), 0)


def _submitted(done: HandedIn) -> dict[str, Any]:
    return Submitted.of(done).model_dump(mode="json", by_alias=True)


def _asked(key: str | None, request: str, sent: credentials.Sent) -> Asked | None:
    return None if key is None else Asked(key, request, sent.model_dump(mode="json"))
