"""Why can't I bind? Asked by hand, with the facts that one knows."""

from typing import Any

from portal_app.guard.events import requires
from portal_app.services.access import Permission
from portal_app.services.authority import decide
from portal_app.services.authority.choices import choices
from portal_app.services.authority.decisions import Decided
from portal_app.services.authority.facts import Facts
from portal_app.services.door import the_door
from portal_app.services.errors import Invalid
from portal_app.services.licensing.jurisdictions import STATES
from portal_app.state import authority_form
from portal_app.state.answers import NOTHING, DecisionRow, decision_row
from portal_app.state.authority import ACTIONS, Option, options
from portal_app.state.authority_form import Form
from portal_app.state.portal import PortalState

PLACE = "/authority"
BINDS = Permission.BIND_POLICIES

__all__ = ["ACTIONS", "PLACE", "STATES", "BindingState"]


class BindingState(PortalState):
    loaded: bool = False
    carriers: list[Option] = []
    lines: list[Option] = []
    codes: list[str] = []
    only_code: str = ""
    today: str = ""
    problems: dict[str, str] = {}
    decision: DecisionRow = NOTHING

    @requires(BINDS, passive=True)
    async def load(self) -> None:
        self.loaded, self.problems, self.decision = False, {}, NOTHING
        offered = await self._ask(choices)
        if offered is None:
            return
        self.carriers, self.lines, self.codes = options(offered.carriers), options(offered.lines), list(offered.codes)
        self.only_code = self.codes[0] if len(self.codes) == 1 else ""
        self.today = self._now().astimezone(self._zone()).date().isoformat()
        self.loaded = True

    @requires(BINDS)
    async def ask(self, form: dict[str, Any]) -> None:
        """Answer by what was typed. What cannot be is told at its field, and the last answer goes: it was of others."""
        self.decision = NOTHING
        read = Form(form)
        facts = authority_form.facts_of(read)
        self.problems = read.problems
        if facts is None:
            return
        found = await self._await(self._checked(facts))
        if found is not None:
            self.decision = decision_row(found, self._moment(found.asked_at))
        elif not self.problems:
            self._say(self.problem, "bad")
            self.problem, self.reference = "", ""

    async def _checked(self, facts: Facts) -> Decided | None:
        """The answer; what cannot be taken is told at its field."""
        try:
            return await the_door().call(decide.by_hand, facts=facts)
        except Invalid as refusal:
            self.problems = refusal.problems
            return None
