"""Something that may be bound by every rule, and what of it is to be otherwise."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from portal_app.models.enums import BindAction, GranteeKind, ProducerState, QualificationCheck, Role
from portal_app.services.authority.answers import Answer, Rule
from portal_app.services.authority.facts import Facts, Finding, Granted, Inputs, Limits, Step, Stop, Subject
from portal_app.services.authority.rules import evaluate

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
TODAY = date(2026, 11, 20)
CODE, MAYA, BRANCH, HOUSE = (
    Step(name, name, ProducerState.VALIDATED) for name in ("HL-1", "Maya", "North Branch", "Harbor Lane")
)
FACTS = Facts(
    action=BindAction.NEW,
    producer_code="HL-1",
    carrier="granite",
    line="homeowners",
    state="RI",
    postal_codes=("02903",),
    effective=date(2026, 12, 1),
    premium=Decimal(9000),
    insured_value=Decimal(350_000),
    limit=Decimal(500_000),
    deductible=Decimal(1000),
    losses=Decimal(2500),
    class_codes=("HO3",),
    carrier_name="Granite Mutual",
    line_name="Homeowners",
)
GRANT = Granted(
    "g",
    1,
    GranteeKind.AGENCY,
    "",
    (BindAction.NEW,),
    Limits(max_premium=Decimal(10_000)),
    carrier_name="Granite Mutual",
)
INPUTS = Inputs(
    subject=Subject.QUOTE,
    facts=FACTS,
    at=NOW,
    today=TODAY,
    role=Role.PRODUCER,
    code=CODE,
    producers=(MAYA, BRANCH, HOUSE),
    check=QualificationCheck.APPOINTMENT,
    license=Finding(True, "License 1 covers it."),
    appointment=Finding(True, "Granite Mutual appointed the producer."),
    cover=Finding(True, "Lakeside covers errors and omissions."),
    grants=(GRANT,),
    flags=(),
)


def otherwise(facts: dict[str, Any] | None = None, /, **given: Any) -> Inputs:
    """The same, but for these facts and findings."""
    return replace(INPUTS, facts=replace(FACTS, **(facts or {})), **given)


def stop(**given: Any) -> Stop:
    of: dict[str, Any] = {
        "locator": "m",
        "version": 1,
        "name": "Storm Ida",
        "peril": "wind",
        "reason": "A named storm is near",
        "begins_at": datetime(2026, 11, 19, tzinfo=UTC),
        "actions": tuple(BindAction),
    }
    return Stop(**(of | given))


def grant(kind: GranteeKind = GranteeKind.AGENCY, grantee: str = "", **given: Any) -> Granted:
    """One that allows new business, with the limits that are given."""
    of = {name: given.pop(name) for name in ("carrier", "line", "states", "actions") if name in given}
    base = replace(GRANT, kind=kind, grantee=grantee, grantee_name=grantee, locator=f"{kind}{grantee}")
    return replace(base, limits=Limits(**given), **of)


def answer(inputs: Inputs, rule: Rule) -> Answer:
    return next(each for each in evaluate(inputs).answers if each.rule is rule)


def verdicts(answers: Sequence[Answer]) -> dict[Rule, str]:
    return {each.rule: each.verdict.value for each in answers}
