"""`/audit-events`: who did what to which record, from where. `/audit-chain`: whether that can be trusted."""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic.json_schema import SkipJsonSchema

from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.trail import chain, events

router = APIRouter(tags=["audit"], responses=problems.OF_A_ROLE)


class NarrowedEvents(parameters.Narrowed):
    who: parameters.Text = ""
    action: parameters.Text = ""
    kind: parameters.Text = ""
    record: parameters.Text = ""
    from_day: parameters.Day | SkipJsonSchema[None] = None
    to_day: parameters.Day | SkipJsonSchema[None] = None
    address: parameters.Text = ""

    def asked(self) -> events.Asked:
        return events.Asked(**{name: getattr(self, name) for name in NarrowedEvents.model_fields})


class AskedEvents(NarrowedEvents, parameters.Asked):
    pass


class AuditChain(shapes.Shape):
    """The last check of the chain; `checkedAt` is null before the first. `ordered` says that one is under way, and
    `problems` are the first of `problemsFound`."""

    ordered: bool
    may_order: bool
    checked_at: datetime | None
    ordered_by: str
    sealed: int
    unsealed: int
    problems_found: int
    problems: list[str]


@router.get("/audit-events", dependencies=parameters.GIVEN_ONCE)
async def list_audit_events(caller: Caller, asked: Annotated[AskedEvents, Query()]) -> shapes.AuditEvents:
    """The newest first. `who` is a part of the name, `address` the beginning of one; `record` is a locator, a feed's
    name or an email address. Days are the agency's, both included."""
    found = await the_door().act(events.listed, caller, asked=asked.asked(), offset=asked.offset, count=asked.count)
    return shapes.AuditEvents.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.get("/audit-events/{locator}", responses=problems.MISSING)
async def get_audit_event(caller: Caller, locator: parameters.Locator) -> shapes.AuditEvent:
    """One event with before and after. Values of the business are masked for whose role does not see it."""
    return shapes.AuditEvent.of(await the_door().act(events.one, caller, locator=locator))


@router.get("/audit-chain")
async def get_audit_chain(caller: Caller) -> AuditChain:
    """What the last check of the chain found, and whether one is under way."""
    return AuditChain.of(await the_door().act(chain.standing, caller))


@router.post("/audit-chain/checks", status_code=HTTPStatus.ACCEPTED)
async def check_audit_chain(caller: Caller) -> AuditChain:
    """Have the worker check the chain; asked for twice it is done once."""
    await the_door().act(chain.order, caller)
    return AuditChain.of(await the_door().act(chain.standing, caller))
