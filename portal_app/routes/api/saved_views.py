"""`/views`: what lists are asked for, kept under names and shared; and with which of them a list begins."""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from portal_app.models.enums import PolicyStatus, SubmissionStatus
from portal_app.models.saved_views import Listing
from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.saved_views import keeping
from portal_app.services.saved_views.keeping import View
from portal_app.services.saved_views.listings import Asks
from portal_app.services.submissions.turns import Turn

router = APIRouter(tags=["views"], responses=problems.OF_A_ROLE)
CHANGED = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT

Name = Annotated[str, Field(min_length=1, max_length=keeping.LONGEST_NAME, pattern=r"^[^\x00]*$")]
Version = Annotated[int, Field(ge=1, le=2**31 - 2, strict=True)]
Column = Annotated[str, Field(max_length=40, pattern=r"^[a-z_]+$", examples=["insured_name"])]
Sort = Annotated[str, Field(max_length=40, pattern=r"^[a-z_]+$", examples=["insured_name"])]
Locator = Annotated[str, Field(pattern=f"^{parameters.LOCATOR}$")]


class Filters(credentials.Sent):
    """What narrows the list. Submissions are asked by `text`, `statuses`, `line`, `assignedTo`, `turn`, `mine`,
    `unassigned`, `unrouted`, `atRisk`, `waiting`, `own`, `offered` and `lapsed`; policies by `text`, `status`, `line`,
    `carrier`, `account` and days."""

    text: parameters.Text = ""
    line: parameters.Code = ""
    statuses: Annotated[list[SubmissionStatus], Field(max_length=len(SubmissionStatus))] = []
    assigned_to: parameters.LocatorOrEmpty = ""
    mine: credentials.Truth = False
    unassigned: credentials.Truth = False
    unrouted: credentials.Truth = False
    at_risk: credentials.Truth = False
    waiting: credentials.Truth = False
    own: credentials.Truth = False
    offered: credentials.Truth = False
    lapsed: credentials.Truth = False
    turn: Turn | SkipJsonSchema[None] = None
    status: PolicyStatus | SkipJsonSchema[None] = None
    carrier: parameters.LocatorOrEmpty = ""
    account: parameters.LocatorOrEmpty = ""
    effective_from: parameters.Day | SkipJsonSchema[None] = None
    effective_to: parameters.Day | SkipJsonSchema[None] = None
    expiring_from: parameters.Day | SkipJsonSchema[None] = None
    expiring_to: parameters.Day | SkipJsonSchema[None] = None


class SentAsks(credentials.Sent):
    """`columns` are those that are shown beside the first, none for all of them."""

    filters: Filters = Filters()
    sort: Sort
    descending: credentials.Truth = False
    columns: Annotated[list[Column], Field(max_length=20)] = []

    def asked(self) -> Asks:
        narrowing = {name: value for name, value in self.filters.model_dump(mode="json").items() if value}
        return Asks(narrowing, self.sort, self.descending, tuple(self.columns))


class NewView(credentials.Sent):
    listing: Listing
    name: Name
    asks: SentAsks


class ChangedView(credentials.Sent):
    """What is not named stays. `version` is the one that was looked at."""

    name: Name | SkipJsonSchema[None] = None
    asks: SentAsks | SkipJsonSchema[None] = None
    version: Version | SkipJsonSchema[None] = None


class Start(credentials.Sent):
    """With no `view` the list begins with everything."""

    view: Locator | None


class AskedViews(parameters.Asked):
    listing: Listing


class AskedVersion(parameters.Narrowed):
    version: Annotated[int, Field(ge=1, le=2**31 - 2), parameters.WHOLE_NUMBER] | SkipJsonSchema[None] = None


class ViewAsks(shapes.Shape):
    """`filters` holds those alone that narrow the list."""

    filters: dict[str, str | bool | list[str]]
    sort: str
    descending: bool
    columns: list[str]


class SavedView(shapes.Shape):
    """`agencys` tells that the list begins with it for whoever chose nothing else, `isStart` that it does for you."""

    locator: str
    listing: Listing
    name: str
    asks: ViewAsks
    mine: bool
    owner: str
    shared: bool
    agencys: bool
    is_start: bool
    changed_at: datetime
    version: int

    @classmethod
    def of(cls, answer: View) -> Self:
        return cls.model_validate(asdict(answer) | {"asks": _told(answer.asks)})


class SavedViews(shapes.Listed[SavedView]):
    """`chosen` tells that you chose with what the list begins."""

    chosen: bool


def _told(asks: Asks) -> dict[str, Any]:
    filters = {Filters.model_fields[name].alias or name: value for name, value in asks.filters.items()}
    return {**asdict(asks), "filters": filters, "columns": list(asks.columns)}


@router.get("/views", dependencies=parameters.GIVEN_ONCE)
async def list_views(caller: Caller, asked: Annotated[AskedViews, Query()]) -> SavedViews:
    """Your views of a list, and those that others share."""
    found = await the_door().act(keeping.listed, caller, listing=asked.listing)
    some = [SavedView.of(each) for each in found.rows[asked.offset : asked.offset + asked.count]]
    return SavedViews.page(some, len(found.rows), asked.offset, chosen=found.chosen)


@router.post("/views", status_code=HTTPStatus.CREATED, responses=problems.WRITTEN)
async def save_view(caller: Caller, sent: NewView, answer: Response) -> SavedView:
    """Keep a view of your own."""
    made = await the_door().act(keeping.save, caller, listing=sent.listing, name=sent.name, asks=sent.asks.asked())
    answer.headers["Location"] = f"/api/v1/views/{made.locator}"
    return SavedView.of(made)


@router.get("/views/{locator}", responses=problems.MISSING)
async def get_view(caller: Caller, locator: parameters.Locator) -> SavedView:
    """One view."""
    return SavedView.of(await the_door().act(keeping.view, caller, locator=locator))


@router.patch("/views/{locator}", responses=CHANGED)
async def change_view(caller: Caller, locator: parameters.Locator, sent: ChangedView) -> SavedView:
    """Give a view of your own another name, or have it ask for something else."""
    asks = sent.asks.asked() if sent.asks is not None else None
    changed = await the_door().act(
        keeping.change, caller, locator=locator, name=sent.name, asks=asks, version=sent.version
    )
    return SavedView.of(changed)


@router.delete(
    "/views/{locator}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems.MISSING | problems.AGAINST_IT,
    dependencies=parameters.GIVEN_ONCE,
)
async def delete_view(caller: Caller, locator: parameters.Locator, asked: Annotated[AskedVersion, Query()]) -> None:
    """Delete a view of your own."""
    await the_door().act(keeping.remove, caller, locator=locator, version=asked.version)


@router.post("/views/{locator}/share", responses=CHANGED)
async def share_view(caller: Caller, locator: parameters.Locator) -> SavedView:
    """Let everybody who sees the list take a view of yours."""
    return SavedView.of(await the_door().act(keeping.share, caller, locator=locator, shared=True))


@router.post("/views/{locator}/unshare", responses=CHANGED)
async def unshare_view(caller: Caller, locator: parameters.Locator) -> SavedView:
    """Stop sharing a view, whoever keeps it."""
    return SavedView.of(await the_door().act(keeping.share, caller, locator=locator, shared=False))


@router.put("/start-views/{listing}", status_code=HTTPStatus.NO_CONTENT, responses=CHANGED)
async def choose_start_view(caller: Caller, listing: Listing, sent: Start) -> None:
    """Begin a list with a view, or with everything."""
    await the_door().act(keeping.start_with, caller, listing=listing, locator=sent.view)


@router.delete("/start-views/{listing}", status_code=HTTPStatus.NO_CONTENT)
async def forget_start_view(caller: Caller, listing: Listing) -> None:
    """Begin a list as the agency says."""
    await the_door().act(keeping.start_as_agency, caller, listing=listing)


@router.put("/agency-views/{listing}", status_code=HTTPStatus.NO_CONTENT, responses=CHANGED)
async def choose_agency_view(caller: Caller, listing: Listing, sent: Start) -> None:
    """Have a list begin with a shared view for everybody who chose nothing else, or with everything."""
    await the_door().act(keeping.make_agencys, caller, listing=listing, locator=sent.view)
