"""Continuing education of producers: cycles, what was completed in them, and what is missing by when."""

import calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import col

from portal_app.models.licensing import EducationCompletion, EducationCycle
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.licensing import records, requirements
from portal_app.services.licensing.jurisdictions import STATES
from portal_app.services.scope import visible

LONGEST = {"course": 200, "evidence": 500}
MOST_COMPLETIONS = 200


@dataclass(frozen=True, slots=True)
class CycleTerms:
    """`ends_on` is the last day; `hours` are those required, `ethics_hours` of them of ethics."""

    jurisdiction: str
    begins_on: date
    ends_on: date
    hours: Decimal
    ethics_hours: Decimal


@dataclass(frozen=True, slots=True)
class Completion:
    """A course of so many hours; where the proof is stands in `evidence`."""

    course: str
    completed_on: date
    hours: Decimal
    ethics: bool = False
    evidence: str = ""
    locator: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Hours that were completed and that are missing; hours of ethics count among all. `by` is the last day for
    them."""

    completed: Decimal
    ethics_completed: Decimal
    missing: Decimal
    ethics_missing: Decimal
    by: date
    fulfilled: bool
    overdue: bool


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle of a producer. `version` is what a change is made on top of, and grows with each completion too."""

    locator: str
    version: int
    producer: records.Holder
    terms: CycleTerms
    completions: tuple[Completion, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Cycles:
    """A page of cycles in the order in which they were written down, and how many there are."""

    rows: tuple[Cycle, ...]
    total: int


@reads(Permission.VIEW_PRODUCERS)
def listed(tx: Tx, *, producer: str = "", offset: int = 0, count: int = 50) -> Cycles:
    """The cycles that the actor may see, of one producer where a locator is given. Raises NotFound for a producer that
    is not theirs to see."""
    rows, total = records.page_of(tx, EducationCycle, producer=producer, offset=offset, count=count)
    return Cycles(tuple(_told(tx, rows)), total)


@reads(Permission.VIEW_PRODUCERS)
def one(tx: Tx, *, locator: str) -> Cycle:
    """One cycle with its completions. Raises NotFound."""
    return _told(tx, [records.one_of(tx, EducationCycle, locator)])[0]


@writes(Permission.MANAGE_PRODUCERS)
def open_cycle(
    tx: Tx,
    *,
    producer: str,
    jurisdiction: str,
    begins_on: date,
    ends_on: date | None = None,
    hours: Decimal | None = None,
    ethics_hours: Decimal | None = None,
) -> str:
    """Begin a cycle; what is left out is as the state requires. Returns its locator. Raises NotFound for a producer
    that there is not, Invalid also where another cycle of theirs for this state overlaps."""
    owner = records.held_by_id(tx, records.producer_of(tx, producer).id or 0)
    asked = requirements.of(tx, jurisdiction)
    if problems := records.problems_of_days({"begins_on": begins_on}):
        raise Invalid(problems)
    terms = CycleTerms(
        jurisdiction,
        begins_on,
        ends_on or months_on(begins_on, asked.months) - timedelta(days=1),
        asked.hours if hours is None else hours,
        asked.ethics_hours if ethics_hours is None else ethics_hours,
    )
    _check(tx, owner.id or 0, terms)
    cycle = EducationCycle(producer_id=owner.id or 0, created_at=tx.now, **asdict(terms))
    tx.db.add(cycle)
    tx.db.flush()
    detail = {"producer": owner.locator, "after": records.plain(terms)}
    audit.record(tx, "education.opened", subject_kind="education", subject=cycle.locator, detail=detail)
    return cycle.locator


@writes(Permission.MANAGE_PRODUCERS)
def change(tx: Tx, *, locator: str, version: int, given: Mapping[str, Any]) -> None:
    """Set the terms that are given and leave the rest. `version` is the one that was looked at. Raises NotFound,
    Conflict where it was changed in the meantime, Invalid also where a completion would lie outside."""
    cycle = _held(tx, locator)
    before = _terms(cycle)
    terms = replace(before, **given)
    _check(tx, cycle.producer_id, terms, own_id=cycle.id)
    days = [each.completed_on for each in _completions(tx, [cycle])[cycle.id or 0]]
    if days and not (terms.begins_on <= min(days) and max(days) <= terms.ends_on):
        raise Invalid({"ends_on": "A course that was completed would lie outside of the cycle."})
    if terms == before and cycle.version == version:
        return
    _write(tx, cycle, version, asdict(terms))
    detail = records.differences(before, terms)
    audit.record(tx, "education.changed", subject_kind="education", subject=cycle.locator, detail=detail)


@writes(Permission.MANAGE_PRODUCERS)
def remove(tx: Tx, *, locator: str, version: int) -> None:
    """Take away a cycle that was written down by mistake. Raises NotFound, Conflict where courses were completed in it
    or it was changed in the meantime."""
    cycle = _held(tx, locator)
    if cycle.version != version:
        raise Conflict(records.CHANGED_MEANWHILE)
    if _completions(tx, [cycle])[cycle.id or 0]:
        raise Conflict("Courses were completed in this cycle. Take them away first.")
    detail = {"before": records.plain(_terms(cycle))}
    audit.record(tx, "education.removed", subject_kind="education", subject=cycle.locator, detail=detail)
    tx.db.delete(cycle)


@writes(Permission.MANAGE_PRODUCERS)
def complete(tx: Tx, *, locator: str, completion: Completion) -> str:
    """Write down a course that was completed in the cycle. Returns the completion's locator. Raises NotFound, Invalid
    for a day outside of the cycle or to come, Conflict for a course that is there already."""
    cycle = _held(tx, locator)
    completion = _checked(tx, cycle, completion)
    there = _completions(tx, [cycle])[cycle.id or 0]
    if any((each.course, each.completed_on) == (completion.course, completion.completed_on) for each in there):
        raise Conflict("This course is written down for that day already.")
    if len(there) >= MOST_COMPLETIONS:
        raise Conflict(f"A cycle holds at most {MOST_COMPLETIONS} courses.")
    said = {name: value for name, value in asdict(completion).items() if name != "locator"}
    row = EducationCompletion(cycle_id=cycle.id or 0, created_at=tx.now, **said)
    tx.db.add(row)
    _write(tx, cycle, cycle.version, {})
    detail = {"course": row.locator, "after": records.plain(completion)}
    audit.record(tx, "education.completed", subject_kind="education", subject=cycle.locator, detail=detail)
    return row.locator


@writes(Permission.MANAGE_PRODUCERS)
def withdraw(tx: Tx, *, locator: str, completion: str) -> None:
    """Take away a completion that was written down by mistake. Raises NotFound."""
    cycle = _held(tx, locator)
    asked = visible(tx.actor, EducationCompletion).where(col(EducationCompletion.cycle_id) == cycle.id)
    row = tx.db.scalars(asked.where(col(EducationCompletion.locator) == completion)).first()
    if row is None:
        raise NotFound
    tx.db.delete(row)
    _write(tx, cycle, cycle.version, {})
    detail = {"course": row.locator, "before": records.plain(_completion(row))}
    audit.record(tx, "education.withdrawn", subject_kind="education", subject=cycle.locator, detail=detail)


def standing_of(terms: CycleTerms, completions: Sequence[Completion], today: date) -> Standing:
    """How it stands on that day."""
    completed = sum((each.hours for each in completions), Decimal(0))
    ethics = sum((each.hours for each in completions if each.ethics), Decimal(0))
    missing, ethics_missing = max(terms.hours - completed, Decimal(0)), max(terms.ethics_hours - ethics, Decimal(0))
    # Hours of ethics that are missing are missing hours, also where hours of other courses abound.
    fulfilled = not missing and not ethics_missing
    overdue = not fulfilled and terms.ends_on < today
    return Standing(completed, ethics, max(missing, ethics_missing), ethics_missing, terms.ends_on, fulfilled, overdue)


def months_on(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _check(tx: Tx, producer_id: int, terms: CycleTerms, own_id: int | None = None) -> None:
    problems = requirements.problems_of_hours(terms.hours, terms.ethics_hours)
    problems |= records.problems_of_days({"begins_on": terms.begins_on, "ends_on": terms.ends_on})
    if terms.jurisdiction not in STATES:
        problems["jurisdiction"] = "This is no state: two letters such as RI are expected."
    if terms.ends_on <= terms.begins_on:
        problems["ends_on"] = "The cycle ends before it begins."
    if not problems:
        overlapping = select(func.count()).where(
            col(EducationCycle.producer_id) == producer_id,
            col(EducationCycle.jurisdiction) == terms.jurisdiction,
            col(EducationCycle.begins_on) <= terms.ends_on,
            col(EducationCycle.ends_on) >= terms.begins_on,
            col(EducationCycle.id) != (own_id or 0),
        )
        if tx.db.scalar(overlapping):
            problems["begins_on"] = "Another cycle of this producer for this state overlaps."
    if problems:
        raise Invalid(problems)


def _checked(tx: Tx, cycle: EducationCycle, given: Completion) -> Completion:
    given = replace(given, course=given.course.strip(), evidence=given.evidence.strip())
    problems = records.problems_of_texts({name: getattr(given, name) for name in LONGEST}, LONGEST)
    if not given.course:
        problems["course"] = "Name the course."
    if (sentence := requirements.problem_of(given.hours)) or not given.hours:
        problems["hours"] = sentence or "Enter more than no hours."
    if not cycle.begins_on <= given.completed_on <= cycle.ends_on:
        first, last = records.told_day(cycle.begins_on), records.told_day(cycle.ends_on)
        problems["completed_on"] = f"This lies outside of the cycle, which runs from {first} to {last}."
    elif given.completed_on > records.today(tx):
        problems["completed_on"] = "This day is still to come."
    if problems:
        raise Invalid(problems)
    return given


def _held(tx: Tx, locator: str) -> EducationCycle:
    """The cycle, with its producer held so that two changes come one after the other."""
    return records.held(tx, EducationCycle, locator)[0]


def _write(tx: Tx, cycle: EducationCycle, version: int, values: Mapping[str, Any]) -> None:
    same = (col(EducationCycle.id) == cycle.id, col(EducationCycle.version) == version)
    written = update(EducationCycle).where(*same).values(version=version + 1, **values)
    if not tx.db.execute(written.returning(col(EducationCycle.id))).all():
        raise Conflict(records.CHANGED_MEANWHILE)


def _told(tx: Tx, rows: Sequence[EducationCycle]) -> list[Cycle]:
    owners = records.holders(tx, [row.producer_id for row in rows])
    completions, today = _completions(tx, rows), records.today(tx)
    return [
        Cycle(
            locator=row.locator,
            version=row.version,
            producer=owners[row.producer_id],
            terms=_terms(row),
            completions=tuple(completions[row.id or 0]),
            standing=standing_of(_terms(row), completions[row.id or 0], today),
        )
        for row in rows
    ]


def _terms(row: EducationCycle) -> CycleTerms:
    return CycleTerms(row.jurisdiction, row.begins_on, row.ends_on, row.hours, row.ethics_hours)


def _completion(row: EducationCompletion) -> Completion:
    return Completion(row.course, row.completed_on, row.hours, row.ethics, row.evidence, row.locator)


def _completions(tx: Tx, rows: Sequence[EducationCycle]) -> dict[int, list[Completion]]:
    asked = visible(tx.actor, EducationCompletion).where(
        col(EducationCompletion.cycle_id).in_([row.id for row in rows])
    )
    found: dict[int, list[Completion]] = defaultdict(list)
    for row in tx.db.scalars(asked.order_by(col(EducationCompletion.completed_on), col(EducationCompletion.id))):
        found[row.cycle_id].append(_completion(row))
    return found
