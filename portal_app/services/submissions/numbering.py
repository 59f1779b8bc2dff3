"""Submission IDs: SUB-2026-000001, counted anew each year, none given twice."""

from collections.abc import Callable

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from portal_app.models import metadata
from portal_app.models.producers import NumberSequence
from portal_app.services.door import Tx

_SEQUENCE = metadata.tables["number_sequence"]


def next_number(tx: Tx, year: int) -> str:
    """Take the next number of the year: two at the same moment take two, and what an undone one took is taken by the
    next."""
    connection = tx.db.connection()
    insert: Callable[..., sqlite.Insert | postgresql.Insert]
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    plan = f"submission:{year}"
    connection.execute(insert(_SEQUENCE).values(plan=plan, next_number=1).on_conflict_do_nothing())
    at = col(NumberSequence.next_number)
    taken = update(_SEQUENCE).where(col(NumberSequence.plan) == plan).values(next_number=at + 1)
    number = int(connection.execute(taken.returning(_SEQUENCE.c.next_number)).scalar_one()) - 1
    return f"SUB-{year}-{number:06d}"
