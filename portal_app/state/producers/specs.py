"""What is asked of a license, an appointment, a cover, a cycle and a course: their fields, and how each is read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from portal_app.models.enums import LicenseStatus
from portal_app.services.licensing import lines, records
from portal_app.services.licensing.terms import LineTerms
from portal_app.services.producers.choices import Choice, OfCredentials
from portal_app.state.producers.fields import SHORT, FieldRow, Form, Option, is_checked
from portal_app.state.producers.rows import hours

MISSING = "Fill this in."
NOT_A_DATE = "Enter a date such as 2026-06-01."
NOT_AN_AMOUNT = "Enter an amount such as 1,000,000 or 2500.50."
NOT_HOURS = "Enter hours such as 24 or 1.5."
NOT_WHOLE = "Enter a whole number such as 24."
Offers = Callable[[OfCredentials], Sequence[Choice]]


class Unreadable(Exception):
    """What was filled in cannot be what the field holds. Says why."""


@dataclass(frozen=True)
class Spec:
    """One field. `kind` says how it is drawn and read; `offers` are what there is to choose."""

    name: str
    kind: str
    label: str
    help: str = ""
    required: bool = False
    longest: int = SHORT
    offers: Offers | None = None


STATES_HELP = "Two letters each, such as RI, MA."
ALL_LINES = "None means all that the lines of authority cover."
LICENSE = (
    Spec("license_number", "text", "License number", longest=64),
    Spec("jurisdictions", "names", "States", STATES_HELP),
    Spec("lines", "authorities", "Lines of authority", "Without days of its own a line goes with the license.",
         offers=lambda there: there.authorities),
    Spec("effective_time", "first_day", "Effective date"),
    Spec("expiration_time", "last_day", "Expiration date", "The last day on which it is in force."),
    Spec("status", "choice", "Status by the state",
         offers=lambda _: [Choice(each.value, each.label) for each in LicenseStatus]),
    Spec("status_date", "date", "Status since"),
    Spec("original_issue_date", "date", "Originally issued"),
    Spec("type", "text", "License type", longest=80),
    Spec("npn", "text", "National Producer Number", "The producer's, where the license names it.", longest=10),
    Spec("resident", "flag", "Resident license"),
    Spec("products", "checks", "For these lines of business alone", ALL_LINES, offers=lambda there: there.products),
    Spec("producer_codes", "checks", "Used under these codes", offers=lambda there: there.codes),
)  # fmt: skip
APPOINTMENT = (
    Spec("carrier", "choice", "Carrier", offers=lambda there: [Choice("", "Not named yet"), *there.carriers]),
    Spec("appointment_number", "text", "Appointment number", longest=64),
    Spec("just_in_time", "flag", "Made just in time", "Then it may lack its number."),
    Spec("jurisdictions", "names", "States", STATES_HELP),
    Spec("lines", "checks", "Lines of authority", offers=lambda there: there.authorities),
    Spec("effective_date", "date", "Effective date"),
    Spec("termination_date", "date", "Termination date", "From this day on it does not count."),
    Spec("reason", "text", "Reason of the termination"),
    Spec("products", "checks", "For these lines of business alone", "None means all.",
         offers=lambda there: there.products),
    Spec("producer_codes", "checks", "Codes that may work under it", "Also of those below.",
         offers=lambda there: there.codes_below),
    Spec("licenses", "checks", "Rests on these licenses", offers=lambda there: there.licenses),
)  # fmt: skip
COVER = (
    Spec("carrier", "text", "Carrier", required=True, longest=120),
    Spec("policy_number", "text", "Policy number", required=True, longest=64),
    Spec("each_claim", "money", "Limit for each claim, in dollars", required=True),
    Spec("aggregate", "money", "Limit for all claims, in dollars", required=True),
    Spec("retention", "money", "Retention, in dollars", required=True),
    Spec("effective_on", "date", "Effective date", required=True),
    Spec("expires_on", "date", "Expiration date", "The last day on which it is in force.", required=True),
    Spec("retroactive_on", "date", "Retroactive date", "Empty where all that was before is covered."),
)
CYCLE = (
    Spec("jurisdiction", "state", "State", "Two letters, such as RI.", required=True, longest=2),
    Spec("begins_on", "date", "First day", required=True),
    Spec("ends_on", "date", "Last day", "Empty for as long as the state says."),
    Spec("hours", "hours", "Hours required", "Empty for what the state requires."),
    Spec("ethics_hours", "hours", "Hours of ethics among them", "Empty for what the state requires."),
)
COURSE = (
    Spec("course", "text", "Course", required=True),
    Spec("completed_on", "date", "Completed on", required=True),
    Spec("hours", "hours", "Hours", required=True),
    Spec("ethics", "flag", "Counts as ethics"),
    Spec("evidence", "text", "Where the proof is", "A certificate's number, or where the file lies.", longest=500),
)
COVER_REQUIRED = (
    Spec("each_claim", "money", "Least limit for each claim, in dollars", required=True),
    Spec("aggregate", "money", "Least limit for all claims, in dollars", required=True),
    Spec("stops_bind", "flag", "Without it they may not bind", "Else it is only told."),
)
EDUCATION_REQUIRED = (
    Spec("hours", "hours", "Hours in all", required=True),
    Spec("ethics_hours", "hours", "Hours of ethics among them", required=True),
    Spec("months", "whole", "Months of a cycle", required=True),
)
DRAWN_AS = {
    "names": "text", "state": "text", "money": "text", "hours": "text", "whole": "text",
    "first_day": "date", "last_day": "date",
}  # fmt: skip


def rows(specs: Sequence[Spec], values: Mapping[str, Any], there: OfCredentials, zone: ZoneInfo) -> list[FieldRow]:
    """The fields, filled in."""
    return [_row(each, values.get(each.name), there, zone) for each in specs]


def _row(spec: Spec, value: Any, there: OfCredentials, zone: ZoneInfo) -> FieldRow:
    ident = f"field-{spec.name}"
    kind = DRAWN_AS.get(spec.kind, spec.kind)
    row = FieldRow(spec.name, ident, kind, spec.label, spec.help, required=spec.required, longest=spec.longest)
    if spec.kind == "names":
        row.longest = 400
    if spec.kind == "authorities":
        row.options = _authorities(spec, tuple(value or ()), there)
    elif spec.kind == "checks":
        row.options = _boxes(spec, tuple(value or ()), there)
    else:
        row.value = written(spec, value, zone)
    if spec.kind == "choice" and spec.offers is not None:
        row.options = [Option(each.value, each.label) for each in spec.offers(there)]
    return row


def _boxes(spec: Spec, held: tuple[str, ...], there: OfCredentials) -> list[Option]:
    """What is offered, and what is held though nobody would offer it any more."""
    offered = {each.value: each.label for each in (spec.offers(there) if spec.offers else ())}
    offered |= {each: each for each in held if each not in offered}
    return [Option(value, label, f"{spec.name}:{value}", value in held) for value, label in offered.items()]


def _authorities(spec: Spec, held: tuple[LineTerms, ...], there: OfCredentials) -> list[Option]:
    by_line = {each.line: each for each in held}
    boxes = _boxes(spec, tuple(by_line), there)
    for box in boxes:
        box.label = lines.label(box.value)
        if (line := by_line.get(box.value)) is not None:
            box.begins, box.ends = _iso(line.effective_date), _iso(line.expiration_date)
    return boxes


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def written(spec: Spec, value: Any, zone: ZoneInfo) -> str:
    """A value as it stands in its field."""
    if value is None:
        return ""
    if spec.kind == "flag":
        return "on" if value else ""
    if spec.kind == "names":
        return ", ".join(value)
    if isinstance(value, datetime):
        day = records.last_day(value, zone) if spec.kind == "last_day" else value.astimezone(zone).date()
        return _iso(day)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:,.2f}" if spec.kind == "money" else hours(value)
    return str(value)


NOTHING_TO_CHOOSE = OfCredentials("", (), (), (), (), (), ())


def read(
    specs: Sequence[Spec], form: Form, before: Mapping[str, Any], there: OfCredentials, zone: ZoneInfo
) -> tuple[dict[str, Any], dict[str, str]]:
    """What is otherwise than `before`, and what cannot be read, by field. What nobody touched stays to the second."""
    given: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for spec in specs:
        try:
            value = _read(spec, form, before.get(spec.name), there, zone)
        except Unreadable as why:
            problems[spec.name] = str(why)
            continue
        if value is None and spec.required:
            problems[spec.name] = MISSING
        elif value != before.get(spec.name):
            given[spec.name] = value
    return given, problems


def _read(spec: Spec, form: Form, before: Any, there: OfCredentials, zone: ZoneInfo) -> Any:
    if spec.kind == "authorities":
        return _read_authorities(spec, form, tuple(before or ()), there)
    if spec.kind == "checks":
        boxes = _boxes(spec, tuple(before or ()), there)
        chosen = tuple(each.value for each in boxes if is_checked(form, each.name))
        return before if set(chosen) == set(before or ()) else chosen
    if spec.kind == "flag":
        return is_checked(form, spec.name)
    text = str(form.get(spec.name) or "").strip()
    return before if text == written(spec, before, zone) and before is not None else READERS[spec.kind](text, zone)


def _read_authorities(spec: Spec, form: Form, held: tuple[LineTerms, ...], there: OfCredentials) -> Any:
    found = []
    for box in _boxes(spec, tuple(each.line for each in held), there):
        days = [_day(str(form.get(f"{box.name}:{end}") or "").strip()) for end in ("begins", "ends")]
        if is_checked(form, box.name):
            found.append(LineTerms(box.value, *days))
        elif any(days):
            raise Unreadable(f"{lines.label(box.value)} has days, but is not chosen.")
    now = tuple(found)
    return held if set(now) == set(held) else now


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Unreadable(NOT_A_DATE) from None


def _first_day(text: str, zone: ZoneInfo) -> datetime | None:
    day = _day(text)
    return records.begin_of(day, zone) if day else None


def _last_day(text: str, zone: ZoneInfo) -> datetime | None:
    day = _day(text)
    return records.begin_of(day + timedelta(days=1), zone) if day and day < date.max else None


def _whole(text: str) -> int | None:
    if text and not re.fullmatch(r"\d{1,6}", text, re.ASCII):
        raise Unreadable(NOT_WHOLE)
    return int(text) if text else None


def _amount(text: str, why: str) -> Decimal | None:
    plain = text.replace("$", "").replace(",", "").replace(" ", "")
    if not plain:
        return None
    try:
        found = Decimal(plain) if re.fullmatch(r"-?\d{0,12}(\.\d{1,4})?", plain) else None
    except InvalidOperation:
        found = None
    if found is None:
        raise Unreadable(why)
    return found


READERS: Mapping[str, Callable[[str, ZoneInfo], Any]] = {
    "text": lambda text, _: text,
    "state": lambda text, _: text.upper() or None,
    "choice": lambda text, _: text,
    "names": lambda text, _: tuple(dict.fromkeys(part.upper() for part in re.split(r"[\s,;]+", text) if part)),
    "date": lambda text, _: _day(text),
    "first_day": _first_day,
    "last_day": _last_day,
    "money": lambda text, _: _amount(text, NOT_AN_AMOUNT),
    "hours": lambda text, _: _amount(text, NOT_HOURS),
    "whole": lambda text, _: _whole(text),
}


def filled(specs: Sequence[Spec], terms: Any) -> dict[str, Any]:
    """What a record says, by field."""
    return {each.name: getattr(terms, each.name) for each in specs}


def optional(specs: Sequence[Spec], *names: str) -> tuple[Spec, ...]:
    """The same fields, of which these have to be filled in once they are there."""
    return tuple(replace(each, required=each.required or each.name in names) for each in specs)
