"""The form of a producer: a new one, or what is changed of one that is there."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import ProducerKind, ProducerState
from portal_app.services.producers import choices, find
from portal_app.services.producers import impact as impacts
from portal_app.services.producers.change import DataChanges, ProducerChanges, change_producer
from portal_app.services.producers.choices import Choice
from portal_app.services.producers.configuration import EntityType
from portal_app.services.producers.create import create_producer
from portal_app.services.producers.views import ProducerView
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.portal import PortalState
from portal_app.state.producers import fields, steps
from portal_app.state.producers.fields import FieldRow, Option
from portal_app.state.producers.listing import MANAGES, PLACE, called

KINDS = {kind.value: kind.label for kind in ProducerKind}
RENAMED = {
    "parentLocator": "parent",
    "producerLocator": "producer",
    **{n: n for n in ("name", "npn", "kind", "type", "code")},
}
LOST = "Nothing was saved: the connection was lost in between. Save it once more."


class ProducerFormState(PortalState):
    """`locator` is empty for one who is to be added; `parent` is the text that stands in the field of that name."""

    loaded: bool = False
    locator: str = ""
    version: int = 0
    drawn: int = 0
    person: str = ""
    typed_name: str = ""
    kind: str = ProducerKind.INDIVIDUAL.value
    npn: str = ""
    parent: str = ""
    type: str = ""
    types: list[Option] = []
    parents: list[Option] = []
    parents_told: str = ""
    fields: list[FieldRow] = []

    form: dict[str, str] = {}
    problems: dict[str, str] = {}
    wrong: list[str] = []
    overtaken: bool = False
    asking: bool = False
    below: str = ""
    impact: list[str] = []
    _made: str = ""

    @requires(MANAGES, passive=True)
    async def load_new(self) -> None:
        self._forget()
        found = await self._ask(choices.types)
        if found is None or not await self._look_at_parents():
            return
        self.types = [Option(name, name) for name, each in found.producers.items() if not each.abstract]
        self.typed_name, self.npn, self.kind = "", "", ProducerKind.INDIVIDUAL.value
        self.parent = label_for(self.parents, self.router.url.query_parameters.get("parent", ""))
        self.type = self.types[0].value if self.types else ""
        self._draw(found.producers.get(self.type), {})

    @requires(MANAGES, passive=True, shows=(Topic.PRODUCERS,))
    async def load(self) -> None:
        self._forget()
        self.locator = part_of(str(self.router.url.path), 1)
        await self._look()

    @requires(MANAGES, passive=True)
    async def refresh(self) -> None:
        """Somebody may be writing in the form: where it is overtaken, the page says so and leaves it alone."""
        found = await self._ask(find.producer, locator=self.locator) if self.locator else None
        self.overtaken = found is not None and found.version != self.version
        self.problem, self.reference, self.missing = "", "", False

    @requires(MANAGES)
    async def show_now(self) -> None:
        """Let go of what was filled in, and show the producer as it is."""
        self.problems, self.wrong, self.overtaken, self.asking = {}, [], False, False
        await self._look()

    @requires(MANAGES)
    async def choose_type(self, type: str) -> None:  # noqa: A002
        """Other fields for another type; what was filled in stays in those that both have."""
        found = await self._ask(choices.types)
        if found is not None and any(each.value == type for each in self.types):
            self.type, self.problems = type, {}
            self.fields = fields.rows(found.producers[type], {})

    @requires(MANAGES)
    async def save(self, form: dict[str, Any]) -> Any:
        self.form = {name: str(value) for name, value in form.items()}
        self.problems, self.wrong, self.asking = {}, [], False
        return await self._save(confirmed=False)

    @requires(MANAGES)
    async def go_on(self) -> Any:
        """Save what was asked about, once: a second click finds nothing under question any more."""
        asked, self.asking = self.asking, False
        if asked and self.form:
            return await self._save(confirmed=True)
        if not self.form:
            self._say(LOST, "bad")
        return None

    @requires(MANAGES)
    async def back(self) -> None:
        self.asking = False

    def _forget(self) -> None:
        self.loaded, self.locator, self.version, self._made = False, "", 0, ""
        self.overtaken, self.asking, self.problems, self.wrong, self.form = False, False, {}, [], {}

    async def _look_at_parents(self) -> bool:
        found = await self._ask(choices.producers)
        if found is not None:
            self.parents = [Option(each.value, each.label) for each in found.rows if each.value != self.locator]
            self.parents_told = wording.proposed(len(found.rows), found.total, "producers")
        return found is not None

    async def _look(self) -> None:
        found = await self._ask(find.producer, locator=self.locator)
        types = await self._types() if found is not None else None
        if found is None or types is None or not await self._look_at_parents():
            return
        self.version, self.typed_name, self.npn, self.kind = found.version, found.name, found.npn, found.kind.value
        self.person, self.type = called(found.name, found.type), found.type
        self.parent = await self._parent_of(found)
        self._draw(types.get(found.type), found.data)
        if found.producer_state is ProducerState.DRAFT and found.validation_result is not None:
            errors = [error for item in found.validation_result.validation_items for error in item.errors]
            self.problems, self.wrong = fields.at_fields(fields.of_validation(errors), {})

    async def _types(self) -> Mapping[str, EntityType] | None:
        found = await self._ask(choices.types)
        return None if found is None else found.producers

    async def _parent_of(self, found: ProducerView) -> str:
        """The label of who stands above, also where nobody else can be put below them any more."""
        if not found.parent_locator:
            return ""
        if label := label_for(self.parents, found.parent_locator):
            return label
        above = await self._ask(find.producer, locator=found.parent_locator)
        return called(above.name, above.type) if above else ""

    def _draw(self, type_: EntityType | None, data: Mapping[str, Any]) -> None:
        self.fields = fields.rows(type_, data) if type_ else []
        self.drawn, self.loaded = self.drawn + 1, True

    async def _save(self, *, confirmed: bool) -> Any:
        types = await self._types()
        if types is None or self._made:
            return None
        parent, why = await whom(self, self.parents, self.form.get("parent", ""))
        if self.locator:
            moved = self.form.get("parent", self.parent) != self.parent
            if why and moved:
                self.problems = {"parent": why}
                return None
            if moved and not confirmed:
                return await self._ask_before_move(parent)
            return await self._change(types.get(self.type), parent if moved else None)
        if why:
            self.problems = {"parent": why}
            return None
        return await self._create(types, parent)

    async def _ask_before_move(self, parent: str) -> None:
        found = await self._ask(impacts.impact, locator=self.locator)
        if found is not None:
            self.below, self.impact = label_for(self.parents, parent), steps.told(found)
            self.asking = True

    async def _create(self, types: Mapping[str, EntityType], parent: str) -> Any:
        type_ = types.get(self.form.get("type", self.type))
        data = fields.read(type_, self.form, {})[0] if type_ else {}
        done, made, problems = await self._submit(
            create_producer,
            type=self.form.get("type", self.type),
            data=data,
            name=self.form.get("name", ""),
            kind=_kind(self.form),
            npn=self.form.get("npn", "").strip(),
            parent_locator=parent,
        )
        if done and made is not None:
            self._made = made.locator
            return self._say_at(f"{PLACE}/{made.locator}", "Added as a draft. Validate it once all is there.")
        self.problems, self.wrong = fields.at_fields(problems, RENAMED)
        return None

    async def _change(self, type_: EntityType | None, parent: str | None) -> Any:
        before = await self._ask(find.producer, locator=self.locator)
        changed, removed = fields.read(type_, self.form, before.data) if type_ and before else ({}, [])
        changes = ProducerChanges(
            DataChanges(changed, removed),
            name=self.form.get("name"),
            kind=_kind(self.form),
            npn=self.form.get("npn", self.npn).strip(),
            parent_locator=parent,
        )
        version = version_of(self.form)
        done, _, problems = await self._submit(change_producer, locator=self.locator, changes=changes, version=version)
        if done:
            return self._say_at(f"{PLACE}/{self.locator}", "Saved.")
        self.problems, self.wrong = fields.at_fields(problems, RENAMED)
        self.overtaken = before is not None and before.version != version
        return None


def _kind(form: Mapping[str, str]) -> ProducerKind:
    return ProducerKind(form["kind"]) if form.get("kind") in KINDS else ProducerKind.INDIVIDUAL


def version_of(form: Mapping[str, str]) -> int:
    """The version that the form was opened with; none that there is where somebody wrote something else there."""
    given = form.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1


def part_of(path: str, number: int) -> str:
    """A part of an address, the first being number 0; empty where it is not that long."""
    parts = path.strip("/").split("/")
    return parts[number] if number < len(parts) else ""


async def whom(page: PortalState, options: list[Option], text: str) -> tuple[str, str]:
    """As `locator_for`, also of those who are not among the options: who is found joins them."""
    found, why = locator_for(options, text)
    others = await page._ask(choices.meant, text=text) if why else None
    if others is None or len(others) != 1:
        return found, why
    options.append(Option(others[0].value, others[0].label))
    return others[0].value, ""


def label_for(options: Sequence[Option | Choice], locator: str) -> str:
    return next((each.label for each in options if each.value == locator), "") if locator else ""


def locator_for(options: Sequence[Option | Choice], text: str) -> tuple[str, str]:
    """Whom a text means, by label, or by a name or a code that is one alone's; and why nobody, where it is so."""
    typed = " ".join(text.split())
    if not typed:
        return "", ""
    if (whole := [each for each in options if each.label == typed]) and len(whole) == 1:
        return whole[0].value, ""
    meant = [each for each in options if typed.casefold() in (part.casefold() for part in each.label.split(" · "))]
    if len(meant) == 1:
        return meant[0].value, ""
    if meant:
        return "", f"Several producers are called {typed}. Choose one from the list."
    return "", f"No producer is called {typed}. Choose one from the list, or leave this empty."
