"""`/conflicts`: what two sides say of one policy, and the answer of whoever decides it."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from portal_app.models.enums import ConflictKind, Resolution
from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.sync import conflicts

router = APIRouter(prefix="/conflicts", tags=["conflicts"], responses=problems.OF_A_ROLE)


class Conflict(shapes.Shape):
    """Of `same_time_twice`, `first` and `second` are the days on which the two terms begin; of `producer_code` and
    `status`, what the portal and what the agency's system says. `policy` is the policy's locator."""

    locator: str
    feed: str
    kind: ConflictKind
    policy: str
    number: str
    insured_name: str
    term_effective: date
    first: str
    second: str
    found_at: datetime


class Conflicts(shapes.Listed[Conflict]):
    pass


class Decision(BaseModel):
    """Which side holds; `both` only where two terms do."""

    model_config = ConfigDict(extra="forbid")

    resolution: Literal["first", "second", "both"]


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_conflicts(caller: Caller, asked: Annotated[parameters.Asked, Query()]) -> Conflicts:
    """What waits for a decision, the oldest first."""
    found = await the_door().act(conflicts.listed, caller, **asked.model_dump())
    return Conflicts.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.get("/{locator}", responses=problems.MISSING)
async def get_conflict(caller: Caller, locator: parameters.Locator) -> Conflict:
    """One that waits for a decision."""
    return Conflict.of(await the_door().act(conflicts.one, caller, locator=locator))


@router.post(
    "/{locator}/resolution",
    status_code=204,
    responses=problems.WRITTEN | problems.MISSING | problems.AGAINST_IT,
)
async def resolve_conflict(caller: Caller, locator: parameters.Locator, decision: Decision) -> None:
    """Decide it."""
    resolution = Resolution(decision.resolution)
    await the_door().act(conflicts.resolve, caller, locator=locator, resolution=resolution)
