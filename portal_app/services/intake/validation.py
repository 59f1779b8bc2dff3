"""What is wrong with answers, each thing with the field that it concerns and a sentence that says what to do; and what
is kept of those that are right. Pure. No sentence repeats what was typed."""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from portal_app.services.intake import checks, vin
from portal_app.services.intake.forms import (
    OF_CHOICES,
    Answers,
    Check,
    Field,
    FieldType,
    Form,
    Group,
    Rule,
    path_of,
)
from portal_app.services.intake.sheet import Cells, Sheet, laid_out


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` is "section.group.field", "section.group[2].field" in a group that repeats, "section.group" of the group
    itself. A `warning` keeps nobody from submitting; what is `missing` was not answered yet, and is nothing wrong in a
    draft."""

    path: str
    label: str
    sentence: str
    warning: bool = False
    missing: bool = False


def problems(form: Form, answers: Answers, today: date, *, whole: bool = True, group: str = "") -> list[Problem]:
    """Everything that is wrong, in the order of the form. Not `whole` is for a draft: what is missing is not told.
    `group` asks for what concerns that group alone."""
    found = found_on(laid_out(form, answers, today, only=[group] if group else None), of=group)
    return found if whole else [each for each in found if not each.missing]


def normalised(form: Form, answers: Answers, today: date) -> Answers:
    """What is kept of the answers: what is shown and can be read, as JSON has it. Dates are ISO, money "1234.00"."""
    sheet = laid_out(form, answers, today)
    return {
        key: [{name: cell.value for name, cell in cells.items() if cell.value is not None} for cells in rows]
        for key, rows in sheet.rows.items()
    }


def digest(form: Form, answers: Answers) -> str:
    """One sum over the form and the normalised answers, in hexadecimal digits."""
    kept = json.dumps([form.text, answers], sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(kept.encode()).hexdigest()


def found_on(sheet: Sheet, sections: Collection[str] | None = None, *, of: str = "") -> list[Problem]:
    """The same for answers that are laid out already, whole; of `sections` alone, where some are named, or `of` one
    group: those that it depends on are laid out, and not judged."""

    def is_asked(path: str) -> bool:
        return (not of or _group_of(path) == of) and (sections is None or path.partition(".")[0] in sections)

    found = [Problem(each.path, each.label, each.sentence) for each in sheet.strange if is_asked(each.path)]
    for group in sheet.form.groups:
        rows = sheet.rows.get(group.key)
        if rows is None or not is_asked(group.key):
            continue
        if group.repeat and len(rows) < group.repeat.least:
            found.append(Problem(group.key, group.title, _too_few(group), missing=True))
        for number, cells in enumerate(rows):
            found += _of_row(sheet, group, number, cells)
        found += [_told(group, check, each) for check in group.checks for each in checks.broken(sheet, group, check)]
    for check in sheet.form.checks:
        key = check.field.rpartition(".")[0]
        if is_asked(key) and (own := sheet.form.group(key)):
            found += [_told(own, check, each) for each in checks.broken(sheet, own, check)]
    if len(found) < 2:
        return found
    places = _places(sheet.form)
    return sorted(found, key=lambda each: _place(places, each.path))


Place = tuple[int, int, int]


@lru_cache(maxsize=256)
def _places(form: Form) -> dict[str, Place]:
    """By group and by field, where it stands in the form; what has no place there comes first."""
    found: dict[str, Place] = {}
    for number, group in enumerate(form.groups):
        found[group.key] = (number, -1, -1)
        found |= {f"{group.key}.{field.name}": (number, 0, place) for place, field in enumerate(group.fields)}
    return found


def _place(places: dict[str, Place], path: str) -> Place:
    key, bracket, rest = path.partition("[")
    row, _, name = rest.partition("].")
    group, _, field = places.get(f"{key}.{name}" if bracket else path, (-1, 0, -1))
    return group, int(row) if row.isdigit() else -1, field


def _of_row(sheet: Sheet, group: Group, number: int, cells: Cells) -> Iterator[Problem]:
    for field in group.fields:
        cell = cells.get(field.name)
        if cell is None:
            continue
        sentence, warning, missing = cell.wrong, False, False
        if cell.value is None and not sentence:
            if sheet.needs(field, cells):
                sentence, missing = _missing(field), True
        elif cell.value is not None and field.type is FieldType.VIN:
            sentence, warning = vin.doubt(cell.value, _year_beside(group, field, cells), sheet.today)
        if sentence:
            yield Problem(path_of(group, number, field.name), field.label, sentence, warning, missing)


def _year_beside(group: Group, field: Field, cells: Cells) -> int | None:
    """The year of the vehicle, where the form says which field that is."""
    for check in group.checks:
        if check.rule is Rule.YEAR_OF_VIN and check.field == field.name and check.than[0] in cells:
            year: int | None = cells[check.than[0]].value
            return year
    return None


def _told(group: Group, check: Check, broken: checks.Broken) -> Problem:
    field = group.field(broken.name)
    if field is None:
        # A row that is not there is missing.
        return Problem(group.key, group.title, broken.message, broken.warning, missing=check.rule is Rule.SOME)
    return Problem(path_of(group, broken.row, broken.name), field.label, broken.message, broken.warning)


def _group_of(path: str) -> str:
    return ".".join(path.split("[", 1)[0].split(".")[:2])


def _too_few(group: Group) -> str:
    least, item = (group.repeat.least, group.repeat.item) if group.repeat else (1, "row")
    return f"Add at least one {item}." if least == 1 else f"Add at least {least}, each one {item}."


def _missing(field: Field) -> str:
    if field.type is FieldType.FLAG:
        return "Answer yes or no."
    if field.type in OF_CHOICES or field.type is FieldType.STATE:
        return "Choose from the list."
    if field.type is FieldType.DATE:
        return "Enter the date."
    return "Fill this in: it is needed."
