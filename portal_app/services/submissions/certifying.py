"""A draft is looked through whole, certified, and handed in: once, whoever clicks how often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal_app.models.ams import HandoverKind
from portal_app.models.enums import SubmissionDocumentKind, SubmissionEventKind, SubmissionStatus
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.ams import ordering as to_ams
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid, InvalidData
from portal_app.services.intake.forms import Answers, Form
from portal_app.services.intake.validation import Problem, problems
from portal_app.services.licensing.records import today
from portal_app.services.papers import ordering
from portal_app.services.routing.rules import AmsWay
from portal_app.services.submissions import accounts, contacts, desk, documents, telling, timeline
from portal_app.services.submissions.answering import versions, whole_answers
from portal_app.services.submissions.detail import SectionView, sections
from portal_app.services.submissions.documents import DocumentView
from portal_app.services.submissions.fingerprint import fingerprint
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.lifecycle import Step, check_step
from portal_app.services.submissions.moving import move
from portal_app.services.submissions.numbering import next_number
from portal_app.services.submissions.projection import problem_of_code, project
from portal_app.services.submissions.rows import held, one, whoever
from portal_app.services.submissions.statement import STATEMENT
from portal_app.services.submissions.views import rule_of

CHANGED_SINCE = "Answers or files were changed since you looked at them. Read them again before you certify."


@dataclass(frozen=True, slots=True)
class HandedIn:
    """`number` is the Submission ID, `target_on` the day by whose close an answer is due, `routed_by` the rule that
    took it, empty where none did. `again` tells that it had been handed in before this call."""

    locator: str
    number: str
    status: SubmissionStatus
    submitted_at: datetime
    target_on: date | None
    routed_by: str
    answers_hash: str
    again: bool


@dataclass(frozen=True, slots=True)
class LookedThrough:
    """A draft before it is certified: all that is wrong with it, what was answered, personal values masked, and its
    files. `fingerprint` is that of all of it, by which alone it is submitted as it was looked at. `groups` has the
    version of each group that was saved."""

    fingerprint: str
    form: Form
    problems: tuple[Problem, ...]
    sections: tuple[SectionView, ...]
    documents: tuple[DocumentView, ...]
    groups: Mapping[str, int]


class NotComplete(InvalidData):
    """What keeps a draft from being submitted. `found` are all the problems, in the order of the form."""

    def __init__(self, found: Sequence[Problem]) -> None:
        self.found = tuple(found)
        super().__init__({each.path: each.sentence for each in found})


@reads(Permission.SUBMIT_BUSINESS)
def check(tx: Tx, *, locator: str) -> tuple[Problem, ...]:
    """Everything that is wrong with the whole form, what is missing with it, in the order of the form; warnings too,
    which keep nobody from submitting. Raises NotFound."""
    row = one(tx, locator)
    form, _ = form_of(tx, row)
    return _problems(tx, form, whole_answers(tx, row, form))


@reads(Permission.SUBMIT_BUSINESS)
def look_through(tx: Tx, *, locator: str) -> LookedThrough:
    """The same with what there is to certify. Raises NotFound."""
    row = one(tx, locator)
    form, _ = form_of(tx, row)
    return LookedThrough(
        fingerprint(tx, row),
        form,
        _problems(tx, form, whole_answers(tx, row, form)),
        sections(tx, row, form),
        documents.listed(tx, submission=locator),
        versions(tx, row),
    )


@writes(Permission.SUBMIT_BUSINESS)
def certify_and_submit(
    tx: Tx, *, locator: str, statement_agreed: bool, version: int | None = None, seen: str = ""
) -> HandedIn:
    """Hand a draft in. `version` is the submission's that was looked at, or `seen` the fingerprint of all of it. One
    that was handed in already is answered with its number, and nothing happens twice. Raises NotFound; Conflict where
    answers were saved, or of what was `seen` a file changed, since; NotComplete with every problem; Invalid where the
    statement is not agreed to."""
    row = held(tx, locator)
    if row.number is not None:
        return _handed_in(tx, row, again=True)
    check_step(row.status, Step.SUBMIT)
    if (version is not None and version != row.version) or (seen and seen != fingerprint(tx, row)):
        raise Conflict(CHANGED_SINCE)
    form, _ = form_of(tx, row)
    answers = whole_answers(tx, row, form)
    if wrong := [each for each in _problems(tx, form, answers) if not each.warning]:
        raise NotComplete(wrong)
    if not statement_agreed:
        raise Invalid({"statement_agreed": "Agree to the statement before you submit."})
    project(tx, row, form, answers, today(tx))
    account = accounts.settle(tx, row, form, answers, row.producer_code_id)
    _certified(tx, row)
    move(tx, row, Step.SUBMIT)
    about = {"number": row.number} | ({"account": account.value} if account else {})
    timeline.note(tx, row, SubmissionEventKind.SUBMITTED, **about)
    way = desk.route(tx, row, form, answers)
    desk.set_target(tx, row)
    ordering.order(tx, row, SubmissionDocumentKind.APPLICATION)
    if way is not None:
        to_ams.order(tx, row, HandoverKind.TASK if way is AmsWay.TASK else HandoverKind.SUBMISSION)
    telling.people(tx, row, "submission_received", key="")
    if row.contact and contacts.send_or_queue(tx, row):
        return _handed_in(tx, row, again=False)
    if row.assignee_id is None or row.assignee_id != tx.actor.user_id:
        telling.deciders(tx, row, "submission_to_review", key="", words=_desk(row))
    return _handed_in(tx, row, again=False)


def _certified(tx: Tx, row: Submission) -> None:
    """Who certified what, when, and the hash of it. The status, which goes with the number, is the caller's to change
    before anything is asked of the database."""
    number, fingerprinted, who = next_number(tx, today(tx).year), fingerprint(tx, row), whoever(tx)
    row.number, row.answers_hash = number, fingerprinted
    row.submitted_at, row.certified_on, row.submitted_by_id, row.statement = tx.now, today(tx), who, STATEMENT


def _desk(row: Submission) -> str:
    if row.assignee_id is not None:
        return f"The rule “{row.routed_by}” brings it to you."
    where = f"in the queue {row.queue}" if row.queue else "among what no rule took"
    return f"It waits {where} until somebody picks it up."


def _handed_in(tx: Tx, row: Submission, *, again: bool) -> HandedIn:
    if row.number is None or row.submitted_at is None:
        raise ValueError("not handed in")
    return HandedIn(
        row.locator,
        row.number,
        row.status,
        row.submitted_at,
        row.target_on,
        rule_of(tx, row),
        row.answers_hash,
        again,
    )


def _problems(tx: Tx, form: Form, answers: Answers) -> tuple[Problem, ...]:
    found = problems(form, answers, today(tx), whole=True)
    told = {each.path for each in found}
    return (*found, *(each for each in problem_of_code(tx, form, answers, today(tx)) if each.path not in told))
