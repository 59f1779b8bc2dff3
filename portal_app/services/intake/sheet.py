"""Answers laid against their form: what is shown, and what was typed there, read once. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from portal_app.services.intake.conditions import holds
from portal_app.services.intake.depending import groups_for
from portal_app.services.intake.forms import Answers, Field, Form, Group, Row, path_of
from portal_app.services.intake.values import NOTHING, Read, read

Cells = dict[str, Read]
"""By the name of a field that is shown, what was read there."""


@dataclass(frozen=True, slots=True)
class Strange:
    """Something that has no place in the form."""

    path: str
    label: str
    sentence: str


@dataclass(slots=True)
class Sheet:
    """`rows` has the groups that are shown, by key. A field that is not shown has no cell, and counts as unanswered for
    everything that depends on it."""

    form: Form
    today: date
    rows: dict[str, list[Cells]] = field(default_factory=dict)
    strange: list[Strange] = field(default_factory=list)

    def fields(self, group: Group, row: int) -> tuple[Field, ...]:
        """The fields of a row that are shown; none of a group that is not."""
        rows = self.rows.get(group.key, [])
        return tuple(each for each in group.fields if row < len(rows) and each.name in rows[row])

    def needs(self, asked: Field, own: Cells) -> bool:
        """Whether a field that is shown in this row has to be answered."""
        return asked.required or (asked.required_when is not None and holds(asked.required_when, self, own))

    def values(self, path: str, own: Cells) -> Iterator[Any]:
        """The values at a path: of the own row for a bare name, else of every row of the group."""
        key, dot, name = path.rpartition(".")
        if not dot:
            yield own.get(name, NOTHING).value
            return
        for cells in self.rows.get(key, ()):
            yield cells.get(name, NOTHING).value

    def amounts(self, path: str, group: Group, own: Cells) -> tuple[Decimal, ...]:
        """The numbers to compare at a path: of the own row, which is of this group, for a bare name, else of the first
        row there."""
        found = self.form.at(path) if "." in path else None
        return amounts_of(found[1] if found else group.field(path), next(self.values(path, own), None))

    def shown(self) -> Iterator[tuple[Group, int, Cells]]:
        """Every row that is shown, in the order of the form."""
        for group in self.form.groups:
            for number, cells in enumerate(self.rows.get(group.key, ())):
                yield group, number, cells


@lru_cache(maxsize=1024)
def needing(group: Group) -> tuple[Field, ...]:
    """The fields that may have to be answered."""
    return tuple(each for each in group.fields if each.required or each.required_when is not None)


def laid_out(form: Form, answers: Answers, today: date, *, only: Collection[str] | None = None) -> Sheet:
    """Conditions only look back, so that one pass through the form settles what is shown. `only` are the keys of the
    groups that are to be judged: of the others no more is read than those depend on."""
    sheet = Sheet(form, today)
    for group in _read_for(form, None if only is None else frozenset(only)):
        if group.when is None or holds(group.when, sheet, {}):
            sheet.rows[group.key] = [_cells(sheet, group, row) for row in _rows_of(sheet, group, answers)]
    _look_for_strangers(sheet, answers, only)
    return sheet


@lru_cache(maxsize=1024)
def _read_for(form: Form, only: frozenset[str] | None) -> tuple[Group, ...]:
    """The groups that are read to judge these, in the order of the form."""
    needed = None if only is None else groups_for(form, only)
    return tuple(each for each in form.groups if needed is None or each.key in needed)


def _cells(sheet: Sheet, group: Group, row: Row) -> Cells:
    cells: Cells = {}
    for each in group.fields:
        if each.when is None or holds(each.when, sheet, cells):
            cells[each.name] = read(each, row.get(each.name), sheet.today)
    return cells


def _rows_of(sheet: Sheet, group: Group, answers: Answers) -> Sequence[Row]:
    given: Any = answers.get(group.key)
    most = group.repeat.most if group.repeat else 1
    if given is None:
        given = []
    if not isinstance(given, list) or any(not isinstance(row, dict) for row in given):
        sheet.strange.append(Strange(group.key, group.title, "Send a list of rows, each with its fields by name."))
        given = []
    if len(given) > most:
        sentence = f"Enter at most {most} here." if group.repeat else "Enter this once: it does not repeat."
        sheet.strange.append(Strange(group.key, group.title, sentence))
        given = given[:most]
    return given if group.repeat else given or [{}]


def _look_for_strangers(sheet: Sheet, answers: Answers, only: Collection[str] | None) -> None:
    """What was sent for a field that the form does not have. What the form hides is no stranger."""
    known = _names(sheet.form)
    for key in answers if only is None else answers.keys() & only:
        rows: Any = answers[key]
        if key not in known:
            sheet.strange.append(Strange(str(key)[:120], "Answers", "Leave this out: the form has no such group."))
            continue
        group, names = known[key]
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            for name in row.keys() - names if isinstance(row, dict) else ():
                path = path_of(group, number, str(name)[:64])
                sheet.strange.append(Strange(path, group.title, "Leave this out: the form has no such field."))


@lru_cache(maxsize=256)
def _names(form: Form) -> dict[str, tuple[Group, frozenset[str]]]:
    """By key, each group and the names of its fields."""
    return {group.key: (group, frozenset(each.name for each in group.fields)) for group in form.groups}


def amounts_of(field: Field | None, value: Any) -> tuple[Decimal, ...]:
    """A value as numbers to compare: those that its choice stands for, two of "100000/300000", none where it is no
    number."""
    choices = field.choices if field else ()
    if said := next((each.amounts for each in choices if each.value == value), ()):
        return tuple(Decimal(str(each)) for each in said)
    if isinstance(value, int) and not isinstance(value, bool):
        return (Decimal(value),)
    if not isinstance(value, str):
        return ()
    try:
        parts = tuple(Decimal(part) for part in value.split("/"))
    except ArithmeticError:
        return ()
    return parts if all(part.is_finite() for part in parts) else ()
