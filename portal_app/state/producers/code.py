"""A producer code: a new one, or one that is there, with its data, its owner and the steps of its life."""

from collections.abc import Mapping
from typing import Any

from portal_app.guard.events import requires
from portal_app.services.access import can
from portal_app.services.door import current_actor
from portal_app.services.producers import change, choices, find
from portal_app.services.producers import impact as impacts
from portal_app.services.producers.change import CodeChanges, DataChanges
from portal_app.services.producers.choices import Types
from portal_app.services.producers.create import NumberFailed, create_code
from portal_app.services.producers.detail import media_of_code
from portal_app.services.producers.lifecycle import can_edit
from portal_app.services.producers.views import CodeView
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.portal import PortalState
from portal_app.state.producers import fields, rows, steps
from portal_app.state.producers.fields import FieldRow, Option
from portal_app.state.producers.form import LOST, RENAMED, label_for, part_of, version_of, whom
from portal_app.state.producers.listing import MANAGES, PLACE, SEES
from portal_app.state.producers.rows import DataRow

NEW = "new"
MOVE = "move"


class CodeState(PortalState):
    """`locator` is empty for one that is to be added. `owner` is the text that stands in the field of that name."""

    loaded: bool = False
    locator: str = ""
    version: int = 0
    drawn: int = 0
    code: str = ""
    type: str = ""
    state_label: str = ""
    owner_name: str = ""
    owner_href: str = ""
    owner: str = ""
    data: list[DataRow] = []
    types: list[Option] = []
    owners: list[Option] = []
    owners_told: str = ""
    fields: list[FieldRow] = []
    numbered: list[str] = []
    manages: bool = False
    editable: bool = False
    possible: list[str] = []

    form: dict[str, str] = {}
    problems: dict[str, str] = {}
    wrong: list[str] = []
    overtaken: bool = False
    asking: str = ""
    below: str = ""
    impact: list[str] = []
    _owner: str = ""
    _made: str = ""

    @requires(SEES, passive=True, shows=(Topic.PRODUCERS,))
    async def load(self) -> None:
        self._owner, last = (part_of(str(self.router.url.path), number) for number in (1, 3))
        self.loaded, self.version, self._made, self.locator = False, 0, "", "" if last == NEW else last
        self._let_go()
        await (self._look() if self.locator else self._look_at_new())

    @requires(SEES, passive=True)
    async def refresh(self) -> None:
        """Somebody may be writing in the form: where it is overtaken, the page says so and leaves it alone."""
        if not self.editable:
            return await self._again(self._look)
        found = await self._ask(find.code, locator=self.locator) if self.locator else None
        self.overtaken = found is not None and found.version != self.version
        self.problem, self.reference, self.missing = "", "", False
        return None

    @requires(SEES)
    async def show_now(self) -> None:
        self._let_go()
        await self._look()

    @requires(MANAGES)
    async def choose_type(self, type: str) -> None:  # noqa: A002
        """Other fields for another type; what was filled in stays in those that both have."""
        found = await self._ask(choices.types)
        if found is not None and any(each.value == type for each in self.types):
            self.type, self.problems, self.fields = type, {}, fields.rows(found.codes[type], {})

    @requires(MANAGES)
    async def save(self, form: dict[str, Any]) -> Any:
        self.form = {name: str(value) for name, value in form.items()}
        self.problems, self.wrong, self.asking = {}, [], ""
        return await (self._save(confirmed=False) if self.locator else self._create())

    @requires(MANAGES)
    async def ask_first(self, step: str) -> None:
        """What hangs on the code, before it is taken out of use; nothing for a step that there is not."""
        self.asking = step if steps.read(step) in steps.ASKED_FIRST else ""
        await self._look_at_impact()

    @requires(MANAGES)
    async def go(self, step: str) -> Any:
        """Take a step, or save what was asked about, once."""
        wanted, asked, self.asking = steps.read(step), self.asking, ""
        if step == MOVE and asked == MOVE:
            return await self._save(confirmed=True) if self.form else self._say(LOST, "bad")
        if wanted is not None and (wanted not in steps.ASKED_FIRST or asked == step):
            service, said = steps.OF_A_CODE[wanted]
            done, found = await self._do(service, locator=self.locator, version=self.version)
            await self._after(done, found, said)
        return None

    @requires(MANAGES)
    async def generate(self) -> None:
        """The next code of the type's plan, for a draft that waits for it."""
        done, found = await self._do(change.generate_number, locator=self.locator, version=self.version)
        if isinstance(found, NumberFailed):
            self._say(found.sentence, "bad")
        elif done:
            await self._after(done, None, "The code is given.")

    def _let_go(self) -> None:
        self.problems, self.wrong, self.form, self.overtaken, self.asking = {}, [], {}, False, ""

    async def _after(self, done: bool, found: Any, said: str) -> None:
        before = self.flash, self.flash_kind
        if done:
            self._let_go()
            await self._look()
        self.flash, self.flash_kind = before
        if done and found is not None and found.validation_result is not None and not found.validation_result.success:
            self._say(steps.NOT_VALID, "bad")
        elif done:
            self._say(said)

    async def _look_at_impact(self) -> None:
        found = await self._ask(impacts.impact_of_code, locator=self.locator) if self.asking else None
        self.impact = steps.told(found, of_code=True) if found else []

    async def _look(self) -> None:
        found = await self._ask(find.code, locator=self.locator)
        types = await self._ask(choices.types) if found is not None else None
        media = await self._ask(media_of_code, locator=self.locator) if types is not None else None
        if found is None or types is None or media is None or not await self._look_at_owners():
            return
        result = found.validation_result
        errors = [error for item in result.validation_items for error in item.errors] if result else []
        problems = fields.of_validation(errors)
        self.problems, self.wrong = fields.at_fields(problems, RENAMED)
        self.data = rows.data_rows(types.codes.get(found.type), found.data, media, problems)
        self._show(found, types)

    def _show(self, found: CodeView, types: Types) -> None:
        self.version, self.code, self.type = found.version, found.code or "", found.type
        self.state_label = found.producer_code_state.label
        self.owner_name, self.owner_href = found.producer_name, f"{PLACE}/{found.producer_locator}"
        self.owner = label_for(self.owners, found.producer_locator) or found.producer_name
        self.manages = can(current_actor.get(), MANAGES)
        self.editable = self.manages and can_edit(found.producer_code_state)
        self.possible = steps.possible(found.producer_code_state) if self.manages else []
        self._draw(types, found.data)

    async def _look_at_new(self) -> None:
        if not can(current_actor.get(), MANAGES):
            self.missing = True
            return
        owner = await self._ask(find.producer, locator=self._owner)
        found = await self._ask(choices.types) if owner is not None else None
        if owner is None or found is None:
            return
        self.owner_name, self.owner_href = owner.name or owner.type, f"{PLACE}/{owner.locator}"
        self.types = [Option(name, name) for name, each in found.codes.items() if not each.abstract]
        self.code, self.type = "", self.types[0].value if self.types else ""
        self.manages, self.editable, self.possible, self.data = True, True, [], []
        self._draw(found, {})

    def _draw(self, types: Types, data: Mapping[str, Any]) -> None:
        type_ = types.codes.get(self.type)
        self.fields = fields.rows(type_, data) if type_ else []
        self.numbered = sorted(types.numbered)
        self.drawn, self.loaded = self.drawn + 1, True

    async def _look_at_owners(self) -> bool:
        found = await self._ask(choices.producers)
        if found is not None:
            self.owners = [Option(each.value, each.label) for each in found.rows]
            self.owners_told = wording.proposed(len(found.rows), found.total, "producers")
        return found is not None

    async def _create(self) -> Any:
        types = await self._ask(choices.types)
        if types is None or self._made:
            return None
        type_ = types.codes.get(self.form.get("type", self.type))
        done, made, problems = await self._submit(
            create_code,
            producer_locator=self._owner,
            type=self.form.get("type", self.type),
            code=self.form.get("code", "").strip() or None,
            data=fields.read(type_, self.form, {})[0] if type_ else {},
        )
        if isinstance(made, NumberFailed):
            self.wrong = [made.sentence]
        elif done and made is not None:
            self._made = made.locator
            told = (
                f"Code {made.code} is added as a draft." if made.code else "Added as a draft that waits for its code."
            )
            return self._say_at(f"{PLACE}/{self._owner}/codes/{made.locator}", told)
        else:
            self.problems, self.wrong = fields.at_fields(problems, RENAMED)
        return None

    async def _save(self, *, confirmed: bool) -> Any:
        given = self.form.get("producer", self.owner)
        moved = given != self.owner
        owner, why = await whom(self, self.owners, given) if moved else ("", "")
        if moved and (why or not owner):
            self.problems = {"producer": why or "A code belongs to a producer. Choose one from the list."}
        elif moved and not confirmed:
            self.asking, self.below = MOVE, label_for(self.owners, owner)
            await self._look_at_impact()
        else:
            return await self._change(owner or None)
        return None

    async def _change(self, owner: str | None) -> Any:
        before, types = await self._ask(find.code, locator=self.locator), await self._ask(choices.types)
        type_ = types.codes.get(self.type) if types else None
        changed, removed = fields.read(type_, self.form, before.data) if type_ and before else ({}, [])
        code = self.form.get("code", "").strip() if not self.code else ""
        version = version_of(self.form)
        done, found, problems = await self._submit(
            change.change_code,
            locator=self.locator,
            changes=CodeChanges(DataChanges(changed, removed), producer_locator=owner, code=code or None),
            version=version,
        )
        if done and found is not None:
            self._let_go()
            place = f"{PLACE}/{found.producer_locator}/codes/{found.locator}"
            if owner:
                return self._say_at(place, "Saved. The code is with its new producer.")
            await self._look()
            self._say("Saved.")
        else:
            self.problems, self.wrong = fields.at_fields(problems, RENAMED)
            self.overtaken = before is not None and before.version != version
        return None
