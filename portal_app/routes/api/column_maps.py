"""`/feeds/{name}/columns/{kind}`: which field stands in which column, held against the newest file."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from portal_app.models.enums import FeedKind
from portal_app.routes.api import problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.feeds import feed_name
from portal_app.services.door import the_door
from portal_app.services.sync import column_maps
from portal_app.services.sync.column_maps import Look

router = APIRouter(prefix="/feeds", tags=["feeds"], responses=problems.OF_A_ROLE)

Heading = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Columns = Annotated[dict[Heading, Heading | dict[Heading, Heading]], Field(max_length=100)]


class Moved(shapes.Shape):
    """A column of the map that the newest file lacks, and the new one that it may have become, or ""."""

    field: str
    old: str
    new: str


class Column(shapes.Shape):
    """A column of the newest file. Of cells that are personal the shape is shown, and of all cells to who may not see
    the business."""

    heading: str
    samples: list[str]
    field: str
    remarks: list[str]


class ColumnMap(shapes.Shape):
    """`columns` is the map in force, with what a drifted header may have become filled in; `version` is what to save
    on top of. `unreadable` says why the newest file cannot be read, `file` is empty where there is none."""

    feed: str
    kind: FeedKind
    version: int
    saved_by: str
    saved_at: datetime | None
    columns: dict[str, str | dict[str, str]]
    moved: list[Moved]
    file: str
    rows: int
    fine: int
    lacking: list[str]
    problems: list[str]
    seen: list[Column]
    unreadable: str


class TriedMap(BaseModel):
    """A map to hold against the newest file."""

    model_config = ConfigDict(extra="forbid")

    columns: Columns


class SavedMap(BaseModel):
    """A map to read files by from now on; no `columns` goes back to that of the feeds' file."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=0, le=2**31 - 2)]
    columns: Columns | None = None


@router.get("/{name}/columns/{kind}", responses=problems.MISSING)
async def get_columns(caller: Caller, name: Annotated[str, Depends(feed_name)], kind: FeedKind) -> ColumnMap:
    """The map of one kind of files, against the newest of them."""
    return _told(await the_door().act(column_maps.look, caller, feed=name, kind=kind))


@router.post("/{name}/columns/{kind}/trial", responses=problems.WITH_A_BODY | problems.MISSING)
async def try_columns(
    caller: Caller, name: Annotated[str, Depends(feed_name)], kind: FeedKind, tried: TriedMap
) -> ColumnMap:
    """What the newest file would be by another map. Nothing is saved by that."""
    return _told(await the_door().act(column_maps.look, caller, feed=name, kind=kind, columns=tried.columns))


@router.put("/{name}/columns/{kind}", responses=problems.WRITTEN | problems.MISSING | problems.AGAINST_IT)
async def save_columns(
    caller: Caller, name: Annotated[str, Depends(feed_name)], kind: FeedKind, saved: SavedMap
) -> ColumnMap:
    """Save a map on top of the version that was looked at, and have the feed taken in by it."""
    await the_door().act(column_maps.save, caller, feed=name, kind=kind, columns=saved.columns, version=saved.version)
    return _told(await the_door().act(column_maps.look, caller, feed=name, kind=kind))


def _told(found: Look) -> ColumnMap:
    preview = found.preview
    return ColumnMap(
        feed=found.feed,
        kind=found.kind,
        version=found.version,
        saved_by=found.saved_by,
        saved_at=found.saved_at,
        columns={name: held if isinstance(held, str) else dict(held) for name, held in found.columns.items()},
        moved=[Moved.of(each) for each in found.moved],
        file=preview.name if preview else "",
        rows=preview.rows if preview else 0,
        fine=preview.fine if preview else 0,
        lacking=list(preview.lacking) if preview else [],
        problems=list(preview.problems) if preview else [],
        seen=[Column.of(each) for each in preview.columns] if preview else [],
        unreadable=found.unreadable,
    )
