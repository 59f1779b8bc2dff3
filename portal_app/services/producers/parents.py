"""Who stands above a producer and who holds a code, now and at an earlier moment. Whoever moves a producer does it by
`set_parent`, whoever moves a code by `set_holder`. Of what a moment had reached, that holds which was written last: of
two moves at once the one that came second may have looked at its clock first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session
from sqlmodel import col

from portal_app.models.parents import ProducerCodeHolder, ProducerParent
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Tx


@dataclass(frozen=True, slots=True)
class Above:
    """A producer of a hierarchy, from the bottom up."""

    locator: str
    name: str


def set_parent(tx: Tx, producer: int, parent: int | None) -> None:
    """Put the producer below another one, or below nobody (ids), and keep who stood there before. Whether that makes a
    circle is for the caller to have checked."""
    stored = tx.db.get_one(Producer, producer)
    if stored.parent_id == parent:
        return
    kept = select(col(ProducerParent.id)).where(col(ProducerParent.producer_id) == producer)
    if tx.db.scalar(kept.limit(1)) is None:
        tx.db.add(ProducerParent(producer_id=producer, parent_id=stored.parent_id, since=stored.created_at))
        tx.db.flush()
    stored.parent_id = parent
    tx.db.add(ProducerParent(producer_id=producer, parent_id=parent, since=tx.now))
    tx.db.flush()


def set_holder(tx: Tx, code: ProducerCode, producer: int) -> None:
    """Give the code to the producer (an id), and keep who held it before."""
    if code.producer_id == producer:
        return
    kept = ProducerCodeHolder
    if tx.db.scalar(select(col(kept.id)).where(col(kept.code_id) == code.id).limit(1)) is None:
        tx.db.add(kept(code_id=code.id or 0, producer_id=code.producer_id, since=code.created_at))
        tx.db.flush()
    code.producer_id = producer
    tx.db.add(kept(code_id=code.id or 0, producer_id=producer, since=tx.now))
    tx.db.flush()


def holder_at(db: Session, code: str, at: datetime) -> int | None:
    """The id of who held the code at that moment; before the portal knew, of who held it first. None for an unknown
    code."""
    today = db.execute(
        select(col(ProducerCode.id), col(ProducerCode.producer_id)).where(col(ProducerCode.code) == code)
    )
    found = today.first()
    if found is None:
        return None
    kept = ProducerCodeHolder
    history: History = [
        (since, holder)
        for since, holder in db.execute(
            select(col(kept.since), col(kept.producer_id)).where(col(kept.code_id) == found.id).order_by(col(kept.id))
        )
    ]
    return _standing_in(history, at) if history else int(found.producer_id)


def parent_at(db: Session, producer: int, at: datetime) -> int | None:
    """The id of who stood above the producer at that moment; before the portal knew, of whoever stood there first."""
    history = _histories(db, [producer]).get(producer)
    if history is None:
        return db.scalar(select(col(Producer.parent_id)).where(col(Producer.id) == producer))
    return _standing_in(history, at)


def chain_at(db: Session, producer: int, at: datetime) -> list[Above]:
    """The producer and everybody above at that moment, from the bottom up."""
    rows = _chain_today(db, producer)
    histories = _histories(db, rows)
    found: list[Above] = []
    met: set[int] = set()
    step: int | None = producer
    while step is not None and step not in met:
        met.add(step)
        if step not in rows:
            rows |= (more := _chain_today(db, step))
            histories |= _histories(db, more)
        found.append(Above(rows[step].locator, rows[step].name))
        history = histories.get(step)
        step = rows[step].parent_id if history is None else _standing_in(history, at)
    return found


def _chain_today(db: Session, producer: int) -> dict[int, Row[Any]]:
    """The producer and everybody above as it is now, by id."""
    table: Any = Producer.__table__  # type: ignore[attr-defined]
    columns = table.c.id, table.c.parent_id, table.c.locator, table.c.name
    chain = select(*columns).where(table.c.id == producer).cte("above", recursive=True)
    chain = chain.union(select(*columns).where(table.c.id == chain.c.parent_id))
    return {row.id: row for row in db.execute(select(chain))}


History = Sequence[tuple[datetime, int | None]]


def _histories(db: Session, producers: Iterable[int]) -> dict[int, History]:
    """The parents of those that ever had another one, as they were written."""
    kept = ProducerParent
    rows = db.execute(
        select(col(kept.producer_id), col(kept.since), col(kept.parent_id))
        .where(col(kept.producer_id).in_(list(producers)))
        .order_by(col(kept.producer_id), col(kept.id))
    )
    found: dict[int, list[tuple[datetime, int | None]]] = {}
    for producer, since, parent in rows:
        found.setdefault(producer, []).append((since, parent))
    return dict(found)


def _standing_in(history: History, at: datetime) -> int | None:
    reached = [who for since, who in history if since <= at]
    return reached[-1] if reached else history[0][1]
