"""Licenses, appointments and the rest of the cast's producers, written down through the door."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.models.enums import LineOfAuthority
from portal_app.models.policies import Carrier
from portal_app.models.producers import Producer
from portal_app.services.door import Door
from portal_app.services.licensing import appointments, licenses
from portal_app.services.licensing.terms import AppointmentTerms, LicenseTerms, LineTerms
from portal_app.services.licensing.validation import Validation
from tests.world import Agency

# Midnights of New York, where the agency is.
JANUARY = datetime(2026, 1, 1, 5, tzinfo=UTC)
NEXT_JANUARY = datetime(2027, 1, 1, 5, tzinfo=UTC)

WHOLE = LicenseTerms(
    license_number="3000123",
    type="Producer",
    jurisdictions=("RI",),
    resident=True,
    lines=(LineTerms(LineOfAuthority.PROPERTY), LineTerms(LineOfAuthority.CASUALTY)),
    original_issue_date=date(2020, 5, 4),
    effective_time=JANUARY,
    expiration_time=NEXT_JANUARY,
)
APPOINTED = AppointmentTerms(
    appointment_number="A-77",
    jurisdictions=("RI",),
    lines=(LineOfAuthority.PROPERTY, LineOfAuthority.CASUALTY),
    effective_date=date(2026, 1, 1),
)
PASSED = Validation(True)
Write = Callable[..., str]


@pytest.fixture
def carrier(door: Door, agency: Agency) -> str:
    """Granite Mutual's locator."""
    with door.database.read() as db:
        return str(db.scalars(select(Carrier.locator)).one())


@pytest.fixture
def license_of(door: Door, agency: Agency) -> Write:
    """Writes a license down and validates it, unless it is to stay a draft."""

    def write(owner: Producer, *, draft: bool = False, **given: Any) -> str:
        terms = replace(WHOLE, **given)
        locator = door.run(licenses.create, agency.admin(), producer=owner.locator, terms=terms)
        if not draft:
            assert door.run(licenses.validate, agency.admin(), locator=locator).validation == PASSED
        return locator

    return write


@pytest.fixture
def appointment_of(door: Door, agency: Agency, carrier: str) -> Write:
    """The same for an appointment by Granite Mutual."""

    def write(owner: Producer, *, draft: bool = False, **given: Any) -> str:
        terms = replace(APPOINTED, **({"carrier": carrier} | given))
        locator = door.run(appointments.create, agency.admin(), producer=owner.locator, terms=terms)
        if not draft:
            assert door.run(appointments.validate, agency.admin(), locator=locator).validation == PASSED
        return locator

    return write
