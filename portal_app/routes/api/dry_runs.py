"""`/dry-runs`: what taking a feed in would change."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from portal_app.models.enums import FeedKind, RunState
from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.sync import dry_runs

router = APIRouter(prefix="/dry-runs", tags=["feeds"], responses=problems.OF_A_ROLE)


class Reason(shapes.Shape):
    reason: str
    rows: int


class KindFound(shapes.Shape):
    """What would happen to one kind of records. `message` says why it would fail, where it would."""

    kind: FeedKind
    state: RunState
    message: str
    files: int
    read: int
    added: int
    changed: int
    unchanged: int
    quarantined: int
    reasons: list[Reason]


class FieldDifference(shapes.Shape):
    label: str
    before: str
    after: str


class Example(shapes.Shape):
    what: str
    name: str
    fields: list[FieldDifference]


class DryRun(shapes.Shape):
    """`endedAt` is null until the worker is done. `examples` are null for who does not see the business."""

    locator: str
    feed: str
    ordered_by: str
    ordered_at: datetime
    ended_at: datetime | None
    problem: str
    kinds: list[KindFound]
    examples: list[Example] | None


class DryRuns(shapes.Listed[DryRun]):
    pass


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_dry_runs(caller: Caller, asked: Annotated[parameters.Asked, Query()]) -> DryRuns:
    """The dry runs of all feeds, the newest first."""
    found = await the_door().act(dry_runs.listed, caller, **asked.model_dump())
    return DryRuns.page([told(each) for each in found.rows], found.total, asked.offset)


@router.get("/{locator}", responses=problems.MISSING)
async def get_dry_run(caller: Caller, locator: parameters.Locator) -> DryRun:
    """A dry run as far as it has come. `POST /feeds/{name}/dry-runs` asks for one."""
    return told(await the_door().act(dry_runs.one, caller, locator=locator))


def told(found: dry_runs.Shown) -> DryRun:
    """As the API tells it."""
    examples = None
    if found.examples is not None:
        examples = [
            Example(
                what=each.what,
                name=each.name,
                fields=[FieldDifference(label=label, before=was, after=now) for label, was, now in each.fields],
            )
            for each in found.examples
        ]
    return DryRun(
        locator=found.locator,
        feed=found.feed,
        ordered_by=found.ordered_by,
        ordered_at=found.ordered_at,
        ended_at=found.ended_at,
        problem=found.problem,
        kinds=[KindFound.of(each) for each in found.kinds],
        examples=examples,
    )
