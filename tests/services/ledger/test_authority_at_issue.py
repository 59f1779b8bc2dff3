"""Binding authority where a draft is issued: a moratorium stops it, what is referred is decided by who issues."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import (
    BindAction,
    BindOutcome,
    FlagLevel,
    Grant,
    IssueOutcome,
    Role,
    TransactionKind,
    TransactionState,
)
from portal_app.services.authority import decisions, moratoria
from portal_app.services.authority.answers import Rule, Verdict
from portal_app.services.authority.terms import MoratoriumTerms
from portal_app.services.door import Door
from portal_app.services.ledger import issuing, outlook, reading
from portal_app.services.underwriting import flags
from tests.services.ledger.conftest import CANCELLATION, CHANGE, PRINCIPAL, RENEWAL, Desk, asked, at
from tests.world import actor

DECEMBER, TO_2 = at(2026, 12, 1), asked(setProducerCode="HL-2")
STORM = MoratoriumTerms(
    name="Storm Ida",
    peril="Wind",
    reason="A named storm is near.",
    actions=(BindAction.ENDORSE,),
    begins_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
)
UNDERWRITER = actor(Role.CSR, None, Grant.UNDERWRITING)


def stop(door: Door, **given: Any) -> str:
    return door.run(moratoria.add, PRINCIPAL, terms=replace(STORM, **given)).locator


def told_of(door: Door, locator: str) -> tuple[decisions.Decided, ...]:
    return door.run(decisions.of_transaction, PRINCIPAL, transaction=locator).rows


@pytest.mark.criterion("BIND-24")
def test_a_moratorium_stops_everybody_and_leaves_a_trace(desk: Desk, door: Door, database: Database) -> None:
    storm = stop(door)
    locator = desk.draft(CHANGE, DECEMBER, TO_2)
    said = "The moratorium Storm Ida (Wind) stops endorsements until somebody ends it: A named storm is near."
    assert door.run(outlook.outlook, PRINCIPAL, locator=locator).problem == said

    refused = desk.attempt(locator)
    assert (refused.refused, refused.transaction.state) == (said, TransactionState.DRAFT)
    assert refused.decision is not None
    assert (refused.decision.outcome, refused.decision.issue) == (BindOutcome.DENY, IssueOutcome.REFUSED)
    assert refused.decision.rules[0] == (storm, 1)
    assert told_of(door, locator) == (refused.decision,)
    assert desk.codes(DECEMBER) == ("HL-1", "HL-1")
    with database.read() as db:
        trace = db.scalars(select(AuditEvent).where(AuditEvent.action == "transaction.refused")).one()
        assert (trace.subject, trace.detail["by"], trace.detail["moratoria"]) == (desk.locator, ["moratorium"], [storm])
        assert trace.detail["decision"] == refused.decision.locator

    door.run(moratoria.change, PRINCIPAL, locator=storm, version=1, given={"ends_at": at(2026, 12, 1, 17)})
    assert "stops endorsements until Dec 1, 2026 12:00 PM EST: A" in desk.attempt(locator).refused
    door.run(moratoria.end, PRINCIPAL, locator=storm, version=2)
    issued = desk.attempt(locator)
    assert (issued.refused, issued.transaction.state) == ("", TransactionState.ISSUED)
    assert [each.issue for each in told_of(door, locator)] == [
        IssueOutcome.ISSUED,
        IssueOutcome.REFUSED,
        IssueOutcome.REFUSED,
    ]
    assert door.run(decisions.at_issue, PRINCIPAL, policy=desk.locator) == (issued.decision,)


@pytest.mark.criterion("BIND-24")
@pytest.mark.parametrize(("kind", "stopped"), [(RENEWAL, False), (CANCELLATION, False), (CHANGE, True)])
def test_only_what_it_is_about_is_stopped(desk: Desk, door: Door, kind: TransactionKind, stopped: bool) -> None:
    stop(door)
    given = [TO_2] if kind is CHANGE else []
    found = desk.attempt(desk.draft(kind, None if kind is RENEWAL else DECEMBER, *given))
    assert bool(found.refused) is stopped
    assert (found.decision is None) is (kind is CANCELLATION), "authority says nothing of a cancellation"


@pytest.mark.criterion("BIND-25")
def test_what_is_referred_is_decided_by_who_issues_and_kept(desk: Desk, door: Door) -> None:
    locator = desk.draft(CHANGE, DECEMBER, TO_2)
    desk.clock.forward(minutes=1)
    found = door.run(issuing.issue, UNDERWRITER, locator=locator)
    assert (found.refused, found.transaction.state) == ("", TransactionState.ISSUED)
    (kept,) = told_of(door, locator)
    assert (kept.outcome, kept.issue, kept.asked_by) == (BindOutcome.REFER, IssueOutcome.ISSUED, UNDERWRITER.email)
    assert [each.rule for each in kept.answers if each.verdict is Verdict.REFER] == [Rule.GRANT]
    assert kept.facts.producer_code == "HL-2"


@pytest.mark.criterion("BIND-24")
def test_underwriting_and_moratorium_are_told_together_and_both_are_kept(
    desk: Desk, door: Door, database: Database
) -> None:
    stop(door)
    locator = desk.draft(CHANGE, DECEMBER, TO_2)
    door.run(flags.add_to_transaction, PRINCIPAL, locator=locator, level=FlagLevel.BLOCK, tag="Wait")
    refused = desk.attempt(locator).refused
    assert refused.startswith("Underwriting came to blocked, by “Wait” (block).")
    assert "The moratorium Storm Ida" in refused
    assert door.run(outlook.outlook, PRINCIPAL, locator=locator).problem == refused
    cancellation = desk.draft(CANCELLATION, DECEMBER)
    door.run(flags.add_to_transaction, PRINCIPAL, locator=cancellation, level=FlagLevel.BLOCK, tag="Wait")
    assert desk.attempt(cancellation).refused
    with database.read() as db:
        traces = db.scalars(select(AuditEvent.detail).where(AuditEvent.action == "transaction.refused"))
        assert [each["by"] for each in traces] == [["underwriting", "moratorium"], ["underwriting"]]
    assert door.run(reading.transaction, PRINCIPAL, locator=locator).state is TransactionState.DRAFT
