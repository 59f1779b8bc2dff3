"""Submissions as the API answers them."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import WithJsonSchema

from portal_app.models.enums import SubmissionEventKind, SubmissionStatus
from portal_app.routes.api import shapes
from portal_app.routes.api.information_requests import InformationRequest
from portal_app.routes.api.quotes import Quote
from portal_app.services.intake.progress import Stage
from portal_app.services.intake.typed import LONGEST_VALUE, MOST_VALUES
from portal_app.services.submissions import acord, suggesting
from portal_app.services.submissions.answering import Answered
from portal_app.services.submissions.detail import SubmissionDetail
from portal_app.services.submissions.lifecycle import Step
from portal_app.services.submissions.turns import Turn

_TYPED = {"type": "string", "maxLength": LONGEST_VALUE, "pattern": r"^[^\x00]*$"}
_SEVERAL = {"type": "array", "items": _TYPED, "maxItems": MOST_VALUES}
# What is none of these is told by the service, by its row and field and in the words of the form.
Value = Annotated[Any, WithJsonSchema({"anyOf": [_TYPED, {"type": "boolean"}, _SEVERAL, {"type": "null"}]})]


class SubmissionItem(shapes.Shape):
    """A submission as a list has it. `number` is the Submission ID, empty while it is a draft. `turn` says whose turn
    it is, `turnWords` the same to you. While `waitingSince` is given the response clock stands; `lapsed` tells that no
    offered quote is valid any more."""

    locator: str
    number: str
    status: SubmissionStatus
    insured_name: str
    line: str
    line_name: str
    producer_code: str
    producer: str
    jurisdiction: str
    effective: date | None
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    submitted_by: str
    assigned_to: str
    assignee: str
    contact: str
    queue: str
    routed_by: str
    unassigned: bool
    unrouted: bool
    target_on: date | None
    waiting_since: datetime | None
    at_risk: bool
    overdue: bool
    lapsed: bool
    turn: Turn
    turn_words: str
    next_action: str
    next_quote: str
    reason: str
    version: int


class Submissions(shapes.Listed[SubmissionItem]):
    pass


class Answer(shapes.Shape):
    """`value` as people read it, personal values masked."""

    path: str
    label: str
    value: str


class AnswerGroup(shapes.Shape):
    key: str
    title: str
    item: str
    rows: list[list[Answer]]


class AnswerSection(shapes.Shape):
    name: str
    title: str
    groups: list[AnswerGroup]


class Certificate(shapes.Shape):
    """Who certified what, and when. `intact` tells that what is stored still comes to that hash."""

    statement: str
    by: str
    at: datetime
    answers_hash: str
    intact: bool


class Event(shapes.Shape):
    """`by` is a name, or the email address where that alone tells people apart; `byEmail` is the address, empty for
    the portal itself."""

    locator: str
    kind: SubmissionEventKind
    at: datetime
    by: str
    by_email: str
    words: str
    reason: str


class Events(shapes.Listed[Event]):
    pass


class Submission(SubmissionItem):
    """The whole of it, but for its documents, which `/submissions/{locator}/documents` lists. `steps` is what you can
    do with it now."""

    account: str
    policy: str
    cloned_from: str
    form_title: str
    form_version: int
    certificate: Certificate | None
    sections: list[AnswerSection]
    quotes: list[Quote]
    information_requests: list[InformationRequest]
    steps: list[Step]

    @classmethod
    def of(cls, answer: SubmissionDetail) -> Self:
        found = asdict(answer)
        found |= {"steps": sorted(answer.steps), "information_requests": found.pop("requests")}
        return cls.model_validate(found.pop("row") | found)


class Progress(shapes.Shape):
    name: str
    title: str
    required: int
    answered: int
    problems: int
    stage: Stage


class Group(shapes.Shape):
    path: str
    version: int
    at: datetime
    by: str


class Answers(shapes.Shape):
    """A submission as its form is filled in. `answers` has the rows of every group by its path, `groups` those that
    were saved; `form` is the form that it began with, as administrators edit it. Where it is not `editable`, personal
    values are masked."""

    locator: str
    number: str
    status: SubmissionStatus
    line: str
    line_name: str
    form: dict[str, Any]
    form_version: int
    answers: dict[str, list[dict[str, Any]]]
    groups: list[Group]
    progress: list[Progress]
    version: int
    editable: bool

    @classmethod
    def of(cls, answer: Answered) -> Self:
        plain = ("locator", "number", "status", "line", "line_name", "form_version", "answers", "version", "editable")
        return cls(
            **{name: getattr(answer, name) for name in plain},
            form=json.loads(answer.form.text),
            groups=[Group(path=path, **asdict(each)) for path, each in answer.groups.items()],
            progress=[Progress.of(each) for each in answer.progress],
        )


class AcordValue(shapes.Shape):
    """`value` is written as on paper (Y or N, MM/DD/YYYY, whole dollars), `answer` as people read it. `path` is where
    it was answered, empty for what the portal knows by itself. `masked` is what is personal and not whole, `beyond`
    what has a letter beyond Z and on paper goes on a schedule."""

    value: str
    label: str
    answer: str
    path: str
    masked: bool
    beyond: bool


class AcordLeft(shapes.Shape):
    """An answer that stands at no name, and why."""

    path: str
    label: str
    answer: str
    why: str
    masked: bool


class AcordSheet(shapes.Shape):
    """A submission by ACORD's names, each with the letter of its row. `acordForms` are those that the form maps to,
    `formVersion` is 0 for the form as shipped; no answer is in neither `values` nor `left`."""

    locator: str
    number: str
    line: str
    form_title: str
    form_version: int
    acord_forms: list[str]
    values: dict[str, AcordValue]
    left: list[AcordLeft]

    @classmethod
    def of(cls, found: acord.AcordSheet) -> Self:
        plain = ("locator", "number", "line", "form_title", "form_version")
        return cls(
            **{name: getattr(found, name) for name in plain},
            acord_forms=list(found.acord_forms),
            values={each.name: AcordValue.of(each) for each in found.placed},
            left=[AcordLeft.of(each) for each in found.left],
        )


class FieldProblem(shapes.Shape):
    """A `warning` keeps nobody from submitting."""

    path: str
    label: str
    sentence: str
    warning: bool


class FieldProblems(shapes.Listed[FieldProblem]):
    pass


class SuggestedCode(shapes.Shape):
    code: str
    producer: str


class Suggestions(shapes.Shape):
    """The first 500 codes and carriers of as many as the totals say. `beside` has, by the names of the fields of the
    same row, what the field that was asked about tells of them."""

    codes: list[SuggestedCode]
    codes_total: int
    carriers: list[str]
    carriers_total: int
    beside: dict[str, str]

    @classmethod
    def of_suggestions(cls, found: suggesting.Suggestions) -> Self:
        codes = [SuggestedCode(code=code, producer=name) for code, name in found.codes]
        return cls(
            codes=codes,
            codes_total=found.codes_total,
            carriers=list(found.carriers),
            carriers_total=found.carriers_total,
            beside=dict(found.beside),
        )


class GroupSaved(shapes.Shape):
    """A group after it was saved; `problems` concern what was typed in it, nothing that is merely missing."""

    path: str
    version: int
    submission_version: int
    problems: list[FieldProblem]
    progress: list[Progress]


class Submitted(shapes.Shape):
    """`again` tells that it had been handed in before this request."""

    locator: str
    number: str
    status: SubmissionStatus
    submitted_at: datetime
    target_on: date | None
    routed_by: str
    answers_hash: str
    again: bool


class Statement(shapes.Shape):
    """What is certified when a submission is handed in."""

    statement: str
