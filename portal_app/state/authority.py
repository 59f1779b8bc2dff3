"""Grants of binding authority and moratoria: all of them, and one in the hands of who sets them."""

from collections.abc import Awaitable
from dataclasses import dataclass, fields
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import BindAction, GranteeKind
from portal_app.services.access import Permission, can
from portal_app.services.authority import grants, moratoria
from portal_app.services.authority.choices import Choices, choices
from portal_app.services.authority.grants import Grant
from portal_app.services.authority.moratoria import Moratorium
from portal_app.services.authority.terms import MAY_BE_GRANTED, Standing
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import Invalid
from portal_app.services.producers import choices as producer_choices
from portal_app.services.producers import find
from portal_app.services.topics import Topic
from portal_app.state import address, authority_form, wording
from portal_app.state.authority_form import Form
from portal_app.state.portal import PortalState
from portal_app.state.producers.fields import Option as ProducerOption
from portal_app.state.producers.form import label_for, whom
from portal_app.state.producers.listing import called

PLACE = "/admin/authority"
ROLES = {each.value: each.label for each in MAY_BE_GRANTED}
KINDS = {each.value: each.label for each in reversed(GranteeKind)}
ACTIONS = {each.value: each.label for each in BindAction}
STANDINGS = {each.value: each.label for each in Standing}
# The page of the moratoria in the address: the grants have the plain one.
STOPS = "stops"
SETS = Permission.SET_AUTHORITY


@dataclass
class RuleRow:
    """A grant or a moratorium in words. `href` is empty for who may not change it."""

    key: str
    href: str
    title: str
    told: str
    why: str
    when: str
    standing: str


@dataclass
class Option:
    value: str
    label: str


def options(pairs: tuple[tuple[str, str], ...]) -> list[Option]:
    return [Option(value, label) for value, label in pairs]


class AuthorityState(PortalState):
    loaded: bool = False
    sets: bool = False
    binds: bool = False
    grants: list[RuleRow] = []
    moratoria: list[RuleRow] = []
    granted: int = 0
    stopped: int = 0
    narrowed: bool = False
    headline: str = ""
    span: str = ""
    previous: str = ""
    following: str = ""
    stops_span: str = ""
    stops_previous: str = ""
    stops_following: str = ""

    @requires(Permission.VIEW_PRODUCERS, passive=True, shows=(Topic.AUTHORITY,))
    async def load(self) -> None:
        await self._look()

    @requires(Permission.VIEW_PRODUCERS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        given = self.router.url.query_parameters
        standing = Standing(given["standing"]) if given.get("standing") in STANDINGS else None
        page, of_stops = address.read_simple(given)[1], address.read_simple(given, STOPS)[1]
        start, start_of_stops = (page - 1) * address.PAGE, (of_stops - 1) * address.PAGE
        about: dict[str, Any] = {"standing": standing, "count": address.PAGE}
        stops = await self._ask(moratoria.listed, offset=start_of_stops, **about)
        running = await self._ask(moratoria.listed, standing=Standing.IN_FORCE, count=1) if stops else None
        found = await self._ask(grants.listed, offset=start, **about) if running else None
        if stops is None or running is None or found is None:
            return
        person = current_actor.get()
        self.sets, self.binds = can(person, SETS), can(person, Permission.BIND_POLICIES)
        self.moratoria = [self._stop(each) for each in stops.rows]
        self.grants = [self._grant(each) for each in found.rows]
        self.granted, self.stopped, self.narrowed = found.total, stops.total, standing is not None
        self.headline = f"{wording.count(found.total, 'grant')}, "
        self.headline += f"{wording.count(running.total, 'moratorium', 'moratoria')} running"
        self.span = wording.span(start, len(found.rows), found.total)
        self.stops_span = wording.span(start_of_stops, len(stops.rows), stops.total)
        self._show_neighbours(standing.value if standing else "", page, of_stops)
        self.loaded = True

    def _show_neighbours(self, standing: str, page: int, of_stops: int) -> None:
        """To turn a page of one list leaves the other where it is."""
        kept = {"standing": standing, "page": str(page) if page > 1 else ""}
        kept_stops = {"standing": standing, STOPS: str(of_stops) if of_stops > 1 else ""}
        self.previous, self.following = address.simple_neighbours(PLACE, "", page, self.granted, **kept_stops)
        self.stops_previous, self.stops_following = address.simple_neighbours(
            PLACE, "", of_stops, self.stopped, STOPS, **kept
        )

    def _href(self, kind: str, locator: str, standing: Standing) -> str:
        return f"{PLACE}/{kind}/{locator}" if self.sets and standing is not Standing.ENDED else ""

    def _grant(self, each: Grant) -> RuleRow:
        until = f" to {wording.day(each.terms.expires_on)}" if each.terms.expires_on else " on"
        ended = f"Ended {self._moment(each.ended_at)} by {each.ended_by}" if each.ended_at else ""
        title, _, told = each.told.partition(": ")
        return RuleRow(
            key=each.locator,
            href=self._href("grants", each.locator, each.standing),
            title=title,
            told=told[:1].upper() + told[1:],
            why="",
            when=ended or f"From {wording.day(each.terms.effective_on)}{until}",
            standing=each.standing.label,
        )

    def _stop(self, each: Moratorium) -> RuleRow:
        ended = f"Ended {self._moment(each.ended_at)} by {each.ended_by}" if each.ended_at else ""
        return RuleRow(
            key=each.locator,
            href=self._href("moratoria", each.locator, each.standing),
            title=each.terms.name,
            told=each.told,
            why=f"{each.terms.peril}: {each.terms.reason}",
            when=ended or each.window,
            standing=each.standing.label,
        )


@dataclass(frozen=True)
class RuleKind:
    """What a form needs to know of the two kinds of rules."""

    one: Any
    add: Any
    change: Any
    end: Any
    added: str


RULES = {
    "grants": RuleKind(grants.one, grants.add, grants.change, grants.end, "Granted."),
    "moratoria": RuleKind(moratoria.one, moratoria.add, moratoria.change, moratoria.end, "The moratorium is set."),
}


class RuleState(PortalState):
    """One grant or moratorium, by the address, or one that is to be added (`locator` is empty)."""

    loaded: bool = False
    kind: str = "grants"
    locator: str = ""
    called: str = ""
    told: str = ""
    standing: str = ""
    when: str = ""
    version: int = 0
    drawn: int = 0
    typed: dict[str, str] = {}
    grantee_kind: str = GranteeKind.AGENCY.value
    problems: dict[str, str] = {}
    carriers: list[Option] = []
    lines: list[Option] = []
    producers: list[ProducerOption] = []
    codes: list[str] = []
    codes_told: str = ""
    producers_told: str = ""
    zone_name: str = ""
    overtaken: bool = False
    asking: bool = False
    # What was saved or ended once is not saved again by a second click.
    done: bool = False

    @requires(SETS, passive=True, shows=(Topic.AUTHORITY,))
    async def load(self) -> None:
        self._begin()
        self.locator = self._last_of_path()
        await self._look()

    @requires(SETS, passive=True)
    async def load_new(self) -> None:
        self._begin()
        today = self._now().astimezone(self._zone())
        self.typed = {"effective_on": today.date().isoformat(), f"action_{BindAction.NEW.value}": "on"}
        if self.kind == "moratoria":
            self.typed = {
                "begins_at": authority_form.local(self._now(), self._zone()),
                **{f"action_{each}": "on" for each in ACTIONS},
            }
        await self._draw()

    @requires(SETS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look_beside)

    @requires(SETS)
    async def show_now(self) -> None:
        """Let go of what was filled in, and show the rule as it is."""
        self.problems = {}
        await self._look()

    def _begin(self) -> None:
        self.loaded, self.locator, self.problems, self.typed, self.version = False, "", {}, {}, 0
        self.kind = "moratoria" if "/moratoria/" in f"{self.router.url.path}/" else "grants"
        self.grantee_kind, self.asking, self.overtaken, self.done = GranteeKind.AGENCY.value, False, False, False

    async def _look(self) -> None:
        found = await self._ask(RULES[self.kind].one, locator=self.locator)
        if found is None:
            return
        self._show_standing(found)
        self.version, self.overtaken = found.version, False
        if isinstance(found, Grant):
            self.typed, self.grantee_kind = authority_form.typed_grant(found), found.terms.grantee_kind.value
        else:
            self.typed = authority_form.typed_moratorium(found, self._zone())
        await self._draw()

    async def _look_beside(self) -> None:
        """Everything but the form, in which somebody may be writing."""
        if not self.locator:
            return
        found = await self._ask(RULES[self.kind].one, locator=self.locator)
        if found is not None:
            self._show_standing(found)
            self.overtaken = found.version != self.version

    def _show_standing(self, found: Grant | Moratorium) -> None:
        self.called = found.terms.name if isinstance(found, Moratorium) else "Grant of authority"
        self.told, self.standing = found.told, found.standing.label
        self.when = f"Ended {self._moment(found.ended_at)} by {found.ended_by}" if found.ended_at else ""

    async def _draw(self) -> None:
        offered: Choices | None = await self._ask(choices)
        people = await self._ask(producer_choices.producers) if offered else None
        if offered is None or people is None:
            return
        self.carriers, self.lines = options(offered.carriers), options(offered.lines)
        self.codes = list(offered.codes)
        self.codes_told = wording.proposed(len(self.codes), offered.codes_there, "codes")
        self.producers = [ProducerOption(each.value, each.label) for each in people.rows]
        self.producers_told = wording.proposed(len(people.rows), people.total, "producers")
        if locator := self.typed.get("grantee_producer"):
            self.typed = self.typed | {"grantee_producer": await self._called(locator)}
        self.zone_name = self._zone().key
        self.loaded, self.drawn = True, self.drawn + 1

    async def _called(self, locator: str) -> str:
        """The label of a producer who is named; of one who is not proposed any more too."""
        if label := label_for(self.producers, locator):
            return label
        named = await self._ask(find.producer, locator=locator)
        if named is None:
            return ""
        self.producers.append(ProducerOption(locator, called(named.name, named.type)))
        return self.producers[-1].label

    @requires(SETS)
    async def pick(self, kind: str) -> None:
        """Whom the grant is to reach decides what is asked of them."""
        self.grantee_kind = kind if kind in KINDS else GranteeKind.AGENCY.value

    @requires(SETS)
    async def save(self, form: dict[str, Any]) -> Any:
        """Save what was typed, once. What cannot be is told at its field, and nothing is lost."""
        if self.done:
            return None
        read, stops = Form(form), self.kind == "moratoria"
        if self.grantee_kind == GranteeKind.PRODUCER and read.text("grantee_producer"):
            read.given["grantee_producer"], why = await whom(self, self.producers, read.text("grantee_producer"))
            read.problems |= {"grantee_producer": why} if why else {}
        terms: Any = authority_form.moratorium_of(read, self._zone()) if stops else authority_form.grant_of(read)
        self.problems = self._at_fields(read.problems)
        if terms is None:
            return None
        rule, said = RULES[self.kind], "Saved."
        if self.locator:
            given = {each.name: getattr(terms, each.name) for each in fields(terms)}
            about = {"locator": self.locator, "version": self.version, "given": given}
            found = await self._await(self._checked(the_door().call(rule.change, **about)))
        else:
            found, said = await self._await(self._checked(the_door().call(rule.add, terms=terms))), rule.added
        return None if self.problems else self._leave(found is not None, said)

    async def _checked(self, answer: Awaitable[Any]) -> Any:
        """The answer; what cannot be taken is told at its field."""
        try:
            return await answer
        except Invalid as refusal:
            self.problems = self._at_fields(refusal.problems)

    def _leave(self, through: bool, said: str) -> Any:
        """To the list where it was done; else the page says why not, and keeps what was typed."""
        if through:
            self.done = True
            return self._say_at(PLACE, said)
        self._say(self.problem or "It is not there any more.", "bad")
        self.problem, self.reference, self.missing = "", "", False
        return None

    def _at_fields(self, problems: dict[str, str]) -> dict[str, str]:
        """The problems by the names of the form's own fields."""
        mine = {"grantee": f"grantee_{self.grantee_kind}"}
        return {mine.get(name, name): sentence for name, sentence in problems.items()}

    @requires(SETS)
    async def ask_first(self, asking: bool) -> None:
        self.asking = asking

    @requires(SETS)
    async def end(self) -> Any:
        if self.done or not self.asking:
            return None
        self.asking = False
        about = {"locator": self.locator, "version": self.version}
        done, _ = await self._do(RULES[self.kind].end, **about)
        if not done:
            await self._look_beside()
            return None
        return self._leave(True, "Ended. It is kept, since answers speak of it.")
