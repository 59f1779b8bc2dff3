"""Who stands below whom. Codes and policies name no parent, so that a move rewrites nothing but the one row."""

from typing import Any

from sqlalchemy import Select, func, literal, select, text
from sqlmodel import col

from portal_app.database import lowered
from portal_app.models.enums import ProducerState
from portal_app.models.producers import Producer
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import InvalidData
from portal_app.services.producers.rows import one
from portal_app.services.producers.views import Node, called, nodes_shown
from portal_app.services.scope import down_from, visible

MOST_LEVELS = 100
FINAL = (ProducerState.RETIRED, ProducerState.DISCARDED)


@reads(Permission.VIEW_PRODUCERS)
def hierarchy(tx: Tx, *, locator: str) -> Node:
    """A producer with everybody below, as far as the actor may see them, by name. Raises NotFound."""
    top = one(tx, Producer, locator)
    below = visible(tx.actor, Producer).where(col(Producer.id).in_(down_from(top.id)))
    return nodes_shown(tx, top, below.order_by(lowered(col(Producer.name)), col(Producer.id)))


def hold_tree(tx: Tx) -> None:
    """Nobody else moves producers until this transaction is through: of two moves at once, each fine by itself, a loop
    could come. SQLite has one writer anyway."""
    if tx.db.get_bind().dialect.name == "postgresql":
        tx.db.execute(text("SELECT pg_advisory_xact_lock(hashtext('portal: the tree of producers'))"))


def parent_for(tx: Tx, row: Producer, locator: str) -> Producer | None:
    """Who is to stand above the row; "" for nobody. Raises InvalidData for a parent that is not there, cannot be used
    any more, or stands below the row itself. Who stands there already stays, whatever became of them."""
    if not locator:
        return None
    hold_tree(tx)
    parent: Producer | None = tx.db.scalars(visible(tx.actor, Producer).where(col(Producer.locator) == locator)).first()
    if parent is None:
        raise InvalidData({"parentLocator": "There is no such producer."})
    if parent.id == row.parent_id:
        return parent
    if parent.state in FINAL:
        raise InvalidData({"parentLocator": f"{called(parent)} is {parent.state.value} and cannot be used again."})
    line = above(tx, parent)
    if row.id is not None and row.id in [each.id for each in line]:
        loop = [called(each) for each in line[: [each.id for each in line].index(row.id) + 1]]
        names = " → ".join([*loop, loop[0]])
        raise InvalidData({"parentLocator": f"{called(row)} cannot stand below {loop[0]}: {names} would be a loop."})
    if len(line) + _height(tx, row) > MOST_LEVELS:
        raise InvalidData({"parentLocator": f"Producers stand at most {MOST_LEVELS} levels deep."})
    return parent


def above(tx: Tx, row: Producer) -> list[Producer]:
    """The row and everybody over it, the nearest first, as far as the actor may see them."""
    return _above(tx, row, visible(tx.actor, Producer))


def above_unseen(tx: Tx, row: Producer) -> list[Producer]:
    """The row and everybody over it, the nearest first, for a rule that holds whoever asks."""
    return _above(tx, row, select(Producer))


def _above(tx: Tx, row: Producer, among: Select[Any]) -> list[Producer]:
    here: tuple[Any, ...] = (col(Producer.id), col(Producer.parent_id))
    line = select(*here).where(col(Producer.id) == row.id).cte(recursive=True)
    line = line.union(select(*here).where(col(Producer.id) == line.c.parent_id))
    rows = tx.db.scalars(among.where(col(Producer.id).in_(select(line.c.id)))).all()
    found, by_id = [row], {each.id: each for each in rows}
    while (parent := by_id.get(found[-1].parent_id)) is not None and len(found) < len(rows):
        found.append(parent)
    return found


def _height(tx: Tx, row: Producer) -> int:
    """How many levels the row and those below it make."""
    if row.id is None:
        return 1
    level = select(col(Producer.id), literal(1).label("level")).where(col(Producer.id) == row.id).cte(recursive=True)
    deeper = select(col(Producer.id), level.c.level + 1).where(col(Producer.parent_id) == level.c.id)
    level = level.union(deeper.where(level.c.level <= MOST_LEVELS))
    return tx.db.scalar(select(func.max(level.c.level))) or 1
