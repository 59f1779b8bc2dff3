"""How far a submission has come. What was found of a section is kept in the process for as long as nothing that it
depends on is saved anew, so that the groups of the other sections need not be unsealed and read each time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from threading import Lock

from portal_app.models.enums import SubmissionStatus
from portal_app.models.submissions import Submission
from portal_app.services.door import Tx
from portal_app.services.intake.depending import groups_for
from portal_app.services.intake.forms import Answers, Form, Role, Section, begun_in
from portal_app.services.intake.progress import SectionProgress, progress_on
from portal_app.services.intake.sheet import Sheet, laid_out
from portal_app.services.intake.validation import Problem, found_on
from portal_app.services.submissions.groups import Groups, Mark
from portal_app.services.submissions.kept import Begun
from portal_app.services.submissions.projection import problem_of_code, still_taken

MOST_KNOWN = 4096
Key = tuple[str, str, str, date, tuple[tuple[str, Mark], ...]]
"""Counts of fields, and no answers, by the submission, the form, the section, the day, and what its groups and those
that these depend on were saved as."""
_known: dict[Key, SectionProgress] = {}
_knowing = Lock()


@dataclass(frozen=True, slots=True)
class Judged:
    """The progress of every section, and of one section that was asked for the sheet on which it is judged and what is
    wrong and missing in it, in the order of the form."""

    progress: tuple[SectionProgress, ...]
    sheet: Sheet
    problems: tuple[Problem, ...]


def judged(
    row: Submission,
    begun_with: Begun,
    groups: Groups,
    day: date,
    *,
    section: Section | None,
    saved: Collection[str] = (),
) -> Judged:
    """How far everything has come, and what is wrong in the section. What depends on groups that are `saved` in this
    transaction is not kept: it may be undone yet."""
    form = begun_with.form
    keys = {each.name: _key(row, begun_with, groups, day, each) for each in form.sections}
    with _knowing:
        found = {name: known for name, key in keys.items() if (known := _known.get(key))}
    unknown = [each for each in form.sections if each.name not in found]
    wanted = [*unknown, section] if section and section.name in found else unknown
    sheet = laid_out_of(form, groups, day, [group.key for each in wanted for group in each.groups])
    wrong = found_on(sheet, [each.name for each in wanted])
    for own, each in zip(unknown, progress_on(sheet, wrong, [one.name for one in unknown]), strict=True):
        found[own.name] = each
        if _depends_on(form, own).isdisjoint(saved):
            _keep(_key(row, begun_with, groups, day, own), each)
    own_wrong = tuple(each for each in wrong if section and each.path.partition(".")[0] == section.name)
    return Judged(tuple(found[each.name] for each in form.sections), sheet, own_wrong)


def laid_out_of(form: Form, groups: Groups, day: date, keys: Collection[str]) -> Sheet:
    """A sheet on which those groups are judged; no others are unsealed than they and those that they depend on."""
    return laid_out(form, answers_of(form, groups, groups_for(form, frozenset(keys))), day, only=keys)


def of_code(tx: Tx, row: Submission, form: Form, groups: Groups, day: date) -> list[Problem]:
    """What is wrong with the producer code of a draft."""
    group = form.roles.get(Role.PRODUCER_CODE, "").rpartition(".")[0]
    if row.status is not SubmissionStatus.DRAFT or group not in groups.marks or still_taken(tx, row):
        return []
    return problem_of_code(tx, form, answers_of(form, groups, [group]), day)


def answers_of(form: Form, groups: Groups, keys: Collection[str]) -> Answers:
    """Those groups, with defaults where nothing was saved."""
    return begun_in(form, keys) | groups.rows(keys)


def forget() -> None:
    """Nothing is known any more, as when the process began."""
    with _knowing:
        _known.clear()


def _key(row: Submission, begun_with: Begun, groups: Groups, day: date, section: Section) -> Key:
    needed = _depends_on(begun_with.form, section)
    marks = tuple(sorted((path, mark) for path, mark in groups.marks.items() if path in needed))
    return row.locator, begun_with.digest, section.name, day, marks


def _depends_on(form: Form, section: Section) -> frozenset[str]:
    return groups_for(form, frozenset(group.key for group in section.groups))


def _keep(key: Key, found: SectionProgress) -> None:
    with _knowing:
        while len(_known) >= MOST_KNOWN:
            _known.pop(next(iter(_known)))
        _known[key] = found
