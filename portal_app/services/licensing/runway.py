"""What ends in the next 90, 60 or 30 days, and what has ended: licenses and their lines of authority, appointments,
continuing education that is not complete, and errors-and-omissions cover.

On it is what counts now and will stop to, or has stopped: validated licenses that the state calls active or expired,
validated appointments before their termination, cover that no other follows, the lack of cover that is required, and
cycles in which hours are missing; of producers who have not retired and were not discarded.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import SQLModel, col

from portal_app.models.enums import CredentialState, LicenseStatus
from portal_app.models.licensing import (
    CoverRequirement,
    EducationCompletion,
    EducationCycle,
    ProducerAppointment,
    ProducerCover,
    ProducerLicense,
    ProducerLicenseLine,
)
from portal_app.models.policies import Carrier
from portal_app.models.producers import Producer
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import Invalid
from portal_app.services.licensing import lines, records
from portal_app.services.licensing.jurisdictions import state_name
from portal_app.services.licensing.license_rules import NO_LONGER
from portal_app.services.scope import visible

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
    `days_left` negative where that is over. Where a producer lacks the cover that they must have, it is the producer's
    locator and there is no last day; that stands with what is over."""

    kind: Ending
    locator: str
    producer: records.Holder
    what: str
    jurisdictions: tuple[str, ...]
    ends_on: date | None
    days_left: int | None
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
    ends_on: date | None


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
            *_covers(tx, today, until),
        )
        if owner_id is None or each.producer_id == owner_id
    ]
    found.sort(key=lambda each: (each.ends_on or today, each.kind, each.locator, each.what))
    steps = [step_of(each.ends_on, today) for each in found]
    counts = {each.value: steps.count(each) for each in Within}
    asked = [each for each, step in zip(found, steps, strict=True) if within in (None, step)]
    rows = asked[offset : offset + min(count, 200)]
    return Runway(_told(tx, rows, today), len(asked), counts)


def step_of(ends_on: date | None, today: date) -> Within:
    """The nearest step that a last day within 90 days falls into; what is not there is as what is over."""
    left = -1 if ends_on is None else (ends_on - today).days
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
            days_left=(row.ends_on - today).days if row.ends_on else None,
            within=step_of(row.ends_on, today),
        )
        for row in rows
    )


def _of_those_in_use(tx: Tx, model: type[SQLModel]) -> Select[Any]:
    """The rows of producers whom the actor sees and who have not gone."""
    gone = select(col(Producer.id)).where(col(Producer.state).in_(list(NO_LONGER)))
    return visible(tx.actor, model).where(model.producer_id.not_in(gone))  # type: ignore[attr-defined]


def _where(states: Sequence[str]) -> str:
    return ", ".join(state_name(each) for each in states)


def _licenses(tx: Tx, until: date) -> Iterator[_Found]:
    over = records.begin_of(until + timedelta(days=1), tx.settings.zone)
    asked = _of_those_in_use(tx, ProducerLicense).where(COUNTS, col(ProducerLicense.expires_at) <= over)
    for row in tx.db.scalars(asked):
        ends_on = records.last_day(row.expires_at, tx.settings.zone)
        if ends_on is not None:
            what = f"License {row.number} for {_where(row.jurisdictions)}"
            yield _Found(Ending.LICENSE, row.locator, row.producer_id, what, tuple(row.jurisdictions), ends_on)


def _lines(tx: Tx, until: date) -> Iterator[_Found]:
    """Lines of authority that end before their license does."""
    mine = _of_those_in_use(tx, ProducerLicense).where(COUNTS).with_only_columns(col(ProducerLicense.id))
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
    asked = _of_those_in_use(tx, ProducerAppointment).where(
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
    mine = _of_those_in_use(tx, EducationCycle).with_only_columns(col(EducationCycle.id))
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


def _covers(tx: Tx, today: date, until: date) -> Iterator[_Found]:
    """Cover that no other follows, and the lack of what a producer must have where nothing that ended says so."""
    requirements = _of_those_in_use(tx, CoverRequirement).where(col(CoverRequirement.asked))
    asked = {each.producer_id: each for each in tx.db.scalars(requirements)}
    held: dict[int, list[ProducerCover]] = defaultdict(list)
    for row in tx.db.scalars(_of_those_in_use(tx, ProducerCover).order_by(col(ProducerCover.id))):
        held[row.producer_id].append(row)
    over: set[int] = set()
    for owner, rows in held.items():
        for row in rows:
            if row.expires_on <= until and not any(_follows(each, row, asked.get(owner), today) for each in rows):
                over |= {owner} if row.expires_on < today else set()
                what = f"Errors and omissions with {row.carrier}"
                yield _Found(Ending.COVER, row.locator, owner, what, (), row.expires_on)
    for owner in asked.keys() - over:
        if not any(
            each.effective_on <= today <= each.expires_on and _suffices(each, asked[owner]) for each in held[owner]
        ):
            locator = records.holders(tx, [owner])[owner].locator
            yield _Found(Ending.COVER, locator, owner, "No errors-and-omissions cover as is required", (), None)


def _follows(later: ProducerCover, row: ProducerCover, asked: CoverRequirement | None, today: date) -> bool:
    """Whether it lasts longer, begins before anybody is without cover, and is what has to be there or no less than what
    ends. Of cover that is over, whatever has begun since counts."""
    lasts_longer = (later.expires_on, later.id or 0) > (row.expires_on, row.id or 0)
    in_time = later.effective_on <= max(row.expires_on + timedelta(days=1), today)
    no_less = later.each_claim >= row.each_claim and later.aggregate >= row.aggregate
    return lasts_longer and in_time and (no_less or (asked is not None and _suffices(later, asked)))


def _suffices(held: ProducerCover, asked: CoverRequirement) -> bool:
    return held.each_claim >= asked.each_claim and held.aggregate >= asked.aggregate
