"""What every page of the portal knows: who is here, where they may go, what there is to say."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import reflex as rx

from portal_app.guard.events import requires
from portal_app.services.access import Gate, Permission
from portal_app.services.door import Tx, the_door
from portal_app.services.errors import DomainError, Invalid, NotFound, Unexpected
from portal_app.services.identity import sessions, who
from portal_app.services.messaging import threads
from portal_app.services.notifications import inbox
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.sealed import Sealed

Params = ParamSpec("Params")
Answer = TypeVar("Answer")

# Which places of the navigation a permission opens; Home is everybody's.
OPENS = {
    "policies": Permission.VIEW_OWN_ACCOUNTS,
    "accounts": Permission.VIEW_OWN_ACCOUNTS,
    "submissions": Permission.VIEW_OWN_ACCOUNTS,
    "quotes": Permission.VIEW_OWN_ACCOUNTS,
    "messages": Permission.VIEW_OWN_ACCOUNTS,
    "producers": Permission.VIEW_PRODUCERS,
    "binding": Permission.BIND_POLICIES,
    "authority": Permission.VIEW_PRODUCERS,
    "users": Permission.MANAGE_USERS,
    "integrations": Permission.VIEW_FEEDS,
    "settings": Permission.CHANGE_SETTINGS,
    "audit": Permission.VIEW_AUDIT,
}
# Which actions of the palette a permission offers; the others are everybody's.
OFFERS = {
    "new-submission": Permission.SUBMIT_BUSINESS,
    "add-user": Permission.MANAGE_USERS,
    "add-producer": Permission.MANAGE_PRODUCERS,
    "roles": Permission.MANAGE_USERS,
    "run-feed": Permission.RUN_FEEDS,
    "quarantine": Permission.VIEW_FEEDS,
    "export-policies": Permission.EXPORT_DATA,
    "export-accounts": Permission.EXPORT_DATA,
    "export-submissions": Permission.EXPORT_DATA,
    "submissions-at-risk": Permission.VIEW_OWN_ACCOUNTS,
    "unrouted": Permission.UNDERWRITE,
    "export-users": Permission.MANAGE_USERS,
    "export-audit": Permission.VIEW_AUDIT,
}
# Said on whatever page, until it is dismissed.
EVERYWHERE = "*"


class PortalState(Sealed, rx.State):
    """The base of all page states. What is empty here is filled on arrival, never by default: defaults are public."""

    name: str = ""
    initials: str = ""
    email: str = ""
    role: str = ""
    producer: str = ""
    places: list[str] = []
    actions: list[str] = []
    single_keys: bool = False
    unread: int = 0
    unread_messages: int = 0
    agency_name: str = ""
    demo: bool = False

    flash: str = ""
    flash_kind: str = "info"
    problem: str = ""
    reference: str = ""
    missing: bool = False
    ends_soon: bool = False
    # Another one in the browser whenever what the page shows has changed elsewhere; never written here.
    news: str = ""
    _time_zone: str = ""
    # The path at which the flash message is still to be read on arrival.
    _said_for: str = ""

    @requires(Gate.SIGNED_IN, passive=True, shows=(Topic.BELL,))
    async def arrive(self) -> None:
        self._let_go_of_what_was_said()
        me = await self._ask(who.me)
        if me is None:
            return
        self.name, self.email, self.role, self.producer = me.name, me.email, me.role_label, me.producer
        self.initials, self.agency_name, self.demo = wording.initials(me.name), me.agency_name, me.demo
        self._time_zone = me.time_zone
        self.places = places_of(me.permissions)
        self.actions = [key for key, permission in OFFERS.items() if permission in me.permissions]
        self.single_keys, self.unread = me.single_keys, me.unread
        self.unread_messages = me.unread_messages
        if me.concurrent_sessions and (notice := await self._ask(sessions.take_notice)):
            self._say(notice, "warning", at=EVERYWHERE)

    def _let_go_of_what_was_said(self) -> None:
        """A message belongs to the page on which it was said, or to the one to which that led: it is gone on any other,
        and when the page is loaded anew."""
        if self._said_for == EVERYWHERE:
            return
        if self._said_for != _plain(self.router.url.path):
            self.flash = ""
        self._said_for = ""

    @requires(Gate.SIGNED_IN)
    async def dismiss(self) -> None:
        self.flash, self._said_for = "", ""

    @requires(Gate.SIGNED_IN, passive=True)
    async def idle_soon(self) -> None:
        self.ends_soon = True

    @requires(Gate.SIGNED_IN, passive=True)
    async def idle_over(self) -> None:
        self.ends_soon = False

    @requires(Gate.SIGNED_IN, passive=True)
    async def ring(self) -> None:
        """The bell, or the messages beside it, may count otherwise now. Where that cannot be had they count as
        before."""
        with suppress(DomainError):
            self.unread = await the_door().call(inbox.unread_count)
            self.unread_messages = await the_door().call(threads.unread_count)

    @requires(Gate.SIGNED_IN)
    async def stay(self) -> None:
        self.ends_soon = False

    async def _ask(
        self, service: Callable[Concatenate[Tx, Params], Answer], /, *args: Params.args, **kwargs: Params.kwargs
    ) -> Answer | None:
        """The service's answer; None where it refused, and then the page has the sentence to show."""
        return await self._await(the_door().call(service, *args, **kwargs))

    async def _await(self, answer: Awaitable[Answer]) -> Answer | None:
        """The same of what is asked of several services in a row."""
        self.problem, self.reference, self.missing = "", "", False
        try:
            return await answer
        except NotFound:
            self.missing = True
        except Unexpected as error:
            self.problem, self.reference = "Something went wrong on our side. Nothing was changed.", error.reference
        except DomainError as error:
            self.problem = error.sentence
        return None

    async def _do(
        self, service: Callable[Concatenate[Tx, Params], Answer], /, *args: Params.args, **kwargs: Params.kwargs
    ) -> tuple[bool, Answer | None]:
        """Whether the service did it, and its answer; where it refused, the flash message says why."""
        answer = await self._ask(service, *args, **kwargs)
        return (False, None) if self._refused() else (True, answer)

    async def _submit(
        self, service: Callable[Concatenate[Tx, Params], Answer], /, *args: Params.args, **kwargs: Params.kwargs
    ) -> tuple[bool, Answer | None, dict[str, str]]:
        """As `_do`, for what was filled in: what cannot be taken is answered by field, and not said."""
        problems: dict[str, str] = {}

        async def attempt() -> Answer | None:
            try:
                return await the_door().call(service, *args, **kwargs)
            except Invalid as refusal:
                problems.update(refusal.problems)
                return None

        answer = await self._await(attempt())
        refused = self._refused()
        return not (refused or problems), answer, problems

    def _refused(self) -> bool:
        """Whether the service refused; then the flash message says why."""
        if self.missing:
            self.problem = "It is not there any more."
        if not self.problem:
            return False
        told = f"{self.problem} Reference: {self.reference}" if self.reference else self.problem
        self._say(told, "bad")
        self.problem, self.reference, self.missing = "", "", False
        return True

    async def _again(self, look: Callable[[], Awaitable[None]]) -> None:
        """Look again, because something has changed elsewhere. Where that fails what is shown stays, and the next
        change is another try."""
        before = self.problem, self.reference
        await look()
        if self.problem:
            self.problem, self.reference = before

    def _say(self, sentence: str, kind: str = "good", *, at: str = "") -> None:
        self.flash, self.flash_kind, self._said_for = sentence, kind, at

    def _say_at(self, address: str, sentence: str, kind: str = "good") -> Any:
        """Say it on the page at this address, and go there."""
        self._say(sentence, kind, at=_plain(urlsplit(address).path))
        return rx.redirect(address)

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._time_zone or the_door().settings.time_zone)

    def _now(self) -> datetime:
        return the_door().clock()

    def _moment(self, value: datetime | None) -> str:
        return wording.moment(value, self._zone(), self._now())

    def _last_of_path(self) -> str:
        """The locator that the address names."""
        return str(self.router.url.path).rstrip("/").rpartition("/")[2]


def places_of(permissions: Collection[Permission]) -> list[str]:
    """The places of the navigation that somebody who may do this finds."""
    return ["home", *(key for key, permission in OPENS.items() if permission in permissions)]


def _plain(path: str) -> str:
    return path.rstrip("/") or "/"
