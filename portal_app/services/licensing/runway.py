"""What ends in the next 90, 60 or 30 days, and what has ended: licenses and their lines of authority, appointments,
continuing education that is not complete, and errors-and-omissions cover.

On it is what counts now and will stop to: validated licenses that are active, validated appointments before their
termination, the newest cover of each producer, and cycles in which hours are missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.models.enums import CredentialState, LicenseStatus
from portal_app.models.licensing import (
    EducationCompletion,
    EducationCycle,
    ProducerAppointment,
    ProducerCover,
    ProducerLicense,
    ProducerLicenseLine,
)
from portal_app.models.policies import Carrier
from portal_app.services.access import Permission, visible
from portal_app.services.door import Tx, reads
from portal_app.services.errors import Invalid
from portal_app.services.licensing import lines, records
from portal_app.services.licensing.jurisdictions import state_name

STEPS = (30, 60, 90)
COUNTS = and_(
    col(ProducerLicense.state) == CredentialState.VALIDATED,
    col(ProducerLicense.status).in_([LicenseStatus.ACTIVE, LicenseStatus.EXPIRED]),
)


class Ending(StrEnum):
    LICENSE = "license"
    LINE = "line_of_authority"
    APPOINTMENT = "appointment"
    EDUCATION = "education"
    COVER = "cover"


class Within(StrEnum):
    """How soon: within so many days, or over already."""

    EXPIRED = "expired"
    DAYS_30 = "30"
    DAYS_60 = "60"
    DAYS_90 = "90"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that ends. `locator` is that of the license, appointment, cycle or cover, `ends_on` its last day, and
    `days_left` negative where that is over."""

    kind: Ending
    locator: str
    producer: records.Holder
    what: str
    jurisdictions: tuple[str, ...]
    ends_on: date
    days_left: int
    within: Within


@dataclass(frozen=True, slots=True)
class Runway:
    """A page of what ends, what ended first before the others, and how many there are in all and of each step."""

    rows: tuple[Item, ...]
    total: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Found:
    kind: Ending
    locator: str
    producer_id: int
    what: str
    jurisdictions: tuple[str, ...]
    ends_on: date


@reads(Permission.VIEW_PRODUCERS)
def listed(tx: Tx, *, producer: str = "", within: Within | None = None, offset: int = 0, count: int = 50) -> Runway:
    """What ends within 90 days or has ended, of the producers whom the actor may see, or of one of them; narrowed to
    one step where `within` is given. Each item is in one step alone. Raises NotFound for a producer that is not theirs
    to see."""
    if offset < 0 or count < 1:
        raise Invalid({"offset": "Enter a part of the list."})
    owner_id = records.producer_of(tx, producer).id if producer else None
    today = records.today(tx)
    until = today + timedelta(days=STEPS[-1])
    found = [
        each
        for each in (
            *_licenses(tx, until),
            *_lines(tx, until),
            *_appointments(tx, today, until),
            *_cycles(tx, until),
            *_covers(tx, until),
        )
        if owner_id is None or each.producer_id == owner_id
    ]
    found.sort(key=lambda each: (each.ends_on, each.kind, each.locator, each.what))
    steps = [step_of(each.ends_on, today) for each in found]
    counts = {each.value: steps.count(each) for each in Within}
    asked = [each for each, step in zip(found, steps, strict=True) if within in (None, step)]
    rows = asked[offset : offset + min(count, 200)]
    return Runway(_told(tx, rows, today), len(asked), counts)


def step_of(ends_on: date, today: date) -> Within:
    """The nearest step that a last day within 90 days falls into."""
    left = (ends_on - today).days
    if left < 0:
        return Within.EXPIRED
    return next(Within(str(step)) for step in STEPS if left <= step)


def _told(tx: Tx, rows: Sequence[_Found], today: date) -> tuple[Item, ...]:
    owners = records.holders(tx, [row.producer_id for row in rows])
    return tuple(
        Item(
            kind=row.kind,
            locator=row.locator,
            producer=owners[row.producer_id],
            what=row.what,
            jurisdictions=row.jurisdictions,
            ends_on=row.ends_on,
            days_left=(row.ends_on - today).days,
            within=step_of(row.ends_on, today),
        )
        for row in rows
    )


def _where(states: Sequence[str]) -> str:
    return ", ".join(state_name(each) for each in states)


def _licenses(tx: Tx, until: date) -> Iterator[_Found]:
    over = records.begin_of(until + timedelta(days=1), tx.settings.zone)
    asked = visible(tx.actor, ProducerLicense).where(COUNTS, col(ProducerLicense.expires_at) <= over)
    for row in tx.db.scalars(asked):
        ends_on = records.last_day(row.expires_at, tx.settings.zone)
        if ends_on is not None:
            what = f"License {row.number} for {_where(row.jurisdictions)}"
            yield _Found(Ending.LICENSE, row.locator, row.producer_id, what, tuple(row.jurisdictions), ends_on)


def _lines(tx: Tx, until: date) -> Iterator[_Found]:
    """Lines of authority that end before their license does."""
    mine = visible(tx.actor, ProducerLicense).where(COUNTS).with_only_columns(col(ProducerLicense.id))
    line = ProducerLicenseLine
    asked = (
        select(ProducerLicense, col(line.line), col(line.expires_on))
        .join(line, col(line.license_id) == col(ProducerLicense.id))
        .where(col(ProducerLicense.id).in_(mine), col(line.expires_on) <= until)
    )
    for row, authority, ends_on in tx.db.execute(asked):
        whole = records.last_day(row.expires_at, tx.settings.zone)
        if ends_on is not None and (whole is None or ends_on < whole):
            what = f"{lines.label(authority)} on license {row.number} for {_where(row.jurisdictions)}"
            yield _Found(Ending.LINE, row.locator, row.producer_id, what, tuple(row.jurisdictions), ends_on)


def _appointments(tx: Tx, today: date, until: date) -> Iterator[_Found]:
    """One whose termination is past was dealt with by whoever wrote it down."""
    asked = visible(tx.actor, ProducerAppointment).where(
        col(ProducerAppointment.state) == CredentialState.VALIDATED,
        col(ProducerAppointment.terminated_on) > today,
        col(ProducerAppointment.terminated_on) <= until + timedelta(days=1),
    )
    rows = list(tx.db.scalars(asked))
    carriers = {
        each.id: each.name
        for each in tx.db.scalars(select(Carrier).where(col(Carrier.id).in_({row.carrier_id for row in rows})))
    }
    for row in rows:
        if row.terminated_on is not None:
            what = f"Appointment by {carriers.get(row.carrier_id, '')} for {_where(row.jurisdictions)}"
            last = row.terminated_on - timedelta(days=1)
            yield _Found(Ending.APPOINTMENT, row.locator, row.producer_id, what, tuple(row.jurisdictions), last)


def _cycles(tx: Tx, until: date) -> Iterator[_Found]:
    """Cycles in which hours are missing, also where they are over: hours that were never made up are still owed."""
    course = EducationCompletion
    done = func.coalesce(func.sum(course.hours), 0)
    ethics = func.coalesce(func.sum(course.hours).filter(col(course.ethics)), 0)
    mine = visible(tx.actor, EducationCycle).with_only_columns(col(EducationCycle.id))
    asked = (
        select(EducationCycle)
        .outerjoin(course, col(course.cycle_id) == col(EducationCycle.id))
        .where(col(EducationCycle.id).in_(mine), col(EducationCycle.ends_on) <= until)
        .group_by(col(EducationCycle.id))
        .having(or_(done < col(EducationCycle.hours), ethics < col(EducationCycle.ethics_hours)))
    )
    for row in tx.db.scalars(asked):
        what = f"Continuing education for {state_name(row.jurisdiction)}"
        yield _Found(Ending.EDUCATION, row.locator, row.producer_id, what, (row.jurisdiction,), row.ends_on)


def _covers(tx: Tx, until: date) -> Iterator[_Found]:
    """The cover of each producer that lasts longest: one that was followed by another is of no concern."""
    later = aliased(ProducerCover)
    followed = exists().where(
        col(later.producer_id) == col(ProducerCover.producer_id),
        or_(
            col(later.expires_on) > col(ProducerCover.expires_on),
            and_(col(later.expires_on) == col(ProducerCover.expires_on), col(later.id) > col(ProducerCover.id)),
        ),
    )
    asked = visible(tx.actor, ProducerCover).where(col(ProducerCover.expires_on) <= until, ~followed)
    for row in tx.db.scalars(asked):
        what = f"Errors and omissions with {row.carrier}"
        yield _Found(Ending.COVER, row.locator, row.producer_id, what, (), row.expires_on)
