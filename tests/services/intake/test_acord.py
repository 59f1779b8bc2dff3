"""Answers come to stand at their names on paper: each at its own, none lost, amounts in digits."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from portal_app.services.configuration.reading import ConfigurationProblems
from portal_app.services.intake.acord import OnPaper, Placed, acord_name, on_paper
from portal_app.services.intake.acord_map import problems_of
from portal_app.services.intake.forms import LINES, Answers, FieldType, Form, Row
from portal_app.services.intake.reading import load
from portal_app.services.intake.sheet import laid_out
from portal_app.services.intake.shipped import shipped, shipped_text
from tests.services.intake.filled import TODAY, filled, right

AMOUNT = re.compile(r"Amount_[A-Z]+")
AUTO = shipped("personal_auto")
SOME: dict[FieldType, Sequence[Any]] = {
    FieldType.FLAG: (True, False),
    FieldType.STATE: ("RI", "FL", "OH", "NJ"),
    FieldType.YEAR: ("1950", "2015"),
    FieldType.DATE: ("2026-06-15", "2026-05-15"),
}


def whole(form: Form, taken: Counter[str]) -> Answers:
    """Everything answered that is asked for, in up to three rows where a group repeats. Each time that something is to
    be chosen the next is, after `taken` by path; what asks for more comes first."""
    answers: Answers = {}
    for _ in range(6):
        for group in form.groups:
            rows = answers.setdefault(group.key, [])
            rows.extend({} for _ in range((min(3, group.repeat.most) if group.repeat else 1) - len(rows)))
        for group, number, cells in laid_out(form, answers, TODAY).shown():
            row, path = answers[group.key][number], group.key
            for field in group.fields:
                if field.name in cells and row.get(field.name) in (None, "", []):
                    known = sorted((each.value for each in field.choices), key=lambda value: value != "other")
                    chosen = () if field.type is FieldType.CHOICES else known or SOME.get(field.type, ())
                    row[field.name] = chosen[taken[path + field.name] % len(chosen)] if chosen else right(field)
                    taken[path + field.name] += 1
        for key, name in (
            ("coverage.damage", "vehicle"),
            ("coverage.values", "building"),
            ("risk.buildings", "building"),
        ):
            for number, row in enumerate(answers.get(key, ())):
                row[name] = str(number + 1 if key == "risk.buildings" else 3 - number)
    return answers


def paper(answers: Answers, form: Form = AUTO, known: Sequence[Placed] = ()) -> OnPaper:
    return on_paper(form, answers, TODAY, known=known, masked=False)


def autos(*damage: Row, **own: Any) -> Answers:
    """Two vehicles, the second of 2016."""
    answers = filled(AUTO, risk__vehicles__year="2015", **own)
    answers["risk.vehicles"].append(dict(answers["risk.vehicles"][0], year="2016"))
    answers["coverage.damage"] = list(damage)
    return answers


@pytest.mark.criterion("ACORD-03")
@pytest.mark.parametrize("line", LINES)
def test_no_answer_is_lost_or_takes_anothers_place(line: str) -> None:
    form = shipped(line)
    assert problems_of(form) == []
    taken, seen = Counter[str](), set()
    for _ in range(14):
        answers = whole(form, taken)
        found = on_paper(form, answers, TODAY, masked=False)
        asked = {
            f"{group.key}[{number}].{name}" if group.repeat else f"{group.key}.{name}"
            for group, number, cells in laid_out(form, answers, TODAY).shown()
            for name, cell in cells.items()
            if cell.value is not None or cell.wrong
        }
        left = {each.path for each in found.left}
        # ACORD's name for the code of a carrier is known of the insurer alone.
        assert all(path.endswith(".naic") for path in left)
        assert {each.path for each in found.placed} == asked - left
        assert all(each.value.isdecimal() for each in found.placed if AMOUNT.search(each.name)), line
        seen |= {re.sub(r"\[\d+\]", "", path) for path in asked}
    assert {f"{group.key}.{field.name}" for group, field in form.fields()} - seen == set()


@pytest.mark.criterion("ACORD-01")
def test_a_row_has_the_letter_of_what_it_is_about() -> None:
    cover = {"comprehensive": "500", "collision": "none", "towing": "50", "rental": "30/900"}
    found = paper(autos({"vehicle": "2", **cover}))
    assert (found.values["Vehicle_ModelYear_A"], found.values["Vehicle_ModelYear_B"]) == ("2015", "2016")
    damage = re.compile(r"Vehicle_(?:Comprehensive|Collision|Rental)")
    assert {name: value for name, value in found.values.items() if damage.match(name)} == {
        "Vehicle_Comprehensive_DeductibleAmount_B": "500",
        "Vehicle_Collision_DeductibleCode_B": "none",
        "Vehicle_RentalReimbursement_PerDayLimitAmount_B": "30",
        "Vehicle_RentalReimbursement_MaximumLimitAmount_B": "900",
    }
    astray = paper(autos({"vehicle": "3", "comprehensive": "500"}))
    assert [(each.path, each.why) for each in astray.left][:2] == [
        ("coverage.damage[0].vehicle", "There is no such vehicle among the answers."),
        ("coverage.damage[0].comprehensive", "There is no such vehicle among the answers."),
    ]
    twice = paper(autos({"vehicle": "2", "comprehensive": "500"}, {"vehicle": "2", "comprehensive": "1000"}))
    assert twice.values["Vehicle_Comprehensive_DeductibleAmount_B"] == "500"
    assert [(each.path, each.answer, each.why) for each in twice.left] == [
        (
            "coverage.damage[1].comprehensive",
            "$1,000",
            "Something else stands at Vehicle_Comprehensive_DeductibleAmount_B.",
        )
    ]


@pytest.mark.criterion("ACORD-01")
def test_values_follow_their_building_insureds_the_first_and_certificate_holders_have_a_name_of_their_own() -> None:
    form = shipped("commercial_property")
    answers = filled(form)
    of = [{"location": "1", "building": "1"}, {"location": "2", "building": "1"}]
    answers["risk.buildings"] = [dict(each, description=f"B{n}") for n, each in enumerate(of)]
    answers["coverage.values"] = [dict(each, building_limit="1,000.50") for each in reversed(of)]
    answers["coverage.values"][0]["building_limit"] = "2000"
    answers["applicant.more_insureds"] = [{"name": "Second"}, {"name": "Third"}]
    kinds = ("certificate_holder", "mortgagee", "certificate_holder", "loss_payee")
    answers["coverage.interests"] = [{"kind": kind, "name": f"I{n}"} for n, kind in enumerate(kinds)]
    found = paper(answers, form).values
    assert (found["Construction_BuildingDescription_B"], found["CommercialProperty_Building_LimitAmount_B"]) == (
        "B1",
        "2000",
    )
    assert found["CommercialProperty_Building_LimitAmount_A"] == "1001"
    assert [found[f"NamedInsured_FullName_{letter}"] for letter in "ABC"] == ["Wexford", "Second", "Third"]
    assert [found[f"CertificateHolder_FullName_{letter}"] for letter in "AB"] == ["I0", "I2"]
    assert [found[f"AdditionalInterest_FullName_{letter}"] for letter in "AB"] == ["I1", "I3"]
    assert {"NamedInsured_FullName_D", "AdditionalInterest_FullName_C", "CertificateHolder_FullName_C"}.isdisjoint(
        found
    )


@pytest.mark.criterion("ACORD-02")
def test_a_choice_goes_where_it_belongs_and_what_is_written_is_written_as_on_paper() -> None:
    um, uim = "PersonalAuto_UninsuredMotorists_", "PersonalAuto_UnderinsuredMotorists_"
    cases = {
        ("100000/300000", "with_um"): {
            f"{um}PerPersonLimitAmount_A": "100000",
            f"{um}PerAccidentLimitAmount_A": "300000",
            f"{uim}WithUninsuredMotoristsIndicator_A": "Y",
        },
        ("csl_500000", "none"): {
            f"{um}CombinedSingleLimitAmount_A": "500000",
            f"{uim}PerPersonLimitCode_A": "none",
        },
    }
    for (chosen, under), expected in cases.items():
        found = paper(filled(AUTO, coverage__uninsured__um=chosen, coverage__uninsured__uim=under)).values
        limits = {name: value for name, value in found.items() if name.startswith((um, uim)) and "Limit" in name}
        limits |= {name: value for name, value in found.items() if "WithUninsured" in name}
        assert limits == expected
    homeowners = shipped("homeowners")
    found = paper(filled(homeowners, coverage__deductibles__wind="2pct"), homeowners).values
    assert found["Homeowners_WindHail_DeductiblePercent_A"] == "2"
    assert not {name for name in found if "WindHail_DeductibleAmount" in name}
    assert found["Policy_EffectiveDate_A"] == "06/15/2026"
    assert found["NamedInsured_Primary_PhoneNumber_A"] == "(401) 555-0123"
    assert found["Dwelling_TrampolineIndicator_A"] == "N"


@pytest.mark.criterion("ACORD-01")
def test_letters_end_at_z_on_paper_and_what_is_beyond_is_told() -> None:
    assert [acord_name("Vehicle", row) for row in (0, 1, 25, 26, 27, 701, 702)] == [
        "Vehicle_A", "Vehicle_B", "Vehicle_Z", "Vehicle_AA", "Vehicle_AB", "Vehicle_ZZ", "Vehicle_AAA",
    ]  # fmt: skip
    assert acord_name("F[0].P1[0].Policy_EffectiveDate[0]", 1) == "F[0].P1[0].Policy_EffectiveDate_B[0]"
    form = shipped("commercial_auto")
    answers = filled(form)
    answers["risk.drivers"] = [{"name": f"D{number}"} for number in range(28)]
    names = {each.name: each.beyond for each in paper(answers, form).placed if each.name.startswith("Driver_FullName")}
    assert [names[f"Driver_FullName_{letters}"] for letters in ("A", "Z", "AA", "AB")] == [False, False, True, True]


@pytest.mark.criterion("ACORD-03")
def test_what_is_not_on_paper_is_left_with_the_reason_and_what_is_personal_stays_masked() -> None:
    answers = filled(AUTO, applicant__policy__carrier="Wished Mutual", applicant__policy__expiration="soon")
    known = [Placed("Insurer_FullName_A", "Granite Mutual", "Carrier", "Granite Mutual")]
    found = on_paper(AUTO, answers, TODAY, known=known)
    assert found.values["Insurer_FullName_A"] == "Granite Mutual"
    assert [(each.path, each.answer, each.why) for each in found.left] == [
        ("applicant.policy.expiration", "", "What was typed cannot be read."),
        ("applicant.policy.carrier", "Wished Mutual", "Something else stands at Insurer_FullName_A."),
    ]
    masked = {each.name: each.value for each in found.placed if each.masked}
    assert masked["Driver_LicenseNumberIdentifier_A"] == "••••4567"
    assert masked["NamedInsured_BirthDate_A"] == "••/••/1980"
    assert "Driver_FullName_A" not in masked
    assert paper(answers).values["NamedInsured_BirthDate_A"] == "02/29/1980"


GROUPS = ("sections", 0, "groups")
NAME, AGAIN = (*GROUPS, 2, "fields", 0), (*GROUPS, 2, "fields", 2)
INSURED = "sections.0.groups.2"


def changed(path: Sequence[Any], to: Any, line: str = "personal_auto") -> Form:
    document = json.loads(shipped_text(line))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return load(json.dumps(document))


@pytest.mark.criterion("ACORD-04")
@pytest.mark.parametrize(
    ("path", "to", "told"),
    [
        ((*NAME, "acord"), "named insured", None),
        ((*NAME, "acord"), "NamedInsured", f"{INSURED}.fields.0.acord: NamedInsured should be parts"),
        (
            (*NAME, "acord"),
            "NamedInsured_FullName_A",
            f"{INSURED}.fields.0.acord: NamedInsured_FullName_A should leave",
        ),
        (
            (*NAME, "acord"),
            "NamedInsured_PayAmount",
            f"{INSURED}.fields.0.acord: NamedInsured_PayAmount holds a number",
        ),
        ((*NAME, "acord"), ["Named_One", "Named_Two"], f"{INSURED}.fields.0.acord: should be one name"),
        (
            (*AGAIN, "acord"),
            "NamedInsured_FullName",
            f"{INSURED}.fields.2.acord: NamedInsured_FullName is where applicant.insured.name stands too",
        ),
        (
            (*GROUPS, 3, "acord"),
            {"first": "A"},
            "sections.0.groups.3.fields.0.acord: NamedInsured_FullName is where applicant.insured.name stands too",
        ),
        ((*GROUPS, 3, "acord"), {"first": "B", "of": "risk.vehicles"}, None),
        ((*GROUPS, 3, "acord"), {"kind": "entity_type"}, None),
        (
            (*GROUPS, 3, "acord"),
            {"of": "applicant.policy", "number": "name"},
            "sections.0.groups.3.acord.of: should be another group that repeats",
        ),
        (
            (*GROUPS, 3, "acord"),
            {"of": "risk.vehicles", "number": "name"},
            "sections.0.groups.3.acord.number: should be a field of this group of type whole",
        ),
        (
            (*GROUPS, 3, "acord"),
            {"of": "risk.vehicles", "same": ["name"]},
            "sections.0.groups.3.acord.same: name should be a field of both groups",
        ),
        (
            (*GROUPS, 3, "acord"),
            {"kind": "entity_type", "entities": {"boat": "Boat"}},
            "sections.0.groups.3.acord.entities: boat should be a choice of the field kind",
        ),
        (
            ("sections", 2, "groups", 1, "fields", 0, "choices", 12, "acord"),
            {"PersonalAuto_LimitAmount": "half"},
            "sections.2.groups.1.fields.0.choices.12.acord: PersonalAuto_LimitAmount holds a number, in digits",
        ),
        (
            ("sections", 2, "groups", 1, "fields", 0, "acord"),
            "PersonalAuto_LimitAmount",
            "sections.2.groups.1.fields.0.choices.1: is 2 amounts for 1 names",
        ),
    ],
)
def test_names_that_do_not_hold_are_told_with_their_place(path: Sequence[Any], to: Any, told: str | None) -> None:
    if told is None:
        with pytest.raises(ConfigurationProblems, match=r"acord: should "):
            changed(path, to)
    else:
        assert any(each.startswith(told) for each in problems_of(changed(path, to))), problems_of(changed(path, to))
