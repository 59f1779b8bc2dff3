"""What the forms ask for, depending on what was answered, and how far the answers have come."""

import copy
from typing import Any

import pytest

from portal_app.services.intake.forms import LINES, Answers, Role, first
from portal_app.services.intake.progress import Stage, progress
from portal_app.services.intake.reading import load
from portal_app.services.intake.shipped import shipped, shipped_text
from portal_app.services.intake.validation import digest, normalised
from tests.services.intake.filled import TODAY, days, filled, warned, wrong


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
    answers["prior_insurance.carriers"].append(row | {"carrier": "Saltmarsh Mutual", "policy_number": "OLD 77 1"})
    row |= {"carrier": "Saltmarsh Mutual", "policy_number": "XX1234"}
    assert set(wrong(form, answers)) == {at}, "one of former years is written as it was then"
    answers["prior_insurance.history"][0]["transferred"] = False
    assert wrong(form, answers) == {}
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


@pytest.mark.criterion("INTAKE-08")
@pytest.mark.parametrize("line", LINES)
def test_a_prior_policy_that_runs_on_beside_the_new_one_is_doubted(line: str) -> None:
    at = "prior_insurance.carriers[0].expiration"
    answers = filled(
        shipped(line), prior_insurance__history__has_prior="yes", prior_insurance__carriers__expiration="2026-06-15"
    )
    assert at not in warned(line, answers), "it ends when the new one begins"
    prior = answers["prior_insurance.carriers"][0]
    prior["expiration"] = "2030-12-15"
    assert (wrong(shipped(line), answers), at in warned(line, answers)) == ({}, True)
    other = answers | {"prior_insurance.carriers": [prior | {"line": "other"}]}
    assert at not in warned(line, other) or "line" not in prior, "it covers something else"
    answers["prior_insurance.history"][0]["transferred"] = True
    prior["policy_number"] = "HO-1234567"
    assert at not in warned(line, answers), "one that is transferred is the new one"


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
