"""Licenses as their tables hold them: the row, its lines of authority, and the codes under which it is used."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlmodel import col

from portal_app.models import metadata
from portal_app.models.enums import CredentialState
from portal_app.models.licensing import ProducerLicense, ProducerLicenseCode, ProducerLicenseLine
from portal_app.models.producers import ProducerCode
from portal_app.services.door import Tx
from portal_app.services.errors import Conflict
from portal_app.services.licensing.records import CHANGED_MEANWHILE, code_ids
from portal_app.services.licensing.terms import LicenseTerms, LineTerms

CHUNK = 500
# The table and not the model: files bring them by the thousand.
_LINES = metadata.tables["producer_license_line"]

# Which column holds which of a license's terms. The others have tables of their own.
COLUMNS = {
    "license_number": "number",
    "type": "type",
    "npn": "npn",
    "jurisdictions": "jurisdictions",
    "resident": "resident",
    "products": "products",
    "original_issue_date": "issued_on",
    "status": "status",
    "status_date": "status_on",
    "effective_time": "effective_at",
    "expiration_time": "expires_at",
}


def terms_of(tx: Tx, rows: Sequence[ProducerLicense]) -> dict[int, LicenseTerms]:
    """What each of the licenses says, by its id."""
    found: dict[int, LicenseTerms] = {}
    for begin in range(0, len(rows), CHUNK):
        found |= _terms_of(tx, rows[begin : begin + CHUNK])
    return found


def _terms_of(tx: Tx, rows: Sequence[ProducerLicense]) -> dict[int, LicenseTerms]:
    ids = [row.id for row in rows]
    lines: dict[int, list[LineTerms]] = defaultdict(list)
    asked = select(ProducerLicenseLine).where(col(ProducerLicenseLine.license_id).in_(ids))
    for each in tx.db.scalars(asked.order_by(col(ProducerLicenseLine.position))):
        lines[each.license_id].append(LineTerms(each.line, each.effective_on, each.expires_on))
    codes: dict[int, list[str]] = defaultdict(list)
    link = col(ProducerLicenseCode.license_id)
    named = select(link, col(ProducerCode.code)).join(
        ProducerLicenseCode, col(ProducerLicenseCode.producer_code_id) == col(ProducerCode.id)
    )
    for number, code in tx.db.execute(named.where(link.in_(ids)).order_by(col(ProducerCode.code))):
        codes[number].append(str(code))
    return {row.id or 0: _terms(row, lines[row.id or 0], codes[row.id or 0]) for row in rows}


def _terms(row: ProducerLicense, lines: Sequence[LineTerms], codes: Sequence[str]) -> LicenseTerms:
    said = {name: getattr(row, held) for name, held in COLUMNS.items()}
    lists = {name: tuple(said[name]) for name in ("jurisdictions", "products")}
    return LicenseTerms(**(said | lists), lines=tuple(lines), producer_codes=tuple(codes))


def add(tx: Tx, producer_id: int, terms: LicenseTerms, state: CredentialState) -> ProducerLicense:
    """Write a new one. Raises Invalid for a code that there is not."""
    row = ProducerLicense(producer_id=producer_id, state=state, created_at=tx.now, **_columns(terms))
    tx.db.add(row)
    tx.db.flush()
    _write_parts(tx, row.id or 0, terms)
    return row


def write(tx: Tx, row: ProducerLicense, version: int, terms: LicenseTerms) -> None:
    """Have the license say something else, where it is still the version that was looked at. Raises Conflict where it
    is not, Invalid for a code that there is not."""
    same = (col(ProducerLicense.id) == row.id, col(ProducerLicense.version) == version)
    values = _columns(terms) | {"version": version + 1}
    written = update(ProducerLicense).where(*same).values(**values).returning(col(ProducerLicense.id))
    if not tx.db.execute(written).all():
        raise Conflict(CHANGED_MEANWHILE)
    tx.db.execute(delete(ProducerLicenseLine).where(col(ProducerLicenseLine.license_id) == row.id))
    tx.db.execute(delete(ProducerLicenseCode).where(col(ProducerLicenseCode.license_id) == row.id))
    _write_parts(tx, row.id or 0, terms)
    tx.db.refresh(row)


def _columns(terms: LicenseTerms) -> dict[str, Any]:
    said = {held: getattr(terms, name) for name, held in COLUMNS.items()}
    return said | {"jurisdictions": list(terms.jurisdictions), "products": list(terms.products)}


def _write_parts(tx: Tx, license_id: int, terms: LicenseTerms) -> None:
    lines = [
        {
            "license_id": license_id,
            "position": position,
            "line": each.line,
            "effective_on": each.effective_date,
            "expires_on": each.expiration_date,
        }
        for position, each in enumerate(terms.lines)
    ]
    if lines:
        tx.db.execute(insert(_LINES), lines)
    if ids := code_ids(tx, terms.producer_codes):
        links = [{"license_id": license_id, "producer_code_id": number} for number in ids]
        tx.db.execute(insert(ProducerLicenseCode), links)
