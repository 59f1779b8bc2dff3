"""Giving codes: the next one of a plan, or one that somebody says. The database has the last word on both."""

from collections.abc import Callable

from sqlalchemy import case, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from portal_app.models import metadata
from portal_app.models.producers import NumberSequence, ProducerCode
from portal_app.services.door import Tx
from portal_app.services.errors import InvalidData
from portal_app.services.producers.configuration import EntityType, NumberingPlan
from portal_app.services.producers.formats import OutOfNumbers
from portal_app.services.producers.spelling import likeness, problem_of_code

TAKEN = "There is a code like this already."
LOOKS_ALIKE = "{} is there already, and nobody could tell the two apart: only spaces or capitals differ."
_SEQUENCE = metadata.tables["number_sequence"]


def give(tx: Tx, row: ProducerCode, code: str) -> None:
    """Give the row this code and write it down. Raises InvalidData for one that cannot be, is another's, or looks like
    another's."""
    if problem := problem_of_code(code):
        raise InvalidData({"code": problem})
    if (other := _like(tx, code)) is None and not _written(tx, row, code):
        other = _like(tx, code)
    if other is not None:
        raise InvalidData({"code": TAKEN if other == code else LOOKS_ALIKE.format(other)})


def give_next(tx: Tx, row: ProducerCode, kind: EntityType, plan: NumberingPlan) -> None:
    """Give the row the next code of the plan and write it down; what somebody was given by hand, or looks like that, is
    passed over. Raises OutOfNumbers."""
    while True:
        code = plan.format.written(_next_number(tx, plan, plan.part_of(kind)), kind.numbering_string)
        if _like(tx, code) is None and _written(tx, row, code):
            return


def _next_number(tx: Tx, plan: NumberingPlan, part: str) -> int:
    """Take a number of the plan, or of the part of it that counts by itself: two at the same moment take two, and what
    an undone one took is taken by the next. Raises OutOfNumbers."""
    connection = tx.db.connection()
    insert: Callable[..., sqlite.Insert | postgresql.Insert]
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    begun = insert(_SEQUENCE).values(plan=plan.name, part=part, next_number=plan.initial)
    connection.execute(begun.on_conflict_do_nothing())
    at, end = col(NumberSequence.next_number), plan.format.capacity
    # A plan that was given a later beginning goes on from there.
    first = case((at < plan.initial, plan.initial), else_=at)
    counted = (col(NumberSequence.plan) == plan.name, col(NumberSequence.part) == part)
    taken = update(_SEQUENCE).where(*counted, at < end).values(next_number=first + 1)
    found = connection.execute(taken.returning(_SEQUENCE.c.next_number)).scalar_one_or_none()
    if found is None:
        raise OutOfNumbers
    return int(found) - 1


def _like(tx: Tx, code: str) -> str | None:
    """The code that is there already, or else the one that looks like it; of anybody, seen or not: a code is one of its
    kind in the whole portal."""
    word = col(ProducerCode.code)
    alike = select(word).where(or_(word == code, col(ProducerCode.likeness) == likeness(code)))
    return tx.db.scalars(alike.order_by(case((word == code, 0), else_=1))).first()


def _written(tx: Tx, row: ProducerCode, code: str) -> bool:
    """Whether the row could be written with this code: somebody may have taken it at the same moment."""
    new = row not in tx.db
    try:
        with tx.db.begin_nested():
            row.code, row.likeness = code, likeness(code)
            tx.db.add(row)
            tx.db.flush()
    except IntegrityError:
        if _like(tx, code) is None:
            raise
        if new:
            row.id = None
        return False
    return True
