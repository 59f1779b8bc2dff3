"""Terms whose effective date the agency's system corrected: two terms for the same time, of which it keeps but one.

A term is known by its effective date, so that a corrected date arrives as one term more. Only a file that holds every
record, and of which every row could be told, says which of the two is meant: the one that it names. What happened to
the other happened to this one, so its transactions are reversed and applied again here; how the right term began
follows as a change, and then whatever happened to it since.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, or_, select, update

from portal_app.models.enums import Origin, PolicyStatus, TransactionKind, TransactionState
from portal_app.models.types import new_locator
from portal_app.services import leases
from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads, writes
from portal_app.services.sync import bulk
from portal_app.services.sync.ledger import covers_the_same, start_of
from portal_app.services.sync.projecting import reproject
from portal_app.services.sync.projection import Entry, fold
from portal_app.services.topics import Topic

Transaction = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Stated:
    """A term of a policy, and the record that stated it last."""

    effective: date
    expiration: date
    cancelled: bool
    source_id: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two terms of one policy that cannot both be: for the same time, or the earlier one heard of after the later one.
    `one` begins first."""

    policy_id: int
    policy_source_id: str
    one: Stated
    other: Stated
    same_time: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """A policy's term that began on `wrong` begins on `right`."""

    policy_id: int
    policy_source_id: str
    wrong: date
    right: date


@reads(Gate.SYSTEM)
def doubts(tx: Tx, *, feed: str) -> list[Doubt]:
    """The terms of this feed's policies that may be there twice."""
    policy, one = bulk.POLICY.c, bulk.POLICY_TERM.alias("one").c
    other = bulk.POLICY_TERM.alias("other").c
    of_terms = (one.effective, one.expiration, one.status, other.effective, other.expiration, other.status)
    late = one.id > other.id
    pairs = select(policy.id, policy.source_id, late, *of_terms).where(
        policy.feed == feed,
        one.policy_id == policy.id,
        other.policy_id == policy.id,
        other.effective > one.effective,
        or_(other.effective < one.expiration, late),
    )
    found = tx.db.execute(pairs).all()
    stated = _stated(tx, {row[0] for row in found})
    read = []
    for policy_id, source_id, came_late, *terms in found:
        first, second = (
            Stated(begins, ends, status is PolicyStatus.CANCELLED, stated.get((policy_id, begins), ""))
            for begins, ends, status in (terms[:3], terms[3:])
        )
        same = covers_the_same(first, second)
        if same or came_late:
            read.append(Doubt(policy_id, source_id, first, second, same))
    return read


def _stated(tx: Tx, policy_ids: Collection[int]) -> dict[tuple[int, date], str]:
    """The record behind each term of these policies, by policy and effective date."""
    ledger, record = bulk.LEDGER.c, bulk.SOURCE_RECORD.c
    stated: dict[tuple[int, date], str] = {}
    for page in bulk.pages(sorted(policy_ids), 500):
        found = tx.db.execute(
            select(ledger.policy_id, ledger.term_effective, record.source_id)
            .join(bulk.SOURCE_RECORD, record.id == ledger.source_record_id)
            .where(ledger.policy_id.in_(page), ledger.state == TransactionState.ISSUED)
            .order_by(ledger.id)
        )
        stated |= {(policy_id, effective): source_id for policy_id, effective, source_id in found}
    return stated


def decided(pairs: Sequence[Doubt], named: Collection[str]) -> list[Correction]:
    """The pairs of which a complete file names one record and not the other; at most one for a policy, since another
    may look different after it.

    Many systems leave old terms out of their exports, and what was cancelled and written anew: an earlier term that is
    missing is wrong only where it is for the same time, a cancelled one never.
    """
    found: dict[int, Correction] = {}
    for pair in pairs:
        ways = [(pair.other, pair.one), (pair.one, pair.other)] if pair.same_time else [(pair.other, pair.one)]
        for wrong, right in ways:
            if wrong.source_id not in named and right.source_id in named and not wrong.cancelled:
                correction = Correction(pair.policy_id, pair.policy_source_id, wrong.effective, right.effective)
                found.setdefault(pair.policy_id, correction)
    return list(found.values())


@writes(Gate.SYSTEM)
def correct(tx: Tx, *, lease: leases.Held, feed: str, corrections: Sequence[Correction]) -> None:
    """Move what the ledger holds of the wrong terms to the right ones, and show them so."""
    leases.still_held(tx, lease)
    for each in corrections:
        _move(tx, each)
    today = tx.now.astimezone(tx.settings.zone).date()
    reproject(tx.db, feed, {each.policy_id: each.policy_source_id for each in corrections}, today)
    tx.changes(Topic.POLICIES)


def _move(tx: Tx, correction: Correction) -> None:
    ledger = bulk.LEDGER
    issued = select(ledger).where(ledger.c.policy_id == correction.policy_id, ledger.c.state == TransactionState.ISSUED)
    found = tx.db.execute(issued.order_by(ledger.c.id)).all()
    wrong = [each for each in found if each.term_effective == correction.wrong]
    right = [each for each in found if each.term_effective == correction.right]
    both = [each.id for each in (*wrong, *right)]
    tx.db.execute(update(ledger).where(ledger.c.id.in_(both)).values(state=TransactionState.REVERSED))
    begins = start_of(correction.right, tx.settings.zone)
    again = [_again(tx, each, correction.right, max(begins, each.effective_at)) for each in wrong]
    again[0]["effective_at"] = begins
    began, *since = right
    changed = _again(tx, began, correction.right, begins) | {
        "kind": TransactionKind.CHANGE,
        "changes": _difference(wrong, began, correction),
    }
    kept = [_again(tx, each, correction.right, each.effective_at) for each in since]
    bulk.insert_rows(tx.db, ledger, [*again, changed, *kept])
    _hear_anew(tx, [each.source_record_id for each in wrong])


def _again(tx: Tx, transaction: Transaction, term: date, effective_at: datetime) -> bulk.Row:
    """The same transaction once more, on another term."""
    told = {name: value for name, value in transaction._mapping.items() if name != "id"}
    return told | {
        "locator": new_locator(),
        "state": TransactionState.ISSUED,
        "term_effective": term,
        "effective_at": effective_at,
        "known_at": tx.now,
        "issued_at": tx.now,
        "reapplies_id": transaction.id,
    }


def _difference(wrong: Sequence[Transaction], began: Transaction, correction: Correction) -> dict[str, object]:
    """What the feed said of the right term as it began, and had not said of the wrong one."""
    states = fold(
        Entry(TransactionState.ISSUED, Origin.FEED, each.term_effective, each.changes)
        for each in (*wrong, began)
        if each.origin is Origin.FEED
    )
    before, after = states[correction.wrong].fields, states[correction.right].fields
    return {name: value for name, value in after.items() if value != before[name]}


def _hear_anew(tx: Tx, source_record_ids: Sequence[int | None]) -> None:
    """Should the wrong terms' records ever be sent again, be it as they were, they say something new."""
    record = bulk.SOURCE_RECORD
    numbers = {number for number in source_record_ids if number is not None}
    tx.db.execute(update(record).where(record.c.id.in_(numbers)).values(content_hash=b""))
