"""`/quarantine`: rows that could not be taken in, where they stand and why they wait."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from portal_app.models.enums import FeedKind
from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.sync import quarantine

router = APIRouter(prefix="/quarantine", tags=["quarantine"], responses=problems.OF_A_ROLE)


class AskedRows(parameters.Asked):
    feed: parameters.FeedName = ""


class QuarantinedRow(shapes.Shape):
    """A row that waits. What it says is not told, and no reason repeats a personal value."""

    locator: str
    feed: str
    kind: FeedKind
    file_name: str
    line: int
    reasons: list[str]
    first_seen_at: datetime


class Quarantine(shapes.Listed[QuarantinedRow]):
    pass


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_quarantine(caller: Caller, asked: Annotated[AskedRows, Query()]) -> Quarantine:
    """The rows of one feed that wait, or of all, by feed, kind and line."""
    found = await the_door().act(quarantine.listed, caller, **asked.model_dump())
    return Quarantine.page([asdict(row) for row in found.rows], found.total, asked.offset)
