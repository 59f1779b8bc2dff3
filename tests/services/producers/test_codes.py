"""Codes: one of their kind, given or generated, never changed, and one producer's."""

import copy
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import ProducerState
from portal_app.models.policies import Policy
from portal_app.models.producers import ProducerCode
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, InvalidData, NotFound
from portal_app.services.producers import change, create, find, lifecycle
from portal_app.services.producers.create import NumberFailed
from portal_app.services.producers.spelling import likeness
from tests.services.producers.acting import ADMIN, code, deeds, listen, patch_code, producer
from tests.services.producers.configured import SEED, with_configuration
from tests.world import Agency


@pytest.mark.criterion("CODE-01")
def test_a_code_that_is_given_is_one_of_its_kind(door: Door) -> None:
    one, other = producer(door, name="A"), producer(door, name="B")
    its = code(door, one, "ExampleProducerCode", code="9217262")
    assert (its.code, its.producer_locator, its.producer_code_state) == ("9217262", one.locator, ProducerState.DRAFT)
    assert (its.producer_name, its.created_by, its.version) == ("A", "admin@agency.test", 1)
    for owner in (one, other):
        with pytest.raises(InvalidData) as refused:
            code(door, owner, code="9217262")
        assert refused.value.problems == {"code": "There is a code like this already."}
    door.run(lifecycle.discard_code, ADMIN, locator=its.locator)
    with pytest.raises(InvalidData):
        code(door, one, code="9217262")
    assert code(door, one, code="x" * 128).code == "x" * 128
    assert deeds(door, its.locator) == ["producer_code.added", "producer_code.discarded"]


@pytest.mark.criterion("CODE-01")
@pytest.mark.parametrize(
    ("given", "path", "told"),
    [
        ({"code": "x" * 129}, "code", "A code has at most 128 characters, all of them to be seen."),
        ({"code": ""}, "code", "A code is not empty, and neither begins nor ends with a space."),
        ({"code": " a"}, "code", "A code is not empty, and neither begins nor ends with a space."),
        ({"code": "."}, "code", "A code is more than dots."),
        ({"code": "a\nb"}, "code", "A code has at most 128 characters, all of them to be seen."),
        ({"kind": "AnotherProducerCode"}, "type", "is abstract"),
        ({"kind": "ExampleProducer"}, "type", "There is no such type in the configuration."),
        ({"data": {"since": "1999-01-01"}}, "data.since", "Should not be less than 2000-01-01."),
    ],
)
def test_what_cannot_be_a_code_is_told(door: Door, given: dict[str, Any], path: str, told: str) -> None:
    owner = producer(door)
    with pytest.raises(InvalidData) as refused:
        code(door, owner, **given)
    assert told in refused.value.problems[path]
    assert door.run(find.codes, ADMIN).total == 0


@pytest.mark.criterion("CODE-01")
def test_a_code_never_changes(door: Door) -> None:
    its = code(door, producer(door), code="A")
    with pytest.raises(Conflict, match="The code is A, and a code never changes once it is given"):
        patch_code(door, its, code="B")
    with pytest.raises(Conflict):
        door.run(change.set_number, ADMIN, locator=its.locator, code="B")
    with pytest.raises(Conflict):
        door.run(change.generate_number, ADMIN, locator=its.locator)
    assert patch_code(door, its, code="A").version == 1


@pytest.mark.criterion("CODE-01")
def test_the_database_itself_holds_that_what_is_in_use_has_a_code(door: Door) -> None:
    code(door, producer(door))
    with pytest.raises(IntegrityError), door.database.write() as db:
        db.query(ProducerCode).update({"state": ProducerState.VALIDATED})


@pytest.mark.criterion("CODE-02")
def test_without_a_code_the_next_of_the_plan_is_given(door: Door) -> None:
    owner = producer(door)
    assert [code(door, owner, "ExampleProducerCode").code for _ in range(3)] == [
        "ExampleText-0007",
        "ExampleText-0008",
        "ExampleText-0009",
    ]


@pytest.mark.criterion("CODE-03")
def test_a_number_that_somebody_was_given_is_passed_over_and_none_is_used_again(door: Door) -> None:
    owner = producer(door)
    code(door, owner, "ExampleProducerCode", code="ExampleText-0007")
    code(door, owner, "Unplanned", code="ExampleText-0009")
    assert code(door, owner, "ExampleProducerCode").code == "ExampleText-0008"
    its = code(door, owner, "ExampleProducerCode")
    assert its.code == "ExampleText-0010"
    door.run(lifecycle.discard_code, ADMIN, locator=its.locator)
    assert code(door, owner, "ExampleProducerCode").code == "ExampleText-0011"

    later = copy.deepcopy(SEED)
    later["numberingPlans"]["ExampleNumberingPlan"] = {"format": "{x}-#####", "initialCoreNumber": 500}
    assert code(with_configuration(door, later), owner, "ExampleProducerCode").code == "ExampleText-00500"
    assert code(door, owner, "ExampleProducerCode").code == "ExampleText-0501"


@pytest.mark.criterion("CODE-13")
def test_types_share_the_numbers_of_their_plan_or_count_each_by_itself(door: Door) -> None:
    owner = producer(door)

    def numbered(scope: str, kinds: tuple[str, ...]) -> list[str | None]:
        given = copy.deepcopy(SEED)
        given["numberingPlans"]["ShortPlan"] = {"format": "{x}#", "scope": scope}
        codes = given["producerManagement"]["producerCodes"]
        codes["Short"]["numberingString"] = "S"
        codes["Long"] = {"numberingPlan": "ShortPlan", "numberingString": "L"}
        return [code(with_configuration(door, given), owner, each).code for each in kinds]

    assert numbered("plan", ("Short", "Long", "Short")) == ["S1", "L2", "S3"]
    assert numbered("type", ("Short", "Long", "Long", "Short")) == ["S2", "L1", "L3", "S4"], "none is given again"
    assert numbered("type", ("Short",) * 5) == ["S5", "S6", "S7", "S8", "S9"]
    with pytest.raises(AssertionError, match=r"ShortPlan has no number left for Short: \{x\}# is used up"):
        numbered("type", ("Short",))
    assert numbered("type", ("Long",)) == ["L4"]
    assert numbered("plan", ("Long",)) == ["L5"], "the plan's own count goes on where it was, past what was given"


@pytest.mark.criterion("CODE-14")
@pytest.mark.parametrize("alike", ["hl-110", "HL -110", "Hl - 1 1 0"])
def test_a_code_that_nobody_could_tell_from_another_is_refused_and_named(door: Door, alike: str) -> None:
    owner = producer(door)
    its = code(door, owner, code="HL-110")
    with pytest.raises(InvalidData) as refused:
        code(door, owner, code=alike)
    told = "HL-110 is there already, and nobody could tell the two apart: only spaces or capitals differ."
    assert refused.value.problems == {"code": told}
    door.run(lifecycle.discard_code, ADMIN, locator=its.locator)
    with pytest.raises(InvalidData, match="HL-110 is there already"):
        door.run(change.set_number, ADMIN, locator=code(door, owner).locator, code=alike)
    assert code(door, owner, code="HL-1100").code == "HL-1100"


@pytest.mark.criterion("CODE-14")
def test_a_code_that_hides_something_is_refused(door: Door) -> None:
    owner = producer(door)
    for hidden in "\u200b\u00ad\ufe0f\u034f\u115f\u3164\u2800\u17b4\U000e0100":
        assert likeness(f"HL-{hidden}110") == likeness("HL-110"), repr(hidden)
        with pytest.raises(InvalidData, match="all of them to be seen"):
            code(door, owner, code=f"HL-{hidden}110")


@pytest.mark.criterion("CODE-14")
def test_a_plan_passes_over_what_looks_like_its_numbers(door: Door) -> None:
    owner = producer(door)
    code(door, owner, code="exampletext - 0007")
    assert code(door, owner, "ExampleProducerCode").code == "ExampleText-0008"


@pytest.mark.criterion("CODE-04")
def test_a_plan_that_is_used_up_is_told_to_who_asks_and_to_subscribers(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = listen(monkeypatch)
    owner = producer(door)
    assert [code(door, owner, "Short").code for _ in range(2)] == ["S8", "S9"]
    failed = door.run(create.create_code, ADMIN, producer_locator=owner.locator, type="Short")
    assert failed == NumberFailed("The numbering plan ShortPlan has no number left: \\S# is used up.")
    assert heard[-1] == ("producers.producercode.numberAssignmentFailed", owner.locator)
    assert door.run(find.codes, ADMIN).total == 2
    with door.database.read() as db:
        detail = db.scalars(select(AuditEvent.detail).where(AuditEvent.action == "producer_code.number_failed")).one()
    assert detail == {"type": "Short", "plan": "ShortPlan", "format": "\\S#"}


@pytest.mark.criterion("CODE-07")
def test_where_there_is_no_plan_a_draft_waits_for_its_code(door: Door) -> None:
    owner = producer(door)
    its = code(door, owner)
    assert its.code is None
    answer = door.run(lifecycle.validate_code, ADMIN, locator=its.locator)
    assert answer.validation_result is not None
    assert answer.validation_result.validation_items[0].errors == ("code: A code has to have its number first.",)
    with pytest.raises(Conflict, match="Unplanned has no numbering plan: say which code it is"):
        door.run(change.generate_number, ADMIN, locator=its.locator)
    code(door, owner, code="TAKEN")
    with pytest.raises(InvalidData, match="There is a code like this already"):
        door.run(change.set_number, ADMIN, locator=its.locator, code="TAKEN")
    assert door.run(change.set_number, ADMIN, locator=its.locator, code="FREE").code == "FREE"
    assert door.run(lifecycle.validate_code, ADMIN, locator=its.locator).producer_code_state is ProducerState.VALIDATED
    assert patch_code(door, code(door, owner), code="BY PATCH").code == "BY PATCH"


@pytest.mark.criterion("CODE-07")
def test_a_draft_from_before_a_plan_gets_its_code_by_it(door: Door) -> None:
    its = code(door, producer(door))
    planned = copy.deepcopy(SEED)
    planned["producerManagement"]["producerCodes"]["Unplanned"]["numberingPlan"] = "ShortPlan"
    door = with_configuration(door, planned)
    answer = door.run(change.generate_number, ADMIN, locator=its.locator)
    assert not isinstance(answer, NumberFailed)
    assert (answer.code, answer.version) == ("S8", 2)


@pytest.mark.criterion("CODE-05")
def test_a_code_moves_to_another_producer_and_no_policy_is_rewritten(door: Door, agency: Agency) -> None:
    def policies() -> list[dict[str, object]]:
        with door.database.read() as db:
            return [row.model_dump() for row in db.scalars(select(Policy).order_by(Policy.id))]

    before = policies()
    its = door.run(find.code, ADMIN, locator=agency.codes["maya"].locator)
    moved = patch_code(door, its, producer_locator=agency.daniel.locator, version=its.version)
    assert (moved.producer_name, moved.version) == ("Daniel Kim", 2)
    assert policies() == before
    assert door.run(find.codes_of, ADMIN, locator=agency.maya.locator).total == 0
    with pytest.raises(Conflict):
        patch_code(door, its, producer_locator=agency.maya.locator, version=its.version)
    with pytest.raises(NotFound):
        patch_code(door, its, producer_locator="01J00000000000000000000000")
    door.run(lifecycle.retire_producer, ADMIN, locator=agency.branch.locator)
    with pytest.raises(InvalidData, match="This producer is retired and cannot be used again"):
        patch_code(door, its, producer_locator=agency.branch.locator)


@pytest.mark.criterion("CODE-05")
def test_the_data_of_a_code_is_changed_and_replaced(door: Door) -> None:
    its = code(door, producer(door), code="A", data={"description": "x"})
    assert patch_code(door, its, set_data={"since": "2026-01-01"}).data == {"description": "x", "since": "2026-01-01"}
    assert patch_code(door, its, whole={"since": "2026-02-01"}).data == {"since": "2026-02-01"}
    assert patch_code(door, its, remove_data=("since",)).data == {}
    with pytest.raises(InvalidData, match="Unplanned has no such field"):
        patch_code(door, its, set_data={"colour": "red"})


@pytest.mark.criterion("CODE-12")
@pytest.mark.parametrize("end", [lifecycle.retire_producer, lifecycle.discard_producer])
def test_a_draft_code_of_a_producer_at_their_end_is_not_validated(door: Door, end: Any) -> None:
    owner = producer(door)
    it = code(door, owner, code="X-1")
    door.run(lifecycle.validate_producer, ADMIN, locator=owner.locator)
    ended = door.run(end, ADMIN, locator=owner.locator).producer_state
    with pytest.raises(Conflict, match=f"The producer of X-1 is {ended}, and the code cannot be used again"):
        door.run(lifecycle.validate_code, ADMIN, locator=it.locator)
    assert door.run(find.code, ADMIN, locator=it.locator).producer_code_state is ProducerState.DRAFT
