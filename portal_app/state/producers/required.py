"""What is required of producers, in forms: errors-and-omissions cover of one, continuing education of a state."""

from dataclasses import asdict, dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.services.access import can
from portal_app.services.door import current_actor
from portal_app.services.licensing import cover, requirements
from portal_app.services.licensing.requirements import Requirement
from portal_app.services.producers import find
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.portal import PortalState
from portal_app.state.producers import specs
from portal_app.state.producers.fields import FieldRow
from portal_app.state.producers.form import part_of, version_of
from portal_app.state.producers.listing import MANAGES, PLACE, SEES, called
from portal_app.state.producers.rows import hours
from portal_app.state.producers.specs import NOTHING_TO_CHOOSE

EDUCATION = f"{PLACE}/education"


class RequiredCoverState(PortalState):
    """Of the producer that the address names."""

    loaded: bool = False
    locator: str = ""
    owner_name: str = ""
    owner_href: str = ""
    version: int = 0
    drawn: int = 0
    fields: list[FieldRow] = []
    problems: dict[str, str] = {}
    wrong: list[str] = []
    overtaken: bool = False
    # Whether it is asked for now, and whether it is asked first before it is taken back.
    asked: bool = False
    asking: bool = False

    @requires(MANAGES, passive=True, shows=(Topic.PRODUCERS,))
    async def load(self) -> None:
        self.loaded, self.locator = False, part_of(str(self.router.url.path), 1)
        await self._look()

    @requires(MANAGES, passive=True)
    async def refresh(self) -> None:
        """Somebody may be writing in the form: where it is overtaken, the page says so and leaves it alone."""
        found = await self._ask(cover.required, producer=self.locator)
        self.overtaken = found is not None and found.version != self.version
        self.problem, self.reference, self.missing = "", "", False

    @requires(MANAGES)
    async def show_now(self) -> None:
        await self._look()

    async def _look(self) -> None:
        owner = await self._ask(find.producer, locator=self.locator)
        found = await self._ask(cover.required, producer=self.locator) if owner else None
        if owner is None or found is None:
            return
        self.owner_name, self.owner_href = called(owner.name, owner.type), f"{PLACE}/{self.locator}"
        self.version, self.problems, self.wrong, self.overtaken = found.version, {}, [], False
        self.asked, self.asking = found.asked, False
        said = asdict(found) if found.asked else {}
        self.fields = specs.rows(specs.COVER_REQUIRED, said, NOTHING_TO_CHOOSE, self._zone())
        self.drawn, self.loaded = self.drawn + 1, True

    @requires(MANAGES)
    async def save(self, form: dict[str, Any]) -> Any:
        typed = {name: str(value) for name, value in form.items()}
        given, self.problems = specs.read(specs.COVER_REQUIRED, typed, {}, NOTHING_TO_CHOOSE, self._zone())
        if self.problems:
            return None
        version = version_of(typed)
        done, _, self.problems = await self._submit(cover.require, producer=self.locator, version=version, **given)
        if done:
            return self._say_at(self.owner_href, "Saved.")
        await self.refresh()
        return None

    @requires(MANAGES)
    async def ask_first(self, ask: bool) -> None:
        self.asking = ask is True and self.asked

    @requires(MANAGES)
    async def release(self) -> Any:
        """Take back what was under question, as it was shown."""
        asked, self.asking = self.asking, False
        if not asked:
            return None
        done, _ = await self._do(cover.release, producer=self.locator, version=self.version)
        if done:
            return self._say_at(self.owner_href, "Taken back: no cover is asked for any more.")
        await self.refresh()
        return None


@dataclass
class StateRow:
    """What one state requires, and whether that is what is usual."""

    href: str
    name: str
    hours: str
    ethics: str
    months: str
    usual: bool


class RequiredEducationState(PortalState):
    """Of all states; the address may name one, whose form stands above the list."""

    loaded: bool = False
    manages: bool = False
    rows: list[StateRow] = []
    headline: str = ""
    chosen: str = ""
    chosen_name: str = ""
    version: int = 0
    drawn: int = 0
    fields: list[FieldRow] = []
    problems: dict[str, str] = {}
    wrong: list[str] = []
    overtaken: bool = False

    @requires(SEES, passive=True, shows=(Topic.PRODUCERS,))
    async def load(self) -> None:
        self.loaded = False
        await self._look(draw=True)

    @requires(SEES, passive=True)
    async def refresh(self) -> None:
        """The list follows; the form, in which somebody may be writing, says that it is overtaken."""
        await self._again(self._follow)

    @requires(MANAGES)
    async def show_now(self) -> None:
        await self._look(draw=True)

    async def _follow(self) -> None:
        await self._look(draw=False)

    async def _look(self, *, draw: bool) -> None:
        found = await self._ask(requirements.listed)
        if found is None:
            return
        self.manages = can(current_actor.get(), MANAGES)
        self.rows = [state_row(each) for each in found]
        own = sum(not each.usual for each in self.rows)
        self.headline = f"{wording.count(own, 'state')} with hours of {'its' if own == 1 else 'their'} own"
        wanted = str(self.router.url.query_parameters.get("state", "")) if self.manages else ""
        one = next((each for each in found if each.jurisdiction == wanted), None)
        if draw:
            self._draw(one)
        else:
            self.overtaken = one is not None and one.version != self.version
        self.loaded = True

    def _draw(self, one: Requirement | None) -> None:
        self.problems, self.wrong, self.overtaken = {}, [], False
        self.chosen, self.chosen_name = (one.jurisdiction, one.name) if one else ("", "")
        if one is not None:
            self.version = one.version
            self.fields = specs.rows(specs.EDUCATION_REQUIRED, asdict(one), NOTHING_TO_CHOOSE, self._zone())
            self.drawn += 1

    @requires(MANAGES)
    async def save(self, form: dict[str, Any]) -> Any:
        typed = {name: str(value) for name, value in form.items()}
        given, self.problems = specs.read(specs.EDUCATION_REQUIRED, typed, {}, NOTHING_TO_CHOOSE, self._zone())
        if self.problems:
            return None
        about: dict[str, Any] = {"jurisdiction": self.chosen, "version": version_of(typed)}
        done, _, self.problems = await self._submit(requirements.require, **about, **given)
        if done:
            return self._say_at(EDUCATION, f"Saved. It holds for cycles in {self.chosen_name} that begin from now on.")
        await self._again(self._follow)
        return None


def state_row(each: Requirement) -> StateRow:
    return StateRow(
        href=f"{EDUCATION}?state={each.jurisdiction}",
        name=each.name,
        hours=hours(each.hours),
        ethics=hours(each.ethics_hours),
        months=str(each.months),
        usual=not each.version,
    )
