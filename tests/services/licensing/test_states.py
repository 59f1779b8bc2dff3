"""The table of transitions, and what is drawn from it."""

import itertools

import pytest

from portal_app.models.enums import CredentialState
from portal_app.services.errors import Conflict
from portal_app.services.licensing import states
from tests.services.licensing import document

STEPS = ("validate", "discard", "suspend")
LEADS = {
    ("draft", "validate"): "validated",
    ("draft", "discard"): "discarded",
    ("validated", "discard"): "discarded",
}


@pytest.mark.criterion("LIC-03")
@pytest.mark.parametrize(("state", "step"), [*itertools.product(CredentialState, STEPS)])
def test_a_step_leads_where_the_rules_say_or_nowhere(state: CredentialState, step: str) -> None:
    expected = LEADS.get((state.value, step))
    assert states.can_step(state, step) is (expected is not None)
    if expected:
        assert states.check_step(state, step).value == expected
    else:
        with pytest.raises(Conflict, match=f"This is {state.value}"):
            states.check_step(state, step)


@pytest.mark.criterion("LIC-03")
@pytest.mark.parametrize("state", CredentialState)
def test_what_is_discarded_is_not_changed(state: CredentialState) -> None:
    assert states.can_edit(state) is (state is not CredentialState.DISCARDED)
    if not states.can_edit(state):
        with pytest.raises(Conflict):
            states.check_edit(state)


@pytest.mark.criterion("LIC-07")
def test_the_document_is_current() -> None:
    text = document.PLACE.read_text(encoding="utf-8")
    assert text == document.brought_up_to_date(text), "run: python -m tests.services.licensing.document"
    for (start, step), end in LEADS.items():
        assert f"{start} --> {end}: {step}" in text
