"""The fold of the ledger, and that what is stored equals it."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, insert, select, update

from portal_app.database import Database
from portal_app.models.enums import FeedKind, Origin, PolicyStatus, TransactionState
from portal_app.services.door import Door
from portal_app.services.ports import PolicyRecord, VehicleRecord
from portal_app.services.sync import bulk, rebuilding
from portal_app.services.sync.projection import Entry, current, fold
from portal_app.services.sync.rebuilding import rebuild_all, roll_over_all
from tests.services.sync.feed import MemoryFeed, changed, client, policy, producer
from tests.services.sync.holdings import as_held, as_sent, projection
from tests.services.sync.test_policies import Stored, Sync
from tests.world import Clock

pytestmark = pytest.mark.both_databases

JUNE = date(2026, 6, 1)
FIRST = {
    "number": "A",
    "premium": "10.00",
    "producer_code": "HL-1",
    "effective": "2026-06-01",
    "expiration": "2027-06-01",
}


def entry(
    changes: dict[str, object],
    *,
    term: date = JUNE,
    origin: Origin = Origin.FEED,
    state: TransactionState = TransactionState.ISSUED,
) -> Entry:
    return Entry(state, origin, term, changes)


@pytest.mark.criterion("LEDGER-06")
def test_each_transaction_sets_what_it_names() -> None:
    term = fold([entry(FIRST), entry({"premium": "12.00"}), entry({"producer_code": "HL-2"})])[JUNE]

    assert (term.fields["number"], term.premium, term.status) == ("A", Decimal("12.00"), PolicyStatus.ACTIVE)
    assert (term.fields["producer_code"], term.code_of_record) == ("HL-2", "HL-1")


@pytest.mark.criterion("LEDGER-06")
def test_drafts_and_reversed_transactions_do_not_count() -> None:
    entries = [
        entry(FIRST),
        entry({"premium": "99.00"}, state=TransactionState.DRAFT),
        entry({"premium": "98.00"}, state=TransactionState.REVERSED),
    ]

    assert fold(entries)[JUNE].premium == Decimal("10.00")


@pytest.mark.criterion("LEDGER-06")
def test_what_the_feed_said_leaves_out_what_the_portal_changed() -> None:
    entries = [entry(FIRST), entry({"producer_code": "HL-9"}, origin=Origin.PORTAL)]

    assert fold(entries)[JUNE].fields["producer_code"] == "HL-9"
    assert fold(entries, Origin.FEED)[JUNE].fields["producer_code"] == "HL-1"


@pytest.mark.criterion("LEDGER-07")
@pytest.mark.parametrize(
    ("today", "shown"),
    [
        (date(2025, 1, 1), date(2025, 6, 1)),
        (date(2026, 5, 31), date(2025, 6, 1)),
        (date(2026, 6, 1), date(2026, 6, 1)),
        (date(2029, 1, 1), date(2026, 6, 1)),
    ],
)
def test_the_latest_term_that_has_begun_is_shown_or_else_the_first(today: date, shown: date) -> None:
    terms = fold([entry(FIRST), entry(FIRST, term=date(2025, 6, 1))])

    assert current(terms, today).effective == shown


@pytest.mark.criterion("LEDGER-07")
def test_a_renewal_that_has_not_begun_waits_for_its_day(
    feed: MemoryFeed, sync: Sync, stored: Stored, clock: Clock, door: Door
) -> None:
    feed.export(FeedKind.PRODUCERS, producer())
    feed.export(FeedKind.CLIENTS, client())
    next_term = policy(effective=date(2026, 12, 1), premium=Decimal(1500), vehicles=(VehicleRecord("NEW"),))
    feed.export(FeedKind.POLICIES, policy(effective=date(2025, 12, 1)), next_term)
    sync()
    assert [row["effective"] for row in stored(bulk.POLICY)] == [date(2025, 12, 1)]
    assert roll_over_all(door) == 0

    clock.now = datetime(2026, 12, 1, 4, 59, tzinfo=UTC)  # a minute to midnight in New York
    assert roll_over_all(door) == 0
    clock.forward(minutes=1)

    assert roll_over_all(door) == 1
    [row] = stored(bulk.POLICY)
    assert (row["effective"], row["premium"], row["vins"]) == (date(2026, 12, 1), Decimal("1500.00"), "NEW")
    assert [each["vin"] for each in stored(bulk.VEHICLE)] == ["NEW"]
    assert roll_over_all(door) == 0


@pytest.mark.criterion("LEDGER-07")
def test_a_change_on_the_day_of_the_renewal_does_not_mix_two_terms(
    feed: MemoryFeed, sync: Sync, stored: Stored, clock: Clock
) -> None:
    feed.export(FeedKind.PRODUCERS, producer())
    feed.export(FeedKind.CLIENTS, client())
    next_term = policy(effective=date(2026, 12, 1), vehicles=(VehicleRecord("NEW"),))
    feed.export(FeedKind.POLICIES, policy(effective=date(2025, 12, 1)), next_term)
    sync()
    clock.now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    feed.export(FeedKind.POLICIES, changed(next_term, premium=Decimal(7)), at=clock.now)

    sync()

    assert [(row["effective"], row["premium"]) for row in stored(bulk.POLICY)] == [(date(2026, 12, 1), Decimal("7.00"))]
    assert [each["vin"] for each in stored(bulk.VEHICLE)] == ["NEW"]


class History:
    """A feed's random life: terms come, late ones too, and change in every field, their effective dates as well."""

    def __init__(self, seed: int, correcting: float) -> None:
        self.chance = random.Random(seed)
        self.correcting = correcting
        self.records: dict[str, PolicyRecord] = {}

    def go_on(self) -> list[PolicyRecord]:
        for _ in range(self.chance.randint(1, 25)):
            self._one(self.chance.randint(1, 15), self.chance.choice([2023, 2024, 2025, 2026, 2027]))
        if self.chance.random() < self.correcting:
            self._correct_a_date()
        return self.chance.sample(list(self.records.values()), k=len(self.records))

    def _one(self, number: int, year: int) -> None:
        record = policy(f"P{number}", effective=date(year, 6, 1))
        record = self.records.get(record.source_id, record)
        pick = self.chance.choice
        vehicles = tuple(VehicleRecord(f"VIN{each}") for each in range(self.chance.randint(0, 3)))
        given = pick(
            [
                {"premium": Decimal(self.chance.randint(1, 10**6)).scaleb(-2)},
                {"status": pick(list(PolicyStatus))},
                {"status": PolicyStatus.CANCELLED, "cancelled_on": pick([None, record.effective + timedelta(days=9)])},
                {"producer_code": pick(["", "HL-1", "HL-2"])},
                {"vehicles": vehicles, "coverages": ()},
                {"client_id": pick(["C1", "C2"]), "insured_name": pick(["", "The Groves"])},
                {"carrier": pick(["Granite Mutual", "Harbor Casualty"]), "line": pick(["umbrella", "bop"])},
                {"number": pick(["A-1", "B/2"]), "description": pick(["", "two\nlines"])},
            ]
        )
        self.records[record.source_id] = changed(record, **given)

    def _correct_a_date(self) -> None:
        """Of a term that is not cancelled, which would be one that was written anew."""
        standing = [each for each in self.records.values() if each.status is not PolicyStatus.CANCELLED]
        record = self.chance.choice(standing)
        days = timedelta(days=self.chance.choice([-60, -1, 1, 30]))
        effective = record.effective + days
        del self.records[record.source_id]
        moved = {"effective": effective, "expiration": record.expiration + days}
        key = f"{record.policy_id}/{effective.isoformat()}"
        self.records[key] = changed(record, source_id=key, premium=Decimal(self.chance.randint(1, 999)), **moved)


@pytest.mark.criterion("LEDGER-08")
@pytest.mark.parametrize("seed", range(4))
def test_after_any_history_the_projection_is_what_was_sent_and_equals_a_rebuild(
    seed: int,
    feed: MemoryFeed,
    sync: Sync,
    database: Database,
    clock: Clock,
    door: Door,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rebuilding, "PAGE", 4)
    feed.complete = True
    feed.export(FeedKind.PRODUCERS, producer("HL-1"), producer("HL-2", "Daniel Kim"))
    feed.export(FeedKind.CLIENTS, client(), client("C2", "Bo Reed"))
    history = History(seed, correcting=seed / 4)
    for _ in range(8):
        clock.forward(days=30)
        feed.replace(FeedKind.POLICIES, *history.go_on(), at=clock.now)
        sync()
        roll_over_all(door)

    with database.read() as db:
        before = projection(db)
        assert as_held(db) == as_sent(history.records.values(), {"C1": "Ada Grove", "C2": "Bo Reed"}, clock.now.date())
    assert rebuild_all(door) == len(before)
    with database.read() as db:
        assert projection(db) == before


@pytest.mark.criterion("LEDGER-08")
def test_a_rebuild_repairs_what_was_damaged(
    feed: MemoryFeed, sync: Sync, database: Database, door: Door, stored: Stored
) -> None:
    feed.export(FeedKind.PRODUCERS, producer())
    feed.export(FeedKind.CLIENTS, client())
    feed.export(FeedKind.POLICIES, policy("P1"), policy("P1", effective=date(2025, 6, 1)), policy("P2"))
    sync()
    with database.write() as db:
        before = projection(db)
        db.execute(update(bulk.POLICY).values(premium=Decimal(1), insured_name="", vins="", code_of_record_id=None))
        db.execute(update(bulk.POLICY_TERM).values(number="?"))
        db.execute(delete(bulk.VEHICLE))
        first = db.execute(select(bulk.POLICY_TERM.c.id).limit(1)).scalar_one()
        db.execute(delete(bulk.POLICY_TERM).where(bulk.POLICY_TERM.c.id == first))
        term = dict(db.execute(select(bulk.POLICY_TERM).limit(1)).mappings().one())
        invented = {"id": 10**6, "effective": date(1999, 1, 1), "expiration": date(2000, 1, 1)}
        db.execute(insert(bulk.POLICY_TERM).values(term | invented))

    rebuild_all(door)

    with database.read() as db:
        assert projection(db) == before
