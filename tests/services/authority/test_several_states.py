"""A risk that lies in more than one state: each of them counts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal_app.models.enums import BindAction, BindOutcome, FeedKind, GranteeKind, Role
from portal_app.services.authority import decide, grants, moratoria
from portal_app.services.authority.answers import Rule, Verdict
from portal_app.services.authority.facts import Finding, restored
from portal_app.services.authority.facts import stored as to_table
from portal_app.services.authority.rules import evaluate
from portal_app.services.authority.terms import GrantTerms
from portal_app.services.door import Door
from portal_app.services.ports import AddressRecord
from tests.services.authority.asked import answer, grant, otherwise, stop
from tests.services.authority.conftest import STORM
from tests.services.ledger.conftest import (  # noqa: F401
    CHANGE,
    CODES,
    PRINCIPAL,
    Desk,
    asked,
    at,
    desk,
)
from tests.services.producers.configured import SEED, with_configuration
from tests.services.sync.conftest import door, feed, stored, sync  # noqa: F401
from tests.services.sync.feed import MemoryFeed, client, policy, producer
from tests.world import actor

PASS, REFER, DENY = Verdict
TWO = {"state": "", "states": ("RI", "CT"), "postal_codes": ("02903", "06355")}


@pytest.fixture
def book(feed: MemoryFeed, sync: Callable[[], Any]) -> None:  # noqa: F811
    """Ada Grove's policy, with a house in Rhode Island and one in Connecticut."""
    homes = (
        AddressRecord(street="12 Harbor Lane", city="Providence", state="RI", postal_code="02903"),
        AddressRecord(street="1 Bank Street", city="Mystic", state="CT", postal_code="06355"),
    )
    feed.export(FeedKind.PRODUCERS, *(producer(code, f"Producer {code}") for code in CODES))
    feed.export(FeedKind.CLIENTS, client())
    feed.export(FeedKind.POLICIES, replace(policy(), locations=homes))
    sync()


@pytest.mark.criterion("BIND-23")
def test_a_policys_states_are_all_asked_about(door: Door, desk: Desk) -> None:  # noqa: F811
    line = policy().line
    asking = SEED["producerManagement"] | {"qualification": {"lines": {line: "license"}}}
    careful = with_configuration(door, SEED | {"producerManagement": asking})
    terms = GrantTerms(GranteeKind.AGENCY, (BindAction.ENDORSE,), date(2026, 1, 1), states=("RI",))
    given = door.run(grants.add, PRINCIPAL, terms=terms)
    draft = desk.draft(CHANGE, at(2026, 12, 1), asked(setProducerCode="HL-2"))

    def ask(by: Door = door) -> tuple[Any, dict[Rule, Any]]:
        found = by.run(decide.for_transaction, actor(Role.CSR), transaction=draft)
        return found, {each.rule: each for each in found.answers}

    found, said = ask(careful)
    assert (found.facts.state, found.facts.states) == ("", ("RI", "CT"))
    assert said[Rule.LICENSE].verdict is DENY
    assert "for Rhode Island" in said[Rule.LICENSE].found
    assert "for Connecticut" in said[Rule.LICENSE].found
    assert said[Rule.GRANT].verdict is REFER
    assert said[Rule.GRANT].found.endswith("for CT.")
    door.run(grants.change, PRINCIPAL, locator=given.locator, version=1, given={"states": ("RI", "CT")})
    assert ask()[0].outcome is BindOutcome.BIND
    there = replace(STORM, actions=(BindAction.ENDORSE,), zip_prefixes=(), states=("CT",))
    door.run(moratoria.add, PRINCIPAL, terms=there)
    found, said = ask()
    assert (found.outcome, said[Rule.MORATORIUM].verdict) == (BindOutcome.DENY, DENY)


@pytest.mark.criterion("BIND-23")
@pytest.mark.parametrize(
    ("states", "stopped", "verdict"),
    [
        (("RI", "CT"), ("CT",), DENY),
        (("RI", "CT"), ("MA",), PASS),
        (("RI", ""), ("RI",), DENY),
        (("RI", ""), ("MA",), REFER),
    ],
)
def test_a_moratorium_on_any_of_the_states_denies(states: Any, stopped: Any, verdict: Verdict) -> None:
    inputs = otherwise(TWO | {"states": states}, moratoria=(stop(states=stopped),))
    assert answer(inputs, Rule.MORATORIUM).verdict is verdict


@pytest.mark.criterion("BIND-23")
def test_in_each_state_the_narrowest_grant_caps() -> None:
    anywhere, at_home = grant(max_premium=Decimal(20_000)), grant(states=("RI",), max_premium=Decimal(5000))
    said = answer(otherwise(TWO, grants=(anywhere, at_home)), Rule.GRANT)
    assert (said.verdict, said.found[:36]) == (REFER, "Premium $9,000.00 is above $5,000.00")
    assert answer(otherwise(TWO | {"states": ("CT", "MA")}, grants=(anywhere, at_home)), Rule.GRANT).verdict is PASS
    two = (grant(states=("RI",), binder_days=30), grant(states=("CT",), binder_days=7))
    assert evaluate(otherwise(TWO, grants=two)).binder_days == 7
    assert answer(otherwise(TWO, grants=two[:1]), Rule.GRANT).found.endswith("for CT.")


@pytest.mark.criterion("BIND-23")
def test_one_state_that_fails_denies_where_another_is_not_known() -> None:
    none = Finding(False, "No license.", "A license would.")
    assert answer(otherwise(TWO | {"states": ("RI", "")}, license=none), Rule.LICENSE).verdict is DENY
    assert answer(otherwise(TWO | {"states": ("RI", "")}), Rule.LICENSE).verdict is REFER
    no_carrier = otherwise(TWO | {"states": ("RI", ""), "carrier": ""}, appointment=none)
    assert answer(no_carrier, Rule.APPOINTMENT).verdict is REFER


@pytest.mark.criterion("BIND-12")
def test_what_was_kept_before_there_were_several_states_answers_the_same() -> None:
    """Then a risk in two states had none that was known."""
    before = otherwise({"state": ""}, license=None, appointment=None, moratoria=(stop(states=("RI",)),))
    kept = to_table(before)
    del kept["facts"]["states"]
    assert restored(kept) == before
    said = {each.rule: each.verdict for each in evaluate(restored(kept)).answers}
    assert (said[Rule.LICENSE], said[Rule.APPOINTMENT], said[Rule.MORATORIUM]) == (REFER, REFER, REFER)
