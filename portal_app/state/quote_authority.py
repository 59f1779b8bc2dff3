"""Why a quote cannot be bound: the last answer about it, and a new one."""

from portal_app.guard.events import requires
from portal_app.services.access import Permission, can
from portal_app.services.authority import decide, decisions
from portal_app.services.door import current_actor
from portal_app.state.answers import NOTHING, DecisionRow, decision_row
from portal_app.state.portal import PortalState


class QuoteAuthorityState(PortalState):
    """Of the quote that the address names."""

    asked_before: bool = False
    may_ask: bool = False
    decision: DecisionRow = NOTHING

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True)
    async def load(self) -> None:
        self.decision, self.asked_before = NOTHING, False
        self.may_ask = can(current_actor.get(), Permission.BIND_POLICIES)
        found = await self._ask(decisions.of_quote, quote=self._last_of_path(), count=1)
        if found is not None:
            self.decision = self._drawn(found.rows[0]) if found.rows else NOTHING
            self.asked_before = bool(found.rows)

    @requires(Permission.BIND_POLICIES)
    async def ask(self) -> None:
        done, found = await self._do(decide.for_quote, quote=self._last_of_path())
        if done and found is not None:
            self.decision, self.asked_before = self._drawn(found), True

    def _drawn(self, found: decisions.Decided) -> DecisionRow:
        return decision_row(found, self._moment(found.asked_at))
