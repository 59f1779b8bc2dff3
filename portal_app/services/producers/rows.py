"""Finding the one row that a service is about, as far as the actor may see it."""

from collections.abc import Mapping
from typing import TypeVar

from sqlmodel import col

from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Tx
from portal_app.services.errors import Conflict, InvalidData, NotFound
from portal_app.services.producers.configuration import EntityType
from portal_app.services.producers.in_force import producers_in_force
from portal_app.services.scope import visible

Entity = TypeVar("Entity", Producer, ProducerCode)


def one(tx: Tx, model: type[Entity], locator: str) -> Entity:
    """The row, to be read. Raises NotFound."""
    found = tx.db.scalars(visible(tx.actor, model).where(col(model.locator) == locator)).first()
    if found is None:
        raise NotFound
    return found  # type: ignore[no-any-return]


def held(tx: Tx, model: type[Entity], locator: str, version: int | None = None) -> Entity:
    """The row, to be changed: nobody else changes it meanwhile. `version` is the one that was looked at, None for
    whatever is there. Raises NotFound, or Conflict where somebody changed it since."""
    found = tx.db.scalars(visible(tx.actor, model).where(col(model.locator) == locator).with_for_update()).first()
    if found is None:
        raise NotFound
    if version is not None and version != found.version:
        raise Conflict
    return found  # type: ignore[no-any-return]


def types_for(tx: Tx, model: type[Producer] | type[ProducerCode]) -> Mapping[str, EntityType]:
    """The configured types of producers or of codes."""
    configured = producers_in_force(tx)
    return configured.producers if model is Producer else configured.producer_codes


def type_of(tx: Tx, row: Producer | ProducerCode) -> EntityType | None:
    """The type of something stored; None where it is not configured any more."""
    configured = producers_in_force(tx)
    types = configured.stored_producers if isinstance(row, Producer) else configured.stored_codes
    return types.get(row.type)


def creatable(tx: Tx, model: type[Producer] | type[ProducerCode], name: str) -> EntityType:
    """The type of something new. Raises InvalidData for one that is unknown or abstract."""
    found = types_for(tx, model).get(name)
    if found is None:
        raise InvalidData({"type": "There is no such type in the configuration."})
    if found.abstract:
        raise InvalidData({"type": f"{name} is abstract: only types that extend it can be created."})
    return found
