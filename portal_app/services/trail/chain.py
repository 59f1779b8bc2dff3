"""Whether the chain holds, asked for by a person and found out by the worker: it can take minutes, and the anchors lie
where the worker writes them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlmodel import col

from portal_app.models.audit import ChainCheck
from portal_app.services import audit
from portal_app.services.access import Gate, Permission, Reach, reach
from portal_app.services.audit import Verdict
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Forbidden

TOLD = 20
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Chain:
    """The last check: when, for whom, and what it found. `checked_at` is None before the first."""

    ordered: bool
    may_order: bool
    checked_at: datetime | None = None
    ordered_by: str = ""
    sealed: int = 0
    unsealed: int = 0
    problems_found: int = 0
    problems: tuple[str, ...] = ()


@writes(Permission.VIEW_AUDIT)
def order(tx: Tx) -> None:
    """Have the chain checked; asked for twice it is done once. Raises Forbidden for who only reads."""
    if not _may_order(tx):
        raise Forbidden
    if _is_ordered(tx):
        return
    tx.db.add(ChainCheck(ordered_by=tx.actor.email or tx.actor.name, ordered_at=tx.now))
    audit.record(tx, "audit.check_ordered", subject_kind="trail")


@reads(Permission.VIEW_AUDIT)
def standing(tx: Tx) -> Chain:
    """What the last check found, and whether one is under way."""
    done = select(ChainCheck).where(col(ChainCheck.done_at).is_not(None)).order_by(col(ChainCheck.id).desc())
    last = tx.db.scalars(done.limit(1)).first()
    ordered, may_order = _is_ordered(tx), _may_order(tx)
    if last is None:
        return Chain(ordered, may_order)
    return Chain(
        ordered=ordered,
        may_order=may_order,
        checked_at=last.done_at,
        ordered_by=last.ordered_by,
        sealed=last.sealed,
        unsealed=last.unsealed,
        problems_found=last.problems_found,
        problems=tuple(last.problems.splitlines()),
    )


@reads(Gate.SYSTEM)
def last_order(tx: Tx) -> int | None:
    """The newest order that waits, or None."""
    return tx.db.scalar(select(func.max(col(ChainCheck.id))).where(col(ChainCheck.done_at).is_(None)))


@writes(Gate.SYSTEM)
def done(tx: Tx, *, order: int, verdict: Verdict) -> None:
    """Note what was found for all who waited when the check began."""
    told = "\n".join(verdict.problems[:TOLD])[:LONGEST]
    waited = (col(ChainCheck.id) <= order, col(ChainCheck.done_at).is_(None))
    found = {"sealed": verdict.sealed, "unsealed": verdict.unsealed, "problems_found": len(verdict.problems)}
    tx.db.execute(update(ChainCheck).where(*waited).values(done_at=tx.now, problems=told, **found))
    audit.record(tx, "audit.checked", subject_kind="trail", detail=found)


def _is_ordered(tx: Tx) -> bool:
    return bool(tx.db.scalar(select(exists().where(col(ChainCheck.done_at).is_(None)))))


def _may_order(tx: Tx) -> bool:
    return reach(tx.actor, Permission.VIEW_AUDIT) is Reach.FULL
