"""`/holidays`: on which days the agency is closed, and when its business day ends."""

from datetime import date, time
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import Field

from portal_app.routes.api import credentials, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.routing_rules import CHANGED, Note, Short
from portal_app.services.configuration import versions
from portal_app.services.door import the_door
from portal_app.services.routing import desk, holidays
from portal_app.services.routing.writing import holidays_text

router = APIRouter(prefix="/holidays", tags=["routing"], responses=problems.OF_A_ROLE)
Closing = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["17:00"])]


class GivenHoliday(credentials.Sent):
    date: credentials.Day
    name: Short


class NewHolidays(credentials.Sent):
    """`closesAt` is in the agency's own time. `expectedVersion` is the version that was looked at, 0 where nothing was
    saved; `note` says why."""

    expected_version: credentials.Version
    note: Note
    federal: credentials.Truth
    closes_at: Closing
    days: Annotated[list[GivenHoliday], Field(max_length=400)]


class ClosedDay(shapes.Shape):
    date: date
    name: str

    @classmethod
    def of_day(cls, found: holidays.Holiday) -> Self:
        return cls(date=found.day, name=found.name)


class Holidays(shapes.Shape):
    """The version in force. `days` are the agency's own, `federal` adds those of the United States as they are
    observed, and `closed` are both of the next twelve months."""

    version: int
    federal: bool
    closes_at: str
    days: list[ClosedDay]
    closed: list[ClosedDay]

    @classmethod
    def of_calendar(cls, found: desk.Calendar) -> Self:
        return cls(
            version=found.version,
            federal=found.holidays.federal,
            closes_at=f"{found.holidays.closes_at:%H:%M}",
            days=[ClosedDay.of_day(each) for each in found.holidays.days],
            closed=[ClosedDay.of_day(each) for each in found.closed],
        )


@router.get("")
async def get_holidays(caller: Caller) -> Holidays:
    """The holidays in force, with the closed days of the next twelve months."""
    return Holidays.of_calendar(await the_door().act(desk.calendar, caller))


@router.put("", responses=CHANGED)
async def save_holidays(caller: Caller, sent: NewHolidays) -> Holidays:
    """Save these holidays as a new version, which holds from then on. Response dates that were given stay."""
    days = tuple(holidays.Holiday(each.date, each.name) for each in sent.days)
    content = holidays_text(holidays.Holidays(sent.federal, time.fromisoformat(sent.closes_at), days))
    about = {"kind": "holidays", "content": content, "note": sent.note}
    with problems.told_by(sent):
        await the_door().act(versions.save, caller, **about, expected=sent.expected_version)
    return Holidays.of_calendar(await the_door().act(desk.calendar, caller))
