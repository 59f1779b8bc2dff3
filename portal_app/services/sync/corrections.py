"""Terms whose effective date the agency's system corrected: two terms for the same time, of which it keeps but one.

A term is known by its effective date, so that a corrected date arrives as one term more. Only a file that holds every
record, and of which every row could be told, says which of the two is meant: the one that it names. What happened to
the other happened to this one, so its transactions are reversed and applied again here; how the right term began
follows as a change, and then whatever happened to it since.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select, update

from portal_app.models.enums import Origin, PolicyStatus, TransactionKind, TransactionState
from portal_app.services import leases
from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads, writes
from portal_app.services.ledger import order, writing
from portal_app.services.ledger.order import arrange
from portal_app.services.ledger.writing import Placed
from portal_app.services.sync import bulk
from portal_app.services.sync.bulk import Row
from portal_app.services.sync.ledger import covers_the_same, start_of
from portal_app.services.sync.projecting import Clock, ledger_of, lock, reproject
from portal_app.services.sync.projection import Entry, carries, fold
from portal_app.services.topics import Topic


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
    """The record behind each term of these policies that spoke of it last, by policy and effective date."""
    ledger, record = bulk.LEDGER.c, bulk.SOURCE_RECORD.c
    stated: dict[tuple[int, date], str] = {}
    for page in bulk.pages(sorted(policy_ids), 500):
        found = tx.db.execute(
            select(ledger.policy_id, ledger.term_effective, record.source_id)
            .join(bulk.SOURCE_RECORD, record.id == ledger.source_record_id)
            .where(ledger.policy_id.in_(page), ledger.state == TransactionState.ISSUED)
            .order_by(func.coalesce(ledger.age, ledger.id))
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
            if not (wrong.source_id or pair.same_time):
                continue  # A term that only the portal began is in no file.
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
    clock = Clock(tx.now, tx.settings.zone)
    reproject(tx.db, feed, {each.policy_id: each.policy_source_id for each in corrections}, clock)
    tx.changes(Topic.POLICIES)


def _move(tx: Tx, correction: Correction) -> None:
    """Everything of both terms is reversed and applied again on the right one: first what was said of the wrong one,
    then how the right one began, as a change, then what happened to it since; each in its place."""
    lock(tx.db, [correction.policy_id])
    ledger = bulk.LEDGER
    issued = select(ledger).where(ledger.c.policy_id == correction.policy_id, ledger.c.state == TransactionState.ISSUED)
    found = [dict(row) for row in tx.db.execute(issued.order_by(ledger.c.id)).mappings()]
    wrong = [each for each in found if each["term_effective"] == correction.wrong]
    right = [each for each in found if each["term_effective"] == correction.right]
    said = _said(wrong, right, correction, start_of(correction.right, tx.settings.zone))
    arrangement = arrange([], [entry for _, entry in said])
    originals = {id(entry): row for row, entry in said}
    again = [writing.again(originals[id(each.given)], each.entry, tx.now) for each in arrangement.written]
    bulk.insert_rows(tx.db, ledger, [row | {"known_at": tx.now, "age": None} for row in again])
    turns = {id(entry): turn for turn, (_, entry) in enumerate(said)}
    _let_age_say_what_was_said_last(
        tx, {row["locator"]: turns[id(each.given)] for row, each in zip(again, arrangement.written, strict=True)}
    )
    writing.reverse(tx.db, {each["id"]: again[0]["locator"] for each in (*wrong, *right)}, tx.now)
    _apply_renewals_again(tx, correction)
    _hear_anew(tx, [each["source_record_id"] for each in wrong])


def _let_age_say_what_was_said_last(tx: Tx, turns: dict[str, int]) -> None:
    """Give new rows (locator → turn in which it was said) the ages of each other, so that the last word is the
    youngest."""
    ledger = bulk.LEDGER.c
    found = tx.db.execute(select(ledger.id, ledger.locator).where(ledger.locator.in_(turns)).order_by(ledger.id)).all()
    ages = [number for number, _ in found]
    bulk.update_rows(tx.db, bulk.LEDGER, [{"id": number, "age": ages[turns[locator]]} for number, locator in found])


def _apply_renewals_again(tx: Tx, correction: Correction) -> None:
    """What was renewed in the portal from a term that moved carries forward what that is now."""
    there = order.issued(ledger_of(tx.db, [correction.policy_id])[correction.policy_id])
    moved = arrange(there, [], touched={correction.right, correction.wrong})
    rows = [Placed(correction.policy_id, each) for each in moved.written]
    writing.write(tx.db, rows, tx.now)


def _said(
    wrong: Sequence[Row], right: Sequence[Row], correction: Correction, begins: datetime
) -> list[tuple[Row, Entry]]:
    """Both terms' transactions as the right term has them, in the order in which they count as said."""

    def on_the_right_term(row: Row, **more: Any) -> tuple[Row, Entry]:
        told = {"effective_at": max(begins, row["effective_at"]), "changes": row["changes"], "kind": row["kind"]} | more
        issued = TransactionState.ISSUED
        return row, Entry(issued, row["origin"], correction.right, instructions=row["instructions"], **told)

    began = next((each for each in right if each["origin"] is Origin.FEED), right[0])
    since = [_told_since(on_the_right_term(each)) for each in right if each is not began]
    first, *later = wrong
    if Origin.FEED not in {each["origin"] for each in wrong}:
        # Only the portal began the wrong term: the feed's own beginning takes its place, and what was instructed stays.
        instructed = _told_since(on_the_right_term(first, effective_at=begins))
        return [on_the_right_term(began), instructed, *(on_the_right_term(each) for each in later), *since]
    changed = on_the_right_term(
        began, effective_at=begins, kind=TransactionKind.CHANGE, changes=_difference(wrong, began, correction)
    )
    moved = [on_the_right_term(first, effective_at=begins), *(on_the_right_term(each) for each in later)]
    return [*moved, changed, *since]


def _told_since(pair: tuple[Row, Entry]) -> tuple[Row, Entry]:
    """A renewal from the portal, of a term that is begun otherwise, leaves only what it instructs."""
    row, entry = pair
    return (row, replace(entry, kind=TransactionKind.CHANGE, changes={})) if carries(entry) else pair


def _difference(wrong: Sequence[Row], began: Row, correction: Correction) -> dict[str, Any]:
    """What was said of the right term as it began, and had not been said of the wrong one by the feed."""
    if began["origin"] is Origin.PORTAL:
        return dict(began["changes"])
    states = fold(
        Entry(TransactionState.ISSUED, Origin.FEED, each["term_effective"], each["changes"])
        for each in (*wrong, began)
        if each["origin"] is Origin.FEED
    )
    before, after = states[correction.wrong].fields, states[correction.right].fields
    return {name: value for name, value in after.items() if value != before[name]}


def _hear_anew(tx: Tx, source_record_ids: Sequence[int | None]) -> None:
    """Should the wrong terms' records ever be sent again, be it as they were, they say something new."""
    record = bulk.SOURCE_RECORD
    numbers = {number for number in source_record_ids if number is not None}
    tx.db.execute(update(record).where(record.c.id.in_(numbers)).values(content_hash=b""))
