"""The types that the agency configured, so that a program can build a form without reading the file."""

from dataclasses import dataclass
from enum import StrEnum

from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.producers.configuration import DataField, EntityType
from portal_app.services.producers.in_force import producers_in_force
from portal_app.services.producers.rows import types_for


class Element(StrEnum):
    """What a type is one of."""

    PRODUCER = "producer"
    PRODUCER_CODE = "producerCode"


@dataclass(frozen=True, slots=True)
class TypeView:
    """A type with what it inherits already in its fields, which are in the order of the file. `numbering_plan` is empty
    where a new code of it waits for its number, and for producers."""

    element: Element
    type: str
    abstract: bool
    extend: str
    searchable: bool
    numbering_plan: str
    fields: tuple[DataField, ...]


@reads(Permission.VIEW_PRODUCERS)
def configured_types(tx: Tx, *, element: Element | None = None) -> tuple[TypeView, ...]:
    """The types of producers, then those of codes, or those of one of them. Of an abstract one nothing is created."""
    found = []
    for each, model in ((Element.PRODUCER, Producer), (Element.PRODUCER_CODE, ProducerCode)):
        if element in (None, each):
            found += [_shown(tx, each, kind) for kind in types_for(tx, model).values()]
    return tuple(found)


def _shown(tx: Tx, element: Element, kind: EntityType) -> TypeView:
    plan = producers_in_force(tx).plan_of(kind)
    fields = tuple(kind.fields.values())
    return TypeView(element, kind.name, kind.abstract, kind.extend, kind.searchable, plan.name if plan else "", fields)
