"""Whether what an intake form refers to is there, and of a type that it can be asked about."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal_app.services.configuration.reading import Place, Reader
from portal_app.services.intake import values
from portal_app.services.intake.forms import (
    NUMBERS,
    OF_CHOICES,
    TODAY,
    Check,
    Condition,
    Field,
    FieldType,
    Form,
    Group,
    Role,
    Rule,
)

# Defaults are no dates that depend on the day; any will do.
SOME_DAY = date(2026, 1, 1)
ALWAYS_THERE = (Role.INSURED, Role.EFFECTIVE, Role.EXPIRATION, Role.STATE, Role.PRODUCER_CODE)
TEXTS = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})
OF_ROLE = {
    Role.INSURED: TEXTS,
    Role.EFFECTIVE: frozenset({FieldType.DATE}),
    Role.EXPIRATION: frozenset({FieldType.DATE}),
    Role.STATE: frozenset({FieldType.STATE}),
    Role.POSTAL_CODE: frozenset({FieldType.POSTAL_CODE}),
    Role.PRODUCER_CODE: TEXTS,
    Role.ENTITY_TYPE: frozenset({FieldType.CHOICE}),
    Role.EMAIL: frozenset({FieldType.EMAIL}),
    Role.PHONE: frozenset({FieldType.PHONE}),
    Role.PREMIUM: frozenset({FieldType.MONEY}),
    Role.CARRIER: frozenset({FieldType.CARRIER}),
}
COMPARABLE = NUMBERS | OF_CHOICES
DATES = frozenset({FieldType.DATE})
DATED = DATES | {FieldType.YEAR}
OF_RULE: dict[Rule, tuple[frozenset[FieldType] | None, frozenset[FieldType] | None]] = {
    Rule.AFTER: (DATED, DATES),
    Rule.NOT_BEFORE: (DATED, DATES),
    Rule.NOT_AFTER: (DATED, DATES),
    Rule.AT_MOST: (COMPARABLE, COMPARABLE),
    Rule.AT_LEAST: (COMPARABLE, COMPARABLE),
    Rule.BELOW: (COMPARABLE, COMPARABLE),
    Rule.SUM_AT_MOST: (COMPARABLE, COMPARABLE),
    Rule.TOGETHER_AT_MOST: (NUMBERS, NUMBERS),
    Rule.IS: (None, None),
    Rule.UNIQUE: (None, None),
    Rule.SOME: (None, None),
    Rule.ROW_OF: (frozenset({FieldType.WHOLE}), None),
    Rule.AMONG: (None, None),
    Rule.POSTAL_CODE_IN_STATE: (frozenset({FieldType.POSTAL_CODE}), frozenset({FieldType.STATE})),
    Rule.YEAR_OF_VIN: (frozenset({FieldType.VIN}), frozenset({FieldType.YEAR})),
    Rule.MAKE_OF_VIN: (frozenset({FieldType.VIN}), TEXTS),
    Rule.POLICY_NUMBER_OF_CARRIER: (frozenset({FieldType.POLICY_NUMBER}), frozenset({FieldType.CARRIER})),
    Rule.WC_CLASS_OF_STATE: (frozenset({FieldType.WC_CLASS}), frozenset({FieldType.STATE})),
}
"""The types of the field that a rule concerns, and of the one that it is compared with; None for any."""


def roles_of(reader: Reader, at: Place, given: Any) -> Mapping[Role, str]:
    own = reader.fields(at, given, tuple(Role))
    for role in ALWAYS_THERE:
        if role not in own:
            reader.wrong(at / role, 'is missing: it should be the "section.group.field" where this is asked')
    return {role: reader.text(at / role, own[role], 200, empty=False) for role in Role if role in own}


def check_references(reader: Reader, form: Form) -> None:
    """Tell the reader of everything that refers to nothing. The form is right otherwise."""
    earlier: dict[str, Field] = {}
    everything = {f"{group.key}.{field.name}": field for group, field in form.fields()}
    for s, section in enumerate(form.sections):
        for g, group in enumerate(section.groups):
            at = Place(f"sections.{s}.groups.{g}")
            if group.when:
                _check_condition(reader, at / "when", group.when, earlier, {})
            for name in group.repeat.named if group.repeat else ():
                named = group.field(name)
                if named is None or named.personal:
                    reader.wrong(at / "repeat.named", "should be fields of the group that are not personal")
            _check_fields(reader, at / "fields", group, earlier, everything)
            for number, check in enumerate(group.checks):
                _check_check(reader, at / "checks" / str(number), form, group, check)
            earlier |= {f"{group.key}.{field.name}": field for field in group.fields}
    for number, check in enumerate(form.checks):
        _check_check(reader, Place("checks") / str(number), form, form.group(check.field.rpartition(".")[0]), check)
    for role, path in form.roles.items():
        _check_role(reader, Place("roles") / role, form, role, path)


def _check_fields(
    reader: Reader, at: Place, group: Group, earlier: Mapping[str, Field], everything: Mapping[str, Field]
) -> None:
    own: dict[str, Field] = {}
    row = {field.name: field for field in group.fields}
    for number, field in enumerate(group.fields):
        here = at / str(number)
        if field.when:
            _check_condition(reader, here / "when", field.when, earlier, own)
        if field.required_when:
            _check_condition(reader, here / "required", field.required_when, everything, row)
        if isinstance(field.default, str) and values.read(field, field.default, SOME_DAY).wrong:
            reader.wrong(here / "default", "is nothing that the field takes")
        own[field.name] = field


def _check_condition(
    reader: Reader, at: Place, condition: Condition, known: Mapping[str, Field], own: Mapping[str, Field]
) -> None:
    """`known` are the fields by their whole path, `own` those of the same row, that may be asked about."""
    for name, parts in (("all", condition.all), ("any", condition.any)):
        for number, part in enumerate(parts):
            _check_condition(reader, at / name / str(number), part, known, own)
    if condition.negated:
        _check_condition(reader, at / "not", condition.negated, known, own)
    if not condition.field:
        return
    field = known.get(condition.field) if "." in condition.field else own.get(condition.field)
    if field is None:
        reader.wrong(at / "field", "there is no such field before this one")
        return
    for value in condition.values:
        if not _can_be(field, value):
            reader.wrong(at, "asks for a value that the field never has")
    if condition.past and field.type is not FieldType.DATE:
        reader.wrong(at / "past", "can be asked of a date alone")
    if (condition.at_least is not None or condition.at_most is not None) and field.type not in NUMBERS:
        reader.wrong(at, "atLeast and atMost can be asked of a number alone")


def _can_be(field: Field, value: str | bool) -> bool:
    """Whether the field can have this value."""
    if field.type is FieldType.FLAG or isinstance(value, bool):
        return field.type is FieldType.FLAG and isinstance(value, bool)
    if field.type is FieldType.CHOICES:
        return any(each.value == value for each in field.choices)
    found = values.read(field, value, SOME_DAY).value
    return found is not None and str(found) == value


def _check_check(reader: Reader, at: Place, form: Form, group: Group | None, check: Check) -> None:
    """`group` is that of the field that the check concerns."""
    field = group.field(check.field.rpartition(".")[2]) if group else None
    if group is None or field is None:
        reader.wrong(at / "field", "there is no such field")
        return
    mine, theirs = OF_RULE[check.rule]
    if mine and field.type not in mine:
        reader.wrong(at / "field", f"should be of type {' or '.join(sorted(mine))}")
    elif check.value is not None and not _can_be(field, check.value):
        reader.wrong(at / "value", "is a value that the field never has")
    elif not all(_can_be(field, value) for value in check.values):
        reader.wrong(at / "values", "holds a value that the field never has")
    if check.rule is Rule.ROW_OF:
        there = form.group(check.than[0])
        if there is None or there.repeat is None:
            reader.wrong(at / "than", "there is no such group that repeats")
    elif check.rule is Rule.AMONG:
        _check_among(reader, at, form, group, check)
    elif check.than != (TODAY,):
        for path in check.than:
            _check_than(reader, at / "than", _found(form, group, path), theirs)
    for name in check.same:
        if group.field(name) is None:
            reader.wrong(at / "same", f"there is no field {name[:64]} beside this one")
    if check.when:
        everything = {f"{each.key}.{one.name}": one for each, one in form.fields()}
        # Of all rows together none is asked alone.
        own = {} if check.rule is Rule.SOME else {each.name: each for each in group.fields}
        _check_condition(reader, at / "when", check.when, everything, own)


def _found(form: Form, group: Group, path: str) -> Field | None:
    found = form.at(path) if "." in path else None
    return found[1] if found else group.field(path)


def _check_than(reader: Reader, at: Place, field: Field | None, types: frozenset[FieldType] | None) -> None:
    if field is None:
        reader.wrong(at, "there is no such field")
    elif types and field.type not in types:
        reader.wrong(at, f"should be of type {' or '.join(sorted(types))}")


def _check_among(reader: Reader, at: Place, form: Form, group: Group, check: Check) -> None:
    """The field and what has to agree with it stand in another group under types of their own."""
    found = form.at(check.than[0])
    there = found[0] if found else None
    if there is None or there is group:
        reader.wrong(at / "than", 'should be the "section.group.field" of another group')
        return
    name, other = (path.rpartition(".")[2] for path in (check.field, check.than[0]))
    for place, ours, theirs in (("than", name, other), *(("same", each, each) for each in check.same)):
        one, two = group.field(ours), there.field(theirs)
        if two is None:
            reader.wrong(at / place, f"there is no field {theirs[:64]} in that group")
        elif one is not None and one.type is not two.type:
            reader.wrong(at / place, f"should be of type {one.type}")


def _check_role(reader: Reader, at: Place, form: Form, role: Role, path: str) -> None:
    """What a submission cannot be without is asked of everybody, once."""
    found = form.at(path)
    if found is None:
        reader.wrong(at, "there is no such field")
        return
    group, field = found
    if field.type not in OF_ROLE[role]:
        reader.wrong(at, f"should be of type {' or '.join(sorted(OF_ROLE[role]))}")
    if group.repeat:
        reader.wrong(at, "should be in a group that does not repeat")
    if role in ALWAYS_THERE and not (field.required and field.when is None and group.when is None):
        reader.wrong(at, "should be required, and shown whatever else is answered")
