"""What an agency says of its producers: types, their extension data, numbers and checks. Pure; `loading` reads it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portal_app.models.enums import QualificationCheck
from portal_app.services.producers.formats import Format


class FieldKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"
    LIST = "list"
    MEDIA = "media"


class NumberingScope(StrEnum):
    """What counts together: all types of codes that name the plan, or each of them by itself."""

    PLAN = "plan"
    TYPE = "type"


class FlagLevel(StrEnum):
    """What the flag for an invalid producer does to underwriting."""

    NONE = "none"
    BLOCK = "block"
    REJECT = "reject"
    DECLINE = "decline"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class DataField:
    """One field of extension data. `of` is what a list holds; `low` and `high` bound a number, a date (ISO 8601 text)
    or how many entries a list has."""

    name: str
    kind: FieldKind
    required: bool = False
    choices: tuple[str, ...] = ()
    of: "DataField | None" = None
    label: str = ""
    help: str = ""
    longest: int = 2000
    low: float | str | None = None
    high: float | str | None = None


@dataclass(frozen=True, slots=True)
class EntityType:
    """A type of producers or of producer codes, with what it inherits already in it. Of an abstract one nothing is
    created. `plan` names the numbering plan of a code's type, `numbering_string` stands for the plan's braces."""

    name: str
    abstract: bool = False
    extend: str = ""
    fields: Mapping[str, DataField] = field(default_factory=dict)
    searchable: bool = False
    plan: str = ""
    numbering_string: str = ""


@dataclass(frozen=True, slots=True)
class NumberingPlan:
    """`initial` is the first core number. Types that name the same plan share its numbers, or count each by itself: the
    `scope` says which."""

    name: str
    format: Format
    initial: int = 1
    scope: NumberingScope = NumberingScope.PLAN

    def part_of(self, kind: EntityType) -> str:
        """The name under which this type's numbers are counted, empty where they are the whole plan's."""
        return kind.name if self.scope is NumberingScope.TYPE else ""


@dataclass(frozen=True, slots=True)
class UnderwritingFlag:
    """The flag that a quote or a transaction gets where its producer is not valid."""

    level: FlagLevel = FlagLevel.INFO
    tag: str = "Invalid Producer Qualification"
    note: str = ""


@dataclass(frozen=True, slots=True)
class QualificationRules:
    """What is asked of a producer, by the line's code; `default` for lines that are not named."""

    default: QualificationCheck = QualificationCheck.NONE
    lines: Mapping[str, QualificationCheck] = field(default_factory=dict)

    def of_line(self, code: str) -> QualificationCheck:
        return self.lines.get(code, self.default)


@dataclass(frozen=True, slots=True)
class FeedTypes:
    """The types of what feeds bring. Where the agency names none, and declares none of these names, they are types
    without fields, by which nothing is created by hand."""

    producer: str = "Producer"
    producer_code: str = "ProducerCode"


@dataclass(frozen=True, slots=True)
class ProducerConfiguration:
    """All of it, checked. `text` is what it was read from."""

    producers: Mapping[str, EntityType] = field(default_factory=dict)
    producer_codes: Mapping[str, EntityType] = field(default_factory=dict)
    plans: Mapping[str, NumberingPlan] = field(default_factory=dict)
    underwriting_flag: UnderwritingFlag = UnderwritingFlag()
    qualification: QualificationRules = QualificationRules()
    feeds: FeedTypes = FeedTypes()
    text: str = field(default='{"producerManagement": {}}', compare=False, repr=False)

    @property
    def stored_producers(self) -> Mapping[str, EntityType]:
        """The types that stored producers may have: what feeds bring has one, declared or not."""
        name = self.feeds.producer
        return {**self.producers, name: self.producers.get(name) or EntityType(name)}

    @property
    def stored_codes(self) -> Mapping[str, EntityType]:
        """The same for codes."""
        name = self.feeds.producer_code
        return {**self.producer_codes, name: self.producer_codes.get(name) or EntityType(name)}

    def plan_of(self, kind: EntityType) -> NumberingPlan | None:
        return self.plans.get(kind.plan)


def searchable(types: Mapping[str, EntityType]) -> Iterator[str]:
    """The names of the types whose data is searched."""
    return (each.name for each in types.values() if each.searchable)
