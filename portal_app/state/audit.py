"""The audit trail: who did what; one event with before and after; and whether the chain holds."""

from dataclasses import dataclass
from datetime import date

from portal_app.guard.events import requires
from portal_app.services.access import Permission
from portal_app.services.topics import Topic
from portal_app.services.trail import chain, events
from portal_app.services.trail.chain import Chain
from portal_app.services.trail.deeds import DEEDS, KINDS
from portal_app.services.trail.details import Change
from portal_app.services.trail.events import Asked, EventLine
from portal_app.state import address, exports, wording
from portal_app.state.exports import Offer
from portal_app.state.portal import PortalState

PLACE = "/admin/audit"
VIEWS = Permission.VIEW_AUDIT
# By their words, as people look for them.
ACTIONS = dict(sorted(((action, deed.words) for action, deed in DEEDS.items()), key=lambda each: each[1]))
KIND_LABELS = dict(sorted(KINDS.items(), key=lambda each: each[1]))


@dataclass
class EventRow:
    href: str
    words: str
    at: str
    who: str
    kind: str
    record: str
    address: str
    sealed: bool


class AuditState(PortalState):
    loaded: bool = False
    rows: list[EventRow] = []
    total: int = 0
    headline: str = ""
    span: str = ""
    previous: str = ""
    following: str = ""
    narrowed: bool = False
    ignored: str = ""
    reversed: bool = False
    exports: list[Offer] = []
    ordered: bool = False
    may_order: bool = False
    verdict: str = ""
    holds: bool = False
    chain_problems: list[str] = []

    @requires(VIEWS, passive=True, shows=(Topic.TRAIL,))
    async def load(self) -> None:
        await self._look()

    @requires(VIEWS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    @requires(VIEWS)
    async def look_again(self) -> None:
        await self._look()

    @requires(VIEWS)
    async def verify(self) -> None:
        done, _ = await self._do(chain.order)
        if done:
            await self._look()
            self._say("The worker checks the chain now. What it finds shows itself below.")

    async def _look(self) -> None:
        given = dict(self.router.url.query_parameters)
        _, page = address.read_simple(given)
        asked, self.ignored = read(given)
        offset = (page - 1) * address.PAGE
        found = await self._ask(events.listed, asked=asked, offset=offset, count=address.PAGE)
        standing = await self._ask(chain.standing) if found is not None else None
        if found is None or standing is None:
            return
        self.rows = [self._row(each) for each in found.rows]
        self.total, self.headline = found.total, wording.count(found.total, "event")
        self.span = wording.span(offset, len(found.rows), found.total)
        kept = {name: given.get(name, "").strip() for name in address.OF_THE_TRAIL}
        self.narrowed = asked != Asked()
        self.reversed = bool(asked.from_day and asked.to_day and asked.from_day > asked.to_day)
        self.previous, self.following = address.simple_neighbours(PLACE, "", page, found.total, **kept)
        self.exports = [*exports.of_the_trail(asked), *exports.of_access()]
        self._tell(standing)
        self.loaded = True

    def _row(self, each: EventLine) -> EventRow:
        return EventRow(
            href=f"{PLACE}/{each.locator}",
            words=each.words,
            at=self._moment(each.at),
            who=each.actor,
            kind=each.kind_words,
            record=each.name or each.record,
            address=each.address,
            sealed=each.sealed,
        )

    def _tell(self, standing: Chain) -> None:
        self.ordered, self.may_order = standing.ordered, standing.may_order
        self.holds = standing.checked_at is not None and standing.problems_found == 0
        self.verdict = ""
        self.chain_problems = list(standing.problems)
        if more := standing.problems_found - len(standing.problems):
            self.chain_problems.append(f"And {more:,} more.")
        if standing.checked_at is not None:
            held = "The chain holds" if self.holds else "The chain does not hold"
            self.verdict = (
                f"{held}: {wording.count(standing.sealed, 'event')} sealed, {standing.unsealed:,} not yet. "
                f"Checked {self._moment(standing.checked_at)} for {standing.ordered_by}."
            )


class AuditEventState(PortalState):
    """One event. `link` leads to the record, where there is a page for it that the person may open."""

    shown: str = ""
    words: str = ""
    at: str = ""
    who: str = ""
    kind: str = ""
    record: str = ""
    name_of_record: str = ""
    from_address: str = ""
    request: str = ""
    sealed: bool = False
    link: str = ""
    same_record: str = ""
    changes: list[Change] = []

    @requires(VIEWS, passive=True)
    async def load(self) -> None:
        self.shown = ""
        found = await self._ask(events.one, locator=self._last_of_path())
        if found is None:
            return
        line = found.line
        self.words, self.at, self.who = line.words, self._moment(line.at), line.actor
        self.kind, self.record, self.name_of_record = line.kind_words, line.record, line.name
        self.from_address, self.request, self.sealed = line.address, found.request_id, line.sealed
        self.link = f"/admin/users/{line.record}" if line.kind == "user" and "users" in self.places else ""
        self.same_record = address.address(PLACE, {"kind": line.kind, "record": line.record}) if line.record else ""
        self.changes, self.shown = list(found.changes), line.locator


def read(given: dict[str, str]) -> tuple[Asked, str]:
    """The filters as the address states them, and what of it was not understood."""
    ignored: list[str] = []

    def text(name: str, known: dict[str, str] | None = None) -> str:
        value = given.get(name, "").strip()[: address.LONGEST_TEXT]
        if known is None or not value or value in known:
            return value
        ignored.append(f"“{value[: address.LONGEST_SHOWN]}”")
        return ""

    def day(name: str) -> date | None:
        value = text(name)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            ignored.append(f"“{value[: address.LONGEST_SHOWN]}”")
            return None

    asked = Asked(
        who=text("who"),
        action=text("action", ACTIONS),
        kind=text("kind", KIND_LABELS),
        record=text("record"),
        from_day=day("from"),
        to_day=day("to"),
        address=text("address"),
    )
    return asked, ", ".join(ignored)
