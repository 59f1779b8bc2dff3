"""A form as it is drawn: groups of rows of fields, each with the input that its type asks for. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

from portal_app.services.intake.forms import OF_CHOICES, Answers, Check, Field, FieldType, Form, Group, Row, Rule
from portal_app.services.intake.sheet import Cells, Sheet, needing
from portal_app.services.intake.validation import Problem
from portal_app.services.intake.values import MAILED_TO, read, told

FEW, LONGEST_NAME = 4, 80
ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
PATH = re.compile(r"(?P<group>[^\[\].]+\.[^\[\].]+)(?:\[(?P<row>\d+)\])?(?:\.(?P<field>[^\[\].]+))?")
YES_OR_NO = (("true", "Yes"), ("false", "No"))
DIGITS = {FieldType.WHOLE, FieldType.YEAR, FieldType.NAICS, FieldType.SIC, FieldType.GL_CLASS, FieldType.WC_CLASS,
          FieldType.NAIC}  # fmt: skip
MODES = {FieldType.DECIMAL: "decimal", FieldType.MONEY: "decimal", FieldType.PERCENT: "decimal",
         FieldType.PHONE: "tel", FieldType.EMAIL: "email", FieldType.POSTAL_CODE: "numeric", FieldType.FEIN: "numeric",
         FieldType.SSN: "numeric"} | dict.fromkeys(DIGITS, "numeric")  # fmt: skip
# Of a date and of a choice it goes by what was typed.
KINDS = {FieldType.LONG_TEXT: "long", FieldType.CHOICES: "checks", FieldType.FLAG: "radio", FieldType.STATE: "select",
         FieldType.DATE: "", FieldType.CHOICE: ""}  # fmt: skip
SIGNS = {FieldType.MONEY: "$", FieldType.PERCENT: "%"}
# What a browser knows is of whoever types, and not of the insured: it proposes it where the producer is asked alone.
OWN = {FieldType.PHONE: "work tel", FieldType.EMAIL: "work email"}
CODES, CARRIERS = "known-codes", "known-carriers"
"""The lists of the page that a text field proposes while somebody types."""


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass
class FieldRow:
    """`kind` is the input: "text", "long", "date", "select", "row", "radio" or "checks"; the answer of a `flag` is yes
    or no. Of a "row" the options are those of the marks. `value` is what was typed, `sign` stands before it. `proposes`
    names the list that it proposes, "" for none."""

    ident: str
    name: str
    label: str
    kind: str
    value: str
    options: list[Option]
    flag: bool
    help: str
    placeholder: str
    mode: str
    complete: str
    sign: str
    wide: bool
    proposes: str


@dataclass
class RowRow:
    """`key` tells it apart from the other rows of its group, whichever of them go; it is "0", "1" and so on when the
    section is opened."""

    key: str
    ident: str
    title: str
    fields: list[FieldRow]


@dataclass
class GroupRow:
    """`drawn` is another one when its inputs are to be made anew, with what is saved. `item` is empty where the group
    does not repeat, `full` where it has as many rows as it can."""

    key: str
    ident: str
    title: str
    help: str
    item: str
    full: bool
    drawn: str
    rows: list[RowRow]


@dataclass(frozen=True)
class Marks:
    """Of a section as the answers stand, by the id in the page: what is not asked, what has to be answered, what is
    wrong, what is doubted, and which rows can be chosen from."""

    away: dict[str, bool]
    needs: dict[str, bool]
    problems: dict[str, str]
    doubts: dict[str, str]
    rows: dict[str, list[Option]]


def ident_of(group: str, row: str = "", field: str = "") -> str:
    """The id of a group, or of a field in one of its rows, in the page."""
    place = group.replace(".", "-")
    return f"{place}--{row}--{field}" if field else f"{place}--{row}" if row else place


def ident_at(path: str, keys: Mapping[str, Sequence[str]] | None = None) -> str:
    """The id of what stands at "section.group[2].field". `keys` are those of the rows of each group."""
    found = PATH.fullmatch(path)
    if found is None:
        return ""
    row = int(found["row"] or 0)
    own = (keys or {}).get(found["group"], ())
    key = own[row] if row < len(own) else str(row)
    return ident_of(found["group"], key if found["field"] or found["row"] else "", found["field"] or "")


def group_row(
    group: Group, rows: Sequence[Row], keys: Sequence[str], drawn: str, today: date, code: str = ""
) -> GroupRow:
    """`code` is the path at which the form asks for the producer code."""
    repeat = group.repeat
    return GroupRow(
        key=group.key,
        ident=ident_of(group.key),
        title=group.title,
        help=group.help,
        item=repeat.item if repeat else "",
        full=repeat is not None and len(rows) >= repeat.most,
        drawn=drawn,
        rows=[
            RowRow(
                key=key,
                ident=ident_of(group.key, key),
                title=f"{repeat.item[:1].upper()}{repeat.item[1:]} {number}" if repeat else "",
                fields=_fields(group, key, row, today, code),
            )
            for number, (key, row) in enumerate(zip(keys, rows, strict=True), 1)
        ],
    )


@dataclass(frozen=True, slots=True)
class _Input:
    """What is the same in every row of a field that is drawn. `kind` is empty where it goes by what was typed. Of
    `options` none is chosen; `chosen` has each of them chosen, with its place among them."""

    field: Field
    kind: str
    options: list[Option]
    chosen: dict[str, tuple[int, Option]]
    mode: str
    complete: str
    sign: str
    proposes: str


@lru_cache(maxsize=1024)
def _inputs(group: Group, code: str) -> tuple[_Input, ...]:
    return tuple(_input(group, each, code) for each in group.fields)


def _input(group: Group, field: Field, code: str) -> _Input:
    known = _known(field)
    return _Input(
        field=field,
        kind="row" if row_check(group, field) else KINDS.get(field.type, "text"),
        options=[Option(value, label, chosen=False) for value, label in known.items()],
        chosen={value: (at, Option(value, label, chosen=True)) for at, (value, label) in enumerate(known.items())},
        mode=MODES.get(field.type, "text"),
        complete=OWN.get(field.type, "off") if field.name.startswith("agency_") else "off",
        sign=SIGNS.get(field.type, ""),
        proposes=_proposes(field, f"{group.key}.{field.name}" == code),
    )


def _known(field: Field) -> dict[str, str]:
    if field.type is FieldType.FLAG:
        return dict(YES_OR_NO)
    if field.type is FieldType.STATE:
        return dict(MAILED_TO)
    return {each.value: each.label for each in field.choices} if field.type in OF_CHOICES else {}


def _fields(group: Group, key: str, row: Row, today: date, code: str) -> list[FieldRow]:
    place = f"{ident_of(group.key, key)}--"
    found = []
    for each in _inputs(group, code):
        field = each.field
        value = row.get(field.name)
        typed = value if isinstance(value, str) else ""
        if typed and field.type is FieldType.DATE:
            typed = read(field, value, today).value or typed
        kind = each.kind or _kind(field, typed)
        found.append(
            FieldRow(
                place + field.name,
                field.name,
                field.label,
                kind,
                typed,
                _options(each, value) if each.options else [],
                field.type is FieldType.FLAG,
                field.help,
                field.placeholder,
                each.mode,
                each.complete,
                each.sign,
                kind in ("long", "checks"),
                each.proposes,
            )
        )
    return found


def proposes(group: Group, code: str) -> bool:
    """Whether a field of the group proposes something."""
    return any(_proposes(each, f"{group.key}.{each.name}" == code) for each in group.fields)


def _proposes(field: Field, is_code: bool) -> str:
    return CARRIERS if field.type is FieldType.CARRIER else CODES if is_code else ""


def _kind(field: Field, typed: str) -> str:
    """A date that was typed otherwise than a date is shown as it was typed, and so is a choice that there is not."""
    if field.type is FieldType.DATE:
        return "date" if not typed or ISO.fullmatch(typed) else "text"
    known = not typed or any(each.value == typed for each in field.choices)
    return "radio" if field.required and known and len(field.choices) <= FEW else "select"


def _options(drawn: _Input, value: Any) -> list[Option]:
    """What there is to choose from; what was chosen and is not among it comes last."""
    found = drawn.options.copy()
    if drawn.field.type is FieldType.FLAG:
        value = str(value).lower() if isinstance(value, bool) else None
    for each in value if isinstance(value, list) else [value] if value else []:
        if not isinstance(each, str):
            continue
        if known := drawn.chosen.get(each):
            found[known[0]] = known[1]
        elif all(each != option.value for option in found[len(drawn.options) :]):
            found.append(Option(each, each, chosen=True))
    return found


def marks(
    sheet: Sheet,
    answers: Answers,
    section: str,
    keys: Mapping[str, Sequence[str]],
    problems: Sequence[Problem],
) -> Marks:
    """`sheet` has the answers laid out, with all groups of the section among those that are judged; `problems` has what
    is wrong there, among others. What is merely missing is not told while somebody fills in."""
    wrong = [each for each in problems if not each.missing]
    return Marks(
        hidden(sheet.form, sheet, section, keys),
        needed(sheet.form, sheet, section, keys),
        sentences(wrong, section, keys, warning=False),
        sentences(wrong, section, keys, warning=True),
        choosable(sheet.form, answers, section, keys, sheet.today),
    )


def row_check(group: Group, field: Field) -> Check | None:
    """What says that the field is the number of a row of another group, where something does."""
    return next((each for each in group.checks if each.rule is Rule.ROW_OF and each.field == field.name), None)


@lru_cache(maxsize=1024)
def _rows_of(group: Group) -> tuple[tuple[Field, str], ...]:
    """The fields that are the number of a row, with the key of the group that it is one of."""
    checked = ((field, row_check(group, field)) for field in group.fields)
    return tuple((field, check.than[0]) for field, check in checked if check)


def choosable(
    form: Form, answers: Answers, section: str, keys: Mapping[str, Sequence[str]], today: date
) -> dict[str, list[Option]]:
    """By the id of a field that is the number of a row, the rows that there are; and what it is now, if it is none."""
    found: dict[str, list[Option]] = {}
    called: dict[str, dict[str, str]] = {}
    for group in _of(form, section):
        for field, of in _rows_of(group):
            there = form.group(of)
            if there is None:
                continue
            if of not in called:
                called[of] = {str(at): named(there, at, row, today) for at, row in enumerate(answers.get(of, ()), 1)}
            rows = called[of]
            for key, row in zip(keys.get(group.key, ()), answers.get(group.key, ()), strict=False):
                value = row.get(field.name)
                strange = {str(value): str(value)} if value and str(value) not in rows else {}
                found[ident_of(group.key, key, field.name)] = [
                    Option(code, label, code == str(value)) for code, label in (rows | strange).items()
                ]
    return found


def named(group: Group, number: int, row: Row, today: date) -> str:
    """A row as people tell it from the others: "Vehicle 2: 2015 Honda Civic"."""
    item, names = (group.repeat.item, group.repeat.named) if group.repeat else (group.title, ())
    fields = [field for name in names if (field := group.field(name))]
    parts = (told(each, read(each, row.get(each.name), today).value) for each in fields)
    words = " ".join(filter(None, parts))[:LONGEST_NAME]
    return f"{item[:1].upper()}{item[1:]} {number}{': ' if words else ''}{words}"


def hidden(form: Form, sheet: Sheet, section: str, keys: Mapping[str, Sequence[str]]) -> dict[str, bool]:
    """The ids of the groups and fields of a section that are not asked, as the answers stand."""
    away: dict[str, bool] = {}
    for group in _of(form, section):
        if group.key not in sheet.rows:
            away[ident_of(group.key)] = True
            continue
        for shown, key in _drawn(sheet, group, keys):
            if len(shown) < len(group.fields):
                names = (each.name for each in group.fields if each.name not in shown)
                away |= {ident_of(group.key, key, name): True for name in names}
    return away


def needed(form: Form, sheet: Sheet, section: str, keys: Mapping[str, Sequence[str]]) -> dict[str, bool]:
    """The ids of the fields of a section that have to be answered."""
    return {
        ident_of(group.key, key, field.name): True
        for group in _of(form, section)
        for shown, key in _drawn(sheet, group, keys)
        for field in needing(group)
        if field.name in shown and sheet.needs(field, shown)
    }


def _drawn(sheet: Sheet, group: Group, keys: Mapping[str, Sequence[str]]) -> Iterator[tuple[Cells, str]]:
    """What is shown of each row of the group that is in the page, nothing of those that are no rows any more."""
    return zip(chain(sheet.rows.get(group.key, ()), repeat({})), keys.get(group.key, ()), strict=False)


def sentences(
    found: Iterable[Problem], section: str, keys: Mapping[str, Sequence[str]], *, warning: bool
) -> dict[str, str]:
    """By id in the page, what is said there: the first where there are several."""
    told: dict[str, str] = {}
    for each in found:
        if each.warning is warning and each.path.partition(".")[0] == section and (ident := ident_at(each.path, keys)):
            told.setdefault(ident, each.sentence)
    return told


def keys_for(answers: Answers, groups: Iterable[Group]) -> dict[str, list[str]]:
    """Rows are called by their number when a section is opened."""
    return {group.key: [str(number) for number, _ in enumerate(answers.get(group.key, ()))] for group in groups}


def _of(form: Form, section: str) -> tuple[Group, ...]:
    found = form.section(section)
    return found.groups if found else ()
