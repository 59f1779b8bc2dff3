"""What belongs to a producer, as rows of text that its page draws."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from portal_app.models.enums import LicenseStatus
from portal_app.services.licensing import lines, records
from portal_app.services.licensing.appointments import Appointment
from portal_app.services.licensing.cover import Cover, Required
from portal_app.services.licensing.education import Cycle
from portal_app.services.licensing.jurisdictions import state_name
from portal_app.services.licensing.licenses import License
from portal_app.services.licensing.runway import Ending, Item
from portal_app.services.media.library import MediaView
from portal_app.services.producers.configuration import DataField, EntityType, FieldKind
from portal_app.services.producers.detail import Linked
from portal_app.services.producers.views import CodeView
from portal_app.services.trail.events import EventLine
from portal_app.state import wording
from portal_app.state.producers.fields import NO, YES, FileLink, file_link, label_of, written

NO_STATES = "No state yet"
Moment = Callable[[datetime | None], str]


@dataclass
class DataRow:
    """A field of the extension data. `problem` is what a validation said of it."""

    name: str
    label: str
    lines: list[str] = field(default_factory=list)
    files: list[FileLink] = field(default_factory=list)
    problem: str = ""


@dataclass
class CodeRow:
    href: str
    code: str
    type: str
    state: str


@dataclass
class CredentialRow:
    """A license, an appointment, a cycle or a cover. `ending` says in words what ends soon, each a sentence of its
    own; `facts` are what there is to say besides."""

    href: str
    name: str
    where: str
    span: str
    state: str
    facts: list[str] = field(default_factory=list)
    ending: list[str] = field(default_factory=list)
    more: str = ""


@dataclass
class PersonRow:
    href: str
    name: str
    email: str
    role: str
    standing: str


@dataclass
class DeedRow:
    href: str
    words: str
    about: str
    by: str
    at: str


def data_rows(
    type_: EntityType | None, data: Mapping[str, Any], media: Mapping[str, MediaView], problems: Mapping[str, str]
) -> list[DataRow]:
    """The fields of a type in the order of the configuration: with what is there, and with what is wrong with them.
    Data of a type that is not configured any more goes by the names of its fields."""
    declared = type_.fields if type_ else {}
    fields = [*declared.values(), *(DataField(name, FieldKind.TEXT) for name in data if name not in declared)]
    found = []
    for each in fields:
        value = data.get(each.name)
        row = DataRow(each.name, label_of(each), problem=problems.get(f"data.{each.name}", ""))
        row.files = [link for reference in _references(value) for link in _versions(reference, media)]
        row.lines = [] if row.files else [part for part in _told(each, value).split("\n") if part]
        found.append(row)
    return found


def _told(each: DataField, value: Any) -> str:
    entry = each.of or each
    if entry.kind is FieldKind.DATE or entry.kind is FieldKind.FLAG:
        parts = written(each, value).split("\n")
        return "\n".join({YES: "Yes", NO: "No"}.get(part, _day_of(part)) for part in parts)
    return written(each, value)


def _day_of(text: str) -> str:
    try:
        return wording.day(date.fromisoformat(text))
    except ValueError:
        return text


def _references(value: Any) -> list[Mapping[str, Any]]:
    several = value if isinstance(value, list) else [value]
    return [each for each in several if isinstance(each, Mapping) and "versionLocator" in each]


def _versions(reference: Mapping[str, Any], media: Mapping[str, MediaView]) -> list[FileLink]:
    """The version that is referred to, and then the others, the newest first."""
    link = file_link(reference)
    found = [link] if link else []
    kept = media.get(str(reference.get("locator")))
    for each in kept.versions if kept else ():
        if each.locator != reference.get("versionLocator"):
            href = f"/files/{reference['locator']}?version={each.locator}"
            found.append(FileLink(href, each.filename, f"another version, {wording.day(each.created_at.date())}"))
    return found


def code_row(place: str, each: CodeView) -> CodeRow:
    return CodeRow(
        f"{place}/codes/{each.locator}", each.code or "Code to come", each.type, each.producer_code_state.label
    )


class Endings:
    """What ends soon or has ended, by the record that it is of."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items = tuple(items)

    def of(self, locator: str) -> list[str]:
        """A sentence for each."""
        return [_ending(each) for each in self.items if each.locator == locator]


def _ending(each: Item) -> str:
    what = each.what.partition(" on license ")[0] if each.kind is Ending.LINE else ""
    begin = f"{what} " if what else ""
    if each.days_left is None:
        return each.what
    days = wording.count(abs(each.days_left), "day")
    if each.days_left < 0:
        told = f"{begin}ended {days} ago"
    else:
        told = f"{begin}ends today" if not each.days_left else f"{begin}ends in {days}"
    return told[:1].upper() + told[1:]


def license_row(place: str, each: License, endings: Endings, zone: ZoneInfo) -> CredentialRow:
    terms = each.terms
    begins = terms.effective_time.astimezone(zone).date() if terms.effective_time else None
    held = [_authority(line.line, line.expiration_date) for line in terms.lines]
    status = "" if terms.status is LicenseStatus.ACTIVE else f"{terms.status.label} by the state"
    facts = [", ".join(held), "Resident" if terms.resident else "", status, terms.type]
    return CredentialRow(
        href=f"{place}/licenses/{each.locator}",
        name=terms.license_number or "License without a number",
        where=_where(terms.jurisdictions),
        span=_span(begins, records.last_day(terms.expiration_time, zone)),
        state=each.state.label,
        facts=[part for part in facts if part],
        ending=endings.of(each.locator),
    )


def _authority(line: str, until: date | None) -> str:
    return f"{lines.label(line)} until {wording.day(until)}" if until else lines.label(line)


def appointment_row(place: str, each: Appointment, endings: Endings) -> CredentialRow:
    terms = each.terms
    return CredentialRow(
        href=f"{place}/appointments/{each.locator}",
        name=each.carrier_name or "Carrier not named yet",
        where=_where(terms.jurisdictions),
        span=_span(terms.effective_date, None)
        + (f", terminated {wording.day(terms.termination_date)}" if terms.termination_date else ""),
        state=each.state.label,
        facts=[
            part
            for part in (
                f"Number {terms.appointment_number}" if terms.appointment_number else "",
                ", ".join(lines.label(line) for line in terms.lines),
                "Made just in time" if terms.just_in_time else "",
                terms.reason,
            )
            if part
        ],
        ending=endings.of(each.locator),
    )


def cycle_row(place: str, each: Cycle, endings: Endings) -> CredentialRow:
    terms, standing = each.terms, each.standing
    done = f"{hours(standing.completed)} of {hours(terms.hours)} hours"
    ethics = f"{hours(standing.ethics_completed)} of {hours(terms.ethics_hours)} of ethics"
    return CredentialRow(
        href=f"{place}/education/{each.locator}",
        name=state_name(terms.jurisdiction),
        where="",
        span=_span(terms.begins_on, terms.ends_on),
        state="Complete" if standing.fulfilled else "Overdue" if standing.overdue else "Hours missing",
        facts=[f"{done}, {ethics}", *(f"{hours(one.hours)} h · {one.course}" for one in each.completions)],
        ending=endings.of(each.locator),
        more=f"{place}/courses/{each.locator}",
    )


def cover_row(place: str, each: Cover, endings: Endings) -> CredentialRow:
    terms = each.terms
    return CredentialRow(
        href=f"{place}/covers/{each.locator}",
        name=terms.carrier,
        where=terms.policy_number,
        span=_span(terms.effective_on, terms.expires_on),
        state="",
        facts=[
            f"{wording.money(terms.each_claim)} for each claim, {wording.money(terms.aggregate)} for all",
            f"Retention {wording.money(terms.retention)}",
            f"Retroactive to {wording.day(terms.retroactive_on)}"
            if terms.retroactive_on
            else "Covers all that was before",
        ],
        ending=endings.of(each.locator),
    )


def required_words(required: Required) -> str:
    if not required.asked:
        return "No cover is asked for."
    limits = f"{wording.money(required.each_claim)} for each claim, {wording.money(required.aggregate)} for all."
    stop = " Without it they may not bind." if required.stops_bind else " It does not stop a bind."
    return f"At least {limits}{stop}"


def hours(value: Decimal) -> str:
    """24, and 1.5."""
    return f"{value.normalize():f}" if value else "0"


def _where(states: tuple[str, ...]) -> str:
    return ", ".join(state_name(each) for each in states) or NO_STATES


def _span(begins: date | None, ends: date | None) -> str:
    if begins and ends:
        return f"{wording.day(begins)} – {wording.day(ends)}"
    if ends:
        return f"to {wording.day(ends)}"
    return f"from {wording.day(begins)}" if begins else "No days yet"


def person_row(each: Linked) -> PersonRow:
    standing = "Active" if each.active else "Disabled"
    return PersonRow(f"/admin/users/{each.locator}", each.name, each.email, each.role, standing)


def deed_row(each: EventLine, moment: Moment, names: Mapping[str, str]) -> DeedRow:
    """`names` are the records on the page by their locators."""
    about = names.get(each.record, "") or each.kind_words
    return DeedRow(f"/admin/audit/{each.locator}", each.words, about, each.actor, moment(each.at))
