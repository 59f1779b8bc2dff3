"""Grants and moratoria in words that people read. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from portal_app.models.enums import BindAction, GranteeKind
from portal_app.services.authority.facts import UNNAMED, Granted, Limits, Stop

CENT = Decimal("0.01")
DOING = {
    BindAction.NEW: "new business",
    BindAction.ENDORSE: "endorsements",
    BindAction.RENEW: "renewals",
}


def money(amount: Decimal) -> str:
    """$10,000.00."""
    return f"${amount.quantize(CENT):,.2f}"


def short(amount: Decimal) -> str:
    """$10,000, and cents where there are some."""
    return money(amount).removesuffix(".00")


def day(value: date) -> str:
    """Mar 1, 2026."""
    return f"{value:%b} {value.day}, {value.year}"


def moment(value: datetime, zone: ZoneInfo) -> str:
    """Mar 1, 2026 2:05 PM EST."""
    there = value.astimezone(zone)
    return f"{day(there.date())} {there.hour % 12 or 12}:{there:%M} {there:%p} {there:%Z}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """a, b and c."""
    all_of = list(words)
    return " ".join(filter(None, (", ".join(all_of[:-1]), last if all_of[1:] else "", all_of[-1]))) if all_of else ""


def days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


def doing(actions: Sequence[BindAction]) -> str:
    """New business, endorsements and renewals."""
    return listed(DOING[each] for each in BindAction if each in actions)


def whom(grant: Granted) -> str:
    if grant.kind is GranteeKind.AGENCY:
        return "Any producer"
    if grant.kind is GranteeKind.CODE:
        return f"Code {grant.grantee_name}"
    if grant.grantee_name == UNNAMED:
        return f"{UNNAMED.capitalize()} and those below"
    return f"{grant.grantee_name} and below" if grant.kind is GranteeKind.PRODUCER else grant.grantee_name


def grant(given: Granted) -> str:
    """Any producer · Acme Mutual · Personal auto · RI, MA: new business up to $10,000 premium."""
    carrier = given.carrier_name if given.carrier else "Any carrier"
    line = given.line_name if given.line else "Any line"
    place = ", ".join(given.states) or "Any state"
    return f"{whom(given)} · {carrier} · {line} · {place}: {doing(given.actions)}{_how_much(given.limits)}"


def _how_much(limits: Limits) -> str:
    amounts = {
        "premium": limits.max_premium,
        "insured value": limits.max_insured_value,
        "limit": limits.max_limit,
        "losses": limits.max_losses,
    }
    caps = [f"{short(amount)} {name}" for name, amount in amounts.items() if amount is not None]
    up_to = f" up to {listed(caps)}" if caps else ""
    return "".join([up_to, *(f"; {each}" for each in _further(limits))])


def _further(limits: Limits) -> Iterable[str]:
    low, high = limits.min_deductible, limits.max_deductible
    if low is not None and high is not None:
        yield f"deductible {short(low)} to {short(high)}"
    elif low is not None:
        yield f"deductible at least {short(low)}"
    elif high is not None:
        yield f"deductible at most {short(high)}"
    if limits.allowed_classes:
        yield f"only class {listed(limits.allowed_classes, 'or')}"
    if limits.excluded_classes:
        yield f"not class {listed(limits.excluded_classes, 'or')}"
    if limits.backdating_days:
        yield f"backdated by at most {days(limits.backdating_days)}"
    if limits.backdating_days == 0:
        yield "not backdated"
    if limits.binder_days is not None:
        yield f"binders of {days(limits.binder_days)}"


def stop(given: Stop, carriers: Sequence[str], lines: Sequence[str]) -> str:
    """Any carrier · Homeowners · RI, ZIP 063…: new business. By the names of its carriers and lines."""
    area = [*given.states, *(f"ZIP {each}…" for each in given.zip_prefixes)]
    parts = (listed(carriers) or "Any carrier", listed(lines) or "Any line", ", ".join(area) or "Everywhere")
    return f"{' · '.join(parts)}: {doing(given.actions)}"


def window(given: Stop, zone: ZoneInfo) -> str:
    """From when to when, in the agency's time."""
    begins = f"From {moment(given.begins_at, zone)}"
    return f"{begins} to {moment(given.ends_at, zone)}" if given.ends_at else f"{begins}, until it is ended"
