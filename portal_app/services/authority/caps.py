"""Whether what is asked lies within the limits that the grants come to, limit by limit. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portal_app.services.authority import words
from portal_app.services.authority.facts import Facts, Inputs, Subject
from portal_app.services.authority.narrowing import Settled

LOSSES = "Losses"
ASKS = {
    Subject.QUOTE: "Have the underwriter enter the {}.",
    Subject.TRANSACTION: "The ledger does not hold the {}: whoever issues it decides.",
    Subject.BY_HAND: "Say the {}.",
}
"""What to do about a fact that is not known."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A limit that is passed, or a fact that it needs and nobody gave."""

    found: str
    would_pass: str


def faults(inputs: Inputs, settled: Settled) -> Iterator[Fault]:
    """Everything that lies beyond the limits, in their order."""
    facts, limits = inputs.facts, settled.limits
    asks = ASKS[inputs.subject]
    yield from _at_most("Premium", facts.premium, limits.max_premium, asks)
    if not beside_the_point(facts, settled):
        yield from _at_most("Insured value", facts.insured_value, limits.max_insured_value, asks)
    yield from _at_most("Limit", facts.limit, limits.max_limit, asks)
    yield from _deductible(facts.deductible, limits.min_deductible, limits.max_deductible, asks)
    yield from _at_most(LOSSES, facts.losses, limits.max_losses, asks)
    yield from _classes(facts, settled, asks)
    yield from _backdated(facts.effective, limits.backdating_days or 0, inputs.today, asks)


def beside_the_point(facts: Facts, settled: Settled) -> str:
    """Why a cap on the insured value says nothing of it, in a sentence: its line has none. One that was entered all
    the same is held against the cap."""
    if settled.limits.max_insured_value is None or facts.is_valued or facts.insured_value is not None:
        return ""
    return f"{facts.told_line[:1].upper()}{facts.told_line[1:]} has no insured value."


def _unknown(name: str, passes: str, asks: str) -> Fault:
    return Fault(f"{name} {'are' if name == LOSSES else 'is'} not known.", f"{asks.format(name.lower())} {passes}.")


def _at_most(name: str, amount: Decimal | None, most: Decimal | None, asks: str) -> Iterator[Fault]:
    if most is None:
        return
    allowed = f"{name} of at most {words.money(most)} {'pass' if name == LOSSES else 'passes'}"
    if amount is None:
        yield _unknown(name, allowed, asks)
    elif amount > most:
        verb = "are" if name == LOSSES else "is"
        yield Fault(
            f"{name} {words.money(amount)} {verb} above {words.money(most)}.", f"{allowed}, or a grant that allows it."
        )


def _deductible(amount: Decimal | None, least: Decimal | None, most: Decimal | None, asks: str) -> Iterator[Fault]:
    if least is None and most is None:
        return
    ends = [f"at least {words.money(least)}" if least is not None else ""]
    ends += [f"at most {words.money(most)}" if most is not None else ""]
    allowed = f"Deductible {words.listed(filter(None, ends))} passes"
    if amount is None:
        yield _unknown("Deductible", allowed, asks)
    elif least is not None and amount < least:
        found = f"Deductible {words.money(amount)} is below {words.money(least)}."
        yield Fault(found, f"{allowed}, or a grant that allows it.")
    elif most is not None and amount > most:
        found = f"Deductible {words.money(amount)} is above {words.money(most)}."
        yield Fault(found, f"{allowed}, or a grant that allows it.")


def _classes(facts: Facts, settled: Settled, asks: str) -> Iterator[Fault]:
    only = settled.limits.allowed_classes if "allowed_classes" in settled.by else None
    never = settled.limits.excluded_classes
    if only is None and not never:
        return
    passes = _passing(only, never)
    if not facts.class_codes:
        yield _unknown("Class code", passes, asks)
    for each in facts.class_codes:
        if each in never:
            yield Fault(f"Class {each} is excluded.", f"{passes}, or a grant that does not exclude it.")
        elif only is not None and each not in only:
            yield Fault(f"Class {each} is not among the allowed.", f"{passes}, or a grant that allows it.")


def _passing(only: Sequence[str] | None, never: Sequence[str]) -> str:
    """Which classes pass."""
    if only is None:
        return f"Any class but {words.listed(never, 'or')} passes"
    open_to = [each for each in only if each not in never]
    return f"Class {words.listed(open_to, 'or')} passes" if open_to else "No class passes"


def _backdated(effective: date | None, most: int, today: date, asks: str) -> Iterator[Fault]:
    first = today - timedelta(days=most)
    passes = f"{words.day(first)} or later passes"
    if effective is None:
        yield _unknown("Effective date", passes, asks)
    elif effective < first:
        back = words.days((today - effective).days)
        found = f"It takes effect {back} back; {words.days(most)} of backdating are allowed."
        yield Fault(found, f"{passes}, or a grant that allows {back} of backdating.")
