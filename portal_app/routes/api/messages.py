"""`/messages`, and `/submissions/{locator}/messages` and `/policies/{locator}/messages`: what producers and the agency
write to each other."""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from portal_app.models.messages import MessageSide
from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.submissions import Key
from portal_app.services.access import Actor
from portal_app.services.door import the_door
from portal_app.services.idempotency import Asked
from portal_app.services.messaging import reading, sending, threads
from portal_app.services.messaging.records import RecordKind
from portal_app.services.messaging.sending import LONGEST
from portal_app.services.messaging.threads import MessageView

router = APIRouter(tags=["messages"], responses=problems.OF_A_ROLE)
OF_SUBMISSION, OF_POLICY = "/submissions/{locator}/messages", "/policies/{locator}/messages"
SENT = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT
READ = problems.WRITTEN | problems.MISSING


class AskedThreads(parameters.Asked):
    """What is asked of the list: a part of it, and with `unread` only threads with something unread."""

    unread: parameters.Truth = False


class NewMessage(credentials.Sent):
    body: Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"^[^\x00]*$")]


class ReadUntil(credentials.Sent):
    """`until` is the locator of the last message that was seen: what came after it stays unread."""

    until: Annotated[str, Field(pattern=f"^{parameters.LOCATOR}$")]


class UnreadThread(shapes.Shape):
    """A thread by its own locator. `record` is the locator of the submission or policy that `kind` says it is, `href`
    the address of the thread in the portal, in which somebody wrote last at `at`. `unread` counts the messages that
    concern you and that you have not read."""

    locator: str
    kind: RecordKind
    record: str
    named: str
    insured: str
    href: str
    at: datetime
    unread: int


class MessageThread(UnreadThread):
    """The same with the last message: `excerpt` begins it, and `author` wrote it; `mine` says that it was you."""

    author: str
    mine: bool
    side: MessageSide
    excerpt: str


class MessageThreads(shapes.Listed[MessageThread]):
    """`unread` counts all messages that are unread, asked for or not."""

    unread: int


class Message(shapes.Shape):
    """`body` is plain text. `side` says for whom its author wrote, `mine` that it was you."""

    locator: str
    author: str
    side: MessageSide
    mine: bool
    body: str
    at: datetime
    unread: bool


class Messages(shapes.Listed[Message]):
    """`unread` counts what is unread of this thread, asked for or not."""

    unread: int


class UnreadMessages(shapes.Shape):
    """How many messages of all threads are unread now."""

    unread: int


@router.get("/messages", dependencies=parameters.GIVEN_ONCE)
async def list_message_threads(caller: Caller, asked: Annotated[AskedThreads, Query()]) -> MessageThreads:
    """The threads that you see: those with something unread first, each the newest first."""
    found = await the_door().act(threads.inbox, caller, **asked.model_dump())
    return MessageThreads.page([asdict(each) for each in found.rows], found.total, asked.offset, unread=found.unread)


@router.get("/messages/{locator}", responses=problems.MISSING)
async def get_message_thread(caller: Caller, locator: parameters.Locator) -> MessageThread:
    """One thread, as the list has it."""
    return MessageThread.of(await the_door().act(threads.one, caller, locator=locator))


@router.get(OF_SUBMISSION, responses=problems.MISSING, dependencies=parameters.GIVEN_ONCE)
async def list_submission_messages(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> Messages:
    """What was written about a submission, the newest first."""
    return await _listed(caller, RecordKind.SUBMISSION, locator, asked)


@router.post(OF_SUBMISSION, status_code=HTTPStatus.CREATED, responses=SENT)
async def send_submission_message(
    caller: Caller, locator: parameters.Locator, sent: NewMessage, key: Key = None
) -> Message:
    """Write about a submission that was handed in. Whom it concerns on the other side is told."""
    return await _sent(caller, RecordKind.SUBMISSION, locator, sent, key)


@router.post(f"{OF_SUBMISSION}/read", responses=READ)
async def read_submission_messages(caller: Caller, locator: parameters.Locator, sent: ReadUntil) -> UnreadMessages:
    """Mark what was written about a submission as read, up to a message."""
    return await _read(caller, RecordKind.SUBMISSION, locator, sent)


@router.get(OF_POLICY, responses=problems.MISSING, dependencies=parameters.GIVEN_ONCE)
async def list_policy_messages(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> Messages:
    """What was written about a policy, the newest first."""
    return await _listed(caller, RecordKind.POLICY, locator, asked)


@router.post(OF_POLICY, status_code=HTTPStatus.CREATED, responses=SENT)
async def send_policy_message(
    caller: Caller, locator: parameters.Locator, sent: NewMessage, key: Key = None
) -> Message:
    """Write about a policy. Whom it concerns on the other side is told."""
    return await _sent(caller, RecordKind.POLICY, locator, sent, key)


@router.post(f"{OF_POLICY}/read", responses=READ)
async def read_policy_messages(caller: Caller, locator: parameters.Locator, sent: ReadUntil) -> UnreadMessages:
    """Mark what was written about a policy as read, up to a message."""
    return await _read(caller, RecordKind.POLICY, locator, sent)


async def _listed(caller: Actor, kind: RecordKind, locator: str, asked: parameters.Asked) -> Messages:
    part = {"offset": asked.offset, "count": asked.count}
    found = await the_door().act(threads.messages, caller, kind=kind, locator=locator, **part)
    return Messages.page([asdict(each) for each in found.rows], found.total, asked.offset, unread=found.unread)


async def _sent(caller: Actor, kind: RecordKind, locator: str, sent: NewMessage, key: str | None) -> Message:
    request = f"POST {kind.value} {locator} messages"
    asked = None if key is None else Asked(key, request, sent.model_dump(mode="json"))
    made = await the_door().act(
        sending.send_by_program, caller, asked=asked, tell=_told, kind=kind, locator=locator, body=sent.body
    )
    return Message.model_validate(made)


async def _read(caller: Actor, kind: RecordKind, locator: str, sent: ReadUntil) -> UnreadMessages:
    left = await the_door().act(reading.read, caller, kind=kind, locator=locator, until=sent.until)
    return UnreadMessages(unread=left)


def _told(made: MessageView) -> dict[str, Any]:
    return Message.of(made).model_dump(mode="json", by_alias=True)
