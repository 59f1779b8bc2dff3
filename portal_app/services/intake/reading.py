"""Reads an intake form from JSON, and says everything that is wrong with it, each with its path in the file."""

import json
import re
from collections.abc import Container
from typing import Any

from portal_app.services.configuration.reading import ConfigurationProblems, Place, Reader
from portal_app.services.intake import policy_numbers
from portal_app.services.intake.forms import (
    AS_THEY_STAND,
    LINES,
    OF_CHOICES,
    SECTIONS,
    Choice,
    Field,
    FieldType,
    Form,
    Group,
    PolicyNumbers,
    Repeat,
    Section,
)
from portal_app.services.intake.reading_acord import lettering_of, placed_of
from portal_app.services.intake.reading_rules import check_of, condition_of, number_of
from portal_app.services.intake.references import check_references, roles_of

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
ACORD = re.compile(r"[A-Za-z0-9_.\[\]]{1,120}")
TITLE, HELP = 120, 600
MOST_GROUPS, MOST_FIELDS, MOST_CHOICES, MOST_CHECKS, MOST_ROWS = 40, 80, 400, 200, 500
OF_FORM = ("line", "title", "acordForms", "roles", "sections", "checks", "policyNumbers")
OF_GROUP = ("name", "title", "help", "repeat", "when", "fields", "checks", "acord")
OF_FIELD = (
    "name", "label", "type", "required", "when", "choices", "help", "acord", "personal", "least", "most", "longest",
    "default", "placeholder",
)  # fmt: skip


def load(text: str) -> Form:
    """Read a form. Raises ConfigurationProblems with every problem at once."""
    reader = Reader()
    try:
        document = json.loads(text, object_pairs_hook=lambda pairs: _object(reader, pairs), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ConfigurationProblems([f"is not JSON: {error}."]) from None
    form = _form(reader, document, text)
    if not reader.problems:
        # What a form refers to can be sought only in one that is otherwise right.
        check_references(reader, form)
    if reader.problems:
        raise ConfigurationProblems(reader.problems)
    return form


def _object(reader: Reader, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The last of two with one name would count, and nobody would know."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        for name in sorted({each for each in names if names.count(each) > 1}):
            reader.wrong(Place(name[:80]), "stands twice in one object")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _form(reader: Reader, document: Any, text: str) -> Form:
    top = reader.fields(Place(), document, OF_FORM)
    line = reader.text(Place("line"), top.get("line"), 40, empty=False)
    if line and line not in LINES:
        reader.wrong(Place("line"), f"there is no such line of business; there are {', '.join(LINES)}")
    at = Place("sections")
    sections = tuple(_section(reader, at / str(n), each) for n, each in _listed(reader, at, top.get("sections"), 4))
    if tuple(each.name for each in sections) != SECTIONS:
        reader.wrong(at, f"should be {', '.join(SECTIONS)}, in this order")
    _once(reader, at, [group.key for section in sections for group in section.groups])
    return Form(
        line=line,
        title=reader.text(Place("title"), top.get("title"), TITLE, empty=False),
        acord_forms=_texts(reader, Place("acordForms"), top.get("acordForms", []), 12, 40),
        sections=sections,
        roles=roles_of(reader, Place("roles"), top.get("roles")),
        checks=tuple(
            check_of(reader, Place("checks") / str(number), each, whole_path=True)
            for number, each in _listed(reader, Place("checks"), top.get("checks", []), MOST_CHECKS)
        ),
        policy_numbers=_numbers(reader, Place("policyNumbers"), top.get("policyNumbers", [])),
        text=text,
    )


def _section(reader: Reader, at: Place, given: Any) -> Section:
    own = reader.fields(at, given, ("name", "title", "help", "groups"))
    name = _name(reader, at / "name", own.get("name"))
    groups = _listed(reader, at / "groups", own.get("groups"), MOST_GROUPS)
    return Section(
        name=name,
        title=reader.text(at / "title", own.get("title"), TITLE, empty=False),
        groups=tuple(_group(reader, at / "groups" / str(number), each, name) for number, each in groups),
        help=reader.text(at / "help", own.get("help", ""), HELP),
    )


def _group(reader: Reader, at: Place, given: Any, section: str) -> Group:
    own = reader.fields(at, given, OF_GROUP)
    name = _name(reader, at / "name", own.get("name"))
    listed = _listed(reader, at / "fields", own.get("fields"), MOST_FIELDS)
    fields = tuple(_field(reader, at / "fields" / str(number), each) for number, each in listed)
    if not fields:
        reader.wrong(at / "fields", "should hold at least one field")
    _once(reader, at / "fields", [each.name for each in fields])
    # What is personal without the text saying so calls no row, and a form that was saved like that is still read.
    unsaid = {
        each.name
        for each, (_, own_text) in zip(fields, listed, strict=True)
        if each.personal and not own_text.get("personal")
    }
    return Group(
        key=f"{section}.{name}",
        name=name,
        title=reader.text(at / "title", own.get("title"), TITLE, empty=False),
        fields=fields,
        help=reader.text(at / "help", own.get("help", ""), HELP),
        repeat=_repeat(reader, at / "repeat", own["repeat"], unsaid) if "repeat" in own else None,
        when=condition_of(reader, at / "when", own["when"]) if "when" in own else None,
        checks=tuple(
            check_of(reader, at / "checks" / str(number), each, whole_path=False)
            for number, each in _listed(reader, at / "checks", own.get("checks", []), MOST_CHECKS)
        ),
        acord=lettering_of(reader, at / "acord", own["acord"]) if "acord" in own else AS_THEY_STAND,
    )


def _repeat(reader: Reader, at: Place, given: Any, never: Container[str]) -> Repeat:
    own = reader.fields(at, given, ("least", "most", "item", "named"))
    least = reader.whole(at / "least", own.get("least", 0), 0, MOST_ROWS)
    most = reader.whole(at / "most", own.get("most"), 1, MOST_ROWS)
    if least > most:
        reader.wrong(at / "least", "should be at most as large as most")
    item = reader.text(at / "item", own.get("item"), 60, empty=False)
    named = _texts(reader, at / "named", own.get("named", []), 4, 64)
    return Repeat(least, most, item, tuple(each for each in named if each not in never))


def _field(reader: Reader, at: Place, given: Any) -> Field:
    own = reader.fields(at, given, OF_FIELD)
    kind = FieldType(reader.one_of(at / "type", own.get("type"), FieldType))
    required = own.get("required", False)
    depends = isinstance(required, dict)
    least, most = (number_of(reader, at / name, own[name]) if name in own else None for name in ("least", "most"))
    if least is not None and most is not None and least > most:
        reader.wrong(at / "least", "should be at most as large as most")
    acord = own.get("acord", [])
    return Field(
        name=_name(reader, at / "name", own.get("name")),
        label=reader.text(at / "label", own.get("label"), TITLE, empty=False),
        type=kind,
        required=False if depends else reader.flag(at / "required", required),
        required_when=condition_of(reader, at / "required", required) if depends else None,
        when=condition_of(reader, at / "when", own["when"]) if "when" in own else None,
        choices=_choices(reader, at / "choices", own.get("choices", []), kind),
        help=reader.text(at / "help", own.get("help", ""), HELP),
        acord=_acord(reader, at / "acord", [acord] if isinstance(acord, str) else acord),
        personal=reader.flag(at / "personal", own.get("personal", False)),
        least=least,
        most=most,
        longest=reader.whole(at / "longest", own["longest"], 1, 20_000) if "longest" in own else 0,
        default=_default(reader, at / "default", own["default"], kind) if "default" in own else None,
        placeholder=reader.text(at / "placeholder", own.get("placeholder", ""), TITLE),
    )


def _default(reader: Reader, at: Place, given: Any, kind: FieldType) -> str | bool | None:
    if kind is FieldType.FLAG:
        return reader.flag(at, given)
    return reader.text(at, given, HELP, empty=False)


def _choices(reader: Reader, at: Place, given: Any, kind: FieldType) -> tuple[Choice, ...]:
    found = []
    for number, each in _listed(reader, at, given, MOST_CHOICES):
        own = reader.fields(at / str(number), each, ("value", "label", "amount", "acord"))
        value = reader.text(at / str(number) / "value", own.get("value"), 64, empty=False)
        if value != value.strip():
            reader.wrong(at / str(number) / "value", "should begin and end with something other than a space")
        label = reader.text(at / str(number) / "label", own.get("label"), TITLE, empty=False)
        amounts = _amounts(reader, at / str(number) / "amount", own.get("amount", []))
        acord = placed_of(reader, at / str(number) / "acord", own["acord"]) if "acord" in own else ()
        found.append(Choice(value, label, amounts, acord))
    if (kind in OF_CHOICES) != bool(found):
        reader.wrong(at, "should hold at least one choice" if not found else f"stands for nothing: the type is {kind}")
    _once(reader, at, [each.value for each in found])
    return tuple(found)


def _amounts(reader: Reader, at: Place, given: Any) -> tuple[int | float, ...]:
    """One amount, or one per person and one per accident."""
    listed = given if isinstance(given, list) else [given]
    if len(listed) > 2:
        reader.wrong(at, "should be an amount, or two in a list: per person and per accident")
    read = [number_of(reader, at, each) for each in listed[:2]]
    return tuple(each for each in read if each is not None)


def _acord(reader: Reader, at: Place, given: Any) -> tuple[str, ...]:
    found = _texts(reader, at, given, 4, 120)
    for name in found:
        if not ACORD.fullmatch(name):
            reader.wrong(at, "should be made of letters, digits, _, . and [ ]")
    return found


def _numbers(reader: Reader, at: Place, given: Any) -> tuple[PolicyNumbers, ...]:
    found = []
    for number, each in _listed(reader, at, given, 200):
        here = at / str(number)
        own = reader.fields(here, each, ("carrier", "patterns", "example"))
        patterns = _texts(reader, here / "patterns", own.get("patterns"), 12, policy_numbers.LONGEST)
        for pattern in patterns:
            if why := policy_numbers.wrong_pattern(pattern):
                reader.wrong(here / "patterns", why)
        carrier = reader.text(here / "carrier", own.get("carrier"), 200, empty=False)
        example = reader.text(here / "example", own.get("example", ""), policy_numbers.LONGEST)
        known = PolicyNumbers(carrier, patterns, example)
        if not patterns:
            reader.wrong(here / "patterns", "should hold at least one pattern")
        elif example and not reader.problems and not policy_numbers.fits(known, example):
            reader.wrong(here / "example", "fits none of the patterns")
        found.append(known)
    _once(reader, at, [each.carrier.casefold() for each in found])
    return tuple(found)


def _listed(reader: Reader, at: Place, given: Any, most: int) -> list[tuple[int, Any]]:
    if not isinstance(given, list) or len(given) > most:
        reader.wrong(at, f"should be a list [ … ] of at most {most}")
        return []
    return list(enumerate(given))


def _texts(reader: Reader, at: Place, given: Any, most: int, longest: int) -> tuple[str, ...]:
    found = _listed(reader, at, given, most)
    return tuple(reader.text(at / str(number), each, longest, empty=False) for number, each in found)


def _name(reader: Reader, at: Place, given: Any) -> str:
    name = reader.text(at, given, 64, empty=False)
    if name and not NAME.fullmatch(name):
        reader.wrong(at, "should begin with a small letter and hold small letters, digits and _")
    return name


def _once(reader: Reader, at: Place, names: list[str]) -> None:
    for name in sorted({each for each in names if each and names.count(each) > 1}):
        reader.wrong(at, f"{name} stands here twice")
