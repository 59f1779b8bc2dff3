"""How far a submission has come, section by section. Pure."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache

from portal_app.services.intake.forms import Answers, Form, begun
from portal_app.services.intake.sheet import Sheet, laid_out, needing
from portal_app.services.intake.validation import Problem, found_on


class Stage(StrEnum):
    EMPTY = "empty"
    STARTED = "started"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """`required` and `answered` count the fields that are shown and have to be answered; `problems` everything that
    keeps from submitting, what is missing with it."""

    name: str
    title: str
    required: int
    answered: int
    problems: int
    stage: Stage


def progress(form: Form, answers: Answers, today: date) -> tuple[SectionProgress, ...]:
    """Of every section, in the order of the form."""
    sheet = laid_out(form, answers, today)
    return progress_on(sheet, found_on(sheet), [each.name for each in form.sections])


def progress_on(sheet: Sheet, problems: Sequence[Problem], sections: Collection[str]) -> tuple[SectionProgress, ...]:
    """Of those sections, all of whose groups are judged on the sheet, with these `problems` among others."""
    defaults = _defaults(sheet.form, sheet.today)
    required: dict[str, int] = {}
    answered: dict[str, int] = {}
    touched: set[str] = set()
    for group, number, cells in sheet.shown():
        section = group.key.partition(".")[0]
        if section not in sections:
            continue
        before = defaults.rows.get(group.key, [])
        own = before[number] if number < len(before) else {}
        if section not in touched and any(
            cell != own.get(name) and (cell.value is not None or cell.wrong) for name, cell in cells.items()
        ):
            touched.add(section)
        for field in needing(group):
            if field.name in cells and sheet.needs(field, cells):
                required[section] = required.get(section, 0) + 1
                answered[section] = answered.get(section, 0) + (cells[field.name].value is not None)
    wrong: dict[str, int] = {}
    for problem in problems:
        if not problem.warning:
            section = problem.path.partition(".")[0]
            wrong[section] = wrong.get(section, 0) + 1
    return tuple(
        SectionProgress(
            each.name,
            each.title,
            required.get(each.name, 0),
            answered.get(each.name, 0),
            wrong.get(each.name, 0),
            _stage(each.name in touched, wrong.get(each.name, 0)),
        )
        for each in sheet.form.sections
        if each.name in sections
    )


def with_more(found: Sequence[SectionProgress], problems: Sequence[Problem]) -> tuple[SectionProgress, ...]:
    """The same with problems that the form alone does not know of: a section that has one is not complete."""
    more = Counter(each.path.partition(".")[0] for each in problems)
    return tuple(
        replace(each, problems=each.problems + more[each.name], stage=Stage.STARTED) if more[each.name] else each
        for each in found
    )


@lru_cache(maxsize=64)
def _defaults(form: Form, today: date) -> Sheet:
    """The form before anybody typed. It is the same for everybody, and nobody changes it."""
    return laid_out(form, begun(form), today)


def go_on(found: Sequence[SectionProgress]) -> str:
    """The section to go on with: the first that is not complete, then the documents."""
    return next((each.name for each in found if each.stage is not Stage.COMPLETE), "documents")


def _stage(touched: bool, wrong: int) -> Stage:
    if not touched:
        return Stage.EMPTY
    return Stage.STARTED if wrong else Stage.COMPLETE
