"""Why can't I bind? Asked by hand, with the facts that one knows; and what was asked so before."""

from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import BindOutcome
from portal_app.services.access import Permission
from portal_app.services.authority import decide, decisions
from portal_app.services.authority.choices import choices
from portal_app.services.authority.decisions import Decided
from portal_app.services.authority.facts import Facts
from portal_app.services.door import the_door
from portal_app.services.errors import Invalid
from portal_app.services.licensing.jurisdictions import STATES
from portal_app.state import address, authority_form, wording
from portal_app.state.answers import NOTHING, OUTCOMES, DecisionRow, decision_row
from portal_app.state.authority import ACTIONS, Option, options
from portal_app.state.authority_form import Form
from portal_app.state.earlier_answers import EarlierRow, row_of
from portal_app.state.portal import PortalState

PLACE = "/authority"
BINDS = Permission.BIND_POLICIES
CHOICES = {each.value: label for each, label in OUTCOMES.items()}

__all__ = ["ACTIONS", "CHOICES", "PLACE", "STATES", "BindingState"]


class BindingState(PortalState):
    loaded: bool = False
    carriers: list[Option] = []
    lines: list[Option] = []
    codes: list[str] = []
    codes_told: str = ""
    only_code: str = ""
    today: str = ""
    problems: dict[str, str] = {}
    decision: DecisionRow = NOTHING
    earlier: list[EarlierRow] = []
    total: int = 0
    narrowed: bool = False
    span: str = ""
    previous: str = ""
    following: str = ""

    @requires(BINDS, passive=True)
    async def load(self) -> None:
        # To turn the pages of the earlier answers leaves the form and its answer alone.
        if not (self.loaded and self.router.url.query_parameters) and not await self._begin():
            return
        await self._look_back()

    async def _begin(self) -> bool:
        """What the form offers; whether it could be had."""
        self.problems, self.decision = {}, NOTHING
        offered = await self._ask(choices)
        if offered is None:
            return False
        self.carriers, self.lines, self.codes = options(offered.carriers), options(offered.lines), list(offered.codes)
        self.codes_told = wording.proposed(len(self.codes), offered.codes_there, "codes")
        self.only_code = self.codes[0] if len(self.codes) == 1 else ""
        self.today = self._now().astimezone(self._zone()).date().isoformat()
        self.loaded = True
        return True

    async def _look_back(self) -> None:
        given = self.router.url.query_parameters
        outcome = BindOutcome(given["outcome"]) if given.get("outcome") in CHOICES else None
        page = address.read_simple(given)[1]
        start = (page - 1) * address.PAGE
        found = await self._ask(decisions.by_hand, outcome=outcome, offset=start, count=address.PAGE)
        if found is None:
            return
        self.earlier = [row_of(each, self._moment(each.asked_at)) for each in found.rows]
        self.total, self.narrowed = found.total, outcome is not None
        self.span = wording.span(start, len(found.rows), found.total)
        kept = {"outcome": outcome.value if outcome else ""}
        self.previous, self.following = address.simple_neighbours(PLACE, "", page, found.total, **kept)

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
            await self._look_back()
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
