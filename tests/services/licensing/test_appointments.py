"""Appointments: by a carrier, on licenses that count, for codes of the producer and of those below."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import CredentialState
from portal_app.models.licensing import ProducerAppointment
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.licensing import appointments, licenses
from portal_app.services.licensing.terms import AppointmentTerms
from tests.services.licensing.conftest import APPOINTED, Write
from tests.world import Agency


def problems(door: Door, agency: Agency, locator: str) -> dict[str, str]:
    found = door.run(appointments.validate, agency.admin(), locator=locator)
    assert (found.state, found.validation and found.validation.success) == (CredentialState.DRAFT, False)
    assert found.validation
    return dict(found.validation.problems)


@pytest.mark.criterion("APPT-01")
def test_an_appointment_is_read_as_it_was_given_with_the_carrier(
    door: Door, agency: Agency, carrier: str, license_of: Write, appointment_of: Write
) -> None:
    resting = license_of(agency.maya)
    given: dict[str, Any] = {
        "licenses": (resting,),
        "producer_codes": ("HL-maya",),
        "products": ("homeowners",),
        "termination_date": date(2026, 12, 1),
        "reason": "Agreement ended",
        "just_in_time": True,
    }
    locator = appointment_of(agency.maya, **given)
    found = door.run(appointments.one, agency.producer(), locator=locator)
    assert found.terms == replace(APPOINTED, carrier=carrier, **given)
    assert (found.carrier_name, found.naic, found.state) == ("Granite Mutual", "99001", CredentialState.VALIDATED)


@pytest.mark.criterion("APPT-02")
def test_validation_says_everything_that_is_missing(door: Door, agency: Agency) -> None:
    locator = door.run(appointments.create, agency.admin(), producer=agency.maya.locator, terms=AppointmentTerms())
    assert problems(door, agency, locator) == {
        "appointment_number": "Give the appointment's number.",
        "carrier": "Say which carrier appoints the producer.",
        "jurisdictions": "Name a state.",
        "lines": "Name at least one line of authority.",
        "effective_date": "Say when the appointment takes effect.",
    }


@pytest.mark.criterion("APPT-02")
@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"jurisdictions": ("QQ",)}, "jurisdictions", "QQ is no state"),
        ({"lines": ("property", "life")}, "lines", "life: no such line of authority"),
        ({"products": ("boats",)}, "products", "boats: no such line of business."),
        (
            {"termination_date": date(2025, 12, 31), "reason": "x"},
            "termination_date",
            "terminated before it takes effect",
        ),
        ({"termination_date": date(2026, 12, 31)}, "reason", "Say why it was terminated."),
        ({"producer_codes": ("HL-daniel",)}, "producer_codes", "HL-daniel: a code of another producer"),
        ({"producer_codes": ("HL-branch",)}, "producer_codes", "who is not below this one"),
    ],
)
def test_validation_says_what_contradicts(
    given: dict[str, Any], field: str, sentence: str, door: Door, agency: Agency, appointment_of: Write
) -> None:
    found = problems(door, agency, appointment_of(agency.maya, draft=True, **given))
    assert list(found) == [field]
    assert sentence in found[field]


@pytest.mark.criterion("APPT-02")
def test_it_rests_on_licenses_of_its_producer_that_count(
    door: Door, agency: Agency, license_of: Write, appointment_of: Write
) -> None:
    draft, foreign = license_of(agency.maya, draft=True), license_of(agency.daniel, license_number="D-1")
    told = problems(door, agency, appointment_of(agency.maya, draft=True, licenses=(draft, foreign)))
    assert "License 3000123 is draft and not validated." in told["licenses"]
    assert "License D-1 is another producer's." in told["licenses"]
    gone = license_of(agency.maya, license_number="G-1")
    door.run(licenses.discard, agency.admin(), locator=gone)
    assert (
        "G-1 is discarded"
        in problems(door, agency, appointment_of(agency.maya, draft=True, licenses=(gone,)))["licenses"]
    )
    other = license_of(agency.maya, license_number="C-1", jurisdictions=("CT",))
    told = problems(door, agency, appointment_of(agency.maya, draft=True, licenses=(other,)))
    assert told == {"licenses": "None of the licenses that are named is for Rhode Island."}


@pytest.mark.criterion("APPT-02")
def test_one_that_is_made_just_in_time_may_lack_its_number(agency: Agency, appointment_of: Write) -> None:
    appointment_of(agency.maya, appointment_number="", just_in_time=True)


@pytest.mark.criterion("APPT-03")
def test_an_organisation_lists_codes_of_those_below_at_every_depth(agency: Agency, appointment_of: Write) -> None:
    appointment_of(agency.branch, producer_codes=("HL-branch", "HL-daniel", "HL-maya"))
    appointment_of(agency.house, producer_codes=("HL-maya",))


@pytest.mark.criterion("APPT-04")
def test_steps_and_changes_follow_the_rules_of_licenses(
    door: Door, agency: Agency, carrier: str, database: Database, appointment_of: Write
) -> None:
    locator, admin = appointment_of(agency.maya), agency.admin()
    with pytest.raises(Conflict):
        door.run(appointments.validate, admin, locator=locator)
    given = {"termination_date": date(2026, 5, 1), "reason": "Production"}
    with pytest.raises(Invalid):
        door.run(appointments.change, admin, locator=locator, version=2, given=given | {"reason": ""})
    door.run(appointments.change, admin, locator=locator, version=2, given=given)
    with pytest.raises(Conflict, match="in the meantime"):
        door.run(appointments.change, admin, locator=locator, version=2, given={"reason": "Other"})
    found = door.run(appointments.one, admin, locator=locator)
    assert found.terms == replace(APPOINTED, carrier=carrier, **given)
    door.run(appointments.replace, admin, locator=locator, version=3, terms=replace(APPOINTED, carrier=carrier))
    assert door.run(appointments.one, admin, locator=locator).terms == replace(APPOINTED, carrier=carrier)
    door.run(appointments.discard, admin, locator=locator)
    with pytest.raises(Conflict, match="This is discarded"):
        door.run(appointments.change, admin, locator=locator, version=5, given=given)
    with database.read() as db:
        asked = select(AuditEvent.action).where(AuditEvent.subject == locator).order_by(AuditEvent.id)
        assert [each.removeprefix("appointment.") for each in db.scalars(asked)] == [
            "created",
            "validated",
            "changed",
            "changed",
            "discarded",
        ]


@pytest.mark.criterion("APPT-05")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"carrier": "01J00000000000000000000000"}, "carrier"),
        ({"licenses": ("01J00000000000000000000000",)}, "licenses"),
        ({"producer_codes": ("nobody",)}, "producer_codes"),
        ({"reason": "r" * 201}, "reason"),
        ({"effective_date": date(1, 1, 1)}, "effective_date"),
        ({"lines": ("property", "property")}, "lines"),
    ],
)
def test_what_could_not_be_kept_is_refused_at_once(
    given: dict[str, Any], field: str, door: Door, agency: Agency, carrier: str
) -> None:
    terms = replace(APPOINTED, **({"carrier": carrier} | given))
    with pytest.raises(Invalid) as refused:
        door.run(appointments.create, agency.admin(), producer=agency.maya.locator, terms=terms)
    assert list(refused.value.problems) == [field]


@pytest.mark.criterion("APPT-05")
def test_the_database_itself_holds_no_validated_appointment_without_a_carrier(
    agency: Agency, database: Database, appointment_of: Write
) -> None:
    appointment_of(agency.maya)
    for values in ({"carrier_id": None}, {"terminated_on": date(2025, 1, 1)}):
        with pytest.raises(IntegrityError), database.write() as db:
            db.execute(update(ProducerAppointment).values(**values))


@pytest.mark.criterion("APPT-06")
def test_lists_are_of_one_producer_or_of_all_that_one_sees(door: Door, agency: Agency, appointment_of: Write) -> None:
    for owner in (agency.maya, agency.daniel, agency.branch):
        appointment_of(owner)
    assert door.run(appointments.listed, agency.read_only()).total == 3
    assert door.run(appointments.listed, agency.producer()).total == 1
    assert door.run(appointments.listed, agency.csr(), producer=agency.branch.locator).total == 1
    with pytest.raises(NotFound):
        door.run(appointments.listed, agency.producer(), producer=agency.branch.locator)
