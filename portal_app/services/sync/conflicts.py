"""What two sides say of one policy and cannot both hold: noted while a feed is taken in, resolved by a person.

Two kinds: two terms of a policy for the same time, of which no complete file says which is meant; and a producer code
that the portal gave a term and the agency's system does not confirm. Until somebody decides, both terms are shown, and
the portal's code holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlmodel import col

from portal_app.models.enums import (
    ConflictKind,
    Origin,
    PolicyStatus,
    Resolution,
    TransactionKind,
    TransactionState,
)
from portal_app.models.producers import Producer, ProducerCode
from portal_app.models.types import new_locator
from portal_app.services import audit, leases
from portal_app.services.access import Gate, Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.ledger import order, writing
from portal_app.services.ledger.returning import returning, tell_returned
from portal_app.services.ledger.rules import told as told_moment
from portal_app.services.ledger.writing import Drafted, Placed
from portal_app.services.producers.standing import MISTAKES, why_not_anew
from portal_app.services.sync import bulk, corrections
from portal_app.services.sync.corrections import Correction
from portal_app.services.sync.ledger import within
from portal_app.services.sync.projecting import Clock, ledger_of, lock, reproject
from portal_app.services.sync.projection import Entry, fold
from portal_app.services.topics import Topic
from portal_app.services.webhooks import events

HANDS = "resolved by hand"
LEASE_SECONDS = 60
CHANGE = TransactionKind.CHANGE
KIND_OF_STATUS = {
    PolicyStatus.ACTIVE: TransactionKind.REINSTATEMENT,
    PolicyStatus.CANCELLED: TransactionKind.CANCELLATION,
}
Pair = tuple[int, date, str, str]


@dataclass(frozen=True, slots=True)
class Claim:
    """What the feed says (`theirs`) of a term's producer code or status where the portal has another one (`ours`).
    Where it does not say it `anew`, who decided once that the portal's holds is not asked again."""

    policy_source_id: str
    term_effective: date
    ours: str
    theirs: str
    kind: ConflictKind = ConflictKind.PRODUCER_CODE
    anew: bool = True


@dataclass(frozen=True, slots=True)
class Open:
    """A conflict that waits. `first` and `second` are what the sides say."""

    locator: str
    feed: str
    kind: ConflictKind
    policy: str
    number: str
    insured_name: str
    term_effective: date
    first: str
    second: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Conflicts:
    """A page of the conflicts that wait, the oldest first, and how many there are."""

    rows: tuple[Open, ...]
    total: int


@reads(Permission.VIEW_FEEDS)
def waiting(tx: Tx) -> int:
    """How many conflicts wait for a person."""
    conflict = bulk.CONFLICT
    return tx.db.scalar(select(func.count()).select_from(conflict).where(conflict.c.resolved_at.is_(None))) or 0


@reads(Permission.MEND_ROWS)
def listed(tx: Tx, *, offset: int = 0, count: int = 50) -> Conflicts:
    """The conflicts that wait, with the policies that they are about."""
    there = _open_ones()
    page = there.order_by(bulk.CONFLICT.c.id).offset(max(offset, 0)).limit(min(max(count, 1), 200))
    return Conflicts(tuple(Open(**row) for row in tx.db.execute(page).mappings()), waiting(tx))


@reads(Permission.MEND_ROWS)
def one(tx: Tx, *, locator: str) -> Open:
    """One conflict that waits. Raises NotFound."""
    found = tx.db.execute(_open_ones().where(bulk.CONFLICT.c.locator == locator)).mappings().first()
    if found is None:
        raise NotFound("This conflict does not wait any more.")
    return Open(**found)


def _open_ones() -> Select[Any]:
    conflict, policy = bulk.CONFLICT.c, bulk.POLICY.c
    columns = (
        conflict.locator,
        conflict.feed,
        conflict.kind,
        policy.locator.label("policy"),
        policy.number,
        policy.insured_name,
        conflict.term_effective,
        conflict.first,
        conflict.second,
        conflict.found_at,
    )
    return select(*columns).join(bulk.POLICY, policy.id == conflict.policy_id).where(conflict.resolved_at.is_(None))


@writes(Permission.MEND_ROWS)
def resolve(tx: Tx, *, locator: str, resolution: Resolution) -> None:
    """Decide a conflict: of two terms which holds, or that both do; of two codes which the policy bears; of two
    statuses which is so.

    Raises NotFound for one that does not wait, Conflict where the feed is being taken in, Invalid for an answer that
    this kind of conflict does not have.
    """
    conflict, policy = bulk.CONFLICT, bulk.POLICY
    found = tx.db.execute(
        select(conflict, policy.c.source_id.label("policy_source_id"), policy.c.locator.label("policy"))
        .join(policy, policy.c.id == conflict.c.policy_id)
        .where(conflict.c.locator == locator, conflict.c.resolved_at.is_(None))
    ).first()
    if found is None:
        raise NotFound("This conflict does not wait any more.")
    lease = leases.acquire(tx, name=f"sync:{found.feed}", holder=HANDS, seconds=LEASE_SECONDS)
    if lease is None:
        raise Conflict("The feed is being taken in at this moment. Try again in a minute.")
    said = {"kind": found.kind.value, "resolution": resolution.value, "termEffective": found.term_effective.isoformat()}
    events.tell(tx, "policy.conflict.resolve", locator=locator, data={"policyLocator": found.policy, **said})
    if found.kind is ConflictKind.SAME_TIME_TWICE:
        _decide_terms(tx, lease, found, resolution)
    elif found.kind is ConflictKind.PRODUCER_CODE:
        _decide_code(tx, found, resolution)
    else:
        _decide_status(tx, found, resolution)
    leases.release(tx, lease=lease)
    tx.changes(Topic.FEEDS, Topic.POLICIES)
    _close(tx, [found.id], resolution)
    sides = {"kind": found.kind.value, "first": found.first, "second": found.second, "resolution": resolution.value}
    audit.record(tx, "conflict.resolved", subject_kind="policy", subject=found.policy, detail=sides)


def _decide_terms(tx: Tx, lease: leases.Held, found: Any, resolution: Resolution) -> None:
    if resolution is Resolution.BOTH:
        return
    days = [date.fromisoformat(found.first), date.fromisoformat(found.second)]
    if resolution is Resolution.FIRST:
        days.reverse()
    elif resolution is not Resolution.SECOND:
        raise Invalid({"resolution": "Say which of the two terms holds, or that both do."})
    wrong, right = days
    correction = Correction(found.policy_id, found.policy_source_id, wrong, right)
    corrections.correct(tx, lease=lease, feed=found.feed, corrections=[correction])


def _decide_code(tx: Tx, found: Any, resolution: Resolution) -> None:
    if resolution is Resolution.FIRST:
        return
    if resolution is not Resolution.SECOND:
        raise Invalid({"resolution": "Say which of the two codes the policy bears."})
    codes = select(ProducerCode).join(Producer, col(Producer.id) == col(ProducerCode.producer_id))
    held = codes.where(col(ProducerCode.code) == found.second).with_for_update(read=True)
    if found.second and (why := why_not_anew(tx, tx.db.scalars(held).one(), MISTAKES)):
        raise Conflict(why)
    ledger = _held_ledger(tx, found)
    at = within(fold(ledger)[found.term_effective], tx.now, tx.settings.zone)
    _issue(tx, found, ledger, TransactionKind.CHANGE, {"producer_code": found.second}, at)


def _decide_status(tx: Tx, found: Any, resolution: Resolution) -> None:
    """The feed's status holds behind all that was said of the term's status so far, also later on the same day."""
    if resolution is Resolution.FIRST:
        return
    if resolution is not Resolution.SECOND:
        raise Invalid({"resolution": "Say which of the two statuses holds."})
    ledger = _held_ledger(tx, found)
    mine = [each for each in order.issued(ledger) if each.term_effective == found.term_effective]
    told = [each.effective_at for each in mine if "status" in each.changes and each.effective_at is not None]
    at = max(within(fold(ledger)[found.term_effective], tx.now, tx.settings.zone), *told)
    _issue(tx, found, ledger, KIND_OF_STATUS.get(PolicyStatus(found.second), CHANGE), {"status": found.second}, at)


def _held_ledger(tx: Tx, found: Any) -> list[Entry]:
    lock(tx.db, [found.policy_id])
    return ledger_of(tx.db, [found.policy_id])[found.policy_id]


def _issue(
    tx: Tx, found: Any, ledger: list[Entry], kind: TransactionKind, changes: Mapping[str, Any], at: datetime
) -> None:
    """What a decision changes, as a transaction of the portal, which is told as every other."""
    issued = TransactionState.ISSUED
    entry = Entry(issued, Origin.PORTAL, found.term_effective, changes, kind, effective_at=at)
    there = order.issued(ledger)
    back = returning(tx.db, found.policy_id, there, entry)
    arrangement = order.rearranged(there, [entry], back=back, whole=True)
    falls = {each.id or 0: found.policy_id for each in arrangement.falls}
    new = Drafted(new_locator(), tx.now)
    placed = [
        Placed(found.policy_id, each, drafted=new if each.given is entry else None) for each in arrangement.written
    ]
    wrote = writing.write(tx.db, placed, tx.now, falls)
    told = {"policyLocator": found.policy, "kind": kind.value, "effectiveTime": told_moment(at)}
    events.tell(tx, "policy.transaction.issue", locator=new.locator, data=told)
    overtaken = [each.id for each in arrangement.overtaken]
    ledger_row = bulk.LEDGER.c
    for each in tx.db.scalars(select(ledger_row.locator).where(ledger_row.id.in_(overtaken)).order_by(ledger_row.id)):
        by = {"policyLocator": found.policy, "reversedBy": new.locator}
        events.tell(tx, "policy.transaction.reverse", locator=each, data=by)
    tell_returned(tx, wrote, {found.policy_id: found.policy})
    clock = Clock(tx.now, tx.settings.zone)
    reproject(tx.db, found.feed, {found.policy_id: found.policy_source_id}, clock)


@writes(Gate.SYSTEM)
def note_terms(tx: Tx, *, lease: leases.Held, feed: str, run_id: int) -> None:
    """After a run that changed something: note the policies that have two terms for the same time, and close what is
    not so any more."""
    leases.still_held(tx, lease)
    run = bulk.SYNC_RUN.c
    changed = tx.db.scalar(select(run.rows_added + run.rows_changed).where(run.id == run_id))
    if not changed:
        return
    pairs = {
        (each.policy_id, each.one.effective, each.one.effective.isoformat(), each.other.effective.isoformat())
        for each in corrections.doubts(tx, feed=feed)
        if each.same_time and not (each.one.cancelled or each.other.cancelled)
    }
    known = _known(tx, feed, ConflictKind.SAME_TIME_TWICE)
    _add(tx, feed, ConflictKind.SAME_TIME_TWICE, [pair for pair in sorted(pairs) if pair not in known])
    again = [known[pair] for pair in pairs & known.keys()]
    _reopen(tx, [row.id for row in again if row.resolution not in (None, Resolution.BOTH)])
    _close(tx, [row.id for pair, row in known.items() if pair not in pairs and row.resolution is None], Resolution.GONE)


def note_claims(tx: Tx, feed: str, policy_ids: Mapping[str, int], claims: Sequence[Claim]) -> None:
    """Note where the feed does not confirm the portal's producer code or status, and close what it confirms. An older
    claim about the same term is overtaken by the new one."""
    conflict = bulk.CONFLICT.c
    for claim in claims:
        policy_id = policy_ids[claim.policy_source_id]
        about = (
            conflict.policy_id == policy_id,
            conflict.kind == claim.kind,
            conflict.term_effective == claim.term_effective,
        )
        there = tx.db.execute(select(conflict.id, conflict.first, conflict.second, conflict.resolution).where(*about))
        known = there.all()
        same = next((each for each in known if (each.first, each.second) == (claim.ours, claim.theirs)), None)
        if same is not None and not claim.anew and same.resolution in (None, Resolution.FIRST):
            continue
        _close(tx, [each.id for each in known if each.resolution is None], Resolution.GONE)
        if claim.theirs == claim.ours:
            continue
        if same is not None:
            _reopen(tx, [same.id])
        else:
            _add(tx, feed, claim.kind, [(policy_id, claim.term_effective, claim.ours, claim.theirs)])


def _known(tx: Tx, feed: str, kind: ConflictKind) -> dict[Pair, Any]:
    conflict = bulk.CONFLICT
    found = tx.db.execute(select(conflict).where(conflict.c.feed == feed, conflict.c.kind == kind))
    return {(row.policy_id, row.term_effective, row.first, row.second): row for row in found}


def _add(tx: Tx, feed: str, kind: ConflictKind, pairs: Sequence[Pair]) -> None:
    rows = [
        {
            "locator": new_locator(),
            "feed": feed,
            "kind": kind,
            "policy_id": policy_id,
            "term_effective": term,
            "first": first,
            "second": second,
            "found_at": tx.now,
            "resolved_by": "",
        }
        for policy_id, term, first, second in pairs
    ]
    if rows:
        tx.db.execute(insert(bulk.CONFLICT), rows)


def _reopen(tx: Tx, ids: Sequence[int]) -> None:
    conflict = bulk.CONFLICT
    again = {"resolution": None, "resolved_at": None, "resolved_by": "", "found_at": tx.now}
    tx.db.execute(update(conflict).where(conflict.c.id.in_(ids)).values(again))


def _close(tx: Tx, ids: Sequence[int], resolution: Resolution) -> None:
    conflict = bulk.CONFLICT
    told = {"resolution": resolution, "resolved_at": tx.now, "resolved_by": tx.actor.email or tx.actor.name}
    tx.db.execute(update(conflict).where(conflict.c.id.in_(ids)).values(told))
