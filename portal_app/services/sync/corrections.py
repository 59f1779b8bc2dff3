"""Terms whose effective date the agency's system corrected: two terms for the same time, of which it keeps but one.

A term is known by its effective date, so that a corrected date arrives as one term more. Only a file that holds every
record tells which of the two is meant: the one that it names. What happened to the other happened to this one, so its
transactions are reversed and applied again here, and the correction follows as a change.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, select, update

from portal_app.models.enums import Origin, PolicyStatus, TransactionKind, TransactionState
from portal_app.models.types import new_locator
from portal_app.services import leases
from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads, writes
from portal_app.services.sync import bulk
from portal_app.services.sync.ledger import covers_the_same, start_of
from portal_app.services.sync.projecting import reproject
from portal_app.services.sync.projection import Entry, fold


@dataclass(frozen=True, slots=True)
class Stated:
    """A term of a policy, and the record that stated it last."""

    effective: date
    expiration: date
    cancelled: bool
    source_id: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two terms of one policy for the same time."""

    policy_id: int
    policy_source_id: str
    one: Stated
    other: Stated


@dataclass(frozen=True, slots=True)
class Correction:
    """A policy's term that began on `wrong` begins on `right`."""

    policy_id: int
    policy_source_id: str
    wrong: date
    right: date


@reads(Gate.SYSTEM)
def overlaps(tx: Tx, *, feed: str) -> list[Overlap]:
    """The terms of this feed's policies that are there twice."""
    policy, one = bulk.POLICY.c, bulk.POLICY_TERM.alias("one").c
    other = bulk.POLICY_TERM.alias("other").c
    of_terms = (one.effective, one.expiration, one.status, other.effective, other.expiration, other.status)
    twice = select(policy.id, policy.source_id, *of_terms).where(
        policy.feed == feed,
        one.policy_id == policy.id,
        other.policy_id == policy.id,
        other.effective > one.effective,
        other.effective < one.expiration,
    )
    found = tx.db.execute(twice).all()
    stated = _stated(tx, {row[0] for row in found})
    pairs = [
        Overlap(
            row[0],
            row[1],
            *(
                Stated(begins, ends, status is PolicyStatus.CANCELLED, stated.get((row[0], begins), ""))
                for begins, ends, status in (row[2:5], row[5:8])
            ),
        )
        for row in found
    ]
    return [pair for pair in pairs if covers_the_same(pair.one, pair.other)]


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


def decided(pairs: Sequence[Overlap], named: Collection[str]) -> list[Correction]:
    """The pairs of which a complete file names one record and not the other; at most one for a policy, since another
    may look different after it. A term that was cancelled and written anew is not wrong, though many systems leave it
    out of their exports."""
    found: dict[int, Correction] = {}
    for pair in pairs:
        for wrong, right in ((pair.one, pair.other), (pair.other, pair.one)):
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
    said = [each for each in right if each.origin is Origin.FEED]
    changes = _difference(wrong, said, correction)
    changed = _again(tx, said[-1], correction.right, begins) | {
        "kind": TransactionKind.CHANGE,
        "reapplies_id": None,
        "changes": changes,
    }
    kept = [_again(tx, each, correction.right, each.effective_at) for each in right if each.origin is Origin.PORTAL]
    bulk.insert_rows(tx.db, ledger, [*again, changed, *kept])
    _hear_anew(tx, [each.source_record_id for each in wrong])


def _again(tx: Tx, transaction: Row[tuple[object, ...]], term: date, effective_at: datetime) -> bulk.Row:
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


def _difference(
    wrong: Sequence[Row[tuple[object, ...]]], said: Sequence[Row[tuple[object, ...]]], correction: Correction
) -> dict[str, object]:
    """What the feed says of the right term and had not said of the wrong one."""
    states = fold(
        Entry(TransactionState.ISSUED, each.origin, each.term_effective, each.changes)
        for each in (*wrong, *said)
        if each.origin is Origin.FEED
    )
    before, after = states[correction.wrong].fields, states[correction.right].fields
    return {name: value for name, value in after.items() if value != before[name]}


def _hear_anew(tx: Tx, source_record_ids: Sequence[int | None]) -> None:
    """Should the wrong terms' records ever be sent again, be it as they were, they say something new."""
    record = bulk.SOURCE_RECORD
    numbers = {number for number in source_record_ids if number is not None}
    tx.db.execute(update(record).where(record.c.id.in_(numbers)).values(content_hash=b""))
