"""What two sides say of one policy, for who may decide it; the others see how much waits."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from portal_app.guard.events import requires
from portal_app.models.enums import ConflictKind, PolicyStatus, Resolution
from portal_app.services.access import Permission, can
from portal_app.services.door import current_actor
from portal_app.services.sync import conflicts
from portal_app.services.sync.conflicts import Open
from portal_app.services.topics import Topic
from portal_app.state import address, deciding, wording
from portal_app.state.portal import PortalState


@dataclass
class ConflictLine:
    locator: str
    href: str
    number: str
    insured: str
    question: str
    first: str
    second: str
    both: bool
    since: str
    does: dict[str, str]


class ConflictsState(PortalState):
    seen: bool = False
    decides: bool = False
    conflicts: list[ConflictLine] = []
    conflicts_headline: str = ""
    waiting: int = 0
    asking: str = ""
    asked: str = ""
    resolution: str = ""

    @requires(Permission.VIEW_FEEDS, passive=True, shows=(Topic.FEEDS,))
    async def load(self) -> None:
        await self._look()

    @requires(Permission.VIEW_FEEDS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    @requires(Permission.VIEW_FEEDS)
    async def look_again(self) -> None:
        await self._look()

    async def _look(self) -> None:
        self.decides = can(current_actor.get(), Permission.MEND_ROWS)
        if self.decides:
            found = await self._ask(conflicts.listed, count=address.PAGE)
            if found is None:
                return
            self.conflicts, self.waiting = [self._line(each) for each in found.rows], found.total
            if self.asking not in {each.locator for each in self.conflicts}:
                self.asking = ""
        else:
            waiting = await self._ask(conflicts.waiting)
            if waiting is None:
                return
            self.waiting = waiting
        self.conflicts_headline, self.seen = wording.count(self.waiting, "conflict"), True

    @requires(Permission.MEND_ROWS)
    async def ask_first(self, locator: str, resolution: Literal["first", "second", "both"]) -> None:
        line = next((each for each in self.conflicts if each.locator == locator), None)
        self.asking, self.resolution = (locator, resolution) if line else ("", "")
        self.asked = line.does.get(resolution, "") if line else ""

    @requires(Permission.MEND_ROWS)
    async def never_mind(self) -> None:
        self.asking, self.resolution, self.asked = "", "", ""

    @requires(Permission.MEND_ROWS)
    async def go_on(self) -> None:
        """Decide what was asked about, once: a second click finds nothing that is asked any more."""
        locator, resolution, self.asking = self.asking, self.resolution, ""
        if not locator:
            return
        done, _ = await self._do(conflicts.resolve, locator=locator, resolution=Resolution(resolution))
        if done:
            self._say("Decided.")
        await self._look()

    def _line(self, each: Open) -> ConflictLine:
        first, second = each.first, each.second
        does = deciding.effects(each)
        if each.kind is ConflictKind.SAME_TIME_TWICE:
            question = "Two terms for the same time: which holds?"
            first, second = (f"From {wording.day(date.fromisoformat(day))}" for day in (first, second))
        elif each.kind is ConflictKind.STATUS:
            question = f"Status of the term from {wording.day(each.term_effective)}: which is it?"
            labels = [PolicyStatus(said).label for said in (first, second)]
            first, second = f"{labels[0]}, the portal's", f"{labels[1]}, the agency system's"
        else:
            question = f"Producer code of the term from {wording.day(each.term_effective)}: which does it bear?"
            first, second = f"{first or 'None'}, the portal's", f"{second or 'None'}, the agency system's"
        return ConflictLine(
            locator=each.locator,
            href=f"/policies/{each.policy}",
            number=each.number,
            insured=each.insured_name,
            question=question,
            first=first,
            second=second,
            both=each.kind is ConflictKind.SAME_TIME_TWICE,
            since=self._moment(each.found_at),
            does=does,
        )
