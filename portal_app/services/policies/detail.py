"""One policy with all that belongs to it."""

from typing import Any

from sqlalchemy import Row, select
from sqlmodel import SQLModel, col

from portal_app.models.accounts import Account
from portal_app.models.enums import TransactionState
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Carrier, Coverage, LineOfBusiness, Policy, PolicyAddress, PolicyTerm, Vehicle
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission, visible
from portal_app.services.door import Tx, reads
from portal_app.services.errors import NotFound
from portal_app.services.policies.history import Transaction, address_line, told
from portal_app.services.policies.views import CoverageLine, HistoryEntry, PolicyDetail, PolicyRow, TermLine, VehicleLine

MOST_TOLD = 200
MOST_READ = 1000
"""So many transactions are read to tell the newest from what came before them."""


@reads(Permission.VIEW_OWN_ACCOUNTS)
def policy(tx: Tx, *, locator: str) -> PolicyDetail:
    """The policy with its insured, coverages, vehicles, locations, terms (newest first) and the newest 200 entries of its history.
    Raises NotFound, also for a policy that is not the actor's to see."""
    found = tx.db.scalars(visible(tx.actor, Policy).where(col(Policy.locator) == locator)).first()
    if found is None:
        raise NotFound
    account = tx.db.get_one(Account, found.account_id)
    code, producer = _producer(tx, found.producer_code_id)
    return PolicyDetail(
        row=_row(tx, found, account),
        description=found.description,
        producer_code=code,
        producer=producer,
        code_of_record=_producer(tx, found.code_of_record_id)[0],
        insured_names=tuple(dict.fromkeys(filter(None, (found.insured_name, account.name)))),
        mailing_address=mailing_lines(account),
        email=account.email,
        phone=account.phone,
        coverages=_coverages(tx, found),
        vehicles=_vehicles(tx, found),
        locations=_locations(tx, found),
        terms=_terms(tx, found),
        history=_history(tx, found),
        feed=found.feed,
        as_of=found.as_of,
    )


def mailing_lines(account: Account) -> tuple[str, ...]:
    """The lines of an address on an envelope; those that are empty are left out."""
    place = " ".join(filter(None, (f"{account.city}," if account.city and account.state else account.city, account.state)))
    return tuple(filter(None, (account.street, " ".join(filter(None, (place, account.postal_code))))))


def _row(tx: Tx, found: Policy, account: Account) -> PolicyRow:
    return PolicyRow(
        locator=found.locator,
        account_locator=account.locator,
        insured_name=found.insured_name,
        number=found.number,
        line=tx.db.get_one(LineOfBusiness, found.line_id).name,
        carrier=tx.db.get_one(Carrier, found.carrier_id).name,
        effective=found.effective,
        expiration=found.expiration,
        premium=found.premium,
        status=found.status,
    )


def _producer(tx: Tx, code_id: int | None) -> tuple[str, str]:
    """The code, and the name of the producer whose it is."""
    if code_id is None:
        return "", ""
    named = select(col(ProducerCode.code), col(Producer.name)).join(Producer, col(Producer.id) == col(ProducerCode.producer_id))
    code, name = tx.db.execute(named.where(col(ProducerCode.id) == code_id)).one()
    return code, name


def _parts(tx: Tx, found: Policy, model: type[SQLModel], *columns: Any) -> list[Row[Any]]:
    rows = visible(tx.actor, model).with_only_columns(*columns)
    table = model.__table__  # type: ignore[attr-defined]
    return list(tx.db.execute(rows.where(table.c.policy_id == found.id).order_by(table.c.position)).all())


def _coverages(tx: Tx, found: Policy) -> tuple[CoverageLine, ...]:
    columns = (col(Coverage.name), col(Coverage.limit), col(Coverage.deductible), col(Coverage.premium))
    return tuple(CoverageLine(*row) for row in _parts(tx, found, Coverage, *columns))


def _vehicles(tx: Tx, found: Policy) -> tuple[VehicleLine, ...]:
    columns = (col(Vehicle.vin), col(Vehicle.year), col(Vehicle.make), col(Vehicle.model))
    rows = _parts(tx, found, Vehicle, *columns)
    return tuple(VehicleLine(vin, " ".join(str(part) for part in described if part)) for vin, *described in rows)


def _locations(tx: Tx, found: Policy) -> tuple[str, ...]:
    place = PolicyAddress
    columns = (col(place.street), col(place.city), col(place.state), col(place.postal_code))
    return tuple(address_line(*row) for row in _parts(tx, found, place, *columns))


def _terms(tx: Tx, found: Policy) -> tuple[TermLine, ...]:
    term = PolicyTerm
    columns = (col(term.number), col(term.effective), col(term.expiration), col(term.status), col(term.premium))
    rows = visible(tx.actor, term).with_only_columns(*columns).where(col(term.policy_id) == found.id)
    return tuple(TermLine(*row) for row in tx.db.execute(rows.order_by(col(term.effective).desc())))


def _history(tx: Tx, found: Policy) -> tuple[HistoryEntry, ...]:
    """The newest entries first; what was drafted or reversed is not told."""
    entry = LedgerTransaction
    columns = (entry.kind, entry.origin, entry.effective_at, entry.known_at, entry.term_effective, entry.changes)
    issued = col(entry.state) == TransactionState.ISSUED
    rows = visible(tx.actor, entry).with_only_columns(*map(col, columns)).where(col(entry.policy_id) == found.id, issued)
    newest = tx.db.execute(rows.order_by(col(entry.id).desc()).limit(MOST_READ)).all()
    lines = {code: name for code, name in tx.db.execute(select(col(LineOfBusiness.code), col(LineOfBusiness.name)))}
    told_in_order = told((Transaction(*row) for row in reversed(newest)), lines)
    return tuple(reversed(told_in_order))[:MOST_TOLD]
