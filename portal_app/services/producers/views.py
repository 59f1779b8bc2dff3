"""Producers and codes as they are answered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import SQLModel, col

from portal_app.models.enums import ProducerKind, ProducerState
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Tx
from portal_app.services.producers.plugins import ValidationItem
from portal_app.services.scope import in_scope


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """What came of a validation; without items it succeeded."""

    success: bool
    validation_items: tuple[ValidationItem, ...] = ()


@dataclass(frozen=True, slots=True)
class ProducerView:
    """`parent_locator` is None at the top, and where the parent is not the actor's to see. `validation_result` is None
    before the first validation."""

    locator: str
    type: str
    producer_state: ProducerState
    kind: ProducerKind
    name: str
    npn: str
    parent_locator: str | None
    data: Mapping[str, Any]
    validation_result: ValidationResult | None
    version: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class CodeView:
    """`code` is None for a draft that waits for its number."""

    locator: str
    type: str
    producer_code_state: ProducerState
    code: str | None
    producer_locator: str
    producer_name: str
    data: Mapping[str, Any]
    validation_result: ValidationResult | None
    version: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Node(ProducerView):
    """A producer with everybody below."""

    child_producers: list["Node"] = field(default_factory=list)


# Whole columns, taken apart in this order: of thousands, an entity of each would take longer than reading them.
NODES = [
    SQLModel.metadata.tables["producer"].c[name]
    for name in (
        "id", "parent_id", "locator", "type", "state", "kind", "name", "npn", "data", "validation", "version",
        "created_at", "created_by",
    )
]  # fmt: skip


def kept(result: ValidationResult) -> dict[str, Any]:
    """A result as the table holds it."""
    items = [
        {"elementType": each.element_type, "locator": each.locator, "errors": list(each.errors)}
        for each in result.validation_items
    ]
    return {"success": result.success, "validationItems": items}


def _result(stored: dict[str, Any] | None) -> ValidationResult | None:
    if stored is None:
        return None
    items = (
        ValidationItem(tuple(each["errors"]), each["elementType"], each["locator"])
        for each in stored["validationItems"]
    )
    return ValidationResult(stored["success"], tuple(items))


def producers_shown(tx: Tx, rows: Collection[Producer]) -> list[ProducerView]:
    """The producers as they are answered, with the parents that the actor may see."""
    parents = _locators(tx, {row.parent_id for row in rows if row.parent_id})
    return [
        ProducerView(
            locator=row.locator,
            type=row.type,
            producer_state=row.state,
            kind=row.kind,
            name=row.name,
            npn=row.npn,
            parent_locator=parents.get(row.parent_id or 0, (None, ""))[0],
            data=row.data,
            validation_result=_result(row.validation),
            version=row.version,
            created_at=row.created_at,
            created_by=row.created_by,
        )
        for row in rows
    ]


def nodes_shown(tx: Tx, top: Producer, below: Select[Any]) -> Node:
    """`top` with those of `below` that the actor may see, each under its parent, in the order of `below`."""
    above = _locators(tx, {top.parent_id} if top.parent_id else ())
    rows = tx.db.execute(below.with_only_columns(*NODES)).all()
    locators = {number: locator for number, (locator, _) in above.items()} | {row[0]: row[2] for row in rows}
    nodes = {
        number: Node(
            locator, of, state, kind, name, npn, locators.get(parent), data, _result(validation), version, at, by
        )
        for number, parent, locator, of, state, kind, name, npn, data, validation, version, at, by in rows
    }
    for number, parent, *_ in rows:
        if number != top.id and parent in nodes:
            nodes[parent].child_producers.append(nodes[number])
    return nodes[top.id]


def codes_shown(tx: Tx, rows: Collection[ProducerCode]) -> list[CodeView]:
    """The codes as they are answered. Who sees a code sees its producer."""
    owners = _locators(tx, {row.producer_id for row in rows})
    return [
        CodeView(
            locator=row.locator,
            type=row.type,
            producer_code_state=row.state,
            code=row.code,
            producer_locator=owners[row.producer_id][0],
            producer_name=owners[row.producer_id][1],
            data=row.data,
            validation_result=_result(row.validation),
            version=row.version,
            created_at=row.created_at,
            created_by=row.created_by,
        )
        for row in rows
    ]


def _locators(tx: Tx, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    columns: tuple[Any, ...] = (col(Producer.id), col(Producer.locator), col(Producer.name))
    found = tx.db.execute(select(*columns).where(in_scope(tx.actor, Producer), col(Producer.id).in_(ids)))
    return {row.id: (row.locator, row.name) for row in found}


def called(row: SQLModel) -> str:
    """What people call a producer or a code; the type and locator of what has no name."""
    name = row.name if isinstance(row, Producer) else getattr(row, "code", None)
    return name or f"{row.type} {row.locator}"  # type: ignore[attr-defined]
