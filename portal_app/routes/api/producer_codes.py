"""`/producer-codes`: the codes under which business is written, and their numbers."""

from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic.json_schema import SkipJsonSchema

from portal_app.models.enums import ProducerState
from portal_app.routes.api import parameters, problems
from portal_app.routes.api import producer_bodies as bodies
from portal_app.routes.api.auth import Caller
from portal_app.services.access import Actor
from portal_app.services.door import the_door
from portal_app.services.errors import Conflict
from portal_app.services.producers import change, create, find, impact, lifecycle
from portal_app.services.producers.create import NumberFailed
from portal_app.services.producers.views import CodeView

router = APIRouter(prefix="/producer-codes", tags=["producers"], responses=problems.OF_A_ROLE)
CHANGED = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT
STEPPED = problems.MISSING | problems.AGAINST_IT


class AskedCodes(parameters.Asked):
    text: parameters.Text = ""
    code: parameters.Text = ""
    type: parameters.Text = ""
    state: ProducerState | SkipJsonSchema[None] = None
    producer: parameters.LocatorOrEmpty = ""


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_producer_codes(caller: Caller, asked: Annotated[AskedCodes, Query()]) -> bodies.ProducerCodes:
    """Codes that hold the text, or whose producer's name does, or whose data does where their type is searchable.
    `code` is a whole code, letter by letter; `producer` is whose they are."""
    found = await the_door().act(find.codes, caller, **asked.model_dump())
    return bodies.ProducerCodes.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.post("", status_code=HTTPStatus.CREATED, responses=CHANGED)
async def create_producer_code(caller: Caller, sent: bodies.NewCodeOf, answer: Response) -> bodies.ProducerCode:
    """A draft of a code of the producer that is named."""
    return await created(caller, answer, sent.producer_locator, sent)


@router.get("/code/{code:path}", responses=problems.MISSING)
async def get_producer_code_by_code(
    caller: Caller, code: Annotated[str, Path(max_length=128, pattern=r"^[^\x00]+$")]
) -> bodies.ProducerCode:
    """One code as it is written, letter by letter, also with a slash in it."""
    return bodies.ProducerCode.of(await the_door().act(find.code_named, caller, code=code))


@router.get("/{locator}", responses=problems.MISSING)
async def get_producer_code(caller: Caller, locator: parameters.Locator) -> bodies.ProducerCode:
    """One code."""
    return bodies.ProducerCode.of(await the_door().act(find.code, caller, locator=locator))


@router.patch("/{locator}", responses=CHANGED)
async def change_producer_code(
    caller: Caller, locator: parameters.Locator, sent: bodies.ChangedCode
) -> bodies.ProducerCode:
    """Change the data, or give the code to another producer. A code never changes once it is given."""
    return await _changed(caller, locator, sent)


@router.put("/{locator}", responses=CHANGED)
async def replace_producer_code(
    caller: Caller, locator: parameters.Locator, sent: bodies.ReplacedCode
) -> bodies.ProducerCode:
    """Put other data in the place of all that was there, and change what else is named."""
    return await _changed(caller, locator, sent)


@router.put("/{locator}/number", responses=CHANGED)
async def set_number(caller: Caller, locator: parameters.Locator, sent: bodies.GivenNumber) -> bodies.ProducerCode:
    """Give a draft that has none its code."""
    return bodies.ProducerCode.of(await the_door().act(change.set_number, caller, locator=locator, code=sent.code))


@router.post("/{locator}/number", responses=STEPPED)
async def generate_number(caller: Caller, locator: parameters.Locator) -> bodies.ProducerCode:
    """Give a draft that has none the next code of its type's numbering plan."""
    return _numbered(await the_door().act(change.generate_number, caller, locator=locator))


@router.get("/{locator}/impact", responses=problems.MISSING)
async def get_impact_of_code(caller: Caller, locator: parameters.Locator) -> bodies.Impact:
    """What hangs on the code."""
    return bodies.Impact.of(await the_door().act(impact.impact_of_code, caller, locator=locator))


@router.patch("/{locator}/validate", responses=STEPPED)
async def validate_producer_code(caller: Caller, locator: parameters.Locator) -> bodies.ProducerCode:
    """Validate a draft. Where `validationResult` says that something speaks against it, it stays one."""
    return await _stepped(lifecycle.validate_code, caller, locator)


@router.patch("/{locator}/suspend", responses=STEPPED)
async def suspend_producer_code(caller: Caller, locator: parameters.Locator) -> bodies.ProducerCode:
    """Take a validated code out of use for a while."""
    return await _stepped(lifecycle.suspend_code, caller, locator)


@router.patch("/{locator}/unsuspend", responses=STEPPED)
async def unsuspend_producer_code(caller: Caller, locator: parameters.Locator) -> bodies.ProducerCode:
    """Take a suspended code into use again."""
    return await _stepped(lifecycle.unsuspend_code, caller, locator)


@router.patch("/{locator}/retire", responses=STEPPED)
async def retire_producer_code(caller: Caller, locator: parameters.Locator) -> bodies.ProducerCode:
    """Take a code out of use for good."""
    return await _stepped(lifecycle.retire_code, caller, locator)


@router.patch("/{locator}/discard", responses=STEPPED)
async def discard_producer_code(caller: Caller, locator: parameters.Locator) -> bodies.ProducerCode:
    """Throw away a code that was a mistake; not while a policy carries it."""
    return await _stepped(lifecycle.discard_code, caller, locator)


async def created(caller: Actor, answer: Response, producer: str, sent: bodies.NewCode) -> bodies.ProducerCode:
    found = await the_door().act(
        create.create_code, caller, producer_locator=producer, type=sent.type, code=sent.code, data=sent.data
    )
    made = _numbered(found)
    answer.headers["Location"] = f"/api/v1/producer-codes/{made.locator}"
    return made


def _numbered(answer: CodeView | NumberFailed) -> bodies.ProducerCode:
    """What came of giving a number. Raises Conflict where there was none: that much is noted already."""
    if isinstance(answer, NumberFailed):
        raise Conflict(answer.sentence)
    return bodies.ProducerCode.of(answer)


async def _changed(caller: Actor, locator: str, sent: bodies.ChangedCode | bodies.ReplacedCode) -> bodies.ProducerCode:
    changed = await the_door().act(
        change.change_code, caller, locator=locator, changes=sent.asked(), version=sent.version
    )
    return bodies.ProducerCode.of(changed)


async def _stepped(service: Callable[..., CodeView], caller: Actor, locator: str) -> bodies.ProducerCode:
    return bodies.ProducerCode.of(await the_door().act(service, caller, locator=locator))
