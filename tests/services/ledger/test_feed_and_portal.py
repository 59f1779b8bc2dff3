"""A feed and people write one ledger: the feed's last word on its own fields is shown, the portal's codes hold."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal_app.database import Database
from portal_app.models.enums import (
    ConflictKind,
    FeedKind,
    Origin,
    PolicyStatus,
    ProducerState,
    Resolution,
    TransactionKind,
    TransactionState,
)
from portal_app.models.producers import ProducerCode
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.sync import bulk, conflicts
from tests.services.ledger.conftest import (
    CANCELLATION,
    CHANGE,
    PRINCIPAL,
    RENEWAL,
    Desk,
    System,
    asked,
    at,
    check_order,
    check_rebuild,
)
from tests.services.sync.feed import policy
from tests.services.sync.test_policies import Stored
from tests.world import Clock

TO_2 = asked(setProducerCode="HL-2")
NEXT = date(2027, 6, 1)


def shown(stored: Stored) -> tuple[str, PolicyStatus, Decimal]:
    [row] = stored(bulk.POLICY)
    codes = {each["id"]: each["code"] for each in stored(bulk.PRODUCER_CODE)}
    return codes.get(row["producer_code_id"], ""), row["status"], row["premium"]


@pytest.mark.criterion("LEDGER-34")
def test_a_change_that_is_still_to_come_is_applied_again_behind_what_the_feed_says_now(
    desk: Desk, ams: System, stored: Stored, database: Database, door: Door
) -> None:
    later = desk.issued(CHANGE, at(2026, 12, 24), TO_2)
    ams.says(premium=Decimal(900))

    rows = stored(bulk.LEDGER)
    check_order(rows)
    _, was, said, again = rows
    assert (was["locator"], was["state"], was["reversed_by_id"]) == (
        later.locator,
        TransactionState.REVERSED,
        said["id"],
    )
    assert (again["origin"], again["instructions"], again["source_record_id"]) == (Origin.PORTAL, [TO_2], None)
    assert shown(stored) == ("HL-1", PolicyStatus.ACTIVE, Decimal("900.00"))
    assert desk.codes(at(2026, 12, 23)) == ("HL-1", "HL-1")
    assert desk.snapshot(at(2026, 12, 25)).premium == Decimal("900.00")
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-34")
def test_the_feeds_last_word_on_its_own_fields_is_shown(
    desk: Desk, ams: System, stored: Stored, database: Database, door: Door
) -> None:
    desk.issued(CANCELLATION, at(2026, 12, 24), TO_2)
    assert shown(stored) == ("HL-1", PolicyStatus.CANCELLED, Decimal("1200.00"))
    ams.says(premium=Decimal(900))
    assert shown(stored) == ("HL-1", PolicyStatus.CANCELLED, Decimal("900.00")), "it said nothing of the status"
    ams.says(premium=Decimal(900), status=PolicyStatus.NON_RENEWED)
    assert shown(stored) == ("HL-1", PolicyStatus.NON_RENEWED, Decimal("900.00"))
    check_order(stored(bulk.LEDGER))
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-34")
def test_a_cancellation_that_the_feed_dates_back_is_applied_before_what_it_said_earlier(
    desk: Desk, ams: System, stored: Stored, database: Database, door: Door
) -> None:
    ams.says(premium=Decimal(900), description="Second car sold")
    ended = {"status": PolicyStatus.CANCELLED, "cancelled_on": date(2026, 8, 1)}
    ams.says(premium=Decimal(300), description="Second car sold", **ended)

    rows = stored(bulk.LEDGER)
    check_order(rows)
    *_, cancelled, again = rows
    assert (cancelled["kind"], again["changes"]) == (TransactionKind.CANCELLATION, {"description": "Second car sold"})
    assert again["source_version"] == 2
    assert shown(stored) == ("HL-1", PolicyStatus.CANCELLED, Decimal("300.00"))
    assert desk.snapshot(at(2026, 9, 1)).premium == Decimal("300.00")
    assert desk.snapshot(at(2026, 7, 1)).premium == Decimal("1200.00")
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-34")
def test_a_renewal_made_here_carries_forward_what_the_feed_says_of_the_term_before(
    desk: Desk, ams: System, stored: Stored, database: Database, door: Door
) -> None:
    desk.issued(RENEWAL)
    ams.says(premium=Decimal(900))
    assert desk.snapshot(at(2027, 7, 1)).premium == Decimal("900.00")
    assert [row["premium"] for row in stored(bulk.POLICY_TERM)] == [Decimal("900.00")] * 2
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-35")
def test_a_renewal_that_the_feed_brings_of_a_term_begun_here_borrows_nothing(
    desk: Desk, ams: System, stored: Stored, database: Database, door: Door
) -> None:
    desk.issued(RENEWAL)
    desk.issued(CHANGE, at(2027, 8, 1), TO_2)
    ams.says(effective=NEXT, premium=Decimal(1400), vehicles=(), number="PA-P1-A")

    found = desk.snapshot(at(2027, 9, 1))
    assert (found.number, found.premium, found.vehicles) == ("PA-P1-A", Decimal("1400.00"), ())
    assert desk.segments(NEXT) == [(NEXT, "HL-1", "HL-1"), (date(2027, 8, 1), "HL-2", "HL-1")]
    assert len(stored(bulk.POLICY_TERM)) == 2
    check_order(stored(bulk.LEDGER))
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-35")
def test_the_code_of_a_renewal_made_here_holds_until_the_feed_confirms_it(
    desk: Desk, ams: System, stored: Stored, database: Database, door: Door
) -> None:
    desk.issued(RENEWAL, None, TO_2, asked(setProducerCodeOfRecord="HL-3"))
    ams.says(effective=NEXT, premium=Decimal(1400), description="Renewed")

    assert desk.codes(at(2027, 9, 1)) == ("HL-2", "HL-3")
    assert desk.snapshot(at(2027, 9, 1)).description == "Renewed"
    [conflict] = door.run(conflicts.listed, PRINCIPAL).rows
    assert (conflict.first, conflict.second, conflict.term_effective) == ("HL-2", "HL-1", NEXT)
    check_rebuild(database, door)
    ams.says(effective=NEXT, premium=Decimal(1400), description="Renewed", producer_code="HL-2")
    assert door.run(conflicts.listed, PRINCIPAL).rows == ()
    assert desk.codes(at(2027, 9, 1)) == ("HL-2", "HL-3")


@pytest.mark.criterion("LEDGER-35")
@pytest.mark.parametrize("moved", [(), (TO_2,)])
def test_a_code_of_record_that_was_set_here_holds_where_the_feed_confirms_the_producer_code(
    desk: Desk, ams: System, stored: Stored, database: Database, door: Door, moved: tuple[Any, ...]
) -> None:
    desk.issued(RENEWAL, None, *moved, asked(setProducerCodeOfRecord="HL-3"))
    code = "HL-2" if moved else "HL-1"
    ams.says(effective=NEXT, premium=Decimal(1400), producer_code=code)

    assert desk.segments(NEXT) == [(NEXT, code, "HL-3")] * len(desk.segments(NEXT))
    assert desk.snapshot(at(2027, 9, 1)).premium == Decimal("1400.00")
    assert door.run(conflicts.listed, PRINCIPAL).rows == ()
    ams.says(effective=NEXT, premium=Decimal(1500), producer_code=code)
    assert desk.codes(at(2027, 9, 1)) == (code, "HL-3")
    check_order(stored(bulk.LEDGER))
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-35")
def test_a_code_of_record_that_nobody_set_follows_the_renewal_of_the_feed(desk: Desk, ams: System) -> None:
    ams.says(producer_code="HL-2")
    desk.issued(RENEWAL)
    assert desk.codes(at(2027, 9, 1)) == ("HL-2", "HL-2")
    ams.says(effective=NEXT, producer_code="HL-3")
    assert desk.codes(at(2027, 9, 1)) == ("HL-3", "HL-3")


@pytest.mark.criterion("LEDGER-35")
def test_a_code_that_is_to_come_is_not_brought_forward(desk: Desk, ams: System, door: Door, stored: Stored) -> None:
    desk.issued(CHANGE, at(2026, 12, 24), TO_2)
    ams.says(producer_code="HL-3")
    assert [code for _, code, _ in desk.segments(date(2026, 6, 1))] == ["HL-1", "HL-3", "HL-2"]
    [conflict] = door.run(conflicts.listed, PRINCIPAL).rows
    assert (conflict.first, conflict.second) == ("HL-2", "HL-3")
    assert shown(stored)[0] == "HL-3", "the other takes effect later"


@pytest.mark.criterion("LEDGER-35")
def test_a_code_that_was_cleared_here_stays_cleared_until_somebody_decides(
    desk: Desk, ams: System, door: Door, stored: Stored, database: Database
) -> None:
    desk.issued(CHANGE, at(2026, 11, 1), asked(clearProducerCode=True))
    ams.says(premium=Decimal(900))
    assert (shown(stored)[0], door.run(conflicts.listed, PRINCIPAL).rows) == ("", ())
    ams.says(premium=Decimal(900), producer_code="HL-3")
    assert shown(stored)[0] == ""
    [conflict] = door.run(conflicts.listed, PRINCIPAL).rows
    assert (conflict.first, conflict.second) == ("", "HL-3")
    door.run(conflicts.resolve, PRINCIPAL, locator=conflict.locator, resolution=Resolution.SECOND)
    assert shown(stored)[0] == "HL-3"
    check_rebuild(database, door)


def conflicting(door: Door) -> list[tuple[ConflictKind, str, str]]:
    return [(each.kind, each.first, each.second) for each in door.run(conflicts.listed, PRINCIPAL).rows]


def decide(door: Door, resolution: Resolution) -> None:
    [conflict] = door.run(conflicts.listed, PRINCIPAL).rows
    door.run(conflicts.resolve, PRINCIPAL, locator=conflict.locator, resolution=resolution)


STATUSES = [(ConflictKind.STATUS, "cancelled", "active")]


@pytest.mark.criterion("LEDGER-38")
def test_a_status_that_was_set_here_waits_as_a_conflict_until_the_feed_confirms_it(
    desk: Desk, ams: System, stored: Stored, door: Door
) -> None:
    desk.issued(CANCELLATION, at(2026, 11, 20))
    ams.says(premium=Decimal(900))
    assert (shown(stored), conflicting(door)) == (("HL-1", PolicyStatus.CANCELLED, Decimal("900.00")), STATUSES)
    with pytest.raises(Invalid, match="Say which of the two statuses holds"):
        decide(door, Resolution.BOTH)
    ams.says(premium=Decimal(950))
    assert conflicting(door) == STATUSES, "once, however often it is said"
    ams.says(premium=Decimal(950), status=PolicyStatus.CANCELLED)
    assert (shown(stored)[1], conflicting(door)) == (PolicyStatus.CANCELLED, [])


@pytest.mark.criterion("LEDGER-38")
def test_who_decided_that_the_portals_status_holds_is_not_asked_again(
    desk: Desk, ams: System, stored: Stored, door: Door
) -> None:
    desk.issued(CANCELLATION, at(2026, 11, 20))
    ams.says(premium=Decimal(900))
    decide(door, Resolution.FIRST)
    ams.says(premium=Decimal(950))
    assert (shown(stored)[1], conflicting(door)) == (PolicyStatus.CANCELLED, [])


@pytest.mark.criterion("LEDGER-38")
@pytest.mark.parametrize("later", [0, 3])
def test_the_feeds_status_holds_where_a_person_says_so(
    desk: Desk, ams: System, stored: Stored, database: Database, door: Door, clock: Clock, later: int
) -> None:
    desk.issued(CANCELLATION, clock.now)
    clock.forward(days=later)
    ams.says(premium=Decimal(900))
    decide(door, Resolution.SECOND)
    assert (shown(stored), conflicting(door)) == (("HL-1", PolicyStatus.ACTIVE, Decimal("900.00")), [])
    assert desk.snapshot(clock.now).in_force
    ams.says(premium=Decimal(950))
    assert (shown(stored)[1], conflicting(door)) == (PolicyStatus.ACTIVE, [])
    desk.issued(CANCELLATION, clock.now)
    ams.says(premium=Decimal(999))
    assert conflicting(door) == STATUSES, "it was cancelled anew"
    check_order(stored(bulk.LEDGER))
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-38")
def test_a_cancellation_that_is_still_to_come_contradicts_nobody(desk: Desk, ams: System, door: Door) -> None:
    desk.issued(CANCELLATION, at(2026, 12, 24))
    ams.says(premium=Decimal(900))
    assert conflicting(door) == []
    ams.clock.forward(days=40)
    ams.says(premium=Decimal(950))
    assert conflicting(door) == STATUSES


@pytest.mark.criterion("LEDGER-35")
def test_a_draft_of_a_term_that_the_feed_renewed_meanwhile_is_not_issued(desk: Desk, ams: System) -> None:
    renewal = desk.draft(RENEWAL)
    ams.says(effective=NEXT)
    with pytest.raises(Conflict, match="The policy has changed since this was drafted"):
        desk.issue(renewal)


@pytest.mark.criterion("LEDGER-36")
def test_a_draft_of_a_term_whose_date_was_corrected_is_told_and_not_issued(desk: Desk, ams: System) -> None:
    locator = desk.draft(CHANGE, at(2026, 12, 1), TO_2)
    ams.feed.complete = True
    ams.says(effective=date(2026, 7, 1))
    assert desk.transaction(locator).segments == ()
    with pytest.raises(Conflict, match="terms have changed since this was drafted"):
        desk.issue(locator)


@pytest.mark.criterion("LEDGER-36")
@pytest.mark.parametrize("complete", [True, False])
def test_a_date_that_the_feed_corrects_takes_what_was_issued_here_along(
    desk: Desk, ams: System, stored: Stored, database: Database, door: Door, complete: bool
) -> None:
    desk.issued(CHANGE, at(2026, 12, 1), TO_2)
    desk.issued(RENEWAL, at(2027, 7, 1, 4))
    ams.feed.complete = complete
    ams.says(effective=date(2026, 7, 1))
    if not complete:
        [conflict] = door.run(conflicts.listed, PRINCIPAL).rows
        door.run(conflicts.resolve, PRINCIPAL, locator=conflict.locator, resolution=Resolution.SECOND)

    assert sorted(row["effective"] for row in stored(bulk.POLICY_TERM)) == [date(2026, 7, 1), date(2027, 7, 1)]
    assert desk.codes(at(2026, 12, 2)) == ("HL-2", "HL-1")
    assert desk.codes(at(2027, 8, 1)) == ("HL-2", "HL-2")
    check_order(stored(bulk.LEDGER))
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-36")
def test_a_renewal_made_here_that_the_feed_dates_otherwise(
    desk: Desk, ams: System, stored: Stored, database: Database, door: Door
) -> None:
    desk.issued(RENEWAL, None, TO_2)
    desk.issued(CHANGE, at(2027, 12, 1), asked(setProducerCode="HL-3"))
    ams.feed.complete = True
    corrected = date(2027, 6, 15)
    ams.clock.forward(minutes=1)
    ams.feed.replace(FeedKind.POLICIES, policy(), policy(effective=corrected, premium=Decimal(1500)), at=ams.clock.now)
    ams.sync()

    assert [row["effective"] for row in stored(bulk.POLICY_TERM)] == [date(2026, 6, 1), corrected]
    assert desk.snapshot(at(2027, 7, 1)).premium == Decimal("1500.00")
    assert [code for _, code, _ in desk.segments(corrected)] == ["HL-2", "HL-3"]
    check_order(stored(bulk.LEDGER))
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-35")
def test_a_code_that_was_discarded_is_not_decided_for(desk: Desk, ams: System, door: Door, database: Database) -> None:
    desk.issued(CHANGE, at(2026, 11, 1), TO_2)
    ams.says(producer_code="HL-3")
    [conflict] = door.run(conflicts.listed, PRINCIPAL).rows
    with database.write() as db:
        db.query(ProducerCode).filter(ProducerCode.code == "HL-3").update({"state": ProducerState.DISCARDED})
    with pytest.raises(Conflict, match="HL-3 is discarded"):
        door.run(conflicts.resolve, PRINCIPAL, locator=conflict.locator, resolution=Resolution.SECOND)


@pytest.mark.criterion("LEDGER-35")
@pytest.mark.parametrize("theirs", ["HL-3", "HL-1"])
def test_a_code_in_force_is_kept_also_where_another_is_to_come(
    desk: Desk, ams: System, stored: Stored, door: Door, database: Database, theirs: str
) -> None:
    ams.says(producer_code="HL-1", premium=Decimal(1300))
    desk.issued(CHANGE, at(2026, 7, 1), TO_2)
    desk.issued(CHANGE, at(2026, 12, 24), asked(setProducerCode="HL-3"))
    ams.says(producer_code=theirs, premium=Decimal(1400))
    assert shown(stored)[0] == "HL-2"
    assert desk.codes(at(2026, 12, 25))[0] == "HL-3"
    assert len(door.run(conflicts.listed, PRINCIPAL).rows) == (theirs == "HL-3")
    check_rebuild(database, door)
