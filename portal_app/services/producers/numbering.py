"""Giving codes: the next one of a plan, or one that somebody says. The database has the last word on both."""

from collections.abc import Callable

from sqlalchemy import case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from portal_app.models import metadata
from portal_app.models.producers import NumberSequence, ProducerCode
from portal_app.services.door import Tx
from portal_app.services.errors import InvalidData
from portal_app.services.producers.configuration import EntityType, NumberingPlan
from portal_app.services.producers.formats import OutOfNumbers
from portal_app.services.producers.particulars import problem_of_code

TAKEN = "There is a code like this already."
_SEQUENCE = metadata.tables["number_sequence"]


def give(tx: Tx, row: ProducerCode, code: str) -> None:
    """Give the row this code and write it down. Raises InvalidData for one that cannot be, or is another's."""
    if problem := problem_of_code(code):
        raise InvalidData({"code": problem})
    if _is_taken(tx, code) or not _written(tx, row, code):
        raise InvalidData({"code": TAKEN})


def give_next(tx: Tx, row: ProducerCode, kind: EntityType, plan: NumberingPlan) -> None:
    """Give the row the next code of the plan and write it down; what somebody was given by hand is passed over. Raises
    OutOfNumbers."""
    while True:
        code = plan.format.written(_next_number(tx, plan), kind.numbering_string)
        if not _is_taken(tx, code) and _written(tx, row, code):
            return


def _next_number(tx: Tx, plan: NumberingPlan) -> int:
    """Take a number of the plan: two at the same moment take two, and what an undone one took is taken by the next.
    Raises OutOfNumbers."""
    connection = tx.db.connection()
    insert: Callable[..., sqlite.Insert | postgresql.Insert]
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    begun = insert(_SEQUENCE).values(plan=plan.name, next_number=plan.initial)
    connection.execute(begun.on_conflict_do_nothing())
    at, end = col(NumberSequence.next_number), plan.format.capacity
    # A plan that was given a later beginning goes on from there.
    first = case((at < plan.initial, plan.initial), else_=at)
    taken = update(_SEQUENCE).where(col(NumberSequence.plan) == plan.name, at < end).values(next_number=first + 1)
    found = connection.execute(taken.returning(_SEQUENCE.c.next_number)).scalar_one_or_none()
    if found is None:
        raise OutOfNumbers
    return int(found) - 1


def _is_taken(tx: Tx, code: str) -> bool:
    """Whether anybody has it, seen or not: a code is one of its kind in the whole portal."""
    return tx.db.scalar(select(col(ProducerCode.id)).where(col(ProducerCode.code) == code)) is not None


def _written(tx: Tx, row: ProducerCode, code: str) -> bool:
    """Whether the row could be written with this code: somebody may have taken it at the same moment."""
    new = row not in tx.db
    try:
        with tx.db.begin_nested():
            row.code = code
            tx.db.add(row)
            tx.db.flush()
    except IntegrityError:
        if not _is_taken(tx, code):
            raise
        if new:
            row.id = None
        return False
    return True
