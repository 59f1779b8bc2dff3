"""`/quarantine`: rows that could not be taken in, where they stand and why they wait."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from portal_app.models.enums import FeedKind
from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.sync import mending, quarantine

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
    mended: bool


class Cell(shapes.Shape):
    """A cell by its heading, and what is wrong with it."""

    heading: str
    text: str
    problem: str


class WholeRow(QuarantinedRow):
    """A row with what it says, for who sees the business. `loose` are cells under no heading; `version` is what to mend
    on top of."""

    version: str
    cells: list[Cell]
    loose: list[str]


class Mended(BaseModel):
    """The row's cells as they should be, all of them, by heading."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[str, Field(max_length=16)]
    cells: Annotated[dict[str, Annotated[str, Field(max_length=4000)]], Field(max_length=500)]


class Mending(shapes.Shape):
    """What the mended row still waits for; nothing, where the next run takes it in."""

    waits_for: list[str]


class Quarantine(shapes.Listed[QuarantinedRow]):
    pass


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_quarantine(caller: Caller, asked: Annotated[AskedRows, Query()]) -> Quarantine:
    """The rows of one feed that wait, or of all, by feed, kind and line."""
    found = await the_door().act(quarantine.listed, caller, **asked.model_dump())
    return Quarantine.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.get("/{locator}", responses=problems.MISSING)
async def get_row(caller: Caller, locator: parameters.Locator) -> WholeRow:
    """One row with what it says."""
    found = await the_door().act(mending.one, caller, locator=locator)
    cells = [Cell.of(cell) for cell in found.cells]
    return WholeRow(**asdict(found.held), version=found.version, cells=cells, loose=list(found.loose))


@router.post("/{locator}/mending", responses=problems.WRITTEN | problems.MISSING | problems.AGAINST_IT)
async def mend_row(caller: Caller, locator: parameters.Locator, mended: Mended) -> Mending:
    """Have the row taken in as these cells say."""
    waits = await the_door().act(mending.mend, caller, locator=locator, cells=mended.cells, version=mended.version)
    return Mending(waits_for=list(waits))


@router.delete("/{locator}", status_code=204, responses=problems.MISSING)
async def leave_row_out(caller: Caller, locator: parameters.Locator) -> None:
    """Leave the row out for good, also when it is sent again as it is."""
    await the_door().act(mending.leave_out, caller, locator=locator)
