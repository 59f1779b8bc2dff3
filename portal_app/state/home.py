"""Home."""

from dataclasses import dataclass
from datetime import date, timedelta

from portal_app.guard.events import requires
from portal_app.services import home
from portal_app.services.access import Gate
from portal_app.services.home import Book, LineShare, RoleCount, Window
from portal_app.services.sync.freshness import FeedStatus
from portal_app.services.topics import Topic
from portal_app.state import address, wording
from portal_app.state.integrations import counts, is_stale
from portal_app.state.portal import PortalState
from portal_app.state.rows import PolicyLine, policy_line


@dataclass
class Ending:
    """A window of terms that end."""

    label: str
    policies: str
    premium: str
    renewed: str
    href: str


@dataclass
class Share:
    name: str
    href: str
    policies: str
    premium: str
    share: int


@dataclass
class People:
    role: str
    people: str
    remark: str


@dataclass
class FeedLine:
    """How it stands with one kind of one feed."""

    key: str
    kind: str
    feed: str
    state: str
    as_of: str
    stale: bool
    counts: str
    waiting: str
    message: str


LABELS = ("In the next 30 days", "In 31 to 60 days", "In 61 to 90 days")


class HomeState(PortalState):
    loaded: bool = False
    greeting: str = ""
    today: str = ""
    sees_business: bool = False
    is_empty: bool = False
    in_force: str = ""
    in_force_href: str = "/policies"
    premium: str = ""
    spread: str = ""
    endings: list[Ending] = []
    shares: list[Share] = []
    next_to_end: list[PolicyLine] = []
    lapsed: list[PolicyLine] = []
    lapsed_more: str = ""
    people: list[People] = []
    feeds: list[FeedLine] = []
    sees_feeds: bool = False
    as_of: str = ""
    stale: bool = False

    @requires(Gate.SIGNED_IN, passive=True, shows=(Topic.POLICIES, Topic.FEEDS, Topic.USERS))
    async def load(self) -> None:
        await self._look()

    @requires(Gate.SIGNED_IN, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        found = await self._ask(home.summary)
        if found is None:
            return
        self.greeting = f"{wording.greeting(self._now().astimezone(self._zone()))}, {wording.first_name(self.name)}"
        self.today, self.loaded = wording.long_day(found.today), True
        self.people = [_people(each) for each in found.people]
        self.feeds, self.sees_feeds = [self._feed(each) for each in found.feeds or ()], found.feeds is not None
        self.sees_business = found.book is not None
        if found.book is not None:
            self._show(found.book, found.today)

    def _show(self, book: Book, today: date) -> None:
        running = in_force(today)
        self.is_empty = not (book.in_force or book.lapsed_total)
        self.in_force, self.in_force_href = f"{book.in_force:,}", address.policies(**running)
        self.premium, self.spread = wording.round_money(book.premium), f"in {wording.count(len(book.lines), 'line')}"
        self.endings = [_ending(label, each, today) for label, each in zip(LABELS, book.windows, strict=True)]
        self.shares = [_share(each, running) for each in book.lines]
        self.next_to_end = [policy_line(row) for row in book.next_to_end]
        self.lapsed = [policy_line(row) for row in book.lapsed]
        beyond = book.lapsed_total - len(book.lapsed)
        self.lapsed_more = f"and {wording.count(beyond, 'more policy', 'more policies')}" if beyond else ""
        self.as_of, self.stale = self._moment(book.as_of), wording.is_stale(book.as_of, self._now())

    def _feed(self, each: FeedStatus) -> FeedLine:
        run = each.last_run
        return FeedLine(
            key=f"{each.feed} {each.kind}",
            kind=each.kind.label,
            feed=each.feed,
            state=run.state.label if run else "Never ran",
            as_of=self._moment(each.data_as_of),
            stale=is_stale(each, self._now()),
            counts=counts(run) if run else "",
            waiting=wording.count(each.quarantined, "row") + " in quarantine" if each.quarantined else "",
            message=run.message if run else "",
        )


def in_force(today: date) -> dict[str, str]:
    """The filters by which the list of policies shows what counts as in force."""
    tomorrow = (today + timedelta(days=1)).isoformat()
    return {"status": "active", "effective_to": today.isoformat(), "expiring_from": tomorrow}


def _ending(label: str, each: Window, today: date) -> Ending:
    days = {"expiring_from": each.first.isoformat(), "expiring_to": each.last.isoformat()}
    return Ending(
        label=label,
        policies=f"{each.policies:,}",
        premium=wording.round_money(each.premium),
        renewed=f"{each.renewed:,} renewed already" if each.renewed else "",
        href=address.policies(**{**in_force(today), **days, "sort": "expiration"}),
    )


def _share(each: LineShare, running: dict[str, str]) -> Share:
    return Share(
        name=each.name,
        href=address.policies(**{**running, "line": each.code}),
        policies=wording.count(each.policies, "policy", "policies"),
        premium=wording.round_money(each.premium),
        share=each.share,
    )


def _people(each: RoleCount) -> People:
    remarks = []
    if each.without_second_factor:
        remarks.append(f"{each.without_second_factor:,} without a second factor yet")
    if each.locked:
        remarks.append(f"{each.locked:,} locked")
    return People(each.role, wording.count(each.people, "person", "people"), ", ".join(remarks))
