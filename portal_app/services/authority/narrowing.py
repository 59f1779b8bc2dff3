"""Which grants and moratoria an action falls under, and what the grants come to together. Pure.

Of the grants that reach an action, for each limit the narrowest grant that names it caps; among equally narrow ones the
strictest. A grant is the narrower the nearer its grantee is to the code: the code, its producer, those above from the
nearest on, the role, the agency; then the one that names the carrier, the line, the states. A limit that none of them
names does not bound, but for backdating, which only a grant allows.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from portal_app.models.enums import BindAction, GranteeKind
from portal_app.services.authority.facts import Facts, Granted, Inputs, Limits, Stop

Key = tuple[int, bool, bool, bool]


class Fit(StrEnum):
    """Whether a rule is about an action. `UNKNOWN` where only a fact that is missing could tell."""

    YES = "yes"
    UNKNOWN = "unknown"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Fitting:
    """How a rule fits, and which facts would tell where they are missing."""

    fit: Fit
    missing: tuple[str, ...] = ()


def together(parts: Iterable[Fitting]) -> Fitting:
    """Of several conditions that all have to hold."""
    found = list(parts)
    if any(each.fit is Fit.NO for each in found):
        return Fitting(Fit.NO)
    missing = tuple(dict.fromkeys(name for each in found for name in each.missing))
    return Fitting(Fit.UNKNOWN if missing else Fit.YES, missing)


def _named(fact: str, allowed: Sequence[str], told: str) -> Fitting:
    """Whether the fact is among those that a rule names; none named means any."""
    if not allowed:
        return Fitting(Fit.YES)
    if not fact:
        return Fitting(Fit.UNKNOWN, (told,))
    return Fitting(Fit.YES if fact in allowed else Fit.NO)


def _doing(action: BindAction, actions: Sequence[BindAction]) -> Fitting:
    return Fitting(Fit.YES if action in actions else Fit.NO)


def _one(name: str) -> tuple[str, ...]:
    return (name,) if name else ()


def rank(grant: Granted, inputs: Inputs) -> int | None:
    """How near the grantee is to the code, 0 for the code itself; None where the grant does not reach it."""
    above = [each.locator for each in inputs.producers]
    if grant.kind is GranteeKind.CODE:
        return 0 if inputs.code is not None and grant.grantee == inputs.code.locator else None
    if grant.kind is GranteeKind.PRODUCER:
        return 1 + above.index(grant.grantee) if grant.grantee in above else None
    if grant.kind is GranteeKind.ROLE:
        return 1 + len(above) if inputs.role is not None and grant.grantee == inputs.role.value else None
    return 2 + len(above)


def state_by_state(inputs: Inputs) -> tuple[Inputs, ...]:
    """The same question for each state of the risk by itself, so that in each the narrowest grant caps."""
    if not inputs.facts.states:
        return (inputs,)
    return tuple(replace(inputs, facts=replace(inputs.facts, state=each, states=())) for each in inputs.facts.states)


def fitting_grant(grant: Granted, inputs: Inputs) -> Fitting:
    """Whether the grant is about what is asked, of a risk in one state."""
    facts = inputs.facts
    reaches = Fitting(Fit.NO if rank(grant, inputs) is None else Fit.YES)
    return together(
        (
            reaches,
            _doing(facts.action, grant.actions),
            _named(facts.carrier, _one(grant.carrier), "carrier"),
            _named(facts.line, _one(grant.line), "line of business"),
            _named(facts.state, grant.states, "state"),
        )
    )


def fitting_stop(stop: Stop, inputs: Inputs) -> Fitting:
    """Whether the moratorium is about what is asked, at this moment."""
    facts = inputs.facts
    runs = stop.begins_at <= inputs.at and (stop.ends_at is None or inputs.at < stop.ends_at)
    return together(
        (
            Fitting(Fit.YES if runs else Fit.NO),
            _doing(facts.action, stop.actions),
            _named(facts.line, stop.lines, "line of business"),
            _named(facts.carrier, stop.carriers, "carrier"),
            _lying(facts, stop),
        )
    )


def _lying(facts: Facts, stop: Stop) -> Fitting:
    """Whether the risk lies in the area: one of the states, or one of the ZIP codes, is enough."""
    if not stop.states and not stop.zip_prefixes:
        return Fitting(Fit.YES)
    missing = []
    if stop.states:
        if any(each in stop.states for each in facts.lies_in):
            return Fitting(Fit.YES)
        missing += [] if facts.lies_in and all(facts.lies_in) else ["state"]
    if stop.zip_prefixes:
        if any(each.startswith(stop.zip_prefixes) for each in facts.postal_codes):
            return Fitting(Fit.YES)
        missing += [] if facts.postal_codes and all(facts.postal_codes) else ["ZIP code"]
    return Fitting(Fit.UNKNOWN, tuple(missing)) if missing else Fitting(Fit.NO)


@dataclass(frozen=True, slots=True)
class Settled:
    """What the grants come to: their limits, and for each that is named the grants that cap it."""

    limits: Limits
    by: dict[str, tuple[Granted, ...]] = field(default_factory=dict)


def _shared(values: Iterable[Sequence[str]]) -> tuple[str, ...]:
    first, *others = values
    return tuple(each for each in first if all(each in other for other in others))


def _all_of(values: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for value in values for each in value))


STRICTEST: dict[str, Callable[[list[Any]], Any]] = {
    "max_premium": min,
    "max_insured_value": min,
    "max_limit": min,
    "min_deductible": max,
    "max_deductible": min,
    "max_losses": min,
    "allowed_classes": _shared,
    "excluded_classes": _all_of,
    "backdating_days": min,
    "binder_days": min,
}
"""How equally narrow grants are brought together, for each limit."""


def key_of(grant: Granted, inputs: Inputs) -> Key:
    """The lower the narrower."""
    nearness = rank(grant, inputs)
    farthest = 3 + len(inputs.producers)
    return farthest if nearness is None else nearness, not grant.carrier, not grant.line, not grant.states


def settle(grants: Sequence[Granted], inputs: Inputs) -> Settled:
    """What the grants that reach an action come to."""
    limits: dict[str, Any] = {}
    by = {}
    for each in fields(Limits):
        naming = [grant for grant in grants if getattr(grant.limits, each.name) not in (None, ())]
        if not naming:
            continue
        narrowest = min(key_of(grant, inputs) for grant in naming)
        capping = [grant for grant in naming if key_of(grant, inputs) == narrowest]
        limits[each.name] = STRICTEST[each.name]([getattr(grant.limits, each.name) for grant in capping])
        by[each.name] = tuple(capping)
    return Settled(Limits(**limits), by)
