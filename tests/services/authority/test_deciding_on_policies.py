"""Binding a drafted change or renewal of a policy that a feed brought: judged by the term as it would be."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.enums import BindAction, BindOutcome, FeedKind, FlagCause, FlagLevel, GranteeKind, Role
from portal_app.models.policies import Policy
from portal_app.models.quotes import UnderwritingFlag
from portal_app.services.authority import decide, decisions, grants, moratoria
from portal_app.services.authority.answers import Rule
from portal_app.services.authority.terms import GrantTerms
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, NotFound
from portal_app.services.ledger import drafts
from portal_app.services.ports import AddressRecord
from tests.services.authority.asked import verdicts
from tests.services.authority.conftest import STORM
from tests.services.ledger.conftest import (  # noqa: F401
    CANCELLATION,
    CHANGE,
    CODES,
    PRINCIPAL,
    RENEWAL,
    Desk,
    asked,
    at,
    desk,
)
from tests.services.sync.conftest import door, feed, stored, sync  # noqa: F401
from tests.services.sync.feed import MemoryFeed, client, policy, producer
from tests.world import actor

CSR = actor(Role.CSR)
BIND, REFER, DENY = BindOutcome.BIND, BindOutcome.REFER, BindOutcome.DENY


@pytest.fixture
def book(feed: MemoryFeed, sync: Callable[[], Any]) -> None:  # noqa: F811
    """Ada Grove's policy from 1 June 2026, with a house in Rhode Island."""
    home = AddressRecord(street="12 Harbor Lane", city="Providence", state="RI", postal_code="02903")
    feed.export(FeedKind.PRODUCERS, *(producer(code, f"Producer {code}") for code in CODES))
    feed.export(FeedKind.CLIENTS, client())
    feed.export(FeedKind.POLICIES, replace(policy(), locations=(home,)))
    sync()


def allowed(door: Door, **given: Any) -> str:  # noqa: F811
    terms = GrantTerms(GranteeKind.CODE, (BindAction.ENDORSE, BindAction.RENEW), date(2026, 1, 1), "HL-2")
    return door.run(grants.add, PRINCIPAL, terms=replace(terms, **given)).locator


def ask(door: Door, draft: str, person: Any = CSR) -> decisions.Decided:  # noqa: F811
    return door.run(decide.for_transaction, person, transaction=draft)


@pytest.mark.criterion("BIND-17")
def test_a_change_is_judged_by_the_term_as_it_would_be(door: Door, desk: Desk) -> None:  # noqa: F811
    allowed(door)
    draft = desk.draft(CHANGE, at(2026, 12, 1), asked(setProducerCode="HL-2"))
    other = desk.draft(CHANGE, at(2026, 12, 1), asked(setProducerCode="HL-3"))
    found = ask(door, draft)
    assert (found.outcome, found.action) == (BIND, BindAction.ENDORSE)
    assert (found.transaction, found.policy, found.quote) == (draft, desk.locator, "")
    facts = found.facts
    assert (facts.producer_code, facts.state, facts.postal_codes) == ("HL-2", "RI", ("02903",))
    assert (facts.effective, facts.carrier_name) == (date(2026, 12, 1), policy().carrier)
    assert facts.premium == policy().premium
    assert ask(door, other).outcome is REFER
    listed = door.run(decisions.of_transaction, CSR, transaction=draft)
    assert (listed.rows, listed.total) == ((found,), 1)


@pytest.mark.criterion("BIND-17")
def test_what_the_ledger_does_not_hold_is_referred(door: Door, desk: Desk) -> None:  # noqa: F811
    locator = allowed(door, max_losses=Decimal(100))
    renewal = desk.draft(RENEWAL, None, asked(setProducerCode="HL-2"))
    found = ask(door, renewal)
    assert (found.outcome, found.action, found.facts.effective) == (REFER, BindAction.RENEW, date(2027, 6, 1))
    assert next(each for each in found.answers if each.rule is Rule.GRANT).found.startswith("Losses are not known.")
    door.run(grants.change, PRINCIPAL, locator=locator, version=1, given={"max_losses": None})
    assert ask(door, renewal).outcome is BIND
    door.run(moratoria.add, PRINCIPAL, terms=replace(STORM, actions=(BindAction.RENEW,)))
    assert ask(door, renewal, PRINCIPAL).outcome is DENY


@pytest.mark.criterion("BIND-17")
def test_flags_of_the_transaction_count(door: Door, database: Database, desk: Desk) -> None:  # noqa: F811
    draft = desk.draft(CHANGE, at(2026, 12, 1), asked(setProducerCode="HL-2"))
    with database.write() as db:
        policy_id = db.scalars(select(Policy.id).where(Policy.locator == desk.locator)).one()
        db.add(
            UnderwritingFlag(
                policy_id=policy_id,
                transaction_locator=draft,
                cause=FlagCause.PERSON,
                level=FlagLevel.DECLINE,
                tag="Losses",
                created_at=door.clock(),
                created_by="x",
            )
        )
    found = ask(door, draft, PRINCIPAL)
    assert (found.outcome, verdicts(found.answers)[Rule.FLAGS]) == (DENY, "deny")


@pytest.mark.criterion("BIND-17")
def test_only_a_draft_of_a_change_or_a_renewal_is_asked_about(door: Door, desk: Desk) -> None:  # noqa: F811
    cancellation = desk.draft(CANCELLATION, at(2026, 12, 1))
    gone = desk.draft(CHANGE, at(2026, 12, 1), asked(setProducerCode="HL-2"))
    door.run(drafts.discard, PRINCIPAL, locator=gone)
    issued = desk.draft(CHANGE, at(2026, 12, 1), asked(setProducerCode="HL-2"))
    answered = ask(door, issued)
    desk.issue(issued)
    for refused in (cancellation, gone, issued):
        with pytest.raises(Conflict):
            ask(door, refused)
    for hidden in ("nothing", "01J00000000000000000000000"):
        with pytest.raises(NotFound):
            ask(door, hidden)
    assert door.run(decisions.of_transaction, CSR, transaction=issued).rows[1:] == (answered,)
    with pytest.raises(NotFound):
        door.run(decisions.of_transaction, actor(Role.PRODUCER, 9999), transaction=issued)
