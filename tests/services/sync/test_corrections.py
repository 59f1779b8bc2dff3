"""An effective date that the agency's system corrected."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal_app.database import Database
from portal_app.models.enums import FeedKind, PolicyStatus, RunState, TransactionKind, TransactionState
from portal_app.services.door import Door
from portal_app.services.ports import PolicyRecord
from portal_app.services.sync import bulk, runs
from portal_app.services.sync.rebuilding import rebuild_all
from tests.services.sync.feed import MemoryFeed, client, policy, producer
from tests.services.sync.holdings import projection
from tests.services.sync.test_policies import Stored, Sync
from tests.world import Clock

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture
def begun(feed: MemoryFeed) -> None:
    feed.complete = True
    feed.export(FeedKind.PRODUCERS, producer("HL-1"), producer("HL-2", "Daniel Kim"))
    feed.export(FeedKind.CLIENTS, client())


class Agency:
    """Exports its policies anew, a minute after the last time, and has them taken in."""

    def __init__(self, feed: MemoryFeed, sync: Sync, clock: Clock) -> None:
        self.feed, self.sync, self.clock = feed, sync, clock

    def exports(self, *records: PolicyRecord) -> None:
        self.clock.forward(minutes=1)
        self.feed.replace(FeedKind.POLICIES, *records, at=self.clock.now)
        self.sync()


@pytest.fixture
def agency(begun: None, feed: MemoryFeed, sync: Sync, clock: Clock) -> Agency:
    return Agency(feed, sync, clock)


def terms(stored: Stored) -> list[date]:
    return [row["effective"] for row in stored(bulk.POLICY_TERM)]


@pytest.mark.criterion("LEDGER-09")
@pytest.mark.parametrize("right", [date(2026, 5, 1), JULY, date(2026, 6, 2)])
def test_a_corrected_date_moves_the_term(agency: Agency, stored: Stored, right: date) -> None:
    agency.exports(policy(effective=JUNE))
    agency.exports(policy(effective=right))

    [shown] = stored(bulk.POLICY)
    assert (shown["effective"], shown["expiration"]) == (right, right.replace(year=2027))
    assert terms(stored) == [right]
    was, mistaken, again, correction = stored(bulk.LEDGER)
    assert (was["state"], mistaken["state"]) == (TransactionState.REVERSED,) * 2
    assert mistaken["kind"] is TransactionKind.ISSUANCE, "a term for the same time renews nothing"
    assert (again["kind"], again["term_effective"], again["reapplies_id"]) == (
        TransactionKind.ISSUANCE,
        right,
        was["id"],
    )
    assert correction["kind"] is TransactionKind.CHANGE
    assert correction["changes"] == {
        "effective": right.isoformat(),
        "expiration": right.replace(year=2027).isoformat(),
    }


@pytest.mark.criterion("LEDGER-09")
def test_what_happened_to_the_term_comes_with_it(
    agency: Agency, stored: Stored, database: Database, door: Door
) -> None:
    agency.exports(policy(effective=date(2025, 6, 1)), policy(effective=JUNE))
    second = policy(effective=JUNE, producer_code="HL-2", premium=Decimal(1300))
    agency.exports(policy(effective=date(2025, 6, 1)), second)
    agency.exports(
        policy(effective=date(2025, 6, 1)),
        policy(effective=JULY, producer_code="HL-2", premium=Decimal(1400), number="PA-P1-A"),
    )

    [shown] = stored(bulk.POLICY)
    codes = {row["id"]: row["code"] for row in stored(bulk.PRODUCER_CODE)}
    assert (shown["effective"], shown["premium"], shown["number"]) == (JULY, Decimal("1400.00"), "PA-P1-A")
    assert (codes[shown["producer_code_id"]], codes[shown["code_of_record_id"]]) == ("HL-2", "HL-1")
    told = [
        (row["kind"], row["term_effective"]) for row in stored(bulk.LEDGER) if row["state"] is TransactionState.ISSUED
    ]
    assert told == [
        (TransactionKind.ISSUANCE, date(2025, 6, 1)),
        (TransactionKind.RENEWAL, JULY),
        (TransactionKind.CHANGE, JULY),
        (TransactionKind.CHANGE, JULY),
    ]
    with database.read() as db:
        before = projection(db)
    rebuild_all(door)
    with database.read() as db:
        assert projection(db) == before


@pytest.mark.criterion("LEDGER-09")
def test_a_correction_can_be_taken_back(agency: Agency, stored: Stored) -> None:
    for effective in (JUNE, JULY, JUNE, JULY):
        agency.exports(policy(effective=effective))
        assert terms(stored) == [effective]
    agency.exports(policy(effective=JULY, premium=Decimal(7)))
    assert [row["premium"] for row in stored(bulk.POLICY)] == [Decimal("7.00")]


@pytest.mark.criterion("LEDGER-09")
def test_both_terms_stay_where_the_file_names_both(agency: Agency, stored: Stored) -> None:
    agency.exports(policy(effective=JUNE))
    agency.exports(policy(effective=JUNE), policy(effective=JULY))
    assert terms(stored) == [JUNE, JULY]

    agency.exports(policy(effective=JUNE), policy(effective=JULY), policy("P2"))
    assert len(terms(stored)) == 3


@pytest.mark.criterion("LEDGER-09")
def test_both_terms_stay_where_files_hold_only_what_changed(agency: Agency, feed: MemoryFeed, stored: Stored) -> None:
    feed.complete = False
    agency.exports(policy(effective=JUNE))
    agency.exports(policy(effective=JULY))

    assert terms(stored) == [JUNE, JULY]


@pytest.mark.criterion("LEDGER-09")
def test_cancelled_and_written_anew_is_no_correction(agency: Agency, stored: Stored) -> None:
    agency.exports(policy(effective=JUNE))
    agency.exports(policy(effective=JUNE, status=PolicyStatus.CANCELLED, cancelled_on=JULY))
    agency.exports(policy(effective=JULY))

    assert terms(stored) == [JUNE, JULY]


@pytest.mark.criterion("LEDGER-09")
@pytest.mark.parametrize("begins", [date(2027, 6, 1), date(2027, 5, 28)])
def test_a_renewal_is_no_correction_though_it_begins_some_days_early(
    agency: Agency, stored: Stored, begins: date
) -> None:
    agency.exports(policy(effective=JUNE))
    agency.exports(policy(effective=begins))

    assert terms(stored) == [JUNE, begins]
    assert stored(bulk.LEDGER)[-1]["kind"] is TransactionKind.RENEWAL


@pytest.mark.criterion("LEDGER-09")
def test_a_correction_that_waited_in_quarantine_counts_with_the_next_file(
    agency: Agency, feed: MemoryFeed, stored: Stored, clock: Clock
) -> None:
    agency.exports(policy(effective=JUNE))
    agency.exports(policy(effective=JULY, client_id="C2"))
    assert terms(stored) == [JUNE]
    feed.export(FeedKind.CLIENTS, client(), client("C2", "Bo Reed"), at=datetime(2026, 11, 20, 15, 30, tzinfo=UTC))
    agency.sync()
    assert terms(stored) == [JUNE, JULY]

    agency.exports(policy(effective=JULY, client_id="C2"), policy("P2"))

    assert [row["effective"] for row in stored(bulk.POLICY)] == [JULY, JUNE]
    assert len(terms(stored)) == 2


@pytest.mark.criterion("LEDGER-09")
def test_many_corrections_are_made_a_few_at_a_time(
    agency: Agency, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "CORRECTED", 2)
    book = [policy(f"P{number}", effective=JUNE) for number in range(5)]
    agency.exports(*book)
    agency.exports(*(policy(each.policy_id, effective=JULY) for each in book))

    assert terms(stored) == [JULY] * 5


@pytest.mark.criterion("LEDGER-09")
def test_what_happened_to_the_right_term_stays_what_it_was(agency: Agency, stored: Stored) -> None:
    """Both were sent for a while; then the system drops one, and the other had a life of its own."""
    wrong, right = policy(effective=date(2026, 1, 1)), policy(effective=date(2026, 3, 1), premium=Decimal(900))
    agency.exports(wrong, right)
    agency.exports(wrong, replace(right, premium=Decimal(950)))
    ended = replace(right, premium=Decimal(950), status=PolicyStatus.CANCELLED, cancelled_on=JUNE)
    agency.exports(wrong, ended)
    agency.exports(ended)

    told = [
        (row["kind"], row["effective_at"].date(), row["changes"].get("status"), row["changes"].get("premium"))
        for row in stored(bulk.LEDGER)
        if row["state"] is TransactionState.ISSUED
    ]
    assert told == [
        (TransactionKind.ISSUANCE, date(2026, 3, 1), "active", "1200.00"),
        (TransactionKind.CHANGE, date(2026, 3, 1), None, "900.00"),
        (TransactionKind.CANCELLATION, JUNE, "cancelled", None),
        (TransactionKind.CHANGE, date(2026, 11, 20), None, "950.00"),
    ]
    assert [(row["status"], row["premium"]) for row in stored(bulk.POLICY)] == [
        (PolicyStatus.CANCELLED, Decimal("950.00"))
    ]


@pytest.mark.criterion("LEDGER-09")
def test_corrected_and_cancelled_at_once(agency: Agency, stored: Stored) -> None:
    agency.exports(policy(effective=JUNE))
    agency.exports(policy(effective=JULY, status=PolicyStatus.CANCELLED, cancelled_on=date(2026, 9, 1)))

    *_, issued, changed, cancelled = stored(bulk.LEDGER)
    assert [each["kind"] for each in (issued, changed, cancelled)] == [
        TransactionKind.ISSUANCE,
        TransactionKind.CHANGE,
        TransactionKind.CANCELLATION,
    ]
    assert cancelled["effective_at"].date() == date(2026, 9, 1)
    assert terms(stored) == [JULY]


@pytest.mark.criterion("LEDGER-10")
def test_a_file_of_which_a_row_cannot_be_told_corrects_nothing(agency: Agency, stored: Stored) -> None:
    untold = replace(policy(effective=JUNE), source_id="")
    agency.exports(policy(effective=JUNE), policy("P2", line="pets"))
    agency.exports(policy(effective=JULY), untold)
    assert terms(stored) == [JUNE, JULY]
    assert [row["source_id"] for row in stored(bulk.QUARANTINED) if row["resolved_at"] is None] == [
        "P2/2026-06-01",
        "",
    ], "what it does not name may be there all the same"

    agency.exports(policy(effective=JULY), policy("P3"))
    assert terms(stored)[0] == JULY
    assert [row["source_id"] for row in stored(bulk.QUARANTINED) if row["resolved_at"] is None] == []


@pytest.mark.criterion("LEDGER-09")
def test_a_year_that_was_mistyped_is_corrected_too(agency: Agency, stored: Stored) -> None:
    agency.exports(policy(effective=date(2026, 6, 1)))
    agency.exports(policy(effective=date(2025, 6, 1)))
    assert terms(stored) == [date(2025, 6, 1)]


@pytest.mark.criterion("LEDGER-09")
def test_an_earlier_term_that_comes_late_beside_the_later_one_is_no_correction(agency: Agency, stored: Stored) -> None:
    agency.exports(policy(effective=date(2026, 6, 1)))
    agency.exports(policy(effective=date(2026, 6, 1)), policy(effective=date(2025, 6, 1)))
    assert len(terms(stored)) == 2
    agency.exports(policy(effective=date(2026, 6, 1)))
    assert len(terms(stored)) == 2, "old terms leave exports"


@pytest.mark.criterion("LEDGER-09")
def test_several_wrong_terms_go_at_once(agency: Agency, stored: Stored) -> None:
    three = [policy(effective=date(2026, month, 1)) for month in (5, 6, 7)]
    agency.exports(*three)
    agency.exports(three[1])
    assert terms(stored) == [JUNE]


@pytest.mark.criterion("FEED-57")
def test_a_complete_file_without_a_row_is_refused(agency: Agency, feed: MemoryFeed, stored: Stored) -> None:
    agency.exports(policy("P1"), policy("P2", line="pets"))
    agency.clock.forward(minutes=1)
    feed.replace(FeedKind.POLICIES, at=agency.clock.now)

    run = agency.sync()["policies"]

    assert (run.state, run.message) == (
        RunState.FAILED,
        "policies.csv: There is no row in it, although it should hold all records. Nothing was changed.",
    )
    assert [row["resolved_at"] for row in stored(bulk.QUARANTINED)] == [None]
