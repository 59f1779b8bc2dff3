"""What an intake form is once it is read: sections of groups of fields, with what holds between them. Pure."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from portal_app.services.licensing.lines import COVERED_BY

Row = dict[str, Any]
Answers = dict[str, list[Row]]
"""By "section.group", the rows that were typed: one where the group does not repeat. A value is what was typed, a text;
true or false for a flag, a list of texts for choices."""

LINES = tuple(COVERED_BY)
SECTIONS = ("applicant", "risk", "coverage", "prior_insurance")


class FieldType(StrEnum):
    __hash__ = str.__hash__  # An enumeration's own is many times slower, and each answer is read by its type.

    TEXT = "text"
    LONG_TEXT = "long_text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    YEAR = "year"
    CHOICE = "choice"
    CHOICES = "choices"
    FLAG = "flag"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    PHONE = "phone"
    EMAIL = "email"
    FEIN = "fein"
    SSN = "ssn"
    DRIVER_LICENSE = "driver_license"
    VIN = "vin"
    NAICS = "naics"
    SIC = "sic"
    GL_CLASS = "gl_class"
    WC_CLASS = "wc_class"
    NAIC = "naic"
    POLICY_NUMBER = "policy_number"
    CARRIER = "carrier"


NUMBERS = frozenset({FieldType.WHOLE, FieldType.DECIMAL, FieldType.MONEY, FieldType.PERCENT, FieldType.YEAR})
OF_CHOICES = frozenset({FieldType.CHOICE, FieldType.CHOICES})
PERSONAL = frozenset({FieldType.SSN, FieldType.DRIVER_LICENSE})
"""What is personal whatever a form says."""
OF_BIRTH = re.compile(r"birth|(?<![a-z])(born|dob)(?![a-z])", re.IGNORECASE)
TODAY = "today"


class Rule(StrEnum):
    """What has to hold between answers. A rule is silent where one of its answers is not there or cannot be read."""

    AFTER = "after"
    NOT_BEFORE = "not_before"
    NOT_AFTER = "not_after"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    BELOW = "below"
    SUM_AT_MOST = "sum_at_most"
    TOGETHER_AT_MOST = "together_at_most"
    IS = "is"
    UNIQUE = "unique"
    SOME = "some"
    ROW_OF = "row_of"
    AMONG = "among"
    POSTAL_CODE_IN_STATE = "postal_code_in_state"
    YEAR_OF_VIN = "year_of_vin"
    MAKE_OF_VIN = "make_of_vin"
    POLICY_NUMBER_OF_CARRIER = "policy_number_of_carrier"
    WC_CLASS_OF_STATE = "wc_class_of_state"


class Unit(StrEnum):
    """What the amount of a rule between dates counts."""

    YEARS = "years"
    DAYS = "days"


class Role(StrEnum):
    """What a submission takes out of its answers into columns of its own; the form says where it stands."""

    INSURED = "insured"
    EFFECTIVE = "effective"
    EXPIRATION = "expiration"
    STATE = "state"
    POSTAL_CODE = "postalCode"
    PRODUCER_CODE = "producerCode"
    ENTITY_TYPE = "entityType"
    EMAIL = "email"
    PHONE = "phone"
    PREMIUM = "premium"
    CARRIER = "carrier"


@dataclass(frozen=True, slots=True)
class Condition:
    """One of `all`, `any`, `negated` or a question about one field: its value is one of `values`, is a number from
    `at_least` to `at_most`, is a date in the `past`, or (where none of these is said) is `answered` or not. `field` is
    the name of a field of the own row, or "section.group.field"; of a group that repeats any row will do."""

    field: str = ""
    values: tuple[str | bool, ...] = ()
    at_least: int | float | None = None
    at_most: int | float | None = None
    past: bool = False
    answered: bool = True
    all: tuple["Condition", ...] = ()
    any: tuple["Condition", ...] = ()
    negated: "Condition | None" = None


@dataclass(frozen=True, slots=True)
class Choice:
    """`amounts` is the limit that it stands for, in dollars: one, or one per person and one per accident. A value that
    is the limit itself, such as "100000/300000", needs none. `acord` are names on paper with what goes there where this
    is chosen, in place of the value at the field's own names."""

    value: str
    label: str
    amounts: tuple[int | float, ...] = ()
    acord: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Repeat:
    """How many rows a group has, and what one of them is called: "driver"; `named` are the fields by whose answers it
    is told apart from the others."""

    least: int
    most: int
    item: str
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """`acord` are the names that the value goes to on paper: one, or one for each part of a value such as
    "100000/300000". `personal` is masked where it is told; what is by its type (`PERSONAL`), or is a birth date, always
    is. `least` and `most` bound a number, `longest` the characters of a
    text. A field that is `required_when` something is required there only."""

    name: str
    label: str
    type: FieldType
    required: bool = False
    required_when: Condition | None = None
    when: Condition | None = None
    choices: tuple[Choice, ...] = ()
    help: str = ""
    acord: tuple[str, ...] = ()
    personal: bool = False
    least: int | float | None = None
    most: int | float | None = None
    longest: int = 0
    default: str | bool | None = None
    placeholder: str = ""

    def __post_init__(self) -> None:
        if self.type in PERSONAL or (self.type is FieldType.DATE and OF_BIRTH.search(f"{self.name} {self.label}")):
            object.__setattr__(self, "personal", True)


@dataclass(frozen=True, slots=True)
class Check:
    """A rule between `field` and `than` (another field), or `amount`, or `value`; `message` says what to do. In a group
    that repeats it holds for each row. Limits may be compared with two fields, one per person and one per accident. A
    date may be compared with `TODAY`, and `amount` of `unit` are added to what it is compared with. Of `ROW_OF`, `than`
    is the key of a group; of `TOGETHER_AT_MOST` the field that is added. `values` are those of which `SOME` row has
    one, `same` the fields in which the rows that are compared agree. `first` asks of the first row alone. A `warning`
    keeps nobody from submitting."""

    rule: Rule
    field: str
    than: tuple[str, ...] = ()
    amount: int | float | None = None
    unit: Unit = Unit.YEARS
    value: str | bool | None = None
    values: tuple[str | bool, ...] = ()
    same: tuple[str, ...] = ()
    first: bool = False
    when: Condition | None = None
    message: str = ""
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Lettering:
    """Which letter the rows of a group bear on paper. The first has that of `first`, from 0 for A. Or a row bears the
    letter of the row that it is about in the group `of`: the field `number` counts it from 1, or the fields `same` are
    answered alike in both. Where the field `kind` is answered by one of `entities`, the names begin with what belongs
    to it instead of their own first part, and such rows are counted by themselves."""

    first: int = 0
    of: str = ""
    number: str = ""
    same: tuple[str, ...] = ()
    kind: str = ""
    entities: tuple[tuple[str, str], ...] = ()


AS_THEY_STAND = Lettering()


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """`key` is "section.group", under which its rows are kept. Checks of fields of one row stand with the group.
    `acord` says which letters its rows have on paper. Two groups are the same where they are one object, as forms."""

    key: str
    name: str
    title: str
    fields: tuple[Field, ...]
    help: str = ""
    repeat: Repeat | None = None
    when: Condition | None = None
    checks: tuple[Check, ...] = ()
    acord: Lettering = AS_THEY_STAND

    def field(self, name: str) -> Field | None:
        return _by_name(self).get(name)


@lru_cache(maxsize=1024)
def _by_name(group: Group) -> dict[str, Field]:
    return {each.name: each for each in reversed(group.fields)}


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    title: str
    groups: tuple[Group, ...]
    help: str = ""


@dataclass(frozen=True, slots=True)
class PolicyNumbers:
    """How a carrier writes its policy numbers for this line: `patterns` in signs of `policy_numbers.py`."""

    carrier: str
    patterns: tuple[str, ...]
    example: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """`text` is what it was read from. `roles` maps what a submission projects to "section.group.field". Two forms are
    the same where they are one object: what is worked out of a form is kept with it."""

    line: str
    title: str
    acord_forms: tuple[str, ...]
    sections: tuple[Section, ...]
    roles: Mapping[Role, str]
    checks: tuple[Check, ...] = ()
    policy_numbers: tuple[PolicyNumbers, ...] = ()
    text: str = ""

    @property
    def groups(self) -> Iterator[Group]:
        return (group for section in self.sections for group in section.groups)

    def section(self, name: str) -> Section | None:
        return next((each for each in self.sections if each.name == name), None)

    def group(self, key: str) -> Group | None:
        return _by_key(self).get(key)

    def fields(self) -> Iterator[tuple[Group, Field]]:
        return ((group, field) for group in self.groups for field in group.fields)

    def at(self, path: str) -> tuple[Group, Field] | None:
        """The field at "section.group.field"."""
        key, _, name = path.rpartition(".")
        group = self.group(key)
        field = group.field(name) if group else None
        return (group, field) if group and field else None

    def personal(self) -> frozenset[str]:
        """The paths of the fields that are personal."""
        return frozenset(f"{group.key}.{field.name}" for group, field in self.fields() if field.personal)


@lru_cache(maxsize=256)
def _by_key(form: Form) -> dict[str, Group]:
    return {each.key: each for each in reversed(list(form.groups))}


def path_of(group: Group, row: int, field: str) -> str:
    """Where a value stands: "section.group.field", or "section.group[2].field" where the group repeats, from 0."""
    return f"{group.key}[{row}].{field}" if group.repeat else f"{group.key}.{field}"


def begun(form: Form) -> Answers:
    """What a form holds before anybody typed: the defaults, in as many rows as each group has at least."""
    return {key: [dict(row) for row in rows] for key, rows in _begun(form).items()}


def begun_in(form: Form, keys: Container[str]) -> Answers:
    """The same of those groups alone."""
    return {key: [dict(row) for row in rows] for key, rows in _begun(form).items() if key in keys}


@lru_cache(maxsize=256)
def _begun(form: Form) -> Answers:
    return {
        group.key: [
            {field.name: field.default for field in group.fields if field.default is not None}
            for _ in range(group.repeat.least if group.repeat else 1)
        ]
        for group in form.groups
    }


def first(form: Form, answers: Answers, role: Role) -> Any:
    """What was answered where the form says that the role stands, in the first row; None where nothing was."""
    key, _, name = form.roles.get(role, "").rpartition(".")
    rows = answers.get(key) or [{}]
    return rows[0].get(name)
