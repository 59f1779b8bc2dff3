"""The life of a quote: one table of transitions, from which the diagram is drawn. `check_…` raises, `can_…` answers."""

from enum import StrEnum

from portal_app.models.enums import QuoteState
from portal_app.services.errors import Conflict

State = QuoteState


class Step(StrEnum):
    UPDATE = "update"
    UNDERWRITE = "underwrite"
    RESET = "reset"
    DISCARD = "discard"


# Underwriting that fails leaves a draft; where else it leads is for the flags.
TRANSITIONS: dict[tuple[QuoteState, Step], tuple[QuoteState, ...]] = {
    (State.DRAFT, Step.UPDATE): (State.DRAFT,),
    (State.DRAFT, Step.UNDERWRITE): (
        State.DRAFT,
        State.UNDERWRITTEN,
        State.BLOCKED,
        State.DECLINED,
        State.REJECTED,
    ),
    (State.UNDERWRITTEN, Step.RESET): (State.DRAFT,),
    (State.BLOCKED, Step.RESET): (State.DRAFT,),
    (State.DECLINED, Step.RESET): (State.DRAFT,),
    (State.DRAFT, Step.DISCARD): (State.DISCARDED,),
    (State.UNDERWRITTEN, Step.DISCARD): (State.DISCARDED,),
    (State.BLOCKED, Step.DISCARD): (State.DISCARDED,),
    (State.DECLINED, Step.DISCARD): (State.DISCARDED,),
}
DONE = {
    Step.UPDATE: "changed",
    Step.UNDERWRITE: "underwritten",
    Step.RESET: "brought back to draft",
    Step.DISCARD: "discarded",
}
FINAL = tuple(state for state in QuoteState if state not in {before for before, _ in TRANSITIONS})
# A quote beyond these holds on to its producer code.
LETS_GO_OF_ITS_CODE = (State.DRAFT, State.DISCARDED)
# A quote that was underwritten is worth what its flags came to then; so nobody changes them behind its back.
KEEPS_ITS_FLAGS = (State.UNDERWRITTEN, *FINAL)


def can_step(state: QuoteState, step: Step) -> bool:
    return (state, step) in TRANSITIONS


def check_step(state: QuoteState, step: Step) -> None:
    """Raises Conflict with the states from which it could be done."""
    if not can_step(state, step):
        sources = " or ".join(before.label.lower() for before, each in TRANSITIONS if each is step)
        raise Conflict(f"This quote is {state.label.lower()}. Only one that is {sources} can be {DONE[step]}.")


def can_flag(state: QuoteState) -> bool:
    return state not in KEEPS_ITS_FLAGS


def check_flag(state: QuoteState) -> None:
    """Raises Conflict where its underwriting flags cannot be changed."""
    if state is State.UNDERWRITTEN:
        raise Conflict("This quote is underwritten. Bring it back to draft before its flags are changed.")
    if not can_flag(state):
        raise Conflict(f"This quote is {state.label.lower()}, and its flags stay as they are.")
