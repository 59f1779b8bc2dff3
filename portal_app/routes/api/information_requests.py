"""`/submissions/{locator}/information-requests`: what is asked of the producer, and what they answer."""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from portal_app.models.enums import RequestedItemKind
from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.intake.typed import LONGEST_VALUE, MOST_VALUES
from portal_app.services.submissions import information, requests
from portal_app.services.submissions.information import LONGEST_LABEL, MOST_ITEMS, Wanted

router = APIRouter(
    prefix="/submissions/{locator}/information-requests",
    tags=["submissions"],
    responses=problems.OF_A_ROLE | problems.MISSING,
)
Typed = Annotated[str, Field(max_length=LONGEST_VALUE, pattern=r"^[^\x00]*$")]


class WantedItem(credentials.Sent):
    """One thing to ask for: a field of the form by its `path` (section.group.field), a text or a file by a `label`."""

    kind: RequestedItemKind
    label: Annotated[str, Field(max_length=LONGEST_LABEL, pattern=r"^[^\x00]*$")] = ""
    path: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""


class NewRequest(credentials.Sent):
    items: Annotated[list[WantedItem], Field(min_length=1, max_length=MOST_ITEMS)]
    note: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""


class SentAnswer(credentials.Sent):
    """`value` answers a field or a text, as it is typed; `document` (a locator) a file."""

    value: Typed | bool | Annotated[list[Typed], Field(max_length=MOST_VALUES)] | None = None
    document: parameters.LocatorOrEmpty = ""


class InformationItem(shapes.Shape):
    """`answer` as people read it, personal values masked; `document` is the locator of the file that answers."""

    locator: str
    kind: RequestedItemKind
    label: str
    path: str
    answer: str
    document: str
    answered_at: datetime | None
    answered_by: str


class InformationRequest(shapes.Shape):
    """It is open until it was answered or cancelled; the response clock stands meanwhile."""

    locator: str
    note: str
    asked_at: datetime
    asked_by: str
    answered_at: datetime | None
    cancelled_at: datetime | None
    items: list[InformationItem]


class InformationRequests(shapes.Listed[InformationRequest]):
    pass


@router.get("")
async def list_requests(caller: Caller, locator: parameters.Locator) -> InformationRequests:
    """What was asked for, the newest first."""
    found = await the_door().act(requests.requests, caller, locator=locator)
    return InformationRequests.page([asdict(each) for each in found], len(found), 0)


@router.post("", status_code=HTTPStatus.CREATED, responses=problems.WRITTEN | problems.AGAINST_IT)
async def ask(caller: Caller, locator: parameters.Locator, sent: NewRequest) -> InformationRequest:
    """Ask the producer for something. One request is open at a time."""
    items = [Wanted(each.kind, each.label, each.path) for each in sent.items]
    made = await the_door().act(information.ask, caller, locator=locator, items=items, note=sent.note)
    return InformationRequest.of(made)


@router.put("/open/items/{item}", responses=problems.WRITTEN | problems.AGAINST_IT)
async def answer_item(
    caller: Caller, locator: parameters.Locator, item: parameters.ItemLocator, sent: SentAnswer
) -> InformationRequest:
    """Answer one item of the open request. It can be answered anew until the answers are sent."""
    answered = await the_door().act(
        information.answer, caller, locator=locator, item=item, value=sent.value, document=sent.document
    )
    return InformationRequest.of(answered)


@router.post("/open/complete", responses=problems.AGAINST_IT)
async def complete(caller: Caller, locator: parameters.Locator) -> InformationRequest:
    """Send the answers of the open request, all of which are there: the response clock goes on."""
    return InformationRequest.of(await the_door().act(information.complete, caller, locator=locator))


@router.post("/open/cancel", responses=problems.AGAINST_IT)
async def cancel(caller: Caller, locator: parameters.Locator) -> InformationRequest:
    """Ask no longer; what was answered is kept."""
    return InformationRequest.of(await the_door().act(information.cancel, caller, locator=locator))
