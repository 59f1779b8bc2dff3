"""Home: cards by role, each asked and shown by itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from portal_app.guard.events import requires
from portal_app.services.access import Gate, Permission, can
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import DomainError, Unexpected
from portal_app.services.home import cards
from portal_app.services.home.book import Book, LineShare
from portal_app.services.home.people import People
from portal_app.services.home.queue import Queue
from portal_app.services.home.renewals import Renewals, Window
from portal_app.services.home.since import Since
from portal_app.services.home.some import Some
from portal_app.services.home.troubles import Troubles
from portal_app.services.home.turns import Turns
from portal_app.services.home.unread import UnreadThread
from portal_app.services.home.waiting import Waiting
from portal_app.services.sync.freshness import FeedStatus
from portal_app.services.topics import Topic
from portal_app.state import address, home_rows, wording
from portal_app.state.home_rows import Group, RoleLine, Thing
from portal_app.state.integrations import counts, is_stale
from portal_app.state.portal import PortalState
from portal_app.state.rows import PolicyLine, policy_line

SHOWS = (Topic.POLICIES, Topic.FEEDS, Topic.USERS, Topic.SUBMISSIONS, Topic.QUOTES, Topic.LETTERS, Topic.MESSAGES)


@dataclass
class Broken:
    """Why a card could not be had."""

    sentence: str
    reference: str


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
    """`cards` are those that the person has, `came` those that were had, `broken` why others were not."""

    loaded: bool = False
    greeting: str = ""
    today: str = ""
    cards: list[str] = []
    came: list[str] = []
    broken: dict[str, Broken] = {}
    turns: list[Group] = []
    turns_title: str = ""
    at_risk: list[Group] = []
    desk: list[Group] = []
    queue: list[Group] = []
    messages: list[Group] = []
    since: list[Group] = []
    signed_in_before: str = ""
    is_empty: bool = False
    submits: bool = False
    in_force: str = ""
    in_force_href: str = "/policies"
    premium: str = ""
    spread: str = ""
    shares: list[Share] = []
    nothing_ends: bool = False
    endings: list[Ending] = []
    next_to_end: list[PolicyLine] = []
    lapsed: list[PolicyLine] = []
    lapsed_more: str = ""
    people: list[Group] = []
    roles: list[RoleLine] = []
    feeds: list[FeedLine] = []
    troubles: list[Thing] = []
    as_of: str = ""
    stale: bool = False

    @requires(Gate.SIGNED_IN, passive=True, shows=SHOWS)
    async def load(self) -> None:
        await self._look()

    @requires(Gate.SIGNED_IN, passive=True)
    async def refresh(self) -> None:
        await self._again(partial(self._look, keep=True))

    @requires(Gate.SIGNED_IN)
    async def again(self, name: str) -> None:
        """Try once more to have the card of that name."""
        if name in cards.cards_of(current_actor.get()):
            await self._bring([name])

    async def _look(self, *, keep: bool = False) -> None:
        found = await self._ask(cards.overview)
        if found is None:
            return
        self.greeting = f"{wording.greeting(self._now().astimezone(self._zone()))}, {wording.first_name(self.name)}"
        self.today, self.cards = wording.long_day(found.today), list(found.cards)
        await self._bring(found.cards, keep=keep)
        self.loaded = True

    async def _bring(self, names: Iterable[str], *, keep: bool = False) -> None:
        """Ask these cards. With `keep`, one that was had stays as it is where it cannot be had again."""
        answers = await cards.ask(the_door(), current_actor.get(), names)
        for name, answer in answers.found.items():
            SHOWN_BY[name](self, answer)
        failed = {name: _broken(error) for name, error in answers.failed.items() if not (keep and name in self.came)}
        self.broken = {name: each for name, each in self.broken.items() if name not in answers.found} | failed
        self.came = [
            each for each in cards.CARDS if each not in failed and (each in self.came or each in answers.found)
        ]

    def _show_turns(self, found: Turns) -> None:
        self.turns = home_rows.of_turns(found, self._moment)
        self.turns_title = "Waits for the producers" if found.whole else "Waits for you"

    def _show_risk(self, found: Some[Waiting]) -> None:
        self.at_risk = home_rows.of_risk(found, current_actor.get())

    def _show_desk(self, found: Some[Waiting]) -> None:
        self.desk = home_rows.of_desk(found, current_actor.get())

    def _show_queue(self, found: Queue) -> None:
        self.queue = home_rows.of_queue(found, self._moment)

    def _show_messages(self, found: Some[UnreadThread]) -> None:
        self.messages = home_rows.of_messages(found, self._moment)

    def _show_since(self, found: Since) -> None:
        self.since, self.signed_in_before = home_rows.of_since(found, self._moment), self._moment(found.since)

    def _show_book(self, found: Book) -> None:
        today = self._now().astimezone(self._zone()).date()
        running = in_force(today)
        self.is_empty, self.submits = not found.in_force, can(current_actor.get(), Permission.SUBMIT_BUSINESS)
        self.in_force, self.in_force_href = f"{found.in_force:,}", address.policies(**running)
        self.premium, self.spread = wording.round_money(found.premium), f"in {wording.count(len(found.lines), 'line')}"
        self.shares = [_share(each, running) for each in found.lines]
        self.as_of, self.stale = self._moment(found.as_of), wording.is_stale(found.as_of, self._now())

    def _show_renewals(self, found: Renewals) -> None:
        windows = zip(LABELS, found.windows, strict=True)
        self.endings = [_ending(label, each, found.today) for label, each in windows]
        self.next_to_end = [policy_line(row) for row in found.next_to_end]
        self.lapsed = [policy_line(row) for row in found.lapsed]
        self.nothing_ends = not (self.next_to_end or self.lapsed or any(each.policies for each in found.windows))
        beyond = found.lapsed_total - len(found.lapsed)
        self.lapsed_more = f"and {wording.count(beyond, 'more policy', 'more policies')}" if beyond else ""

    def _show_people(self, found: People) -> None:
        self.people, self.roles = home_rows.of_people(found), home_rows.roles(found.roles)

    def _show_troubles(self, found: Troubles) -> None:
        self.troubles = home_rows.of_troubles(found)

    def _show_feeds(self, found: tuple[FeedStatus, ...]) -> None:
        self.feeds = [self._feed(each) for each in found]

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


def _broken(error: DomainError) -> Broken:
    if isinstance(error, Unexpected):
        return Broken("Something went wrong on our side.", error.reference)
    return Broken(error.sentence, "")


SHOWN_BY: dict[str, Callable[[HomeState, Any], None]] = {
    "turns": HomeState._show_turns,
    "desk": HomeState._show_desk,
    "queue": HomeState._show_queue,
    "messages": HomeState._show_messages,
    "at_risk": HomeState._show_risk,
    "since": HomeState._show_since,
    "book": HomeState._show_book,
    "renewals": HomeState._show_renewals,
    "feeds": HomeState._show_feeds,
    "troubles": HomeState._show_troubles,
    "people": HomeState._show_people,
}
