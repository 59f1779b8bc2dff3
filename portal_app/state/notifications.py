"""What somebody was told: by day, the newest first."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from portal_app.guard.events import requires
from portal_app.services.access import Gate
from portal_app.services.notifications import inbox
from portal_app.services.notifications.inbox import NotificationView
from portal_app.services.notifications.kinds import KINDS
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.inbox import Inbox
from portal_app.state.portal import PortalState

PLACE = "/notifications"
SIGNS = {each.name: each.sign for each in KINDS.values()}


@dataclass
class NoticeRow:
    locator: str
    kind: str
    title: str
    insured: str
    body: str
    href: str
    at: str
    unread: bool
    mutable: bool
    muted: bool


@dataclass
class NoticeDay:
    label: str
    rows: list[NoticeRow]


class NotificationsState(Inbox, PortalState):
    days: list[NoticeDay] = []

    @requires(Gate.SIGNED_IN, passive=True, shows=(Topic.NOTIFICATIONS,))
    async def load(self) -> None:
        await self._look()

    @requires(Gate.SIGNED_IN, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        part = self._part()
        found = await self._ask(inbox.page, **part)
        if found is None:
            return
        self.days = self._by_day(found.rows)
        self.unread = found.unread
        self._told(PLACE, part, len(found.rows), found.total, found.unread)

    @requires(Gate.SIGNED_IN)
    async def read(self, locator: str) -> None:
        done, _ = await self._do(inbox.read, locator=locator)
        if done:
            await self._look()

    @requires(Gate.SIGNED_IN)
    async def read_all(self) -> None:
        done, count = await self._do(inbox.read_all)
        if done:
            self._say(f"{wording.count(count or 0, 'notification')} marked as read.")
            await self._look()

    @requires(Gate.SIGNED_IN)
    async def mute(self, locator: str) -> None:
        done, named = await self._do(inbox.mute, locator=locator)
        if done:
            self._say(f"You are not told of {named} any more, in whatever way. What you were told stays here.")
            await self._look()

    @requires(Gate.SIGNED_IN)
    async def unmute(self, locator: str) -> None:
        done, named = await self._do(inbox.unmute_of, locator=locator)
        if done:
            self._say(f"You are told of {named} again.")
            await self._look()

    def _by_day(self, rows: tuple[NotificationView, ...]) -> list[NoticeDay]:
        zone, today = self._zone(), self._now().astimezone(self._zone()).date()
        days = groupby(rows, lambda each: each.created_at.astimezone(zone).date())
        named = {today: "Today", today - timedelta(days=1): "Yesterday"}
        return [NoticeDay(named.get(day) or wording.day(day), [self._row(each) for each in of]) for day, of in days]

    def _row(self, each: NotificationView) -> NoticeRow:
        return NoticeRow(
            locator=each.locator,
            kind=each.kind,
            title=each.title,
            insured=each.insured,
            body=each.body,
            href=each.href,
            at=wording.clock(each.created_at, self._zone()),
            unread=each.read_at is None,
            mutable=each.mutable,
            muted=each.muted,
        )
