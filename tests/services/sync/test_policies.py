"""From the rows of a feed to the ledger and the projection."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Table

from portal_app.models.enums import FeedKind, PolicyStatus, TransactionKind
from portal_app.services.ports import AddressRecord, CoverageRecord, VehicleRecord
from portal_app.services.sync import bulk
from portal_app.services.sync.freshness import RunRow
from tests.services.sync.feed import MemoryFeed, changed, client, policy, producer
from tests.world import Clock

pytestmark = pytest.mark.both_databases

Sync = Callable[[], dict[str, RunRow]]
Stored = Callable[[Table], list[dict[str, Any]]]


def hour(number: int) -> datetime:
    return datetime(2026, 11, 20, number, tzinfo=UTC)


@pytest.fixture
def begun(feed: MemoryFeed) -> None:
    feed.export(FeedKind.PRODUCERS, producer("HL-1"), producer("HL-2", "Daniel Kim"))
    feed.export(FeedKind.CLIENTS, client(), client("C2", "Bo Reed"))


@pytest.mark.criterion("FEED-30")
def test_a_new_policy_is_shown_with_all_its_parts(begun: None, feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    feed.export(FeedKind.POLICIES, policy())

    sync()

    [row] = stored(bulk.POLICY)
    [account, _] = stored(bulk.ACCOUNT)
    [code, _] = stored(bulk.PRODUCER_CODE)
    [carrier] = stored(bulk.CARRIER)
    assert row["insured_name"] == "Ada Grove"
    assert (row["number"], row["number_key"]) == ("PA-P1", "PAP1")
    assert (row["effective"], row["expiration"]) == (date(2026, 6, 1), date(2027, 6, 1))
    assert (row["status"], row["premium"]) == (PolicyStatus.ACTIVE, Decimal("1200.00"))
    assert row["vins"] == "1HGCM82633A004352"
    assert row["streets"] == "12 Elm St, Providence RI 02903"
    assert row["account_id"] == account["id"]
    assert row["producer_code_id"] == row["code_of_record_id"] == code["id"]
    assert (row["carrier_id"], carrier["name"]) == (carrier["id"], "Granite Mutual")
    assert row["as_of"] == hour(14)
    assert [each["name"] for each in stored(bulk.COVERAGE)] == ["Liability", "Collision"]
    assert [each["premium"] for each in stored(bulk.COVERAGE)] == [Decimal("400.00"), None]
    assert [each["vin"] for each in stored(bulk.VEHICLE)] == ["1HGCM82633A004352"]
    assert [each["street"] for each in stored(bulk.POLICY_ADDRESS)] == ["12 Elm St"]
    assert [each["effective"] for each in stored(bulk.POLICY_TERM)] == [date(2026, 6, 1)]


@pytest.mark.criterion("LEDGER-01")
def test_a_first_term_is_an_issuance_and_a_later_one_a_renewal(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(FeedKind.POLICIES, policy(effective=date(2026, 6, 1)), policy(effective=date(2025, 6, 1)))

    sync()

    issued, renewed = stored(bulk.LEDGER)
    assert (issued["kind"], issued["term_effective"]) == (TransactionKind.ISSUANCE, date(2025, 6, 1))
    assert (renewed["kind"], renewed["term_effective"]) == (TransactionKind.RENEWAL, date(2026, 6, 1))
    # The day begins at four in the morning UTC in New York's summer.
    assert renewed["effective_at"] == datetime(2026, 6, 1, 4, tzinfo=UTC)
    assert renewed["known_at"] == renewed["issued_at"] == hour(15)
    assert renewed["source_version"] == 1


@pytest.mark.criterion("LEDGER-02")
def test_a_change_holds_only_what_differs(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored, clock: Clock
) -> None:
    record = policy()
    feed.export(FeedKind.POLICIES, record)
    sync()
    clock.forward(hours=1)
    vehicles = (*record.vehicles, VehicleRecord("2T1BURHE0JC034461", 2018, "Toyota", "Corolla"))
    feed.export(FeedKind.POLICIES, changed(record, premium=Decimal("1450.50"), vehicles=vehicles), at=hour(15))

    run = sync()["policies"]

    _, change = stored(bulk.LEDGER)
    assert change["kind"] is TransactionKind.CHANGE
    assert change["changes"] == {
        "premium": "1450.50",
        "vehicles": [
            {"vin": "1HGCM82633A004352", "year": 2019, "make": "Honda", "model": "Accord"},
            {"vin": "2T1BURHE0JC034461", "year": 2018, "make": "Toyota", "model": "Corolla"},
        ],
    }
    assert change["effective_at"] == datetime(2026, 11, 20, 5, tzinfo=UTC)
    assert change["source_version"] == 2
    assert (run.rows_read, run.rows_changed, run.rows_added) == (1, 1, 0)
    [row] = stored(bulk.POLICY)
    assert (row["premium"], row["as_of"]) == (Decimal("1450.50"), hour(15))
    assert row["vins"].split("\n") == ["1HGCM82633A004352", "2T1BURHE0JC034461"]
    assert [each["position"] for each in stored(bulk.VEHICLE)] == [1, 2]


@pytest.mark.criterion("LEDGER-03")
def test_cancelled_and_reinstated(begun: None, feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    record = policy()
    feed.export(FeedKind.POLICIES, record, at=hour(11))
    sync()
    ended = changed(record, status=PolicyStatus.CANCELLED, cancelled_on=date(2026, 10, 1))
    feed.export(FeedKind.POLICIES, ended, at=hour(12))
    sync()
    assert stored(bulk.POLICY)[0]["status"] is PolicyStatus.CANCELLED
    feed.export(FeedKind.POLICIES, changed(record, description="Reinstated without lapse"), at=hour(13))

    sync()

    _, cancelled, reinstated = stored(bulk.LEDGER)
    assert (cancelled["kind"], cancelled["changes"]) == (TransactionKind.CANCELLATION, {"status": "cancelled"})
    assert cancelled["effective_at"] == datetime(2026, 10, 1, 4, tzinfo=UTC)
    assert reinstated["kind"] is TransactionKind.REINSTATEMENT
    assert reinstated["changes"] == {"status": "active", "description": "Reinstated without lapse"}
    assert stored(bulk.POLICY)[0]["status"] is PolicyStatus.ACTIVE


@pytest.mark.criterion("LEDGER-03")
def test_a_policy_first_heard_of_as_cancelled_was_issued_before(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(FeedKind.POLICIES, policy(status=PolicyStatus.CANCELLED, cancelled_on=date(2026, 7, 1)))

    sync()

    issued, cancelled = stored(bulk.LEDGER)
    assert (issued["kind"], issued["changes"]["status"]) == (TransactionKind.ISSUANCE, "active")
    assert cancelled["kind"] is TransactionKind.CANCELLATION
    assert cancelled["effective_at"] == datetime(2026, 7, 1, 4, tzinfo=UTC)
    assert stored(bulk.POLICY)[0]["status"] is PolicyStatus.CANCELLED


@pytest.mark.criterion("LEDGER-04")
def test_an_earlier_term_that_arrives_late_leaves_the_shown_one_alone(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(FeedKind.POLICIES, policy())
    sync()
    before = stored(bulk.POLICY)
    feed.export(FeedKind.POLICIES, policy(effective=date(2025, 6, 1), premium=Decimal("999.00")), at=hour(15))

    sync()

    assert stored(bulk.LEDGER)[-1]["kind"] is TransactionKind.ISSUANCE
    assert stored(bulk.POLICY) == before
    assert [(each["effective"], each["premium"]) for each in stored(bulk.POLICY_TERM)] == [
        (date(2026, 6, 1), Decimal("1200.00")),
        (date(2025, 6, 1), Decimal("999.00")),
    ]


@pytest.mark.criterion("LEDGER-05")
def test_the_code_of_record_stays_until_the_next_term(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    record = policy(effective=date(2025, 6, 1))
    feed.export(FeedKind.POLICIES, record, at=hour(11))
    sync()
    feed.export(FeedKind.POLICIES, changed(record, producer_code="HL-2"), at=hour(12))
    sync()
    first, second = (code["id"] for code in stored(bulk.PRODUCER_CODE))
    [row] = stored(bulk.POLICY)
    assert (row["producer_code_id"], row["code_of_record_id"]) == (second, first)

    feed.export(FeedKind.POLICIES, policy(effective=date(2026, 6, 1), producer_code="HL-2"), at=hour(13))
    sync()

    [row] = stored(bulk.POLICY)
    assert (row["producer_code_id"], row["code_of_record_id"]) == (second, second)
    older, newer = stored(bulk.POLICY_TERM)
    assert (older["code_of_record_id"], newer["code_of_record_id"]) == (first, second)


@pytest.mark.criterion("LEDGER-05")
def test_a_policy_without_a_code_is_nobodys_until_it_gets_one(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(FeedKind.POLICIES, policy(producer_code=""), at=hour(11))
    sync()
    [row] = stored(bulk.POLICY)
    assert (row["producer_code_id"], row["code_of_record_id"]) == (None, None)
    feed.export(FeedKind.POLICIES, policy(producer_code="HL-2"), at=hour(12))

    sync()

    [row] = stored(bulk.POLICY)
    assert row["producer_code_id"] == row["code_of_record_id"] == stored(bulk.PRODUCER_CODE)[1]["id"]


@pytest.mark.criterion("FEED-31")
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"client_id": "C9"}, "It names a client who is not among the clients taken in."),
        ({"producer_code": "XX"}, "It names a producer code that is not known."),
        ({"line": "pets"}, "It names a line of business that is not known."),
    ],
)
def test_what_names_something_unknown_waits_in_quarantine(
    given: dict[str, str], reason: str, begun: None, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(FeedKind.POLICIES, policy("P1"), policy("P2", **given))

    run = sync()["policies"]

    assert (run.rows_read, run.rows_added, run.rows_quarantined) == (2, 1, 1)
    [row] = stored(bulk.QUARANTINED)
    assert (row["source_id"], row["line"], row["reasons"]) == ("P2/2026-06-01", 3, reason)
    assert [each["source_id"] for each in stored(bulk.POLICY)] == ["P1"]
    assert [each["source_id"] for each in stored(bulk.SOURCE_RECORD)][-1] == "P1/2026-06-01"


@pytest.mark.criterion("FEED-32")
def test_a_row_leaves_quarantine_by_itself_when_its_client_has_come(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored, clock: Clock
) -> None:
    feed.export(FeedKind.POLICIES, policy(client_id="C3"))
    sync()
    clock.forward(hours=1)
    feed.export(FeedKind.CLIENTS, client(), client("C3", "Cy Lund"), at=hour(15))

    run = sync()["policies"]

    assert (run.rows_read, run.rows_added) == (0, 1)
    assert stored(bulk.QUARANTINED)[0]["resolved_at"] == clock.now
    assert stored(bulk.POLICY)[0]["insured_name"] == "Cy Lund"


@pytest.mark.criterion("FEED-32")
def test_a_row_sent_again_and_still_wrong_is_kept_once(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(FeedKind.POLICIES, policy("P1", client_id="C9"), at=hour(12))
    sync()
    feed.export(FeedKind.POLICIES, policy("P0"), policy("P1", client_id="C9"), at=hour(13))

    sync()

    [row] = stored(bulk.QUARANTINED)
    assert (row["file_name"], row["line"], row["resolved_at"]) == ("policies-1.csv", 3, None)


@pytest.mark.criterion("FEED-32")
def test_a_row_mended_in_the_agency_system_leaves_quarantine(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(FeedKind.POLICIES, policy(line="pets"), at=hour(12))
    sync()
    feed.export(FeedKind.POLICIES, policy(line="homeowners"), at=hour(13))

    sync()

    [row] = stored(bulk.QUARANTINED)
    assert row["resolved_at"] is not None
    assert len(stored(bulk.POLICY)) == 1


def test_a_row_that_went_wrong_and_back_leaves_quarantine(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(FeedKind.POLICIES, policy(), at=hour(11))
    sync()
    feed.export(FeedKind.POLICIES, policy(line="pets"), at=hour(12))
    sync()
    feed.export(FeedKind.POLICIES, policy(), at=hour(13))

    sync()

    assert stored(bulk.QUARANTINED)[0]["resolved_at"] is not None
    assert len(stored(bulk.LEDGER)) == 1


@pytest.mark.criterion("FEED-33")
def test_a_repeated_record_counts_once_and_the_other_row_is_shown_until_it_is_gone(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored, clock: Clock
) -> None:
    first, second = policy(), policy(premium=Decimal("1.00"))
    feed.export(FeedKind.POLICIES, first, second, at=hour(11))
    sync()
    clock.forward(minutes=1)
    feed.export(FeedKind.POLICIES, first, second, policy("P2"), at=hour(12))
    sync()

    assert [each["premium"] for each in stored(bulk.POLICY)] == [Decimal("1200.00")] * 2
    assert len(stored(bulk.LEDGER)) == 2
    [row] = stored(bulk.QUARANTINED)
    assert row["resolved_at"] is None

    clock.forward(minutes=1)
    feed.export(FeedKind.POLICIES, first, policy("P2"), at=hour(13))
    sync()
    assert stored(bulk.QUARANTINED)[0]["resolved_at"] == clock.now


@pytest.mark.criterion("FEED-33")
def test_a_row_without_a_key_leaves_quarantine_when_it_is_not_sent_any_more(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored, clock: Clock
) -> None:
    totals = [policy(description=f"Total: {count}", source_id="") for count in range(3)]
    for when in (11, 12, 13):
        clock.forward(minutes=1)
        feed.export(FeedKind.POLICIES, policy("P1"), totals[when - 11], policy("P2", line="pets"), at=hour(when))
        sync()

    rows = [(row["source_id"], row["resolved_at"] is None) for row in stored(bulk.QUARANTINED)]
    assert rows == [("", False), ("P2/2026-06-01", True), ("", False), ("", True)]


@pytest.mark.criterion("FEED-55")
@pytest.mark.parametrize("complete", [True, False])
def test_a_row_that_a_newer_file_does_not_hold_leaves_quarantine_where_files_are_complete(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored, clock: Clock, complete: bool
) -> None:
    feed.complete = complete
    feed.export(FeedKind.POLICIES, policy("P1"), policy("P2", line="pets"), policy("P3", line="pets"), at=hour(11))
    sync()
    clock.forward(minutes=1)
    feed.export(FeedKind.POLICIES, policy("P1"), policy("P3", line="pets"), at=hour(12))
    sync()

    waits = {row["source_id"]: row["resolved_at"] is None for row in stored(bulk.QUARANTINED)}
    assert waits == {"P2/2026-06-01": not complete, "P3/2026-06-01": True}


def test_carriers_are_made_by_name_once(begun: None, feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    feed.export(
        FeedKind.POLICIES,
        policy("P1", carrier="Granite Mutual", carrier_naic="12345"),
        policy("P2", carrier="Granite Mutual"),
        policy("P3", carrier="Harbor Casualty"),
    )

    sync()

    assert [(each["name"], each["naic"]) for each in stored(bulk.CARRIER)] == [
        ("Granite Mutual", "12345"),
        ("Harbor Casualty", ""),
    ]


def test_parts_that_are_gone_leave_the_policy(begun: None, feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    feed.export(FeedKind.POLICIES, policy(), at=hour(11))
    sync()
    new = changed(
        policy(),
        vehicles=(),
        coverages=(CoverageRecord("Umbrella"),),
        locations=(AddressRecord("9 Oak Ave", "", "RI"),),
    )
    feed.export(FeedKind.POLICIES, new, at=hour(12))

    sync()

    assert stored(bulk.VEHICLE) == []
    assert [each["name"] for each in stored(bulk.COVERAGE)] == ["Umbrella"]
    [row] = stored(bulk.POLICY)
    assert (row["vins"], row["streets"]) == ("", "9 Oak Ave, RI")
    assert stored(bulk.LEDGER)[-1]["changes"]["vehicles"] == []
