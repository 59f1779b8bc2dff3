"""The rule of authority: which grants reach, which of them caps, and what would pass."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal_app.models.enums import BindAction, BindOutcome, GranteeKind, Role
from portal_app.services.authority.answers import Rule, Verdict
from portal_app.services.authority.facts import Granted, Subject
from portal_app.services.authority.lines import has_insured_value
from portal_app.services.authority.narrowing import settle
from portal_app.services.authority.rules import evaluate
from portal_app.services.licensing.lines import COVERED_BY
from tests.services.authority.asked import INPUTS, answer, grant, otherwise

PASS, REFER, _ = Verdict
AGENCY, ROLE, PRODUCER, CODE = GranteeKind.AGENCY, GranteeKind.ROLE, GranteeKind.PRODUCER, GranteeKind.CODE


@pytest.mark.criterion("BIND-06")
def test_without_a_grant_a_person_decides() -> None:
    said = answer(otherwise(grants=()), Rule.GRANT)
    told = "No grant of authority allows new business in homeowners with Granite Mutual for RI."
    assert (said.verdict, said.found) == (REFER, told)
    assert said.would_pass.startswith("A grant to the producer code, its producer or one above")
    assert evaluate(otherwise(grants=())).outcome is BindOutcome.REFER


@pytest.mark.criterion("BIND-06")
@pytest.mark.parametrize(
    ("given", "reaches"),
    [
        (grant(CODE, "HL-1"), True),
        (grant(CODE, "HL-2"), False),
        (grant(PRODUCER, "Maya"), True),
        (grant(PRODUCER, "Harbor Lane"), True),
        (grant(PRODUCER, "Daniel"), False),
        (grant(ROLE, "producer"), True),
        (grant(ROLE, "csr"), False),
        (grant(actions=(BindAction.RENEW, BindAction.ENDORSE)), False),
        (grant(carrier="granite", line="homeowners", states=("CT", "RI")), True),
        (grant(carrier="basin"), False),
        (grant(line="umbrella"), False),
        (grant(states=("CT",)), False),
    ],
)
def test_a_grant_reaches_whom_and_what_it_names(given: Granted, reaches: bool) -> None:
    assert answer(otherwise(grants=(given,)), Rule.GRANT).verdict is (PASS if reaches else REFER)


@pytest.mark.criterion("BIND-06")
@pytest.mark.parametrize(
    ("limits", "facts", "found", "would_pass"),
    [
        ({"max_premium": Decimal(9000)}, {}, "", ""),
        (
            {"max_premium": Decimal(10_000)},
            {"premium": Decimal(12_400)},
            "Premium $12,400.00 is above $10,000.00.",
            "Premium of at most $10,000.00 passes, or a grant that allows it.",
        ),
        (
            {"max_premium": Decimal(10_000)},
            {"premium": None},
            "Premium is not known.",
            "Have the underwriter enter the premium. Premium of at most $10,000.00 passes.",
        ),
        ({"max_insured_value": Decimal(350_000)}, {}, "", ""),
        (
            {"max_insured_value": Decimal("349999.99")},
            {},
            "Insured value $350,000.00 is above $349,999.99.",
            "Insured value of at most $349,999.99 passes, or a grant that allows it.",
        ),
        (
            {"max_limit": Decimal(300_000)},
            {},
            "Limit $500,000.00 is above $300,000.00.",
            "Limit of at most $300,000.00 passes, or a grant that allows it.",
        ),
        ({"min_deductible": Decimal(1000), "max_deductible": Decimal(1000)}, {}, "", ""),
        (
            {"min_deductible": Decimal(2500), "max_deductible": Decimal(5000)},
            {},
            "Deductible $1,000.00 is below $2,500.00.",
            "Deductible at least $2,500.00 and at most $5,000.00 passes, or a grant that allows it.",
        ),
        (
            {"max_deductible": Decimal(500)},
            {},
            "Deductible $1,000.00 is above $500.00.",
            "Deductible at most $500.00 passes, or a grant that allows it.",
        ),
        (
            {"min_deductible": Decimal(500)},
            {"deductible": None},
            "Deductible is not known.",
            "Have the underwriter enter the deductible. Deductible at least $500.00 passes.",
        ),
        (
            {"max_losses": Decimal(0)},
            {},
            "Losses $2,500.00 are above $0.00.",
            "Losses of at most $0.00 pass, or a grant that allows it.",
        ),
        ({"allowed_classes": ("HO3", "HO5"), "excluded_classes": ("HO8",)}, {}, "", ""),
        (
            {"allowed_classes": ("HO5",)},
            {},
            "Class HO3 is not among the allowed.",
            "Class HO5 passes, or a grant that allows it.",
        ),
        (
            {"excluded_classes": ("HO3",)},
            {},
            "Class HO3 is excluded.",
            "Any class but HO3 passes, or a grant that does not exclude it.",
        ),
        (
            {"excluded_classes": ("HO8",)},
            {"class_codes": ()},
            "Class code is not known.",
            "Have the underwriter enter the class code. Any class but HO8 passes.",
        ),
        ({}, {"effective": date(2026, 11, 20)}, "", ""),
        (
            {},
            {"effective": date(2026, 11, 19)},
            "It takes effect 1 day back; 0 days of backdating are allowed.",
            "Nov 20, 2026 or later passes, or a grant that allows 1 day of backdating.",
        ),
        ({"backdating_days": 5}, {"effective": date(2026, 11, 15)}, "", ""),
        (
            {"backdating_days": 5},
            {"effective": date(2026, 11, 14)},
            "It takes effect 6 days back; 5 days of backdating are allowed.",
            "Nov 15, 2026 or later passes, or a grant that allows 6 days of backdating.",
        ),
        (
            {},
            {"effective": None},
            "Effective date is not known.",
            "Have the underwriter enter the effective date. Nov 20, 2026 or later passes.",
        ),
        (
            {"max_insured_value": Decimal(500_000)},
            {"insured_value": None},
            "Insured value is not known.",
            "Have the underwriter enter the insured value. Insured value of at most $500,000.00 passes.",
        ),
    ],
)
def test_each_limit_says_what_is_beyond_it_and_what_would_pass(
    limits: dict[str, Any], facts: dict[str, Any], found: str, would_pass: str
) -> None:
    said = answer(otherwise(facts, grants=(grant(**limits),)), Rule.GRANT)
    assert (said.verdict, said.would_pass) == (REFER if found else PASS, would_pass)
    assert said.found.startswith(found or "Allowed by: Any producer · Any carrier · Any line · Any state: new business")


@pytest.mark.criterion("BIND-06")
def test_a_cap_on_the_insured_value_does_not_apply_to_a_line_that_has_none() -> None:
    liability = {"line": "general_liability", "line_name": "Commercial general liability", "insured_value": None}
    capped = (grant(max_insured_value=Decimal(500_000)),)
    said = answer(otherwise(liability | {"is_valued": False}, grants=capped), Rule.GRANT)
    assert said.verdict is PASS
    assert said.found.endswith(". Commercial general liability has no insured value.")
    entered = answer(
        otherwise(liability | {"is_valued": False, "insured_value": Decimal(600_000)}, grants=capped), Rule.GRANT
    )
    assert entered.found.startswith("Insured value $600,000.00 is above $500,000.00.")
    uncapped = answer(otherwise(liability | {"is_valued": False}, grants=(grant(),)), Rule.GRANT)
    assert "no insured value" not in uncapped.found


@pytest.mark.criterion("BIND-06")
def test_property_has_an_insured_value_and_so_has_what_nobody_knows() -> None:
    valued = {line for line in COVERED_BY if has_insured_value(line)}
    assert valued == {"homeowners", "bop", "commercial_property"}
    assert has_insured_value("inland_marine")


@pytest.mark.criterion("BIND-06")
@pytest.mark.parametrize(
    ("subject", "asks"),
    [(Subject.BY_HAND, "Say the losses."), (Subject.TRANSACTION, "The ledger does not hold the losses: whoever")],
)
def test_what_to_do_about_a_fact_that_is_not_known_follows_from_what_is_asked_about(
    subject: Subject, asks: str
) -> None:
    asked = otherwise({"losses": None}, subject=subject, grants=(grant(max_losses=Decimal(0)),))
    assert answer(asked, Rule.GRANT).would_pass.startswith(asks)


@pytest.mark.criterion("BIND-06")
def test_a_fact_on_which_it_hangs_whether_a_grant_reaches_is_asked_for() -> None:
    said = answer(otherwise({"state": ""}, grants=(grant(), grant(CODE, "HL-1", states=("RI",)))), Rule.GRANT)
    assert (said.verdict, said.would_pass) == (REFER, "Say the state.")


@pytest.mark.criterion("BIND-07")
@pytest.mark.parametrize(
    ("broad", "narrow"),
    [
        (grant(), grant(ROLE, "producer")),
        (grant(ROLE, "producer"), grant(PRODUCER, "Harbor Lane")),
        (grant(PRODUCER, "Harbor Lane"), grant(PRODUCER, "North Branch")),
        (grant(PRODUCER, "North Branch"), grant(PRODUCER, "Maya")),
        (grant(PRODUCER, "Maya"), grant(CODE, "HL-1")),
        (grant(), grant(carrier="granite")),
        (grant(), grant(line="homeowners")),
        (grant(), grant(states=("RI",))),
        (grant(line="homeowners", states=("RI",)), grant(carrier="granite")),
        (grant(states=("RI",)), grant(line="homeowners")),
        (grant(carrier="granite", line="homeowners", states=("RI",)), grant(ROLE, "producer")),
    ],
)
def test_the_narrowest_grant_that_names_a_limit_caps_it(broad: Granted, narrow: Granted) -> None:
    def limited(given: Granted, **limits: Any) -> Granted:
        return replace(given, limits=replace(given.limits, **limits))

    for wide, tight in ((5000, 20_000), (20_000, 5000)):
        grants = (
            limited(narrow, max_premium=Decimal(tight)),
            limited(broad, max_premium=Decimal(wide), max_losses=Decimal(2000)),
        )
        for order in (grants, grants[::-1]):
            settled = settle(order, INPUTS).limits
            assert (settled.max_premium, settled.max_losses) == (Decimal(tight), Decimal(2000))


@pytest.mark.criterion("BIND-07")
def test_of_equally_narrow_grants_the_strictest_counts() -> None:
    one = grant(
        max_premium=Decimal(10_000),
        min_deductible=Decimal(500),
        allowed_classes=("A", "B"),
        excluded_classes=("X",),
        backdating_days=3,
        binder_days=30,
    )
    other = grant(
        max_premium=Decimal(9000),
        min_deductible=Decimal(1000),
        allowed_classes=("B", "C"),
        excluded_classes=("Y",),
        binder_days=7,
    )
    settled = settle((one, other), INPUTS).limits
    assert settled == replace(
        one.limits,
        max_premium=Decimal(9000),
        min_deductible=Decimal(1000),
        allowed_classes=("B",),
        excluded_classes=("X", "Y"),
        binder_days=7,
    )
    nothing = (grant(allowed_classes=("HO3",)), grant(allowed_classes=("HO5",)))
    said = answer(otherwise(grants=nothing), Rule.GRANT)
    assert (said.verdict, said.would_pass) == (REFER, "No class passes, or a grant that allows it.")


@pytest.mark.criterion("BIND-07")
def test_how_long_a_binder_may_run_is_told_with_what_may_be_bound() -> None:
    grants = (grant(binder_days=30), grant(CODE, "HL-1", binder_days=7))
    assert evaluate(otherwise(grants=grants)).binder_days == 7
    assert evaluate(otherwise(grants=grants, role=Role.PRINCIPAL)).binder_days is None
    assert evaluate(INPUTS).binder_days is None
