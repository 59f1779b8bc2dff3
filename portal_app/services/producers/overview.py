"""Producers as people look them up: a page of the list, and all of them as a tree."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import SQLModel, col

from portal_app.models.enums import ProducerKind, ProducerState
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.producers import find
from portal_app.services.scope import in_scope, visible

MOST_IN_TREE = 2000
# Whole columns, taken apart in this order: of thousands, an entity of each would take longer than reading them.
PRODUCER, PRODUCER_CODE = (SQLModel.metadata.tables[name].c for name in ("producer", "producer_code"))
LINES = [PRODUCER[name] for name in ("id", "parent_id", "locator", "name", "type", "kind", "npn", "state")]
CODES = [PRODUCER_CODE[name] for name in ("producer_id", "locator", "code", "state")]


@dataclass(frozen=True, slots=True)
class CodeLine:
    """`code` is empty for a draft that waits for its number."""

    locator: str
    code: str
    state: ProducerState


@dataclass(frozen=True, slots=True)
class Line:
    """A producer as a list tells it, with the codes that are not discarded. The parent's names are empty at the top,
    and where the parent is not the actor's to see."""

    locator: str
    name: str
    type: str
    kind: ProducerKind
    npn: str
    state: ProducerState
    codes: tuple[CodeLine, ...]
    parent_locator: str = ""
    parent_name: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of producers by name, and how many there are."""

    rows: tuple[Line, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A producer in the tree. `depth` is 0 at the top, `below` how many stand directly below."""

    line: Line
    depth: int
    below: int


@dataclass(frozen=True, slots=True)
class Forest:
    """The tree from the top, everybody followed by those below them; `total` counts also those that are too many to be
    shown."""

    rows: tuple[Branch, ...]
    total: int


@reads(Permission.VIEW_PRODUCERS)
def listed(
    tx: Tx, *, text: str = "", state: ProducerState | None = None, parent: str = "", offset: int = 0, count: int = 50
) -> Lines:
    """The producers that the actor may see and that match, as `find.producers` finds them: of those directly below
    `parent` (a locator) where one is named."""
    found = find.producers(tx, text=text, state=state, parent=parent, offset=offset, count=count)
    locators = [each.locator for each in found.rows]
    asked = visible(tx.actor, Producer).where(col(Producer.locator).in_(locators))
    told = {each.locator: each for each in lines(tx, asked).values()}
    return Lines(tuple(told[locator] for locator in locators if locator in told), found.total)


@reads(Permission.VIEW_PRODUCERS)
def forest(tx: Tx) -> Forest:
    """Everybody whom the actor may see, as a tree; of more than it can show, those nearest to the top. Whose parent is
    not theirs to see stands at the top."""
    order = (func.lower(col(Producer.name)), col(Producer.id))
    places = select(col(Producer.id), col(Producer.parent_id)).where(in_scope(tx.actor, Producer)).order_by(*order)
    parents: dict[int, int | None] = dict(tx.db.execute(places).all())  # type: ignore[arg-type]
    below: dict[int | None, list[int]] = defaultdict(list)
    for number, parent in parents.items():
        below[parent if parent in parents else None].append(number)
    told = lines(tx, visible(tx.actor, Producer).where(col(Producer.id).in_(_nearest_to_the_top(below))))
    found: list[Branch] = []
    waiting = [(number, 0) for number in reversed(below[None])]
    while waiting:
        number, depth = waiting.pop()
        if number in told:
            found.append(Branch(told[number], depth, len(below[number])))
            waiting += [(each, depth + 1) for each in reversed(below[number])]
    return Forest(tuple(found), len(parents))


def _nearest_to_the_top(below: Mapping[int | None, Sequence[int]]) -> list[int]:
    """Level by level, so that nobody is shown without those above."""
    level, chosen = list(below.get(None, ())), list[int]()
    while level and len(chosen) < MOST_IN_TREE:
        chosen += level
        level = [each for number in level for each in below.get(number, ())]
    return chosen[:MOST_IN_TREE]


def lines(tx: Tx, asked: Select[Any]) -> dict[int, Line]:
    """The producers that are asked for among those that the actor may see, by id, with their codes and parents."""
    rows = tx.db.execute(asked.with_only_columns(*LINES)).all()
    codes, parents = _codes(tx, [row[0] for row in rows]), _parents(tx, {row[1] for row in rows if row[1]})
    return {
        number: Line(locator, name, of, kind, npn, state, tuple(codes.get(number, ())), *parents.get(parent, ("", "")))
        for number, parent, locator, name, of, kind, npn, state in rows
    }


def _codes(tx: Tx, producers: Collection[int]) -> dict[int, list[CodeLine]]:
    asked = visible(tx.actor, ProducerCode).where(
        col(ProducerCode.producer_id).in_(producers), col(ProducerCode.state) != ProducerState.DISCARDED
    )
    found: dict[int, list[CodeLine]] = defaultdict(list)
    order = (col(ProducerCode.code).is_(None), col(ProducerCode.code), col(ProducerCode.id))
    for producer, locator, code, state in tx.db.execute(asked.order_by(*order).with_only_columns(*CODES)):
        found[producer].append(CodeLine(locator, code or "", state))
    return found


def _parents(tx: Tx, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    columns: tuple[Any, ...] = (col(Producer.id), col(Producer.locator), col(Producer.name))
    found = tx.db.execute(select(*columns).where(in_scope(tx.actor, Producer), col(Producer.id).in_(ids)))
    return {row.id: (row.locator, row.name) for row in found}
