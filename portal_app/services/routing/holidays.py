"""The days on which the agency is closed beside Saturdays and Sundays, and when its business day ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache

MONDAY, THURSDAY = 0, 3
SATURDAY, SUNDAY = 5, 6
ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holiday:
    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Holidays:
    """`federal` adds the federal holidays of the United States on the days on which they are observed. `closes_at` is
    in the agency's own time."""

    federal: bool = True
    closes_at: time = time(17)
    days: tuple[Holiday, ...] = ()


def closed_between(holidays: Holidays, first: date, last: date) -> tuple[Holiday, ...]:
    """The closed days from `first` to `last`, both included, in their order; a day of the agency's own keeps its name
    where it is a federal holiday too."""
    found: dict[date, Holiday] = {}
    if holidays.federal:
        found = {each.day: each for year in range(first.year, last.year + 1) for each in federal(year)}
    found |= {each.day: each for each in holidays.days}
    return tuple(found[day] for day in sorted(found) if first <= day <= last)


@lru_cache(maxsize=256)
def federal(year: int) -> tuple[Holiday, ...]:
    """The federal holidays that are observed in that year: on the Friday before where one falls on a Saturday, and on
    the Monday after where on a Sunday."""
    # The next New Year's Day may be observed on this year's last day.
    days = [*_named(year), (date(year + 1, 1, 1), "New Year's Day")]
    seen = (Holiday(_observed(day), name) for day, name in days)
    return tuple(sorted((each for each in seen if each.day.year == year), key=lambda each: each.day))


def _named(year: int) -> list[tuple[date, str]]:
    return [
        (date(year, 1, 1), "New Year's Day"),
        (_nth(year, 1, MONDAY, 3), "Martin Luther King Jr. Day"),
        (_nth(year, 2, MONDAY, 3), "Washington's Birthday"),
        (_last_monday_of_may(year), "Memorial Day"),
        *([(date(year, 6, 19), "Juneteenth")] if year >= 2021 else []),
        (date(year, 7, 4), "Independence Day"),
        (_nth(year, 9, MONDAY, 1), "Labor Day"),
        (_nth(year, 10, MONDAY, 2), "Columbus Day"),
        (date(year, 11, 11), "Veterans Day"),
        (_nth(year, 11, THURSDAY, 4), "Thanksgiving Day"),
        (date(year, 12, 25), "Christmas Day"),
    ]


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


def _observed(day: date) -> date:
    return day + {SATURDAY: -ONE, SUNDAY: ONE}.get(day.weekday(), timedelta())


def business(holidays: Holidays) -> Callable[[date], bool]:
    """Whether the agency works on a day."""
    own = frozenset(each.day for each in holidays.days)

    def works(day: date) -> bool:
        if day.weekday() >= SATURDAY or day in own:
            return False
        return not (holidays.federal and any(each.day == day for each in federal(day.year)))

    return works
