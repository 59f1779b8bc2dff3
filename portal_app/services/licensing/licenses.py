"""Licenses of producers: written down, changed, validated and discarded by who manages producers."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from portal_app.models.enums import CredentialState
from portal_app.models.licensing import ProducerLicense
from portal_app.models.producers import Producer
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Invalid
from portal_app.services.licensing import license_rows, license_rules, records, states, validation
from portal_app.services.licensing.terms import LicenseTerms
from portal_app.services.licensing.validation import Validation
from portal_app.services.webhooks import events

EVENT = "producers.producerlicense"


@dataclasses.dataclass(frozen=True, slots=True)
class License:
    """A license with its holder. `version` is what a change is made on top of; `validation` is None before the
    first."""

    locator: str
    version: int
    state: CredentialState
    producer: records.Holder
    terms: LicenseTerms
    validation: Validation | None
    created_at: datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Licenses:
    """A page of licenses in the order in which they were written down, and how many there are."""

    rows: tuple[License, ...]
    total: int


@reads(Permission.VIEW_PRODUCERS)
def listed(tx: Tx, *, producer: str = "", offset: int = 0, count: int = 50) -> Licenses:
    """The licenses that the actor may see, of one producer where a locator is given. Raises NotFound for a producer
    that is not theirs to see."""
    rows, total = records.page_of(tx, ProducerLicense, producer=producer, offset=offset, count=count)
    return Licenses(tuple(_told(tx, rows)), total)


@reads(Permission.VIEW_PRODUCERS)
def one(tx: Tx, *, locator: str) -> License:
    """One license. Raises NotFound."""
    return _told(tx, [records.one_of(tx, ProducerLicense, locator)])[0]


@writes(Permission.MANAGE_PRODUCERS)
def create(tx: Tx, *, producer: str, terms: LicenseTerms) -> str:
    """Write a license down as a draft, which may lack anything. Returns its locator. Raises NotFound for a producer
    that there is not, Invalid for what could not be kept."""
    owner = records.producer_of(tx, producer)
    return enter(tx, owner, license_rules.shaped(terms)).locator


@writes(Permission.MANAGE_PRODUCERS)
def change(tx: Tx, *, locator: str, version: int, given: Mapping[str, Any]) -> None:
    """Set the terms that are given and leave the rest. `version` is the one that was looked at. A license that is
    validated is validated again.

    Raises NotFound, Conflict where it was changed in the meantime or is discarded, Invalid with what is wrong.
    """
    row, owner = records.held(tx, ProducerLicense, locator)
    before = license_rows.terms_of(tx, [row])[row.id or 0]
    alter(tx, row, owner, version, dataclasses.replace(before, **given))


@writes(Permission.MANAGE_PRODUCERS)
def replace(tx: Tx, *, locator: str, version: int, terms: LicenseTerms) -> None:
    """Have the license say this and nothing else; otherwise as `change`."""
    row, owner = records.held(tx, ProducerLicense, locator)
    alter(tx, row, owner, version, terms)


@writes(Permission.MANAGE_PRODUCERS)
def validate(tx: Tx, *, locator: str) -> License:
    """Let a draft count. Where something is missing or contradicts, it stays one, and its `validation` says what, by
    field. Raises NotFound, or Conflict where it is no draft."""
    row, owner = records.held(tx, ProducerLicense, locator)
    states.check_step(row.state, "validate")
    terms = license_rows.terms_of(tx, [row])[row.id or 0]
    if found := license_rules.problems(tx, owner, terms, own_id=row.id):
        validation.keep(row, found)
        detail = {"errors": found}
        audit.record(tx, "license.found_wanting", subject_kind="license", subject=row.locator, detail=detail)
    else:
        let_count(tx, row, owner)
    return _told(tx, [row])[0]


def let_count(tx: Tx, row: ProducerLicense, owner: Producer) -> None:
    """Let a draft count whose terms were found to pass. Raises Conflict where it is none."""
    row.state = states.check_step(row.state, "validate")
    validation.keep(row, {})
    row.version += 1
    tx.db.flush()
    audit.record(tx, "license.validated", subject_kind="license", subject=row.locator)
    _tell(tx, row, owner, "validate")


@writes(Permission.MANAGE_PRODUCERS)
def discard(tx: Tx, *, locator: str) -> None:
    """Let it count no more, for good. Appointments that rest on it alone count no more either. Raises NotFound, or
    Conflict where it is discarded already."""
    row, owner = records.held(tx, ProducerLicense, locator)
    row.state = states.check_step(row.state, "discard")
    row.version += 1
    tx.db.flush()
    audit.record(tx, "license.discarded", subject_kind="license", subject=row.locator)
    _tell(tx, row, owner, "discard")


def enter(tx: Tx, owner: Producer, terms: LicenseTerms) -> ProducerLicense:
    """Write a draft of terms that are shaped."""
    row = license_rows.add(tx, owner.id or 0, terms, CredentialState.DRAFT)
    detail = {"producer": owner.locator, "after": records.plain(terms)}
    audit.record(tx, "license.created", subject_kind="license", subject=row.locator, detail=detail)
    _tell(tx, row, owner, "create")
    return row


def enter_validated(tx: Tx, owner: Producer, terms: LicenseTerms) -> str:
    """Write a license of terms that were found to pass, so that it counts at once. Returns its locator."""
    row = license_rows.add(tx, owner.id or 0, terms, CredentialState.VALIDATED)
    validation.keep(row, {})
    detail = {"producer": owner.locator, "after": records.plain(terms)}
    audit.record(tx, "license.created", subject_kind="license", subject=row.locator, detail=detail)
    audit.record(tx, "license.validated", subject_kind="license", subject=row.locator)
    _tell(tx, row, owner, "create")
    _tell(tx, row, owner, "validate")
    return row.locator


def alter(tx: Tx, row: ProducerLicense, owner: Producer, version: int, terms: LicenseTerms) -> None:
    """Have it say something else, where that differs. Raises Conflict or Invalid."""
    states.check_edit(row.state)
    terms = license_rules.shaped(terms)
    before = license_rows.terms_of(tx, [row])[row.id or 0]
    if row.state is CredentialState.VALIDATED and (found := license_rules.problems(tx, owner, terms, own_id=row.id)):
        raise Invalid(found)
    if terms == before and row.version == version:
        return
    put(tx, row, owner, before, terms, version=version)


def put(
    tx: Tx,
    row: ProducerLicense,
    owner: Producer,
    before: LicenseTerms,
    terms: LicenseTerms,
    *,
    version: int | None = None,
) -> None:
    """Have it say something else that needs no check, on top of the version that was looked at, or of what is there.
    Raises Conflict where it is another one by now."""
    license_rows.write(tx, row, row.version if version is None else version, terms)
    detail = records.differences(before, terms)
    validation.forget(row)
    audit.record(tx, "license.changed", subject_kind="license", subject=row.locator, detail=detail)
    _tell(tx, row, owner, "update")


def _told(tx: Tx, rows: Sequence[ProducerLicense]) -> list[License]:
    terms = license_rows.terms_of(tx, rows)
    owners = records.holders(tx, [row.producer_id for row in rows])
    return [
        License(
            locator=row.locator,
            version=row.version,
            state=row.state,
            producer=owners[row.producer_id],
            terms=terms[row.id or 0],
            validation=validation.of(row),
            created_at=row.created_at,
        )
        for row in rows
    ]


def _tell(tx: Tx, row: ProducerLicense, owner: Producer, what: str) -> None:
    data = {"producerLocator": owner.locator, "licenseNumber": row.number, "state": row.state.value}
    events.tell(tx, f"{EVENT}.{what}", locator=row.locator, data=data)
