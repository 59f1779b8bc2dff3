"""Who stands above a producer, as a condition for other statements."""

from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from portal_app.models.producers import Producer


def up_from(producer_id: int) -> Select[Any]:
    """The ids of a producer and of everybody above."""
    above: tuple[Any, ...] = (col(Producer.id).label("id"), col(Producer.parent_id).label("parent_id"))
    # Without a name of its own: a statement may ask for several.
    line = select(*above).where(col(Producer.id) == producer_id).cte(recursive=True)
    line = line.union(select(*above).where(col(Producer.id) == line.c.parent_id))
    return select(line.c.id)
