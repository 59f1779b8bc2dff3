"""Renewals that a cancellation took with it, and that come back where its term is reinstated."""

import json
from datetime import date
from decimal import Decimal

import pytest

from portal_app.database import Database
from portal_app.models import metadata
from portal_app.models.enums import PolicyStatus, Resolution, TransactionState
from portal_app.models.webhooks import Webhook
from portal_app.services.door import Door
from portal_app.services.errors import Conflict
from portal_app.services.ledger import outlook, reading, timeline
from portal_app.services.producers import find, lifecycle
from portal_app.services.sync import bulk, conflicts
from tests.services.ledger.conftest import (
    CANCELLATION,
    CHANGE,
    PRINCIPAL,
    REINSTATEMENT,
    RENEWAL,
    Desk,
    System,
    asked,
    at,
    check_order,
    check_rebuild,
)
from tests.services.sync.test_policies import Stored
from tests.world import NOW

OUTBOX = metadata.tables["outbox_message"]


@pytest.mark.criterion("LEDGER-48")
def test_a_reinstatement_brings_back_what_fell_with_the_cancellation(
    desk: Desk, stored: Stored, database: Database, door: Door
) -> None:
    desk.issued(RENEWAL)
    desk.issued(CHANGE, at(2027, 7, 1), asked(setProducerCode="HL-2"))
    before = desk.snapshot(at(2027, 7, 2))
    desk.issued(CANCELLATION, at(2026, 12, 9))
    # The cancellation is applied again behind this one, and is the same cancellation still.
    desk.issued(CHANGE, at(2026, 12, 1), asked(setProducerCodeOfRecord="HL-3"))
    cancelled = desk.clock.now
    named = door.run(find.code_named, PRINCIPAL, code="HL-2")
    with pytest.raises(Conflict, match="A policy once carried this code"):
        door.run(lifecycle.discard_code, PRINCIPAL, locator=named.locator)
    draft = desk.draft(REINSTATEMENT, at(2026, 12, 30))
    told = door.run(outlook.outlook, PRINCIPAL, locator=draft)
    assert ([each.kind for each in told.returns], told.again, told.falls) == ([RENEWAL, CHANGE], (), ())
    assert told.problem == ""

    desk.issue(draft)
    for each in told.returns:
        [again] = [
            row for row in door.run(timeline.timeline, PRINCIPAL, policy=desk.locator) if row.reapplies == each.locator
        ]
        assert again.state is TransactionState.ISSUED
        assert desk.transaction(each.locator).reversed_by != draft, "when it fell stays as it was"
    after = desk.snapshot(at(2027, 7, 2))
    assert (after.term_effective, after.producer_info) == (before.term_effective, before.producer_info)
    assert desk.snapshot(at(2027, 7, 2), known_at=cancelled).status is PolicyStatus.CANCELLED
    check_rebuild(database, door)
    check_order(stored(bulk.LEDGER))
    # It falls again and comes back again, once each time.
    for day in (4, 12):
        desk.issued(CANCELLATION, at(2027, 1, day))
        desk.issued(REINSTATEMENT, at(2027, 1, day + 1))
    assert desk.codes(at(2027, 7, 2)) == (before.producer_info.producer_code, "HL-1")
    assert len(door.run(reading.terms, PRINCIPAL, policy=desk.locator).rows) == 2


@pytest.mark.criterion("LEDGER-44")
def test_a_cancellation_of_the_feed_takes_the_portals_renewal_with_it(
    desk: Desk, ams: System, stored: Stored, database: Database, door: Door
) -> None:
    renewal = desk.issued(RENEWAL)
    ams.says(status=PolicyStatus.CANCELLED, cancelled_on=date(2026, 11, 15))
    assert [each.status for each in door.run(reading.terms, PRINCIPAL, policy=desk.locator).rows] == [
        PolicyStatus.CANCELLED
    ]
    assert desk.transaction(renewal.locator).state is TransactionState.REVERSED
    ams.says(status=PolicyStatus.CANCELLED, cancelled_on=date(2026, 11, 15), premium=Decimal(700))
    assert len(door.run(reading.terms, PRINCIPAL, policy=desk.locator).rows) == 1
    check_order(stored(bulk.LEDGER))
    check_rebuild(database, door)

    ams.says(premium=Decimal(700))
    [renewed, reinstated] = door.run(reading.terms, PRINCIPAL, policy=desk.locator).rows
    assert (renewed.status, reinstated.status) == (PolicyStatus.ACTIVE, PolicyStatus.ACTIVE)
    assert renewed.premium == Decimal(700), "it carries forward what the term is by now"
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-48")
def test_a_renewal_does_not_come_back_where_the_feed_has_renewed_meanwhile(
    desk: Desk, ams: System, door: Door, database: Database
) -> None:
    renewal = desk.issued(RENEWAL)
    ams.says(status=PolicyStatus.CANCELLED, cancelled_on=date(2026, 11, 15))
    ams.says(effective=date(2027, 6, 15))
    ams.says()
    found = door.run(reading.terms, PRINCIPAL, policy=desk.locator).rows
    assert [each.effective for each in found] == [date(2027, 6, 15), date(2026, 6, 1)]
    assert desk.transaction(renewal.locator).state is TransactionState.REVERSED
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-48")
def test_what_comes_back_by_a_decision_is_told_to_subscribers(
    desk: Desk, ams: System, stored: Stored, door: Door, database: Database
) -> None:
    renewal = desk.issued(RENEWAL)
    desk.issued(CANCELLATION, desk.clock.now)
    ams.says(premium=Decimal(900))
    about = {"url": "https://there.test", "secret": "whsec_x", "created_by": "ada@agency.test", "created_at": NOW}
    with database.write() as db:
        db.add(Webhook(**about, patterns=["policy.transaction.issue"]))
    [conflict] = door.run(conflicts.listed, PRINCIPAL).rows
    door.run(conflicts.resolve, PRINCIPAL, locator=conflict.locator, resolution=Resolution.SECOND)

    told = [json.loads(each["payload"]["body"])["data"] for each in stored(OUTBOX) if "webhook" in each["payload"]]
    [back] = [
        each for each in stored(bulk.LEDGER) if each["reapplies_id"] and each["term_effective"] == date(2027, 6, 1)
    ]
    assert [each["kind"] for each in told] == ["reinstatement", "renewal"]
    assert (told[1]["locator"], told[1]["reapplies"]) == (back["locator"], renewal.locator)
