"""The agency's own rules: what they may change, what they may say, and that a wrong one does no harm."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from portal_app.database import Database
from portal_app.models.enums import ProducerKind, ProducerState
from portal_app.services.door import Door
from portal_app.services.errors import InvalidData
from portal_app.services.producers import find, lifecycle
from portal_app.services.producers.plugins import (
    Entity,
    PluginProblem,
    Plugins,
    Request,
    ValidationItem,
    hookimpl,
)
from tests.services.producers.acting import ADMIN, code, patch, patch_code, producer
from tests.services.producers.configured import with_configuration, with_plugin
from tests.world import Clock, make_door

ROOT = Path(__file__).resolve().parents[3]


def always(answer: Any) -> Any:
    def hook(request: Request) -> Any:
        return answer

    return hook


def answering(**changes: Any) -> Any:
    def pre_commit(request: Request) -> Entity:
        return replace(request.entity, **changes)

    return pre_commit


@pytest.mark.criterion("PLUGIN-01")
def test_a_plugin_changes_what_is_saved_by_type_as_the_requirements_example(door: Door) -> None:
    asked: list[Request] = []

    def pre_commit(request: Request) -> Entity | None:
        asked.append(request)
        if request.type == "ExampleProducer":
            return replace(request.entity, data={**request.entity.data, "email": "first.agency@a.test"}, name="By rule")
        if request.type == "ExampleProducerCode":
            data = {**request.entity.data, "description": "added by pre_commit"}
            return replace(request.entity, data=data)
        return None

    door = with_plugin(door, pre_commit=pre_commit)
    it = producer(door, "ExampleProducer")
    assert (it.data, it.name) == ({"email": "first.agency@a.test"}, "By rule")
    assert door.run(find.producer, ADMIN, locator=it.locator) == it
    its = code(door, it, "ExampleProducerCode")
    assert its.data == {"description": "added by pre_commit"}
    assert producer(door, "Free", name="Maya").name == "Maya"
    assert patch(door, it, whole={}).data == {"email": "first.agency@a.test"}
    assert patch_code(door, its, whole={}).data == {"description": "added by pre_commit"}
    assert [each.created for each in asked] == [True, True, True, False, False]
    assert (asked[1].entity.element, asked[1].entity.producer_locator) == ("producerCode", it.locator)


@pytest.mark.criterion("PLUGIN-02")
def test_a_plugin_speaks_against_what_is_validated(door: Door) -> None:
    def validate(request: Request) -> ValidationItem | None:
        if request.entity.data.get("status") != "active":
            return ValidationItem(errors=("producer must be active",))
        return None

    door = with_plugin(door, validate=validate)
    it = producer(door, "Searched", data={"email": "a@b.test"})
    answer = door.run(lifecycle.validate_producer, ADMIN, locator=it.locator)
    assert answer.producer_state is ProducerState.DRAFT
    assert answer.validation_result is not None
    [item] = answer.validation_result.validation_items
    assert (item.element_type, item.locator) == ("Searched", it.locator)
    assert item.errors == ("producer must be active",)

    patch(door, it, set_data={"status": "active"})
    answer = door.run(lifecycle.validate_producer, ADMIN, locator=it.locator)
    assert answer.producer_state is ProducerState.VALIDATED
    with pytest.raises(InvalidData) as refused:
        patch(door, it, set_data={"status": "closed"})
    assert refused.value.problems == {"validation": "producer must be active"}
    assert door.run(find.producer, ADMIN, locator=it.locator).data["status"] == "active"


def explode(request: Request) -> None:
    raise ZeroDivisionError(request.entity.data["email"])


def leave(request: Request) -> None:
    raise SystemExit("enough")


def close(request: Request) -> None:
    raise GeneratorExit


def interrupt(request: Request) -> None:
    raise KeyboardInterrupt


class Failing(Mapping[str, Any]):
    """Data that fails when somebody looks at it."""

    def __getitem__(self, name: str) -> Any:
        raise LookupError

    def __iter__(self) -> Iterator[str]:
        raise LookupError

    def __len__(self) -> int:
        return 1


def change_in_place(request: Request) -> None:
    request.entity.data["email"] = 7  # type: ignore[index]
    request.entity.data["states"].append("CT")


@pytest.mark.criterion("PLUGIN-03")
@pytest.mark.parametrize(
    ("hooks", "path", "told"),
    [
        ({"pre_commit": explode}, "plugin", "agency_plugin failed (ZeroDivisionError, reference"),
        ({"pre_commit": leave}, "plugin", "agency_plugin failed (SystemExit, reference"),
        ({"pre_commit": close}, "plugin", "agency_plugin failed (GeneratorExit, reference"),
        ({"pre_commit": interrupt}, "plugin", "agency_plugin failed (KeyboardInterrupt, reference"),
        ({"pre_commit": answering(data=Failing())}, "plugin", "agency_plugin failed (LookupError, reference"),
        ({"pre_commit": answering(data={1: "x"})}, "plugin", "answered data that cannot be written as JSON"),
        ({"pre_commit": answering(data={"status": {1}})}, "plugin", "answered data that cannot be written as JSON"),
        ({"pre_commit": answering(npn=0)}, "npn", "at most ten digits"),
        ({"pre_commit": answering(name="a\ud800")}, "name", "A name has at most"),
        ({"pre_commit": always("fine")}, "plugin", "answered something else than an entity in pre_commit"),
        ({"pre_commit": answering(state=ProducerState.VALIDATED)}, "plugin", "changed more than data, name, npn, kind"),
        ({"pre_commit": answering(type="Free")}, "plugin", "changed more than data, name, npn, kind"),
        ({"pre_commit": answering(data=[])}, "plugin", "answered something else than an entity"),
        ({"pre_commit": answering(data={"email": 1})}, "data.email", "answered what does not fit: Should be a text."),
        ({"pre_commit": answering(data={"x": 1})}, "data.x", "Searched has no such field."),
        ({"pre_commit": answering(npn="many")}, "npn", "at most ten digits"),
        ({"pre_commit": answering(name=None)}, "name", "A name has at most"),
        ({"pre_commit": answering(kind="robot")}, "kind", "There is no such kind."),
    ],
)
def test_a_plugin_that_fails_is_told_and_nothing_is_saved(
    door: Door, hooks: dict[str, Any], path: str, told: str
) -> None:
    before = producer(door, "Searched", name="Maya", data={"email": "a@b.test"})
    door = with_plugin(door, **hooks)
    for attempt in (
        lambda: producer(door, "Searched", data={"email": "secret@b.test"}),
        lambda: patch(door, before, set_data={"email": "secret@b.test"}),
    ):
        # In a thread, as the portal asks: in the first one an interruption is meant for the portal itself.
        with pytest.raises(InvalidData) as refused:
            door.threads.submit(attempt).result()
        assert told in refused.value.problems[path]
        assert "secret" not in refused.value.sentence
    assert door.run(find.producers, ADMIN).rows == (before,)


@pytest.mark.criterion("PLUGIN-03")
def test_a_code_keeps_all_but_its_data(door: Door) -> None:
    owner = producer(door)
    for changes in ({"code": "MINE"}, {"name": "x"}, {"producer_locator": "x"}, {"kind": ProducerKind.INDIVIDUAL}):
        with pytest.raises(InvalidData, match="changed more than data in pre_commit"):
            code(with_plugin(door, pre_commit=answering(**changes)), owner, code="A")
    assert door.run(find.codes, ADMIN).total == 0


@pytest.mark.criterion("PLUGIN-03")
@pytest.mark.parametrize(
    ("validate", "told"),
    [
        (explode, "failed (ZeroDivisionError"),
        (always(["wrong"]), "answered something else than a ValidationItem"),
        (always(ValidationItem(errors=(1,))), "answered something else than a ValidationItem"),
        (always(ValidationItem(errors="wrong")), "answered something else than a ValidationItem"),
        (always(ValidationItem(errors=("half \ud800",))), "answered characters that cannot be kept"),
        (always(ValidationItem(errors=("x",), locator="\ud800")), "answered characters that cannot be kept"),
        (always(ValidationItem(errors=("x",), element_type="\x00")), "answered characters that cannot be kept"),
    ],
)
def test_a_validation_that_fails_is_told_and_the_draft_stays(door: Door, validate: Any, told: str) -> None:
    it = producer(door, "Searched", data={"email": "a@b.test"})
    door = with_plugin(door, validate=validate)
    with pytest.raises(InvalidData) as refused:
        door.run(lifecycle.validate_producer, ADMIN, locator=it.locator)
    assert told in refused.value.problems["plugin"]
    assert door.run(find.producer, ADMIN, locator=it.locator) == it


@pytest.mark.criterion("PLUGIN-03")
def test_what_a_plugin_changes_in_place_is_not_saved(door: Door) -> None:
    states = {"type": "list", "of": "text"}
    kinds = {"Agency": {"data": {"email": {"type": "text"}, "states": states}}}
    door = with_configuration(door, {"producerManagement": {"producers": kinds}})
    door = with_plugin(door, pre_commit=change_in_place)
    data = {"email": "a@b.test", "states": ["NY"]}
    assert producer(door, "Agency", data=data).data == {"email": "a@b.test", "states": ["NY"]}


@pytest.mark.criterion("PLUGIN-03")
def test_what_python_takes_for_the_same_does_not_fit_all_the_same(door: Door) -> None:
    kinds = {"Agency": {"data": {"ok": {"type": "flag"}}}}
    door = with_configuration(door, {"producerManagement": {"producers": kinds}})
    it = producer(door, "Agency", data={"ok": True})
    for changes in ({"name": "By rule"}, {}):
        with pytest.raises(InvalidData) as refused:
            patch(with_plugin(door, pre_commit=answering(data={"ok": 1}, **changes)), it, name="Maya")
        assert "Should be true or false." in refused.value.problems["data.ok"]
    assert door.run(find.producer, ADMIN, locator=it.locator) == it


@pytest.mark.criterion("PLUGIN-04")
def test_a_module_is_found_by_name_or_path_and_a_wrong_hook_is_told(tmp_path: Path) -> None:
    assert Plugins.named("demo.producer_rules").name == "demo.producer_rules"
    assert Plugins.named(str(ROOT / "demo/producer_rules.py")).name == "producer_rules"
    for name in ("no_such_module_anywhere", str(tmp_path / "gone.py")):
        with pytest.raises(PluginProblem):
            Plugins.named(name)
    (leaving := tmp_path / "leaving.py").write_text("raise SystemExit(3)")
    with pytest.raises(PluginProblem, match="cannot be used: SystemExit: 3"):
        Plugins.named(str(leaving))
    wrong = ModuleType("wrong")
    wrong.precommit = hookimpl(explode)  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="precommit"):
        Plugins.of(wrong)


@pytest.mark.criterion("PLUGIN-04")
def test_the_shipped_example_does_what_it_says(database: Database, tmp_path: Path, clock: Clock) -> None:
    door = make_door(database, tmp_path, clock)
    door = replace(door, ports=replace(door.ports, plugins=Plugins.named(str(ROOT / "demo/producer_rules.py"))))
    it = producer(door, "Agency", data={"email": " Post@A.test", "states": ["ny", "CT", "NY"]})
    assert it.data == {"email": "post@a.test", "states": ["CT", "NY"], "status": "active"}
    patch(door, it, set_data={"status": "closed"})
    answer = door.run(lifecycle.validate_producer, ADMIN, locator=it.locator)
    assert answer.validation_result is not None
    assert answer.validation_result.validation_items[0].errors == ("A closed agency is not valid.",)
    its = code(door, it, "SubAgencyCode")
    assert its.code == "SUB-A0001"
    result = door.run(lifecycle.validate_code, ADMIN, locator=its.locator).validation_result
    assert result is not None
    assert result.validation_items[0].errors == ("Say in the description what the code is for.",)
