"""What the agency asks the producer for, and the answers, on the page of a submission."""

from dataclasses import dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import RequestedItemKind, SubmissionDocumentKind
from portal_app.services.access import Permission
from portal_app.services.submissions import information
from portal_app.services.submissions.information import MOST_ITEMS, Wanted
from portal_app.state.submission import DOES, HANDS_IN, SubmissionPageState

TEXT, FILE = RequestedItemKind.TEXT.value, RequestedItemKind.FILE.value
# What a file that is asked for is among the documents.
OTHER = SubmissionDocumentKind.OTHER.value
KINDS = {TEXT: "An answer in words", FILE: "A file"}


@dataclass
class WantedLine:
    """One thing that is about to be asked for. `path` is empty unless it is a field of the form."""

    kind: str
    label: str
    path: str
    told: str


class SubmissionRequestsState(SubmissionPageState):
    composing: bool = False
    wanted: list[WantedLine] = []
    problem_of_item: str = ""
    cancelling: bool = False
    # The submission as it was when that was asked, and the top of its timeline.
    _cancels_version: int = 0
    _cancels_at: str = ""
    # By the locator of an item.
    problems_of_answers: dict[str, str] = {}

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True)
    async def begin_requests(self) -> None:
        self.composing, self.wanted, self.problem_of_item = False, [], ""
        self.cancelling, self.problems_of_answers = False, {}

    @requires(DOES)
    async def compose(self) -> None:
        self.composing, self.wanted, self.problem_of_item, self.problems = True, [], "", {}

    @requires(DOES)
    async def leave(self) -> None:
        self.composing, self.wanted, self.problem_of_item = False, [], ""

    @requires(DOES)
    async def add_item(self, form: dict[str, Any]) -> None:
        line = _wanted(
            str(form.get("what", "")), str(form.get("label", "")), {one.value: one.label for one in self.fields}
        )
        full = len(self.wanted) >= MOST_ITEMS
        self.problem_of_item = f"Ask for at most {MOST_ITEMS} things." if full else "" if line.label else NOTHING_SAID
        if not self.problem_of_item:
            self.wanted = [*self.wanted, line]

    @requires(DOES)
    async def take_out(self, number: int) -> None:
        self.wanted = [each for place, each in enumerate(self.wanted) if place != number]

    @requires(DOES)
    async def send(self, form: dict[str, Any]) -> None:
        items = [Wanted(RequestedItemKind(each.kind), each.label, each.path) for each in self.wanted]
        answer = await self._act(
            information.ask,
            "The producer is asked. The response clock stands until the answers come.",
            locator=self.shown,
            version=self.version,
            items=items,
            note=str(form.get("note", "")),
        )
        if answer is not None:
            self.composing, self.wanted = False, []

    @requires(DOES)
    async def ask_cancel(self, cancelling: bool) -> None:
        self.cancelling, self._cancels_at, self._cancels_version = cancelling, self._seen, self.version

    @requires(DOES)
    async def cancel(self) -> None:
        if self.cancelling:
            self.cancelling = False
            about: dict[str, Any] = {"locator": self.shown, "version": self._cancels_version}
            await self._act(information.cancel, "Nothing is asked for any more.", seen=self._cancels_at, **about)

    @requires(HANDS_IN)
    async def answer(self, form: dict[str, Any]) -> None:
        """One item, which the form names. What was typed stays where it cannot be taken."""
        item = str(form.get("item", ""))[:40]
        given: dict[str, Any] = {"value": form.get("value"), "document": str(form.get("document", ""))}
        await self._act(information.answer, "The answer is kept.", locator=self.shown, item=item, **given)
        said = " ".join(self.problems.values())
        others = {name: told for name, told in self.problems_of_answers.items() if name != item}
        self.problems_of_answers, self.problems = others | ({item: said} if said else {}), {}

    @requires(HANDS_IN)
    async def complete(self) -> None:
        await self._act(information.complete, "The answers are sent.", locator=self.shown)
        self.problems_of_answers, self.problems = dict(self.problems), {}


NOTHING_SAID = "Say what is needed, or choose a field of the form."


def _wanted(what: str, label: str, fields: dict[str, str]) -> WantedLine:
    label = label.strip()
    if what in fields:
        return WantedLine(RequestedItemKind.FIELD.value, label or fields[what].rpartition(" · ")[2], what, fields[what])
    kind = what if what in KINDS else TEXT
    return WantedLine(kind, label, "", KINDS[kind])
