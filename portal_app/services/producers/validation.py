"""Whether a producer or a code is as its type and the agency's plugin want it, and what is saved in its place."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portal_app.models.enums import ProducerKind
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Tx
from portal_app.services.errors import InvalidData
from portal_app.services.media import library
from portal_app.services.producers import data as extension
from portal_app.services.producers.configuration import EntityType
from portal_app.services.producers.particulars import problems_of_producer
from portal_app.services.producers.plugins import Entity, Request, ValidationItem
from portal_app.services.producers.rows import type_of
from portal_app.services.producers.views import ValidationResult, kept

Row = Producer | ProducerCode


def entity_of(tx: Tx, row: Row) -> Entity:
    """The row as plugins see it."""
    common: dict[str, Any] = {"type": row.type, "locator": row.locator, "state": row.state, "data": row.data}
    if isinstance(row, Producer):
        parent = tx.db.get(Producer, row.parent_id) if row.parent_id else None
        own: dict[str, Any] = {
            "name": row.name,
            "npn": row.npn,
            "kind": row.kind,
            "parent_locator": parent.locator if parent else "",
        }
        return Entity("producer", **common, **own)
    owner = tx.db.get_one(Producer, row.producer_id)
    return Entity("producerCode", **common, name=owner.name, code=row.code or "", producer_locator=owner.locator)


def before_saving(tx: Tx, row: Row, kind: EntityType, *, created: bool = False, edited: bool = True) -> None:
    """Check the data of a row that is about to be saved, where it was `edited`, and let the plugin have its say. Raises
    InvalidData with a sentence for each path."""
    if edited:
        _refuse(extension.problems_of(kind, row.data, whole=False))
        row.data = _with_media(tx, kind, row.data)
    given = entity_of(tx, row)
    answer = tx.ports.plugins.pre_commit(Request(given, created))
    if answer is not given:
        _take(tx, row, kind, answer)
    row.data_text = extension.text_of(row.data)


def _take(tx: Tx, row: Row, kind: EntityType, answer: Entity) -> None:
    """What the plugin answered becomes the row's, where it fits."""
    data = dict(answer.data)
    others = not extension.alike(data, row.data)
    problems = extension.problems_of(kind, data, whole=False) if others else {}
    if isinstance(row, Producer):
        if isinstance(answer.kind, ProducerKind):
            problems |= problems_of_producer(tx, row, name=answer.name, npn=answer.npn)
        else:
            problems["kind"] = "There is no such kind."
    _refuse({name: f"The agency's plugin answered what does not fit: {why}" for name, why in problems.items()})
    if others:
        row.data = _with_media(tx, kind, data)
    if isinstance(row, Producer):
        row.name, row.npn, row.kind = answer.name, answer.npn, answer.kind or row.kind


def _with_media(tx: Tx, kind: EntityType, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data with every reference to media as it is written down. Raises InvalidData for one to what is not there."""
    own = copy.deepcopy(dict(data))
    problems = {}
    for path, reference in extension.media_in(kind, own):
        found = library.resolved(tx, reference)
        if found is None:
            problems[path] = "There is no such file."
        else:
            reference.update(found)
    _refuse(problems)
    return own


def validate(tx: Tx, row: Row) -> ValidationResult:
    """Validate the row and keep what came of it with it. Raises InvalidData where the plugin fails."""
    problems, item = _findings(tx, row)
    items = []
    if problems:
        errors = tuple(why if path == "type" else f"{path}: {why}" for path, why in problems.items())
        items.append(ValidationItem(errors, row.type, row.locator))
    if item.errors:
        named = {"element_type": item.element_type or row.type, "locator": item.locator or row.locator}
        items.append(replace(item, errors=tuple(item.errors), **named))
    result = ValidationResult(not items, tuple(items))
    row.validation = kept(result)
    return result


def validate_again(tx: Tx, row: Row) -> None:
    """Validate a row that is valid and was edited. Raises InvalidData where it would not be valid any more."""
    problems, item = _findings(tx, row)
    if item.errors:
        problems["validation"] = " ".join(item.errors)
    _refuse(problems)
    row.validation = kept(ValidationResult(True))


def _findings(tx: Tx, row: Row) -> tuple[dict[str, str], ValidationItem]:
    kind = type_of(tx, row)
    if kind is None:
        return {"type": f"There is no type {row.type} in the configuration any more."}, ValidationItem()
    problems = extension.problems_of(kind, row.data, whole=True)
    if isinstance(row, ProducerCode) and row.code is None:
        problems["code"] = "A code has to have its number first."
    return problems, tx.ports.plugins.validate(Request(entity_of(tx, row)))


def _refuse(problems: dict[str, str]) -> None:
    if problems:
        raise InvalidData(problems)
