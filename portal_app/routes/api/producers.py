"""`/producers`: producers, the tree that they form, and what can be done with them."""

from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic.json_schema import SkipJsonSchema

from portal_app.models.enums import ProducerKind, ProducerState
from portal_app.routes.api import parameters, problems
from portal_app.routes.api import producer_bodies as bodies
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.producer_codes import created
from portal_app.services.access import Actor
from portal_app.services.door import the_door
from portal_app.services.producers import change, create, find, impact, lifecycle, tree
from portal_app.services.producers.views import ProducerView

router = APIRouter(prefix="/producers", tags=["producers"], responses=problems.OF_A_ROLE)
CHANGED = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT
STEPPED = problems.MISSING | problems.AGAINST_IT


class AskedProducers(parameters.Asked):
    text: parameters.Text = ""
    type: parameters.Text = ""
    kind: ProducerKind | SkipJsonSchema[None] = None
    state: ProducerState | SkipJsonSchema[None] = None
    parent: parameters.LocatorOrEmpty = ""


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_producers(caller: Caller, asked: Annotated[AskedProducers, Query()]) -> bodies.Producers:
    """Producers by name: those whose name, National Producer Number or code holds the text, or whose data does where
    their type is searchable. `parent` is who stands directly above."""
    found = await the_door().act(find.producers, caller, **asked.model_dump())
    return bodies.Producers.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.post("", status_code=HTTPStatus.CREATED, responses=problems.WRITTEN)
async def create_producer(caller: Caller, sent: bodies.NewProducer, answer: Response) -> bodies.Producer:
    """A draft of a producer."""
    made = await the_door().act(create.create_producer, caller, **sent.given())
    answer.headers["Location"] = f"/api/v1/producers/{made.locator}"
    return bodies.Producer.of(made)


@router.get("/{locator}", responses=problems.MISSING)
async def get_producer(caller: Caller, locator: parameters.Locator) -> bodies.Producer:
    """One producer."""
    return bodies.Producer.of(await the_door().act(find.producer, caller, locator=locator))


@router.patch("/{locator}", responses=CHANGED)
async def change_producer(caller: Caller, locator: parameters.Locator, sent: bodies.ChangedProducer) -> bodies.Producer:
    """Change what is named. An edit of the data of what is valid validates it again, and is refused where that
    fails."""
    return await _changed(caller, locator, sent)


@router.put("/{locator}", responses=CHANGED)
async def replace_producer(
    caller: Caller, locator: parameters.Locator, sent: bodies.ReplacedProducer
) -> bodies.Producer:
    """Put other data in the place of all that was there, and change what else is named."""
    return await _changed(caller, locator, sent)


@router.get("/{locator}/hierarchy", responses=problems.MISSING)
async def get_hierarchy(caller: Caller, locator: parameters.Locator) -> bodies.ProducerTree:
    """The producer with everybody below, as far as they are yours to see."""
    return bodies.ProducerTree.of(await the_door().act(tree.hierarchy, caller, locator=locator))


@router.get("/{locator}/impact", responses=problems.MISSING)
async def get_impact(caller: Caller, locator: parameters.Locator) -> bodies.Impact:
    """What hangs on the producer: worth a look before it is suspended, retired or moved."""
    return bodies.Impact.of(await the_door().act(impact.impact, caller, locator=locator))


@router.get("/{locator}/producer-codes", responses=problems.MISSING, dependencies=parameters.GIVEN_ONCE)
async def list_codes_of_producer(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> bodies.ProducerCodes:
    """The producer's codes."""
    found = await the_door().act(find.codes_of, caller, locator=locator, **asked.model_dump())
    return bodies.ProducerCodes.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.post("/{locator}/producer-codes", status_code=HTTPStatus.CREATED, responses=CHANGED)
async def create_code_of_producer(
    caller: Caller, locator: parameters.Locator, sent: bodies.NewCode, answer: Response
) -> bodies.ProducerCode:
    """A draft of a code of this producer."""
    return await created(caller, answer, locator, sent)


@router.patch("/{locator}/validate", responses=STEPPED)
async def validate_producer(caller: Caller, locator: parameters.Locator) -> bodies.Producer:
    """Validate a draft. Where `validationResult` says that something speaks against it, it stays one."""
    return await _stepped(lifecycle.validate_producer, caller, locator)


@router.patch("/{locator}/suspend", responses=STEPPED)
async def suspend_producer(caller: Caller, locator: parameters.Locator) -> bodies.Producer:
    """Take a validated producer out of use for a while."""
    return await _stepped(lifecycle.suspend_producer, caller, locator)


@router.patch("/{locator}/unsuspend", responses=STEPPED)
async def unsuspend_producer(caller: Caller, locator: parameters.Locator) -> bodies.Producer:
    """Take a suspended producer into use again."""
    return await _stepped(lifecycle.unsuspend_producer, caller, locator)


@router.patch("/{locator}/retire", responses=STEPPED)
async def retire_producer(caller: Caller, locator: parameters.Locator) -> bodies.Producer:
    """Take a producer out of use for good."""
    return await _stepped(lifecycle.retire_producer, caller, locator)


@router.patch("/{locator}/discard", responses=STEPPED)
async def discard_producer(caller: Caller, locator: parameters.Locator) -> bodies.Producer:
    """Throw away a producer that was a mistake; not while a policy carries one of their codes."""
    return await _stepped(lifecycle.discard_producer, caller, locator)


async def _changed(
    caller: Actor, locator: str, sent: bodies.ChangedProducer | bodies.ReplacedProducer
) -> bodies.Producer:
    changed = await the_door().act(
        change.change_producer, caller, locator=locator, changes=sent.asked(), version=sent.version
    )
    return bodies.Producer.of(changed)


async def _stepped(service: Callable[..., ProducerView], caller: Actor, locator: str) -> bodies.Producer:
    return bodies.Producer.of(await the_door().act(service, caller, locator=locator))
