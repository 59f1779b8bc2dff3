"""Webhooks in the hands of who may change the settings: the list with a new one, and one with what became of its
events."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from portal_app.guard.events import requires
from portal_app.models.enums import PauseReason, WebhookState
from portal_app.services.access import Permission
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import DomainError
from portal_app.services.identity import mfa
from portal_app.services.topics import Topic
from portal_app.services.webhooks import catalogue, deliveries, hooks, trials
from portal_app.services.webhooks.deliveries import Attempt, Fate
from portal_app.services.webhooks.hooks import Hook
from portal_app.services.webhooks.names import TEST
from portal_app.state import address, wording
from portal_app.state.authority_form import Form
from portal_app.state.portal import PortalState

CHANGES = Permission.CHANGE_SETTINGS
PLACE = "/admin/settings/webhooks"
ALL = "*"
GROUP = "group_"
PAUSED_FOR = {
    PauseReason.BY_HAND: "Somebody paused it.",
    PauseReason.GONE: "Its receiver answered that it is gone for good (410).",
    PauseReason.FAILING: "Its receiver took no event for three days.",
}
FATES = {
    Fate.DELIVERED: "Delivered",
    Fate.WAITING: "Waiting",
    Fate.GIVEN_UP: "Given up",
    Fate.TRIED: "Test",
}
# What cannot be undone, or is better not done by a slip.
ASKED_FIRST = ("delete", "rotate")


@dataclass
class EventRow:
    name: str
    words: str


@dataclass
class GroupRow:
    """All events that begin alike, to be chosen together."""

    pattern: str
    name: str
    checked: bool


@dataclass
class HookRow:
    key: str
    href: str
    called: str
    receiver: str
    asks: str
    state: str
    waiting: str
    last: str


@dataclass
class AttemptRow:
    key: str
    message: str
    event: str
    at: str
    took: str
    answered: str
    why: str
    fate: str
    may_retry: bool


def groups_of(events: list[EventRow], asked: Collection[str]) -> list[GroupRow]:
    """A box for all events, and one for those of each kind; a test is sent whatever is asked for."""
    prefixes = dict.fromkeys(f"{each.name.rpartition('.')[0]}.*" for each in events if each.name != TEST)
    return [GroupRow(each, GROUP + each, each in asked) for each in (ALL, *prefixes)]


def single_of(groups: list[GroupRow], asked: Collection[str]) -> str:
    """What is asked for and has no box, one on each line."""
    boxes = {each.pattern for each in groups}
    return "\n".join(each for each in asked if each not in boxes)


def typed(groups: list[GroupRow], given: Mapping[str, Any]) -> dict[str, Any]:
    """What a form says of a webhook."""
    form = Form(given)
    chosen = [each.pattern for each in groups if form.checked(each.name)]
    events = [*chosen, *form.words("events")]
    return {"url": form.text("url"), "description": form.text("description"), "events": events}


class WebhooksState(PortalState):
    """All of them, and the form of a new one. Its secret is shown once."""

    SHOWN_ONCE: ClassVar[tuple[str, ...]] = ("secret",)

    loaded: bool = False
    rows: list[HookRow] = []
    headline: str = ""
    confirmed: bool = False
    events: list[EventRow] = []
    groups: list[GroupRow] = []
    problems: dict[str, str] = {}
    drawn: int = 0
    secret: str = ""
    made_href: str = ""

    @requires(CHANGES, passive=True, shows=(Topic.WEBHOOKS,))
    async def load(self) -> None:
        self.loaded, self.secret, self.made_href, self.problems = False, "", "", {}
        found = await self._ask(catalogue.events)
        if found is not None:
            self.events = [EventRow(each.name, each.words) for each in found]
            self.groups = groups_of(self.events, ())
            await self._look()

    @requires(CHANGES, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        factors = await self._ask(mfa.factors)
        found = await self._ask(hooks.listed, count=hooks.MOST_HOOKS) if factors else None
        if factors is None or found is None:
            return
        self.confirmed = factors.confirmed
        self.rows = [self._row(each) for each in found.rows]
        self.headline = wording.count(found.total, "webhook")
        self.loaded = True

    def _row(self, each: Hook) -> HookRow:
        last = self._moment(each.last_success_at)
        given_up = f", {each.given_up:,} given up" if each.given_up else ""
        return HookRow(
            key=each.locator,
            href=f"{PLACE}/{each.locator}",
            called=each.description or hooks.origin_of(each.url),
            receiver=hooks.origin_of(each.url),
            asks=", ".join(each.events),
            state=each.state.label,
            waiting=f"{each.waiting:,} waiting{given_up}",
            last=last or "Nothing yet",
        )

    @requires(CHANGES)
    async def add(self, form: dict[str, Any]) -> None:
        """A new one. What cannot be is told at its field, and what was typed stays."""
        done, made, self.problems = await self._submit(hooks.create, **typed(self.groups, form))
        if done and made is not None:
            self.secret, self.made_href, self.drawn = made.secret, f"{PLACE}/{made.locator}", self.drawn + 1
            self._say("The webhook is set up. Keep its secret now: it is not shown again.")
        await self._again(self._look)

    @requires(CHANGES)
    async def kept(self) -> None:
        self.secret, self.made_href = "", ""


class OneWebhookState(PortalState):
    """The webhook that the address names."""

    SHOWN_ONCE: ClassVar[tuple[str, ...]] = ("secret",)

    loaded: bool = False
    locator: str = ""
    version: int = 0
    drawn: int = 0
    called: str = ""
    url: str = ""
    description: str = ""
    state_label: str = ""
    paused_for: str = ""
    paused: bool = False
    waiting: str = ""
    given_up: str = ""
    last_success: str = ""
    last_failure: str = ""
    failing_since: str = ""
    both_sign_until: str = ""
    since: str = ""
    confirmed: bool = False
    events: list[EventRow] = []
    groups: list[GroupRow] = []
    single: str = ""
    problems: dict[str, str] = {}
    overtaken: bool = False
    asking: str = ""
    secret: str = ""
    testing: bool = False
    tested: str = ""
    tested_kind: str = ""
    attempts: list[AttemptRow] = []
    span: str = ""
    previous: str = ""
    following: str = ""

    @requires(CHANGES, passive=True, shows=(Topic.WEBHOOKS,))
    async def load(self) -> None:
        here = self._last_of_path()
        # To turn the pages of the attempts leaves the form alone.
        if here != self.locator or not self.router.url.query_parameters:
            self.loaded, self.locator, self.secret, self.tested = False, here, "", ""
            self.testing, self.asking, self.problems, self.overtaken = False, "", {}, False
            await self._look(draw=True)
        await self._look_at_attempts()

    @requires(CHANGES, passive=True)
    async def refresh(self) -> None:
        """How it stands follows; the form, in which somebody may be writing, says that it is overtaken."""
        await self._again(self._follow)

    async def _follow(self) -> None:
        await self._look(draw=False)
        await self._look_at_attempts()

    async def _look(self, *, draw: bool) -> None:
        found = await self._ask(hooks.one, locator=self.locator)
        factors = await self._ask(mfa.factors) if found else None
        offered = await self._ask(catalogue.events) if factors else None
        if found is None or factors is None or offered is None:
            return
        self.confirmed = factors.confirmed
        self._show(found)
        if draw:
            self.events = [EventRow(each.name, each.words) for each in offered]
            self._draw(found)
        else:
            self.overtaken = found.version != self.version
        self.loaded = True

    def _show(self, found: Hook) -> None:
        self.called = found.description or hooks.origin_of(found.url)
        self.state_label, self.paused = found.state.label, found.state is WebhookState.PAUSED
        self.paused_for = PAUSED_FOR[found.paused_for] if found.paused_for else ""
        self.waiting, self.given_up = f"{found.waiting:,}", f"{found.given_up:,}"
        self.last_success = self._moment(found.last_success_at) or "Never"
        self.last_failure = self._moment(found.last_failure_at) or "Never"
        self.failing_since = self._moment(found.failing_since)
        self.both_sign_until = self._moment(found.earlier_signs_until)
        self.since = f"{self._moment(found.created_at)} by {found.created_by}"

    def _draw(self, found: Hook) -> None:
        self.version, self.url, self.description = found.version, found.url, found.description
        self.groups = groups_of(self.events, found.events)
        self.single = single_of(self.groups, found.events)
        self.problems, self.overtaken, self.drawn = {}, False, self.drawn + 1

    async def _look_at_attempts(self) -> None:
        page = address.read_simple(self.router.url.query_parameters)[1]
        start = (page - 1) * address.PAGE
        found = await self._ask(deliveries.attempts, locator=self.locator, offset=start, count=address.PAGE)
        if found is None:
            return
        self.attempts = [self._attempt(number, each) for number, each in enumerate(found.rows)]
        self.span = wording.span(start, len(found.rows), found.total)
        here = f"{PLACE}/{self.locator}"
        self.previous, self.following = address.simple_neighbours(here, "", page, found.total)

    def _attempt(self, number: int, each: Attempt) -> AttemptRow:
        return AttemptRow(
            key=f"{each.message}{number}",
            message=each.message,
            event=each.event,
            at=self._moment(each.at),
            took=f"{each.milliseconds:,} ms",
            answered=str(each.status) if each.status is not None else "No answer",
            why=each.error,
            fate=FATES[each.fate],
            may_retry=each.fate is Fate.GIVEN_UP,
        )

    @requires(CHANGES)
    async def show_now(self) -> None:
        await self._look(draw=True)

    @requires(CHANGES)
    async def save(self, form: dict[str, Any]) -> None:
        about: dict[str, Any] = {"locator": self.locator, "version": self.version}
        done, _, self.problems = await self._submit(hooks.change, **about, **typed(self.groups, form))
        if done:
            await self._look(draw=True)
            self._say("Saved. What waits goes to the address that stands here.")
        else:
            await self._again(self._follow)

    @requires(CHANGES)
    async def pause(self) -> None:
        await self._step(hooks.pause, "Paused: nothing new is written for it, and what waits is held.")

    @requires(CHANGES)
    async def resume(self) -> None:
        await self._step(hooks.resume, "Resumed: what was held goes out first.")

    async def _step(self, service: Any, said: str) -> None:
        done, _ = await self._do(service, locator=self.locator)
        if done:
            self._say(said)
        await self._again(self._follow)

    @requires(CHANGES)
    async def ask_first(self, step: str) -> None:
        self.asking = step if step in ASKED_FIRST else ""

    @requires(CHANGES)
    async def rotate(self) -> None:
        """A new secret, once: it has to be under question."""
        asked, self.asking = self.asking, ""
        if asked != "rotate":
            return
        done, made = await self._do(hooks.rotate, locator=self.locator)
        if done and made is not None:
            self.secret = made.secret
            self._say("There is a new secret. Keep it now: it is not shown again.")
        await self._again(self._follow)

    @requires(CHANGES)
    async def kept(self) -> None:
        self.secret = ""

    @requires(CHANGES)
    async def delete(self) -> Any:
        """Delete it, once: it has to be under question."""
        asked, self.asking = self.asking, ""
        if asked != "delete":
            return None
        done, _ = await self._do(hooks.delete, locator=self.locator)
        return self._say_at(PLACE, "Deleted. Nothing is told there any more.") if done else None

    @requires(CHANGES)
    async def ask_for_test(self) -> Any:
        self.testing, self.tested = True, ""
        return OneWebhookState.try_it

    @requires(CHANGES)
    async def try_it(self) -> None:
        """Send a test event and say what the receiver answered."""
        try:
            found = await trials.send_test(the_door(), current_actor.get(), locator=self.locator)
            self.tested, self.tested_kind = found.told, "good" if found.taken else "bad"
        except DomainError as refusal:
            self.tested, self.tested_kind = refusal.sentence, "bad"
        self.testing = False
        await self._again(self._follow)

    @requires(CHANGES)
    async def look_again(self) -> None:
        await self._again(self._follow)

    @requires(CHANGES)
    async def retry(self, message: str) -> None:
        done, _ = await self._do(deliveries.redeliver, locator=self.locator, message=message)
        if done:
            self._say("It is tried again from the beginning, under the same id.")
        await self._again(self._follow)
