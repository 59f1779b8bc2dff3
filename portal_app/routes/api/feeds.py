"""`/feeds`: how it stands with the agency's systems, and having one taken in now."""

import re
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from portal_app.models.enums import FeedKind
from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.dry_runs import DryRun, told
from portal_app.services.access import Actor
from portal_app.services.door import the_door
from portal_app.services.errors import NotFound
from portal_app.services.sync import approvals, dry_runs, freshness, orders

router = APIRouter(prefix="/feeds", tags=["feeds"], responses=problems.OF_A_ROLE)
NAME = r"[a-z0-9][a-z0-9-]{0,39}"


class FedKind(shapes.Shape):
    """One kind of records of a feed. `quarantined` rows wait to come right; `nextRun` is null where the feed is not
    configured any more."""

    kind: FeedKind
    last_success: datetime | None
    data_as_of: datetime | None
    quarantined: int
    last_run: shapes.SyncRun | None
    next_run: datetime | None


class Feed(shapes.Shape):
    """One feed, known by its name. `ordered` says that it is taken in as soon as the worker is free, `heldBack` that
    its first import waits for an approval."""

    name: str
    configured: bool
    ordered: bool
    held_back: bool
    kinds: list[FedKind]


class Feeds(shapes.Listed[Feed]):
    pass


def feed_name(name: Annotated[str, Path(json_schema_extra={"pattern": f"^{NAME}$"})]) -> str:
    """What cannot be a feed's name is answered like one that is not there."""
    if not re.fullmatch(NAME, name):
        raise NotFound
    return name


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_feeds(caller: Caller, asked: Annotated[parameters.Asked, Query()]) -> Feeds:
    """Every feed that is configured or has ever run, by name."""
    found = await _found(caller)
    return Feeds.page(found[asked.offset : asked.offset + asked.count], len(found), asked.offset)


@router.get("/{name}", responses=problems.MISSING)
async def get_feed(caller: Caller, name: Annotated[str, Depends(feed_name)]) -> Feed:
    """One feed that is configured or has ever run."""
    found = next((each for each in await _found(caller) if each.name == name), None)
    if found is None:
        raise NotFound
    return found


@router.post("/{name}/runs", status_code=202, responses=problems.MISSING)
async def order_run(caller: Caller, name: Annotated[str, Depends(feed_name)]) -> Feed:
    """Have a feed taken in as soon as the worker is free; asked for twice it is done once. `/sync-runs` tells how it
    went."""
    await the_door().act(orders.place, caller, feed=name)
    return next(each for each in await _found(caller) if each.name == name)


@router.post("/{name}/dry-runs", status_code=202, responses=problems.MISSING)
async def order_dry_run(caller: Caller, name: Annotated[str, Depends(feed_name)]) -> DryRun:
    """Have the worker find out what taking the feed in would change; asked for twice it is done once."""
    locator = await the_door().act(dry_runs.order, caller, feed=name)
    return told(await the_door().act(dry_runs.one, caller, locator=locator))


@router.post("/{name}/approval", status_code=204, responses=problems.MISSING)
async def approve_feed(caller: Caller, name: Annotated[str, Depends(feed_name)]) -> None:
    """Let a feed through whose first import waits for that."""
    await the_door().act(approvals.approve, caller, feed=name)


async def _found(caller: Actor) -> list[Feed]:
    statuses = await the_door().act(freshness.feeds, caller)
    return [_feed(name, list(kinds)) for name, kinds in groupby(statuses, key=lambda each: each.feed)]


def _feed(name: str, kinds: list[freshness.FeedStatus]) -> Feed:
    return Feed(
        name=name,
        configured=any(each.next_run is not None for each in kinds),
        ordered=any(each.ordered for each in kinds),
        held_back=any(each.held_back for each in kinds),
        kinds=[FedKind.model_validate(asdict(each)) for each in kinds],
    )
