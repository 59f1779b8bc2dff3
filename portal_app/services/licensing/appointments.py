"""Appointments of producers by carriers: written down, changed, validated and discarded by who manages producers."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from portal_app.models.enums import CredentialState
from portal_app.models.licensing import ProducerAppointment
from portal_app.models.producers import Producer
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Invalid
from portal_app.services.licensing import appointment_rows, appointment_rules, records, states, validation
from portal_app.services.licensing.terms import AppointmentTerms
from portal_app.services.licensing.validation import Validation
from portal_app.services.webhooks import events

EVENT = "producers.producerappointment"


@dataclasses.dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment with its holder; the carrier's name and NAIC code are empty where none is named. `version` is what
    a change is made on top of; `validation` is None before the first."""

    locator: str
    version: int
    state: CredentialState
    producer: records.Holder
    terms: AppointmentTerms
    carrier_name: str
    naic: str
    validation: Validation | None
    created_at: datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Appointments:
    """A page of appointments in the order in which they were written down, and how many there are."""

    rows: tuple[Appointment, ...]
    total: int


@reads(Permission.VIEW_PRODUCERS)
def listed(tx: Tx, *, producer: str = "", offset: int = 0, count: int = 50) -> Appointments:
    """The appointments that the actor may see, of one producer where a locator is given. Raises NotFound for a producer
    that is not theirs to see."""
    rows, total = records.page_of(tx, ProducerAppointment, producer=producer, offset=offset, count=count)
    return Appointments(tuple(_told(tx, rows)), total)


@reads(Permission.VIEW_PRODUCERS)
def one(tx: Tx, *, locator: str) -> Appointment:
    """One appointment. Raises NotFound."""
    return _told(tx, [records.one_of(tx, ProducerAppointment, locator)])[0]


@writes(Permission.MANAGE_PRODUCERS)
def create(tx: Tx, *, producer: str, terms: AppointmentTerms) -> str:
    """Write an appointment down as a draft, which may lack anything. Returns its locator. Raises NotFound for a
    producer that there is not, Invalid for what could not be kept."""
    owner = records.producer_of(tx, producer)
    terms = appointment_rules.shaped(terms)
    row = appointment_rows.add(tx, owner.id or 0, terms)
    detail = {"producer": owner.locator, "after": records.plain(terms)}
    audit.record(tx, "appointment.created", subject_kind="appointment", subject=row.locator, detail=detail)
    _tell(tx, row, owner, "create")
    return row.locator


@writes(Permission.MANAGE_PRODUCERS)
def change(tx: Tx, *, locator: str, version: int, given: Mapping[str, Any]) -> None:
    """Set the terms that are given and leave the rest. `version` is the one that was looked at. An appointment that is
    validated is validated again.

    Raises NotFound, Conflict where it was changed in the meantime or is discarded, Invalid with what is wrong.
    """
    row, owner = records.held(tx, ProducerAppointment, locator)
    before = appointment_rows.terms_of(tx, [row])[row.id or 0]
    _alter(tx, row, owner, version, dataclasses.replace(before, **given))


@writes(Permission.MANAGE_PRODUCERS)
def replace(tx: Tx, *, locator: str, version: int, terms: AppointmentTerms) -> None:
    """Have the appointment say this and nothing else; otherwise as `change`."""
    row, owner = records.held(tx, ProducerAppointment, locator)
    _alter(tx, row, owner, version, terms)


@writes(Permission.MANAGE_PRODUCERS)
def validate(tx: Tx, *, locator: str) -> Appointment:
    """Let a draft count. Where something is missing or contradicts, it stays one, and its `validation` says what, by
    field. Raises NotFound, or Conflict where it is no draft."""
    row, owner = records.held(tx, ProducerAppointment, locator)
    state = states.check_step(row.state, "validate")
    terms = appointment_rows.terms_of(tx, [row])[row.id or 0]
    found = appointment_rules.problems(tx, owner, terms)
    validation.keep(row, found)
    if found:
        detail = {"errors": found}
        audit.record(tx, "appointment.found_wanting", subject_kind="appointment", subject=row.locator, detail=detail)
    else:
        row.state = state
        row.version += 1
        tx.db.flush()
        audit.record(tx, "appointment.validated", subject_kind="appointment", subject=row.locator)
        _tell(tx, row, owner, "validate")
    return _told(tx, [row])[0]


@writes(Permission.MANAGE_PRODUCERS)
def discard(tx: Tx, *, locator: str) -> None:
    """Let it count no more, for good. Raises NotFound, Conflict where it is discarded already."""
    row, owner = records.held(tx, ProducerAppointment, locator)
    row.state = states.check_step(row.state, "discard")
    row.version += 1
    tx.db.flush()
    audit.record(tx, "appointment.discarded", subject_kind="appointment", subject=row.locator)
    _tell(tx, row, owner, "discard")


def _alter(tx: Tx, row: ProducerAppointment, owner: Producer, version: int, terms: AppointmentTerms) -> None:
    states.check_edit(row.state)
    terms = appointment_rules.shaped(terms)
    before = appointment_rows.terms_of(tx, [row])[row.id or 0]
    if row.state is CredentialState.VALIDATED and (found := appointment_rules.problems(tx, owner, terms)):
        raise Invalid(found)
    if terms == before and row.version == version:
        return
    put(tx, row, owner, before, terms, version=version)


def put(
    tx: Tx,
    row: ProducerAppointment,
    owner: Producer,
    before: AppointmentTerms,
    terms: AppointmentTerms,
    *,
    version: int | None = None,
) -> None:
    """Have it say something else that needs no check, on top of the version that was looked at, or of what is there.
    Raises Conflict where it is another one by now."""
    appointment_rows.write(tx, row, row.version if version is None else version, terms)
    detail = records.differences(before, terms)
    validation.forget(row)
    audit.record(tx, "appointment.changed", subject_kind="appointment", subject=row.locator, detail=detail)
    _tell(tx, row, owner, "update")


def _told(tx: Tx, rows: Sequence[ProducerAppointment]) -> list[Appointment]:
    terms, carriers = appointment_rows.terms_of(tx, rows), appointment_rows.carriers_of(tx, rows)
    owners = records.holders(tx, [row.producer_id for row in rows])
    return [
        Appointment(
            locator=row.locator,
            version=row.version,
            state=row.state,
            producer=owners[row.producer_id],
            terms=terms[row.id or 0],
            carrier_name=carriers[row.carrier_id].name if row.carrier_id else "",
            naic=carriers[row.carrier_id].naic if row.carrier_id else "",
            validation=validation.of(row),
            created_at=row.created_at,
        )
        for row in rows
    ]


def _tell(tx: Tx, row: ProducerAppointment, owner: Producer, what: str) -> None:
    data = {"producerLocator": owner.locator, "appointmentNumber": row.number, "state": row.state.value}
    events.tell(tx, f"{EVENT}.{what}", locator=row.locator, data=data)
