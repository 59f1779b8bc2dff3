"""`/appointments`: the appointments of producers by carriers."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response

from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.credentials import Codes, Day, Locators, Names, States, Text
from portal_app.services.access import Actor
from portal_app.services.door import the_door
from portal_app.services.licensing import appointments
from portal_app.services.licensing.terms import AppointmentTerms

router = APIRouter(prefix="/appointments", tags=["licensing"], responses=problems.OF_A_ROLE)
DONE = problems.MISSING | problems.AGAINST_IT


class AppointmentSaid(credentials.Sent):
    """What an appointment says; `carrier` and `licenses` are locators. A draft may lack anything and contradict
    itself."""

    appointment_number: Text = ""
    carrier: parameters.LocatorOrEmpty = ""
    jurisdictions: States = []
    lines: Names = []
    products: Names = []
    producer_codes: Codes = []
    licenses: Locators = []
    effective_date: Day | None = None
    termination_date: Day | None = None
    reason: Text = ""
    just_in_time: credentials.Truth = False


class NewAppointment(AppointmentSaid):
    producer: credentials.Producer


class ChangedAppointment(AppointmentSaid):
    """What is to be otherwise; what is not named stays. `version` is the one that was looked at."""

    version: credentials.Version


class Appointment(credentials.Credential):
    """An appointment. From `terminationDate` on it is in force no more; `products` empty means all that its lines of
    authority cover."""

    appointment_number: str
    carrier: str
    carrier_name: str
    naic: str
    jurisdictions: list[str]
    lines: list[str]
    products: list[str]
    producer_codes: list[str]
    licenses: list[str]
    effective_date: date | None
    termination_date: date | None
    reason: str
    just_in_time: bool

    @classmethod
    def of(cls, answer: appointments.Appointment) -> Self:
        return cls.model_validate(credentials.said_of("producerAppointment", answer))


class Appointments(shapes.Listed[Appointment]):
    pass


@router.get("", dependencies=parameters.GIVEN_ONCE, responses=problems.MISSING)
async def list_appointments(caller: Caller, asked: Annotated[credentials.AskedOfProducer, Query()]) -> Appointments:
    """The appointments of producers whom one may see, in the order in which they were written down."""
    found = await the_door().act(appointments.listed, caller, **asked.model_dump())
    return Appointments.page([Appointment.of(row) for row in found.rows], found.total, asked.offset)


@router.post("", status_code=201, responses=problems.WRITTEN | problems.MISSING)
async def create_appointment(caller: Caller, sent: NewAppointment, answer: Response) -> Appointment:
    """Write an appointment down as a draft."""
    terms = AppointmentTerms(**sent.given("producer"))
    locator = await the_door().act(appointments.create, caller, producer=sent.producer, terms=terms)
    answer.headers["Location"] = f"/api/v1/appointments/{locator}"
    return await _now(caller, locator)


@router.get("/{locator}", responses=problems.MISSING)
async def get_appointment(caller: Caller, locator: parameters.Locator) -> Appointment:
    """One appointment."""
    return await _now(caller, locator)


@router.patch("/{locator}", responses=problems.WRITTEN | DONE)
async def change_appointment(caller: Caller, locator: parameters.Locator, sent: ChangedAppointment) -> Appointment:
    """Set what is named and leave the rest. One that is validated is validated again."""
    given = sent.given("version")
    await the_door().act(appointments.change, caller, locator=locator, version=sent.version, given=given)
    return await _now(caller, locator)


@router.put("/{locator}", responses=problems.WRITTEN | DONE)
async def replace_appointment(caller: Caller, locator: parameters.Locator, sent: ChangedAppointment) -> Appointment:
    """Have it say this and nothing else. One that is validated is validated again."""
    terms = AppointmentTerms(**sent.given("version"))
    await the_door().act(appointments.replace, caller, locator=locator, version=sent.version, terms=terms)
    return await _now(caller, locator)


@router.patch("/{locator}/validate", responses=DONE)
async def validate_appointment(caller: Caller, locator: parameters.Locator) -> Appointment:
    """Let a draft count. Where `validationResult` says that something is missing or contradicts, it stays one."""
    return Appointment.of(await the_door().act(appointments.validate, caller, locator=locator))


@router.patch("/{locator}/discard", responses=DONE)
async def discard_appointment(caller: Caller, locator: parameters.Locator) -> Appointment:
    """Let it count no more, for good."""
    await the_door().act(appointments.discard, caller, locator=locator)
    return await _now(caller, locator)


async def _now(caller: Actor, locator: str) -> Appointment:
    return Appointment.of(await the_door().act(appointments.one, caller, locator=locator))
