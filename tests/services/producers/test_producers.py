"""Producers are created, changed, found; by whom, and with which data."""

from typing import Any

import pytest
from sqlalchemy import select, update

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Grant, ProducerKind, ProducerState, Role
from portal_app.models.producers import Producer
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, InvalidData, NotFound
from portal_app.services.producers import change, choices, create, find, lifecycle
from portal_app.services.producers.change import ProducerChanges
from tests.services.producers.acting import ADMIN, code, deeds, patch, producer
from tests.services.producers.configured import with_configuration
from tests.world import NOW, Agency, actor

NOBODY = "01J00000000000000000000000"


@pytest.mark.criterion("PROD-04")
def test_individuals_and_organisations_are_created_also_without_a_name(door: Door) -> None:
    bare = producer(door, "ExampleProducer")
    assert (bare.name, bare.kind, bare.producer_state) == ("", ProducerKind.INDIVIDUAL, ProducerState.DRAFT)
    assert (bare.created_at, bare.created_by, bare.version) == (NOW, "admin@agency.test", 1)
    assert (bare.data, bare.validation_result, bare.parent_locator) == ({}, None, None)

    given: dict[str, Any] = {"name": " Harbor ", "kind": ProducerKind.ORGANISATION, "npn": "0123456789"}
    given |= {"data": {"email": "a@b.test"}, "parent_locator": bare.locator}
    house = door.run(create.create_producer, ADMIN, type="ExampleProducer", **given)
    assert door.run(find.producer, ADMIN, locator=house.locator) == house
    assert (house.name, house.kind, house.npn) == ("Harbor", ProducerKind.ORGANISATION, "0123456789")
    assert (house.data, house.parent_locator) == ({"email": "a@b.test"}, bare.locator)
    assert deeds(door, house.locator) == ["producer.added"]


@pytest.mark.criterion("PROD-04")
@pytest.mark.parametrize(
    ("given", "path", "told"),
    [
        ({"type": "AnotherProducer"}, "type", "AnotherProducer is abstract: only types that extend it can be created."),
        ({"type": "Nobody"}, "type", "There is no such type in the configuration."),
        ({"type": "Free", "npn": "12a"}, "npn", "A National Producer Number is at most ten digits."),
        ({"type": "Free", "name": "a\x07"}, "name", "A name has at most 200 characters, all of them to be seen."),
        ({"type": "Free", "parent_locator": NOBODY}, "parentLocator", "There is no such producer."),
        ({"type": "Free", "data": {"email": "a"}}, "data.email", "Free has no such field."),
        ({"type": "Searched", "data": {"status": "lazy"}}, "data.status", "Should be one of active, closed."),
    ],
)  # fmt: skip
def test_what_cannot_be_created_is_told_and_is_not_there(
    door: Door, given: dict[str, Any], path: str, told: str
) -> None:
    with pytest.raises(InvalidData) as refused:
        door.run(create.create_producer, ADMIN, **given)
    assert refused.value.problems == {path: told}
    assert door.run(find.producers, ADMIN).total == 0


@pytest.mark.criterion("PROD-04")
def test_a_national_producer_number_is_one_persons(door: Door) -> None:
    first = producer(door, name="Maya", npn="77")
    with pytest.raises(InvalidData, match=r"This is the National Producer Number of Maya\."):
        producer(door, npn="77")
    with pytest.raises(InvalidData, match=r"This is the National Producer Number of Maya\."):
        producer(door, npn="0077")
    producer(door, npn="7700")
    assert door.run(find.producers, ADMIN, text="0077").rows == (first,)
    assert [each.value for each in door.run(choices.meant, ADMIN, text="NPN 0077")] == [first.locator]
    door.run(lifecycle.discard_producer, ADMIN, locator=first.locator)
    assert producer(door, npn="77").npn == "77"


@pytest.mark.criterion("PROD-06")
def test_a_change_says_what_is_otherwise_and_leaves_the_rest(door: Door) -> None:
    it = producer(door, "Searched", name="Maya", data={"email": "m@a.test", "status": "active"})

    changed = patch(door, it, set_data={"status": "closed"}, remove_data=("email",), npn="5")
    assert (changed.data, changed.npn, changed.name, changed.version) == ({"status": "closed"}, "5", "Maya", 2)
    replaced = patch(door, it, whole={"email": "new@a.test"})
    assert (replaced.data, replaced.version) == ({"email": "new@a.test"}, 3)
    assert patch(door, it, name="Maya").version == 3, "nothing was changed"

    assert deeds(door, it.locator) == ["producer.added", "producer.changed", "producer.changed"]
    with door.database.read() as db:
        detail = db.scalars(select(AuditEvent.detail).where(AuditEvent.action == "producer.changed")).first()
    assert detail == {
        "before": {"npn": "", "data": {"email": "m@a.test", "status": "active"}},
        "after": {"npn": "5", "data": {"status": "closed"}},
    }
    with pytest.raises(InvalidData, match="Either set this or remove it"):
        patch(door, it, set_data={"status": "closed"}, remove_data=("status",))


@pytest.mark.criterion("PROD-07")
def test_who_changes_what_somebody_changed_since_is_told(door: Door) -> None:
    it = producer(door, name="Maya")
    patch(door, it, name="Maya A.", version=it.version)
    with pytest.raises(Conflict):
        patch(door, it, name="Maya B.", version=it.version)
    with pytest.raises(Conflict):
        door.run(lifecycle.validate_producer, ADMIN, locator=it.locator, version=it.version)
    assert door.run(find.producer, ADMIN, locator=it.locator).name == "Maya A."


@pytest.mark.criterion("PROD-06")
def test_what_is_at_its_end_is_not_changed(door: Door) -> None:
    it = producer(door)
    door.run(lifecycle.discard_producer, ADMIN, locator=it.locator)
    with pytest.raises(Conflict, match="This is discarded and cannot be changed any more"):
        patch(door, it, name="x")


@pytest.mark.criterion("PROD-05")
def test_what_python_takes_for_the_same_is_a_change_all_the_same(door: Door) -> None:
    counting = {"producerManagement": {"producers": {"Counted": {"data": {"size": {"type": "number"}}}}}}
    there = with_configuration(door, counting)
    it = producer(there, type="Counted", data={"size": 1})
    with pytest.raises(InvalidData) as refused:
        patch(there, it, set_data={"size": True})
    assert refused.value.problems == {"data.size": "Should be a number."}
    assert patch(there, it, set_data={"size": 1.0}).data == {"size": 1.0}


@pytest.mark.criterion("PROD-06")
def test_of_a_type_that_is_not_configured_any_more_the_data_stays(door: Door) -> None:
    it = producer(door, data={})
    with door.database.write() as db:
        db.execute(update(Producer).values(type="Gone", data={"old": 1}, state=ProducerState.VALIDATED))
    assert patch(door, it, name="Maya").data == {"old": 1}
    with pytest.raises(InvalidData, match="There is no type Gone in the configuration any more"):
        patch(door, it, set_data={"old": 2})


@pytest.mark.criterion("PROD-10")
def test_producers_are_found_by_name_number_code_and_searchable_data(door: Door) -> None:
    maya = producer(door, "Searched", name="Maya Alvarez", npn="1234567", data={"email": "Post@Maya.test"})
    hidden = producer(door, "ExampleProducer", name="Daniel Kim", data={"email": "post@daniel.test"})
    code(door, hidden, code="HL_7%")

    def found(text: str, **more: Any) -> list[str]:
        return [row.name for row in door.run(find.producers, ADMIN, text=text, **more).rows]

    assert found("") == ["Daniel Kim", "Maya Alvarez"]
    assert found("ALVA") == found("23456") == found("post@MAYA") == found("Post") == ["Maya Alvarez"]
    assert found("hl_7%") == ["Daniel Kim"]
    assert found("_") == ["Daniel Kim"], "what is typed is taken by the letter"
    assert found("daniel.test") == [], "the data of this type is not searched"
    assert found("", type="Searched") == ["Maya Alvarez"]
    assert found("", state=ProducerState.VALIDATED) == []
    assert found("", kind=ProducerKind.INDIVIDUAL, parent=maya.locator) == []
    page = door.run(find.producers, ADMIN, offset=1, count=1)
    assert ([row.name for row in page.rows], page.total) == (["Maya Alvarez"], 2)
    patch(door, maya, remove_data=("email",))
    assert found("post@maya") == []


@pytest.mark.criterion("PROD-10")
def test_codes_are_found_by_code_producer_and_searchable_data(door: Door) -> None:
    maya = producer(door, name="Maya Alvarez")
    first = code(door, maya, code="A-1", data={"description": "Summer"})
    second = code(door, maya)

    def found(**asked: Any) -> list[str]:
        return [row.locator for row in door.run(find.codes, ADMIN, **asked).rows]

    assert found() == found(text="maya") == [first.locator, second.locator], "what has no code comes last"
    assert found(text="a-1") == found(code="A-1") == [first.locator]
    assert found(code="a-1") == found(text="summer") == []
    assert found(producer=maya.locator, state=ProducerState.DRAFT, type="Unplanned") == found()
    assert door.run(find.codes_of, ADMIN, locator=maya.locator).total == 2
    assert door.run(find.code_named, ADMIN, code="A-1") == first
    with pytest.raises(NotFound):
        door.run(find.code_named, ADMIN, code="a-1")


@pytest.mark.criterion("PROD-23")
def test_names_and_codes_are_found_whatever_the_alphabet_and_the_case(door: Door) -> None:
    names = ["Álvarez & Sons", "ÖSTERREICH Haus", "Straße 9", "Ωmega"]
    made = [producer(door, name=each) for each in names]
    producer(door, "Searched", name="By data", data={"email": "Weiß@a.test"})
    its = code(door, made[0], code="É-1")
    for index, typed in enumerate(("álvarez & SONS", "österreich hAUS", "STRAße 9", "ωMEGA")):
        found = door.run(find.producers, ADMIN, text=typed)
        assert [row.name for row in found.rows] == [names[index]]
    assert door.run(find.producers, ADMIN, text="WEISS@").rows[0].name == "By data", "which is folded"
    for text in ("é-1", "É-1", "áLV"):
        assert [row.locator for row in door.run(find.codes, ADMIN, text=text).rows] == [its.locator]
        assert door.run(find.producers, ADMIN, text=text).total == 1


@pytest.mark.criterion("PROD-11")
def test_everybody_sees_the_producers_that_are_theirs_to_see(door: Door, agency: Agency) -> None:
    def names(who: Actor) -> list[str]:
        seen = {row.name for row in door.run(find.producers, who).rows}
        by_code = {row.producer_name for row in door.run(find.codes, who).rows}
        assert seen == by_code
        return sorted(seen)

    everybody = ["Daniel Kim", "Harbor Lane Insurance", "Maya Alvarez", "North Branch"]
    for who in (agency.principal(), agency.csr(), agency.admin(), agency.read_only()):
        assert names(who) == everybody
    assert names(agency.producer()) == ["Maya Alvarez"]
    assert names(agency.branch_manager(Grant.DOWNLINE)) == ["Daniel Kim", "Maya Alvarez", "North Branch"]
    assert names(actor(Role.PRODUCER)) == []
    own = door.run(find.producer, agency.producer(), locator=agency.maya.locator)
    assert own.parent_locator is None, "the parent is not theirs to see"
    assert door.run(find.producer, agency.csr(), locator=agency.maya.locator).parent_locator == agency.branch.locator
    for hidden in (agency.daniel.locator, NOBODY):
        with pytest.raises(NotFound):
            door.run(find.producer, agency.producer(), locator=hidden)
        with pytest.raises(NotFound):
            door.run(find.codes_of, agency.producer(), locator=hidden)


@pytest.mark.criterion("PROD-11")
def test_only_principal_and_administrator_change_them(door: Door, agency: Agency) -> None:
    given: dict[str, Any] = {"locator": agency.maya.locator, "changes": ProducerChanges(name="x")}
    for who in (agency.producer(), agency.csr(), agency.read_only()):
        with pytest.raises(Forbidden):
            door.run(change.change_producer, who, **given)
        with pytest.raises(Forbidden):
            door.run(create.create_producer, who, type="Free")
        with pytest.raises(Forbidden):
            door.run(lifecycle.suspend_producer, who, locator=agency.maya.locator)
    for who in (agency.principal(), agency.admin()):
        assert door.run(change.change_producer, who, **given).name == "x"
