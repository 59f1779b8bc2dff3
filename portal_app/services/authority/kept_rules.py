"""What grants and moratoria have in common as rows: listed by how they stand, and written on top of a version."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, case, func, select, update
from sqlmodel import col

from portal_app.models.authority import AuthorityGrant, Moratorium
from portal_app.services.authority.terms import Standing
from portal_app.services.door import Tx
from portal_app.services.errors import Conflict
from portal_app.services.licensing import records
from portal_app.services.scope import visible

Rule = TypeVar("Rule", AuthorityGrant, Moratorium)


def page(
    tx: Tx,
    model: type[Rule],
    stand: Mapping[Standing, ColumnElement[bool]],
    *,
    standing: Standing | None,
    offset: int,
    count: int,
) -> tuple[list[Rule], int]:
    """Some of those that the actor may see and that stand so, those in force first, and how many there are. `stand`
    says when a row stands how."""
    asked = visible(tx.actor, model)
    if standing is not None:
        asked = asked.where(stand[standing])
    total = tx.db.scalar(select(func.count()).select_from(asked.subquery())) or 0
    places = {which: place for place, which in enumerate(Standing)}
    order = case(*((condition, places[which]) for which, condition in stand.items()), else_=len(places))
    ordered = asked.order_by(order, col(model.id).desc()).offset(max(offset, 0)).limit(min(max(count, 1), 200))
    return list(tx.db.scalars(ordered)), total


def write(tx: Tx, row: Rule, version: int, values: Mapping[str, Any]) -> None:
    """Have the row say this, where it is still that version and not ended. Raises Conflict where it is not."""
    model = type(row)
    same = (col(model.id) == row.id, col(model.version) == version, col(model.ended_at).is_(None))
    written = update(model).where(*same).values(version=version + 1, **values)
    if not tx.db.execute(written.returning(col(model.id))).all():
        raise Conflict(records.CHANGED_MEANWHILE)
    tx.db.refresh(row)
