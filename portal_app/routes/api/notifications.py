"""`/notifications`, `/muted-records` and `/me/notification-preferences`: what one was told, and how one wants to be."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.notifications import inbox, preferences, trial
from portal_app.services.notifications.kinds import KINDS

router = APIRouter(tags=["notifications"], responses=problems.OF_A_ROLE)
PREFERENCES = "/me/notification-preferences"


class Asked(parameters.Asked):
    """What is asked of the list: a part of it, and with `unread` only what is unread."""

    unread: parameters.Truth = False


class Notification(shapes.Shape):
    """One notification. `kind` is its kind of event and `label` the same in words; `href` is the address in the portal
    of the record that `subjectKind` and `subject` (its locator) name, both empty for a test; `body` has a line for each
    thing that is asked for."""

    locator: str
    kind: str
    label: str
    subject_kind: str
    subject: str
    href: str
    title: str
    insured: str
    body: str
    created_at: datetime
    read_at: datetime | None
    muted: bool


class Notifications(shapes.Listed[Notification]):
    """`unread` counts all that is unread, asked for or not."""

    unread: int


class MutedRecord(shapes.Shape):
    """A record of which one is told nothing, by its own locator."""

    locator: str
    subject_kind: str
    named: str
    href: str
    muted_at: datetime


class MutedRecords(shapes.Listed[MutedRecord]):
    pass


class NotificationsRead(shapes.Shape):
    """How many were marked as read that were not."""

    read: int


class TestSent(shapes.Shape):
    """By which ways the test is under way, beside the portal itself."""

    mail: bool
    sms: bool


class NotificationChoice(shapes.Shape):
    """How one wants to be told of one event, in the portal, by mail, by text message; `label` is the event in words."""

    event: str
    label: str
    in_portal: bool
    mail: bool
    sms: bool


class NotificationPreferences(shapes.Shape):
    """All events. `noMail` and `noSms` say why nothing leaves that way now, or are empty."""

    choices: list[NotificationChoice]
    no_mail: str
    no_sms: str


class Sent(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


class SentChoice(Sent):
    event: Annotated[str, Field(max_length=40)]
    in_portal: bool
    mail: bool
    sms: bool


class SentPreferences(Sent):
    """The events to change; one that is not named stays as it is."""

    choices: Annotated[list[SentChoice], Field(max_length=len(KINDS))]


@router.get("/notifications", dependencies=parameters.GIVEN_ONCE)
async def list_notifications(caller: Caller, asked: Annotated[Asked, Query()]) -> Notifications:
    """What one was told, the newest first."""
    found = await the_door().act(inbox.page, caller, **asked.model_dump())
    return Notifications.page([asdict(each) for each in found.rows], found.total, asked.offset, unread=found.unread)


@router.post("/notifications/read")
async def read_all_notifications(caller: Caller) -> NotificationsRead:
    """Mark all as read."""
    return NotificationsRead(read=await the_door().act(inbox.read_all, caller))


@router.post("/notifications/test")
async def send_test_notification(caller: Caller) -> TestSent:
    """Send oneself a test by every way that is set up, three times in a quarter of an hour at most."""
    return TestSent.of(await the_door().act(trial.send, caller))


@router.get("/notifications/{locator}", responses=problems.MISSING)
async def get_notification(caller: Caller, locator: parameters.Locator) -> Notification:
    """One of one's notifications."""
    return Notification.of(await the_door().act(inbox.one, caller, locator=locator))


@router.post("/notifications/{locator}/read", status_code=204, responses=problems.MISSING)
async def read_notification(caller: Caller, locator: parameters.Locator) -> None:
    """Mark one as read."""
    await the_door().act(inbox.read, caller, locator=locator)


@router.post("/notifications/{locator}/mute", status_code=204, responses=problems.MISSING)
async def mute_record(caller: Caller, locator: parameters.Locator) -> None:
    """Be told nothing more of the record of this notification, in whatever way."""
    await the_door().act(inbox.mute, caller, locator=locator)


@router.get("/muted-records", dependencies=parameters.GIVEN_ONCE)
async def list_muted_records(caller: Caller, asked: Annotated[parameters.Asked, Query()]) -> MutedRecords:
    """The records of which one is told nothing, the last one first."""
    return MutedRecords.part(await the_door().act(inbox.muted, caller), asked)


@router.get("/muted-records/{locator}", responses=problems.MISSING)
async def get_muted_record(caller: Caller, locator: parameters.Locator) -> MutedRecord:
    """One record of which one is told nothing."""
    return MutedRecord.of(await the_door().act(inbox.muted_one, caller, subject=locator))


@router.delete("/muted-records/{locator}", status_code=204, responses=problems.MISSING)
async def unmute_record(caller: Caller, locator: parameters.Locator) -> None:
    """Be told of the record again."""
    await the_door().act(inbox.unmute, caller, subject=locator)


@router.get(PREFERENCES)
async def get_notification_preferences(caller: Caller) -> NotificationPreferences:
    """How one wants to be told of what."""
    return NotificationPreferences.of(await the_door().act(preferences.own, caller))


@router.put(PREFERENCES, responses=problems.WRITTEN)
async def put_notification_preferences(caller: Caller, sent: SentPreferences) -> NotificationPreferences:
    """Say how one wants to be told of these events. A way that is not set up cannot be turned on."""
    choices = [preferences.Choice(label="", **each.model_dump()) for each in sent.choices]
    return NotificationPreferences.of(await the_door().act(preferences.put, caller, choices=choices))
