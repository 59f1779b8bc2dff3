"""When a submission is to be answered, in business days. Pure.

A business day ends at the close of business in the agency's own time. What comes in at that moment or later, on a
weekend or on a holiday counts as come in on the next business day; that day is day 0, and an answer within two business
days is due by the close of the second after it. Days whose close passes while the producer is asked do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal_app.services.routing.holidays import ONE, SATURDAY, Holidays, business, closed_between


class Standing(StrEnum):
    """How a response date stands."""

    IN_TIME = "In time"
    AT_RISK = "Due on this business day"
    OVERDUE = "Overdue"


@dataclass(frozen=True, slots=True)
class Wait:
    """A time during which the producer is asked; without `until` they still are."""

    since: datetime
    until: datetime | None = None


def target(
    submitted_at: datetime,
    days: int,
    holidays: Holidays,
    zone: ZoneInfo,
    waited: Sequence[Wait] = (),
    *,
    now: datetime,
) -> date:
    """The day by whose close an answer is due, `days` business days after the one on which it came in. Waits may
    overlap; one that began before the submission counts from there, and one that has not ended lasts until `now`."""
    day, left = first_day(submitted_at, holidays, zone), days
    for since, until in _merged(submitted_at, waited, now):
        began = first_day(since, holidays, zone)
        worked = between(day, began, holidays)
        if worked > left:
            # It was due before they were asked.
            break
        left -= worked
        day = first_day(until, holidays, zone)
    return later(day, left, holidays)


def first_day(moment: datetime, holidays: Holidays, zone: ZoneInfo) -> date:
    """The business day to which a moment belongs: the first that has not closed by then."""
    local = moment.astimezone(zone)
    works, day = business(holidays), local.date()
    if local.time() >= holidays.closes_at:
        day += ONE
    while not works(day):
        day += ONE
    return day


def between(first: date, last: date, holidays: Holidays) -> int:
    """How many business days there are from `first` up to `last`, which is not counted; 0 where it is not later."""
    if last <= first:
        return 0
    weeks, rest = divmod((last - first).days, 7)
    weekdays = 5 * weeks + sum((first + timedelta(days=each)).weekday() < SATURDAY for each in range(rest))
    closed = closed_between(holidays, first, last - ONE)
    return weekdays - sum(each.day.weekday() < SATURDAY for each in closed)


def later(day: date, days: int, holidays: Holidays) -> date:
    """The business day that comes `days` business days after a business day."""
    works = business(holidays)
    while days:
        day += ONE
        days -= works(day)
    return day


def standing(due: date, holidays: Holidays, zone: ZoneInfo, *, now: datetime) -> Standing:
    """At risk is what is due on the business day that now is, or that is next where the agency is closed."""
    first = first_day(now, holidays, zone)
    if due < first:
        return Standing.OVERDUE
    return Standing.AT_RISK if due == first else Standing.IN_TIME


def at_risk(due: date, holidays: Holidays, zone: ZoneInfo, *, now: datetime) -> bool:
    """Whether the answer is due by the next close of business, or already was."""
    return standing(due, holidays, zone, now=now) is not Standing.IN_TIME


def _merged(submitted_at: datetime, waited: Sequence[Wait], now: datetime) -> list[tuple[datetime, datetime]]:
    """The waits in their order, none touching another."""
    ended = sorted((max(each.since, submitted_at), now if each.until is None else each.until) for each in waited)
    found: list[tuple[datetime, datetime]] = []
    for since, until in ended:
        if until <= since:
            continue
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found
