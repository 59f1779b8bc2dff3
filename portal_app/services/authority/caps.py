"""Whether what is asked lies within the limits that the grants come to, limit by limit. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portal_app.services.authority import words
from portal_app.services.authority.facts import Facts
from portal_app.services.authority.narrowing import Settled

LOSSES = "Losses"


@dataclass(frozen=True, slots=True)
class Fault:
    """A limit that is passed, or a fact that it needs and nobody gave."""

    found: str
    would_pass: str


def faults(facts: Facts, settled: Settled, today: date) -> Iterator[Fault]:
    """Everything that lies beyond the limits, in their order."""
    limits = settled.limits
    yield from _at_most("Premium", facts.premium, limits.max_premium)
    yield from _at_most("Insured value", facts.insured_value, limits.max_insured_value)
    yield from _at_most("Limit", facts.limit, limits.max_limit)
    yield from _deductible(facts.deductible, limits.min_deductible, limits.max_deductible)
    yield from _at_most(LOSSES, facts.losses, limits.max_losses)
    yield from _classes(facts, settled)
    yield from _backdated(facts.effective, limits.backdating_days or 0, today)


def _unknown(name: str, would_pass: str) -> Fault:
    return Fault(f"{name} {'are' if name == LOSSES else 'is'} not known.", would_pass)


def _at_most(name: str, amount: Decimal | None, most: Decimal | None) -> Iterator[Fault]:
    if most is None:
        return
    allowed = f"{name} of at most {words.money(most)} {'pass' if name == LOSSES else 'passes'}"
    if amount is None:
        yield _unknown(name, f"{allowed}, once {'they are' if name == LOSSES else 'it is'} entered.")
    elif amount > most:
        verb = "are" if name == LOSSES else "is"
        yield Fault(
            f"{name} {words.money(amount)} {verb} above {words.money(most)}.", f"{allowed}, or a grant that allows it."
        )


def _deductible(amount: Decimal | None, least: Decimal | None, most: Decimal | None) -> Iterator[Fault]:
    if least is None and most is None:
        return
    ends = [f"at least {words.money(least)}" if least is not None else ""]
    ends += [f"at most {words.money(most)}" if most is not None else ""]
    allowed = f"Deductible {words.listed(filter(None, ends))} passes"
    if amount is None:
        yield _unknown("Deductible", f"{allowed}.")
    elif least is not None and amount < least:
        found = f"Deductible {words.money(amount)} is below {words.money(least)}."
        yield Fault(found, f"{allowed}, or a grant that allows it.")
    elif most is not None and amount > most:
        found = f"Deductible {words.money(amount)} is above {words.money(most)}."
        yield Fault(found, f"{allowed}, or a grant that allows it.")


def _classes(facts: Facts, settled: Settled) -> Iterator[Fault]:
    only = settled.limits.allowed_classes if "allowed_classes" in settled.by else None
    never = settled.limits.excluded_classes
    if only is None and not never:
        return
    passes = _passing(only, never)
    if not facts.class_codes:
        yield _unknown("Class code", f"{passes}.")
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


def _backdated(effective: date | None, most: int, today: date) -> Iterator[Fault]:
    first = today - timedelta(days=most)
    passes = f"{words.day(first)} or later passes"
    if effective is None:
        yield _unknown("Effective date", f"{passes}.")
    elif effective < first:
        back = words.days((today - effective).days)
        found = f"It takes effect {back} back; {words.days(most)} of backdating are allowed."
        yield Fault(found, f"{passes}, or a grant that allows {back} of backdating.")
