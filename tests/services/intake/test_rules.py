"""What the forms ask for and what they refuse, as practice has it."""

import copy
import re
from decimal import Decimal
from typing import Any

import pytest

from portal_app.services.intake.forms import LINES, Answers, Role, Row, Rule, first
from portal_app.services.intake.progress import Stage, progress
from portal_app.services.intake.reading import load
from portal_app.services.intake.sheet import amounts_of
from portal_app.services.intake.shipped import shipped, shipped_text
from portal_app.services.intake.validation import digest, normalised, problems
from tests.services.intake.every_rule import BEFORE, CARS, INSURED, TRIPS, every_rule
from tests.services.intake.every_rule import LIMITS as SUMS
from tests.services.intake.filled import TODAY, days, filled, wrong


def told(line: str, *, whole: bool = True, **own: Any) -> dict[str, str]:
    form = shipped(line)
    return wrong(form, filled(form, **own), whole=whole)


def warned(line: str, answers: Answers) -> set[str]:
    return {each.path for each in problems(shipped(line), answers, TODAY) if each.warning}


@pytest.mark.criterion("INTAKE-08")
@pytest.mark.parametrize("line", LINES)
def test_a_term_ends_after_it_begins_and_begins_in_the_past_only_without_a_loss(line: str) -> None:
    assert told(line) == {}
    at = "applicant.policy"
    same = {"applicant__policy__expiration": "06/15/2026"}
    assert told(line, **same) == {f"{at}.expiration": "Enter an expiration date after the effective date."}
    backdated = {"applicant__policy__effective": days(-90), "applicant__policy__expiration": days(275)}
    if line == "umbrella":
        backdated |= {"risk__underlying__effective": days(-90), "risk__underlying__expiration": days(275)}
    assert f"{at}.no_loss" in told(line, **backdated, applicant__policy__no_loss=False)
    assert told(line, **backdated, applicant__policy__no_loss=True) == {}
    form = shipped(line)
    answers = filled(form, **backdated)
    del answers["applicant.policy"][0]["no_loss"]
    assert wrong(form, answers) == {f"{at}.no_loss": "Answer yes or no."}
    assert wrong(form, answers, whole=False) == {}, "what is missing in a draft is not told"
    underlying = {} if line != "umbrella" else {"risk__underlying__effective": days(-400)}
    assert told(line, applicant__policy__effective=days(0), **underlying) == {}, "today is not the past"
    long_past = underlying | {"applicant__policy__effective": days(-91), "applicant__policy__no_loss": True}
    assert set(told(line, **long_past)) == {f"{at}.effective"}
    prior = {"prior_insurance__history__has_prior": "yes", "prior_insurance__history__transferred": True}
    assert told(line, **long_past, **prior) == {}, "a policy that is transferred keeps its term"
    over = long_past | {"applicant__policy__effective": days(-366), "applicant__policy__expiration": days(0)}
    assert set(told(line, **over, **prior)) == {f"{at}.expiration"}
    long_ago = prior | {"prior_insurance__carriers__expiration": days(-3660)}
    assert set(told(line, **long_ago)) == {"prior_insurance.carriers[0].expiration"}


@pytest.mark.criterion("INTAKE-07")
@pytest.mark.parametrize("line", LINES)
def test_a_zip_code_lies_in_its_state(line: str) -> None:
    found = told(line, applicant__mailing__state="VT", applicant__policy__state="CT")
    assert set(found) >= {"applicant.mailing.postal_code", "applicant.policy.postal_code"}
    assert "02840" not in repr(found)


@pytest.mark.criterion("INTAKE-08")
@pytest.mark.parametrize(
    ("line", "own", "path"),
    [
        (
            "personal_auto",
            {
                "coverage__liability__bi": "other",
                "coverage__liability__bi_person": "500000",
                "coverage__liability__bi_accident": "300000",
            },
            "coverage.liability.bi_person",
        ),
        (
            "personal_auto",
            {"coverage__liability__bi": "50000/100000", "coverage__uninsured__um": "100000/300000"},
            "coverage.uninsured.um",
        ),
        ("personal_auto", {"risk__drivers__birth_date": days(-3000)}, "risk.drivers[0].birth_date"),
        (
            "personal_auto",
            {
                "coverage__damage__vehicle": "1",
                "coverage__damage__comprehensive": "none",
                "coverage__damage__collision": "500",
            },
            "coverage.damage[0].collision",
        ),
        (
            "commercial_auto",
            {
                "coverage__liability__basis": "split",
                "coverage__liability__bi_person": "900000",
                "coverage__liability__bi_accident": "800000",
            },
            "coverage.liability.bi_person",
        ),
        (
            "commercial_auto",
            {"coverage__hired__non_owned": True, "coverage__hired__employees": "2", "coverage__hired__regular": "3"},
            "coverage.hired.regular",
        ),
        (
            "homeowners",
            {"risk__construction__year_built": "1990", "risk__construction__roof_year": "1980"},
            "risk.construction.roof_year",
        ),
        ("homeowners", {"coverage__limits__a": "300000", "coverage__limits__b": "300001"}, "coverage.limits.b"),
        (
            "general_liability",
            {"coverage__limits__each_occurrence": "2000000", "coverage__limits__general_aggregate": "1000000"},
            "coverage.limits.each_occurrence",
        ),
        (
            "general_liability",
            {"coverage__basis__form": "claims_made", "coverage__basis__retroactive": "2026-06-16"},
            "coverage.basis.retroactive",
        ),
        ("general_liability", {"risk__hazards__class_code": "1691"}, "risk.hazards[0].class_code"),
        (
            "bop",
            {"coverage__liability__premises": "1000000", "coverage__liability__each_occurrence": "500000"},
            "coverage.liability.premises",
        ),
        ("workers_compensation", {"risk__classes__class_code": "88"}, "risk.classes[0].class_code"),
        ("workers_compensation", {"coverage__rating__modification": "0.19"}, "coverage.rating.modification"),
        ("workers_compensation", {"coverage__rating__modification": "5.01"}, "coverage.rating.modification"),
        (
            "workers_compensation",
            {"coverage__rating__modification": "0.95", "coverage__rating__modification_date": "2023-01-01"},
            "coverage.rating.modification_date",
        ),
        (
            "workers_compensation",
            {
                "coverage__employers_liability__each_accident": "1000000",
                "coverage__employers_liability__disease_policy": "500000",
                "coverage__employers_liability__disease_employee": "500000",
            },
            "coverage.employers_liability.each_accident",
        ),
        (
            "commercial_property",
            {"risk__buildings__year_built": "1990", "risk__buildings__wiring_updated": "1989"},
            "risk.buildings[0].wiring_updated",
        ),
        (
            "umbrella",
            {"coverage__limits__limit": "5000000", "coverage__limits__aggregate": "1000000"},
            "coverage.limits.aggregate",
        ),
    ],
)
def test_answers_have_to_fit_each_other(line: str, own: dict[str, Any], path: str) -> None:
    found = told(line, **own)
    assert path in found
    assert found[path].endswith(".")


OLD, FROM_BIRTH = {"birth_date": "1916-05-31"}, {"birth_date": "2000-12-31", "licensed_year": "2013"}
LATE = "2026-06-16"
LOW = {"basis": "split", "bi_person": "10000", "bi_accident": "10000", "pd": "5000"}
WORKERS = {
    "kind": "employers_liability",
    "each_accident": "1000000",
    "disease_policy": "1000000",
    "disease_employee": "1000000",
}


@pytest.mark.criterion("INTAKE-08")
@pytest.mark.parametrize(
    ("line", "key", "own", "name"),
    [
        ("personal_auto", "coverage.uninsured", {"um": "none", "uim": "with_um", "rejection": True}, "uim"),
        ("personal_auto", "coverage.uninsured", {"coverage.liability.pd": "50000", "umpd": "100000"}, "umpd"),
        ("personal_auto", "risk.violations", {"risk.drivers.has_violations": True, "driver": "500"}, "driver"),
        ("personal_auto", "risk.vehicles", {"driver": "2"}, "driver"),
        ("personal_auto", "coverage.damage", {"vehicle": "12"}, "vehicle"),
        ("personal_auto", "applicant.insured", OLD, "birth_date"),
        ("personal_auto", "applicant.more_insureds", OLD | {"entity_type": "individual"}, "birth_date"),
        ("homeowners", "applicant.insured", OLD, "birth_date"),
        ("homeowners", "applicant.more_insureds", OLD | {"entity_type": "individual"}, "birth_date"),
        ("personal_auto", "risk.drivers", OLD, "birth_date"),
        ("personal_auto", "risk.drivers", FROM_BIRTH, "licensed_year"),
        ("personal_auto", "risk.drivers", {"licensed_year": "2027"}, "licensed_year"),
        ("commercial_auto", "risk.drivers", OLD, "birth_date"),
        ("commercial_auto", "risk.drivers", FROM_BIRTH, "licensed_year"),
        ("commercial_auto", "risk.drivers", {"licensed_year": "2027"}, "licensed_year"),
        ("commercial_auto", "risk.drivers", {"vehicle": "2"}, "vehicle"),
        ("commercial_auto", "risk.violations", {"risk.drivers.has_violations": True, "driver": "2"}, "driver"),
        ("commercial_auto", "coverage.other_cover", {"um": "none", "uim": "with_um", "rejection": True}, "uim"),
        ("commercial_auto", "coverage.liability", LOW | {"pd": "20000", "deductible": "10000"}, "deductible"),
        ("commercial_auto", "coverage.liability", LOW | {"deductible": "5000"}, "deductible"),
        ("homeowners", "coverage.limits", {"e": "none", "f": "5000"}, "f"),
        *[
            ("homeowners", "coverage.deductibles", {"coverage.form.form": form, limit: "1000", name: "1000"}, name)
            for form, limit in (("ho3", "coverage.limits.a"), ("ho4", "coverage.limits.c"))
            for name in ("all_perils", "wind", "hurricane", "water_deductible")
        ],
        ("general_liability", "risk.hazards", {"location": "99"}, "location"),
        (
            "general_liability",
            "coverage.options",
            {"employee_benefits": "250000", "benefits_retroactive": LATE},
            "benefits_retroactive",
        ),
        ("bop", "coverage.options", {"employment": "25000", "employment_retroactive": LATE}, "employment_retroactive"),
        *[
            (line, *case)
            for line in ("bop", "commercial_property")
            for case in (
                ("risk.buildings", {"location": "2", "coverage.values.location": "2"}, "location"),
                ("coverage.values", {"building": "2"}, "building"),
                ("coverage.values", {"building_limit": "5000", "deductible": "5000"}, "deductible"),
                (
                    "coverage.values",
                    {"building_limit": "0", "contents_limit": "500", "deductible": "1000"},
                    "deductible",
                ),
            )
        ],
        ("workers_compensation", "risk.classes", {"state": "TX"}, "state"),
        ("workers_compensation", "risk.classes", {"location": "2"}, "location"),
        ("workers_compensation", "risk.officers", {"state": "TX"}, "state"),
        ("workers_compensation", "risk.officers", OLD, "birth_date"),
        ("umbrella", "risk.underlying", {"kind": "other", "occurrence": "999999"}, "occurrence"),
        ("umbrella", "risk.underlying", {"effective": "2026-06-16"}, "effective"),
        ("umbrella", "risk.underlying", {"effective": "2001-06-15", "expiration": "2002-06-15"}, "expiration"),
        ("umbrella", "risk.underlying", {"occurrence": "3000000", "products": "3000000"}, "aggregate"),
        (
            "umbrella",
            "risk.underlying",
            {"occurrence": "3000000", "aggregate": "3000000", "products": "2000000"},
            "products",
        ),
        ("umbrella", "risk.underlying", WORKERS | {"each_accident": "2000000"}, "each_accident"),
        ("umbrella", "risk.underlying", WORKERS | {"disease_employee": "2000000"}, "disease_employee"),
        ("umbrella", "risk.underlying", {"naic": "9910"}, "naic"),
    ],
)
def test_what_contradicts_another_answer_is_told_at_its_field(
    line: str, key: str, own: dict[str, Any], name: str
) -> None:
    group = shipped(line).group(key)
    assert group is not None
    paths = {path if "." in path else f"{key}.{path}": value for path, value in own.items()}
    found = told(line, **{path.replace(".", "__"): value for path, value in paths.items()})
    others = {"risk.underlying"} if own.get("kind") == "other" else {"coverage.values[0].location"}
    assert set(found) - others == {f"{key}[0].{name}" if group.repeat else f"{key}.{name}"}


CAR, TRIP = {"place": "here", "number": "1"}, {"place": "here", "car": "1", "number": "1"}
BREAKS: dict[Rule, tuple[str, list[Row]]] = {
    Rule.AFTER: (INSURED, [{"expiration": "2026-06-15"}]),
    Rule.NOT_AFTER: (INSURED, [{"effective": days(91)}]),
    Rule.NOT_BEFORE: (INSURED, [{"licensed_year": "1993"}]),
    Rule.POSTAL_CODE_IN_STATE: (INSURED, [{"postal_code": "02840", "state": "TX"}]),
    Rule.IS: (INSURED, [{"effective": days(-1), "signed": False}]),
    Rule.UNIQUE: (CARS, [CAR, CAR]),
    Rule.SOME: (CARS, [{"place": "there"}]),
    Rule.YEAR_OF_VIN: (CARS, [{"vin": "1HGCV1F38FA000015", "year": "2016"}]),
    Rule.MAKE_OF_VIN: (CARS, [{"vin": "1HGCV1F38FA000015", "make": "Toyota"}]),
    Rule.ROW_OF: (TRIPS, [TRIP | {"car": "2"}]),
    Rule.AMONG: (TRIPS, [TRIP | {"place": "there"}]),
    Rule.SUM_AT_MOST: (TRIPS, [TRIP | {"share": "60"}, TRIP | {"share": "40.5"}]),
    Rule.AT_MOST: (SUMS, [{"bi": "25000/50000", "um": "single"}]),
    Rule.AT_LEAST: (SUMS, [{"bi": "25000/50000", "person": "20000", "accident": "60000"}]),
    Rule.BELOW: (SUMS, [{"deductible": "25000"}]),
    Rule.POLICY_NUMBER_OF_CARRIER: (BEFORE, [{"carrier": "saltmarsh mutual", "policy_number": "HO-123456"}]),
}


@pytest.mark.criterion("INTAKE-08")
def test_every_kind_of_rule_is_told_where_it_does_not_hold_and_only_there() -> None:
    form = every_rule()
    checks = {check.rule: (group, check) for group in form.groups for check in group.checks}
    assert checks.keys() == BREAKS.keys() == set(Rule)
    assert problems(form, filled(form), TODAY) == []
    for rule, (key, rows) in BREAKS.items():
        answers = filled(form)
        before = answers.get(key) or [{}]
        answers[key] = [before[0] | row for row in rows]
        group, check = checks[rule]
        number = f"[{len(rows) - 1}]" if group.repeat else ""
        at = group.key if rule is Rule.SOME else f"{group.key}{number}.{check.field}"
        assert [(each.path, each.sentence) for each in problems(form, answers, TODAY)] == [(at, f"{rule}.")]
        if rule is not Rule.SOME:
            assert [each.path for each in problems(form, answers, TODAY, whole=False, group=key)] == [at]


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


@pytest.mark.criterion("INTAKE-04")
@pytest.mark.parametrize(
    ("line", "asked", "own", "other"),
    [
        (
            "personal_auto",
            "risk.vehicles[0].lienholder",
            {"risk__vehicles__ownership": "financed"},
            {"risk__vehicles__ownership": "owned"},
        ),
        (
            "general_liability",
            "coverage.basis.retroactive",
            {"coverage__basis__form": "claims_made"},
            {"coverage__basis__form": "occurrence"},
        ),
        (
            "homeowners",
            "coverage.deductibles.hurricane",
            {"applicant__policy__state": "FL"},
            {"applicant__policy__state": "AZ"},
        ),
        (
            "commercial_property",
            "coverage.values[0].income_limit",
            {"coverage__values__income": "limit"},
            {"coverage__values__income": "none"},
        ),
        (
            "personal_auto",
            "risk.violations",
            {"risk__drivers__has_violations": True},
            {"risk__drivers__has_violations": False},
        ),
    ],
)
def test_what_is_asked_depends_on_what_was_answered(
    line: str, asked: str, own: dict[str, Any], other: dict[str, Any]
) -> None:
    form = shipped(line)
    paths = {}
    for name, each in (("own", own), ("other", other)):
        answers = filled(form, **each)
        key, _, field = asked.partition("[0]") if "[0]" in asked else (asked, "", "")
        group, _, last = (key, "", field.strip(".")) if field else key.rpartition(".")
        if asked == "risk.violations":
            answers[asked] = []
        else:
            answers[group][0].pop(last, None)
        paths[name] = set(wrong(form, answers))
    assert asked in paths["own"]
    assert asked not in paths["other"]


@pytest.mark.criterion("INTAKE-09")
def test_the_number_of_a_transferred_policy_is_asked_for_and_fits_its_carrier() -> None:
    own = (
        '"policyNumbers": [{"carrier": "Saltmarsh Mutual", "patterns": ["HO-#######[-@]"], "example": "HO-1234567-A"}]'
    )
    form = load(shipped_text("homeowners").replace('"policyNumbers": []', own))
    prior = {"prior_insurance__history__has_prior": "yes"}
    answers = filled(form, **prior, prior_insurance__history__transferred=True)
    row = answers["prior_insurance.carriers"][0]
    assert wrong(form, answers) == {}
    at = "prior_insurance.carriers[0].policy_number"
    del row["policy_number"]
    assert wrong(form, answers) == {at: "Fill this in: it is needed."}
    for fits in ("HO-1234567", "ho 1234567 b", "HO1234567B"):
        row["policy_number"] = fits
        assert wrong(form, answers) == {}
        assert normalised(form, answers, TODAY)["prior_insurance.carriers"][0]["policy_number"] == fits, "as typed"
    for other in ("HO-123456", "PA-1234567", "HO-1234567-12"):
        row["policy_number"] = other
        assert set(wrong(form, answers)) == {at}
    row["carrier"] = "Windrow Indemnity"
    assert wrong(form, answers) == {}, "nothing is known of this carrier's numbers"
    for none in ("abc", "not yet known", "HO;1234567"):
        row["policy_number"] = none
        assert set(wrong(form, answers)) == {at}
    answers = filled(form, **prior, prior_insurance__history__transferred=False)
    assert "policy_number" not in answers["prior_insurance.carriers"][0]
    assert wrong(form, answers) == {}


@pytest.mark.criterion("INTAKE-09")
@pytest.mark.parametrize("line", LINES)
def test_a_number_is_held_against_the_patterns_of_its_own_line_alone(line: str) -> None:
    own = '"policyNumbers": [{"carrier": "Saltmarsh Mutual", "patterns": ["XX-#"]}]'
    form = load(shipped_text(line).replace('"policyNumbers": []', own))
    answers = filled(form, prior_insurance__history__has_prior="yes", prior_insurance__history__transferred=True)
    assert set(wrong(form, answers)) == {"prior_insurance.carriers[0].policy_number"}
    if "line" in answers["prior_insurance.carriers"][0]:
        answers["prior_insurance.carriers"][0]["line"] = "other"
        assert wrong(form, answers) == {}
    if line == "umbrella":
        answers["risk.underlying"][0]["policy_number"] = "GL-1234567"
        assert wrong(form, answers) == {}


@pytest.mark.criterion("INTAKE-08")
@pytest.mark.parametrize("line", LINES)
def test_losses_lie_in_the_past_and_old_ones_are_doubted(line: str) -> None:
    form = shipped(line)
    answers = filled(form, prior_insurance__loss_history__any=True, prior_insurance__losses__open=True)
    assert wrong(form, answers) == {}
    loss = answers["prior_insurance.losses"][0]
    assert {"date", "line", "description", "paid", "reserved", "open"} <= loss.keys()
    loss["date"] = days(1)
    assert set(wrong(form, answers)) == {"prior_insurance.losses[0].date"}
    loss["date"] = "2019-01-01"
    assert wrong(form, answers) == {}
    assert "prior_insurance.losses[0].date" in warned(line, answers)
    answers["prior_insurance.losses"] = []
    assert wrong(form, answers) == {"prior_insurance.losses": "Add at least one loss."}


@pytest.mark.criterion("INTAKE-05")
def test_what_has_no_place_in_the_form_is_refused() -> None:
    form = shipped("homeowners")
    answers: Answers = filled(form)
    answers["risk.garden"] = [{"gnomes": "3"}]
    answers["applicant.contact"][0]["fax"] = "401"
    answers["applicant.mailing"].append({})
    answers["coverage.scheduled"] = "rings"  # type: ignore[assignment]
    assert set(wrong(form, answers)) == {
        "risk.garden", "applicant.contact.fax", "applicant.mailing", "coverage.scheduled",
    }  # fmt: skip
    assert set(wrong(form, answers, group="applicant.contact")) == {"applicant.contact.fax"}


@pytest.mark.criterion("INTAKE-04")
def test_a_group_that_is_judged_alone_asks_for_what_depends_on_another() -> None:
    form = shipped("umbrella")
    answers = filled(form, applicant__umbrella__coverage_kind="commercial")
    del answers["applicant.contact"][0]["name"]
    assert set(wrong(form, answers, group="applicant.contact")) == {"applicant.contact.name"}
    answers["applicant.umbrella"][0]["coverage_kind"] = "personal"
    assert wrong(form, answers, group="applicant.contact") == {}
    form = shipped("personal_auto")
    assert wrong(form, filled(form, coverage__damage__vehicle="1"), group="coverage.damage") == {}


@pytest.mark.criterion("INTAKE-03")
def test_what_a_submission_takes_out_stands_at_one_place_in_every_form() -> None:
    for line in LINES:
        form = shipped(line)
        kept = normalised(form, filled(form, applicant__insured__entity_type="individual"), TODAY)
        assert first(form, kept, Role.INSURED) == "Wexford"
        assert (first(form, kept, Role.EFFECTIVE), first(form, kept, Role.EXPIRATION)) == ("2026-06-15", "2027-06-15")
        assert (first(form, kept, Role.STATE), first(form, kept, Role.POSTAL_CODE)) == ("RI", "02840")
        assert first(form, kept, Role.PRODUCER_CODE) == "Wexford"
        assert first(form, kept, Role.EMAIL) == "ann@wexford.test"
        assert len({repr(sorted(shipped(each).roles.items())) for each in LINES}) == 1


@pytest.mark.criterion("INTAKE-03")
def test_the_sum_over_the_answers_changes_with_every_one_of_them() -> None:
    form = shipped("homeowners")
    kept = normalised(form, filled(form), TODAY)
    other = copy.deepcopy(kept)
    assert digest(form, other) == digest(form, dict(reversed(list(kept.items()))))
    other["applicant.insured"][0]["name"] = "Wexfort"
    assert digest(form, other) != digest(form, kept)


@pytest.mark.criterion("INTAKE-12")
def test_progress_counts_what_is_shown_and_needed() -> None:
    form = shipped("personal_auto")
    empty = progress(form, {}, TODAY)
    assert [each.name for each in empty] == ["applicant", "risk", "coverage", "prior_insurance"]
    assert all((each.stage, each.answered) == (Stage.EMPTY, 0) for each in empty if each.name != "applicant")
    assert all(each.problems for each in empty)
    answers = filled(form)
    done = progress(form, answers, TODAY)
    assert all((each.stage, each.problems, each.answered) == (Stage.COMPLETE, 0, each.required) for each in done)
    answers["risk.vehicles"][0]["ownership"] = "leased"
    answers["applicant.contact"][0]["email"] = "nobody"
    later = {each.name: each for each in progress(form, answers, TODAY)}
    assert (later["risk"].stage, later["risk"].problems) == (Stage.STARTED, 5), "the lienholder's name and address"
    assert later["risk"].required - later["risk"].answered == 5
    assert (later["applicant"].stage, later["applicant"].problems) == (Stage.STARTED, 1)
    assert later["coverage"] == done[2]
