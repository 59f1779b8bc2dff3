"""The configuration is checked whole, and what is wrong is told with its place."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from portal_app.bootstrap import open_portal
from portal_app.models.enums import QualificationCheck
from portal_app.services.configuration.reading import ConfigurationProblems
from portal_app.services.producers import loading
from portal_app.services.producers.configuration import FieldKind, FlagLevel, NumberingScope
from portal_app.settings import SettingsError, load_settings
from tests.services.producers.configured import SEED


def problems(given: Any) -> list[str]:
    with pytest.raises(ConfigurationProblems) as refused:
        loading.load(given if isinstance(given, str) else json.dumps(given))
    return refused.value.problems


def changed(path: str, value: Any) -> dict[str, Any]:
    """The example with another value at this path, in which PM stands for the first name."""
    found = copy.deepcopy(SEED)
    *way, last = path.replace("PM.", "producerManagement.", 1).split(".")
    place = found
    for name in way:
        place = place.setdefault(name, {})
    place[last] = value
    return found


@pytest.mark.criterion("PROD-01")
def test_the_shipped_configuration_has_the_types_that_feeds_bring() -> None:
    shipped = loading.shipped()
    assert not shipped.producers["Producer"].abstract
    assert not shipped.producer_codes["ProducerCode"].abstract
    assert not any(each.required for each in shipped.producers["Producer"].fields.values())
    assert shipped.producers["Agency"].fields.keys() >= {"email", "status", "states"}
    assert shipped.underwriting_flag.level is FlagLevel.INFO
    assert shipped.underwriting_flag.tag == "Invalid Producer Qualification"
    assert shipped.qualification.of_line("umbrella") is QualificationCheck.NONE


@pytest.mark.criterion("PROD-01")
def test_without_a_flag_the_level_is_info() -> None:
    flag = loading.load('{"producerManagement": {}}').underwriting_flag
    assert (flag.level, flag.tag) == (FlagLevel.INFO, "Invalid Producer Qualification")


@pytest.mark.criterion("PROD-01")
def test_a_type_inherits_data_numbers_and_searchability_from_what_it_extends() -> None:
    given = changed("PM.producers.Lowest", {"extend": "Searched", "data": {"email": {"type": "flag"}}})
    given["producerManagement"]["producerCodes"]["Below"] = {"extend": "ExampleProducerCode", "numberingString": "B"}
    found = loading.load(json.dumps(given))

    lowest, below = found.producers["Lowest"], found.producer_codes["Below"]
    assert (lowest.searchable, lowest.abstract) == (True, False)
    assert {name: each.kind for name, each in lowest.fields.items()} == {
        "email": FieldKind.FLAG,
        "status": FieldKind.CHOICE,
    }
    assert (below.plan, below.numbering_string) == ("ExampleNumberingPlan", "B")
    assert found.producers["ExampleProducer"].fields["email"].required
    assert found.qualification.of_line("umbrella") is QualificationCheck.APPOINTMENT
    assert found.qualification.of_line("homeowners") is QualificationCheck.LICENSE


@pytest.mark.criterion("PROD-02")
@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("colour", 1, "colour: is not known here"),
        ("PM.colour", 1, "producerManagement.colour: is not known"),
        ("PM.producers.Free.colour", 1, "producerManagement.producers.Free.colour: is not known"),
        ("PM.producers.Free.numberingPlan", "x", "producers.Free.numberingPlan: is not known"),
        ("PM.producers.Free.extend", "Nobody", "producers.Free.extend: there is no type Nobody."),
        ("PM.producers.Free.extend", "Free", "producers.Free.extend: goes round in a circle: Free → Free"),
        ("PM.producers.Free.abstract", "yes", "producers.Free.abstract: should be true or false."),
        ("PM.producers.9", {}, "producers.9: a name begins with a letter"),
        ("PM.producers", [], "producerManagement.producers: should be an object"),
        ("PM.producerCodes.Short.numberingPlan", "Gone", "there is no numbering plan Gone."),
        ("PM.producerCodes.ExampleProducerCode.numberingString", "", "numberingString: is missing"),
        ("PM.producerCodes.ExampleProducerCode.numberingString", "x" * 125, "more than 128 characters"),
        ("PM.underwritingFlag.level", "loud", "underwritingFlag.level: should be one of none, block"),
        ("PM.producers.Producer.abstract", True, "producers.Producer.abstract: should be false: feeds bring"),
        ("PM.producerCodes.ProducerCode", {"abstract": True}, "producerCodes.ProducerCode.abstract: should be false"),
        ("PM.feeds", {"producer": "Gone"}, "producerManagement.feeds.producer: there is no type Gone."),
        ("PM.feeds", {"producerCode": "Free"}, "producerManagement.feeds.producerCode: there is no type Free."),
        ("PM.feeds", {"producer": "AnotherProducer"}, "producers.AnotherProducer.abstract: should be false: feeds"),
        ("PM.feeds", {"client": "Free"}, "producerManagement.feeds.client: is not known here"),
        ("PM.feeds", {"producer": ""}, "producerManagement.feeds.producer: should be a text that is not empty"),
        ("PM.producerCodes.Unplanned.numberingString", "X", "Unplanned.numberingString: stands for nothing"),
        ("PM.producerCodes.ExampleProducerCode.numberingString", 7, "numberingString: should be a text."),
        ("PM.producerCodes.ExampleProducerCode.extend", "Gone", "there is no type Gone."),
        ("PM.qualification.lines.umbrela", "license", "qualification.lines.umbrela: there is no such line of business"),
        ("PM.qualification.lines.umbrella", "hope", "lines.umbrella: should be one of none, license"),
        ("numberingPlans.ShortPlan.format", "AB", "numberingPlans.ShortPlan.format: has the letter A"),
        ("numberingPlans.ShortPlan.format", "\\A", "format: has no # or X"),
        ("numberingPlans.ShortPlan.format", "{a#", "format: has a { without its }"),
        ("numberingPlans.ShortPlan.format", "#}", "format: has a } without its {"),
        ("numberingPlans.ShortPlan.format", "#\\", "format: ends in a \\"),
        ("numberingPlans.ShortPlan.format", "#" * 19, "format: has more than 18"),
        ("numberingPlans.ShortPlan.format", "# ", "format: makes codes that begin or end with a space"),
        ("PM.producerCodes.ExampleProducerCode.numberingString", " A", "numberingString: should neither begin nor end"),
        ("numberingPlans.ShortPlan.initialCoreNumber", 10, "initialCoreNumber: has more digits than the format."),
        ("numberingPlans.ShortPlan.scope", "agency", "scope: should be one of plan, type."),
        ("numberingPlans.ShortPlan.initialCoreNumber", 1.5, "initialCoreNumber: should be a whole number"),
        ("PM.producers.Free.data.x", {"type": "colour"}, "data.x.type: should be one of text"),
        ("PM.producers.Free.data.x", {}, "data.x.type: is missing."),
        ("PM.producers.Free.data.x", {"type": "text", "min": 1}, "data.x.min: is not known here"),
        ("PM.producers.Free.data.x", {"type": "choice"}, "data.x.choices: should be a list"),
        ("PM.producers.Free.data.x", {"type": "list"}, "data.x.of: is missing"),
        ("PM.producers.Free.data.x", {"type": "list", "of": {"type": "list", "of": "text"}}, "of lists"),
        ("PM.producers.Free.data.x", {"type": "date", "min": "1.1.2026"}, "data.x.min: should be a date"),
        ("PM.producers.Free.data.x", {"type": "number", "min": 2, "max": 1}, "should not be less than min"),
        ("PM.producers.Free.data.x", {"type": "media", "min": 1}, "data.x.min: is not known here"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(path: str, value: Any, told: str) -> None:
    found = problems(changed(path, value))
    assert len(found) == 1
    assert told in found[0]


@pytest.mark.criterion("CODE-13")
def test_types_that_count_each_by_itself_need_strings_of_their_own() -> None:
    given = changed("numberingPlans.ExampleNumberingPlan.scope", "type")
    codes = given["producerManagement"]["producerCodes"]
    codes["Other"] = {"extend": "ExampleProducerCode"}
    [found] = problems(given)
    assert found == (
        "producerManagement.producerCodes.Other.numberingString: would write the numbers of ExampleProducerCode: where "
        "each type of ExampleNumberingPlan counts by itself, each takes a string of its own."
    )
    codes["Other"]["numberingString"] = "Other"
    plan = loading.load(json.dumps(given)).plans["ExampleNumberingPlan"]
    assert plan.scope is NumberingScope.TYPE
    given["numberingPlans"]["ExampleNumberingPlan"]["format"] = "####"
    assert len(problems(given)) == 1


@pytest.mark.criterion("PROD-02")
def test_a_circle_is_told_once_and_everything_at_once() -> None:
    given = changed("PM.producers.Free.extend", "Producer")
    given["producerManagement"]["producers"]["Producer"]["extend"] = "Free"
    given["producerManagement"]["producers"]["Below"] = {"extend": "Free"}
    given["numberingPlans"]["ShortPlan"]["colour"] = "red"
    found = problems(given)
    assert len(found) == 2
    assert "numberingPlans.ShortPlan.colour: is not known here" in found[0]
    assert found[1].endswith("goes round in a circle: Free → Producer → Free.")


@pytest.mark.criterion("PROD-25")
def test_one_mistake_is_told_once_wherever_it_is_and_what_is_inherited_is_not_missing() -> None:
    given = changed("PM.producerCodes.AnotherProducerCode.numberingString", "NY")
    del given["producerManagement"]["producerCodes"]["ExampleProducerCode"]["numberingString"]
    assert loading.load(json.dumps(given)).producer_codes["ExampleProducerCode"].numbering_string == "NY"
    codes = given["producerManagement"]["producerCodes"]
    codes |= {"First": {"numberingPlan": "Nope"}, "Heir": {"extend": "First"}, "Last": {"extend": "Heir"}}
    [found] = problems(given)
    assert found == "producerManagement.producerCodes.First.numberingPlan: there is no numbering plan Nope."
    for name in ("First", "Heir", "Last"):
        del codes[name]
    given["producerManagement"]["producers"]["Free"] = {"colour": 1}
    assert [each.partition(":")[0] for each in problems(given)] == ["producerManagement.producers.Free.colour"]
    given["producerManagement"]["producers"]["Free"] = {}
    given["producerManagement"]["producerCodes"]["AnotherProducerCode"]["numberingString"] = 7
    [found] = problems(given)
    assert found == "producerManagement.producerCodes.AnotherProducerCode.numberingString: should be a text."


@pytest.mark.criterion("PROD-25")
def test_names_that_stand_twice_are_told_with_their_place_beside_everything_else() -> None:
    text = """{"producerManagement": {"producers": {"A": {}, "A": {"extend": "Gone"}},
        "producerCodes": {"B": {"data": {"x": {"type": "choice", "choices": [{"y": 1, "y": 2}]}}}}}}"""
    found = problems(text)
    assert found[:2] == [
        "producerManagement.producers.A: stands twice in one object.",
        "producerManagement.producerCodes.B.data.x.choices.0.y: stands twice in one object.",
    ]
    assert [each.partition(":")[0] for each in found[2:]] == [
        "producerManagement.producers.A.extend",
        "producerManagement.producerCodes.B.data.x.choices",
    ]


@pytest.mark.criterion("PROD-02")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is not JSON"),
        ("[]", "should be an object"),
        ("{}", "producerManagement: is missing."),
        ('{"producerManagement": {}, "producerManagement": {}}', "stands twice"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_configuration_is_told(text: str, told: str) -> None:
    assert any(told in each for each in problems(text))


@pytest.mark.criterion("PROD-02")
@pytest.mark.criterion("PLUGIN-04")
def test_the_portal_does_not_start_with_a_wrong_file_or_plugin(tmp_path: Path) -> None:
    wrong, plugin = tmp_path / "producers.json", tmp_path / "rules.py"
    wrong.write_text(json.dumps(changed("PM.producers.Free", {"abstract": 1, "x": 1})), "utf-8")
    plugin.write_text("import nothing_of_that_name\n", "utf-8")
    environ = {"PORTAL_DATA_DIR": str(tmp_path / "data"), "PORTAL_PRODUCERS_FILE": str(wrong)}

    with pytest.raises(SettingsError) as refused:
        open_portal(load_settings(environ | {"PORTAL_PLUGINS": str(plugin)}))

    first, second, third = sorted(refused.value.problems, key=len)
    assert first.startswith("PORTAL_PRODUCERS_FILE: producerManagement.producers.Free.abstract:")
    assert {second.split(":")[0], third.split(":")[0]} == {"PORTAL_PRODUCERS_FILE", "PORTAL_PLUGINS"}
    assert not (tmp_path / "data").exists()
    with pytest.raises(SettingsError) as missing:
        load_settings({"PORTAL_PRODUCERS_FILE": str(tmp_path / "nowhere")})
    assert "there is no file" in missing.value.problems[0]


@pytest.mark.criterion("PROD-01")
def test_a_file_of_the_agencys_own_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "producers.json"
    own.write_text(json.dumps(SEED), "utf-8")
    environ = {"PORTAL_DATA_DIR": str(tmp_path / "data"), "PORTAL_PRODUCERS_FILE": str(own)}
    door = open_portal(load_settings(environ))
    assert door.ports.producers.producers.keys() == SEED["producerManagement"]["producers"].keys()
    door.close()
