"""What is shown once is not sent to the page again, whatever order things happen in."""

import asyncio
from collections.abc import Iterator

import pytest
import reflex as rx
from reflex_base.event import Event

from portal_app import portal_app as app_is_whole
from portal_app.guard import events
from portal_app.guard.events import EventGuard
from portal_app.guard.live import Registry
from portal_app.services.door import Door
from portal_app.state.audit import AuditEventState
from portal_app.state.authority import RuleState
from portal_app.state.binding import BindingState
from portal_app.state.policy_ledger import LedgerState
from portal_app.state.portal import PortalState
from portal_app.state.preferences import PreferencesState
from portal_app.state.producers.detail import ProducerState
from portal_app.state.quote_form import QuoteFormState
from portal_app.state.routing import RoutingState
from portal_app.state.submissions.wizard import WizardState
from portal_app.state.users import UserState

TELLING = ("secret", "picture", "codes", "token", "link")
# The address of a record, and codes of producers.
CODES = (BindingState, LedgerState, ProducerState, QuoteFormState, RoutingState, RuleState, WizardState)
HARMLESS = {(AuditEventState, "link"), *((each, "codes") for each in CODES)}


def states(of: type[PortalState] = PortalState) -> Iterator[type[PortalState]]:
    yield of
    for state in of.__subclasses__():
        yield from states(state)


@pytest.mark.criterion("AUTH-44")
def test_what_was_shown_once_is_forgotten_before_a_page_is_sent_what_is_held(app: rx.App, door: Door) -> None:
    root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    preferences, user = (root.get_substate(each.get_full_name().split(".")) for each in (PreferencesState, UserState))
    preferences.codes, preferences.token, user.link, user.person = ["AAAAA-BBBBB"], "token", "https://x/set-up", "Ines"
    asyncio.run(EventGuard(Registry()).preprocess(app, root, Event(name=events.CONNECTED)))
    assert (preferences.codes, preferences.token, user.link, user.person) == ([], "", "", "Ines")


@pytest.mark.criterion("AUTH-44")
def test_what_opens_a_door_is_named_as_shown_once() -> None:
    assert app_is_whole.app is not None
    telling = {(state, name) for state in states() for name in vars(state)["__annotations__"] if name in TELLING}
    named = {(state, name) for state in states() for name in vars(state).get("SHOWN_ONCE", ())}
    assert named
    assert named == telling - HARMLESS
