"""Producers and codes as lists and one by one, as far as the actor may see them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlmodel import col

from portal_app.database import lowered
from portal_app.models.enums import ProducerKind, ProducerState
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import NotFound
from portal_app.services.producers.configuration import searchable
from portal_app.services.producers.in_force import producers_in_force
from portal_app.services.producers.particulars import bears
from portal_app.services.producers.rows import one
from portal_app.services.producers.views import CodeView, ProducerView, codes_shown, producers_shown
from portal_app.services.scope import in_scope, visible

MOST_ROWS = 200
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Producers:
    """A page of producers by name, and how many there are."""

    rows: tuple[ProducerView, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Codes:
    """A page of codes in their order, and how many there are. What waits for its code comes last."""

    rows: tuple[CodeView, ...]
    total: int


@reads(Permission.VIEW_PRODUCERS)
def producer(tx: Tx, *, locator: str) -> ProducerView:
    """One producer. Raises NotFound."""
    return producers_shown(tx, [one(tx, Producer, locator)])[0]


@reads(Permission.VIEW_PRODUCERS)
def code(tx: Tx, *, locator: str) -> CodeView:
    """One code by its locator. Raises NotFound."""
    return codes_shown(tx, [one(tx, ProducerCode, locator)])[0]


@reads(Permission.VIEW_PRODUCERS)
def code_named(tx: Tx, *, code: str) -> CodeView:
    """One code as it is written, letter by letter. Raises NotFound."""
    row = tx.db.scalars(visible(tx.actor, ProducerCode).where(col(ProducerCode.code) == code)).first()
    if row is None:
        raise NotFound
    return codes_shown(tx, [row])[0]


@reads(Permission.VIEW_PRODUCERS)
def producers(
    tx: Tx,
    *,
    text: str = "",
    type: str = "",  # noqa: A002
    kind: ProducerKind | None = None,
    state: ProducerState | None = None,
    parent: str = "",
    offset: int = 0,
    count: int = 50,
) -> Producers:
    """The producers whose name, National Producer Number or code holds `text`, or whose data does where their type is
    searchable. `parent` is the locator of who stands directly above."""
    wanted = visible(tx.actor, Producer)
    if typed := _typed(text):
        wanted = wanted.where(or_(*_producer_holds(tx, typed)))
    if type:
        wanted = wanted.where(col(Producer.type) == type)
    if kind is not None:
        wanted = wanted.where(col(Producer.kind) == kind)
    if state is not None:
        wanted = wanted.where(col(Producer.state) == state)
    if parent:
        above = select(col(Producer.id)).where(in_scope(tx.actor, Producer), col(Producer.locator) == parent)
        wanted = wanted.where(col(Producer.parent_id).in_(above))
    order = (lowered(col(Producer.name)), col(Producer.id))
    rows = tx.db.scalars(_part(wanted.order_by(*order), offset, count)).all()
    return Producers(tuple(producers_shown(tx, rows)), _total(tx, wanted))


@reads(Permission.VIEW_PRODUCERS)
def codes(
    tx: Tx,
    *,
    text: str = "",
    code: str = "",
    type: str = "",  # noqa: A002
    state: ProducerState | None = None,
    producer: str = "",
    offset: int = 0,
    count: int = 50,
) -> Codes:
    """The codes that hold `text`, or whose producer's name does, or whose data does where their type is searchable.
    `code` is a whole code, `producer` the locator of whose they are."""
    wanted = visible(tx.actor, ProducerCode)
    owners = select(col(Producer.id)).where(in_scope(tx.actor, Producer))
    if typed := _typed(text):
        named = owners.where(_holds(lowered(col(Producer.name)), typed.lower()))
        own = _holds(lowered(col(ProducerCode.code)), typed.lower())
        data = _data_holds(ProducerCode, list(searchable(producers_in_force(tx).producer_codes)), typed)
        wanted = wanted.where(or_(own, col(ProducerCode.producer_id).in_(named), data))
    if code:
        wanted = wanted.where(col(ProducerCode.code) == code)
    if type:
        wanted = wanted.where(col(ProducerCode.type) == type)
    if state is not None:
        wanted = wanted.where(col(ProducerCode.state) == state)
    if producer:
        wanted = wanted.where(col(ProducerCode.producer_id).in_(owners.where(col(Producer.locator) == producer)))
    order = (col(ProducerCode.code).is_(None), col(ProducerCode.code), col(ProducerCode.id))
    rows = tx.db.scalars(_part(wanted.order_by(*order), offset, count)).all()
    return Codes(tuple(codes_shown(tx, rows)), _total(tx, wanted))


@reads(Permission.VIEW_PRODUCERS)
def codes_of(tx: Tx, *, locator: str, offset: int = 0, count: int = 50) -> Codes:
    """The codes of one producer. Raises NotFound."""
    one(tx, Producer, locator)
    return codes(tx, producer=locator, offset=offset, count=count)


def _producer_holds(tx: Tx, typed: str) -> list[ColumnElement[bool]]:
    own = exists().where(
        col(ProducerCode.producer_id) == col(Producer.id), _holds(lowered(col(ProducerCode.code)), typed.lower())
    )
    return [
        _holds(lowered(col(Producer.name)), typed.lower()),
        _holds(col(Producer.npn), typed),
        bears(typed),
        own,
        _data_holds(Producer, list(searchable(producers_in_force(tx).producers)), typed),
    ]


def _data_holds(model: type[Producer] | type[ProducerCode], types: list[str], typed: str) -> ColumnElement[bool]:
    return and_(col(model.type).in_(types), _holds(col(model.data_text), typed.casefold()))


def _holds(column: Any, typed: str) -> ColumnElement[bool]:
    held: ColumnElement[bool] = column.contains(typed, autoescape=True)
    return held


def _typed(text: str) -> str:
    return " ".join(text.replace("\x00", " ").split())[:LONGEST]


def _part(wanted: Select[Any], offset: int, count: int) -> Select[Any]:
    return wanted.offset(min(max(offset, 0), 2**40)).limit(min(max(count, 1), MOST_ROWS))


def _total(tx: Tx, wanted: Select[Any]) -> int:
    return tx.db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
