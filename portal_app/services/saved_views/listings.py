"""What can be asked of each list of which views are kept, and in which spelling. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from portal_app.models.enums import PolicyStatus, SubmissionStatus
from portal_app.models.saved_views import Listing
from portal_app.services.errors import Invalid
from portal_app.services.intake.forms import LINES
from portal_app.services.policies.views import Sort as PolicySort
from portal_app.services.submissions.find import Sort as SubmissionSort
from portal_app.services.submissions.turns import Turn

LONGEST_TEXT = 200
LOCATOR = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.ASCII)
CODE = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)
Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Asks:
    """What a view asks of its list. `filters` holds those that narrow, by the names that the list's service gives them,
    as JSON has them; `columns` are those to be shown, none for all of them."""

    filters: Mapping[str, Any] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spelling:
    """`filters` read a value each, and raise ValueError for what it cannot be; `columns` are those that can be left
    out."""

    filters: Mapping[str, Reader]
    sorts: tuple[str, ...]
    columns: tuple[str, ...] = ()


def read(listing: Listing, asks: Asks) -> Asks:
    """The same as it is kept. Raises Invalid for what the list cannot be asked."""
    known, problems = SPELLINGS[listing], {}
    filters: dict[str, Any] = {}
    for name, value in asks.filters.items():
        try:
            kept = known.filters[name](value)
        except (KeyError, ValueError, TypeError):
            problems[name if name in known.filters else "filters"] = "The list cannot be asked for this."
            continue
        if kept:
            filters[name] = kept
    if asks.sort not in known.sorts:
        problems["sort"] = "The list cannot be sorted by this."
    if strange := [each for each in asks.columns if each not in known.columns]:
        problems["columns"] = f"The list has no column {str(strange[0])[:40]!r} that could be chosen."
    if problems:
        raise Invalid(problems)
    columns = tuple(each for each in known.columns if each in asks.columns)
    return Asks(filters, asks.sort, bool(asks.descending), () if columns == known.columns else columns)


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    return " ".join(value.split())[:LONGEST_TEXT]


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _day(value: Any) -> str:
    return date.fromisoformat(value).isoformat()


def _matching(pattern: re.Pattern[str]) -> Reader:
    def take(value: Any) -> str:
        if not pattern.fullmatch(value):
            raise ValueError
        return str(value)

    return take


def _one_of(values: type[StrEnum] | tuple[str, ...]) -> Reader:
    known = tuple(str(each) for each in values)

    def take(value: Any) -> str:
        if value not in known:
            raise ValueError
        return str(value)

    return take


def _several(values: type[StrEnum]) -> Reader:
    one = _one_of(values)

    def take(given: Any) -> list[str]:
        if not isinstance(given, list | tuple):
            raise TypeError
        asked = {one(each) for each in given}
        return [each.value for each in values if each.value in asked]

    return take


DAYS = ("effective_from", "effective_to", "expiring_from", "expiring_to")
FLAGS = ("mine", "unassigned", "unrouted", "at_risk", "waiting", "own", "offered", "lapsed")
SPELLINGS: dict[Listing, Spelling] = {
    Listing.SUBMISSIONS: Spelling(
        {
            "text": _text,
            "statuses": _several(SubmissionStatus),
            "line": _one_of(LINES),
            "assigned_to": _matching(LOCATOR),
            "turn": _one_of(Turn),
            **dict.fromkeys(FLAGS, _flag),
        },
        tuple(SubmissionSort),
        # The Submission ID stays: it leads to the submission.
        tuple(each.value for each in SubmissionSort if each is not SubmissionSort.NUMBER),
    ),
    Listing.POLICIES: Spelling(
        {
            "text": _text,
            "line": _matching(CODE),
            "status": _one_of(PolicyStatus),
            "carrier": _matching(LOCATOR),
            "account": _matching(LOCATOR),
            **dict.fromkeys(DAYS, _day),
        },
        tuple(PolicySort),
    ),
}
