"""Views of a list: taken, saved and replaced beside it, and looked after on a page of their own. Each list says how its
address is read and written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal_app.guard.events import requires
from portal_app.models.saved_views import Listing
from portal_app.services.access import can
from portal_app.services.door import current_actor
from portal_app.services.saved_views import keeping
from portal_app.services.saved_views.keeping import SEES, SHARES, View
from portal_app.services.saved_views.listings import Asks
from portal_app.services.topics import Topic
from portal_app.state import address, submission_address, wording
from portal_app.state.portal import PortalState


@dataclass(frozen=True)
class Place:
    """A list of which views are kept. `asks` reads its address, `parts` writes it, `words` says what is asked for."""

    listing: Listing
    path: str
    title: str
    asks: Callable[[Mapping[str, str]], Asks]
    parts: Callable[[Asks], dict[str, str]]
    words: Callable[[Asks], str]

    def href(self, view: View) -> str:
        return address.address(self.path, self.parts(view.asks) | {"view": view.locator})


def _of_submissions(parameters: Mapping[str, str]) -> Asks:
    return submission_address.asks(submission_address.read(parameters))


OF_SUBMISSIONS = Place(
    Listing.SUBMISSIONS, "/submissions", "Submissions", _of_submissions, submission_address.parts,
    submission_address.words,
)  # fmt: skip
OF_POLICIES = Place(Listing.POLICIES, "/policies", "Policies", address.asks, address.parts, address.words)


@dataclass
class ViewLink:
    """A view beside its list. `by` is who shares it, where that is somebody else."""

    locator: str
    name: str
    href: str
    by: str
    shared: bool
    is_start: bool


class ListViewsState(PortalState):
    """`here` is the view that the address names, where it is one that the reader can take; `changed` says that the
    address asks for something else by now. `leads_on` while the list is about to begin with a view."""

    leads_on: bool = False
    views: list[ViewLink] = []
    here: str = ""
    here_name: str = ""
    here_mine: bool = False
    changed: bool = False
    may_share: bool = False
    composing: bool = False
    problem_of_name: str = ""
    _version: int = 0

    @requires(SEES, passive=True, shows=(Topic.VIEWS,))
    async def load(self) -> Any:
        """The views, or on the way to the one with which the list begins."""
        self.leads_on, self.composing, self.problem_of_name = False, False, ""
        place = self._place()
        if not dict(self.router.url.query_parameters):
            first = await self._ask(keeping.start, listing=place.listing)
            if first is not None:
                self.leads_on = True
                return rx.redirect(place.href(first), replace=True)
        return await self._look()

    @requires(SEES, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    @requires(SEES)
    async def compose(self) -> None:
        """Ask for the name of a new view, or let go of it."""
        self.composing, self.problem_of_name = not self.composing, ""

    @requires(SEES)
    async def save(self, form: dict[str, Any]) -> Any:
        """What the address asks for, under a name; shared and begun with where that was chosen."""
        place, name = self._place(), str(form.get("name", ""))[:200]
        done, made, problems = await self._submit(keeping.save, listing=place.listing, name=name, asks=self._asks())
        self.problem_of_name = " ".join(problems.values())
        if not done or made is None:
            return None
        shared = not form.get("shared") or (await self._do(keeping.share, locator=made.locator, shared=True))[0]
        begun = (
            not form.get("start")
            or (await self._do(keeping.start_with, listing=place.listing, locator=made.locator))[0]
        )
        told = (f"The view “{made.name}” is saved.", "good") if shared and begun else (self.flash, "bad")
        return self._say_at(place.href(made), *told)

    @requires(SEES)
    async def replace(self) -> None:
        """Have the view that is looked at, which is one's own, ask for what the address asks for."""
        asked: dict[str, Any] = {"locator": self.here, "asks": self._asks(), "version": self._version}
        done, made, problems = await self._submit(keeping.change, **asked)
        self.problem_of_name = " ".join(problems.values())
        await self._look()
        if done and made is not None:
            self.composing = False
            self._say(f"The view “{made.name}” shows this now.")

    async def _look(self) -> None:
        place, actor = self._place(), current_actor.get()
        found = await self._ask(keeping.listed, listing=place.listing)
        if found is None:
            return
        self.may_share = can(actor, SHARES) and actor.may_write
        self.views = [
            ViewLink(each.locator, each.name, place.href(each), "" if each.mine else each.owner, each.shared,
                     each.is_start)
            for each in found.rows
        ]  # fmt: skip
        named = address.view_of(self.router.url.query_parameters)
        here = next((each for each in found.rows if each.locator == named), None)
        self.here, self.here_name = (here.locator, here.name) if here else ("", "")
        self.here_mine, self._version = (here.mine, here.version) if here else (False, 0)
        self.changed = here is not None and place.parts(self._asks()) != place.parts(here.asks)

    def _asks(self) -> Asks:
        return self._place().asks(self.router.url.query_parameters)

    def _place(self) -> Place:
        return place_at(str(self.router.url.path))


@dataclass
class KeptView:
    locator: str
    name: str
    href: str
    says: str
    owner: str
    changed: str
    mine: bool
    shared: bool
    agencys: bool
    is_start: bool


class KeptViewsState(PortalState):
    """The page on which views are looked after. `first` is the view with which the list begins, `agencys` the agency's;
    `everything` says that it begins with none; `chosen` that the reader chose with what it begins."""

    loaded: bool = False
    first: str = ""
    everything: bool = False
    chosen: bool = False
    agencys: str = ""
    rows: list[KeptView] = []
    may_share: bool = False
    renaming: str = ""
    deleting: str = ""
    problem_of_name: str = ""

    @requires(SEES, passive=True, shows=(Topic.VIEWS,))
    async def load(self) -> None:
        self.loaded, self.renaming, self.deleting, self.problem_of_name = False, "", "", ""
        await self._look()

    @requires(SEES, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    @requires(SEES)
    async def start_with(self, locator: str) -> None:
        """Begin the list with a view, or with everything where none is named."""
        await self._then("", keeping.start_with, listing=self._place().listing, locator=locator or None)

    @requires(SEES)
    async def start_as_agency(self) -> None:
        await self._then("", keeping.start_as_agency, listing=self._place().listing)

    @requires(SHARES)
    async def share(self, locator: str, shared: bool) -> None:
        told = "Everybody who sees the list sees the view now." if shared else "The view is not shared any more."
        await self._then(told, keeping.share, locator=locator, shared=shared is True)

    @requires(SHARES)
    async def make_agencys(self, locator: str) -> None:
        """Have the list begin with a view for whoever chose nothing else; with everything where none is named."""
        told = "The list begins with it now for everybody who chose nothing else." if locator else "It begins with all."
        await self._then(told, keeping.make_agencys, listing=self._place().listing, locator=locator or None)

    @requires(SEES)
    async def ask_name(self, locator: str) -> None:
        """Ask for another name of a view, or let go of it."""
        self.renaming, self.deleting, self.problem_of_name = locator, "", ""

    @requires(SEES)
    async def rename(self, form: dict[str, Any]) -> None:
        name = str(form.get("name", ""))[:200]
        done, _, problems = await self._submit(keeping.change, locator=self.renaming, name=name)
        self.problem_of_name = " ".join(problems.values())
        self.renaming = "" if done else self.renaming
        await self._again(self._look)

    @requires(SEES)
    async def ask_delete(self, locator: str) -> None:
        self.deleting, self.renaming = locator, ""

    @requires(SEES)
    async def delete(self) -> None:
        asked, self.deleting = self.deleting, ""
        if asked:
            await self._then("The view is deleted.", keeping.remove, locator=asked)

    async def _then(self, told: str, service: Any, **given: Any) -> None:
        done, _, problems = await self._submit(service, **given)
        await self._again(self._look)
        if done and told:
            self._say(told)
        elif problems:
            self._say(" ".join(problems.values()), "bad")

    async def _look(self) -> None:
        place, actor = self._place(), current_actor.get()
        found = await self._ask(keeping.listed, listing=place.listing)
        if found is None:
            return
        self.chosen = found.chosen
        self.may_share = can(actor, SHARES) and actor.may_write
        self.rows = [self._row(place, each) for each in found.rows]
        self.first = next((each.name for each in self.rows if each.is_start), "")
        self.everything = not self.first
        self.agencys = next((each.name for each in self.rows if each.agencys), "")
        self.loaded = True

    def _row(self, place: Place, each: View) -> KeptView:
        return KeptView(
            locator=each.locator,
            name=each.name,
            href=place.href(each),
            says=place.words(each.asks),
            owner="You" if each.mine else each.owner,
            changed=wording.moment(each.changed_at, self._zone(), self._now()),
            mine=each.mine,
            shared=each.shared,
            agencys=each.agencys,
            is_start=each.is_start,
        )

    def _place(self) -> Place:
        return place_at(str(self.router.url.path))


def place_at(path: str) -> Place:
    """The list at an address, or below it."""
    return OF_POLICIES if path.startswith(OF_POLICIES.path) else OF_SUBMISSIONS
