"""What pages show is encrypted wherever states are kept outside of the process."""

import pytest
from reflex.state import BaseState, State

from portal_app import encryption
from portal_app.state.palette import PaletteState
from portal_app.state.portal import PortalState
from portal_app.state.quarantined import CellField, QuarantinedState
from tests.world import KEYS

CANARY = "923-02-4054"


@pytest.fixture(autouse=True)
def keys() -> None:
    encryption.install(KEYS)


@pytest.mark.criterion("AUTH-70")
def test_what_a_state_holds_is_stored_under_the_portals_keys() -> None:
    root = State()
    state = root.get_substate(QuarantinedState.get_full_name().split("."))
    assert isinstance(state, QuarantinedState)
    state.cells = [CellField("cell-0", "Tax ID", CANARY, "")]

    stored = state._serialize()

    assert CANARY.encode() not in stored
    again = BaseState._deserialize(data=stored)
    assert isinstance(again, QuarantinedState)
    assert [each.text for each in again.cells] == [CANARY]


@pytest.mark.criterion("AUTH-70")
def test_every_state_of_ours_is_sealed() -> None:
    def all_below(cls: type[BaseState]) -> list[type[BaseState]]:
        return [each for below in cls.get_substates() for each in (below, *all_below(below))]

    ours = [each for each in all_below(State) if each.__module__.startswith("portal_app.")]
    assert {PortalState, PaletteState} <= set(ours)
    open_ones = [each for each in ours if each.__getstate__ is BaseState.__getstate__]
    assert open_ones == []
