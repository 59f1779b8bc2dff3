"""Each rule of binding by examples: what passes, what refers, what denies, and what would pass."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from portal_app.models.enums import (
    BindAction,
    BindOutcome,
    FlagCause,
    FlagLevel,
    ProducerState,
    QualificationCheck,
    Role,
)
from portal_app.services.authority.answers import RULES, STATED, Rule, Verdict
from portal_app.services.authority.facts import Finding, Flag, Inputs, Offered, Subject, restored, stored
from portal_app.services.authority.rules import ANSWERS, NOT_LIMITED, evaluate
from tests.services.authority import document
from tests.services.authority.asked import (
    BRANCH,
    CODE,
    HOUSE,
    INPUTS,
    MAYA,
    TODAY,
    answer,
    otherwise,
    stop,
    verdicts,
)

PASS, REFER, DENY = Verdict
LICENSE, NONE = QualificationCheck.LICENSE, QualificationCheck.NONE
MISSING = Finding(False, "No license.", "A license would.")


@pytest.mark.criterion("BIND-01")
def test_what_passes_every_rule_is_bound_and_every_rule_answers_in_order() -> None:
    decision = evaluate(INPUTS)
    assert decision.outcome is BindOutcome.BIND
    assert [each.rule for each in decision.answers] == list(RULES)
    assert list(Rule) == list(STATED) == list(ANSWERS)
    assert all(each.verdict is PASS and each.found and not each.would_pass for each in decision.answers)


@pytest.mark.criterion("BIND-01")
def test_all_rules_answer_after_one_denied_and_deny_outweighs_refer() -> None:
    suspended = replace(CODE, state=ProducerState.SUSPENDED)
    decision = evaluate(otherwise({"premium": None}, code=suspended, license=MISSING))
    assert decision.outcome is BindOutcome.DENY
    assert verdicts(decision.answers) == {
        **dict.fromkeys(RULES, "pass"),
        Rule.CODE: "deny",
        Rule.LICENSE: "deny",
        Rule.GRANT: "refer",
    }
    assert all(each.would_pass for each in decision.answers if each.verdict is not PASS)
    assert evaluate(otherwise({"premium": None})).outcome is BindOutcome.REFER


@pytest.mark.criterion("BIND-02")
@pytest.mark.parametrize(
    ("state", "found", "would_pass"),
    [
        (ProducerState.DRAFT, "HL-1 is a draft.", "It passes once HL-1 is validated."),
        (ProducerState.SUSPENDED, "HL-1 is suspended.", "It passes once HL-1 is taken into use again."),
        (
            ProducerState.RETIRED,
            "HL-1 is retired.",
            "Another producer code is needed: HL-1 cannot be used again.",
        ),
    ],
)
def test_a_code_has_to_be_validated(state: ProducerState, found: str, would_pass: str) -> None:
    said = answer(otherwise(code=replace(CODE, state=state)), Rule.CODE)
    assert (said.verdict, said.found, said.would_pass) == (DENY, found, would_pass)


@pytest.mark.criterion("BIND-02")
def test_so_have_its_producer_and_everybody_above() -> None:
    assert answer(INPUTS, Rule.PARENTS).found == "Maya, North Branch and Harbor Lane are validated."
    above = (MAYA, replace(BRANCH, state=ProducerState.SUSPENDED), replace(HOUSE, state=ProducerState.DISCARDED))
    said = answer(otherwise(producers=above), Rule.PARENTS)
    assert (said.verdict, said.found) == (DENY, "North Branch is suspended. Harbor Lane is discarded.")
    assert said.would_pass == (
        "It passes once North Branch is taken into use again. "
        "Another producer above is needed: Harbor Lane cannot be used again."
    )


NO_CODE: dict[str, Any] = {"code": None, "producers": (), "license": None, "appointment": None, "cover": None}


@pytest.mark.criterion("BIND-02")
def test_without_a_code_a_person_decides() -> None:
    decision = evaluate(otherwise({"producer_code": ""}, **NO_CODE))
    assert decision.outcome is BindOutcome.REFER
    assert {rule for rule, said in verdicts(decision.answers).items() if said == "refer"} == {
        Rule.CODE,
        Rule.PARENTS,
        Rule.LICENSE,
        Rule.APPOINTMENT,
        Rule.COVER,
    }


@pytest.mark.criterion("BIND-03")
@pytest.mark.parametrize(
    ("inputs", "licensed", "appointed"),
    [
        (INPUTS, PASS, PASS),
        (otherwise(license=MISSING), DENY, PASS),
        (otherwise(appointment=MISSING), PASS, DENY),
        (otherwise(check=NONE, license=None, appointment=None), PASS, PASS),
        (otherwise(check=LICENSE, appointment=None), PASS, PASS),
        (otherwise({"line": ""}, check=None), REFER, REFER),
        (otherwise({"state": ""}), REFER, REFER),
        (otherwise({"effective": None}), REFER, REFER),
        (otherwise({"carrier": ""}), PASS, REFER),
        (otherwise({"carrier": ""}, check=LICENSE), PASS, PASS),
        (otherwise({"state": ""}, check=NONE), PASS, PASS),
    ],
)
def test_license_and_appointment_go_by_what_the_line_asks_for(
    inputs: Inputs,
    licensed: Verdict,
    appointed: Verdict,
) -> None:
    assert answer(inputs, Rule.LICENSE).verdict is licensed
    assert answer(inputs, Rule.APPOINTMENT).verdict is appointed


@pytest.mark.criterion("BIND-03")
def test_what_is_not_known_is_named() -> None:
    said = answer(otherwise({"state": "", "effective": None}), Rule.LICENSE)
    assert said.would_pass == "Say the state and the effective date."
    said = answer(otherwise({"carrier": ""}), Rule.APPOINTMENT)
    assert said.found == "The carrier is not known, so that nobody can say whether there is the appointment."


@pytest.mark.criterion("BIND-04")
def test_cover_denies_only_where_it_is_to_stop_a_bind() -> None:
    bare = Finding(False, "Errors-and-omissions cover is not there.", "A cover would.")
    said = answer(otherwise(cover=bare), Rule.COVER)
    assert (said.verdict, said.would_pass) == (DENY, "A cover would.")
    said = answer(otherwise(cover=replace(bare, stops_bind=False)), Rule.COVER)
    assert (said.verdict, said.found) == (
        PASS,
        "Errors-and-omissions cover is not there. That does not stop a bind.",
    )


@pytest.mark.criterion("BIND-05")
@pytest.mark.parametrize(
    ("given", "facts", "verdict"),
    [
        ({}, {}, DENY),
        ({"actions": (BindAction.RENEW,)}, {}, PASS),
        ({"lines": ("homeowners",)}, {}, DENY),
        ({"lines": ("umbrella",)}, {}, PASS),
        ({"lines": ("umbrella",)}, {"line": ""}, REFER),
        ({"carriers": ("granite",)}, {}, DENY),
        ({"carriers": ("basin",)}, {}, PASS),
        ({"carriers": ("basin",)}, {"carrier": ""}, REFER),
        ({"states": ("RI",)}, {}, DENY),
        ({"states": ("CT",)}, {}, PASS),
        ({"states": ("CT",)}, {"state": ""}, REFER),
        ({"zip_prefixes": ("029",)}, {}, DENY),
        ({"zip_prefixes": ("063",)}, {}, PASS),
        ({"zip_prefixes": ("063",)}, {"postal_codes": ()}, REFER),
        ({"zip_prefixes": ("063",)}, {"postal_codes": ("02903", "06355")}, DENY),
        ({"zip_prefixes": ("063",)}, {"postal_codes": ("02903", "")}, REFER),
        ({"states": ("CT",), "zip_prefixes": ("029",)}, {}, DENY),
        ({"states": ("RI",), "zip_prefixes": ("063",)}, {"postal_codes": ()}, DENY),
        ({"begins_at": datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC)}, {}, PASS),
        ({"begins_at": datetime(2026, 11, 20, 15, tzinfo=UTC)}, {}, DENY),
        ({"ends_at": datetime(2026, 11, 20, 15, tzinfo=UTC)}, {}, PASS),
        ({"ends_at": datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC)}, {}, DENY),
    ],
)
def test_a_moratorium_stops_what_it_is_about_while_it_runs(
    given: dict[str, Any], facts: dict[str, Any], verdict: Verdict
) -> None:
    assert answer(otherwise(facts, moratoria=(stop(**given),)), Rule.MORATORIUM).verdict is verdict


@pytest.mark.criterion("BIND-05")
def test_a_moratorium_says_why_and_what_would_pass() -> None:
    said = answer(
        otherwise(moratoria=(stop(), stop(name="Flood", peril="flood", reason="Rivers rise."))), Rule.MORATORIUM
    )
    assert said.found == "Storm Ida (wind): A named storm is near. Flood (flood): Rivers rise."
    assert said.would_pass == "It passes once Storm Ida and Flood have ended."
    said = answer(otherwise({"postal_codes": ()}, moratoria=(stop(zip_prefixes=("063",)),)), Rule.MORATORIUM)
    assert said.would_pass == "Say the ZIP code."


@pytest.mark.criterion("BIND-08")
def test_a_principal_skips_the_grants_and_nothing_else() -> None:
    principal = otherwise(role=Role.PRINCIPAL, grants=())
    assert evaluate(principal).outcome is BindOutcome.BIND
    assert answer(principal, Rule.GRANT).found == NOT_LIMITED == "Principals are not limited by grants."
    assert evaluate(replace(principal, moratoria=(stop(),))).outcome is BindOutcome.DENY
    flagged = replace(principal, flags=(Flag(FlagCause.PERSON, FlagLevel.BLOCK, "Roof"),))
    assert evaluate(flagged).outcome is BindOutcome.DENY
    assert evaluate(replace(principal, flags=())).outcome is BindOutcome.BIND


def flag(level: FlagLevel, tag: str = "", cause: FlagCause = FlagCause.PERSON) -> Flag:
    return Flag(cause, level, tag or level.label)


@pytest.mark.criterion("BIND-09")
@pytest.mark.parametrize(
    ("flags", "verdict", "would_pass"),
    [
        ((), PASS, ""),
        ((flag(FlagLevel.INFO),), PASS, ""),
        ((flag(FlagLevel.BLOCK, "Roof"),), DENY, "It passes once the flag “Roof” is removed or approved."),
        ((flag(FlagLevel.BLOCK), flag(FlagLevel.APPROVE)), PASS, ""),
        (
            (flag(FlagLevel.BLOCK, "Roof"), flag(FlagLevel.DECLINE, "Dog")),
            DENY,
            "It passes once the flags “Dog” and “Roof” are removed or approved.",
        ),
        (
            (flag(FlagLevel.REJECT, "Fraud"), flag(FlagLevel.APPROVE)),
            DENY,
            "It passes once the flag “Fraud” is removed.",
        ),
        (
            (flag(FlagLevel.APPROVE), flag(FlagLevel.INFO, "Invalid", FlagCause.PRODUCER)),
            DENY,
            "It passes once the flag “Invalid” is removed.",
        ),
        (None, REFER, "Have it underwritten."),
    ],
)
def test_flags_stop_until_they_are_removed_or_approved(
    flags: tuple[Flag, ...] | None, verdict: Verdict, would_pass: str
) -> None:
    said = answer(otherwise(flags=flags), Rule.FLAGS)
    assert (said.verdict, said.would_pass) == (verdict, would_pass)
    by_hand = replace(otherwise(flags=flags), subject=Subject.BY_HAND)
    assert answer(by_hand, Rule.FLAGS).verdict is PASS


@pytest.mark.criterion("BIND-12")
def test_what_was_stored_is_the_same_again() -> None:
    inputs = otherwise(
        {"premium": Decimal("12400.50"), "effective": date(2026, 10, 1)},
        moratoria=(stop(zip_prefixes=("063",)),),
        flags=(flag(FlagLevel.BLOCK, "Roof"),),
        check=None,
    )
    assert restored(stored(inputs)) == inputs
    assert evaluate(restored(stored(inputs))) == evaluate(inputs)


@pytest.mark.criterion("BIND-30")
@pytest.mark.parametrize(
    ("offered", "premium", "denied"),
    [
        (Offered(TODAY, date(2026, 11, 21)), Decimal(9000), []),
        (Offered(None, date(2027, 12, 1)), Decimal(9000), []),
        (Offered(date(2026, 11, 19), date(2027, 12, 1)), Decimal(9000), [Rule.VALIDITY]),
        (Offered(None, TODAY), Decimal(9000), [Rule.TERM]),
        (Offered(None, date(2027, 12, 1)), None, [Rule.PREMIUM]),
    ],
)
def test_a_quote_says_itself_what_keeps_it_from_being_bound(
    offered: Offered, premium: Decimal | None, denied: list[Rule]
) -> None:
    decision = evaluate(otherwise({"premium": premium}, offered=offered, role=Role.PRINCIPAL))
    assert [each.rule for each in decision.answers if each.verdict is DENY] == denied
    assert decision.outcome is (BindOutcome.DENY if denied else BindOutcome.BIND)
    assert all(each.found and bool(each.would_pass) is (each.verdict is DENY) for each in decision.answers)


@pytest.mark.criterion("BIND-21")
def test_the_document_says_what_the_code_does() -> None:
    text = document.PLACE.read_text(encoding="utf-8")
    assert text == document.brought_up_to_date(text), "run: python -m tests.services.authority.document"
    assert all(each.name in text and each.denies in text for each in RULES.values())
