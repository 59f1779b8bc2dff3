"""One section of a submission as somebody fills it in: what a page needs of it, and no group more is unsealed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from portal_app.models.enums import SubmissionStatus
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.intake.depending import groups_for
from portal_app.services.intake.forms import Answers, Form, Role, Row, Section
from portal_app.services.intake.progress import SectionProgress, with_more
from portal_app.services.intake.sheet import Sheet, laid_out
from portal_app.services.intake.validation import Problem, found_on
from portal_app.services.submissions import documents
from portal_app.services.submissions.answering import day_of, fills_in, masked, saved_in, somebody_else
from portal_app.services.submissions.groups import Groups
from portal_app.services.submissions.kept import Begun, one_begun
from portal_app.services.submissions.progressing import answers_of, judged, of_code


@dataclass(frozen=True, slots=True)
class Filling:
    """`section` is the one that was asked for; None where that has no answers. `answers` has its groups, those that
    they depend on and the one that names the insured, with defaults where nothing was saved; `sheet` is what is
    shown and read of them, `problems` what is wrong and missing in the section, and what of the producer code.
    `versions` are those of all groups that were saved, `files` how many documents there are, None where nobody
    asked. `not_of` is the client of whose account the draft was begun, where the insured is another by now. Where
    it is not `editable`, personal values are masked, and read as such. `out` are the numbers, from 1, of the rows that
    were taken out of the group that was saved, `others` the groups that were saved for that."""

    locator: str
    number: str
    status: SubmissionStatus
    line_name: str
    form: Form
    section: Section | None
    answers: Answers
    sheet: Sheet
    problems: tuple[Problem, ...]
    versions: Mapping[str, int]
    progress: tuple[SectionProgress, ...]
    files: int | None
    editable: bool
    not_of: str
    out: tuple[int, ...]
    others: tuple[str, ...]


@reads(Permission.VIEW_OWN_ACCOUNTS)
def section(tx: Tx, *, locator: str, name: str | None) -> Filling:
    """A section by its name, the first where there is none such; None for how far everything has come alone. Raises
    NotFound."""
    row, began = one_begun(tx, locator)
    return _shown(tx, row, began, Groups(tx, row), name, files=documents.counted(tx, row))


@writes(Permission.SUBMIT_BUSINESS)
def save(
    tx: Tx,
    *,
    locator: str,
    path: str,
    rows: Sequence[Row],
    version: int,
    fresh: Collection[int],
    name: str | None,
    out: Collection[int] = (),
) -> Filling:
    """Save one group, as `answering.save_group` does and with its errors; the answer is the section of that name after
    it, without its documents. The rows whose numbers are `fresh` were just added: what is empty of them begins with
    what the form answers by default; `out` are the numbers, from 1, of those that were taken out of that version, found
    by what is left where none are told."""
    done = saved_in(tx, locator, path, rows, version, fresh=fresh, out=out)
    found = _shown(tx, done.row, done.began, done.groups, name, saved=(path, *done.others))
    return replace(found, out=done.out, others=done.others)


def _shown(
    tx: Tx,
    row: Submission,
    known: Begun,
    groups: Groups,
    name: str | None,
    *,
    saved: Collection[str] = (),
    files: int | None = None,
) -> Filling:
    form, day, editable = known.form, day_of(tx, row), fills_in(tx, row)
    own = None if name is None else form.section(name) or form.sections[0]
    found = judged(row, known, groups, day, section=own, saved=saved)
    sheet, wrong = found.sheet, found.problems
    beside = tuple(of_code(tx, row, form, groups, day))
    keys = frozenset(group.key for group in own.groups) if own else frozenset[str]()
    insured = form.roles.get(Role.INSURED, "").rpartition(".")[0]
    answers = answers_of(form, groups, groups_for(form, keys) | {insured})
    if not editable:
        answers = masked(form, answers, day)
        sheet = laid_out(form, answers, day, only=keys)
        wrong = tuple(found_on(sheet, [own.name] if own else []))
    return Filling(
        locator=row.locator,
        number=row.number or "",
        status=row.status,
        line_name=known.line_name,
        form=form,
        section=own,
        answers=answers,
        sheet=sheet,
        problems=(*beside, *wrong),
        versions={path: each.version for path, each in groups.marks.items()},
        progress=with_more(found.progress, beside),
        files=files,
        editable=editable,
        not_of=somebody_else(tx, row),
        out=(),
        others=(),
    )
