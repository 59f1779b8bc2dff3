"""What is written down of a grant and of a moratorium, and what speaks against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portal_app.models.enums import BindAction, GranteeKind, Labelled, Role
from portal_app.services.access import MATRIX, Permission, Reach
from portal_app.services.licensing import jurisdictions, records

MOST_DOLLARS = Decimal(10) ** 10
MOST_DAYS = 365
CENT = Decimal("0.01")
LONGEST_CLASS = 20
LONGEST = {"name": 120, "peril": 120, "reason": 500}
AMOUNTS = ("max_premium", "max_insured_value", "max_limit", "min_deductible", "max_deductible", "max_losses")
DAYS = {"backdating_days": 0, "binder_days": 1}
NO_AMOUNT = "Enter an amount of dollars, with at most two decimals."
ENDED = "This was ended and is kept as it was. Make a new one."
MAY_BE_GRANTED = tuple(
    role for role in Role if MATRIX[role].permissions.get(Permission.BIND_POLICIES) is Reach.WITHIN_AUTHORITY
)
"""The roles that bind within authority: the others do not bind, or are not limited."""


class Standing(Labelled):
    """How a rule stands at a moment. `ENDED` was ended by somebody, `OVER` by the calendar."""

    IN_FORCE = "in_force"
    COMING = "coming"
    OVER = "over"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """`grantee` is a role's value, the locator of a producer, a producer code as it is written, or nothing for the
    agency. `carrier` is a locator, `line` the code of a line of business; empty means any. Amounts are dollars, a limit
    that is None is not named. `expires_on` is the last day."""

    grantee_kind: GranteeKind
    actions: tuple[BindAction, ...]
    effective_on: date
    grantee: str = ""
    carrier: str = ""
    line: str = ""
    states: tuple[str, ...] = ()
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
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class MoratoriumTerms:
    """`carriers` are locators, `lines` codes of lines of business. A risk lies in the area where its state or the
    beginning of its ZIP code is named; neither means everywhere. Without `ends_at` it runs until it is ended."""

    name: str
    peril: str
    reason: str
    actions: tuple[BindAction, ...]
    begins_at: datetime
    ends_at: datetime | None = None
    states: tuple[str, ...] = ()
    zip_prefixes: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()


def tidied_grant(terms: GrantTerms) -> GrantTerms:
    """Without blanks, and with states, actions and classes each once and in their order."""
    return replace(
        terms,
        grantee=terms.grantee.strip(),
        actions=_in_order(terms.actions),
        states=tuple(sorted(set(records.tidy(terms.states)))),
        allowed_classes=_each_once(terms.allowed_classes),
        excluded_classes=_each_once(terms.excluded_classes),
    )


def tidied_moratorium(terms: MoratoriumTerms) -> MoratoriumTerms:
    """The same for a moratorium."""
    return replace(
        terms,
        name=" ".join(terms.name.split()),
        peril=" ".join(terms.peril.split()),
        reason=" ".join(terms.reason.split()),
        actions=_in_order(terms.actions),
        states=tuple(sorted(set(records.tidy(terms.states)))),
        zip_prefixes=tuple(sorted(set(records.tidy(terms.zip_prefixes)))),
        lines=_each_once(terms.lines),
        carriers=_each_once(terms.carriers),
    )


def problems_of_grant(terms: GrantTerms) -> dict[str, str]:
    """What can be said against a grant without looking anything up."""
    found = _of_actions(terms.actions) | _of_states(terms.states) | _of_amounts(terms) | _of_days(terms)
    if terms.grantee_kind is GranteeKind.ROLE and terms.grantee not in MAY_BE_GRANTED:
        names = " or ".join(each.label for each in MAY_BE_GRANTED)
        found["grantee"] = f"Only {names} bind within authority: name one of these roles."
    low, high = terms.min_deductible, terms.max_deductible
    if "max_deductible" not in found and low is not None and high is not None and high < low:
        found["max_deductible"] = "The highest deductible is below the lowest."
    classes = {"allowed_classes": terms.allowed_classes, "excluded_classes": terms.excluded_classes}
    found |= records.problems_of_names(classes, LONGEST_CLASS)
    if both := set(terms.allowed_classes) & set(terms.excluded_classes):
        found["excluded_classes"] = f"Class {', '.join(sorted(both))} is both allowed and excluded."
    found |= records.problems_of_days({"effective_on": terms.effective_on, "expires_on": terms.expires_on})
    if not found and terms.expires_on is not None and terms.expires_on < terms.effective_on:
        found["expires_on"] = "It expires before it takes effect."
    return found


def problems_of_moratorium(terms: MoratoriumTerms) -> dict[str, str]:
    """What can be said against a moratorium without looking anything up."""
    texts = {name: str(getattr(terms, name)) for name in LONGEST}
    found = records.problems_of_texts(texts, LONGEST)
    found |= {name: "Fill this in." for name, text in texts.items() if not text}
    found |= _of_actions(terms.actions) | _of_states(terms.states)
    wrong = [each for each in terms.zip_prefixes if not (each.isascii() and each.isdigit() and 1 <= len(each) <= 5)]
    if wrong or len(terms.zip_prefixes) > records.MOST_NAMES:
        found["zip_prefixes"] = f"Enter at most {records.MOST_NAMES} beginnings of ZIP codes, one to five digits each."
    found |= records.problems_of_days({"begins_at": terms.begins_at, "ends_at": terms.ends_at})
    if not found and terms.ends_at is not None and terms.ends_at <= terms.begins_at:
        found["ends_at"] = "It ends before it begins."
    return found


def _in_order(actions: Sequence[BindAction]) -> tuple[BindAction, ...]:
    return tuple(each for each in BindAction if each in actions)


def _each_once(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(records.tidy(values)))


def _of_actions(actions: Sequence[BindAction]) -> dict[str, str]:
    return {} if actions else {"actions": "Choose at least one of new business, endorsement and renewal."}


def _of_states(states: Sequence[str]) -> dict[str, str]:
    sentence = jurisdictions.unknown(states)
    return {"states": sentence} if sentence else {}


def fits(amount: Decimal) -> bool:
    """Whether it is an amount of dollars that the portal can keep."""
    return amount.is_finite() and 0 <= amount < MOST_DOLLARS and amount == amount.quantize(CENT)


def _of_amounts(terms: GrantTerms) -> dict[str, str]:
    amounts = {name: getattr(terms, name) for name in AMOUNTS}
    return {name: NO_AMOUNT for name, amount in amounts.items() if amount is not None and not fits(amount)}


def _of_days(terms: GrantTerms) -> dict[str, str]:
    numbers: Mapping[str, Any] = {name: getattr(terms, name) for name in DAYS}
    wrong = [name for name, number in numbers.items() if number is not None and not DAYS[name] <= number <= MOST_DAYS]
    return {name: f"Enter a whole number of days from {DAYS[name]} to {MOST_DAYS}." for name in wrong}
