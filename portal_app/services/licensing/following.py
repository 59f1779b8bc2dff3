"""What licenses and appointments make of it when a code goes to another producer, a producer goes elsewhere, or a
National Producer Number is corrected: they follow in the same transaction, so that none is left that can be changed no
more. Nothing is checked anew: it was no change of theirs. What is discarded stays as it was.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, or_, select
from sqlmodel import col

from portal_app.models.enums import CredentialState
from portal_app.models.licensing import (
    ProducerAppointment,
    ProducerAppointmentCode,
    ProducerLicense,
    ProducerLicenseCode,
)
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Tx
from portal_app.services.licensing import appointment_rows, appointments, license_rows, licenses
from portal_app.services.licensing.appointment_rules import above
from portal_app.services.producers.particulars import plain_npn
from portal_app.services.scope import down_from, visible


def hold_for_move(tx: Tx, code: str, to: str) -> int | None:
    """Nobody else writes about the holder of the code of that locator, whoever is above them, and the producer of the
    locator `to` until the transaction ends. Returns the holder's id. Whoever writes about licenses holds the producer
    before the code, so that this is asked before the code is held; and producers by id, so that two never wait for each
    other."""
    asked = visible(tx.actor, ProducerCode).where(col(ProducerCode.locator) == code)
    holder = tx.db.scalar(asked.with_only_columns(col(ProducerCode.producer_id)))
    if holder is None:
        return None
    to_whom = or_(col(Producer.id).in_((holder, *above(tx, holder))), col(Producer.locator) == to)
    held = select(col(Producer.id)).where(to_whom).order_by(col(Producer.id))
    tx.db.execute(held.with_for_update()).all()
    return int(holder)


def code_moved(tx: Tx, code: ProducerCode) -> None:
    """The code is another producer's now: it goes off the licenses of everybody else, and off the appointments of
    whoever is not above its holder."""
    _let_go_of_licenses(tx, code)
    _let_go_of_appointments(tx, [code])


def producer_moved(tx: Tx, producer: Producer) -> None:
    """The producer stands elsewhere: appointments of whoever was above and is no more cease to list codes of theirs and
    of those below."""
    below = select(ProducerCode).where(col(ProducerCode.producer_id).in_(down_from(producer.id)))
    _let_go_of_appointments(tx, tx.db.scalars(below).all())


def number_corrected(tx: Tx, producer: Producer, before: str) -> None:
    """A National Producer Number is given once and for all, so that another one corrects a mistake: licenses of the
    producer that name the one before name the new one."""
    if not before:
        return
    for row in tx.db.scalars(_licenses().where(col(ProducerLicense.producer_id) == producer.id)).all():
        if row.npn and plain_npn(row.npn) == plain_npn(before):
            terms = license_rows.terms_of(tx, [row])[row.id or 0]
            licenses.put(tx, row, producer, terms, replace(terms, npn=producer.npn))


def _licenses() -> Select[Any]:
    in_use = col(ProducerLicense.state) != CredentialState.DISCARDED
    return select(ProducerLicense).where(in_use).order_by(col(ProducerLicense.id))


def _let_go_of_licenses(tx: Tx, code: ProducerCode) -> None:
    link = ProducerLicenseCode
    naming = select(col(link.license_id)).where(col(link.producer_code_id) == code.id)
    others = _licenses().where(
        col(ProducerLicense.id).in_(naming), col(ProducerLicense.producer_id) != code.producer_id
    )
    for row in tx.db.scalars(others).all():
        terms = license_rows.terms_of(tx, [row])[row.id or 0]
        left = tuple(each for each in terms.producer_codes if each != code.code)
        licenses.put(tx, row, tx.db.get_one(Producer, row.producer_id), terms, replace(terms, producer_codes=left))


def _let_go_of_appointments(tx: Tx, codes: Sequence[ProducerCode]) -> None:
    link, appointment = ProducerAppointmentCode, ProducerAppointment
    naming = select(col(link.appointment_id)).where(col(link.producer_code_id).in_([each.id for each in codes]))
    asked = select(appointment).where(
        col(appointment.state) != CredentialState.DISCARDED, col(appointment.id).in_(naming)
    )
    may_list = {each.code: {each.producer_id, *above(tx, each.producer_id)} for each in codes}
    for row in tx.db.scalars(asked.order_by(col(appointment.id))).all():
        terms = appointment_rows.terms_of(tx, [row])[row.id or 0]
        left = tuple(each for each in terms.producer_codes if row.producer_id in may_list.get(each, {row.producer_id}))
        if left != terms.producer_codes:
            owner = tx.db.get_one(Producer, row.producer_id)
            appointments.put(tx, row, owner, terms, replace(terms, producer_codes=left))
