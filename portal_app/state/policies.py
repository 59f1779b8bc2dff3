"""The list of policies: what the address asks for, and a page of answers."""

from portal_app.guard.events import requires
from portal_app.services.access import Permission
from portal_app.services.policies import search
from portal_app.services.policies.views import Choice, Filters, Found, Query
from portal_app.services.topics import Topic
from portal_app.state import address, exports, wording
from portal_app.state.exports import Offer
from portal_app.state.portal import PortalState
from portal_app.state.rows import Column, Pill, PolicyLine, policy_line

UNSORTED = address.columns(address.Asked(Query(), {}))


class PoliciesState(PortalState):
    loaded: bool = False
    rows: list[PolicyLine] = []
    columns: list[Column] = UNSORTED
    total: int = 0
    headline: str = ""
    span: str = ""
    previous: str = ""
    following: str = ""
    as_of: str = ""
    stale: bool = False
    reversed: bool = False
    corrected_to: str = ""
    corrected_from: str = ""
    ignored: str = ""
    searching: bool = False
    narrowed: bool = False
    plain: bool = False
    pills: list[Pill] = []
    lines: list[Choice] = []
    carriers: list[Choice] = []
    statuses: list[Choice] = []
    exports: list[Offer] = []

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True, shows=(Topic.POLICIES,))
    async def load(self) -> None:
        await self._look()

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        filters = await self._ask(search.filters)
        if filters is None:
            return
        self._offer(filters)
        asked = address.read(self.router.url.query_parameters, filters)
        self._repeat(asked)
        found = await self._ask(search.find, query=asked.query)
        if found is not None:
            self._show(asked, found)

    def _offer(self, filters: Filters) -> None:
        self.lines, self.carriers, self.statuses = list(filters.lines), list(filters.carriers), list(filters.statuses)

    def _repeat(self, asked: address.Asked) -> None:
        self.columns, self.pills = address.columns(asked), asked.pills
        self.ignored = ", ".join(asked.ignored)
        query = asked.query
        self.reversed = any(
            first is not None and last is not None and first > last
            for first, last in (
                (query.effective_from, query.effective_to),
                (query.expiring_from, query.expiring_to),
            )
        )
        self.searching = bool(asked.query.text)
        self.narrowed = bool(asked.query.text or asked.pills)
        self.plain = not self.narrowed and asked.given.get("view", address.PLAIN) == address.PLAIN
        self.exports = exports.of_policies(query)

    def _show(self, asked: address.Asked, found: Found) -> None:
        self.rows = [policy_line(row) for row in found.rows]
        self.total, self.loaded = found.total, True
        self.headline = wording.count(found.total, "policy", "policies")
        self.span = wording.span(found.offset, len(found.rows), found.total)
        self.previous, self.following = address.neighbours(asked, found.total)
        self.as_of, self.stale = self._moment(found.as_of), wording.is_stale(found.as_of, self._now())
        self.corrected_from = ", ".join(typed for typed, _ in found.corrected)
        self.corrected_to = ", ".join(taken for _, taken in found.corrected)
