"""`/submissions/{locator}/ams-handovers`: what of a submission goes to the agency's management system."""

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter

from portal_app.models.ams import HandoverKind
from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.ams import handovers
from portal_app.services.ams.handovers import HandoverState
from portal_app.services.door import the_door

router = APIRouter(prefix="/submissions/{locator}/ams-handovers", tags=["submissions"], responses=problems.OF_A_ROLE)


class AmsHandover(shapes.Shape):
    """One thing that goes to the system. `why` says what keeps it from there; `key` is what it bears there, the same
    however often it is sent, `reference` what the system calls it. `maySend` tells that you can have it sent now."""

    kind: HandoverKind
    state: HandoverState
    why: str
    key: str
    ordered_at: datetime | None
    ordered_by: str
    attempts: int
    next_attempt_at: datetime | None
    sent_at: datetime | None
    reference: str
    may_send: bool


class AmsHandovers(shapes.Listed[AmsHandover]):
    pass


class Sent(credentials.Sent):
    kind: HandoverKind


@router.get("", responses=problems.MISSING)
async def list_handovers(caller: Caller, locator: parameters.Locator) -> AmsHandovers:
    """What of a submission went to the management system, waits, or was not sent."""
    found = await the_door().act(handovers.handovers, caller, locator=locator)
    return AmsHandovers.page([asdict(each) for each in found], len(found), 0)


@router.post("", responses=problems.WRITTEN | problems.MISSING | problems.AGAINST_IT)
async def send_handover(caller: Caller, locator: parameters.Locator, sent: Sent) -> AmsHandovers:
    """Send it, or send it again under the same key."""
    found = await the_door().act(handovers.send, caller, locator=locator, kind=sent.kind)
    return AmsHandovers.page([asdict(each) for each in found], len(found), 0)
