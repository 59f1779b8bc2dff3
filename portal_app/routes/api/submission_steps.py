"""Steps of a submission: who handles it, and how it ends."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.submission_shapes import SubmissionItem
from portal_app.services.door import the_door
from portal_app.services.submissions import assigning, moves, revealing
from portal_app.services.submissions.assigning import MOST_AT_ONCE
from portal_app.services.submissions.moving import LONGEST_REASON

# Before `/submissions/{locator}`, which would take `assignees` for a locator.
router = APIRouter(prefix="/submissions", tags=["submissions"], responses=problems.OF_A_ROLE)
STEPPED = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT

Version = Annotated[int, Field(ge=1, le=2**31 - 2, strict=True)]
Locator = Annotated[str, Field(pattern=f"^{parameters.LOCATOR}$")]
Reason = Annotated[str, Field(max_length=LONGEST_REASON, pattern=r"^[^\x00]*$")]
Contact = Annotated[str, Field(max_length=254, pattern=r"^[^\x00]*$", examples=["uw@carrier.com"])]


class Handler(credentials.Sent):
    """Who is to handle it: `to` is the locator of somebody who may underwrite, `contact` the email address of a
    carrier's contact; one of the two."""

    to: parameters.LocatorOrEmpty = ""
    contact: Contact = ""
    version: Version | None = None


class HandlerOfMany(credentials.Sent):
    locators: Annotated[list[Locator], Field(min_length=1, max_length=MOST_AT_ONCE)]
    to: parameters.LocatorOrEmpty = ""
    contact: Contact = ""


class Picked(credentials.Sent):
    version: Version | None = None


class Ended(credentials.Sent):
    """The other side reads the reason."""

    reason: Reason
    version: Version | None = None


class Reopened(credentials.Sent):
    reason: Reason = ""
    version: Version | None = None


class Assignee(shapes.Shape):
    locator: str
    name: str
    email: str


class Assignees(shapes.Listed[Assignee]):
    pass


class PersonalAnswer(shapes.Shape):
    """`group` is section and group, `row` counts from 0; `item` is the locator of the item of a request that it
    answers, empty where it stands in the form."""

    group: str
    row: int
    field: str
    label: str
    value: str
    item: str


class PersonalAnswers(shapes.Listed[PersonalAnswer]):
    pass


class Outcome(shapes.Shape):
    """`problem` is empty where it was assigned."""

    locator: str
    number: str
    problem: str


class Outcomes(shapes.Listed[Outcome]):
    pass


@router.get("/assignees")
async def list_assignees(caller: Caller) -> Assignees:
    """Everybody who may be given a submission."""
    found = await the_door().act(assigning.assignees, caller)
    return Assignees.page([asdict(each) for each in found], len(found), 0)


@router.post("/assign", responses=problems.WRITTEN)
async def assign_many(caller: Caller, sent: HandlerOfMany) -> Outcomes:
    """Give many submissions to the same; each is answered by itself."""
    done = await the_door().act(assigning.assign_many, caller, locators=sent.locators, to=sent.to, contact=sent.contact)
    return Outcomes.page([asdict(each) for each in done], len(done), 0)


@router.post("/{locator}/pick-up", responses=STEPPED)
async def pick_up(caller: Caller, locator: parameters.Locator, sent: Picked) -> SubmissionItem:
    """Take a submission yourself."""
    done = await the_door().act(assigning.pick_up, caller, locator=locator, version=sent.version)
    return SubmissionItem.of(done)


@router.post("/{locator}/assign", responses=STEPPED)
async def assign(caller: Caller, locator: parameters.Locator, sent: Handler) -> SubmissionItem:
    """Give a submission to somebody."""
    done = await the_door().act(
        assigning.assign, caller, locator=locator, to=sent.to, contact=sent.contact, version=sent.version
    )
    return SubmissionItem.of(done)


@router.post("/{locator}/decline", responses=STEPPED)
async def decline(caller: Caller, locator: parameters.Locator, sent: Ended) -> SubmissionItem:
    """Decline a submission."""
    done = await the_door().act(moves.decline, caller, locator=locator, reason=sent.reason, version=sent.version)
    return SubmissionItem.of(done)


@router.post("/{locator}/withdraw", responses=STEPPED)
async def withdraw(caller: Caller, locator: parameters.Locator, sent: Ended) -> SubmissionItem:
    """Withdraw a submission."""
    done = await the_door().act(moves.withdraw, caller, locator=locator, reason=sent.reason, version=sent.version)
    return SubmissionItem.of(done)


@router.post("/{locator}/reopen", responses=STEPPED)
async def reopen(caller: Caller, locator: parameters.Locator, sent: Reopened) -> SubmissionItem:
    """Take up again what was declined or withdrawn."""
    done = await the_door().act(moves.reopen, caller, locator=locator, reason=sent.reason, version=sent.version)
    return SubmissionItem.of(done)


@router.post("/{locator}/reveal", responses=problems.WRITTEN | problems.MISSING)
async def reveal_answers(caller: Caller, locator: parameters.Locator) -> PersonalAnswers:
    """The personal answers, which are masked everywhere else. The audit trail keeps that you looked, and at which."""
    found = await the_door().act(revealing.reveal, caller, locator=locator)
    return PersonalAnswers.page([asdict(each) for each in found], len(found), 0)
