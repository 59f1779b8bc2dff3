"""A dry run: what taking a feed in would change."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal_app.guard.events import requires
from portal_app.services.access import Permission, can
from portal_app.services.door import current_actor
from portal_app.services.sync import approvals, dry_runs, freshness
from portal_app.services.sync.differences import Difference
from portal_app.services.sync.dry_runs import KindFound
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.integrations import PLACE
from portal_app.state.portal import PortalState

DRY_RUNS = f"{PLACE}/dry-runs"


@dataclass
class FoundLine:
    kind: str
    state: str
    would: str
    message: str
    reasons: list[str]


@dataclass
class FieldLine:
    label: str
    before: str
    after: str


@dataclass
class ExampleLine:
    key: str
    what: str
    name: str
    fields: list[FieldLine]


class DryRunState(PortalState):
    loaded: bool = False
    feed: str = ""
    ordered: str = ""
    done: bool = False
    failed: str = ""
    kinds: list[FoundLine] = []
    sees_business: bool = False
    examples: list[ExampleLine] = []
    held_back: bool = False
    may_run: bool = False

    @requires(Permission.VIEW_FEEDS, passive=True, shows=(Topic.FEEDS,))
    async def load(self) -> None:
        self.loaded = False
        await self._look()

    @requires(Permission.VIEW_FEEDS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        found = await self._ask(dry_runs.one, locator=self._last_of_path())
        feeds = await self._ask(freshness.feeds) if found is not None else None
        if found is None or feeds is None:
            return
        self.feed, self.done, self.failed = found.feed, found.ended_at is not None, found.problem
        self.ordered = f"Asked for by {found.ordered_by}, {self._moment(found.ordered_at)}"
        self.kinds = [_kind(each) for each in found.kinds]
        self.sees_business = found.examples is not None
        self.examples = [_example(number, each) for number, each in enumerate(found.examples or ())]
        self.held_back = any(each.held_back for each in feeds if each.feed == found.feed)
        self.may_run, self.loaded = can(current_actor.get(), Permission.RUN_FEEDS), True

    @requires(Permission.RUN_FEEDS)
    async def again(self) -> Any:
        done, locator = await self._do(dry_runs.order, feed=self.feed)
        return rx.redirect(f"{DRY_RUNS}/{locator}") if done else None

    @requires(Permission.RUN_FEEDS)
    async def approve(self) -> Any:
        done, _ = await self._do(approvals.approve, feed=self.feed)
        if not done:
            return None
        told = "Let through. The worker takes it in within seconds, and from now on by the schedule."
        return self._say_at(PLACE, told)


def _kind(each: KindFound) -> FoundLine:
    told = {"read": each.read, "new": each.added, "changed": each.changed}
    told |= {"unchanged": each.unchanged, "would be set aside": each.quarantined}
    would = ", ".join(f"{count:,} {what}" for what, count in told.items() if count) or "Nothing new"
    reasons = [f"{wording.count(reason.rows, 'row')}: {reason.reason}" for reason in each.reasons]
    return FoundLine(each.kind.label, each.state.label, would, each.message, reasons)


def _example(number: int, each: Difference) -> ExampleLine:
    fields = [FieldLine(label, before, after) for label, before, after in each.fields]
    return ExampleLine(str(number), each.what, each.name, fields)
