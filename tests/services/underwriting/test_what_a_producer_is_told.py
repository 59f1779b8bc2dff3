"""What a producer reads of a quote that came to them from another, and of who stands above them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from portal_app.models.enums import (
    BindAction,
    FlagLevel,
    Grant,
    GranteeKind,
    Origin,
    ProducerState,
    TransactionKind,
    TransactionState,
)
from portal_app.models.policies import Policy
from portal_app.models.types import new_locator
from portal_app.services.access import Actor, Permission
from portal_app.services.authority import decide, decisions, grants
from portal_app.services.authority.answers import Rule
from portal_app.services.authority.terms import GrantTerms
from portal_app.services.door import Door, Tx, reads
from portal_app.services.errors import NotFound
from portal_app.services.ledger import drafts as ledger_drafts
from portal_app.services.ledger import rows as ledger_rows
from portal_app.services.quotes import drafts
from portal_app.services.sync import bulk
from portal_app.services.underwriting import flags, judging, requests
from portal_app.services.underwriting.subjects import of_transaction
from tests.routes.api.test_transactions import BEGUN
from tests.services.quotes.acting import put, quote, underwriter
from tests.world import NOW, Agency


@pytest.mark.criterion("UW-10")
def test_of_a_quote_that_came_to_them_they_read_what_is_about_their_code(door: Door, agency: Agency) -> None:
    put(door, agency.codes["maya"], ProducerState.SUSPENDED)
    draft = quote(door, agency).locator
    (earlier,) = door.run(requests.underwrite_quote, underwriter(agency), locator=draft).result.flags
    by_hand = door.run(
        flags.add_to_quote, underwriter(agency), locator=draft, level=FlagLevel.INFO, tag="The roof is old"
    )
    answered = door.run(decide.for_quote, agency.principal(), quote=draft)
    mine = door.run(decide.for_quote, agency.producer(), quote=draft)
    door.run(drafts.update, underwriter(agency), locator=draft, given={"producer_code": "HL-daniel"})

    daniel = agency.other_producer()
    assert door.run(flags.of_a_quote, daniel, locator=draft) == (by_hand,)
    with pytest.raises(NotFound):
        door.run(flags.flag, daniel, locator=earlier.locator)
    assert door.run(decisions.of_quote, daniel, quote=draft).total == 0
    for each in (answered, mine):
        with pytest.raises(NotFound):
            door.run(decisions.one, daniel, locator=each.locator)
    now = door.run(decide.for_quote, agency.principal(), quote=draft)
    assert [each.locator for each in door.run(decisions.of_quote, daniel, quote=draft).rows] == [now.locator]

    for person in (agency.principal(), agency.csr(), agency.branch_manager(Grant.DOWNLINE)):
        assert [each.locator for each in door.run(flags.of_a_quote, person, locator=draft)] == [
            earlier.locator,
            by_hand.locator,
        ]
        assert door.run(decisions.of_quote, person, quote=draft).total == 3


@pytest.mark.criterion("UW-10")
def test_what_one_may_not_see_counts_all_the_same(door: Door, agency: Agency) -> None:
    """A flag that was removed lets its code through, whoever asks."""
    put(door, agency.codes["daniel"], ProducerState.SUSPENDED)
    draft = quote(door, agency, producer_code="HL-daniel").locator
    (flag,) = door.run(requests.underwrite_quote, underwriter(agency), locator=draft).result.flags
    door.run(flags.remove, underwriter(agency), locator=flag.locator)
    for person in (agency.principal(), agency.other_producer()):
        assert door.run(requests.standing_of_quote, person, locator=draft).outcome.value == "passed"


@reads(Permission.VIEW_OWN_ACCOUNTS)
def standing(tx: Tx, *, transaction: str, code: int) -> tuple[str, list[str]]:
    """What underwriting comes to for a drafted transaction that carries the code, and the flags that the actor sees."""
    row = ledger_rows.find(tx, transaction)
    subject = of_transaction(tx.db.get_one(Policy, row.policy_id), row)
    seen = [each.locator for each in judging.flags_of(tx, subject)]
    return judging.judge(tx, subject, code).outcome.value, seen


@pytest.mark.criterion("UW-10")
def test_a_flag_of_anothers_code_that_one_may_not_see_counts_on_ones_own_policy(door: Door, agency: Agency) -> None:
    """Maya sees what is drafted on her policy, and not what was found of the code to which it is to go."""
    policy, code = agency.policies["maya"], agency.codes["daniel"]
    row = {
        "locator": new_locator(), "policy_id": policy.id, "kind": TransactionKind.ISSUANCE,
        "state": TransactionState.ISSUED, "origin": Origin.PORTAL, "term_effective": policy.effective,
        "effective_at": NOW.replace(month=6, day=1, hour=4), "known_at": NOW, "issued_at": NOW, "changes": BEGUN,
    }  # fmt: skip
    with door.database.write() as db:
        db.execute(insert(bulk.LEDGER), [row])
    put(door, code, ProducerState.SUSPENDED)
    to_daniel = [{"action": "producers", "setProducerCode": "HL-daniel"}]
    given = {"policy": policy.locator, "kind": TransactionKind.CHANGE, "effective_at": NOW + timedelta(days=10)}
    draft = door.run(ledger_drafts.draft, underwriter(agency), **given, asked=to_daniel).locator
    (flag,) = door.run(requests.underwrite_transaction, underwriter(agency), locator=draft).result.flags

    def answers(person: Actor) -> tuple[str, list[str]]:
        return door.run(standing, person, transaction=draft, code=code.id or 0)

    assert answers(agency.producer()) == ("failed", [])
    door.run(flags.remove, underwriter(agency), locator=flag.locator)

    assert answers(agency.principal()) == ("passed", [flag.locator])
    assert answers(agency.producer()) == ("passed", [])
    asked = door.run(decide.for_transaction, agency.producer(), transaction=draft)
    assert next(each.verdict.value for each in asked.answers if each.rule is Rule.FLAGS) == "pass"


@pytest.mark.criterion("UW-11")
def test_who_stands_above_is_told_without_a_name_to_who_does_not_see_them(door: Door, agency: Agency) -> None:
    put(door, agency.branch, ProducerState.SUSPENDED)
    draft = quote(door, agency).locator
    kept = door.run(decide.for_quote, agency.producer(), quote=draft)

    def parents(found: decisions.Decided) -> str:
        said = next(each for each in found.answers if each.rule is Rule.PARENTS)
        return f"{said.verdict.value}: {said.found} {said.would_pass}"

    hers = door.run(requests.standing_of_quote, agency.producer(), locator=draft)
    assert [(each.called, bool(each.locator)) for each in hers.way] == [
        ("HL-maya", True),
        ("Maya Alvarez", True),
        ("a producer above", False),
        ("a producer above", False),
    ]
    assert [each.called for each in hers.invalid] == ["a producer above"]
    unnamed = "deny: A producer above is suspended. It passes once a producer above is taken into use again."
    assert parents(kept) == unnamed
    assert parents(door.run(decisions.one, agency.producer(), locator=kept.locator)) == unnamed
    named = "deny: North Branch is suspended. It passes once North Branch is taken into use again."
    for person in (agency.principal(), agency.csr(), agency.branch_manager(Grant.DOWNLINE)):
        assert parents(door.run(decisions.of_quote, person, quote=draft).rows[0]) == named
    theirs = door.run(requests.standing_of_quote, agency.principal(), locator=draft)
    assert [each.called for each in theirs.way[2:]] == ["North Branch", "Harbor Lane Insurance"]


@pytest.mark.criterion("UW-11")
def test_whose_a_grant_is_is_told_to_who_sees_them(door: Door, agency: Agency) -> None:
    house = GrantTerms(GranteeKind.PRODUCER, (BindAction.NEW,), date(2026, 1, 1), agency.house.locator)
    given = door.run(grants.add, agency.admin(), terms=house)
    assert given.told.startswith("Harbor Lane Insurance and below")
    draft = quote(door, agency).locator
    kept = door.run(decide.for_quote, agency.producer(), quote=draft)

    def by_grant(person: Actor) -> str:
        found = door.run(decisions.of_quote, person, quote=draft).rows[0]
        return next(each.found for each in found.answers if each.rule is Rule.GRANT)

    mine = door.run(grants.one, agency.producer(), locator=given.locator)
    assert (mine.grantee_name, mine.terms.grantee) == ("a producer above", "")
    assert mine.told.startswith("A producer above and those below")
    assert "A producer above and those below" in next(e.found for e in kept.answers if e.rule is Rule.GRANT)
    assert "Harbor Lane" not in by_grant(agency.producer())
    for person in (agency.principal(), agency.csr()):
        assert "Harbor Lane Insurance and below" in by_grant(person)
