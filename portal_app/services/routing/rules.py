"""The rules by which a submission finds its desk, the facts that they ask about, and where one can lead."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from portal_app.models.enums import AccountKind


class TargetKind(StrEnum):
    """Where a rule can lead; the values are the names in the configuration."""

    UNDERWRITER = "underwriter"
    QUEUE = "queue"
    CARRIER_CONTACT = "carrierContact"
    AMS = "ams"


class AmsWay(StrEnum):
    MAIL = "mail"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a submission goes. `email` is an underwriter's or a carrier contact's, `name` a queue's or that contact's,
    and `way` says how the agency's management system is told."""

    kind: TargetKind
    name: str = ""
    email: str = ""
    way: AmsWay | None = None

    @property
    def told(self) -> str:
        if self.kind is TargetKind.UNDERWRITER:
            return f"to the underwriter {self.email}"
        if self.kind is TargetKind.QUEUE:
            return f"to the queue {self.name}"
        if self.kind is TargetKind.CARRIER_CONTACT:
            return f"to {self.name} at the carrier, by mail to {self.email}"
        return f"to the AMS, {'as a task' if self.way is AmsWay.TASK else 'by mail'}"


@dataclass(frozen=True, slots=True)
class When:
    """What a rule takes; what is empty takes everything. `lines` are codes, `carriers` names, `producers` locators.
    A premium in dollars is taken from `premium_from` on, and below `premium_below`. A submission's producer fits where
    either its code or its producer is named."""

    lines: frozenset[str] = frozenset()
    carriers: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    premium_from: Decimal | None = None
    premium_below: Decimal | None = None
    producers: frozenset[str] = frozenset()
    producer_codes: frozenset[str] = frozenset()
    account_kinds: frozenset[AccountKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    when: When
    to: Target


@dataclass(frozen=True, slots=True)
class Rules:
    """All of them, in the order in which they are asked."""

    rules: tuple[Rule, ...] = ()

    def to_the_ams(self) -> set[AmsWay]:
        """In which ways any of them has the agency's management system told."""
        return {each.to.way for each in self.rules if each.to.way is not None}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a submission. What is empty or None is not known, and fits no rule that asks for it. The
    premium is in dollars, `producer` a locator; `line_name` is what people read of the line."""

    line: str = ""
    carrier: str = ""
    state: str = ""
    premium: Decimal | None = None
    producer_code: str = ""
    producer: str = ""
    account_kind: AccountKind | None = None
    line_name: str = ""
