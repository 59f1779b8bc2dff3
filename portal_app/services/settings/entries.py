"""What an agency can set in the app: each setting by name, what may be typed, and how it is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email

OF_A_LINE = "response_days."
LONGEST_NAME = 80
MOST_DAYS = 60
WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting. `read` turns what was typed into its value and raises ValueError with a sentence; `typed` is the
    value as it would be typed, `told` as people read it."""

    name: str
    label: str
    read: Callable[[str], Any]
    typed: Callable[[Any], str] = str
    told: Callable[[Any], str] = str


def _agency_name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"Enter the agency's name, at most {LONGEST_NAME} characters.")
    return name


def _time_zone(text: str) -> str:
    if text.strip() not in available_timezones():
        raise ValueError("Enter a time zone such as America/Chicago.")
    return text.strip()


def _address(text: str) -> str:
    """An address, or none."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized if text.strip() else ""
    except EmailNotValidError:
        raise ValueError("Enter an email address, such as intake@ams.example.com, or nothing.") from None


def _switch(text: str) -> bool:
    if text not in WORDS:
        raise ValueError("Say true or false.")
    return WORDS[text]


def _whole(first: int, last: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        digits = text.strip()
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 4 and first <= int(digits) <= last):
            raise ValueError(f"Enter a whole number from {first} to {last}.")
        return int(digits)

    return read


def _minutes_past(minute: int) -> str:
    return f"{minute} {'minute' if minute == 1 else 'minutes'} past"


def _clock(hour: int) -> str:
    return f"{hour % 12 or 12}:00 {'AM' if hour < 12 else 'PM'}"


def _days(days: int) -> str:
    return f"{days} business {'day' if days == 1 else 'days'}"


def _typed_switch(on: bool) -> str:
    return "true" if on else "false"


def _attached(on: bool) -> str:
    return "Attached" if on else "Not attached"


def _or_none(address: str) -> str:
    return address or "None"


ENTRIES = {
    entry.name: entry
    for entry in (
        Entry("agency_name", "Agency's name", _agency_name),
        Entry("time_zone", "Time zone", _time_zone),
        Entry(
            "concurrent_sessions",
            "Signed in at several places at once",
            _switch,
            typed=_typed_switch,
            told=lambda on: "Allowed" if on else "Not allowed",
        ),
        Entry("hourly_minute", "Hourly sync", _whole(0, 59), told=_minutes_past),
        Entry("daily_hour", "Daily sync", _whole(0, 23), told=_clock),
        Entry("ams_mail", "Address that files mail into the AMS", _address, told=_or_none),
        Entry("ams_tasks", "Address that makes tasks in the AMS", _address, told=_or_none),
        Entry("ams_attach", "Documents in mail to the AMS", _switch, typed=_typed_switch, told=_attached),
        Entry("ams_attach_mb", "Most attached to a mail to the AMS", _whole(1, 25), told=lambda size: f"{size} MB"),
    )
}


def of_a_line(code: str, name: str) -> Entry:
    """How long an answer to a submission in this line may take."""
    return Entry(f"{OF_A_LINE}{code}", f"Response time, {name}", _whole(1, MOST_DAYS), told=_days)
