"""Which rule takes a submission, and why the others do not. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal_app.services.routing.rules import Facts, Rule, Rules, Target, When

NONE: Mapping[str, str] = {}
EARLIER = "A rule before it takes it."


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule says to the facts. `takes` is true of no more than one; `why_not` holds a sentence for each thing
    that speaks against the others."""

    rule: Rule
    takes: bool
    why_not: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Routed:
    """The rule that takes it, and where it goes."""

    rule: Rule
    target: Target


def route(facts: Facts, rules: Rules, unable: Mapping[str, str] = NONE) -> Routed | None:
    """The first rule that matches and can be followed; None for what belongs into the queue of unrouted business.
    `unable` are the underwriters, by email, who cannot take anything now, with the reason as a sentence."""
    taken = next((each.rule for each in answers(facts, rules, unable) if each.takes), None)
    return Routed(taken, taken.to) if taken else None


def answers(facts: Facts, rules: Rules, unable: Mapping[str, str] = NONE) -> tuple[Answer, ...]:
    """What each rule says, in their order."""
    found: list[Answer] = []
    taken = False
    for rule in rules.rules:
        against = mismatches(facts, rule.when)
        if not against and rule.to.email in unable:
            against = (unable[rule.to.email],)
        takes = not against and not taken
        found.append(Answer(rule, takes, against or (() if takes else (EARLIER,))))
        taken = taken or takes
    return tuple(found)


def mismatches(facts: Facts, when: When) -> tuple[str, ...]:
    """A sentence for each thing that the facts lack or have otherwise."""
    carriers = frozenset(map(folded, when.carriers))
    kinds = frozenset(each.value for each in when.account_kinds)
    kind = facts.account_kind.value if facts.account_kind else ""
    found = (
        _outside("line", facts.line, when.lines, facts.line_name),
        _outside("carrier", folded(facts.carrier), carriers, facts.carrier),
        _outside("state", facts.state, when.states),
        _premium(facts.premium, when),
        _producer(facts, when),
        _outside("kind of account", kind, kinds),
    )
    return tuple(each for each in found if each)


def folded(name: str) -> str:
    """A carrier's name as it is compared: case and spaces do not count."""
    return " ".join(name.split()).casefold()


def _outside(what: str, value: str, among: frozenset[str], shown: str = "") -> str:
    if not among or value in among:
        return ""
    return (
        f"The {what} {shown or value} is not among its own." if value else f"No {what} is named, and it asks for one."
    )


def _premium(premium: Decimal | None, when: When) -> str:
    low, high = when.premium_from, when.premium_below
    if low is None and high is None:
        return ""
    if premium is None:
        return "No premium is named, and it asks for one."
    if low is not None and premium < low:
        return f"The premium is below ${low:,}."
    return f"The premium is not below ${high:,}." if high is not None and premium >= high else ""


def _producer(facts: Facts, when: When) -> str:
    if not when.producers and not when.producer_codes:
        return ""
    if facts.producer in when.producers or facts.producer_code in when.producer_codes:
        return ""
    if not facts.producer and not facts.producer_code:
        return "No producer code is named, and it asks for one."
    return f"The producer code {facts.producer_code} is not among its own, nor is the code's producer."


def unreachable(rules: Rules) -> tuple[tuple[int, int], ...]:
    """The places, from 0, of each rule that an earlier one leaves nothing, and of the first such earlier one."""
    found = []
    for place, rule in enumerate(rules.rules):
        before = (each for each in range(place) if takes_all_of(rules.rules[each].when, rule.when))
        if (earlier := next(before, None)) is not None:
            found.append((place, earlier))
    return tuple(found)


def takes_all_of(wide: When, narrow: When) -> bool:
    """Whether everything that `narrow` takes fits `wide` too."""
    pairs = (
        (wide.lines, narrow.lines),
        (frozenset(map(folded, wide.carriers)), frozenset(map(folded, narrow.carriers))),
        (wide.states, narrow.states),
        (wide.account_kinds, narrow.account_kinds),
    )
    within = all(not outer or (inner and inner <= outer) for outer, inner in pairs)
    return bool(within) and _same_producers(wide, narrow) and _same_premiums(wide, narrow)


def _same_producers(wide: When, narrow: When) -> bool:
    if not wide.producers and not wide.producer_codes:
        return True
    asks = bool(narrow.producers or narrow.producer_codes)
    return asks and narrow.producers <= wide.producers and narrow.producer_codes <= wide.producer_codes


def _same_premiums(wide: When, narrow: When) -> bool:
    if wide.premium_from is None and wide.premium_below is None:
        return True
    if narrow.premium_from is None and narrow.premium_below is None:
        # Takes also what has no premium yet.
        return False
    low, high = (narrow.premium_from or Decimal(0)), narrow.premium_below
    above = wide.premium_from is None or low >= wide.premium_from
    return above and (wide.premium_below is None or (high is not None and high <= wide.premium_below))
