"""Limits, buildings, vehicles and what lies below an umbrella, held against each other."""

import re
from decimal import Decimal

import pytest

from portal_app.services.intake.forms import LINES, Rule
from portal_app.services.intake.sheet import amounts_of
from portal_app.services.intake.shipped import shipped
from portal_app.services.intake.validation import normalised, problems
from tests.services.intake.filled import TODAY, filled, told, warned, wrong

SPLIT, OTHER = {"bi": "100000/300000"}, {"bi": "other", "bi_person": "100000", "bi_accident": "300000"}
CSL = {"basis": "csl", "csl": "300000"}


@pytest.mark.criterion("INTAKE-08")
@pytest.mark.parametrize("own", [SPLIT, OTHER, CSL])
def test_uninsured_motorist_is_at_most_liability_however_either_is_written(own: dict[str, str]) -> None:
    within = {"none", "15000/30000", "100000/300000", "csl_100000"}
    beyond = {"250000/500000", "500000/500000", "csl_500000", "1000000/1000000"}
    for limit, fits in [("300000/300000", own is CSL), ("csl_300000", own is CSL)] + [
        (each, each in within) for each in within | beyond
    ]:
        chosen = {f"coverage__uninsured__{each}": limit for each in ("um", "uim")}
        found = told("personal_auto", **chosen, **{f"coverage__liability__{each}": own[each] for each in own},
                     coverage__uninsured__rejection=True)  # fmt: skip
        assert set(found) == (set() if fits else {"coverage.uninsured.um", "coverage.uninsured.uim"}), limit
    # A commercial policy has one limit for both, beside liability of either kind.
    lines = {"basis": "csl", "csl": "100000"} if own is CSL else {"basis": "split", "pd": "100000"}
    lines |= {} if own is CSL else {"bi_person": "100000", "bi_accident": "300000"}
    for limit, fits in (("100000", True), ("250000", False)):
        chosen = {f"coverage__other_cover__{each}": limit for each in ("um", "uim")}
        found = told("commercial_auto", **chosen, **{f"coverage__liability__{each}": lines[each] for each in lines})
        assert set(found) == (set() if fits else {"coverage.other_cover.um", "coverage.other_cover.uim"}), limit


@pytest.mark.criterion("INTAKE-08")
def test_a_choice_counts_in_comparisons_as_the_dollars_of_its_label() -> None:
    compared = 0
    for form in map(shipped, LINES):
        for group in form.groups:
            for check in group.checks:
                if check.rule not in (Rule.AT_MOST, Rule.AT_LEAST, Rule.BELOW):
                    continue
                for path in (f"{group.key}.{check.field}", *check.than):
                    found = form.at(path if "." in path else f"{group.key}.{path}")
                    assert found is not None
                    for each in found[1].choices:
                        dollars = tuple(
                            Decimal(part.replace(",", "")) for part in re.findall(r"\$([\d,]+)", each.label)
                        )
                        assert amounts_of(found[1], each.value) in (dollars, (0,)), (path, each)
                        compared += bool(dollars)
    assert compared > 100


@pytest.mark.criterion("INTAKE-08")
@pytest.mark.parametrize("line", ["bop", "commercial_property"])
def test_each_building_is_there_once_at_its_location_and_has_values_once(line: str) -> None:
    form = shipped(line)
    answers = filled(form)
    for group in ("applicant.locations", "risk.buildings", "coverage.values"):
        answers[group].append(dict(answers[group][0]))
    assert set(wrong(form, answers)) == {"risk.buildings[1].building", "coverage.values[1].building"}
    for group in ("risk.buildings", "coverage.values"):
        answers[group][1]["location"] = "2"
    assert wrong(form, answers) == {}


@pytest.mark.criterion("INTAKE-08")
def test_an_umbrella_lies_over_what_its_kind_needs_and_is_doubted_without_auto_and_employers_liability() -> None:
    form = shipped("umbrella")
    commercial = filled(form)
    assert wrong(form, commercial) == {}
    assert len([each for each in problems(form, commercial, TODAY) if each.warning]) == 2
    commercial["risk.underlying"][0]["kind"] = "watercraft"
    assert set(wrong(form, commercial)) == {"risk.underlying"}
    assert wrong(form, commercial, whole=False) == {}, "what is missing in a draft is not told"
    personal = filled(form, applicant__umbrella__coverage_kind="personal", risk__underlying__kind="watercraft")
    assert set(wrong(form, personal)) == {"risk.underlying"}
    assert warned("umbrella", personal) == {"risk.underlying"}
    personal["risk.underlying"].append(personal["risk.underlying"][0] | {"kind": "homeowners"})
    assert wrong(form, personal) == {}
    other = personal["risk.underlying"][0]
    other |= {"kind": "other", "kind_other": "Drone", "occurrence": "299999.99"}
    assert set(wrong(form, personal)) == {"risk.underlying[0].occurrence"}
    other["occurrence"] = "300000"
    assert wrong(form, personal) == {}


@pytest.mark.criterion("INTAKE-08")
def test_the_modification_comes_with_its_date() -> None:
    form = shipped("workers_compensation")
    answers = filled(form)
    answers["coverage.rating"][0]["modification"] = "0.9500"
    missing = {"modification_date", "modification_kind", "risk_id"}
    assert set(wrong(form, answers)) == {f"coverage.rating.{name}" for name in missing}
    assert normalised(form, answers, TODAY)["coverage.rating"][0]["modification"] == "0.95"


@pytest.mark.criterion("INTAKE-08")
def test_officers_own_no_more_than_there_is() -> None:
    form = shipped("workers_compensation")
    answers = filled(form, risk__officers__ownership="60")
    answers["risk.officers"].append(dict(answers["risk.officers"][0], ownership="40"))
    assert wrong(form, answers) == {}
    answers["risk.officers"][1]["ownership"] = "40.5"
    assert wrong(form, answers) == {"risk.officers[1].ownership": "Enter shares that come to at most 100%."}


@pytest.mark.criterion("INTAKE-08")
@pytest.mark.parametrize(
    ("kind", "low", "enough"),
    [
        ("general_liability", {"occurrence": "500000"}, {"occurrence": "1000000"}),
        ("general_liability", {"aggregate": "1000000"}, {"aggregate": "2000000"}),
        ("commercial_auto", {"csl": "999999.99"}, {"csl": "1000000"}),
        ("employers_liability", {"disease_employee": "100000"}, {"disease_employee": "500000"}),
        ("personal_auto", {"basis": "split", "bi_person": "100000"}, {"bi_person": "250000", "bi_accident": "500000"}),
        ("homeowners", {"occurrence": "100000"}, {"occurrence": "300000"}),
    ],
)
def test_what_lies_below_an_umbrella_has_the_limits_that_it_asks_for(
    kind: str, low: dict[str, str], enough: dict[str, str]
) -> None:
    form = shipped("umbrella")
    own = {f"risk__underlying__{each}": low[each] for each in low}
    if kind in ("personal_auto", "homeowners"):
        own["applicant__umbrella__coverage_kind"] = "personal"
    answers = filled(form, risk__underlying__kind=kind, **own)
    [name] = low.keys() - {"basis"}
    assert set(wrong(form, answers)) == {f"risk.underlying[0].{name}"}
    answers["risk.underlying"][0] |= enough
    assert wrong(form, answers) == {}


@pytest.mark.criterion("INTAKE-06")
def test_a_vehicle_is_there_once_and_its_year_and_make_are_compared_with_its_number() -> None:
    form = shipped("personal_auto")
    answers = filled(form, risk__vehicles__year="2015", risk__vehicles__make="HONDA")
    assert warned("personal_auto", answers) == set()
    vehicle = answers["risk.vehicles"][0]
    answers["risk.vehicles"].append(dict(vehicle, vin="1hgcv1f38 fa000015", year="2016", make="Toyota"))
    assert wrong(form, answers) == {
        "risk.vehicles[1].vin": "Enter each vehicle once: this VIN is there already.",
    }
    assert warned("personal_auto", answers) == {"risk.vehicles[1].vin"}
    answers["risk.vehicles"].pop()
    for vin in ("1HGCV1F39FA000015", "1HGCV1F38FA00001O", "1HGCV1F38FA00001"):
        vehicle["vin"] = vin
        assert set(wrong(form, answers)) == {"risk.vehicles[0].vin"}
        assert vin not in repr(problems(form, answers, TODAY))
    vehicle |= {"vin": "194677S109876", "year": "1967", "make": "Chevrolet"}
    assert wrong(form, answers) == {}
    assert warned("personal_auto", answers) == {"risk.vehicles[0].vin"}, "before 1981 it is a warning"


@pytest.mark.criterion("INTAKE-08")
def test_a_class_of_three_digits_is_one_of_pennsylvania_or_delaware() -> None:
    for state, code, taken in (("PA", "881", True), ("DE", "953", True), ("PA", "0881", True), ("RI", "881", False)):
        own = {"risk__states__state": state, "risk__classes__state": state, "risk__classes__class_code": code}
        assert set(told("workers_compensation", **own)) == (set() if taken else {"risk.classes[0].class_code"})
