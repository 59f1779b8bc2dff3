"""`/dead-letters`: messages that could not be sent."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services import outbox
from portal_app.services.door import the_door

router = APIRouter(prefix="/dead-letters", tags=["dead letters"], responses=problems.OF_A_ROLE)


class DeadLetter(shapes.Shape):
    """A message that was given up, without its content and without the address that it was for."""

    locator: str
    topic: str
    created_at: datetime
    dead_at: datetime
    attempts: int
    last_error: str


class DeadLetters(shapes.Listed[DeadLetter]):
    pass


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_dead_letters(caller: Caller, asked: Annotated[parameters.Asked, Query()]) -> DeadLetters:
    """What was given up, the newest first, with the last reason."""
    found = await the_door().act(outbox.dead_letters, caller, **asked.model_dump())
    return DeadLetters.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.get("/{locator}", responses=problems.MISSING)
async def get_dead_letter(caller: Caller, locator: parameters.Locator) -> DeadLetter:
    """One message that was given up, with the last reason."""
    return DeadLetter.of(await the_door().act(outbox.dead_letter, caller, locator=locator))


@router.post("/{locator}/retry", status_code=204, responses=problems.MISSING)
async def retry_dead_letter(caller: Caller, locator: parameters.Locator) -> None:
    """Have a message tried once more from the beginning."""
    await the_door().act(outbox.retry_dead, caller, locator=locator)
