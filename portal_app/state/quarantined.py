"""One row in quarantine, with what it says, in the hands of who may see the business."""

from dataclasses import dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.services.access import Permission
from portal_app.services.door import the_door
from portal_app.services.errors import Conflict, DomainError, Invalid
from portal_app.services.sync import mending
from portal_app.state.integrations import PLACE
from portal_app.state.portal import PortalState

MENDS = Permission.MEND_ROWS
ROWS = f"{PLACE}/rows"


@dataclass
class CellField:
    """A column of the row as the form shows it. `field` is the input's name."""

    field: str
    heading: str
    text: str
    problem: str


class QuarantinedState(PortalState):
    loaded: bool = False
    locator: str = ""
    place: str = ""
    kind: str = ""
    feed: str = ""
    since: str = ""
    reasons: list[str] = []
    mended: bool = False
    readable: bool = False
    cells: list[CellField] = []
    loose: list[str] = []
    whole: str = ""
    asking: bool = False
    version: str = ""

    @requires(MENDS, passive=True)
    async def load(self) -> None:
        self.loaded, self.asking, self.whole, self.locator = False, False, "", self._last_of_path()
        found = await self._ask(mending.one, locator=self.locator)
        if found is not None:
            self._show(found)

    def _show(self, found: mending.Row) -> None:
        held = found.held
        self.place, self.kind, self.feed = f"{held.file_name}, line {held.line:,}", held.kind.label, held.feed
        self.since, self.reasons, self.mended = self._moment(held.first_seen_at), list(held.reasons), held.mended
        self.version = found.version
        self.readable, self.loose = found.feed_is_there, list(found.loose)
        self.cells = [
            CellField(f"cell-{number}", cell.heading, cell.text, cell.problem)
            for number, cell in enumerate(found.cells)
        ]
        self.loaded = True

    @requires(MENDS)
    async def save(self, form: dict[str, Any]) -> Any:
        """Mend the row; what is still wrong is told beside its column, and everything that was typed stays."""
        given = {cell.heading: str(form.get(cell.field, "")) for cell in self.cells}
        try:
            waits = await the_door().call(mending.mend, locator=self.locator, cells=given, version=self.version)
        except Invalid as refusal:
            self._mark(given, refusal.problems)
            return None
        except Conflict as refusal:
            self._say(refusal.sentence, "warning")
            return None
        except DomainError as refusal:
            return self._away(refusal.sentence, "warning")
        if waits:
            return self._away("Mended. It waits for what it names: " + " ".join(waits), "warning")
        return self._away("Mended. The worker takes it in within seconds.", "good")

    def _mark(self, given: dict[str, str], problems: dict[str, str]) -> None:
        self.whole = problems.get(mending.WHOLE_ROW, "")
        self.cells = [
            CellField(cell.field, cell.heading, given[cell.heading], problems.get(cell.heading, ""))
            for cell in self.cells
        ]

    @requires(MENDS)
    async def ask_first(self, asking: bool) -> None:
        self.asking = asking

    @requires(MENDS)
    async def leave_out(self) -> Any:
        done, _ = await self._do(mending.leave_out, locator=self.locator)
        self.asking = False
        return self._away("The row is left out, also when it is sent again as it is.", "good") if done else None

    def _away(self, sentence: str, kind: str) -> Any:
        return self._say_at(f"{PLACE}#quarantine", sentence, kind)
