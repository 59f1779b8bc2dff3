"""May a producer code be used: the code, its producer and everybody above have to be validated.

What is not validated for now is for underwriting to flag. What is at its end, the code or whoever holds it, is taken by
nobody anew: by no quote, draft or form, and what was a mistake by no feed either.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from portal_app.models.enums import ProducerState
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Tx
from portal_app.services.producers.tree import above_unseen
from portal_app.services.producers.views import called

AT_THEIR_END = (ProducerState.RETIRED, ProducerState.DISCARDED)
MISTAKES = (ProducerState.DISCARDED,)


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the way up from a code. `kind` is that of the trail: producer_code or producer."""

    kind: str
    locator: str
    called: str
    state: ProducerState

    @property
    def is_valid(self) -> bool:
        return self.state is ProducerState.VALIDATED


def way_up(tx: Tx, code_id: int) -> tuple[Link, ...]:
    """The code, its producer and everybody above, from the bottom up. Who may know of the code is for the caller to see
    to; the answer does not depend on who asks."""
    code = tx.db.get_one(ProducerCode, code_id)
    holder = tx.db.get_one(Producer, code.producer_id)
    links = [Link("producer_code", code.locator, called(code), code.state)]
    return (*links, *(Link("producer", each.locator, called(each), each.state) for each in above_unseen(tx, holder)))


def faults(links: tuple[Link, ...]) -> tuple[Link, ...]:
    """Those that keep the code from being used."""
    return tuple(each for each in links if not each.is_valid)


def taken_anew() -> ColumnElement[bool]:
    """Which codes can be taken anew, for a query."""
    ended = select(col(Producer.id)).where(col(Producer.state).in_(AT_THEIR_END))
    return col(ProducerCode.state).not_in(AT_THEIR_END) & col(ProducerCode.producer_id).not_in(ended)


def in_force() -> ColumnElement[bool]:
    """Which codes are validated with their producer and everybody above, for a query."""
    stopped: Select[Any] = select(col(Producer.id).label("id")).where(col(Producer.state) != ProducerState.VALIDATED)
    tree = stopped.cte(recursive=True)
    tree = tree.union(select(col(Producer.id)).where(col(Producer.parent_id) == tree.c.id))
    below = select(tree.c.id)
    return (col(ProducerCode.state) == ProducerState.VALIDATED) & col(ProducerCode.producer_id).not_in(below)


def why_not_anew(tx: Tx, code: ProducerCode, ends: Iterable[ProducerState] = AT_THEIR_END) -> str:
    """Why the code cannot be taken anew, in a sentence; empty where it can. Who may know of the code is for the caller
    to see to; its producer is not named."""
    if code.state in ends:
        return f"The producer code {called(code)} is {code.state.label.lower()} and cannot be used again."
    holder = tx.db.get_one(Producer, code.producer_id)
    if holder.state in ends:
        return f"The producer of {called(code)} is {holder.state.label.lower()}, and the code cannot be used again."
    return ""
