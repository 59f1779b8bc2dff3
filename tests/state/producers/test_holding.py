"""The forms of licenses, appointments, covers, cycles and courses, as a tab holds them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from portal_app.services.door import Door
from portal_app.services.licensing import appointments, cover, education, licenses
from portal_app.services.licensing.terms import LineTerms
from portal_app.state.producers.holding import HoldingState
from tests.services.producers.acting import ADMIN
from tests.world import Agency

Opens = Callable[..., Any]
LICENSE = {
    "license_number": "L-1", "jurisdictions": "ri, MA ri", "status": "active", "lines:casualty": "on",
    "lines:casualty:ends": "2027-03-01", "effective_time": "2026-01-01", "expiration_time": "2027-06-30",
}  # fmt: skip


def page_of(opens: Opens, agency: Agency, kind: str, locator: str = "new") -> Any:
    page = opens(HoldingState, f"/producers/{agency.maya.locator}/{kind}/{locator}", ADMIN)
    asyncio.run(page.load())
    return page


def filled(page: Any, **given: str) -> dict[str, str]:
    """The form as the browser sends it, with some of it filled in."""
    found = {"version": str(page.version)}
    for each in page.fields:
        if each.kind == "flag":
            found |= {each.name: "on"} if each.value else {}
        elif each.kind not in ("checks", "authorities"):
            found[each.name] = each.value
        for box in each.options:
            found |= {box.name: "on"} if box.checked else {}
            found |= (
                {f"{box.name}:begins": box.begins, f"{box.name}:ends": box.ends} if each.kind == "authorities" else {}
            )
    return found | given


def said(door: Door, service: Any, agency: Agency) -> Any:
    (row,) = door.run(service, ADMIN, producer=agency.maya.locator).rows
    return row


@pytest.mark.criterion("PRODPAGE-14")
def test_a_license_is_written_down_validated_and_changed(opens: Opens, agency: Agency, door: Door) -> None:
    page = page_of(opens, agency, "licenses")
    assert [each.label for each in page.fields if each.name == "producer_codes" for each in each.options] == ["HL-maya"]
    went = asyncio.run(page.save(LICENSE))
    row = said(door, licenses.listed, agency)
    assert row.locator in str(went)
    assert (row.terms.license_number, row.terms.jurisdictions) == ("L-1", ("RI", "MA"))
    assert row.terms.lines == (LineTerms("casualty", None, date(2027, 3, 1)),)
    assert row.terms.effective_time == datetime(2026, 1, 1, 5, tzinfo=UTC), "the agency's midnight"
    assert row.terms.expiration_time == datetime(2027, 7, 1, 4, tzinfo=UTC), "after its last day"

    page = page_of(opens, agency, "licenses", row.locator)
    assert {each.name: each.value for each in page.fields}["expiration_time"] == "2027-06-30"
    asyncio.run(page.go("validate"))
    assert (page.state_label, page.possible) == ("Validated", ["discard"])
    asyncio.run(page.save(filled(page, **{"lines:property": "on", "resident": "on"})))
    after = said(door, licenses.listed, agency)
    assert [each.line for each in after.terms.lines] == ["property", "casualty"]
    assert (after.terms.resident, after.terms.expiration_time) == (True, row.terms.expiration_time)
    asyncio.run(page.go("discard"))
    assert page.state_label == "Validated", "nobody was asked"
    asyncio.run(page.ask_first("discard"))
    asyncio.run(page.go("discard"))
    assert (page.state_label, page.editable, page.possible) == ("Discarded", False, [])


@pytest.mark.criterion("PRODPAGE-14")
def test_what_keeps_a_license_from_counting_stands_at_its_fields(opens: Opens, agency: Agency, door: Door) -> None:
    asyncio.run(page_of(opens, agency, "licenses").save({"status": "active"}))
    page = page_of(opens, agency, "licenses", said(door, licenses.listed, agency).locator)
    asyncio.run(page.go("validate"))
    assert page.problems == {
        "license_number": "Give the license's number.",
        "jurisdictions": "Name a state.",
        "lines": "Name at least one line of authority.",
        "effective_time": "Say when the license takes effect.",
    }
    assert page.state_label == "Draft"
    again = page_of(opens, agency, "licenses", page.locator)
    assert again.problems == page.problems, "what came of it stays with the draft"
    asyncio.run(page.save(filled(page, **{"effective_time": "soon", "lines:property:ends": "2027-01-01"})))
    assert page.problems == {
        "effective_time": "Enter a date such as 2026-06-01.",
        "lines": "Property has days, but is not chosen.",
    }


@pytest.mark.criterion("PRODPAGE-14")
def test_an_appointment_names_carrier_codes_and_licenses(opens: Opens, agency: Agency, door: Door) -> None:
    asyncio.run(page_of(opens, agency, "licenses").save(LICENSE))
    license_ = said(door, licenses.listed, agency).locator
    door.run(licenses.validate, ADMIN, locator=license_)
    page = page_of(opens, agency, "appointments")
    carrier = next(one.value for each in page.fields if each.name == "carrier" for one in each.options if one.value)
    given = filled(page, carrier=carrier, appointment_number="A-1", jurisdictions="MA", effective_date="2026-02-01")
    boxes = {"lines:casualty": "on", "producer_codes:HL-maya": "on", f"licenses:{license_}": "on"}
    asyncio.run(page.save(given | boxes))
    row = said(door, appointments.listed, agency)
    assert (row.carrier_name, row.terms.lines, row.terms.producer_codes) == (
        "Granite Mutual",
        ("casualty",),
        ("HL-maya",),
    )
    assert row.terms.licenses == (license_,)
    page = page_of(opens, agency, "appointments", row.locator)
    asyncio.run(page.go("validate"))
    asyncio.run(page.save(filled(page, termination_date="2026-12-01")))
    assert page.problems == {"reason": "Say why it was terminated."}
    asyncio.run(page.save(filled(page, termination_date="2026-12-01", reason="Moved away")))
    assert said(door, appointments.listed, agency).terms.reason == "Moved away"


@pytest.mark.criterion("PRODPAGE-14")
def test_cover_cycle_and_course_are_written_down(opens: Opens, agency: Agency, door: Door) -> None:
    page = page_of(opens, agency, "covers")
    asyncio.run(page.save(filled(page, carrier="Ledge Re", policy_number="E-1", each_claim="a lot")))
    assert page.problems == {
        "each_claim": "Enter an amount such as 1,000,000 or 2500.50.",
        "aggregate": "Fill this in.",
        "retention": "Fill this in.",
        "effective_on": "Fill this in.",
        "expires_on": "Fill this in.",
    }
    amounts = {"each_claim": "$1,000,000", "aggregate": "2000000", "retention": "2500.50"}
    days = {"effective_on": "2026-01-01", "expires_on": "2026-12-31"}
    asyncio.run(page.save(filled(page, carrier="Ledge Re", policy_number="E-1", **amounts, **days)))
    kept = said(door, cover.listed, agency)
    assert (kept.terms.each_claim, kept.terms.retention) == (Decimal(1000000), Decimal("2500.50"))

    page = page_of(opens, agency, "education")
    asyncio.run(page.save(filled(page, jurisdiction="ri", begins_on="2026-01-01")))
    cycle = said(door, education.listed, agency)
    assert (cycle.terms.ends_on, cycle.terms.hours) == (date(2027, 12, 31), Decimal(24))
    course = page_of(opens, agency, "courses", cycle.locator)
    asyncio.run(course.save(filled(course, course="Ethics I", completed_on="2030-01-01", hours="1.5", ethics="on")))
    assert "lies outside of the cycle" in course.problems["completed_on"]
    asyncio.run(course.save(filled(course, course="Ethics I", completed_on="2026-03-01", hours="1.5", ethics="on")))
    assert said(door, education.listed, agency).standing.ethics_completed == Decimal("1.5")

    page = page_of(opens, agency, "covers", kept.locator)
    asyncio.run(page.ask_first("remove"))
    asyncio.run(page.go("remove"))
    assert door.run(cover.listed, ADMIN, producer=agency.maya.locator).total == 0


@pytest.mark.criterion("PRODPAGE-11")
def test_an_old_form_of_a_license_is_told(opens: Opens, agency: Agency, door: Door) -> None:
    asyncio.run(page_of(opens, agency, "licenses").save(LICENSE))
    row = said(door, licenses.listed, agency)
    page = page_of(opens, agency, "licenses", row.locator)
    door.run(licenses.change, ADMIN, locator=row.locator, version=1, given={"type": "Agent"})
    asyncio.run(page.refresh())
    assert page.overtaken
    asyncio.run(page.save(filled(page, license_number="L-2")))
    assert (page.flash_kind, page.overtaken) == ("bad", True)
    assert said(door, licenses.listed, agency).terms.license_number == "L-1"


@pytest.mark.criterion("PRODPAGE-14")
def test_a_license_has_its_form_under_its_own_producer_alone(opens: Opens, agency: Agency, door: Door) -> None:
    asyncio.run(page_of(opens, agency, "licenses").save(LICENSE))
    locator = said(door, licenses.listed, agency).locator
    page = opens(HoldingState, f"/producers/{agency.daniel.locator}/licenses/{locator}", ADMIN)
    asyncio.run(page.load())
    assert (page.missing, page.loaded) == (True, False)


@pytest.mark.criterion("PRODPAGE-14")
@pytest.mark.parametrize("kind", ["nonsense", "licenses", "covers"])
def test_what_is_not_there_has_no_form(opens: Opens, agency: Agency, kind: str) -> None:
    page = page_of(opens, agency, kind, "01J00000000000000000000000")
    assert (page.missing, page.loaded) == (True, False)
    assert asyncio.run(page.save({})) is None
    assert asyncio.run(page.go("validate")) is None
