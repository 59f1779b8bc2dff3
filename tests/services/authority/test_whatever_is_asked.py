"""Whatever is asked under whatever rules: what never happens to an answer when a rule is added, a limit is raised or a
fact is taken away; and that answers are whole, in order, and the same again."""

from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_app.models.enums import (
    BindAction,
    BindOutcome,
    FlagCause,
    FlagLevel,
    GranteeKind,
    ProducerState,
    QualificationCheck,
    Role,
)
from portal_app.services.authority.answers import RULES, STATED, Verdict
from portal_app.services.authority.facts import (
    Facts,
    Finding,
    Flag,
    Granted,
    Inputs,
    Limits,
    Offered,
    Step,
    Stop,
    Subject,
    restored,
    stored,
)
from portal_app.services.authority.narrowing import Fit, fitting_grant, settle
from portal_app.services.authority.rules import evaluate
from tests.services.authority.asked import NOW, TODAY

WORST = {BindOutcome.BIND: 0, BindOutcome.REFER: 1, BindOutcome.DENY: 2}
AMOUNTS = st.sampled_from([None, *map(Decimal, (0, 500, 1000, 5000))])
CLASSES = st.lists(st.sampled_from("ABC"), unique=True, max_size=3).map(tuple)
STATES = st.lists(st.sampled_from(("RI", "CT")), unique=True, max_size=2).map(tuple)
ACTIONS = st.lists(st.sampled_from(list(BindAction)), unique=True, min_size=1).map(tuple)
ABOVE = ("Maya", "Branch", "House")

bare = st.builds(
    Facts,
    action=st.sampled_from(list(BindAction)),
    producer_code=st.sampled_from(("HL-1", "HL-1", "")),
    carrier=st.sampled_from(("", "granite", "basin")),
    line=st.sampled_from(("", "homeowners", "umbrella")),
    state=st.sampled_from(("", "RI", "CT")),
    postal_codes=st.lists(st.sampled_from(("", "02903", "06355")), max_size=2).map(tuple),
    effective=st.none() | st.integers(-9, 9).map(lambda shift: TODAY + timedelta(days=shift)),
    premium=AMOUNTS,
    insured_value=AMOUNTS,
    limit=AMOUNTS,
    deductible=AMOUNTS,
    losses=AMOUNTS,
    class_codes=CLASSES,
)
SEVERAL = st.sampled_from((("RI", "CT"), ("RI", ""), ("CT", "MA")))
facts = bare | st.builds(lambda known, several: replace(known, state="", states=several), bare, SEVERAL)
limits = st.builds(
    Limits,
    max_premium=AMOUNTS,
    max_insured_value=AMOUNTS,
    max_limit=AMOUNTS,
    min_deductible=AMOUNTS,
    max_deductible=AMOUNTS,
    max_losses=AMOUNTS,
    allowed_classes=CLASSES,
    excluded_classes=CLASSES,
    backdating_days=st.sampled_from((None, 0, 3, 9)),
    binder_days=st.sampled_from((None, 7, 30)),
)
GRANTEES = {
    GranteeKind.CODE: ("HL-1", "HL-2"),
    GranteeKind.PRODUCER: (*ABOVE, "Daniel"),
    GranteeKind.ROLE: ("producer", "csr"),
    GranteeKind.AGENCY: ("",),
}
grants = st.sampled_from([(kind, who) for kind, of in GRANTEES.items() for who in of]).flatmap(
    lambda grantee: st.builds(
        Granted,
        locator=st.just("g"),
        version=st.just(1),
        kind=st.just(grantee[0]),
        grantee=st.just(grantee[1]),
        actions=ACTIONS,
        limits=limits,
        carrier=st.sampled_from(("", "", "granite")),
        line=st.sampled_from(("", "", "homeowners")),
        states=STATES,
    )
)
stops = st.builds(
    Stop,
    locator=st.just("m"),
    version=st.just(1),
    name=st.just("Storm"),
    peril=st.just("wind"),
    reason=st.just("A storm"),
    begins_at=st.sampled_from((NOW - timedelta(days=1), NOW + timedelta(days=1))),
    ends_at=st.sampled_from((None, NOW, NOW + timedelta(hours=1))),
    actions=ACTIONS,
    states=STATES,
    zip_prefixes=st.sampled_from(((), ("029",), ("0", "1"))),
    lines=st.sampled_from(((), ("homeowners",))),
    carriers=st.sampled_from(((), ("granite",))),
)
findings = st.builds(
    Finding, passes=st.booleans(), found=st.just("found"), would_pass=st.just("would"), stops_bind=st.booleans()
)
states = st.sampled_from((*[ProducerState.VALIDATED] * 9, *ProducerState))
flags = st.none() | st.lists(
    st.builds(Flag, st.sampled_from(list(FlagCause)), st.sampled_from(list(FlagLevel)), st.just("tag")), max_size=3
).map(tuple)

DAYS = st.sampled_from([TODAY + timedelta(days=away) for away in (-1, 0, 1, 30)])
offers = st.builds(Offered, valid_until=st.none() | DAYS, expiration=DAYS)


@st.composite
def inputs(draw: st.DrawFn) -> Inputs:
    """What the portal could have found, and mostly nothing that stops it by itself."""
    asked = draw(facts)
    good = Finding(True, "found")
    found = st.sampled_from((good, good)) | findings
    steps = [Step(name, name, draw(states)) for name in ("HL-1", *ABOVE)] if asked.producer_code else []
    check = draw(st.sampled_from(list(QualificationCheck))) if asked.line else None
    return Inputs(
        subject=draw(st.sampled_from(list(Subject))),
        facts=asked,
        at=NOW,
        today=TODAY,
        role=draw(st.sampled_from((Role.PRODUCER, Role.CSR, Role.PRINCIPAL, None))),
        code=steps[0] if steps else None,
        producers=tuple(steps[1:]),
        check=check,
        license=draw(found),
        appointment=draw(found),
        cover=draw(found) if steps else None,
        moratoria=tuple(draw(st.lists(stops, max_size=1))),
        grants=tuple(draw(st.lists(grants, max_size=4))),
        flags=draw(st.just(()) | flags),
        offered=draw(st.none() | offers),
    )


@pytest.mark.criterion("BIND-01")
@settings(max_examples=100)
@given(inputs())
def test_every_rule_answers_in_order_and_the_worst_counts(given_inputs: Inputs) -> None:
    decision = evaluate(given_inputs)
    assert [each.rule for each in decision.answers] == list(STATED if given_inputs.offered else RULES)
    assert all(
        bool(each.found) and bool(each.would_pass) is (each.verdict is not Verdict.PASS) for each in decision.answers
    )
    said = {each.verdict for each in decision.answers}
    worst = next((each for each in (Verdict.DENY, Verdict.REFER) if each in said), None)
    assert decision.outcome.value == (worst.value if worst else "bind")


@pytest.mark.criterion("BIND-12")
@settings(max_examples=60)
@given(inputs())
def test_what_was_stored_answers_the_same_again(given_inputs: Inputs) -> None:
    again = restored(stored(given_inputs))
    assert again == given_inputs
    assert evaluate(again) == evaluate(given_inputs)


@pytest.mark.criterion("BIND-13")
@settings(max_examples=100)
@given(inputs(), stops)
def test_one_more_moratorium_never_makes_an_answer_milder(given_inputs: Inputs, added: Stop) -> None:
    before = evaluate(given_inputs).outcome
    after = evaluate(replace(given_inputs, moratoria=(*given_inputs.moratoria, added))).outcome
    assert WORST[after] >= WORST[before]


UNKNOWN: dict[str, Any] = {
    "producer_code": "",
    "carrier": "",
    "line": "",
    "state": "",
    "states": (),
    "postal_codes": (),
    "effective": None,
    **dict.fromkeys(("premium", "insured_value", "limit", "deductible", "losses")),
    "class_codes": (),
}


@pytest.mark.criterion("BIND-13")
@settings(max_examples=200)
@given(inputs(), st.sampled_from(list(UNKNOWN)))
def test_a_fact_less_never_binds_what_was_not_bound(given_inputs: Inputs, name: str) -> None:
    before = evaluate(given_inputs).outcome
    fewer = replace(given_inputs, facts=replace(given_inputs.facts, **{name: UNKNOWN[name]}))
    if name == "producer_code":
        fewer = replace(fewer, code=None, producers=(), cover=None)
    if name == "line":
        fewer = replace(fewer, check=None)
    after = evaluate(fewer).outcome
    assert after is not BindOutcome.BIND or before is BindOutcome.BIND


WIDER: dict[str, Any] = {
    **dict.fromkeys(
        ("max_premium", "max_insured_value", "max_limit", "max_deductible", "max_losses"), Decimal(10) ** 9
    ),
    "min_deductible": Decimal(0),
    "allowed_classes": ("A", "B", "C"),
    "excluded_classes": (),
    "backdating_days": 365,
    "binder_days": 365,
}


@pytest.mark.criterion("BIND-13")
@settings(max_examples=200)
@given(inputs(), st.sampled_from([each.name for each in fields(Limits) if each.name != "excluded_classes"]))
def test_a_wider_limit_of_the_narrowest_grant_never_refers_what_was_bound(given_inputs: Inputs, name: str) -> None:
    reaching = [each for each in given_inputs.grants if fitting_grant(each, given_inputs).fit is Fit.YES]
    capping = settle(reaching, given_inputs).by.get(name, ())
    widened = tuple(
        replace(each, limits=replace(each.limits, **{name: WIDER[name]})) if each in capping else each
        for each in given_inputs.grants
    )
    before = evaluate(given_inputs).outcome
    after = evaluate(replace(given_inputs, grants=widened)).outcome
    assert WORST[after] <= WORST[before]
