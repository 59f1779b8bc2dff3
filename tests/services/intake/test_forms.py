"""The shipped forms are whole, and what is wrong with a form is told with its place."""

import json
from typing import Any

import pytest

from portal_app.services.configuration.reading import ConfigurationProblems
from portal_app.services.intake.forms import LINES, SECTIONS, FieldType
from portal_app.services.intake.reading import load
from portal_app.services.intake.shipped import shipped, shipped_text
from portal_app.services.intake.values import told
from portal_app.services.submissions.carrying import carried
from tests.services.intake import fields_document
from tests.services.intake.filled import TODAY, filled

OF_ALL = (
    "applicant.producer", "applicant.policy", "applicant.billing", "applicant.insured", "applicant.more_insureds",
    "applicant.mailing", "applicant.contact", "coverage.interests", "prior_insurance.carriers",
    "prior_insurance.losses",
)  # fmt: skip
OF_A_BUSINESS = ("applicant.business", "applicant.locations", "applicant.disclosures")
OF_LINE = {
    "personal_auto": ("risk.drivers", "risk.violations", "risk.vehicles", "coverage.liability", "coverage.damage"),
    "homeowners": ("risk.construction", "risk.protection", "risk.hazards", "coverage.limits", "coverage.mortgagees"),
    "general_liability": (*OF_A_BUSINESS, "risk.hazards", "risk.subcontractors", "coverage.basis", "coverage.limits"),
    "bop": (*OF_A_BUSINESS, "risk.buildings", "coverage.values", "coverage.liability"),
    "workers_compensation": (*OF_A_BUSINESS, "risk.states", "risk.classes", "risk.officers", "coverage.rating"),
    "commercial_auto": (*OF_A_BUSINESS, "risk.operations", "risk.drivers", "risk.vehicles", "coverage.hired"),
    "commercial_property": (*OF_A_BUSINESS, "risk.buildings", "coverage.values", "coverage.blanket"),
    "umbrella": (*OF_A_BUSINESS, "risk.underlying", "coverage.limits"),
}


@pytest.mark.criterion("INTAKE-01")
@pytest.mark.parametrize("line", LINES)
def test_every_line_has_a_form_with_every_group_of_fields(line: str) -> None:
    form = shipped(line)
    assert form.line == line
    assert form.acord_forms
    assert tuple(section.name for section in form.sections) == SECTIONS
    assert {group.key for group in form.groups} >= {*OF_ALL, *OF_LINE[line]}
    for group, field in form.fields():
        # ACORD's name for the code of a carrier is known of the insurer alone.
        assert field.acord or field.name == "naic", f"{group.key}.{field.name}"
        assert len(field.acord) <= 1 or field.type is FieldType.CHOICE, field.name
    personal = {FieldType.SSN, FieldType.DRIVER_LICENSE}
    assert all(field.personal for _, field in form.fields() if field.type in personal or field.name == "birth_date")


@pytest.mark.criterion("INTAKE-19")
@pytest.mark.parametrize(
    ("kind", "label", "personal"),
    [
        ("ssn", "Number", True),
        ("driver_license", "Number", True),
        ("date", "Date of birth", True),
        ("date", "DOB", True),
        ("date", "Date hired", False),
        ("fein", "FEIN", False),
    ],
)
@pytest.mark.parametrize("said", [{}, {"personal": False}])
def test_what_is_personal_by_itself_is_so_whatever_the_form_says(
    kind: str, label: str, personal: bool, said: dict[str, bool]
) -> None:
    """Also of a form that was saved when rows could be called by it."""
    repeat = {"least": 0, "most": 5, "item": "insured", "named": ["of_them"]}
    own = {"name": "of_them", "label": label, "type": kind} | said
    more = {"name": "more_insureds", "title": "More", "repeat": repeat, "fields": [own]}
    form = load(changed("sections", 0, "groups", 3, to=more))
    group = form.group(MORE)
    assert group is not None
    assert group.repeat is not None
    field = group.fields[0]
    assert (field.personal, f"{MORE}.of_them" in form.personal()) == (personal, personal)
    assert group.repeat.named == (() if personal else ("of_them",))
    assert ("••" in told(field, "2019-09-09")) is personal


@pytest.mark.criterion("INTAKE-01")
def test_the_table_of_fields_is_current() -> None:
    assert fields_document.PLACE.read_text(encoding="utf-8") == fields_document.text()


def changed(*path: Any, to: Any) -> str:
    document = json.loads(shipped_text("homeowners"))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return json.dumps(document)


def checked(rule: str, field: str, **more: Any) -> str:
    """With one check of what was insured until now."""
    one = {"check": rule, "field": field, "message": "No.", **more}
    return changed("sections", 3, "groups", 0, "checks", to=[one])


MORE = "applicant.more_insureds"
MORE_REPEAT = ("sections", 0, "groups", 3, "repeat")
GROUP = ("sections", 0, "groups", 1)
EFFECTIVE = (*GROUP, "fields", 0)


@pytest.mark.criterion("INTAKE-02")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is not JSON: "),
        ('{"line": "bop", "line": "bop"}', "line: stands twice in one object."),
        (changed("line", to="boats"), "line: there is no such line of business; there are "),
        (changed("colour", to=1), "colour: is not known here; known are "),
        (changed("sections", to=[]), "sections: should be applicant, risk, coverage, prior_insurance, in this order."),
        (changed("roles", to={}), 'roles.insured: is missing: it should be the "section.group.field" where this is'),
        (changed("roles", "insured", to="applicant.policy.state"), "roles.insured: should be of type "),
        (changed("roles", "state", to="applicant.mailing.gone"), "roles.state: there is no such field."),
        (changed(*EFFECTIVE, "required", to=False), "roles.effective: should be required, and shown whatever else"),
        (changed(*EFFECTIVE, "type", to="colour"), "sections.0.groups.1.fields.0.type: should be one of text, "),
        (changed(*EFFECTIVE, "choices", to=[{"value": "a", "label": "A"}]), "fields.0.choices: stands for nothing"),
        (changed(*EFFECTIVE, "default", to="soon"), "fields.0.default: is nothing that the field takes."),
        (changed(*EFFECTIVE, "name", to="Effective"), "fields.0.name: should begin with a small letter"),
        (changed(*EFFECTIVE, "name", to="state"), "fields: state stands here twice."),
        (changed(*EFFECTIVE, "when", to={"field": "expiration", "answered": True}), "there is no such field before"),
        (changed(*EFFECTIVE, "required", to={"field": "bill", "is": "x"}), "fields.0.required.field: there is no such"),
        (
            changed(*EFFECTIVE, "when", to={"field": "a", "is": "b", "past": True}),
            "fields.0.when: should ask one thing",
        ),
        (
            changed(*GROUP, "repeat", to={"least": 3, "most": 2, "item": "x"}),
            "repeat.least: should be at most as large",
        ),
        (changed(*GROUP, "checks", 0, "than", to="gone"), "checks.0.than: there is no such field."),
        (changed(*GROUP, "checks", 0, "than", to="state"), "checks.0.than: should be of type date."),
        (
            changed(*GROUP, "checks", 0, "amount", to=0.5),
            "checks.0.amount: should be a whole number of years, at most 200.",
        ),
        (changed(*GROUP, "checks", 0, "check", to="unique"), "checks.0: unique takes neither than, amount nor value"),
        (changed(*GROUP, "checks", 0, "unit", to="weeks"), "checks.0.unit: should be one of years, days."),
        (changed(*GROUP, "checks", 0, "than", to=["effective", "today"]), "checks.0.than: should be one field, or of"),
        (checked("at_most", "lapse", amount=9, unit="days"), "checks.0.unit: is of a rule between dates alone."),
        (checked("row_of", "lapse", than="risk.boats"), "checks.0.than: there is no such group that repeats."),
        (checked("row_of", "lapse", than="risk.residence"), "checks.0.than: there is no such group that repeats."),
        (checked("row_of", "has_prior", than=MORE), "checks.0.field: should be of type whole."),
        (checked("among", "lapse", than=f"{MORE}.boat"), 'checks.0.than: should be the "section.group.field" of'),
        (checked("among", "lapse", than=f"{MORE}.name"), "checks.0.than: should be of type whole."),
        (
            checked("among", "lapse", than="risk.residence.units", same=["cancelled"]),
            "same: there is no field cancelled",
        ),
        (checked("unique", "lapse", same=["boat"]), "checks.0.same: there is no field boat beside this one."),
        (checked("unique", "lapse", first=True), "checks.0.first: unique is of all rows together."),
        (checked("unique", "lapse", same="cancelled"), "checks.0.same: should be a list [ … ] of 1 to 4."),
        (checked("some", "has_prior", values=["maybe"]), "checks.0.values: holds a value that the field never has."),
        (
            checked("some", "has_prior", values=["yes"], when={"field": "lapse", "answered": True}),
            "checks.0.when.field: there is no such field",
        ),
        (
            changed(*MORE_REPEAT, "named", to=["boat"]),
            "groups.3.repeat.named: should be fields of the group that are not",
        ),
        (
            changed(*MORE_REPEAT, "named", to=["birth_date"]),
            "groups.3.repeat.named: should be fields of the group that",
        ),
        (
            changed(*EFFECTIVE, "choices", to=[{"value": "a", "label": "A", "amount": [1, 2, 3]}]),
            "choices.0.amount: should be an amount, or two in a list: per person and per accident.",
        ),
        (changed("policyNumbers", to=[{"carrier": "A", "patterns": ["(a+)+"]}]), "policyNumbers.0.patterns: should be"),
        (changed("policyNumbers", to=[{"carrier": "A", "patterns": ["#"], "example": "AB"}]), "example: fits none of"),
    ],
)
def test_what_is_wrong_with_a_form_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ConfigurationProblems) as found:
        load(text)
    assert any(told in problem for problem in found.value.problems), found.value.problems


@pytest.mark.criterion("INTAKE-02")
def test_a_condition_asks_only_for_what_a_field_can_be() -> None:
    where = ("sections", 0, "groups", 1, "fields", 1, "when")
    for asked in (
        {"field": "effective", "atLeast": 3},
        {"field": "applicant.producer.producer_code", "past": True},
        {"all": [{"not": {"field": "effective", "is": "tomorrow"}}]},
        {"any": [{"field": "effective", "is": True}]},
    ):
        with pytest.raises(ConfigurationProblems):
            load(changed(*where, to=asked))
    deep: Any = {"field": "effective", "answered": True}
    for _ in range(8):
        deep = {"not": deep}
    with pytest.raises(ConfigurationProblems, match="at most 6 conditions deep"):
        load(changed(*where, to=deep))


@pytest.mark.criterion("INTAKE-16")
@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("personal_auto", "coverage.uninsured.rejection"),
        ("commercial_auto", "coverage.other_cover.rejection"),
        ("commercial_property", "coverage.blanket.statement"),
    ],
)
def test_a_copy_does_not_say_that_a_signed_paper_is_on_file(line: str, field: str) -> None:
    form = shipped(line)
    key, _, name = field.rpartition(".")
    answers = filled(form, TODAY)
    answers[key] = [(answers.get(key) or [{}])[0] | {name: True}]
    copy = carried(form, answers, form, personal=True)
    assert [name in row for row in copy[key]] == [False]
