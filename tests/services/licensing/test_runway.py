"""What ends soon or has ended: each thing once, in the nearest step, for who may see it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from portal_app.models.enums import Grant, LicenseStatus, Role
from portal_app.models.producers import Producer
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Invalid, NotFound
from portal_app.services.licensing import cover, education, licenses, runway
from portal_app.services.licensing.education import Completion
from portal_app.services.licensing.runway import Ending, Within
from portal_app.services.licensing.terms import LineTerms
from portal_app.services.producers import lifecycle
from tests.services.licensing.conftest import Write
from tests.services.licensing.test_cover import TERMS
from tests.world import Agency, Clock, actor

TODAY = date(2026, 11, 20)
Look = Callable[..., list[tuple[str, int | None, str]]]


def end_of(day: date) -> datetime:
    """The moment at which the day is over where the agency is."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo("America/New_York"))


def away(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def look(door: Door, agency: Agency) -> Look:
    def found(actor: Actor | None = None, **given: object) -> list[tuple[str, int | None, str]]:
        rows = door.run(runway.listed, actor or agency.csr(), **given).rows
        return [(each.what, each.days_left, each.within.value) for each in rows]

    return found


@pytest.mark.criterion("LAPSE-01")
@pytest.mark.parametrize(
    ("days", "step"),
    [
        (-400, "expired"),
        (-1, "expired"),
        (0, "30"),
        (30, "30"),
        (31, "60"),
        (60, "60"),
        (61, "90"),
        (90, "90"),
        (91, ""),
    ],
)
def test_a_license_stands_in_the_nearest_step(
    days: int, step: str, agency: Agency, look: Look, license_of: Write
) -> None:
    began = datetime.combine(date(2020, 6, 1), datetime.min.time(), ZoneInfo("America/New_York"))
    license_of(agency.maya, effective_time=began, expiration_time=end_of(away(days)))
    assert look() == ([("License 3000123 for Rhode Island", days, step)] if step else [])


@pytest.mark.criterion("LAPSE-01")
def test_every_kind_is_on_it_in_the_order_of_days(
    door: Door, agency: Agency, look: Look, license_of: Write, appointment_of: Write
) -> None:
    admin = agency.admin()
    license_of(
        agency.maya,
        lines=(LineTerms("property", None, away(5)), LineTerms("casualty", None, away(80))),
        expiration_time=end_of(away(80)),
    )
    appointment_of(agency.maya, termination_date=away(41), reason="Agreement ended")
    about = {"producer": agency.maya.locator, "jurisdiction": "RI"}
    door.run(education.open_cycle, admin, **about, begins_on=away(-700), ends_on=away(-3))
    door.run(cover.add, admin, producer=agency.maya.locator, terms=TERMS)
    assert look() == [
        ("Continuing education for Rhode Island", -3, "expired"),
        ("Property on license 3000123 for Rhode Island", 5, "30"),
        ("Appointment by Granite Mutual for Rhode Island", 40, "60"),
        ("Errors and omissions with Lakeside Specialty", 41, "60"),
        ("License 3000123 for Rhode Island", 80, "90"),
    ]
    whole = door.run(runway.listed, agency.csr())
    assert whole.counts == {"expired": 1, "30": 1, "60": 2, "90": 1}
    assert {each.kind for each in whole.rows} == set(Ending)


@pytest.mark.criterion("LAPSE-02")
def test_what_counts_no_more_or_was_followed_is_not_on_it(
    door: Door, agency: Agency, look: Look, license_of: Write, appointment_of: Write
) -> None:
    admin, soon = agency.admin(), end_of(away(3))
    license_of(agency.maya, license_number="D-1", draft=True, expiration_time=soon)
    license_of(agency.maya, license_number="S-1", status=LicenseStatus.SURRENDERED, expiration_time=soon)
    gone = license_of(agency.maya, license_number="G-1", expiration_time=soon)
    door.run(licenses.discard, admin, locator=gone)
    license_of(agency.maya, license_number="E-1", expiration_time=None)
    appointment_of(agency.maya, termination_date=away(0), reason="Over")
    appointment_of(agency.maya, draft=True, termination_date=away(9), reason="Over")
    door.run(cover.add, admin, producer=agency.maya.locator, terms=TERMS)
    next_year = {"effective_on": date(2027, 1, 1), "expires_on": date(2027, 12, 31), "retroactive_on": None}
    following = door.run(cover.add, admin, producer=agency.maya.locator, terms=TERMS)
    door.run(cover.change, admin, locator=following, version=1, given=next_year)
    about = {"producer": agency.maya.locator, "jurisdiction": "RI", "hours": Decimal(2), "ethics_hours": Decimal(1)}
    cycle = door.run(education.open_cycle, admin, **about, begins_on=away(-700), ends_on=away(10))
    assert look() == [("Continuing education for Rhode Island", 10, "30")]
    one = Completion("Basics", away(-1), Decimal(2))
    door.run(education.complete, admin, locator=cycle, completion=one)
    assert look() == [("Continuing education for Rhode Island", 10, "30")], "ethics are missing"
    door.run(education.complete, admin, locator=cycle, completion=Completion("Ethics", away(-1), Decimal(1), True))
    assert look() == []


@pytest.mark.criterion("LAPSE-02")
def test_who_has_retired_is_on_it_no_more(
    door: Door, agency: Agency, look: Look, license_of: Write, appointment_of: Write
) -> None:
    license_of(agency.maya, lines=(LineTerms("property", None, away(2)),), expiration_time=end_of(away(3)))
    appointment_of(agency.maya, termination_date=away(9), reason="Over")
    about = {"producer": agency.maya.locator, "jurisdiction": "RI"}
    door.run(education.open_cycle, agency.admin(), **about, begins_on=away(-700), ends_on=away(10))
    have_cover(door, agency.maya, "A", away(-300), away(20), limit=1_000_000)
    must_have_cover(door, agency.daniel, 1_000_000)
    assert len(look()) == 6
    for each in (agency.maya, agency.daniel):
        door.run(lifecycle.retire_producer, agency.admin(), locator=each.locator)
    assert look() == []


def have_cover(door: Door, owner: Producer, carrier: str, begins: date, ends: date, *, limit: int) -> None:
    amounts = {"each_claim": Decimal(limit), "aggregate": Decimal(limit)}
    days = {"effective_on": begins, "expires_on": ends, "retroactive_on": None}
    terms = replace(TERMS, carrier=carrier, **amounts, **days)
    door.run(cover.add, actor(Role.ADMIN), producer=owner.locator, terms=terms)


def must_have_cover(door: Door, owner: Producer, limit: int) -> None:
    amounts = {"each_claim": Decimal(limit), "aggregate": Decimal(limit)}
    door.run(cover.require, actor(Role.ADMIN), producer=owner.locator, version=0, **amounts, stops_bind=True)


ENDS_SOON = ("Errors and omissions with A", 10, "30")
LACKS = ("No errors-and-omissions cover as is required", None, "expired")


@pytest.mark.criterion("LAPSE-05")
@pytest.mark.parametrize(
    ("next_begins", "limit", "required", "expected"),
    [
        (11, 1_000_000, 1_000_000, []),
        (12, 1_000_000, 1_000_000, [ENDS_SOON]),
        (11, 1, 1_000_000, [ENDS_SOON]),
        (11, 1, 0, [ENDS_SOON]),
        (11, 2_000_000, 0, []),
        (11, 1_000_000, 2_000_000, [LACKS]),
    ],
)
def test_a_cover_is_followed_by_one_that_begins_by_its_end_and_suffices(
    next_begins: int, limit: int, required: int, expected: object, door: Door, agency: Agency, look: Look
) -> None:
    have_cover(door, agency.maya, "A", away(-300), away(10), limit=1_000_000)
    have_cover(door, agency.maya, "B", away(next_begins), away(400), limit=limit)
    if required:
        must_have_cover(door, agency.maya, required)
    assert look() == expected


@pytest.mark.criterion("LAPSE-05")
def test_who_must_have_cover_and_has_none_is_on_it_until_they_have(door: Door, agency: Agency, look: Look) -> None:
    must_have_cover(door, agency.maya, 1_000_000)
    assert look() == [LACKS]
    [found] = door.run(runway.listed, agency.csr()).rows
    assert (found.locator, found.producer.name) == (agency.maya.locator, "Maya Alvarez")
    assert look(agency.other_producer()) == []
    have_cover(door, agency.maya, "A", away(-400), away(-100), limit=1_000_000)
    assert look() == [("Errors and omissions with A", -100, "expired")], "that says it already"
    have_cover(door, agency.maya, "B", away(1), away(300), limit=1_000_000)
    assert len(look()) == 1, "not yet"
    have_cover(door, agency.maya, "C", away(0), away(300), limit=1_000_000)
    assert look() == [], "a gap that is over is of no concern"


@pytest.mark.criterion("LAPSE-03")
def test_everybody_sees_what_ends_of_whom_they_see(door: Door, agency: Agency, look: Look, license_of: Write) -> None:
    for owner, number in ((agency.maya, "M"), (agency.daniel, "D"), (agency.branch, "B")):
        license_of(owner, license_number=number, expiration_time=end_of(away(3)))

    def numbers(actor: Actor, **given: object) -> str:
        return "".join(sorted(what.split()[1] for what, _, _ in look(actor, **given)))

    assert numbers(agency.producer()) == "M"
    assert numbers(agency.branch_manager()) == "B"
    assert numbers(agency.branch_manager(Grant.DOWNLINE)) == "BDM"
    for person in (agency.principal(), agency.csr(), agency.admin(), agency.read_only()):
        assert numbers(person) == "BDM"
    assert numbers(agency.admin(), producer=agency.daniel.locator) == "D"
    with pytest.raises(NotFound):
        look(agency.producer(), producer=agency.daniel.locator)


@pytest.mark.criterion("LAPSE-03")
def test_it_is_narrowed_to_a_step_and_told_page_by_page(
    door: Door, agency: Agency, look: Look, license_of: Write, clock: Clock
) -> None:
    for number in range(5):
        license_of(agency.maya, license_number=f"N-{number}", expiration_time=end_of(away(10 + 10 * number)))
    assert [days for _, days, _ in look(within=Within.DAYS_60)] == [40, 50]
    assert [days for part in (0, 2, 4) for _, days, _ in look(offset=part, count=2)] == [10, 20, 30, 40, 50]
    assert door.run(runway.listed, agency.csr(), within=Within.DAYS_30, count=1).total == 3
    with pytest.raises(Invalid):
        look(offset=-1)
    clock.forward(days=20)
    assert look(within=Within.EXPIRED) == [("License N-0 for Rhode Island", -10, "expired")]
