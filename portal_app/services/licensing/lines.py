"""Which line of authority lets a producer write which line of business: the one place where that stands. Pure."""

from collections.abc import Iterable, Sequence
from itertools import chain

from portal_app.models.enums import LineOfAuthority

PROPERTY, CASUALTY = LineOfAuthority.PROPERTY, LineOfAuthority.CASUALTY
PERSONAL_LINES = LineOfAuthority.PERSONAL_LINES

COVERED_BY: dict[str, tuple[frozenset[LineOfAuthority], ...]] = {
    "personal_auto": (frozenset({PERSONAL_LINES}), frozenset({CASUALTY})),
    "homeowners": (frozenset({PERSONAL_LINES}), frozenset({PROPERTY})),
    "general_liability": (frozenset({CASUALTY}),),
    "bop": (frozenset({PROPERTY, CASUALTY}),),
    "workers_compensation": (frozenset({CASUALTY}),),
    "commercial_auto": (frozenset({CASUALTY}),),
    "commercial_property": (frozenset({PROPERTY}),),
    "umbrella": (frozenset({PERSONAL_LINES}), frozenset({CASUALTY})),
}
"""Each line of business, and the sets of lines of authority any one of which suffices. Surplus Lines alone covers none:
it adds carriers that are not admitted to what Property or Casualty covers."""


def suffices(line: str, held: Iterable[str]) -> bool:
    """Whether who holds these lines of authority may write this line of business. One that is not in the table nobody
    may."""
    there = set(held)
    return any(wanted <= there for wanted in COVERED_BY.get(line, ()))


def authorities_for(line: str) -> frozenset[LineOfAuthority]:
    """Every line of authority that helps towards the line of business."""
    return frozenset(chain.from_iterable(COVERED_BY.get(line, ())))


def told(line: str) -> str:
    """Property and Casualty; Personal Lines or Property."""
    sets = COVERED_BY.get(line, ())
    return " or ".join(" and ".join(each.label for each in LineOfAuthority if each in wanted) for wanted in sets)


def label(line: str) -> str:
    """The words of a line of authority, or what was written where nobody knows it."""
    return LineOfAuthority(line).label if line in set(LineOfAuthority) else line


def unknown(lines: Sequence[str]) -> str:
    """A sentence that names what is no line of authority, or nothing."""
    strange = [each for each in lines if each not in set(LineOfAuthority)]
    known = ", ".join(LineOfAuthority)
    return f"{', '.join(strange)}: no such line of authority. There are {known}." if strange else ""
