"""The steps of a life as a page offers them: which there are, what is asked first, what is said afterwards."""

from collections.abc import Mapping
from typing import Any

from portal_app.models.enums import CredentialState, ProducerState
from portal_app.services.licensing import states
from portal_app.services.producers import lifecycle
from portal_app.services.producers.impact import Impact
from portal_app.services.producers.lifecycle import Step
from portal_app.state import wording

OF_A_PRODUCER: Mapping[Step, tuple[Any, str]] = {
    Step.VALIDATE: (lifecycle.validate_producer, "Validated."),
    Step.SUSPEND: (lifecycle.suspend_producer, "Suspended. Nobody writes under this producer until it is lifted."),
    Step.UNSUSPEND: (lifecycle.unsuspend_producer, "In use again."),
    Step.RETIRE: (lifecycle.retire_producer, "Retired for good."),
    Step.DISCARD: (lifecycle.discard_producer, "Discarded."),
}
OF_A_CODE: Mapping[Step, tuple[Any, str]] = {
    Step.VALIDATE: (lifecycle.validate_code, "Validated."),
    Step.SUSPEND: (lifecycle.suspend_code, "Suspended. Nobody writes under this code until it is lifted."),
    Step.UNSUSPEND: (lifecycle.unsuspend_code, "In use again."),
    Step.RETIRE: (lifecycle.retire_code, "Retired for good."),
    Step.DISCARD: (lifecycle.discard_code, "Discarded."),
}
ASKED_FIRST = (Step.SUSPEND, Step.RETIRE, Step.DISCARD)
NOT_VALID = "It stays a draft: what speaks against it is marked below."


def possible(state: ProducerState) -> list[str]:
    """What the state allows, in the order of the table."""
    return [step.value for step in Step if lifecycle.can_step(state, step)]


def possible_of_credential(state: CredentialState) -> list[str]:
    return [step for step in ("validate", "discard") if states.can_step(state, step)]


def read(step: str) -> Step | None:
    return Step(step) if step in set(Step) else None


def told(impact: Impact, *, of_code: bool = False) -> list[str]:
    """What hangs on it, each a line."""
    what = "this code" if of_code else "one of the codes"
    carried = [
        f"{_carry(impact.policies, 'policy', 'policies')} {what}, now, in time to come or as code of record.",
        f"{_named(impact.submissions)} {what}.",
        f"{_carry(impact.quotes, 'open quote', 'open quotes')} {what}.",
    ]
    licensed = f"{wording.count(impact.licenses, 'license')} and {wording.count(impact.appointments, 'appointment')}"
    if of_code:
        return [*carried, f"{licensed} that list it"]
    return [
        *carried,
        wording.count(impact.producer_codes, "producer code"),
        f"{wording.count(impact.child_producers, 'sub-producer')} below",
        licensed,
        f"{wording.count(impact.people, 'person', 'people')} of the portal",
    ]


def _carry(number: int, one: str, many: str) -> str:
    return f"{wording.count(number, one, many)} {'carries' if number == 1 else 'carry'}"


def _named(submissions: int) -> str:
    return f"{wording.count(submissions, 'open submission')} {'names' if submissions == 1 else 'name'}"
