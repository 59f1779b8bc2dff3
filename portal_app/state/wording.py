"""Values as people read them: dates, money, counts, ages."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

# The feeds run every hour: what is older than this has missed at least two runs.
FRESH = timedelta(hours=3)


def day(value: date | None) -> str:
    """Nov 20, 2026."""
    return f"{value:%b} {value.day}, {value.year}" if value else ""


def long_day(value: date) -> str:
    """Friday, November 20."""
    return f"{value:%A}, {value:%B} {value.day}"


def money(value: Decimal | None) -> str:
    """$1,234.50, and -$12.34."""
    if value is None:
        return ""
    return f"-${-value:,.2f}" if value < 0 else f"${value:,.2f}"


def round_money(value: Decimal) -> str:
    """$412,380: whole dollars, for figures that are looked at from afar."""
    whole = value.quantize(Decimal(1))
    return f"-${-whole:,}" if whole < 0 else f"${whole:,}"


def count(number: int, one: str, many: str = "") -> str:
    """1 policy, 1,437 policies."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def span(offset: int, shown: int, total: int) -> str:
    """Which rows of how many are shown."""
    return f"{offset + 1:,}–{offset + shown:,} of {total:,}" if shown else f"0 of {total:,}"


def proposed(shown: int, total: int, many: str) -> str:
    """That a list to choose from is not the whole; empty where it is."""
    return f"The first {shown:,} of {total:,} {many} are proposed. Any other can be typed." if shown < total else ""


def moment(value: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """10:05 AM today, Nov 19, 10:05 AM before, with the year where it is another one. Empty for nothing."""
    if value is None:
        return ""
    there, here = value.astimezone(zone), now.astimezone(zone)
    if there.date() == here.date():
        return clock(value, zone)
    named = f"{there:%b} {there.day}" if there.year == here.year else day(there.date())
    return f"{named}, {clock(value, zone)}"


def clock(value: datetime, zone: ZoneInfo) -> str:
    """10:05 AM, of whatever day."""
    there = value.astimezone(zone)
    return f"{there.hour % 12 or 12}:{there:%M %p}"


def instant(value: datetime | None, zone: ZoneInfo) -> str:
    """Dec 1, 2026 for a midnight, Dec 1, 2026, 2:30 PM for another time of the day. Empty for nothing."""
    if value is None:
        return ""
    there = value.astimezone(zone)
    if not there.hour and not there.minute:
        return day(there.date())
    return f"{day(there.date())}, {there.hour % 12 or 12}:{there:%M %p}"


def is_stale(value: datetime | None, now: datetime) -> bool:
    return value is not None and now - value > FRESH


def initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def greeting(now: datetime) -> str:
    """By the hour of the agency's own zone."""
    return "Good morning" if now.hour < 12 else "Good afternoon" if now.hour < 18 else "Good evening"


def first_name(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.split() else ""
