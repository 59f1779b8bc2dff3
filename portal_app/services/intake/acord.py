"""Answers by the names that they have on ACORD's forms, written as they are there. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from portal_app.services.intake.forms import OF_CHOICES, Answers, Field, FieldType, Form, Group, path_of
from portal_app.services.intake.sheet import Cells, Sheet, laid_out
from portal_app.services.intake.values import NOTHING, Read, told

LETTERS = 26
"""Paper has the letters A to Z; what is beyond goes on a schedule that is attached."""
NEVER_MASKED = OF_CHOICES | {FieldType.FLAG}
_MEASURED = re.compile(r"(Amount|Percent)(?=(?:\[\d+\])?$)")
_WRAPPED = re.compile(r"\[\d+\]$")
_HERE = re.compile(r"\+1(\d{3})(\d{3})(\d{4})( x\d+)?")


@dataclass(frozen=True, slots=True)
class Placed:
    """What stands at a name, which bears the letter of its row. `answer` is what was answered as people read it, at
    `path`, which is empty for what the portal knows by itself. A `masked` value is personal, and not whole. One that is
    `beyond` Z is there for programs: on paper it goes on a schedule."""

    name: str
    value: str
    label: str
    answer: str
    path: str = ""
    masked: bool = False
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What was answered and stands at no name, and why not, in a sentence."""

    path: str
    label: str
    answer: str
    why: str
    masked: bool = False


@dataclass(frozen=True, slots=True)
class OnPaper:
    """Every answer, in the order of the form: at its name, or left over."""

    placed: tuple[Placed, ...]
    left: tuple[Left, ...]

    @property
    def values(self) -> dict[str, str]:
        return {each.name: each.value for each in self.placed}


@dataclass(frozen=True, slots=True)
class _Row:
    """Where a row of a group stands on paper: `index` counts from 0 for A, `entity` takes the place of the first part
    of its names where it is given. `why` says what keeps it from standing anywhere."""

    index: int = 0
    entity: str = ""
    why: str = ""


def on_paper(form: Form, answers: Answers, day: date, *, known: Sequence[Placed] = (), masked: bool = True) -> OnPaper:
    """The answers that are shown and can be read by that day. What is `known` besides goes before what was answered;
    nothing takes the place of another."""
    placed, left = {each.name: each for each in known}, list[Left]()
    for row, field, at, cell in _answered(laid_out(form, answers, day)):
        answer = told(field, cell.value, masked=masked)
        hidden = masked and field.personal and field.type not in NEVER_MASKED
        why = "What was typed cannot be read." if cell.wrong else row.why
        targets = [] if why else targets_of(field, cell.value)
        if not targets:
            left.append(Left(at, field.label, answer, why or "The form names no place for it.", hidden))
        for base, value in targets:
            name, said = acord_name(of_entity(base, row.entity), row.index), answer if hidden else value
            each = Placed(name, said, field.label, answer, at, hidden, row.index >= LETTERS)
            there = placed.setdefault(name, each)
            # What is masked looks alike, and is not.
            if there is not each and (hidden or there.value != said):
                left.append(Left(at, field.label, answer, f"Something else stands at {name}.", hidden))
    return OnPaper(tuple(placed.values()), tuple(left))


def acord_name(name: str, index: int) -> str:
    """The name with the letters of a row: A, B, …, Z, AA, AB; before the number in brackets of a name that is wrapped,
    as in `F[0].P1[0].Policy_EffectiveDate_A[0]`."""
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    wrapped = _WRAPPED.search(name)
    end = wrapped.start() if wrapped else len(name)
    return f"{name[:end]}_{letters}{name[end:]}"


def of_entity(name: str, entity: str) -> str:
    """The name with another first part; as it is where none is given."""
    if not entity:
        return name
    wrapping, dot, own = name.rpartition(".")
    _, underline, rest = own.partition("_")
    return f"{wrapping}{dot}{entity}{underline}{rest}"


def targets_of(field: Field, value: Any) -> list[tuple[str, str]]:
    """Names, without letters, with what a value that was read puts there. Amounts and percentages hold digits alone: a
    word that is chosen instead of one goes to the `Code` beside it."""
    if field.type is FieldType.CHOICES:
        own = [target for each in field.choices if each.value in value for target in each.acord]
        rest = [each.value for each in field.choices if each.value in value and not each.acord]
        return own + [(name, ", ".join(rest)) for name in field.acord[:1] if rest]
    if field.type is FieldType.CHOICE:
        return _chosen(field, value)
    return [(name, _written(field, value)) for name in field.acord[:1]]


def amounts_of(value: str) -> list[str]:
    """The amounts that a choice is, such as "100000/300000"; none of a word."""
    parts = value.split("/")
    return parts if all(part.isascii() and part.isdigit() for part in parts) else []


def measure_of(name: str) -> str:
    """`Amount` or `Percent` where that is what stands at the name, else nothing."""
    found = _MEASURED.search(name)
    return found[1] if found else ""


def _chosen(field: Field, value: str) -> list[tuple[str, str]]:
    chosen = next((each for each in field.choices if each.value == value), None)
    if chosen and chosen.acord:
        return list(chosen.acord)
    if not field.acord:
        return []
    first = field.acord[0]
    parts = amounts_of(value) if measure_of(first) else value.split("/")
    if len(parts) == len(field.acord):
        return list(zip(field.acord, parts, strict=True))
    return [(_MEASURED.sub("Code", first), value)]


def _written(field: Field, value: Any) -> str:
    """As it is written on paper: Y or N, dates as MM/DD/YYYY, whole dollars."""
    if field.type is FieldType.FLAG:
        return "Y" if value else "N"
    if field.type is FieldType.DATE:
        return told(field, value, masked=False)
    if field.type is FieldType.MONEY:
        return str(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))
    if field.type is FieldType.PHONE:
        return _HERE.sub(r"(\1) \2-\3\4", value)
    return str(value)


def _answered(sheet: Sheet) -> Iterator[tuple[_Row, Field, str, Read]]:
    """What was typed, in the order of the form, with the path of each."""
    for group in sheet.form.groups:
        for number, (row, cells) in enumerate(_rows(sheet, group)):
            for field in group.fields:
                if (cell := cells.get(field.name, NOTHING)) != NOTHING:
                    yield row, field, path_of(group, number, field.name), cell


def _rows(sheet: Sheet, group: Group) -> Iterator[tuple[_Row, Cells]]:
    lettering, counted = group.acord, Counter[str]()
    entities = dict(lettering.entities)
    for cells in sheet.rows.get(group.key, ()):
        entity = entities.get(cells.get(lettering.kind, NOTHING).value, "") if lettering.kind else ""
        if lettering.of:
            yield _about(sheet, group, cells, entity), cells
        else:
            yield _Row(counted[entity] + (0 if entity else lettering.first), entity), cells
        counted[entity] += 1


def _about(sheet: Sheet, group: Group, cells: Cells, entity: str) -> _Row:
    """A row is where that stands which it is about."""
    lettering, whole = group.acord, sheet.form.group(group.acord.of)
    others = sheet.rows.get(lettering.of, [])
    if lettering.number:
        number = cells.get(lettering.number, NOTHING).value
        found = number - 1 if isinstance(number, int) and 0 < number <= len(others) else None
    else:
        mine = [cells.get(name, NOTHING).value for name in lettering.same]
        theirs = ([other.get(name, NOTHING).value for name in lettering.same] for other in others)
        found = next((index for index, values in enumerate(theirs) if values == mine), None)
    if found is None:
        item = whole.repeat.item if whole and whole.repeat else "row"
        return _Row(why=f"There is no such {item} among the answers.")
    return _Row(found + (whole.acord.first if whole else 0), entity)
