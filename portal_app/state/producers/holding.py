"""A license, an appointment, a cover, a cycle or a course of a producer, in a form of its own."""

from collections.abc import Mapping
from typing import Any

from portal_app.guard.events import requires
from portal_app.services.licensing import states
from portal_app.services.producers import choices
from portal_app.services.producers.choices import OfCredentials
from portal_app.services.topics import Topic
from portal_app.state.portal import PortalState
from portal_app.state.producers import specs, steps
from portal_app.state.producers.fields import FieldRow
from portal_app.state.producers.form import part_of, version_of
from portal_app.state.producers.kinds import KINDS, Kind
from portal_app.state.producers.listing import MANAGES, PLACE

NEW = "new"
VALIDATE, DISCARD, REMOVE = "validate", "discard", "remove"
SAID = {VALIDATE: "Validated: it counts from now on.", DISCARD: "Discarded.", REMOVE: "Taken away."}


class HoldingState(PortalState):
    """`locator` is empty for a new one. `possible` are the steps that its state allows."""

    loaded: bool = False
    kind: str = ""
    noun: str = ""
    locator: str = ""
    version: int = 0
    drawn: int = 0
    owner_name: str = ""
    owner_href: str = ""
    name: str = ""
    state_label: str = ""
    editable: bool = False
    possible: list[str] = []
    fields: list[FieldRow] = []

    form: dict[str, str] = {}
    problems: dict[str, str] = {}
    wrong: list[str] = []
    overtaken: bool = False
    asking: str = ""
    _owner: str = ""
    _cycle: str = ""
    _made: bool = False

    @requires(MANAGES, passive=True, shows=(Topic.PRODUCERS,))
    async def load(self) -> None:
        self._owner, self.kind, last = (part_of(str(self.router.url.path), number) for number in (1, 2, 3))
        self.loaded, self.version, self._made = False, 0, False
        kind = KINDS.get(self.kind)
        self.missing = kind is None
        if kind is not None:
            self.locator, self._cycle = (last, "") if kind.one and last != NEW else ("", "" if last == NEW else last)
            self._let_go()
            await self._look(kind)

    @requires(MANAGES, passive=True)
    async def refresh(self) -> None:
        """Somebody may be writing in the form: where it is overtaken, the page says so and leaves it alone."""
        kind = KINDS.get(self.kind)
        one = kind.one if kind and self.locator else None
        found = await self._ask(one, locator=self.locator) if one else None
        self.overtaken = found is not None and found.version != self.version
        self.problem, self.reference, self.missing = "", "", False

    @requires(MANAGES)
    async def show_now(self) -> None:
        self._let_go()
        if (kind := KINDS.get(self.kind)) is not None:
            await self._look(kind)

    @requires(MANAGES)
    async def save(self, form: dict[str, Any]) -> Any:
        self.form, self.problems, self.wrong = {name: str(value) for name, value in form.items()}, {}, []
        kind = KINDS.get(self.kind)
        return None if kind is None or self._made else await self._save(kind)

    @requires(MANAGES)
    async def ask_first(self, step: str) -> None:
        self.asking = step if step in (DISCARD, REMOVE) else ""

    @requires(MANAGES)
    async def go(self, step: str) -> Any:
        """Take a step, once: what cannot be undone has to be under question."""
        kind, asked, self.asking = KINDS.get(self.kind), self.asking, ""
        if kind is None or not self.locator or (step != VALIDATE and step != asked):
            return None
        return await self._step(kind, step)

    def _let_go(self) -> None:
        self.problems, self.wrong, self.form, self.overtaken, self.asking = {}, [], {}, False, ""

    async def _look(self, kind: Kind) -> None:
        there = await self._ask(choices.of_credentials, locator=self._owner)
        found = await self._ask(kind.one, locator=self.locator) if there and kind.one and self.locator else None
        if there is None or (self.locator and found is None):
            return
        if found is not None and found.producer.locator != self._owner:
            self.missing = True
            return
        self.owner_name, self.owner_href, self.noun = there.name, f"{PLACE}/{self._owner}", kind.noun
        self.name, self.state_label, self.possible, self.editable = "", "", [], True
        if found is not None:
            self._show(kind, found)
        values = specs.filled(kind.specs, found.terms) if found is not None else kind.start
        self.fields = specs.rows(self._specs(kind), values, there, self._zone())
        if kind.validate is not None and found is not None and found.validation is not None:
            self._place(found.validation.problems)
        self.drawn, self.loaded = self.drawn + 1, True

    def _show(self, kind: Kind, found: Any) -> None:
        self.version, terms = found.version, found.terms
        parts = ("license_number", "appointment_number", "policy_number", "jurisdiction")
        self.name = next((getattr(terms, part) for part in parts if getattr(terms, part, "")), "")
        if kind.validate is not None:
            self.state_label, self.editable = found.state.label, states.can_edit(found.state)
            self.possible = steps.possible_of_credential(found.state)
        else:
            self.possible = [REMOVE] if kind.remove else []

    def _specs(self, kind: Kind) -> Any:
        return kind.specs_of_one if self.locator else kind.specs

    async def _save(self, kind: Kind) -> Any:
        there = await self._ask(choices.of_credentials, locator=self._owner)
        before = await self._ask(kind.one, locator=self.locator) if there and kind.one and self.locator else None
        if there is None or (self.locator and before is None):
            self.missing = False
            self._say("It is not there any more. Nothing was saved.", "bad")
            return None
        values = specs.filled(kind.specs, before.terms) if before is not None else kind.start
        given, self.problems = self._read(kind, values, there)
        if self.problems:
            return None
        return await (self._change(kind, before, given) if before is not None else self._create(kind, given))

    def _read(
        self, kind: Kind, values: Mapping[str, Any], there: OfCredentials
    ) -> tuple[dict[str, Any], dict[str, str]]:
        return specs.read(self._specs(kind), self.form, values, there, self._zone())

    async def _create(self, kind: Kind, given: dict[str, Any]) -> Any:
        done, made, problems = await self._submit(kind.create, **kind.new(self._owner, self._cycle, given))
        if not done:
            self._place(problems)
            return None
        self._made = True
        draft = " as a draft. Validate it, so that it counts." if kind.validate else "."
        place = f"{PLACE}/{self._owner}"
        at = f"{place}/{kind.place}/{made}" if kind.validate else place
        return self._say_at(at, f"The {kind.noun} is written down{draft}")

    async def _change(self, kind: Kind, before: Any, given: dict[str, Any]) -> Any:
        version = version_of(self.form)
        change: Any = kind.change
        done, _, problems = await self._submit(change, locator=self.locator, version=version, given=given)
        if done:
            self._let_go()
            await self._look(kind)
            self._say("Saved.")
        else:
            self._place(problems)
            self.overtaken = before.version != version
        return None

    async def _step(self, kind: Kind, step: str) -> Any:
        service: Any = {VALIDATE: kind.validate, DISCARD: kind.discard, REMOVE: kind.remove}.get(step)
        if service is None:
            return None
        more = {"version": self.version} if step == REMOVE else {}
        done, answer = await self._do(service, locator=self.locator, **more)
        found: Any = answer
        if not done:
            return None
        if step == REMOVE:
            return self._say_at(f"{PLACE}/{self._owner}", SAID[step])
        if step == VALIDATE and not found.validation.success:
            self._place(found.validation.problems)
            self._say("It stays a draft: what speaks against it is marked below.", "bad")
            return None
        self._let_go()
        await self._look(kind)
        self._say(SAID[step])
        return None

    def _place(self, problems: Mapping[str, str]) -> None:
        """What is wrong at its field; what belongs to none of them above."""
        names = {each.name for each in self.fields}
        self.problems = {name: why for name, why in problems.items() if name in names}
        self.wrong = [why for name, why in problems.items() if name not in names]
