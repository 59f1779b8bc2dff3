"""A submission begins: from nothing, from an account, or from an earlier one; a draft is thrown away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import ProducerState, SubmissionEventKind, SubmissionStatus
from portal_app.models.identity import User
from portal_app.models.media import Media, MediaVersion
from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import ProducerCode
from portal_app.models.submissions import Submission, SubmissionAnswers, SubmissionDocument, SubmissionEvent
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Invalid
from portal_app.services.intake.forms import LINES, Answers, Form, Role, begun
from portal_app.services.intake.progress import Stage, progress
from portal_app.services.licensing.records import today
from portal_app.services.scope import Scope, scope_of, visible
from portal_app.services.submissions import timeline
from portal_app.services.submissions.answering import Answered, day_of, shown, whole_answers
from portal_app.services.submissions.carrying import carried, from_account, with_value
from portal_app.services.submissions.kept import form_of, keep
from portal_app.services.submissions.lifecycle import Step, check_step
from portal_app.services.submissions.projection import project
from portal_app.services.submissions.rows import held, one, whoever
from portal_app.services.topics import Topic

MOST_DRAFTS = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft to be resumed; `insured_name` is empty where it is not answered yet. `begun_by` is a name. Of its
    `sections` so many are `complete`; `next_section` is the first that is not, empty where all are."""

    locator: str
    line: str
    line_name: str
    insured_name: str
    created_at: datetime
    changed_at: datetime
    mine: bool
    begun_by: str
    sections: int
    complete: int
    next_section: str
    version: int


@dataclass(frozen=True, slots=True)
class Drafts:
    """A page of drafts, the last changed first, and how many there are."""

    rows: tuple[Draft, ...]
    total: int
    offset: int = 0


@reads(Permission.SUBMIT_BUSINESS)
def lines(tx: Tx) -> Mapping[str, str]:
    """The name of each line that a submission can begin in, by its code."""
    rows = tx.db.execute(select(col(LineOfBusiness.code), col(LineOfBusiness.name)))
    names = {row.code: row.name for row in rows}
    return {code: names[code] for code in LINES if code in names}


@writes(Permission.SUBMIT_BUSINESS)
def begin(tx: Tx, *, line: str, account: str | None = None) -> Answered:
    """Begin a submission in a line (its code), for an account (locator) where one is given: what is known of it stands
    in the form already. Raises Invalid for a line or an account that there is not."""
    insured = _account(tx, account) if account else None
    row, form = _begun(tx, _line(tx, line))
    answers = from_account(form, insured) if insured else begun(form)
    row.account_id = insured.id if insured else None
    about = {"account": insured.locator} if insured else {}
    return _first(tx, row, form, answers, about)


@writes(Permission.SUBMIT_BUSINESS)
def begin_from(tx: Tx, *, submission: str) -> Answered:
    """Begin a submission as a copy of another (locator), in the form of today: with the answers whose fields are still
    there, but for the dates of the policy and signatures; documents are not copied. What is personal is copied out of
    a draft alone: once it is handed in, whoever copies it may not read that. Raises NotFound."""
    source = one(tx, submission)
    old, _ = form_of(tx, source)
    line = tx.db.get_one(LineOfBusiness, source.line_id)
    row, form = _begun(tx, line)
    row.account_id, row.cloned_from_id = source.account_id, source.id
    readable = source.status is SubmissionStatus.DRAFT
    answers = carried(old, whole_answers(tx, source, old), form, personal=readable)
    return _first(tx, row, form, answers, {"cloned": source.number or "a draft"}, source)


@writes(Permission.SUBMIT_BUSINESS)
def discard(tx: Tx, *, locator: str, version: int | None = None) -> None:
    """Delete a draft and everything that was typed into it, for good. Raises NotFound; Conflict for what is no draft,
    or where `version` is not the one that is there."""
    row = held(tx, locator, version)
    check_step(row.status, Step.DISCARD)
    media = tx.db.scalars(
        select(col(SubmissionDocument.media_id)).where(col(SubmissionDocument.submission_id) == row.id)
    )
    files = media.all()
    for model in (SubmissionAnswers, SubmissionEvent, SubmissionDocument):
        tx.db.execute(delete(model).where(model.submission_id == row.id))  # type: ignore[arg-type]
    # Their bytes go with the next sweep of what is nobody's.
    tx.db.execute(delete(MediaVersion).where(col(MediaVersion.media_id).in_(files)))
    tx.db.execute(delete(Media).where(col(Media.id).in_(files)))
    copies = update(Submission).where(col(Submission.cloned_from_id) == row.id)
    tx.db.execute(copies.values(cloned_from_id=None))
    tx.db.delete(row)
    line = tx.db.get_one(LineOfBusiness, row.line_id).code
    audit.record(tx, "submission.discarded", subject_kind="submission", subject=row.locator, detail={"line": line})
    tx.changes(Topic.SUBMISSIONS)


@reads(Permission.SUBMIT_BUSINESS)
def resumable(tx: Tx, *, mine: bool = False, offset: int = 0, count: int = 50) -> Drafts:
    """The drafts that the actor may go on with, or those alone that they began; the last changed first."""
    wanted = visible(tx.actor, Submission).where(col(Submission.status) == SubmissionStatus.DRAFT)
    if mine:
        wanted = wanted.where(col(Submission.created_by_id) == tx.actor.user_id)
    start = min(max(offset, 0), 2**40)
    page = (
        wanted.add_columns(col(LineOfBusiness.code), col(LineOfBusiness.name), col(User.name))
        .join(LineOfBusiness, col(LineOfBusiness.id) == col(Submission.line_id))
        .join(User, col(User.id) == col(Submission.created_by_id))
        .order_by(col(Submission.changed_at).desc(), col(Submission.id).desc())
        .offset(start)
        .limit(min(max(count, 1), MOST_DRAFTS))
    )
    total = tx.db.scalar(select(func.count()).select_from(wanted.with_only_columns(col(Submission.id)).subquery())) or 0
    return Drafts(tuple(_draft(tx, *found) for found in tx.db.execute(page)), total, start)


def _draft(tx: Tx, row: Submission, line: str, name: str, begun_by: str) -> Draft:
    form, _ = form_of(tx, row)
    sections = progress(form, whole_answers(tx, row, form), day_of(tx, row))
    left = [each.name for each in sections if each.stage is not Stage.COMPLETE]
    return Draft(
        locator=row.locator,
        line=line,
        line_name=name,
        insured_name=row.insured_name,
        created_at=row.created_at,
        changed_at=row.changed_at,
        mine=row.created_by_id == tx.actor.user_id,
        begun_by=begun_by,
        sections=len(sections),
        complete=len(sections) - len(left),
        next_section=left[0] if left else "",
        version=row.version,
    )


def _begun(tx: Tx, line: LineOfBusiness) -> tuple[Submission, Form]:
    form_id, form = keep(tx, line)
    row = Submission(
        line_id=line.id or 0, form_id=form_id, created_at=tx.now, created_by_id=whoever(tx), changed_at=tx.now
    )
    return row, form


def _first(
    tx: Tx, row: Submission, form: Form, answers: Answers, about: dict[str, str], source: Submission | None = None
) -> Answered:
    answers = _with_own_code(tx, form, answers)
    project(tx, row, form, answers, today(tx))
    tx.db.add(row)
    tx.db.flush()
    for path, rows in answers.items():
        if rows != begun(form)[path]:
            tx.db.add(
                SubmissionAnswers(
                    submission_id=row.id or 0, path=path, rows=rows, saved_at=tx.now, saved_by_id=row.created_by_id
                )
            )
    timeline.note(tx, row, SubmissionEventKind.BEGUN, **about)
    detail = {"line": form.line} | ({"cloned": source.locator} if source else {})
    audit.record(tx, "submission.begun", subject_kind="submission", subject=row.locator, detail=detail)
    return shown(tx, row)


def _with_own_code(tx: Tx, form: Form, answers: Answers) -> Answers:
    """Whoever writes under one code does not have to enter it."""
    scope = scope_of(tx.actor)
    if Role.PRODUCER_CODE not in form.roles or scope.agency or scope.producer_id is None:
        return answers
    own = Scope(producer_id=scope.producer_id)
    usable = (col(ProducerCode.producer_id) == own.producer_id, col(ProducerCode.state) == ProducerState.VALIDATED)
    codes = tx.db.scalars(visible(tx.actor, ProducerCode).where(*usable).limit(2)).all()
    return with_value(form, answers, Role.PRODUCER_CODE, codes[0].code) if len(codes) == 1 else answers


def _line(tx: Tx, code: str) -> LineOfBusiness:
    found = tx.db.scalars(select(LineOfBusiness).where(col(LineOfBusiness.code) == code)).first()
    if found is None or code not in LINES:
        raise Invalid({"line": "There is no such line of business."})
    return found


def _account(tx: Tx, locator: str) -> Account:
    found: Account | None = tx.db.scalars(visible(tx.actor, Account).where(col(Account.locator) == locator)).first()
    if found is None:
        raise Invalid({"account": "There is no such account."})
    return found
