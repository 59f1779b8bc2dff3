"""Who may see and who may write licenses and the rest: everybody of the cast, their own records and others', every
service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Grant, QualificationCheck
from portal_app.models.licensing import (
    EducationCompletion,
    EducationCycle,
    ProducerAppointment,
    ProducerCover,
    ProducerLicense,
)
from portal_app.models.producers import Producer
from portal_app.services.access import ANONYMOUS, Actor
from portal_app.services.door import SERVICES, Door
from portal_app.services.errors import Forbidden, NotFound, SignInNeeded
from portal_app.services.licensing import (
    appointments,
    cover,
    education,
    importing,
    licenses,
    qualification,
    requirements,
    runway,
    waiting_file,
)
from portal_app.services.licensing.education import Completion
from portal_app.services.licensing.sheet import read
from portal_app.services.licensing.terms import AppointmentTerms, LicenseTerms
from portal_app.services.scope import BELONGS_TO_A_PRODUCER, visible
from tests.services.licensing.test_cover import TERMS
from tests.world import Agency, unenrolled

OWNERS = ("maya", "daniel", "branch", "house")
EVERYBODY = set(OWNERS)
PEOPLE: dict[str, tuple[Callable[[Agency], Actor], set[str], bool]] = {
    "principal": (lambda agency: agency.principal(), EVERYBODY, True),
    "admin": (lambda agency: agency.admin(), EVERYBODY, True),
    "csr": (lambda agency: agency.csr(*Grant), EVERYBODY, False),
    "read-only": (lambda agency: agency.read_only(), EVERYBODY, False),
    "producer": (lambda agency: agency.producer(), {"maya"}, False),
    "other producer": (lambda agency: agency.other_producer(), {"daniel"}, False),
    "branch": (lambda agency: agency.branch_manager(), {"branch"}, False),
    "branch with its downline": (
        lambda agency: agency.branch_manager(Grant.DOWNLINE),
        {"branch", "maya", "daniel"},
        False,
    ),
    "half signed in": (lambda agency: unenrolled(agency.principal()), set(), False),
    "stranger": (lambda _: ANONYMOUS, set(), False),
}
"""Each of the cast: whose records they see, and whether they write."""


@dataclass
class Records:
    """What is written down of one producer."""

    producer: str
    license: str
    appointment: str
    cycle: str
    completion: str
    cover: str


@pytest.fixture
def written(door: Door, agency: Agency) -> dict[str, Records]:
    admin, found = agency.admin(), {}
    for name in OWNERS:
        owner = getattr(agency, name).locator
        cycle = door.run(education.open_cycle, admin, producer=owner, jurisdiction="RI", begins_on=date(2026, 1, 1))
        course = Completion("Flood basics", date(2026, 5, 1), Decimal(4))
        limits = {"each_claim": Decimal(1), "aggregate": Decimal(1), "stops_bind": True}
        door.run(cover.require, admin, producer=owner, version=0, **limits)
        found[name] = Records(
            producer=owner,
            license=door.run(licenses.create, admin, producer=owner, terms=LicenseTerms()),
            appointment=door.run(appointments.create, admin, producer=owner, terms=AppointmentTerms()),
            cycle=cycle,
            completion=door.run(education.complete, admin, locator=cycle, completion=course),
            cover=door.run(cover.add, admin, producer=owner, terms=TERMS),
        )
    return found


Ask = tuple[Callable[..., Any], Callable[[Records], dict[str, Any]]]
LOOK = {"line": "homeowners", "state": "RI", "check": QualificationCheck.LICENSE}
LIMITS = {"each_claim": Decimal(2), "aggregate": Decimal(2), "stops_bind": False}
READS: list[Ask] = [
    (licenses.one, lambda of: {"locator": of.license}),
    (licenses.listed, lambda of: {"producer": of.producer}),
    (appointments.one, lambda of: {"locator": of.appointment}),
    (appointments.listed, lambda of: {"producer": of.producer}),
    (education.one, lambda of: {"locator": of.cycle}),
    (education.listed, lambda of: {"producer": of.producer}),
    (cover.one, lambda of: {"locator": of.cover}),
    (cover.listed, lambda of: {"producer": of.producer}),
    (cover.required, lambda of: {"producer": of.producer}),
    (cover.ask, lambda of: {"producer": of.producer}),
    (qualification.ask, lambda of: {"producer": of.producer, **LOOK}),
    (runway.listed, lambda of: {"producer": of.producer}),
]
WRITES: list[Ask] = [
    (licenses.create, lambda of: {"producer": of.producer, "terms": LicenseTerms()}),
    (licenses.change, lambda of: {"locator": of.license, "version": 1, "given": {"type": "x"}}),
    (licenses.replace, lambda of: {"locator": of.license, "version": 1, "terms": LicenseTerms(type="y")}),
    (licenses.discard, lambda of: {"locator": of.license}),
    (appointments.create, lambda of: {"producer": of.producer, "terms": AppointmentTerms()}),
    (appointments.change, lambda of: {"locator": of.appointment, "version": 1, "given": {"reason": "x"}}),
    (appointments.replace, lambda of: {"locator": of.appointment, "version": 1, "terms": AppointmentTerms(reason="y")}),
    (appointments.discard, lambda of: {"locator": of.appointment}),
    (
        education.open_cycle,
        lambda of: {"producer": of.producer, "jurisdiction": "CT", "begins_on": date(2026, 1, 1)},
    ),
    (education.change, lambda of: {"locator": of.cycle, "version": 2, "given": {"hours": Decimal(20)}}),
    (
        education.complete,
        lambda of: {"locator": of.cycle, "completion": Completion("More", date(2026, 5, 2), Decimal(1))},
    ),
    (education.withdraw, lambda of: {"locator": of.cycle, "completion": of.completion}),
    (cover.add, lambda of: {"producer": of.producer, "terms": TERMS}),
    (cover.change, lambda of: {"locator": of.cover, "version": 1, "given": {"carrier": "Other"}}),
    (cover.remove, lambda of: {"locator": of.cover, "version": 1}),
    (cover.require, lambda of: {"producer": of.producer, "version": 1, **LIMITS}),
    (cover.release, lambda of: {"producer": of.producer, "version": 2}),
]
# What needs a record of another make, or is of no producer: asked below.
OTHERWISE = {
    licenses.validate,
    appointments.validate,
    education.remove,
    requirements.listed,
    requirements.require,
    importing.preview,
    importing.apply,
    # A file that waits is its sender's alone: tests/state/producers/test_license_file.py.
    waiting_file.keep,
    waiting_file.held,
    waiting_file.drop,
    waiting_file.forget_old,
}


@pytest.mark.criterion("LIC-40")
def test_every_service_is_asked() -> None:
    asked = {service for service, _ in (*READS, *WRITES)} | OTHERWISE
    there = {service for service, said in SERVICES.items() if said.name.startswith("licensing.")}
    assert asked == there


def answered(door: Door, person: Actor, service: Callable[..., Any], given: dict[str, Any]) -> str:
    try:
        door.run(service, person, **given)
    except (Forbidden, NotFound, SignInNeeded) as refused:
        return type(refused).__name__
    return "done"


@pytest.mark.criterion("LIC-40")
@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_reads_what_is_of_whom_they_see(
    name: str, door: Door, agency: Agency, written: dict[str, Records]
) -> None:
    make, sees, _ = PEOPLE[name]
    person = make(agency)
    for owner, of in written.items():
        for service, given in READS:
            expected = "done" if owner in sees else "NotFound" if sees else "SignInNeeded"
            assert answered(door, person, service, given(of)) == expected, (owner, service.__module__, service.__name__)


@pytest.mark.criterion("LIC-40")
@pytest.mark.parametrize("name", PEOPLE)
def test_who_manages_producers_writes_and_nobody_else(
    name: str, door: Door, agency: Agency, written: dict[str, Records], database: Database
) -> None:
    make, sees, writes = PEOPLE[name]
    person = make(agency)
    before = events(database)
    expected = "done" if writes else "Forbidden" if sees else "SignInNeeded"
    for owner, of in written.items():
        for service, given in WRITES:
            told = given(of)
            if "version" in told:
                told["version"] = version_now(database, service, of, told["version"])
            assert answered(door, person, service, told) == expected, (owner, service.__module__, service.__name__)
    assert len(events(database)) - len(before) == (len(WRITES) * len(OWNERS) if writes else 0)


def version_now(database: Database, service: Callable[..., Any], of: Records, first: int) -> int:
    """What earlier services of the list made of the record's version."""
    kinds: dict[str, tuple[Any, str]] = {
        "licenses": (ProducerLicense, of.license),
        "appointments": (ProducerAppointment, of.appointment),
        "education": (EducationCycle, of.cycle),
        "cover": (ProducerCover, of.cover),
    }
    if service in (cover.require, cover.release):
        return first
    model, locator = kinds[service.__module__.rsplit(".", 1)[1]]
    with database.read() as db:
        return int(db.scalars(select(model.version).where(model.locator == locator)).one())


def events(database: Database) -> list[str]:
    with database.read() as db:
        return list(db.scalars(select(AuditEvent.action)))


@pytest.mark.criterion("LIC-40")
@pytest.mark.parametrize("name", PEOPLE)
def test_what_is_of_no_producer_keeps_the_permissions_too(
    name: str, door: Door, agency: Agency, carrier: str, license_of: Any, appointment_of: Any
) -> None:
    make, sees, writes = PEOPLE[name]
    person = make(agency)
    may = "done" if writes else "Forbidden" if sees else "SignInNeeded"
    assert answered(door, person, requirements.listed, {}) == ("done" if sees else "SignInNeeded")
    asked = {"jurisdiction": "RI", "version": 0, "hours": Decimal(20), "ethics_hours": Decimal(2), "months": 12}
    assert answered(door, person, requirements.require, asked) == may
    sheet = read(b"NPN,State,License Number,Status,LOA\n")
    assert answered(door, person, importing.preview, {"sheet": sheet}) == may
    looked = door.run(importing.preview, agency.admin(), sheet=sheet)
    assert answered(door, person, importing.apply, {"sheet": sheet, "fingerprint": looked.fingerprint}) == may
    assert answered(door, person, licenses.validate, {"locator": license_of(agency.maya, draft=True)}) == may
    assert answered(door, person, appointments.validate, {"locator": appointment_of(agency.maya, draft=True)}) == may
    begun = {"producer": agency.maya.locator, "jurisdiction": "RI", "begins_on": date(2026, 1, 1)}
    cycle = door.run(education.open_cycle, agency.admin(), **begun)
    assert answered(door, person, education.remove, {"locator": cycle, "version": 1}) == may


@pytest.mark.criterion("LIC-41")
@pytest.mark.parametrize("name", PEOPLE)
def test_rows_are_those_of_the_producers_whom_one_sees(
    name: str, agency: Agency, database: Database, written: dict[str, Records]
) -> None:
    make, sees, _ = PEOPLE[name]
    person = make(agency)
    with database.read() as db:
        ids = {getattr(agency, owner).id for owner in sees}
        assert {each.id for each in db.scalars(visible(person, Producer))} == ids
        for model in BELONGS_TO_A_PRODUCER:
            assert {each.producer_id for each in db.scalars(visible(person, model))} == ids, model
        cycles = {each.id for each in db.scalars(visible(person, EducationCycle))}
        assert {each.cycle_id for each in db.scalars(visible(person, EducationCompletion))} == cycles


@pytest.mark.criterion("LIC-41")
def test_somebody_elses_record_and_a_missing_one_answer_alike(
    door: Door, agency: Agency, written: dict[str, Records]
) -> None:
    sentences = set()
    for locator in (written["daniel"].license, "01J00000000000000000000000", "x' OR 1=1"):
        with pytest.raises(NotFound) as refused:
            door.run(licenses.one, agency.producer(), locator=locator)
        sentences.add(refused.value.sentence)
    assert len(sentences) == 1
