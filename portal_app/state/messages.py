"""The inbox of messages, and the thread on the page of a submission or policy."""

from dataclasses import dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.types import new_locator
from portal_app.services.access import Permission, can
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import DomainError
from portal_app.services.messaging import reading, sending, threads
from portal_app.services.messaging.records import RecordKind
from portal_app.services.messaging.threads import Messages, MessageView, ThreadRow
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.inbox import Inbox
from portal_app.state.portal import PortalState

PLACE = "/messages"
VIEWS, WRITES = Permission.VIEW_OWN_ACCOUNTS, Permission.WRITE_MESSAGES
AT_ONCE = 30
KINDS = {"submissions": RecordKind.SUBMISSION, "policies": RecordKind.POLICY}


@dataclass
class ThreadLine:
    """`unread` is a number in words, empty for none."""

    locator: str
    kind: str
    title: str
    insured: str
    href: str
    last: str
    at: str
    unread: str


@dataclass
class MessageLine:
    """`side` says for whom the author writes."""

    locator: str
    author: str
    side: str
    mine: bool
    body: str
    at: str
    unread: bool


class MessagesState(Inbox, PortalState):
    threads: list[ThreadLine] = []

    @requires(VIEWS, passive=True, shows=(Topic.MESSAGES,))
    async def load(self) -> None:
        await self._look()

    @requires(VIEWS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        part = self._part()
        found = await self._ask(threads.inbox, **part)
        if found is None:
            return
        self.threads = [self._line(each) for each in found.rows]
        self.unread_messages = found.unread
        self._told(PLACE, part, len(found.rows), found.total, found.unread)

    def _line(self, each: ThreadRow) -> ThreadLine:
        return ThreadLine(
            locator=each.locator,
            kind=each.kind.value,
            title=each.named,
            insured=each.insured,
            href=each.href,
            last=f"{'You' if each.mine else each.author}: {each.excerpt}",
            at=self._moment(each.at),
            unread=f"{each.unread:,} new" if each.unread else "",
        )


class MessageThreadState(PortalState):
    """Of the record that the address names. What fails here is told here, since the page is that of the record."""

    messages: list[MessageLine] = []
    unread_here: int = 0
    earlier: str = ""
    may_write: bool = False
    trouble: str = ""
    problem_of_message: str = ""
    # The token of the message to be written: another one empties the form, and what is sent twice under one is there
    # once.
    draft: str = ""
    _count: int = AT_ONCE

    @requires(VIEWS, passive=True, shows=(Topic.MESSAGES,))
    async def load_thread(self) -> None:
        self.messages, self.unread_here, self.earlier = [], 0, ""
        self.problem_of_message, self.draft, self._count = "", new_locator(), AT_ONCE
        self.may_write = can(current_actor.get(), WRITES) and current_actor.get().may_write
        await self._look_at_thread()

    @requires(VIEWS, passive=True)
    async def refresh_thread(self) -> None:
        await self._look_at_thread()

    @requires(VIEWS)
    async def show_earlier(self) -> None:
        self._count += AT_ONCE
        await self._look_at_thread()

    @requires(VIEWS)
    async def read_thread(self) -> None:
        """Up to the newest that is shown: what came since stays unread."""
        if self.messages:
            done, left = await self._do(reading.read, **self._record(), until=self.messages[-1].locator)
            self.unread_messages = left if done and left is not None else self.unread_messages
            await self._look_at_thread()

    @requires(WRITES)
    async def send(self, form: dict[str, Any]) -> None:
        """What was typed stays where it cannot be taken. Who answers has read what is shown."""
        body, token = str(form.get("body", "")), str(form.get("token", ""))
        done, _, problems = await self._submit(sending.send, **self._record(), body=body, token=token)
        self.problem_of_message = " ".join(problems.values())
        if done:
            self.draft = new_locator()
            self._say("The message is sent.")
            await self.read_thread() if self.unread_here else await self._look_at_thread()

    def _record(self) -> dict[str, Any]:
        kind = str(self.router.url.path).lstrip("/").partition("/")[0]
        return {"kind": KINDS.get(kind, RecordKind.SUBMISSION), "locator": self._last_of_path()}

    async def _look_at_thread(self) -> None:
        rows: list[MessageView] = []
        try:
            while True:
                count = min(self._count - len(rows), threads.MOST_ROWS)
                asked = self._record() | {"offset": len(rows), "count": count}
                found: Messages = await the_door().call(threads.messages, **asked)
                rows += found.rows
                if len(rows) >= min(self._count, found.total) or not found.rows:
                    break
        except DomainError as error:
            self.trouble = error.sentence
            return
        self.trouble, self.unread_here = "", found.unread
        self.messages = [self._line(each) for each in reversed(rows)]
        left = found.total - len(rows)
        self.earlier = wording.count(left, "earlier message") if left else ""

    def _line(self, each: MessageView) -> MessageLine:
        return MessageLine(
            locator=each.locator,
            author="You" if each.mine else each.author,
            side=each.side.label,
            mine=each.mine,
            body=each.body,
            at=self._moment(each.at),
            unread=each.unread,
        )
