"""Appointments as their tables hold them: the row, the codes that it lists, and the licenses that it rests on."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlmodel import col

from portal_app.models.licensing import (
    ProducerAppointment,
    ProducerAppointmentCode,
    ProducerAppointmentLicense,
    ProducerLicense,
)
from portal_app.models.policies import Carrier
from portal_app.models.producers import ProducerCode
from portal_app.services.door import Tx
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.licensing.records import CHANGED_MEANWHILE, code_ids
from portal_app.services.licensing.terms import AppointmentTerms
from portal_app.services.scope import visible

# Which column holds which of an appointment's terms. The others have tables of their own.
COLUMNS = {
    "appointment_number": "number",
    "jurisdictions": "jurisdictions",
    "lines": "lines",
    "products": "products",
    "effective_date": "effective_on",
    "termination_date": "terminated_on",
    "reason": "reason",
    "just_in_time": "just_in_time",
}
LISTS = ("jurisdictions", "lines", "products")


def terms_of(tx: Tx, rows: Sequence[ProducerAppointment]) -> dict[int, AppointmentTerms]:
    """What each of the appointments says, by its id."""
    ids = [row.id for row in rows]
    codes, licenses = _codes(tx, ids), _licenses(tx, ids)
    carriers = carriers_of(tx, rows)
    return {
        row.id or 0: AppointmentTerms(
            appointment_number=row.number,
            carrier=carriers[row.carrier_id].locator if row.carrier_id else "",
            jurisdictions=tuple(row.jurisdictions),
            lines=tuple(row.lines),
            products=tuple(row.products),
            producer_codes=tuple(codes[row.id or 0]),
            licenses=tuple(licenses[row.id or 0]),
            effective_date=row.effective_on,
            termination_date=row.terminated_on,
            reason=row.reason,
            just_in_time=row.just_in_time,
        )
        for row in rows
    }


def carriers_of(tx: Tx, rows: Sequence[ProducerAppointment]) -> dict[int, Carrier]:
    """The carriers of appointments, by id."""
    ids = {row.carrier_id for row in rows}
    return {each.id or 0: each for each in tx.db.scalars(select(Carrier).where(col(Carrier.id).in_(ids)))}


def _codes(tx: Tx, ids: Sequence[int | None]) -> dict[int, list[str]]:
    link = ProducerAppointmentCode
    asked = select(col(link.appointment_id), col(ProducerCode.code)).join(
        link, col(link.producer_code_id) == col(ProducerCode.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for number, code in tx.db.execute(asked.where(col(link.appointment_id).in_(ids)).order_by(col(ProducerCode.code))):
        found[number].append(str(code))
    return found


def _licenses(tx: Tx, ids: Sequence[int | None]) -> dict[int, list[str]]:
    link = ProducerAppointmentLicense
    asked = select(col(link.appointment_id), col(ProducerLicense.locator)).join(
        link, col(link.license_id) == col(ProducerLicense.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for number, name in tx.db.execute(
        asked.where(col(link.appointment_id).in_(ids)).order_by(col(ProducerLicense.locator))
    ):
        found[number].append(name)
    return found


def licenses_named(tx: Tx, locators: Sequence[str]) -> list[ProducerLicense]:
    """The licenses of those locators. Raises Invalid naming what there is not."""
    if not locators:
        return []
    asked = visible(tx.actor, ProducerLicense).where(col(ProducerLicense.locator).in_(locators))
    found = list(tx.db.scalars(asked))
    if strange := sorted(set(locators) - {each.locator for each in found}):
        raise Invalid({"licenses": f"There is no license {', '.join(strange)}."})
    return found


def add(tx: Tx, producer_id: int, terms: AppointmentTerms) -> ProducerAppointment:
    """Write a new draft. Raises Invalid for a carrier, code or license that there is not."""
    row = ProducerAppointment(producer_id=producer_id, created_at=tx.now, **_columns(tx, terms))
    tx.db.add(row)
    tx.db.flush()
    _write_parts(tx, row.id or 0, terms)
    return row


def write(tx: Tx, row: ProducerAppointment, version: int, terms: AppointmentTerms) -> None:
    """Have the appointment say something else, where it is still the version that was looked at. Raises Conflict where
    it is not, Invalid for a carrier, code or license that there is not."""
    same = (col(ProducerAppointment.id) == row.id, col(ProducerAppointment.version) == version)
    values = _columns(tx, terms) | {"version": version + 1}
    written = update(ProducerAppointment).where(*same).values(**values).returning(col(ProducerAppointment.id))
    if not tx.db.execute(written).all():
        raise Conflict(CHANGED_MEANWHILE)
    for link in (ProducerAppointmentCode, ProducerAppointmentLicense):
        tx.db.execute(delete(link).where(col(link.appointment_id) == row.id))
    _write_parts(tx, row.id or 0, terms)
    tx.db.refresh(row)


def _columns(tx: Tx, terms: AppointmentTerms) -> dict[str, Any]:
    said = {held: getattr(terms, name) for name, held in COLUMNS.items()}
    lists = {COLUMNS[name]: list(getattr(terms, name)) for name in LISTS}
    return said | lists | {"carrier_id": _carrier_id(tx, terms.carrier)}


def _carrier_id(tx: Tx, locator: str) -> int | None:
    if not locator:
        return None
    found = tx.db.scalar(select(col(Carrier.id)).where(col(Carrier.locator) == locator))
    if found is None:
        raise Invalid({"carrier": "There is no such carrier."})
    return int(found)


def _write_parts(tx: Tx, appointment_id: int, terms: AppointmentTerms) -> None:
    if codes := code_ids(tx, terms.producer_codes):
        rows = [{"appointment_id": appointment_id, "producer_code_id": number} for number in codes]
        tx.db.execute(insert(ProducerAppointmentCode), rows)
    if licenses := licenses_named(tx, terms.licenses):
        rows = [{"appointment_id": appointment_id, "license_id": each.id or 0} for each in licenses]
        tx.db.execute(insert(ProducerAppointmentLicense), rows)
