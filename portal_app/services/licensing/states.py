"""The life of a license and of an appointment: one table of transitions, from which the diagram is drawn."""

from portal_app.models.enums import CredentialState
from portal_app.services.errors import Conflict, DomainError

DRAFT, VALIDATED, DISCARDED = CredentialState.DRAFT, CredentialState.VALIDATED, CredentialState.DISCARDED

TRANSITIONS: dict[tuple[CredentialState, str], CredentialState] = {
    (DRAFT, "validate"): VALIDATED,
    (DRAFT, "discard"): DISCARDED,
    (VALIDATED, "discard"): DISCARDED,
}
EDITABLE = (DRAFT, VALIDATED)


def check_step(state: CredentialState, step: str) -> CredentialState:
    """The state to which the step leads. Raises Conflict where it leads nowhere from here."""
    if (state, step) not in TRANSITIONS:
        words = {"validate": "validated", "discard": "discarded"}
        raise Conflict(f"This is {state.label.lower()} and cannot be {words.get(step, step)}.")
    return TRANSITIONS[state, step]


def can_step(state: CredentialState, step: str) -> bool:
    try:
        check_step(state, step)
    except DomainError:
        return False
    return True


def check_edit(state: CredentialState) -> None:
    """Raises Conflict where nothing may be changed any more."""
    if state not in EDITABLE:
        raise Conflict(f"This is {state.label.lower()} and cannot be changed.")


def can_edit(state: CredentialState) -> bool:
    return state in EDITABLE


def diagram() -> str:
    """The table as a Mermaid diagram."""
    steps = [f"    {start} --> {end}: {step}" for (start, step), end in TRANSITIONS.items()]
    ends = [f"    {state} --> [*]" for state in CredentialState if not any(start is state for start, _ in TRANSITIONS)]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {DRAFT}", *steps, *ends])
