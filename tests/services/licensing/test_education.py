"""Continuing education: what is required, what was completed, and what is missing by when."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.licensing import education, requirements
from portal_app.services.licensing.education import Completion, CycleTerms, standing_of
from tests.world import Agency

BEGIN = date(2025, 3, 1)


def course(hours: str = "4", on: date = date(2026, 5, 1), **given: Any) -> Completion:
    return Completion(**({"course": "Flood basics", "completed_on": on, "hours": Decimal(hours)} | given))


@pytest.fixture
def cycle(door: Door, agency: Agency) -> str:
    about = {"producer": agency.maya.locator, "jurisdiction": "RI", "begins_on": BEGIN}
    return door.run(education.open_cycle, agency.admin(), **about)


def actions(database: Database) -> list[str]:
    with database.read() as db:
        return list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


@pytest.mark.criterion("CE-01")
def test_a_cycle_is_what_is_usual_unless_something_else_is_said(door: Door, agency: Agency, cycle: str) -> None:
    found = door.run(education.one, agency.producer(), locator=cycle)
    assert found.terms == CycleTerms("RI", BEGIN, date(2027, 2, 28), Decimal(24), Decimal(3))
    more = {"ends_on": date(2026, 2, 28), "hours": Decimal("12.5"), "ethics_hours": Decimal(0)}
    about = {"producer": agency.maya.locator, "jurisdiction": "CT", "begins_on": BEGIN}
    other = door.run(education.open_cycle, agency.admin(), **about, **more)
    found = door.run(education.one, agency.producer(), locator=other)
    assert found.terms == CycleTerms("CT", BEGIN, date(2026, 2, 28), Decimal("12.5"), Decimal(0))


@pytest.mark.criterion("CE-02")
def test_who_manages_producers_changes_what_a_state_requires(
    door: Door, agency: Agency, database: Database, cycle: str
) -> None:
    listed = {each.jurisdiction: each for each in door.run(requirements.listed, agency.producer())}
    assert len(listed) == 56
    assert (listed["RI"].hours, listed["RI"].ethics_hours, listed["RI"].months, listed["RI"].version) == (24, 3, 24, 0)
    about = {"jurisdiction": "RI", "hours": Decimal(20), "ethics_hours": Decimal(2), "months": 12}
    saved = door.run(requirements.require, agency.principal(), version=0, **about)
    assert (saved.version, saved.months, saved.name) == (1, 12, "Rhode Island")
    again = door.run(requirements.require, agency.principal(), version=1, **about)
    assert again.version == 1
    with pytest.raises(Conflict):
        door.run(requirements.require, agency.admin(), version=0, **(about | {"months": 6}))
    changed = door.run(requirements.require, agency.admin(), version=1, **(about | {"months": 6}))
    assert changed.version == 2
    assert door.run(education.one, agency.admin(), locator=cycle).terms.hours == 24, "begun before"
    begun = {"producer": agency.daniel.locator, "jurisdiction": "RI", "begins_on": BEGIN}
    new = door.run(education.open_cycle, agency.admin(), **begun)
    found = door.run(education.one, agency.admin(), locator=new).terms
    assert (found.hours, found.ends_on) == (20, date(2025, 8, 31))
    with database.read() as db:
        asked = select(AuditEvent.detail).where(AuditEvent.action == "education.required").order_by(AuditEvent.id)
        first, second = db.scalars(asked)
    assert first["before"] == {"hours": "24.00", "ethics_hours": "3.00", "months": "24"}
    assert second["after"]["months"] == "6"


@pytest.mark.criterion("CE-02")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"jurisdiction": "ZZ"}, "jurisdiction"),
        ({"months": 0}, "months"),
        ({"hours": Decimal(2)}, "ethics_hours"),
        ({"hours": Decimal("24.125")}, "hours"),
        ({"hours": Decimal(-1)}, "hours"),
        ({"hours": Decimal("NaN")}, "hours"),
    ],
)
def test_what_no_state_requires_is_refused(given: dict[str, Any], field: str, door: Door, agency: Agency) -> None:
    about = {"jurisdiction": "RI", "version": 0, "hours": Decimal(24), "ethics_hours": Decimal(3), "months": 24}
    with pytest.raises(Invalid) as refused:
        door.run(requirements.require, agency.admin(), **(about | given))
    assert list(refused.value.problems) == [field]


@pytest.mark.criterion("CE-03")
def test_standing_says_how_many_hours_are_missing_by_when(door: Door, agency: Agency, cycle: str) -> None:
    admin = agency.admin()
    for completion in (course("10"), course("1.5", course="Ethics I", ethics=True, evidence="Certificate 12")):
        door.run(education.complete, admin, locator=cycle, completion=completion)
    found = door.run(education.one, agency.producer(), locator=cycle)
    standing = found.standing
    assert (standing.completed, standing.ethics_completed) == (Decimal("11.50"), Decimal("1.50"))
    assert (standing.missing, standing.ethics_missing) == (Decimal("12.50"), Decimal("1.50"))
    assert (standing.by, standing.fulfilled, standing.overdue) == (date(2027, 2, 28), False, False)
    assert [each.evidence for each in found.completions] == ["", "Certificate 12"]
    door.run(education.complete, admin, locator=cycle, completion=course("30", course="Long"))
    standing = door.run(education.one, admin, locator=cycle).standing
    assert (standing.missing, standing.ethics_missing, standing.fulfilled) == (Decimal("1.50"), Decimal("1.50"), False)
    door.run(education.complete, admin, locator=cycle, completion=course("1.5", course="Ethics II", ethics=True))
    standing = door.run(education.one, admin, locator=cycle).standing
    assert (standing.missing, standing.fulfilled) == (0, True)


hours = st.integers(0, 4000).map(lambda number: Decimal(number).scaleb(-2))


@pytest.mark.criterion("CE-03")
@given(hours, hours, st.lists(st.tuples(hours, st.booleans()), max_size=6), st.integers(-2, 2))
def test_what_is_missing_is_what_completes_the_cycle(
    required: Decimal, ethics: Decimal, done: list[tuple[Decimal, bool]], late: int
) -> None:
    terms = CycleTerms("RI", BEGIN, BEGIN + timedelta(days=30), max(required, ethics), min(required, ethics))
    today = terms.ends_on + timedelta(days=late)
    courses = [course(str(number), ethics=of_ethics) for number, of_ethics in done]
    standing = standing_of(terms, courses, today)
    assert standing.fulfilled is not bool(standing.missing)
    assert standing.overdue is (not standing.fulfilled and late > 0)
    assert 0 <= standing.ethics_missing <= standing.missing
    others = standing.missing - standing.ethics_missing
    more = [course(str(standing.ethics_missing), ethics=True), course(str(others))]
    assert standing_of(terms, [*courses, *more], today).fulfilled
    if standing.missing:
        short = max(standing.ethics_missing - Decimal("0.01"), Decimal(0))
        less = max(others - (Decimal("0.01") if short == standing.ethics_missing else 0), Decimal(0))
        almost = [course(str(short), ethics=True), course(str(less))]
        assert not standing_of(terms, [*courses, *almost], today).fulfilled


@pytest.mark.criterion("CE-04")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"on": date(2025, 2, 28)}, "completed_on"),
        ({"on": date(2026, 11, 21)}, "completed_on"),
        ({"on": date(2027, 3, 1)}, "completed_on"),
        ({"hours": "0"}, "hours"),
        ({"hours": "1.005"}, "hours"),
        ({"course": " "}, "course"),
        ({"evidence": "e" * 501}, "evidence"),
    ],
)
def test_a_course_that_cannot_count_is_refused(
    given: dict[str, Any], field: str, door: Door, agency: Agency, cycle: str
) -> None:
    with pytest.raises(Invalid) as refused:
        door.run(education.complete, agency.admin(), locator=cycle, completion=course(**given))
    assert list(refused.value.problems) == [field]
    assert door.run(education.one, agency.admin(), locator=cycle).completions == ()


@pytest.mark.criterion("CE-04")
def test_a_course_counts_once_and_can_be_taken_away(door: Door, agency: Agency, database: Database, cycle: str) -> None:
    admin = agency.admin()
    first = door.run(education.complete, admin, locator=cycle, completion=course())
    with pytest.raises(Conflict, match="already"):
        door.run(education.complete, admin, locator=cycle, completion=course("2", course=" Flood basics "))
    door.run(education.complete, admin, locator=cycle, completion=course(on=date(2026, 5, 2)))
    with pytest.raises(Conflict, match="Take them away first"):
        door.run(education.remove, admin, locator=cycle, version=3)
    door.run(education.withdraw, admin, locator=cycle, completion=first)
    with pytest.raises(NotFound):
        door.run(education.withdraw, admin, locator=cycle, completion=first)
    found = door.run(education.one, admin, locator=cycle)
    assert (found.standing.completed, found.version) == (4, 4)
    assert actions(database) == [
        "education.opened",
        "education.completed",
        "education.completed",
        "education.withdrawn",
    ]


@pytest.mark.criterion("CE-05")
def test_two_cycles_never_overlap_and_a_change_keeps_the_courses_inside(door: Door, agency: Agency, cycle: str) -> None:
    admin = agency.admin()
    about = {"producer": agency.maya.locator, "jurisdiction": "RI"}
    with pytest.raises(Invalid, match="overlaps"):
        door.run(education.open_cycle, admin, **about, begins_on=date(2027, 2, 28))
    door.run(education.open_cycle, admin, **about, begins_on=date(2027, 3, 1))
    with pytest.raises(Invalid, match="overlaps"):
        door.run(education.change, admin, locator=cycle, version=1, given={"ends_on": date(2027, 3, 1)})
    door.run(education.complete, admin, locator=cycle, completion=course())
    with pytest.raises(Invalid, match="outside of the cycle"):
        door.run(education.change, admin, locator=cycle, version=2, given={"ends_on": date(2026, 4, 30)})
    with pytest.raises(Invalid, match="ends before it begins"):
        door.run(education.change, admin, locator=cycle, version=2, given={"ends_on": BEGIN})
    with pytest.raises(Conflict):
        door.run(education.change, admin, locator=cycle, version=1, given={"hours": Decimal(30)})
    door.run(education.change, admin, locator=cycle, version=2, given={"hours": Decimal(30)})
    assert door.run(education.one, admin, locator=cycle).terms.hours == 30


@pytest.mark.criterion("CE-05")
def test_a_cycle_that_was_a_mistake_is_taken_away(door: Door, agency: Agency, cycle: str) -> None:
    with pytest.raises(Conflict):
        door.run(education.remove, agency.admin(), locator=cycle, version=2)
    door.run(education.remove, agency.admin(), locator=cycle, version=1)
    assert door.run(education.listed, agency.admin()).total == 0


@pytest.mark.criterion("CE-01")
def test_months_are_those_of_the_calendar() -> None:
    assert education.months_on(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert education.months_on(date(2025, 10, 31), 4) == date(2026, 2, 28)
    assert education.months_on(date(2025, 12, 1), 1) == date(2026, 1, 1)
