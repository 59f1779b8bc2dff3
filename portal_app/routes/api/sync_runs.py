"""`/sync-runs`: when the agency's system was read, and what came of it."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.sync import freshness

router = APIRouter(prefix="/sync-runs", tags=["sync runs"], responses=problems.OF_A_ROLE)


class AskedRuns(parameters.Asked):
    feed: parameters.FeedName = ""


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_sync_runs(caller: Caller, asked: Annotated[AskedRuns, Query()]) -> shapes.SyncRuns:
    """The runs of one feed, or of all, the newest first."""
    found = await the_door().act(freshness.runs, caller, feed=asked.feed, offset=asked.offset, count=asked.count)
    return shapes.SyncRuns.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.get("/{locator}", responses=problems.MISSING)
async def get_sync_run(caller: Caller, locator: parameters.Locator) -> shapes.SyncRun:
    """One run."""
    return shapes.SyncRun.model_validate(asdict(await the_door().act(freshness.run, caller, locator=locator)))
