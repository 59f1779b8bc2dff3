"""The agency's systems: how fresh their data is, what waits, how the runs went."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import reflex as rx

from portal_app.guard.events import requires
from portal_app.models.enums import FeedKind, RunState
from portal_app.services.access import Permission, can
from portal_app.services.door import current_actor
from portal_app.services.sync import dry_runs, freshness, orders, quarantine
from portal_app.services.sync.freshness import FeedStatus, RunRow
from portal_app.services.sync.quarantine import Held
from portal_app.services.topics import Topic
from portal_app.state import address, wording
from portal_app.state.portal import PortalState

PLACE = "/admin/integrations"
RUNS = 20


@dataclass
class KindLine:
    kind: str
    href: str
    state: str
    went_well: str
    as_of: str
    stale: bool
    next: str
    counts: str
    waiting: str
    message: str


@dataclass
class FeedPanel:
    feed: str
    kinds: list[KindLine]
    configured: bool
    ordered: bool
    held_back: bool


@dataclass
class HeldLine:
    locator: str
    place: str
    kind: str
    reasons: list[str]
    since: str
    href: str
    mended: bool


@dataclass
class RunLine:
    locator: str
    at: str
    feed: str
    kind: str
    state: str
    counts: str
    message: str


class IntegrationsState(PortalState):
    loaded: bool = False
    may_run: bool = False
    may_mend: bool = False
    feeds: list[FeedPanel] = []
    held: list[HeldLine] = []
    held_total: int = 0
    held_headline: str = ""
    span: str = ""
    previous: str = ""
    following: str = ""
    runs: list[RunLine] = []

    @requires(Permission.VIEW_FEEDS, passive=True, shows=(Topic.FEEDS,))
    async def load(self) -> None:
        await self._look()

    @requires(Permission.VIEW_FEEDS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        _, page = address.read_simple(self.router.url.query_parameters)
        offset = (page - 1) * address.PAGE
        feeds = await self._ask(freshness.feeds)
        held = await self._ask(quarantine.listed, offset=offset, count=address.PAGE)
        runs = await self._ask(freshness.runs, count=RUNS)
        if feeds is None or held is None or runs is None:
            return
        self.feeds = [self._panel(feed, list(kinds)) for feed, kinds in groupby(feeds, key=lambda each: each.feed)]
        self.held, self.held_total = [self._held(each) for each in held.rows], held.total
        self.held_headline = wording.count(held.total, "row")
        self.span = wording.span(offset, len(held.rows), held.total)
        self.previous, self.following = address.simple_neighbours(PLACE, "", page, held.total)
        self.runs = [self._run(each) for each in runs.rows]
        actor = current_actor.get()
        self.may_run, self.may_mend = can(actor, Permission.RUN_FEEDS), can(actor, Permission.MEND_ROWS)
        self.loaded = True

    @requires(Permission.RUN_FEEDS)
    async def run_now(self, feed: str) -> None:
        done, _ = await self._do(orders.place, feed=feed)
        if done:
            await self._look()
            self._say("The worker takes it in within seconds. Look at the runs below.")

    @requires(Permission.RUN_FEEDS)
    async def dry_run(self, feed: str) -> Any:
        done, locator = await self._do(dry_runs.order, feed=feed)
        return rx.redirect(f"{PLACE}/dry-runs/{locator}") if done else None

    @requires(Permission.VIEW_FEEDS)
    async def look_again(self) -> None:
        await self._look()

    def _panel(self, feed: str, kinds: list[FeedStatus]) -> FeedPanel:
        return FeedPanel(
            feed=feed,
            kinds=[self._kind(each) for each in kinds],
            configured=any(each.next_run is not None for each in kinds),
            ordered=any(each.ordered for each in kinds),
            held_back=any(each.held_back for each in kinds),
        )

    def _kind(self, each: FeedStatus) -> KindLine:
        run = each.last_run
        return KindLine(
            kind=each.kind.label,
            href=f"{PLACE}/columns/{each.feed}/{each.kind.value}" if each.next_run else "",
            state=run.state.label if run else "Never ran",
            went_well=went_well(each, self._moment(each.last_success)),
            as_of=self._moment(each.data_as_of),
            stale=is_stale(each, self._now()),
            next=self._moment(each.next_run) or "Not configured any more",
            counts=counts(run) if run else "",
            waiting=wording.count(each.quarantined, "row") + " in quarantine" if each.quarantined else "",
            message=run.message if run else "",
        )

    def _held(self, each: Held) -> HeldLine:
        return HeldLine(
            locator=each.locator,
            place=f"{each.file_name}, line {each.line:,}",
            kind=each.kind.label,
            reasons=list(each.reasons),
            since=self._moment(each.first_seen_at),
            href=f"{PLACE}/rows/{each.locator}",
            mended=each.mended,
        )

    def _run(self, each: RunRow) -> RunLine:
        return RunLine(
            locator=each.locator,
            at=self._moment(each.started_at),
            feed=each.feed,
            kind=each.kind.label,
            state=each.state.label,
            counts=counts(each),
            message=each.message,
        )


def is_stale(each: FeedStatus, now: datetime) -> bool:
    """By the last run that went well; policies also by their own age, as on the list of policies."""
    moments = [each.last_success, *([each.data_as_of] if each.kind is FeedKind.POLICIES else [])]
    return any(wording.is_stale(moment, now) for moment in moments)


def went_well(each: FeedStatus, at: str) -> str:
    """When it last went well, `at` as people read it, or since when it does not; empty where it never ran."""
    if each.last_run is None:
        return ""
    if not at:
        return "Never went well yet"
    failed = each.last_run.state in (RunState.FAILED, RunState.INTERRUPTED)
    return f"Has not gone well since {at}" if failed else f"Last went well {at}"


def counts(run: RunRow) -> str:
    """What a run did, in words. What it took in without reading a row was in quarantine before."""
    told = {"read": run.rows_read, "new": run.rows_added, "changed": run.rows_changed}
    told |= {"unchanged": run.rows_unchanged, "set aside": run.rows_quarantined}
    done = ", ".join(f"{count:,} {what}" for what, count in told.items() if count)
    if not done:
        return "Nothing new"
    return done if run.rows_read else f"{done}, out of quarantine"
