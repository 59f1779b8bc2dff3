"""What a producer holds, as plain facts: the licenses and appointments that a question may rest on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import col

from portal_app.models.enums import CredentialState, LicenseStatus
from portal_app.models.licensing import (
    ProducerAppointment,
    ProducerAppointmentCode,
    ProducerAppointmentLicense,
    ProducerLicense,
    ProducerLicenseCode,
)
from portal_app.models.producers import ProducerCode
from portal_app.services.door import Tx
from portal_app.services.licensing import license_rows, records
from portal_app.services.licensing.appointment_rules import above


@dataclass(frozen=True, slots=True)
class Authority:
    """A line of authority with the first and the last day of its own, where it has them."""

    line: str
    begins: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class LicenseHeld:
    """A license by the days on which it is in force, the last of them included; without a last day it does not end.
    `codes` are those of the producer asked about that it names: where it names any, it is for these alone."""

    id: int
    number: str
    state: CredentialState
    status: LicenseStatus
    status_on: date | None
    jurisdictions: frozenset[str]
    products: frozenset[str]
    lines: tuple[Authority, ...]
    begins: date | None
    ends: date | None
    codes: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class AppointmentHeld:
    """An appointment that is the producer's own, or under which they may work because it lists a code of theirs. From
    `terminated_on` on it is in force no more. `licenses` are ids of what it rests on, `codes` as of a license."""

    number: str
    state: CredentialState
    carrier_id: int | None
    jurisdictions: frozenset[str]
    products: frozenset[str]
    lines: frozenset[str]
    begins: date | None
    terminated_on: date | None
    licenses: frozenset[int] = field(default_factory=frozenset)
    codes: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Holdings:
    """`licenses` are the producer's own. `others` are those of the organisations above on which an appointment under
    which the producer works rests: they license nobody but their holder."""

    licenses: tuple[LicenseHeld, ...] = ()
    appointments: tuple[AppointmentHeld, ...] = ()
    others: tuple[LicenseHeld, ...] = ()


def of(tx: Tx, producer_id: int) -> Holdings:
    """What the producer holds. It does not depend on who asks: the callers see to it that they may ask of this
    producer."""
    own = tx.db.scalars(select(ProducerLicense).where(col(ProducerLicense.producer_id) == producer_id))
    licenses = held(tx, list(own), producer_id)
    rows = _appointments(tx, producer_id)
    codes = _codes(tx, ProducerAppointmentCode, col(ProducerAppointmentCode.appointment_id), producer_id)
    resting = _resting_on(tx, [row.id for row in rows])
    mine = {each.id for each in licenses}
    foreign = set().union(*resting.values()) - mine if resting else set()
    others = tx.db.scalars(select(ProducerLicense).where(col(ProducerLicense.id).in_(foreign))) if foreign else ()
    appointments = [
        AppointmentHeld(
            number=row.number,
            state=row.state,
            carrier_id=row.carrier_id,
            jurisdictions=frozenset(row.jurisdictions),
            products=frozenset(row.products),
            lines=frozenset(row.lines),
            begins=row.effective_on,
            terminated_on=row.terminated_on,
            licenses=frozenset(resting.get(row.id or 0, ())),
            codes=frozenset(codes[row.id or 0]),
        )
        for row in rows
    ]
    return Holdings(licenses, tuple(appointments), held(tx, list(others), producer_id))


def held(tx: Tx, rows: Sequence[ProducerLicense], producer_id: int) -> tuple[LicenseHeld, ...]:
    """Licenses by the agency's days, as they count for that producer."""
    codes = _codes(tx, ProducerLicenseCode, col(ProducerLicenseCode.license_id), producer_id)
    terms, zone = license_rows.terms_of(tx, rows), tx.settings.zone
    return tuple(
        LicenseHeld(
            id=row.id or 0,
            number=row.number,
            state=row.state,
            status=row.status,
            status_on=row.status_on,
            jurisdictions=frozenset(row.jurisdictions),
            products=frozenset(row.products),
            lines=tuple(
                Authority(each.line, each.effective_date, each.expiration_date) for each in terms[row.id or 0].lines
            ),
            begins=row.effective_at.astimezone(zone).date() if row.effective_at else None,
            ends=records.last_day(row.expires_at, zone),
            codes=frozenset(codes[row.id or 0]),
        )
        for row in rows
    )


def _codes(
    tx: Tx, link: type[ProducerLicenseCode] | type[ProducerAppointmentCode], of: Any, producer_id: int
) -> dict[int, set[str]]:
    """The producer's codes that licenses or appointments name, by the id of these; `of` is the column with it."""
    asked = select(of, col(ProducerCode.code)).join(ProducerCode, col(ProducerCode.id) == col(link.producer_code_id))
    found: dict[int, set[str]] = defaultdict(set)
    for number, code in tx.db.execute(asked.where(col(ProducerCode.producer_id) == producer_id)):
        found[number].add(str(code))
    return found


def _appointments(tx: Tx, producer_id: int) -> list[ProducerAppointment]:
    """One's own, and those of the organisations above that list a code of one's own."""
    appointment, link = ProducerAppointment, ProducerAppointmentCode
    listed = (
        select(col(link.appointment_id))
        .join(ProducerCode, col(ProducerCode.id) == col(link.producer_code_id))
        .where(col(ProducerCode.producer_id) == producer_id)
    )
    under = and_(col(appointment.producer_id).in_(above(tx, producer_id)), col(appointment.id).in_(listed))
    asked = select(appointment).where(or_(col(appointment.producer_id) == producer_id, under))
    return list(tx.db.scalars(asked.order_by(col(appointment.id))))


def _resting_on(tx: Tx, appointment_ids: Iterable[int | None]) -> dict[int, set[int]]:
    link = ProducerAppointmentLicense
    asked = select(col(link.appointment_id), col(link.license_id)).where(
        col(link.appointment_id).in_(list(appointment_ids))
    )
    found: dict[int, set[int]] = defaultdict(set)
    for appointment_id, license_id in tx.db.execute(asked):
        found[appointment_id].add(license_id)
    return found
