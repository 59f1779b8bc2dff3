"""What an answer about binding is made of: what is asked, what the portal found of it, and the rules of that moment.
All of it is kept with the decision, so that it can be answered again."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from portal_app.models.enums import (
    BindAction,
    FlagCause,
    FlagLevel,
    GranteeKind,
    ProducerState,
    QualificationCheck,
    QuoteState,
    Role,
)

UNNAMED = "a producer above"


class Subject(StrEnum):
    """What a question is about."""

    QUOTE = "quote"
    TRANSACTION = "transaction"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Facts:
    """What somebody wants to bind. What is None or empty is not known. `line` is the code of a line of business,
    `carrier` a locator, `state` two letters. A risk with several locations has several `postal_codes`; one that lies in
    more than one state has them all in `states` and no `state`. "" stands for one that is not known. Amounts are
    dollars; `losses` what was paid and reserved."""

    action: BindAction
    producer_code: str = ""
    carrier: str = ""
    line: str = ""
    state: str = ""
    postal_codes: tuple[str, ...] = ()
    effective: date | None = None
    premium: Decimal | None = None
    insured_value: Decimal | None = None
    limit: Decimal | None = None
    deductible: Decimal | None = None
    losses: Decimal | None = None
    class_codes: tuple[str, ...] = ()
    carrier_name: str = ""
    line_name: str = ""
    # Facts that were kept before there were risks in several states have none.
    states: tuple[str, ...] = ()
    # Whether the line has an insured value; of facts that were kept before this was asked, every line has.
    is_valued: bool = True

    @property
    def lies_in(self) -> tuple[str, ...]:
        """Every state of the risk, "" for one that is not known; empty where none is known."""
        return self.states or ((self.state,) if self.state else ())

    @property
    def told_line(self) -> str:
        return self.line_name or self.line


@dataclass(frozen=True, slots=True)
class Step:
    """A producer code or a producer on the way up from it."""

    locator: str
    called: str
    state: ProducerState


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a license, an appointment or a cover. `stops_bind` says whether it matters where it fails."""

    passes: bool
    found: str
    would_pass: str = ""
    stops_bind: bool = True


@dataclass(frozen=True, slots=True)
class Flag:
    """An underwriting flag that was not removed."""

    cause: FlagCause
    level: FlagLevel
    tag: str


@dataclass(frozen=True, slots=True)
class Offered:
    """How long a quote holds: the last day on which the carrier stands by it, where that is said, and the day on which
    its term is over."""

    valid_until: date | None
    expiration: date


@dataclass(frozen=True, slots=True)
class Limits:
    """What a grant says of how much. What is None, or an empty list of classes, it does not name."""

    max_premium: Decimal | None = None
    max_insured_value: Decimal | None = None
    max_limit: Decimal | None = None
    min_deductible: Decimal | None = None
    max_deductible: Decimal | None = None
    max_losses: Decimal | None = None
    allowed_classes: tuple[str, ...] = ()
    excluded_classes: tuple[str, ...] = ()
    backdating_days: int | None = None
    binder_days: int | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant that is in force. `grantee` is the role's value, or the locator of the producer or the code; an empty
    carrier, line or list of states means any."""

    locator: str
    version: int
    kind: GranteeKind
    grantee: str
    actions: tuple[BindAction, ...]
    limits: Limits = Limits()
    carrier: str = ""
    line: str = ""
    states: tuple[str, ...] = ()
    grantee_name: str = ""
    carrier_name: str = ""
    line_name: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A moratorium that was not ended. Without states and ZIP prefixes it is everywhere, without lines or carriers for
    all of them."""

    locator: str
    version: int
    name: str
    peril: str
    reason: str
    begins_at: datetime
    actions: tuple[BindAction, ...]
    ends_at: datetime | None = None
    states: tuple[str, ...] = ()
    zip_prefixes: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that the answer depends on. `today` is the agency's day at the moment `at`; `role` that of who asks; what is
    None could not be looked at. `flags` is None also where underwriting has not looked at the quote yet."""

    subject: Subject
    facts: Facts
    at: datetime
    today: date
    role: Role | None = None
    code: Step | None = None
    producers: tuple[Step, ...] = ()
    check: QualificationCheck | None = None
    license: Finding | None = None
    appointment: Finding | None = None
    cover: Finding | None = None
    moratoria: tuple[Stop, ...] = ()
    grants: tuple[Granted, ...] = ()
    flags: tuple[Flag, ...] | None = None
    # What underwriting left the quote as; answers that were kept before this was known have none.
    quote_state: QuoteState | None = None
    # Of a quote; answers that were kept before it was asked about have none.
    offered: Offered | None = None


_INPUTS = TypeAdapter(Inputs)


def stored(inputs: Inputs) -> dict[str, Any]:
    """As the table holds it."""
    kept: dict[str, Any] = _INPUTS.dump_python(inputs, mode="json")
    return kept


def restored(kept: dict[str, Any]) -> Inputs:
    """What was stored, as it was."""
    return _INPUTS.validate_python(kept)
