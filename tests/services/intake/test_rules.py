"""What the forms refuse, as practice has it."""

from typing import Any

import pytest

from portal_app.services.intake.forms import LINES, Row, Rule
from portal_app.services.intake.shipped import shipped
from portal_app.services.intake.validation import problems
from tests.services.intake.every_rule import BEFORE, CARS, INSURED, TRIPS, every_rule
from tests.services.intake.every_rule import LIMITS as SUMS
from tests.services.intake.filled import TODAY, days, filled, told, wrong


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
                ("risk.buildings", {"occupied": "80", "vacant": "30"}, "vacant"),
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
        ("workers_compensation", "risk.classes", {"state": "RI", "class_code": "881"}, "class_code"),
        ("workers_compensation", "risk.officers", {"included": "included", "class_code": "881"}, "class_code"),
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
    Rule.TOGETHER_AT_MOST: (TRIPS, [TRIP | {"share": "80.5", "rest": "20"}]),
    Rule.AT_MOST: (SUMS, [{"bi": "25000/50000", "um": "single"}]),
    Rule.AT_LEAST: (SUMS, [{"bi": "25000/50000", "person": "20000", "accident": "60000"}]),
    Rule.BELOW: (SUMS, [{"deductible": "25000"}]),
    Rule.POLICY_NUMBER_OF_CARRIER: (BEFORE, [{"carrier": "saltmarsh mutual", "policy_number": "HO-123456"}]),
    Rule.WC_CLASS_OF_STATE: (BEFORE, [{"state": "RI", "class_code": "881"}]),
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
