"""How many hours of continuing education a state asks for: what is usual, unless the agency wrote down otherwise."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select, update
from sqlmodel import col

from portal_app.models.licensing import EducationRequirement
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.licensing.jurisdictions import STATES
from portal_app.services.licensing.records import CHANGED_MEANWHILE

USUAL_HOURS, USUAL_ETHICS_HOURS, USUAL_MONTHS = Decimal(24), Decimal(3), 24
MOST_HOURS, MOST_MONTHS = Decimal(999), 120
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a state asks for in one cycle of so many months. `version` is 0 where nobody wrote it down and the usual
    holds."""

    jurisdiction: str
    name: str
    version: int
    hours: Decimal
    ethics_hours: Decimal
    months: int


@reads(Permission.VIEW_PRODUCERS)
def listed(tx: Tx) -> tuple[Requirement, ...]:
    """Every state with what it asks for, by name."""
    own = {each.jurisdiction: each for each in tx.db.scalars(select(EducationRequirement))}
    return tuple(_told(state, own.get(state)) for state in sorted(STATES, key=STATES.__getitem__))


@writes(Permission.MANAGE_PRODUCERS)
def require(
    tx: Tx, *, jurisdiction: str, version: int, hours: Decimal, ethics_hours: Decimal, months: int
) -> Requirement:
    """Write down what a state asks for. It holds for cycles that are opened from now on. `version` is the one that was
    looked at. Raises Invalid, or Conflict where it was changed in the meantime."""
    problems = problems_of_hours(hours, ethics_hours)
    if jurisdiction not in STATES:
        problems["jurisdiction"] = "This is no state: two letters such as RI are expected."
    if not 1 <= months <= MOST_MONTHS:
        problems["months"] = f"Enter a whole number from 1 to {MOST_MONTHS}."
    if problems:
        raise Invalid(problems)
    before = of(tx, jurisdiction)
    if before.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    said = {"hours": hours, "ethics_hours": ethics_hours, "months": months}
    if all(getattr(before, name) == value for name, value in said.items()):
        return before
    if version:
        _write(tx, jurisdiction, version, hours, ethics_hours, months)
    else:
        row = EducationRequirement(jurisdiction=jurisdiction, hours=hours, ethics_hours=ethics_hours, months=months)
        tx.db.add(row)
    after = Requirement(jurisdiction, before.name, version + 1, hours, ethics_hours, months)
    detail = {"before": _plain(before), "after": _plain(after)}
    audit.record(tx, "education.required", subject_kind="education", subject=jurisdiction, detail=detail)
    return after


def of(tx: Tx, jurisdiction: str) -> Requirement:
    """What the state asks for."""
    return _told(jurisdiction, tx.db.get(EducationRequirement, jurisdiction))


def problems_of_hours(hours: Decimal, ethics_hours: Decimal) -> dict[str, str]:
    """What is no number of hours, or more of ethics than in all."""
    given = {"hours": hours, "ethics_hours": ethics_hours}
    problems = {name: sentence for name, value in given.items() if (sentence := problem_of(value))}
    if not problems and ethics_hours > hours:
        problems["ethics_hours"] = "There are more hours of ethics than hours in all."
    return problems


def problem_of(hours: Decimal) -> str:
    """A sentence where this is no number of hours, or nothing."""
    fits = hours.is_finite() and 0 <= hours <= MOST_HOURS and hours == hours.quantize(CENT)
    return "" if fits else f"Enter hours from 0 to {MOST_HOURS}, with at most two decimals."


def _write(tx: Tx, jurisdiction: str, version: int, hours: Decimal, ethics_hours: Decimal, months: int) -> None:
    same = (col(EducationRequirement.jurisdiction) == jurisdiction, col(EducationRequirement.version) == version)
    values = {"version": version + 1, "hours": hours, "ethics_hours": ethics_hours, "months": months}
    written = update(EducationRequirement).where(*same).values(**values)
    if not tx.db.execute(written.returning(col(EducationRequirement.jurisdiction))).all():
        raise Conflict(CHANGED_MEANWHILE)


def _told(state: str, own: EducationRequirement | None) -> Requirement:
    name = STATES.get(state, state)
    if own is None:
        return Requirement(state, name, 0, USUAL_HOURS, USUAL_ETHICS_HOURS, USUAL_MONTHS)
    return Requirement(state, name, own.version, own.hours, own.ethics_hours, own.months)


def _plain(requirement: Requirement) -> dict[str, str]:
    return {
        "hours": f"{requirement.hours:.2f}",
        "ethics_hours": f"{requirement.ethics_hours:.2f}",
        "months": str(requirement.months),
    }
