"""Every handler that the app registers, against everybody who might send it."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

from portal_app import portal_app
from portal_app.guard import events, live
from portal_app.models.identity import AttemptCount
from portal_app.services.access import Actor, Gate, can
from portal_app.services.door import Door
from portal_app.services.identity import sessions, throttle
from tests.access.conftest import Cast
from tests.access.pipeline import Answers, tab
from tests.world import Clock

ROOT = Path(__file__).resolve().parents[2]
assert portal_app.app is not None
HANDLERS = sorted(name for name in RegistrationContext.get().event_handlers if name not in events.OF_THE_FRAMEWORK)
OURS = [name for name in HANDLERS if events.declared(name)]
OPEN = {name for name in OURS if events.declared(name).requirement is Gate.PUBLIC}  # type: ignore[union-attr]
EVERYBODY = [
    "anonymous",
    "password only",
    "not enrolled",
    "principal",
    "producer",
    "csr",
    "admin",
    "read-only",
]


def short(name: str) -> str:
    return ".".join(name.rsplit("____", maxsplit=1)[-1].split(".")[-2:])


def send(
    app: rx.App, token: str | None, name: str, payload: dict[str, Any] | None = None, seconds: float = 20
) -> Answers:
    async def one() -> Answers:
        async with tab(app, token) as socket:
            return await socket.send(name, payload, seconds)

    return asyncio.run(one())


def who(door: Door, token: str | None) -> Actor | None:
    found = asyncio.run(sessions.look_up(door, token_hash=sessions.hash_of(token))) if token else None
    return found.actor if isinstance(found, sessions.Resolved) else None


@pytest.mark.criterion("GUARD-01")
def test_every_handler_says_what_it_needs() -> None:
    assert events.undeclared() == []


@pytest.mark.criterion("GUARD-01")
def test_the_list_of_open_handlers_is_short_and_known() -> None:
    assert {short(name) for name in OPEN} == {"front_door_state.arrive_outside", "front_door_state.look_at_link"}


@pytest.mark.criterion("AUTH-53")
def test_links_that_strangers_look_at_are_counted_by_their_address(app: rx.App, door: Door) -> None:
    name = next(each for each in OPEN if short(each) == "front_door_state.look_at_link")

    async def one() -> None:
        async with tab(app, None, "/set-up?token=guess") as socket:
            await socket.send(name)

    asyncio.run(one())
    with door.database.read() as db:
        assert [each.key_hash for each in db.query(AttemptCount)] == [throttle._key("link:192.0.2.1")]


@pytest.mark.criterion("GUARD-02")
@pytest.mark.parametrize("name", OURS, ids=short)
def test_a_handler_answers_whom_it_is_for_and_nobody_else(app: rx.App, door: Door, cast: Cast, name: str) -> None:
    found = events.declared(name)
    assert found is not None
    actors = {person: who(door, cast[person]) for person in EVERYBODY}
    allowed = {
        person: can(actor, found.requirement) if actor else found.requirement is Gate.PUBLIC
        for person, actor in actors.items()
    }
    # Those whom it is not for come first: what it does to the others changes nothing for them.
    for person in sorted(EVERYBODY, key=lambda each: allowed[each]):
        answers = send(app, cast[person], name)
        if allowed[person]:
            # Arguments may be missing here, which refuses too; only the way in must not be shown again.
            assert set(answers.redirects()) <= {"/denied"}, person
        else:
            assert len(answers.redirects()) == 1, person
            assert not answers.holds("Client"), f"business reached {person}, who may not see it"
            assert not answers.holds("@agency.test"), person


@pytest.mark.criterion("GUARD-03")
@pytest.mark.parametrize("person", ["anonymous", "principal"])
@pytest.mark.parametrize("name", [name for name in HANDLERS if name not in OURS], ids=short)
def test_what_the_framework_brings_along_is_refused(
    app: rx.App, door: Door, cast: Cast, name: str, person: str
) -> None:
    answers = send(app, cast[person], name, {"var_name": "role", "value": "admin"})
    assert answers.redirects() == ["/denied"]


@pytest.mark.criterion("GUARD-03")
def test_an_unknown_or_private_handler_does_nothing(app: rx.App, door: Door, cast: Cast) -> None:
    root = "reflex___state____state.portal_app___state___portal____portal_state"
    for name in (f"{root}._ask", f"{root}.reset", f"{root}.get_state", "nonsense"):
        answers = send(app, cast["principal"], name, seconds=0.5)
        assert not answers.holds("principal@agency.test")


@pytest.mark.criterion("GUARD-04")
@pytest.mark.parametrize("payload", [{"surprise": {"role": "admin"}}, {"self": 1}], ids=["surprise", "self"])
def test_arguments_that_no_page_sends_are_refused(app: rx.App, door: Door, cast: Cast, payload: dict[str, Any]) -> None:
    """What is refused changes nothing: one agency does for all handlers."""
    actor, declared = who(door, cast["principal"]), {name: events.declared(name) for name in OURS}
    assert actor is not None
    expected = {name: ["/denied" if each and can(actor, each.requirement) else "/"] for name, each in declared.items()}
    assert {name: send(app, cast["principal"], name, payload).redirects() for name in OURS} == expected


@pytest.mark.criterion("GUARD-05")
@pytest.mark.parametrize(("minutes", "reason"), [(30, "/sign-in?reason=idle"), (8 * 60, "/sign-in?reason=absolute")])
def test_an_event_of_a_session_that_ran_out_leads_to_the_sign_in_with_the_reason(
    app: rx.App, door: Door, cast: Cast, clock: Clock, minutes: int, reason: str
) -> None:
    clock.forward(minutes=minutes)
    name = next(name for name in OURS if name.endswith("portal_state.arrive"))
    assert send(app, cast["principal"], name).redirects() == [reason]


@pytest.mark.criterion("AUTH-23")
def test_a_page_that_connects_again_by_itself_keeps_no_session_awake(
    app: rx.App, door: Door, cast: Cast, clock: Clock
) -> None:
    clock.forward(minutes=20)
    token = cast["principal"]
    send(app, token, events.CONNECTED)
    for name in OURS:
        if events.declared(name).passive:  # type: ignore[union-attr]
            send(app, token, name)
    clock.forward(minutes=10)
    assert who(door, token) is None


@pytest.mark.criterion("AUTH-23")
def test_going_to_another_page_keeps_the_session_awake(app: rx.App, door: Door, cast: Cast, clock: Clock) -> None:
    clock.forward(minutes=20)
    send(app, cast["principal"], events.NAVIGATED)
    asyncio.run(live.keep_awake(portal_app.registry, door))
    clock.forward(minutes=29)
    assert who(door, cast["principal"]) is not None


@pytest.mark.criterion("GUARD-06")
def test_no_state_keeps_anything_where_the_browser_could_write_it() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "portal_app").rglob("*.py"))
    assert not re.findall(r"rx\.(?:Cookie|LocalStorage|SessionStorage)\b", source)


@pytest.mark.criterion("GUARD-06")
def test_there_are_no_automatic_setters() -> None:
    names = RegistrationContext.get().event_handlers
    assert not [
        name
        for name in names
        if name.split(".")[-1].startswith("set_")
        and name not in events.OF_THE_FRAMEWORK
        and name not in events.REFUSED_OF_THE_FRAMEWORK
    ]
