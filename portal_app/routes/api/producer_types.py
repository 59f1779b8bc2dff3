"""`/producer-types`: the types of producers and of their codes, from which a program can build a form."""

from dataclasses import asdict
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.producers.configuration import DataField, FieldKind
from portal_app.services.producers.types import Element, TypeView, configured_types

router = APIRouter(prefix="/producer-types", tags=["producers"], responses=problems.OF_A_ROLE)


class AskedTypes(parameters.Asked):
    element: Element | SkipJsonSchema[None] = None


class Entry(shapes.Shape):
    """What a value, or each entry of a list, has to be. `maxLength` is told of a text alone; `min` and `max` bound a
    number, a date, or how many entries a list has."""

    kind: FieldKind
    choices: list[str]
    max_length: int | None
    min: float | str | None
    max: float | str | None

    @staticmethod
    def told(field: DataField) -> dict[str, object]:
        longest = field.longest if field.kind is FieldKind.TEXT else None
        bounds = {"min": field.low, "max": field.high}
        return {"kind": field.kind, "choices": list(field.choices), "max_length": longest, **bounds}


class TypeField(Entry):
    """One field of extension data. `of` is what a list holds."""

    name: str
    label: str
    help: str
    required: bool
    holds: Annotated[Entry | None, Field(alias="of")]


class ProducerType(shapes.Shape):
    """A type with what it inherits already in its fields; `type` is what is sent to create one. Of an abstract type
    nothing is created. `numberingPlan` is null for producers, and where a new code waits for its number."""

    element: Element
    type: str
    abstract: bool
    extend: str | None
    searchable: bool
    numbering_plan: str | None
    fields: list[TypeField]

    @classmethod
    def of(cls, answer: TypeView) -> Self:
        told = asdict(answer) | {"extend": answer.extend or None, "numbering_plan": answer.numbering_plan or None}
        return cls.model_validate(told | {"fields": [_field(each) for each in answer.fields]})


class ProducerTypes(shapes.Listed[ProducerType]):
    pass


def _field(field: DataField) -> dict[str, object]:
    named = {"name": field.name, "label": field.label, "help": field.help, "required": field.required}
    return Entry.told(field) | named | {"holds": Entry.told(field.of) if field.of else None}


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_producer_types(caller: Caller, asked: Annotated[AskedTypes, Query()]) -> ProducerTypes:
    """The configured types of producers and of codes, or those of one `element`, with the fields of their data."""
    found = await the_door().act(configured_types, caller, element=asked.element)
    part = [ProducerType.of(each) for each in found[asked.offset : asked.offset + asked.count]]
    return ProducerTypes.page(part, len(found), asked.offset)
