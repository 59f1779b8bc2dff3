"""One policy with all that belongs to it."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import FeedKind, TransactionState
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Carrier, Coverage, LineOfBusiness, Policy, PolicyAddress, PolicyTerm, Vehicle
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import NotFound
from portal_app.services.naming import alike
from portal_app.services.policies.history import address_line, described, told
from portal_app.services.policies.views import (
    CoverageLine,
    HistoryEntry,
    PolicyDetail,
    PolicyRow,
    TermLine,
    VehicleLine,
)
from portal_app.services.scope import visible
from portal_app.services.submissions.applicant import Applicant
from portal_app.services.sync.bound import THE_PORTALS, is_unconfirmed
from portal_app.services.sync.freshness import data_as_of

MOST_TOLD = 200
MOST_READ = 1000
"""So many transactions are read to tell the newest from what came before them."""


@reads(Permission.VIEW_OWN_ACCOUNTS)
def policy(tx: Tx, *, locator: str) -> PolicyDetail:
    """The policy with its insured, coverages, vehicles, locations, terms (newest first) and the newest 200 entries of
    its history. Raises NotFound, also for a policy that is not the actor's to see."""
    found = find_policy(tx, locator)
    account = tx.db.get_one(Account, found.account_id)
    code, producer = _producer(tx, found.producer_code_id)
    return PolicyDetail(
        row=_row(tx, found, account),
        description=found.description,
        producer_code=code,
        producer=producer,
        code_of_record=_producer(tx, found.code_of_record_id)[0],
        insured_names=_names(found, account),
        mailing_address=mailing_lines(account),
        email=account.email,
        phone=account.phone,
        coverages=_coverages(tx, found),
        vehicles=_vehicles(tx, found),
        locations=_locations(tx, found),
        terms=_terms(tx, found),
        history=_history(tx, found),
        **_source(tx, found),
    )


def _names(found: Policy, account: Account) -> tuple[str, ...]:
    named = tuple(filter(None, (found.insured_name, account.name)))
    return named[:1] if len(named) == 2 and alike(*named) else named


def _source(tx: Tx, found: Policy) -> dict[str, Any]:
    """The feed that what is shown comes from, and its age; of what was bound here, the portal until a feed
    confirms it."""
    if is_unconfirmed(found.source_id):
        return {"feed": THE_PORTALS, "as_of": found.as_of}
    return {"feed": found.feed, "as_of": data_as_of(tx.db, found.feed, FeedKind.POLICIES) or found.as_of}


def find_policy(tx: Tx, locator: str) -> Policy:
    """The policy, where it is the actor's to see. Raises NotFound."""
    policies: Select[Policy] = visible(tx.actor, Policy)
    found = tx.db.scalars(policies.where(col(Policy.locator) == locator)).first()
    if found is None:
        raise NotFound
    return found


def mailing_lines(account: Account | Applicant) -> tuple[str, ...]:
    """The lines of an address on an envelope; those that are empty are left out."""
    place = " ".join(
        filter(None, (f"{account.city}," if account.city and account.state else account.city, account.state))
    )
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
    named = select(col(ProducerCode.code), col(Producer.name)).join(
        Producer, col(Producer.id) == col(ProducerCode.producer_id)
    )
    code, name = tx.db.execute(named.where(col(ProducerCode.id) == code_id)).one()
    return code or "", name


Part = TypeVar("Part", Coverage, Vehicle, PolicyAddress)


def _parts(tx: Tx, found: Policy, model: type[Part]) -> Sequence[Part]:
    parts: Select[Part] = visible(tx.actor, model)
    return tx.db.scalars(parts.where(col(model.policy_id) == found.id).order_by(col(model.position))).all()


def _coverages(tx: Tx, found: Policy) -> tuple[CoverageLine, ...]:
    parts = _parts(tx, found, Coverage)
    return tuple(CoverageLine(each.name, each.limit, each.deductible, each.premium) for each in parts)


def _vehicles(tx: Tx, found: Policy) -> tuple[VehicleLine, ...]:
    parts = _parts(tx, found, Vehicle)
    return tuple(VehicleLine(each.vin, described(each.year, each.make, each.model)) for each in parts)


def _locations(tx: Tx, found: Policy) -> tuple[str, ...]:
    parts = _parts(tx, found, PolicyAddress)
    return tuple(address_line(each.street, each.city, each.state, each.postal_code) for each in parts)


def _terms(tx: Tx, found: Policy) -> tuple[TermLine, ...]:
    terms: Select[PolicyTerm] = visible(tx.actor, PolicyTerm)
    newest = terms.where(col(PolicyTerm.policy_id) == found.id).order_by(col(PolicyTerm.effective).desc())
    return tuple(
        TermLine(each.number, each.effective, each.expiration, each.status, each.premium)
        for each in tx.db.scalars(newest)
    )


def _history(tx: Tx, found: Policy) -> tuple[HistoryEntry, ...]:
    """The newest entries first; what was drafted or reversed is not told."""
    entry = LedgerTransaction
    issued = visible(tx.actor, entry).where(
        col(entry.policy_id) == found.id, col(entry.state) == TransactionState.ISSUED
    )
    newest = tx.db.scalars(issued.order_by(col(entry.id).desc()).limit(MOST_READ)).all()
    lines = {line.code: line.name for line in tx.db.scalars(select(LineOfBusiness))}
    return tuple(reversed(told(reversed(newest), lines)))[:MOST_TOLD]
