"""Answers, group by group: read, and saved as they are typed, so that nothing typed is lost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import SubmissionStatus
from portal_app.models.submissions import IntakeForm, Submission
from portal_app.services import access, audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, InvalidData
from portal_app.services.intake.depending import groups_for
from portal_app.services.intake.forms import Answers, Field, Form, Group, Row, begun, path_of
from portal_app.services.intake.progress import SectionProgress, with_more
from portal_app.services.intake.renumbering import following, referring, taken_out
from portal_app.services.intake.typed import not_kept
from portal_app.services.intake.validation import Problem, problems
from portal_app.services.intake.values import read, told
from portal_app.services.licensing.records import today
from portal_app.services.naming import alike
from portal_app.services.scope import visible
from portal_app.services.submissions.groups import Groups, Saved
from portal_app.services.submissions.kept import Begun, begun_with, one_begun
from portal_app.services.submissions.lifecycle import Step, check_step
from portal_app.services.submissions.progressing import answers_of, judged, of_code
from portal_app.services.submissions.projection import project
from portal_app.services.submissions.rows import one

HIDDEN = "••••"


@dataclass(frozen=True, slots=True)
class Answered:
    """A submission as its form is filled in. `answers` has every group of the form, with defaults where nothing was
    saved; `groups` those that were saved, whose version is 0 where they were not. `version` is the submission's. Where
    it is not `editable`, because it was handed in or the actor hands nothing in, personal values are masked."""

    locator: str
    number: str
    status: SubmissionStatus
    line: str
    line_name: str
    form: Form
    form_version: int
    answers: Answers
    groups: Mapping[str, Saved]
    progress: tuple[SectionProgress, ...]
    version: int
    editable: bool


@dataclass(frozen=True, slots=True)
class SavedGroup:
    """A group after it was saved. `problems` concern what was typed in it, nothing that is merely missing."""

    path: str
    version: int
    submission_version: int
    problems: tuple[Problem, ...]
    progress: tuple[SectionProgress, ...]


class SavedMeanwhile(Conflict):
    """Somebody else saved the same group since it was looked at; nothing was changed. `theirs` is what is there, under
    `version`; `yours` what was to be saved."""

    def __init__(self, group: Group, there: Saved, theirs: Sequence[Row], yours: Sequence[Row]) -> None:
        self.group, self.by, self.at, self.version = group, there.by, there.at, there.version
        self.theirs, self.yours = list(theirs), list(yours)
        saved = f"{there.by} saved these answers in the meantime" if there.by else "Nobody saved these answers yet"
        super().__init__(f"{saved}. Look at both, and choose.")


@reads(Permission.VIEW_OWN_ACCOUNTS)
def answers(tx: Tx, *, locator: str) -> Answered:
    """The form of a submission with what was answered. Raises NotFound."""
    return shown(tx, one(tx, locator))


def shown(tx: Tx, row: Submission) -> Answered:
    """The same of a row that the actor was found to see."""
    known = begun_with(tx, row)
    groups, day = Groups(tx, row), day_of(tx, row)
    whole = begun(known.form) | groups.rows()
    editable = fills_in(tx, row)
    return Answered(
        locator=row.locator,
        number=row.number or "",
        status=row.status,
        line=known.line,
        line_name=known.line_name,
        form=known.form,
        form_version=known.version,
        answers=whole if editable else masked(known.form, whole, day),
        groups=groups.told(),
        progress=with_more(
            judged(row, known, groups, day, section=None).progress, of_code(tx, row, known.form, groups, day)
        ),
        version=row.version,
        editable=editable,
    )


def somebody_else(tx: Tx, row: Submission) -> str:
    """The client of whose account the draft was begun, where the insured is another by now; empty otherwise."""
    if row.account_id is None or not row.insured_name or row.status is not SubmissionStatus.DRAFT:
        return ""
    account = tx.db.scalar(visible(tx.actor, Account).where(col(Account.id) == row.account_id))
    return account.name if account is not None and not alike(account.name, row.insured_name) else ""


def fills_in(tx: Tx, row: Submission) -> bool:
    """Whether the actor may go on with it, and so sees its answers as they were typed."""
    may = tx.actor.may_write and access.can(tx.actor, Permission.SUBMIT_BUSINESS)
    return may and row.status is SubmissionStatus.DRAFT


@writes(Permission.SUBMIT_BUSINESS)
def save_group(tx: Tx, *, locator: str, path: str, rows: Sequence[Row], version: int) -> SavedGroup:
    """Save one group of a draft as it was typed, right or wrong. `path` is "section.group", `version` the group's own
    that was looked at, 0 where it was never saved. The same as what is there changes nothing, whatever its version.
    Where a row was taken out, the groups that name rows of it by number are saved with it, so that they go on naming
    the same ones. Raises NotFound; SavedMeanwhile; Conflict for what is no draft; InvalidData for what no form could
    send."""
    saved = saved_in(tx, locator, path, rows, version)
    form, day = saved.began.form, saved.day
    whole = answers_of(form, saved.groups, groups_for(form, frozenset({path})))
    code = of_code(tx, saved.row, form, saved.groups, saved.day)
    found = problems(form, whole, day, whole=False, group=path)
    known = judged(saved.row, saved.began, saved.groups, day, section=None, saved=(path, *saved.others))
    return SavedGroup(
        path,
        saved.groups.marks[path].version if path in saved.groups.marks else 0,
        saved.row.version,
        (*found, *(each for each in code if each.path.rpartition(".")[0] == path)),
        with_more(known.progress, code),
    )


@dataclass(frozen=True, slots=True)
class SavedIn:
    """A submission whose group was saved in this transaction. `day` is the one by which its answers are read, `out` the
    numbers, from 1, of the rows that were taken out of the group, `others` the groups that were saved for that."""

    row: Submission
    began: Begun
    groups: Groups
    day: date
    out: tuple[int, ...]
    others: tuple[str, ...]


def saved_in(
    tx: Tx,
    locator: str,
    path: str,
    rows: Sequence[Row],
    version: int,
    *,
    fresh: Collection[int] = (),
    out: Collection[int] = (),
) -> SavedIn:
    """Save one group, as `save_group` says. The rows whose numbers are `fresh` were just added, and those of them in
    which nothing was typed begin with what the form answers by default. `out` are the numbers, from 1, of those that
    were taken out of that version; where none are told they are found by what is left."""
    row, known = one_begun(tx, locator, to_be_held=True)
    check_step(row.status, Step.SAVE)
    day = today(tx)
    form = known.form
    group = form.group(path)
    if group is None:
        raise InvalidData({path[:120]: "The form has no such group."})
    typed = _taken(group, with_defaults(group, rows, fresh))
    groups = Groups(tx, row)
    before = answers_of(form, groups, [path, *_projected(form)])
    gone: tuple[int, ...] = ()
    others: Answers = {}
    if typed != before[path]:
        there = groups.marks.get(path)
        if version != (there.version if there else 0):
            by = groups.told()[path] if there else Saved(0, row.created_at, "")
            raise SavedMeanwhile(group, by, before[path], typed)
        gone = tuple(sorted(out)) or taken_out(before[path], _older(group, before[path], typed, fresh))
        _keep(tx, row, groups, path, typed)
        naming = groups.rows([each.key for each, _ in referring(form, path)]) if gone else {}
        for key, following_rows in (others := following(form, path, gone, naming, day)).items():
            _keep(tx, row, groups, key, following_rows)
        project(tx, row, form, before | {path: typed}, day, saved=path)
        row.version, row.changed_at = row.version + 1, tx.now
    return SavedIn(row, known, groups, day, gone, tuple(others))


def _older(group: Group, before: Sequence[Row], typed: Sequence[Row], fresh: Collection[int]) -> list[Row]:
    """The rows that were not just added. What is added once more is there already, and no other went for it."""
    begun_so = with_defaults(group, [{}], (0,))[0]
    same = len(before) == len(typed)
    there = {number for number in fresh if same and number < len(typed) and before[number] in (typed[number], begun_so)}
    return [each for number, each in enumerate(typed) if number not in fresh or number in there]


def _keep(tx: Tx, row: Submission, groups: Groups, path: str, rows: list[Row]) -> None:
    groups.save(path, rows)
    detail = {"group": path, "version": groups.marks[path].version}
    audit.record(tx, "submission.saved", subject_kind="submission", subject=row.locator, detail=detail)


def with_defaults(group: Group, rows: Sequence[Row], fresh: Collection[int]) -> list[Row]:
    """The rows, those that are `fresh` by their number and empty with what the form answers by default."""
    defaults = {each.name: each.default for each in group.fields if each.default is not None}
    return [dict(defaults) if number in fresh and not row else row for number, row in enumerate(rows)]


def _projected(form: Form) -> set[str]:
    """The groups out of which the submission's own columns are taken."""
    return {path.rpartition(".")[0] for path in form.roles.values()}


def as_typed(tx: Tx, row: Submission) -> Answers:
    """The groups that were saved, as they are stored."""
    return Groups(tx, row).rows()


def versions(tx: Tx, row: Submission) -> dict[str, int]:
    """The version of each group that was saved."""
    return {path: each.version for path, each in Groups(tx, row).marks.items()}


def whole_answers(tx: Tx, row: Submission, form: Form) -> Answers:
    """Every group of the form, with defaults where nothing was saved."""
    return begun(form) | as_typed(tx, row)


def day_of(tx: Tx, row: Submission) -> date:
    """The day by which answers are read: that on which they were handed in, whatever the agency's time zone is since;
    today for a draft."""
    return row.certified_on or (row.submitted_at or tx.now).astimezone(tx.settings.zone).date()


def form_version(tx: Tx, row: Submission) -> int:
    """The number of the form among what the agency saved, 0 as shipped."""
    return tx.db.scalars(select(col(IntakeForm.version)).where(col(IntakeForm.id) == row.form_id)).one()


def masked(form: Form, whole: Answers, day: date) -> Answers:
    """The answers with what is personal masked."""
    personal = {path: field for path in form.personal() if (field := _field(form, path))}
    return {
        key: [
            {
                name: _mask(personal[f"{key}.{name}"], value, day) if f"{key}.{name}" in personal else value
                for name, value in row.items()
            }
            for row in rows
        ]
        for key, rows in whole.items()
    }


def _field(form: Form, path: str) -> Field | None:
    place = form.at(path)
    return place[1] if place else None


def _mask(field: Field, value: Any, day: date) -> str:
    known = read(field, value, day)
    return told(field, known.value) if known.value is not None else HIDDEN if known.wrong else ""


def _taken(group: Group, rows: Sequence[Row]) -> list[Row]:
    """The rows, where a form could send them: what is typed wrong is kept, what has no place is not."""
    most = group.repeat.most if group.repeat else 1
    if len(rows) > most:
        raise InvalidData({group.key: f"Enter at most {most} here."})
    names = {each.name for each in group.fields}
    found: dict[str, str] = {}
    for number, row in enumerate(rows):
        for name, value in row.items():
            place = path_of(group, number, name[:64])
            if name not in names:
                found[place] = "The form has no such field."
            elif sentence := not_kept(value):
                found[place] = sentence
    if found:
        raise InvalidData(found)
    return [dict(row) for row in rows]
