"""The routing rules in an administrator's hands: put in order, tried, and saved as a new version."""

import json
from dataclasses import dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import AccountKind
from portal_app.services.access import Permission
from portal_app.services.authority.choices import choices
from portal_app.services.configuration import versions
from portal_app.services.door import the_door
from portal_app.services.errors import Conflict, DomainError, Invalid
from portal_app.services.producers import find
from portal_app.services.producers.standing import AT_THEIR_END
from portal_app.services.routing import desk
from portal_app.services.routing.desk import Desk, Question
from portal_app.state import routing_form, wording
from portal_app.state.authority import Option, options
from portal_app.state.authority_form import Form
from portal_app.state.portal import PortalState

CHANGES = Permission.CHANGE_SETTINGS
PLACE = "/admin/settings/routing"
NONE = -1
UNUSABLE = "A producer that is not in use any more"
OTHERS = "The first {:,} of {:,} producers are listed. Name any other by their codes, above."


@dataclass
class RuleRow:
    place: int
    number: str
    name: str
    takes: list[str]
    leads: str
    remark: str
    first: bool
    last: bool


@dataclass
class AnswerRow:
    number: str
    name: str
    takes: bool
    told: list[str]


class RoutingState(PortalState):
    loaded: bool = False
    version: int = 0
    rules: list[RuleRow] = []
    wrong: list[str] = []
    changed: bool = False
    overtaken: str = ""
    drawn: int = 0
    note_drawn: int = 0
    note_problem: str = ""

    # The rule whose form is open: its place, one more than there are for a new one, or NONE.
    editing: int = NONE
    asking: int = NONE
    asked_about: str = ""
    typed: dict[str, str] = {}
    target: str = "queue"
    problems: dict[str, str] = {}
    lines: list[Option] = []
    carriers: list[Option] = []
    producers: list[Option] = []
    codes: list[str] = []
    codes_told: str = ""
    producers_told: str = ""
    underwriters: list[Option] = []

    tried: bool = False
    taken_by: str = ""
    answers: list[AnswerRow] = []
    trial_problems: dict[str, str] = {}
    _content: str = ""

    @requires(CHANGES, passive=True)
    async def load(self) -> None:
        self.loaded, self.overtaken, self.note_problem, self.changed = False, "", "", False
        await self._look()

    async def _look(self) -> None:
        found, offered = await self._ask(desk.look), await self._ask(choices)
        able = await self._ask(desk.underwriters) if found and offered else None
        if found is None or offered is None or able is None:
            return
        self.lines, self.carriers = options(offered.lines), options(tuple((name, name) for _, name in offered.carriers))
        self.codes, self.producers = list(offered.codes), options(offered.producers)
        shown, there = len(self.producers), offered.producers_there
        self.producers_told = OTHERS.format(shown, there) if shown < there else ""
        self.codes_told = wording.proposed(len(self.codes), offered.codes_there, "codes")
        self.underwriters = options(able)
        self.version, self.loaded = found.version, True
        self._show(found)
        self.note_drawn += 1

    def _show(self, found: Desk) -> None:
        self._content, last = found.content, len(found.told) - 1
        self.rules = [
            RuleRow(place, str(place + 1), each.name, list(each.takes), each.to, each.remark, place == 0, place == last)
            for place, each in enumerate(found.told)
        ]
        self.wrong = [self._said(each) for each in found.problems]
        self.editing, self.asking, self.tried, self.problems = NONE, NONE, False, {}

    def _said(self, problem: str) -> str:
        """A problem without the path in the configuration, but with the rule that it is about."""
        path, _, sentence = problem.partition(": ")
        place = path.split(".")[1]
        return f"Rule {int(place) + 1}: {sentence}" if place.isdecimal() else sentence

    def _entries(self) -> list[dict[str, Any]]:
        return list(json.loads(self._content)["rules"])

    async def _put(self, entries: list[dict[str, Any]]) -> None:
        """Show these as what is to be saved."""
        done, found = await self._do(desk.look, content=json.dumps({"rules": entries}))
        if done and found is not None:
            self._show(found)
            self.changed = True

    @requires(CHANGES)
    async def edit(self, place: int) -> None:
        entries = self._entries()
        if 0 <= place < len(entries):
            [self.target] = entries[place]["to"]
            self._open(place, routing_form.typed_rule(entries[place]))
            await self._offer_what_it_names(entries[place])

    @requires(CHANGES)
    async def add(self) -> None:
        self.target = "queue"
        self._open(len(self.rules), {})

    def _open(self, place: int, typed: dict[str, str]) -> None:
        self.editing, self.typed, self.problems, self.asking = place, typed, {}, NONE
        self.drawn += 1

    async def _offer_what_it_names(self, entry: dict[str, Any]) -> None:
        """What a rule names stays choosable, although nobody would choose it anew."""
        there = {each.value for each in self.producers}
        named = [each for each in entry["when"].get("producers", ()) if each not in there]
        self.producers = [*self.producers, *[Option(each, await self._called(each)) for each in named]]
        email = entry["to"].get("underwriter", "")
        if email and email not in {each.value for each in self.underwriters}:
            self.underwriters = [*self.underwriters, Option(email, f"{email}, who may not underwrite")]

    async def _called(self, locator: str) -> str:
        """A producer who is not among the first by name, or not in use any more."""
        found = await self._ask(find.producer, locator=locator)
        self.missing = False
        usable = found is not None and found.producer_state not in AT_THEIR_END
        return found.name if found is not None and usable else UNUSABLE

    @requires(CHANGES)
    async def pick(self, target: str) -> None:
        self.target = target if target in routing_form.TARGETS else "queue"

    @requires(CHANGES)
    async def close(self) -> None:
        self.editing, self.problems = NONE, {}

    @requires(CHANGES)
    async def put(self, form: dict[str, Any]) -> None:
        """Take the rule over into the list. What cannot be is told at its field, and nothing is lost."""
        if self.editing == NONE:
            return
        read, place = Form(form), self.editing
        entries = self._entries()
        entries[place : place + 1] = [routing_form.rule_of(read, self.target)]
        self.problems = read.problems or await self._problems_of(place, entries)
        if not self.problems:
            await self._put(entries)

    async def _problems_of(self, place: int, entries: list[dict[str, Any]]) -> dict[str, str]:
        try:
            found = await the_door().call(desk.look, content=json.dumps({"rules": entries}))
        except Invalid as refusal:
            told = [f"{path}: {sentence}" for path, sentence in refusal.problems.items()]
            return routing_form.at_fields(place, told) or {"name": refusal.sentence}
        return routing_form.at_fields(place, found.problems)

    @requires(CHANGES)
    async def move(self, place: int, by: int) -> None:
        entries = self._entries()
        if by in (-1, 1) and 0 <= place < len(entries) and 0 <= place + by < len(entries):
            entries.insert(place + by, entries.pop(place))
            await self._put(entries)

    @requires(CHANGES)
    async def ask_first(self, place: int) -> None:
        there = 0 <= place < len(self.rules)
        self.asking, self.asked_about = (place, self.rules[place].name) if there else (NONE, "")

    @requires(CHANGES)
    async def delete(self) -> None:
        entries = self._entries()
        if 0 <= self.asking < len(entries):
            del entries[self.asking]
            await self._put(entries)

    @requires(CHANGES)
    async def let_go(self) -> None:
        """Forget what was changed, and show the rules in force."""
        await self.load()

    @requires(CHANGES)
    async def save(self, form: dict[str, Any]) -> None:
        """Save the list as it stands, once: a second click finds nothing changed any more."""
        if not self.changed:
            return
        self.note_problem, self.overtaken = "", ""
        about = {"kind": "routing", "content": self._content, "note": str(form.get("note") or "")}
        done, problems = await self._try_to_save(about)
        self.note_problem = problems.pop("note", "")
        self.wrong = [self._said(each) for each in problems.values()] or self.wrong
        if done:
            await self.load()
            self._say("Saved. It holds at once for whatever is submitted from now on.")

    async def _try_to_save(self, about: dict[str, str]) -> tuple[bool, dict[str, str]]:
        try:
            await the_door().call(versions.save, **about, expected=self.version)
        except Invalid as refusal:
            return False, refusal.problems
        except Conflict as told:
            self.overtaken = told.sentence
        except DomainError as refusal:
            self._say(refusal.sentence, "bad")
        else:
            return True, {}
        return False, {}

    @requires(CHANGES)
    async def ask_rules(self, form: dict[str, Any]) -> None:
        """Which of the rules as they are listed would take this?"""
        read = Form(form)
        kind = read.text("account_kind")
        question = Question(
            line=read.text("line"),
            carrier=read.text("carrier"),
            state=read.text("state").upper(),
            premium=read.money("premium"),
            producer_code=read.text("producer_code"),
            account_kind=AccountKind(kind) if kind in list(AccountKind) else None,
        )
        self.tried, self.trial_problems = False, read.problems
        if not read.problems:
            asked = await self._submit(desk.ask, question=question, content=self._content)
            self.trial_problems = asked[2]
            self._show_answers(asked[1])

    def _show_answers(self, found: tuple[desk.Said, ...] | None) -> None:
        if found is None:
            return
        self.answers = [
            AnswerRow(str(number), each.rule.name, each.takes, list(each.why_not) or [each.rule.to])
            for number, each in enumerate(found, 1)
        ]
        self.taken_by = next((each.rule.name for each in found if each.takes), "")
        self.tried = True
