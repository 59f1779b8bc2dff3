"""`/settings` and `/diagnostics`: what the agency set for itself, and how the portal is doing."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from portal_app.routes.api import problems
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.shapes import Shape
from portal_app.services import diagnostics
from portal_app.services.door import the_door
from portal_app.services.routing.rules import AmsWay
from portal_app.services.settings import agency, trials
from portal_app.services.settings.entries import OF_A_LINE

router = APIRouter(tags=["settings"], responses=problems.OF_A_ROLE)

Text = Annotated[str, Field(max_length=200)]


class Changed(BaseModel):
    """What to change; what is not named stays. `version` is the one that was looked at."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)

    version: Annotated[int, Field(ge=0, le=2**31 - 2)]
    agency_name: Text | None = None
    time_zone: Text | None = None
    concurrent_sessions: bool | None = None
    hourly_minute: Annotated[int, Field(ge=0, le=59)] | None = None
    daily_hour: Annotated[int, Field(ge=0, le=23)] | None = None
    ams_mail: Text | None = None
    ams_tasks: Text | None = None
    ams_attach: bool | None = None
    ams_attach_mb: Annotated[int, Field(ge=1, le=25)] | None = None
    response_days: dict[str, Annotated[int, Field(ge=1, le=60)]] = {}

    def given(self) -> dict[str, str]:
        """As it would be typed on the page."""
        named = self.model_dump(exclude={"version", "response_days"}, exclude_none=True)
        typed = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in named.items()}
        return typed | {f"{OF_A_LINE}{code}": str(days) for code, days in self.response_days.items()}


class TriedNumber(BaseModel):
    """Where the test goes: in the international form, or nothing for one's own verified number."""

    model_config = ConfigDict(extra="forbid", strict=True)

    number: Annotated[str, Field(max_length=40)] = ""


class TriedDesk(BaseModel):
    """Which desk of the management system is tried: the one that files mail, or the one that makes tasks."""

    model_config = ConfigDict(extra="forbid", strict=True)

    way: Annotated[AmsWay, Field(strict=False)]


class Setting(Shape):
    """`typed` is the value, `told` is how people read it."""

    name: str
    label: str
    typed: str
    told: str
    fixed_by: str
    chosen: bool


class LineTime(Shape):
    code: str
    name: str
    response_days: int


class Variable(Shape):
    """What only the environment says, and whether it does."""

    name: str
    given: bool


class SettingChange(Shape):
    name: str
    label: str
    before: str
    after: str


class SettingsVersion(Shape):
    version: int
    by: str
    at: datetime
    changes: list[SettingChange]


class AgencySettings(Shape):
    version: int
    settings: list[Setting]
    lines: list[LineTime]
    variables: list[Variable]
    history: list[SettingsVersion]


class Outcome(Shape):
    sent: bool
    told: str


@router.get("/settings")
async def get_settings(caller: Caller) -> AgencySettings:
    """The settings as they hold now, and the last changes. `fixedBy` names the variable that fixes one."""
    return AgencySettings.of(await the_door().act(agency.current, caller))


@router.patch("/settings", responses=problems.WRITTEN | problems.AGAINST_IT)
async def change_settings(caller: Caller, changed: Changed) -> AgencySettings:
    """Change what is named."""
    await the_door().act(agency.save, caller, version=changed.version, given=changed.given())
    return AgencySettings.of(await the_door().act(agency.current, caller))


@router.post("/settings/test-mail")
async def test_mail(caller: Caller) -> Outcome:
    """Send a mail to one's own address and tell what the mail server said."""
    return Outcome.of(await trials.mail_me(the_door(), caller))


@router.post("/settings/test-text", responses=problems.WRITTEN)
async def test_text(caller: Caller, tried: TriedNumber) -> Outcome:
    """Send a text message and tell what the gateway said."""
    return Outcome.of(await trials.text_me(the_door(), caller, number=tried.number))


@router.post("/settings/test-ams", responses=problems.WRITTEN)
async def test_ams(caller: Caller, tried: TriedDesk) -> Outcome:
    """Send a test to the management system and tell what came of it."""
    return Outcome.of(await trials.tell_the_ams(the_door(), caller, way=tried.way))


@router.get("/diagnostics", response_class=PlainTextResponse)
async def get_diagnostics(caller: Caller) -> str:
    """How the portal is doing, without anything of the agency's."""
    return (await the_door().act(diagnostics.report, caller)).text
