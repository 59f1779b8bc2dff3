"""What people type into forms about binding, read back as what it means; each thing that cannot be is told at its
field."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from portal_app.models.enums import BindAction, GranteeKind
from portal_app.services.authority.facts import Facts
from portal_app.services.authority.grants import Grant
from portal_app.services.authority.moratoria import Moratorium
from portal_app.services.authority.terms import AMOUNTS, DAYS, GrantTerms, MoratoriumTerms
from portal_app.state import wording

MONEY = re.compile(r"\$?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,10})(\.[0-9]{1,2})?")
OF_FACTS = ("premium", "insured_value", "limit", "deductible", "losses")
ACTION = "action_"


class Form:
    """Reads fields one by one and collects what is wrong with them."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = {name: str(value).strip() for name, value in given.items() if value is not None}
        self.problems: dict[str, str] = {}

    def text(self, name: str) -> str:
        return self.given.get(name, "")

    def checked(self, name: str) -> bool:
        return self.text(name) not in ("", "False", "false")

    def words(self, name: str) -> tuple[str, ...]:
        """What is divided by commas or spaces."""
        return tuple(filter(None, re.split(r"[,;\s]+", self.text(name))))

    def states(self, name: str) -> tuple[str, ...]:
        return tuple(each.upper() for each in self.words(name))

    def money(self, name: str) -> Decimal | None:
        typed = self.text(name)
        if not typed:
            return None
        found = MONEY.fullmatch(typed)
        if found is None:
            self.problems[name] = "Enter an amount of dollars, such as 10,000 or 10000.50."
            return None
        return Decimal((found[1] + (found[2] or "")).replace(",", ""))

    def number(self, name: str) -> int | None:
        typed = self.text(name)
        if not typed:
            return None
        if not re.fullmatch(r"[0-9]{1,4}", typed):
            self.problems[name] = "Enter a whole number of days."
            return None
        return int(typed)

    def day(self, name: str) -> date | None:
        typed = self.text(name)
        try:
            return date.fromisoformat(typed) if typed else None
        except ValueError:
            self.problems[name] = "Enter a date."
            return None

    def moment(self, name: str, zone: ZoneInfo) -> datetime | None:
        typed = self.text(name)
        try:
            return datetime.fromisoformat(typed).replace(tzinfo=zone).astimezone(UTC) if typed else None
        except (ValueError, OverflowError):
            self.problems[name] = "Enter a date and a time."
            return None

    def actions(self) -> tuple[BindAction, ...]:
        return tuple(each for each in BindAction if self.checked(f"{ACTION}{each.value}"))


def grant_of(form: Form) -> GrantTerms | None:
    """The grant as it was typed; None where something of it cannot be read."""
    kind = form.text("grantee_kind")
    effective = form.day("effective_on")
    if not form.text("effective_on"):
        form.problems["effective_on"] = "Say from which day on it counts."
    terms: dict[str, Any] = {
        "grantee_kind": GranteeKind(kind) if kind in list(GranteeKind) else GranteeKind.AGENCY,
        "grantee": "" if kind == GranteeKind.AGENCY else form.text(f"grantee_{kind}"),
        "actions": form.actions(),
        "carrier": form.text("carrier"),
        "line": form.text("line"),
        "states": form.states("states"),
        **{name: form.money(name) for name in AMOUNTS},
        "allowed_classes": form.words("allowed_classes"),
        "excluded_classes": form.words("excluded_classes"),
        **{name: form.number(name) for name in DAYS},
        "effective_on": effective,
        "expires_on": form.day("expires_on"),
    }
    return None if form.problems else GrantTerms(**terms)


def moratorium_of(form: Form, zone: ZoneInfo) -> MoratoriumTerms | None:
    """The same of a moratorium; its window is typed in the agency's time."""
    begins = form.moment("begins_at", zone)
    if not form.text("begins_at"):
        form.problems["begins_at"] = "Say when it begins."
    terms: dict[str, Any] = {
        **{name: form.text(name) for name in ("name", "peril", "reason")},
        "actions": form.actions(),
        "begins_at": begins,
        "ends_at": form.moment("ends_at", zone),
        "states": form.states("states"),
        "zip_prefixes": form.words("zip_prefixes"),
        "lines": _chosen(form, "line_"),
        "carriers": _chosen(form, "carrier_"),
    }
    return None if form.problems else MoratoriumTerms(**terms)


def _chosen(form: Form, prefix: str) -> tuple[str, ...]:
    """The boxes of that prefix that are ticked."""
    return tuple(name.removeprefix(prefix) for name in form.given if name.startswith(prefix) and form.checked(name))


def facts_of(form: Form) -> Facts | None:
    """What somebody puts by hand."""
    action = form.text("action")
    facts: dict[str, Any] = {
        "action": BindAction(action) if action in list(BindAction) else BindAction.NEW,
        **{name: form.text(name) for name in ("producer_code", "carrier", "line", "state")},
        "postal_codes": form.words("postal_code")[:1],
        "effective": form.day("effective"),
        **{name: form.money(name) for name in OF_FACTS},
        "class_codes": form.words("class_codes"),
    }
    return None if form.problems else Facts(**facts)


def typed_grant(found: Grant) -> dict[str, str]:
    """The grant as its form shows it."""
    terms = found.terms
    plain = {each.name: _typed(getattr(terms, each.name)) for each in fields(GrantTerms) if each.name != "actions"}
    ticked = {f"{ACTION}{each.value}": "on" for each in terms.actions}
    return {**plain, **ticked, f"grantee_{terms.grantee_kind.value}": terms.grantee}


def typed_moratorium(found: Moratorium, zone: ZoneInfo) -> dict[str, str]:
    """The moratorium as its form shows it."""
    terms = found.terms
    plain = {name: _typed(getattr(terms, name)) for name in ("name", "peril", "reason", "states", "zip_prefixes")}
    window = {"begins_at": local(terms.begins_at, zone), "ends_at": local(terms.ends_at, zone) if terms.ends_at else ""}
    ticked = [f"{ACTION}{each.value}" for each in terms.actions]
    ticked += [f"line_{each}" for each in terms.lines] + [f"carrier_{each}" for each in terms.carriers]
    return {**plain, **window, **dict.fromkeys(ticked, "on")}


def local(value: datetime, zone: ZoneInfo) -> str:
    """As a field for date and time holds it."""
    there = value.astimezone(zone)
    return f"{there:%Y-%m-%dT%H:%M:%S}" if there.second else f"{there:%Y-%m-%dT%H:%M}"


def _typed(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return wording.money(value).removeprefix("$").removesuffix(".00")
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    return value.isoformat() if isinstance(value, date) else str(value)
