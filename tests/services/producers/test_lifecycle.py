"""Producers and codes go by one table of states, and their documentation is drawn from it."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import update

from portal_app.models.enums import ProducerState, Role
from portal_app.models.policies import PolicyTerm
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, DomainError, InvalidData
from portal_app.services.producers import find, impact, lifecycle
from portal_app.services.producers.lifecycle import DONE, TRANSITIONS, Step, can_edit, can_step
from portal_app.services.submissions import drafts, moves
from tests.services.producers import states_document
from tests.services.producers.acting import ADMIN, code, deeds, listen, patch, patch_code, producer
from tests.services.submissions.acting import Cast
from tests.world import Agency, actor, add_user

State = ProducerState
VERBS: dict[str, Any] = {
    "producer validate": lifecycle.validate_producer,
    "producer suspend": lifecycle.suspend_producer,
    "producer unsuspend": lifecycle.unsuspend_producer,
    "producer retire": lifecycle.retire_producer,
    "producer discard": lifecycle.discard_producer,
    "code validate": lifecycle.validate_code,
    "code suspend": lifecycle.suspend_code,
    "code unsuspend": lifecycle.unsuspend_code,
    "code retire": lifecycle.retire_code,
    "code discard": lifecycle.discard_code,
}


@pytest.mark.criterion("PROD-12")
def test_the_table_is_as_it_was_settled() -> None:
    arrows = {(source, each.target) for each in TRANSITIONS.values() for source in each.sources}
    assert arrows == {
        (State.DRAFT, State.VALIDATED),
        (State.VALIDATED, State.SUSPENDED),
        (State.SUSPENDED, State.VALIDATED),
        (State.VALIDATED, State.RETIRED),
        (State.SUSPENDED, State.RETIRED),
        (State.DRAFT, State.DISCARDED),
        (State.VALIDATED, State.DISCARDED),
    }
    assert {state for state in State if not can_edit(state)} == {State.RETIRED, State.DISCARDED}


@pytest.mark.criterion("PROD-12")
def test_every_verb_in_every_state_goes_by_the_table(door: Door) -> None:
    owner = producer(door)
    of_a_code = code(door, owner, code="A")
    models = {"producer": (Producer, owner.locator), "code": (ProducerCode, of_a_code.locator)}
    for (name, verb), state in product(VERBS.items(), State):
        noun, step = name.split()
        model, locator = models[noun]
        with door.database.write() as db:
            # Of who is at their end no code is validated.
            db.execute(update(Producer).values(state=State.VALIDATED))
            db.execute(update(model).where(model.locator == locator).values(state=state))
        if can_step(state, Step(step)):
            door.run(verb, ADMIN, locator=locator)
            expected = TRANSITIONS[Step(step)].target
        else:
            with pytest.raises(Conflict, match=f"This is {state.value}, and only what is .* can be {DONE[Step(step)]}"):
                door.run(verb, ADMIN, locator=locator)
            expected = state
        with door.database.read() as db:
            assert db.query(model.state).filter(model.locator == locator).scalar() is expected


@pytest.mark.criterion("PROD-12")
def test_the_diagram_is_current() -> None:
    assert states_document.current() == states_document.written()


@pytest.mark.criterion("PROD-13")
def test_what_speaks_against_a_draft_is_kept_and_it_stays_one(door: Door) -> None:
    it = producer(door, "ExampleProducer")
    answer = door.run(lifecycle.validate_producer, ADMIN, locator=it.locator)
    assert (answer.producer_state, answer.version) == (State.DRAFT, 2)
    assert answer.validation_result is not None
    [item] = answer.validation_result.validation_items
    assert (answer.validation_result.success, item.element_type, item.locator) == (False, it.type, it.locator)
    assert item.errors == ("data.email: This is required.",)
    assert door.run(find.producer, ADMIN, locator=it.locator) == answer

    assert patch(door, it, set_data={"email": "a@b.test"}).validation_result is None
    answer = door.run(lifecycle.validate_producer, ADMIN, locator=it.locator)
    assert answer.validation_result is not None
    assert (answer.producer_state, answer.validation_result.success) == (State.VALIDATED, True)
    expected = ["producer.added", "producer.found_wanting", "producer.changed", "producer.validated"]
    assert deeds(door, it.locator) == expected


@pytest.mark.criterion("PROD-13")
@pytest.mark.parametrize("state", [State.VALIDATED, State.SUSPENDED])
def test_an_edit_that_would_make_the_valid_invalid_is_refused(door: Door, state: ProducerState) -> None:
    it = producer(door, "ExampleProducer", data={"email": "a@b.test"})
    door.run(lifecycle.validate_producer, ADMIN, locator=it.locator)
    if state is State.SUSPENDED:
        door.run(lifecycle.suspend_producer, ADMIN, locator=it.locator)
    before = door.run(find.producer, ADMIN, locator=it.locator)

    with pytest.raises(InvalidData) as refused:
        patch(door, it, remove_data=("email",), name="Maya")
    assert refused.value.problems == {"data.email": "This is required."}
    assert door.run(find.producer, ADMIN, locator=it.locator) == before

    after = patch(door, it, set_data={"email": "c@d.test"})
    assert (after.data, after.producer_state) == ({"email": "c@d.test"}, state)
    assert after.validation_result is not None
    assert after.validation_result.success


@pytest.mark.criterion("CODE-06")
def test_a_code_that_a_policy_carries_is_not_discarded(door: Door, agency: Agency) -> None:
    for name in ("maya", "daniel"):
        locator = agency.codes[name].locator
        with pytest.raises(Conflict, match="A policy carries this code, so that it cannot be discarded"):
            door.run(lifecycle.discard_code, ADMIN, locator=locator)
        assert door.run(find.code, ADMIN, locator=locator).producer_code_state is State.VALIDATED
    with pytest.raises(Conflict, match="A policy carries a code of this producer"):
        door.run(lifecycle.discard_producer, ADMIN, locator=agency.maya.locator)
    assert door.run(lifecycle.retire_code, ADMIN, locator=agency.codes["maya"].locator).code == "HL-maya"

    free = agency.codes["house"]
    with door.database.write() as db:
        policy = agency.policies["nobody"]
        term: dict[str, Any] = {each: getattr(policy, each) for each in ("number", "effective", "expiration", "status")}
        db.add(PolicyTerm(policy_id=policy.id, premium=policy.premium, code_of_record_id=free.id, **term))
    with pytest.raises(Conflict, match="A policy carries this code"):
        door.run(lifecycle.discard_code, ADMIN, locator=free.locator)
    with door.database.write() as db:
        db.execute(update(PolicyTerm).values(code_of_record_id=None))
    assert door.run(lifecycle.discard_code, ADMIN, locator=free.locator).producer_code_state is State.DISCARDED


@pytest.mark.criterion("PROD-14")
@pytest.mark.both_databases
def test_what_hangs_on_a_producer_is_told_in_numbers(door: Door, agency: Agency) -> None:
    with door.database.write() as db:
        add_user(db, Role.PRODUCER, "maya@agency.test", agency.maya)
        add_user(db, Role.PRODUCER, "gone@agency.test", agency.daniel, disabled_at=door.clock())

    def told(locator: str) -> tuple[int, int, int, int]:
        found = door.run(impact.impact, agency.admin(), locator=locator)
        return found.policies, found.producer_codes, found.child_producers, found.people

    assert told(agency.house.locator) == (3, 4, 3, 1)
    assert told(agency.branch.locator) == (3, 3, 2, 1)
    assert told(agency.daniel.locator) == (1, 1, 0, 0)
    assert door.run(impact.impact_of_code, agency.admin(), locator=agency.codes["maya"].locator).policies == 1
    with pytest.raises(DomainError):
        door.run(impact.impact, actor(Role.CSR), locator=agency.house.locator)


@pytest.mark.criterion("PROD-14")
def test_open_submissions_hang_on_who_is_named_in_them(door: Door, agency: Agency) -> None:
    cast = Cast(door, agency)
    waiting, draft = cast.submitted(), cast.filled(cast.daniel)

    def told() -> tuple[int, int, int, int]:
        house, daniel = (
            door.run(impact.impact, agency.admin(), locator=each.locator) for each in (agency.house, agency.daniel)
        )
        hers, his = (
            door.run(impact.impact_of_code, agency.admin(), locator=agency.codes[name].locator)
            for name in ("maya", "daniel")
        )
        return house.submissions, daniel.submissions, hers.submissions, his.submissions

    assert told() == (2, 1, 1, 1)
    door.run(moves.withdraw, cast.maya, locator=waiting, reason="They went elsewhere.")
    assert told() == (1, 1, 0, 1)
    door.run(drafts.discard, cast.daniel, locator=draft)
    assert told() == (0, 0, 0, 0)


@pytest.mark.criterion("PROD-16")
def test_what_is_done_is_told_to_subscribers_in_the_same_transaction(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(monkeypatch)
    it = producer(door)
    its = code(door, it, code="A")
    patch(door, it, name="Maya")
    patch_code(door, its, set_data={"description": "x"})
    for verb in ("validate", "suspend", "unsuspend", "retire"):
        door.run(VERBS[f"code {verb}"], ADMIN, locator=its.locator)
        door.run(VERBS[f"producer {verb}"], ADMIN, locator=it.locator)
    door.run(lifecycle.discard_producer, ADMIN, locator=producer(door).locator)
    heard = {event for event, _ in told}
    assert {each for each in heard if "code" in each} == {
        f"producers.producercode.{verb}" for verb in ("create", "update", "validate", "suspend", "unsuspend", "retire")
    }
    assert {each for each in heard if "code" not in each} == {
        f"producers.producer.{verb}"
        for verb in ("create", "update", "validate", "suspend", "unsuspend", "retire", "discard")
    }
