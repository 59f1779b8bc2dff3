"""Who may send which event. Every handler declares it; what is not declared is refused."""

import inspect
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

import reflex as rx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.constants import RouteVar
from reflex_base.event import Event, EventSpec
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler
from ulid import ULID

from portal_app.guard.live import Registry
from portal_app.logs import log
from portal_app.models.enums import SessionEnd, SessionStage
from portal_app.services import marks
from portal_app.services.access import ANONYMOUS, Actor, Requirement, can, check
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import DomainError, Forbidden, SignInNeeded, Unexpected
from portal_app.services.identity import sessions
from portal_app.services.topics import Topic

Handler = TypeVar("Handler", bound=Callable[..., Any])

MARK = "__portal_requires__"
# The ASGI guard puts the session's hash here; Reflex keeps this header from the client.
SESSION_HEADER = "authorization"
SCHEME = "portal "


@dataclass(frozen=True)
class Declared:
    requirement: Requirement
    passive: bool
    shows: tuple[Topic, ...]


def requires(
    requirement: Requirement, *, passive: bool = False, shows: tuple[Topic, ...] = ()
) -> Callable[[Handler], Handler]:
    """Declare what a handler needs, in place of `rx.event`. `passive` marks what a page sends by itself: it does not
    keep a session awake. `shows` are the topics of which it loads something: until the tab goes to another page, it is
    told when they change."""

    def mark(handler: Handler) -> Handler:
        setattr(handler, MARK, Declared(requirement, passive, shows))
        return cast(Handler, rx.event(handler))

    return mark


# What Reflex itself sends when a page opens. It carries no data of ours: states start empty.
_ROOT = "reflex___state____state"
CONNECTED = f"{_ROOT}.hydrate_and_load"
NAVIGATED = f"{_ROOT}.reflex___state____on_load_internal_state.on_load_internal"
OF_THE_FRAMEWORK = frozenset(
    {
        f"{_ROOT}.hydrate",
        CONNECTED,
        NAVIGATED,
        f"{_ROOT}.reflex___state____on_load_internal_state.set_is_hydrated",
        f"{_ROOT}.reflex___state____frontend_event_exception_state.handle_frontend_exception",
    }
)
REFUSED_OF_THE_FRAMEWORK = frozenset(
    {f"{_ROOT}.set_is_hydrated", f"{_ROOT}.reflex___state____update_vars_internal_state.update_vars_internal"}
)


def undeclared() -> list[str]:
    """The handlers that declare nothing. The product does not start while there is one."""
    return sorted(
        name
        for name, registered in RegistrationContext.get().event_handlers.items()
        if name not in OF_THE_FRAMEWORK | REFUSED_OF_THE_FRAMEWORK
        and not name.endswith(".setvar")
        and not hasattr(registered.handler.fn, MARK)
    )


def declared(event_name: str) -> Declared | None:
    registered = RegistrationContext.get().event_handlers.get(event_name)
    return getattr(registered.handler.fn, MARK, None) if registered else None


def event_name(handler: Any) -> str:
    return format_event_handler(handler)


@cache
def _arguments(handler: Callable[..., Any]) -> type[BaseModel]:
    hints = get_type_hints(handler)
    fields: dict[str, Any] = {
        name: (hints.get(name, Any), ... if parameter.default is parameter.empty else parameter.default)
        for name, parameter in list(inspect.signature(handler).parameters.items())[1:]
    }
    return create_model(handler.__qualname__, __config__=ConfigDict(extra="forbid", strict=True), **fields)


class EventGuard(Middleware):
    """Runs before every event, whichever way it came: resolves session, person and role anew, then decides."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        structlog.contextvars.bind_contextvars(request_id=str(ULID()))
        if event.name in OF_THE_FRAMEWORK:
            current_actor.set(ANONYMOUS)
            with suppress(DomainError):
                await self._note_navigation(state, event)
            return None
        try:
            return await self._judged(state, event)
        except DomainError as failure:
            return _go(_error_page(failure.reference if isinstance(failure, Unexpected) else ""))

    async def _judged(self, state: BaseState, event: Event) -> StateUpdate | None:
        found = declared(event.name)
        if found is None:
            log.warning("event refused", event_name=event.name[:200], why="not declared")
            return _go("/denied")
        answer = await self._who(state, passive=found.passive)
        actor = answer if isinstance(answer, Actor) else _stranger(state)
        current_actor.set(actor)
        try:
            check(actor, found.requirement)
            _validate(event)
        except SignInNeeded:
            return _go(_way_in(answer))
        except Forbidden:
            log.warning("event refused", event_name=event.name, why="permission", user=actor.locator)
            return _go("/denied")
        except ValidationError:
            log.warning("event refused", event_name=event.name, why="arguments", user=actor.locator)
            return _go("/denied")
        if shown := {topic for topic in found.shows if can(actor, marks.SHOWN_TO[topic])}:
            self.registry.follow(_token(state), shown)
        return None

    async def _note_navigation(self, state: BaseState, event: Event) -> None:
        """Going from page to page is activity. A page that connects again by itself, and then loads, is none."""
        token = _token(state)
        if event.name == CONNECTED:
            self.registry.connecting.add(token)
            _forget_what_is_shown_once(state)
        elif event.name == NAVIGATED:
            self.registry.unfollow(token)
            if token in self.registry.connecting:
                self.registry.connecting.discard(token)
            else:
                await self._who(state, passive=False)

    async def _who(self, state: BaseState, *, passive: bool) -> "Actor | SessionEnd | None":
        data = state.router_data
        header = (data.get("headers") or {}).get(SESSION_HEADER, "")
        if not header.startswith(SCHEME):
            return None
        token_hash = bytes.fromhex(header.removeprefix(SCHEME))
        found = await sessions.look_up(the_door(), token_hash=token_hash)
        if not isinstance(found, sessions.Resolved):
            return found
        self.registry.seen(_token(state), token_hash)
        if found.needs_touch and not passive:
            self.registry.used(token_hash)
        return found.actor


def _forget_what_is_shown_once(state: BaseState) -> None:
    """A page that opens or connects again is sent all that is held for its tab, before it loads anything: codes, keys
    and links that were shown to somebody are not to come up again. A state names them in SHOWN_ONCE."""
    for name in getattr(type(state), "SHOWN_ONCE", ()):
        setattr(state, name, [] if isinstance(getattr(state, name), list) else "")
    for each in state.substates.values():
        _forget_what_is_shown_once(each)


def _token(state: BaseState) -> str:
    return str(state.router_data.get("token", ""))


def _stranger(state: BaseState) -> Actor:
    """Somebody who is not signed in, from the address that the outermost layer wrote down: what they may do is counted
    by it."""
    return replace(ANONYMOUS, address=str(state.router_data.get(RouteVar.CLIENT_IP, "")))


def _validate(event: Event) -> None:
    registered = RegistrationContext.get().event_handlers[event.name]
    _arguments(registered.handler.fn).model_validate(dict(event.payload))


def _way_in(answer: Actor | SessionEnd | None) -> str:
    if isinstance(answer, Actor):
        if answer.stage is SessionStage.PASSWORD:
            return "/mfa" if answer.enrolled else "/enroll"
        return "/"
    return f"/sign-in?reason={answer.value}" if answer else "/sign-in"


def _go(path: str) -> StateUpdate:
    return StateUpdate(events=Event.from_event_type([rx.redirect(path)]))


def report_failure(exception: Exception) -> EventSpec | None:
    """A fault in a handler: logged under a reference, and the person sees the reference and nothing else."""
    reference = secrets.token_hex(4)
    log.error("event failed", reference=reference, exc_info=exception)
    return rx.redirect(_error_page(reference))


def _error_page(reference: str) -> str:
    return f"/error?reference={reference}" if reference else "/error"
