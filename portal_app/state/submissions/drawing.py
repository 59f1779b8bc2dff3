"""A form as it is drawn: groups of rows of fields, each with the input that its type asks for. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal_app.services.intake.forms import Answers, Check, Field, FieldType, Form, Group, Row, Rule
from portal_app.services.intake.sheet import Sheet
from portal_app.services.intake.validation import Problem, found_on
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
SIGNS = {FieldType.MONEY: "$", FieldType.PERCENT: "%"}
# What a browser knows is of whoever types, and not of the insured: it proposes it where the producer is asked alone.
OWN = {FieldType.PHONE: "work tel", FieldType.EMAIL: "work email"}
CODES, CARRIERS = "known-codes", "known-carriers"
"""The lists of the page that a text field proposes while somebody types."""


@dataclass
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
                fields=[_field(group, key, field, row.get(field.name), today, code) for field in group.fields],
            )
            for number, (key, row) in enumerate(zip(keys, rows, strict=True), 1)
        ],
    )


def _field(group: Group, row: str, field: Field, value: Any, today: date, code: str) -> FieldRow:
    typed = value if isinstance(value, str) else ""
    if field.type is FieldType.DATE:
        typed = str(read(field, value, today).value or typed)
    kind = "row" if row_check(group, field) else _kind(field, typed)
    return FieldRow(
        ident=ident_of(group.key, row, field.name),
        name=field.name,
        label=field.label,
        kind=kind,
        value=typed,
        options=_options(field, value),
        flag=field.type is FieldType.FLAG,
        help=field.help,
        placeholder=field.placeholder,
        mode=MODES.get(field.type, "text"),
        complete=OWN.get(field.type, "off") if field.name.startswith("agency_") else "off",
        sign=SIGNS.get(field.type, ""),
        wide=kind in ("long", "checks"),
        proposes=_proposes(field, f"{group.key}.{field.name}" == code),
    )


def proposes(group: Group, code: str) -> bool:
    """Whether a field of the group proposes something."""
    return any(_proposes(each, f"{group.key}.{each.name}" == code) for each in group.fields)


def _proposes(field: Field, is_code: bool) -> str:
    return CARRIERS if field.type is FieldType.CARRIER else CODES if is_code else ""


def _kind(field: Field, typed: str) -> str:
    """A date that was typed otherwise than a date is shown as it was typed, and so is a choice that there is not."""
    if field.type is FieldType.DATE:
        return "date" if not typed or ISO.fullmatch(typed) else "text"
    if field.type is FieldType.CHOICE:
        known = not typed or any(each.value == typed for each in field.choices)
        return "radio" if field.required and known and len(field.choices) <= FEW else "select"
    kinds = {
        FieldType.LONG_TEXT: "long",
        FieldType.CHOICES: "checks",
        FieldType.FLAG: "radio",
        FieldType.STATE: "select",
    }
    return kinds.get(field.type, "text")


def _options(field: Field, value: Any) -> list[Option]:
    if field.type is FieldType.FLAG:
        return [Option(code, label, value is (code == "true")) for code, label in YES_OR_NO]
    if field.type not in (FieldType.CHOICE, FieldType.CHOICES, FieldType.STATE):
        return []
    chosen = value if isinstance(value, list) else [value] if value else []
    known = dict(MAILED_TO) if field.type is FieldType.STATE else {each.value: each.label for each in field.choices}
    strange = {each: each for each in chosen if isinstance(each, str) and each not in known}
    return [Option(code, label, code in chosen) for code, label in (known | strange).items()]


def marks(
    sheet: Sheet,
    answers: Answers,
    section: str,
    keys: Mapping[str, Sequence[str]],
    beside: Sequence[Problem] = (),
) -> Marks:
    """`sheet` has the answers laid out, with all groups of the section among those that are judged; `beside` is what
    is wrong that the form alone does not know of."""
    there = [each for each in beside if each.path.partition(".")[0] == section]
    wrong = [*there, *found_on(sheet, whole=False, sections=(section,))]
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


def choosable(
    form: Form, answers: Answers, section: str, keys: Mapping[str, Sequence[str]], today: date
) -> dict[str, list[Option]]:
    """By the id of a field that is the number of a row, the rows that there are; and what it is now, if it is none."""
    found: dict[str, list[Option]] = {}
    for group in _of(form, section):
        for field in group.fields:
            check = row_check(group, field)
            there = form.group(check.than[0]) if check else None
            if there is None:
                continue
            rows = {str(at): named(there, at, row, today) for at, row in enumerate(answers.get(there.key, ()), 1)}
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
        for number, key in enumerate(keys.get(group.key, ())):
            shown = {each.name for each in sheet.fields(group, number)}
            away |= {ident_of(group.key, key, each.name): True for each in group.fields if each.name not in shown}
    return away


def needed(form: Form, sheet: Sheet, section: str, keys: Mapping[str, Sequence[str]]) -> dict[str, bool]:
    """The ids of the fields of a section that have to be answered."""
    return {
        ident_of(group.key, key, field.name): True
        for group in _of(form, section)
        for number, key in enumerate(keys.get(group.key, ()))
        for field in sheet.fields(group, number)
        if sheet.needs(field, sheet.rows[group.key][number])
    }


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
