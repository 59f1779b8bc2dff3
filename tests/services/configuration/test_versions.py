"""What an agency configures in the app is checked whole, kept in versions, and holds at once in every process."""

import copy
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.configuration import ConfigurationVersion
from portal_app.models.enums import Role
from portal_app.services import diagnostics
from portal_app.services.configuration import versions
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, InvalidData, NotFound
from portal_app.services.producers import lifecycle, types
from tests.services.producers import acting
from tests.services.producers.configured import SEED, with_configuration
from tests.world import Clock, actor, make_door

ADA = actor(Role.ADMIN, email="ada@agency.test")
RUTH = actor(Role.PRINCIPAL, email="ruth@agency.test")
KIND = "producer-types"


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Door]:
    door = with_configuration(make_door(database, tmp_path, clock), SEED)
    yield door
    door.threads.shutdown()


def changed(**producers: Any) -> str:
    """The configuration with other types of producers; None takes one away."""
    own = copy.deepcopy(SEED)
    there = own["producerManagement"]["producers"]
    there.update(producers)
    own["producerManagement"]["producers"] = {name: each for name, each in there.items() if each is not None}
    return json.dumps(own)


def save(door: Door, content: str, expected: int = 0, who: Any = ADA) -> versions.Version:
    return door.run(versions.save, who, kind=KIND, content=content, note="As agreed", expected=expected)


def names(door: Door) -> list[str]:
    return [each.type for each in door.run(types.configured_types, ADA, element=types.Element.PRODUCER)]


@pytest.mark.criterion("CONF-01")
def test_what_is_saved_holds_at_once_in_every_process_and_what_is_shipped_does_before(door: Door) -> None:
    other = replace(door)
    before = door.run(versions.current, ADA, kind=KIND)
    assert (before.version.version, before.version.made_at, json.loads(before.version.content)) == (0, None, SEED)
    assert "Broker" not in names(other)

    made = save(door, changed(Broker={}))
    assert (made.version, made.made_by, made.made_at, made.note) == (1, ADA.email, door.clock(), "As agreed")
    assert "Broker" in names(other)
    save(other, changed(Broker={}, Wholesaler={}), 1)
    assert "Wholesaler" in names(door)
    listed, *_ = door.run(versions.listed, ADA)
    assert (listed.version.version, listed.title) == (2, "Producer types")


@pytest.mark.criterion("CONF-02")
def test_every_problem_is_told_with_its_path_and_nothing_is_saved(door: Door) -> None:
    wrong = changed(Broker={"extend": "Nobody"}, Wholesaler={"data": {"size": {"type": "colour"}}})
    found = door.run(versions.check, ADA, kind=KIND, content=wrong)
    assert len(found.problems) == 2
    assert found.problems[0].startswith("producerManagement.producers.Wholesaler.data.size.type: ")
    assert found.problems[1].startswith("producerManagement.producers.Broker.extend: ")
    with pytest.raises(InvalidData) as refused:
        save(door, wrong)
    assert tuple(refused.value.problems.values()) == found.problems
    for content in ("{", "\ud800", "\x00", " " * (versions.LONGEST + 1)):
        assert door.run(versions.check, ADA, kind=KIND, content=content).problems
    with pytest.raises(InvalidData, match="Say why"):
        door.run(versions.save, ADA, kind=KIND, content=changed(), note=" ", expected=0)
    assert door.run(versions.history, ADA, kind=KIND).total == 0


@pytest.mark.criterion("CONF-02")
def test_a_check_tells_what_would_be_different(door: Door) -> None:
    now = json.dumps(SEED, indent=4)
    save(door, now)
    found = door.run(versions.check, ADA, kind=KIND, content=now.replace('"Free": {}', '"Freed": {}'))
    assert (found.version, found.problems) == (1, ())
    assert [each for each in found.difference if each[0] in "+-"] == [
        '-            "Free": {},',
        '+            "Freed": {},',
    ]


@pytest.mark.criterion("CONF-03")
def test_who_looked_at_an_older_version_is_told_who_saved_since(door: Door) -> None:
    save(door, changed(Broker={}), who=RUTH)
    with pytest.raises(Conflict, match=r"ruth@agency\.test saved version 1 on "):
        save(door, changed(Wholesaler={}))
    with pytest.raises(Conflict):
        save(door, changed(Wholesaler={}), 2)
    assert door.run(versions.current, ADA, kind=KIND).version.version == 1


@pytest.mark.criterion("CONF-04")
def test_an_older_version_is_restored_as_a_new_one_and_all_of_it_is_on_record(door: Door) -> None:
    first = save(door, changed(Broker={}))
    save(door, changed(), 1)
    restored = door.run(versions.restore, RUTH, kind=KIND, number=1, expected=2)
    assert (restored.version, restored.content, restored.note) == (3, first.content, "Version 1 restored")
    shipped = door.run(versions.restore, RUTH, kind=KIND, number=0, expected=3)
    assert json.loads(shipped.content) == SEED
    past = door.run(versions.history, ADA, kind=KIND, offset=1, count=2)
    assert ([each.version for each in past.rows], past.total) == ([3, 2], 4)
    assert door.run(versions.version, ADA, kind=KIND, number=1) == first
    with pytest.raises(NotFound):
        door.run(versions.version, ADA, kind=KIND, number=9)
    with door.database.read() as db:
        told = [(each.action, each.actor, each.detail["version"]) for each in db.scalars(select(AuditEvent))]
    assert told == [
        ("configuration.saved", ADA.email, 1),
        ("configuration.saved", ADA.email, 2),
        ("configuration.restored", RUTH.email, 3),
        ("configuration.restored", RUTH.email, 4),
    ]


@pytest.mark.criterion("CONF-05")
def test_another_release_overwrites_nothing_and_it_is_told_that_it_ships_something_else(door: Door) -> None:
    released = with_configuration(door, json.loads(changed(Released={})))
    assert "Released" in names(released)
    save(door, changed(Broker={}))
    assert not door.run(versions.current, ADA, kind=KIND).shipped_changed
    assert "Released" not in names(released)
    assert released.run(versions.current, ADA, kind=KIND).shipped_changed
    released.run(versions.restore, ADA, kind=KIND, number=0, expected=1)
    assert not released.run(versions.current, ADA, kind=KIND).shipped_changed
    assert "Released" in names(door)


@pytest.mark.criterion("CONF-06")
def test_only_who_changes_settings_sees_and_edits_it(door: Door) -> None:
    for role in (Role.PRODUCER, Role.CSR, Role.READ_ONLY):
        with pytest.raises(Forbidden):
            save(door, changed(), who=actor(role))
        with pytest.raises(Forbidden):
            door.run(versions.current, actor(role), kind=KIND)
    for kind, name in (("other", ""), (KIND, "other")):
        with pytest.raises(NotFound):
            door.run(versions.current, ADA, kind=kind, name=name)
    with door.database.read() as db:
        assert not db.scalars(select(ConfigurationVersion)).all()


def producer(door: Door, kind: str, data: dict[str, Any]) -> str:
    return acting.producer(door, kind, name=f"A {kind}", data=data).locator


@pytest.mark.criterion("CONF-07")
def test_types_that_stored_producers_would_not_fit_are_refused_with_how_many(door: Door) -> None:
    free = [producer(door, "Free", {}), producer(door, "Free", {})]
    one = producer(door, "ExampleProducer", {"email": "a@x.test", "status": "active"})
    door.run(lifecycle.validate_producer, ADA, locator=one)
    producer(door, "ExampleProducer", {})
    needs = {"data": {"tax": {"type": "text", "required": True}}, "extend": "AnotherProducer"}
    choice = {"extend": "AnotherProducer", "data": {"status": {"type": "choice", "choices": ["closed"]}}}
    at = "producerManagement.producers."
    for given, told in (
        ({"Free": None}, f"{at}Free: would break 2 producers of this type."),
        ({"Free": {"abstract": True}}, f"{at}Free.abstract: would break 2 producers of this type."),
        # The draft may still lack it.
        ({"ExampleProducer": needs}, f"{at}ExampleProducer.data.tax: would break 1 producer of this type."),
        ({"ExampleProducer": choice}, f"{at}ExampleProducer.data.status: would break 1 producer of this type."),
    ):
        assert door.run(versions.check, ADA, kind=KIND, content=changed(**given)).problems == (told,)
        with pytest.raises(InvalidData):
            save(door, changed(**given))
    # What nobody has may go, and what came to its end does not count.
    assert save(door, changed(Searched=None)).version == 1
    for each in free:
        door.run(lifecycle.discard_producer, ADA, locator=each)
    assert save(door, changed(Searched=None, Free=None), 1).version == 2
    assert "Free" not in names(door)


@pytest.mark.criterion("CONF-08")
def test_a_plan_goes_on_counting_through_every_version(door: Door) -> None:
    owner = acting.producer(door, "Free", name="Harbor")
    assert acting.code(door, owner, "ExampleProducerCode").code == "ExampleText-0007"
    longer = json.loads(changed())
    longer["numberingPlans"]["ExampleNumberingPlan"]["format"] = "{numberingString}/#####"
    save(door, json.dumps(longer))
    assert acting.code(door, owner, "ExampleProducerCode").code == "ExampleText/00008"
    door.run(versions.restore, ADA, kind=KIND, number=0, expected=1)
    assert acting.code(door, owner, "ExampleProducerCode").code == "ExampleText-0009"


@pytest.mark.criterion("CONF-09")
@pytest.mark.both_databases
def test_of_two_who_save_at_the_same_moment_one_is_told(door: Door) -> None:
    def attempt(name: str) -> str:
        try:
            return f"saved {save(door, changed(**{name: {}})).version}"
        except Conflict:
            return "told"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, ("Broker", "Wholesaler"))) == ["saved 1", "told"]


@pytest.mark.criterion("CONF-12")
def test_a_version_that_this_release_cannot_read_is_named_and_can_be_mended(door: Door) -> None:
    bad = changed(CanaryType={"extend": "Nobody"})
    with door.database.write() as db:
        about = {"kind": KIND, "name": "", "version": 1, "content": bad, "note": "Before", "made_by": ADA.email}
        db.add(ConfigurationVersion(**about, shipped="", made_at=door.clock()))
    report = door.run(diagnostics.report, ADA)
    [line] = [each for each in report.lines if each.what == "configuration, producer types"]
    assert line.standing is diagnostics.Standing.WRONG
    assert line.told == "version 1, cannot be read by this release: 1 problem."
    assert line.own[0].startswith("producerManagement.producers.CanaryType.extend: ")
    assert "Canary" not in report.text
    assert door.run(versions.current, ADA, kind=KIND).problems == line.own

    assert door.run(versions.check, ADA, kind=KIND, content=changed(CanaryType={})).problems == ()
    assert save(door, changed(CanaryType={}), 1).version == 2
    told = {each.what: each for each in door.run(diagnostics.report, ADA).lines}["configuration, producer types"]
    assert (told.standing, told.told, told.own) == (diagnostics.Standing.WELL, "version 2.", ())
