"""Runs: which files are read, how a run ends, who may run, and where the next one goes on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Event

import pytest

from portal_app.models.enums import Cadence, FeedKind, RunState
from portal_app.services import leases
from portal_app.services.access import system
from portal_app.services.door import Door
from portal_app.services.errors import NotFound
from portal_app.services.ports import RawRow
from portal_app.services.sync import bulk, files, runs
from portal_app.services.sync.freshness import feeds
from portal_app.services.sync.runs import AlreadyRunning, run_feed
from tests.services.sync.feed import MemoryBatch, MemoryFeed, changed, client, commission, policy, producer
from tests.services.sync.test_policies import Stored, Sync, hour
from tests.world import Clock

pytestmark = pytest.mark.both_databases


@pytest.fixture
def begun(feed: MemoryFeed) -> None:
    feed.export(FeedKind.PRODUCERS, producer())
    feed.export(FeedKind.CLIENTS, client())


def premium(stored: Stored) -> Decimal:
    [row] = stored(bulk.POLICY)
    return Decimal(row["premium"])


@pytest.mark.criterion("FEED-40")
def test_a_run_is_recorded_with_its_counts(begun: None, door: Door, feed: MemoryFeed, sync: Sync, clock: Clock) -> None:
    feed.export(FeedKind.POLICIES, policy("P1"), policy("P2"), policy("P3", line="pets"), at=hour(12))
    sync()
    clock.forward(hours=1)
    feed.export(
        FeedKind.POLICIES,
        policy("P1"),
        policy("P2", description="x"),
        policy("P3", line="pets"),
        policy("P4"),
        at=hour(13),
    )

    run = sync()["policies"]

    assert run.state is RunState.SUCCEEDED
    assert (run.files, run.rows_read, run.rows_added, run.rows_changed) == (1, 4, 1, 1)
    assert (run.rows_unchanged, run.rows_quarantined) == (1, 1)
    assert (run.started_at, run.ended_at, run.data_as_of) == (clock.now, clock.now, hour(13))
    status = {each.kind: each for each in door.run(feeds, system("test"))}
    assert status[FeedKind.POLICIES].last_success == clock.now
    assert status[FeedKind.POLICIES].quarantined == 1
    assert status[FeedKind.COMMISSIONS].last_run is None


@pytest.mark.criterion("FEED-41")
def test_the_same_file_again_is_nothing_but_a_success(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(FeedKind.POLICIES, policy())
    sync()
    before = [stored(table) for table in (bulk.POLICY, bulk.LEDGER, bulk.SOURCE_RECORD, bulk.POLICY_TERM)]

    run = sync()["policies"]

    assert (run.state, run.rows_read, run.files, run.data_as_of) == (RunState.SUCCEEDED, 0, 0, hour(14))
    assert [stored(table) for table in (bulk.POLICY, bulk.LEDGER, bulk.SOURCE_RECORD, bulk.POLICY_TERM)] == before


@pytest.mark.criterion("FEED-41")
def test_equal_content_exported_anew_makes_the_data_younger(begun: None, feed: MemoryFeed, sync: Sync) -> None:
    feed.export(FeedKind.POLICIES, policy(), at=hour(12))
    sync()
    feed.replace(FeedKind.POLICIES, policy(), at=hour(13))

    run = sync()["policies"]

    assert (run.rows_read, run.data_as_of) == (0, hour(13))


@pytest.mark.criterion("FEED-42")
@pytest.mark.parametrize("name", ["policies-old.csv", "renamed.csv"])
def test_an_older_file_never_rolls_data_back(
    name: str, begun: None, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(FeedKind.POLICIES, policy(premium=Decimal(100)), at=hour(11), name="policies-old.csv")
    sync()
    feed.replace(FeedKind.POLICIES, policy(premium=Decimal(200)), at=hour(12))
    sync()
    feed.export(FeedKind.POLICIES, policy(premium=Decimal(100)), at=hour(11), name=name)
    feed.export(FeedKind.POLICIES, policy(premium=Decimal(50)), at=hour(10), name="never-seen.csv")

    run = sync()["policies"]

    assert (run.state, run.rows_read, run.data_as_of) == (RunState.SUCCEEDED, 0, hour(12))
    assert premium(stored) == 200


@pytest.mark.criterion("FEED-42")
def test_a_file_older_than_what_was_taken_in_meanwhile_is_not_begun(
    begun: None, door: Door, feed: MemoryFeed, sync: Sync
) -> None:
    feed.export(FeedKind.POLICIES, policy(), at=hour(12))
    sync()
    late = feed.export(FeedKind.POLICIES, policy("P2"), at=hour(11))
    lease = door.run(leases.acquire, system("test"), name="sync:memory", holder="me", seconds=60)
    assert lease is not None

    begin = door.run(files.begin, system("test"), lease=lease, feed="memory", kind=FeedKind.POLICIES, batch=late)

    assert begin is None


@pytest.mark.criterion("FEED-42")
def test_a_change_that_is_undone_is_undone_here(begun: None, feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    for when, amount in ((11, 100), (12, 200), (13, 100)):
        feed.replace(FeedKind.POLICIES, policy(premium=Decimal(amount)), at=hour(when))
        sync()

    assert premium(stored) == 100
    assert [row["changes"].get("premium") for row in stored(bulk.LEDGER)] == ["100.00", "200.00", "100.00"]


@pytest.mark.criterion("FEED-42")
def test_files_that_waited_are_taken_in_oldest_first(begun: None, feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    feed.export(FeedKind.POLICIES, policy(premium=Decimal(200)), at=hour(12))
    feed.export(FeedKind.POLICIES, policy(premium=Decimal(100)), at=hour(11))

    run = sync()["policies"]

    assert (run.files, premium(stored)) == (2, 200)


@pytest.mark.criterion("FEED-43")
def test_what_is_absent_is_not_deleted(begun: None, feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    feed.export(FeedKind.POLICIES, policy("P1"), policy("P2"), at=hour(11))
    sync()
    feed.export(FeedKind.POLICIES, policy("P2", description="x"), at=hour(12))

    sync()

    assert [row["source_id"] for row in stored(bulk.POLICY)] == ["P1", "P2"]


@pytest.mark.criterion("FEED-44")
def test_a_feed_that_cannot_be_read_fails_with_the_reason_and_the_other_kinds_go_on(
    begun: None, feed: MemoryFeed, sync: Sync
) -> None:
    feed.export(FeedKind.POLICIES, policy())
    feed.down.add(FeedKind.PRODUCERS)

    found = sync()

    assert (found["producers"].state, found["producers"].message) == (RunState.FAILED, "There is no folder exports.")
    assert found["clients"].state is RunState.SUCCEEDED
    assert found["policies"].rows_quarantined == 1


@pytest.mark.criterion("FEED-44")
def test_an_adapter_that_breaks_fails_the_run_and_gives_a_reference(
    begun: None, feed: MemoryFeed, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: MemoryBatch, start: int = 0) -> Iterator[RawRow]:
        raise ZeroDivisionError("12 Elm St")

    monkeypatch.setattr(MemoryBatch, "rows", broken)

    found = sync()

    assert {run.state for run in found.values() if run.kind is not FeedKind.POLICIES} == {RunState.FAILED}
    assert "Reference:" in found["clients"].message
    assert "Elm" not in found["clients"].message


@pytest.mark.criterion("FEED-45")
def test_a_file_that_breaks_off_is_resumed_where_it_stopped(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PAGE", 3)
    whole = feed.export(FeedKind.POLICIES, *(policy(f"P{number}") for number in range(8)))
    feed.ready[FeedKind.POLICIES] = [replace(whole, breaks_after=7)]

    assert sync()["policies"].state is RunState.FAILED
    assert len(stored(bulk.POLICY)) == 6
    assert stored(bulk.FEED_FILE)[-1]["rows_done"] == 6
    assert stored(bulk.FEED_FILE)[-1]["completed_at"] is None

    feed.ready[FeedKind.POLICIES] = [whole]
    run = sync()["policies"]

    assert (run.rows_read, run.rows_added, run.files) == (2, 2, 1)
    assert [row["source_id"] for row in stored(bulk.POLICY)] == [f"P{number}" for number in range(8)]
    assert len(stored(bulk.LEDGER)) == 8


@pytest.mark.criterion("FEED-45")
def test_a_run_that_is_stopped_ends_at_the_next_chunk(
    begun: None, door: Door, feed: MemoryFeed, sync: Sync, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync()
    monkeypatch.setattr(runs, "PAGE", 2)
    stop = Event()
    batch = feed.export(FeedKind.POLICIES, *(policy(f"P{number}") for number in range(9)))
    plain = MemoryBatch._rows

    def stopping(self: MemoryBatch) -> Iterator[RawRow]:
        for row in plain(self):
            if self is batch and row.line == 5:
                stop.set()
            yield row

    monkeypatch.setattr(MemoryBatch, "_rows", stopping)

    *_, run = run_feed(door, feed="memory", cadence=Cadence.HOURLY, stop=stop)

    assert (run.state, run.rows_read) == (RunState.INTERRUPTED, 2)
    assert len(stored(bulk.POLICY)) == 2
    again = run_feed(door, feed="memory", cadence=Cadence.HOURLY, stop=Event())
    assert [run.kind for run in again] == feed.kinds(Cadence.HOURLY)
    assert len(stored(bulk.POLICY)) == 9


@pytest.mark.criterion("FEED-46")
def test_one_process_at_a_time_runs_a_feed(begun: None, door: Door, clock: Clock, sync: Sync, stored: Stored) -> None:
    taken = door.run(leases.acquire, system("test"), name="sync:memory", holder="somebody", seconds=60)
    assert taken is not None

    with pytest.raises(AlreadyRunning):
        run_feed(door, feed="memory")

    clock.forward(seconds=61)
    assert sync()["clients"].state is RunState.SUCCEEDED


@pytest.mark.criterion("FEED-46")
def test_a_process_that_slept_writes_nothing_once_another_took_over(
    begun: None, door: Door, feed: MemoryFeed, clock: Clock, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PAGE", 2)
    feed.export(FeedKind.POLICIES, *(policy(f"P{number}") for number in range(6)))
    plain = MemoryBatch._rows

    def sleeping(self: MemoryBatch) -> Iterator[RawRow]:
        for row in plain(self):
            if row.source_id == "P3/2026-06-01":
                clock.forward(seconds=61)
                assert door.run(leases.acquire, system("other"), name="sync:memory", holder="other", seconds=60)
            yield row

    monkeypatch.setattr(MemoryBatch, "_rows", sleeping)

    with pytest.raises(leases.Lost):
        run_feed(door, feed="memory")

    assert len(stored(bulk.POLICY)) == 2
    assert stored(bulk.FEED_FILE)[-1]["rows_done"] == 2
    assert stored(bulk.SYNC_RUN)[-1]["state"] is RunState.RUNNING

    monkeypatch.setattr(MemoryBatch, "_rows", plain)
    clock.forward(seconds=61)
    run_feed(door, feed="memory")
    cut_off = [row for row in stored(bulk.SYNC_RUN) if row["state"] is RunState.INTERRUPTED]
    assert [(row["kind"], row["ended_at"]) for row in cut_off] == [(FeedKind.POLICIES, clock.now)]
    assert len(stored(bulk.POLICY)) == 6


def test_a_feed_that_is_not_configured_is_not_found(door: Door) -> None:
    with pytest.raises(NotFound, match="There is no feed named epic"):
        run_feed(door, feed="epic")


@pytest.mark.criterion("FEED-47")
def test_commissions_are_kept_and_count_when_their_file_is_through(
    door: Door, feed: MemoryFeed, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PAGE", 2)
    whole = feed.export(FeedKind.COMMISSIONS, *(commission(f"L{number}") for number in range(5)))
    feed.ready[FeedKind.COMMISSIONS] = [replace(whole, breaks_after=4)]
    run_feed(door, feed="memory", cadence=Cadence.DAILY)

    [file] = stored(bulk.FEED_FILE)
    assert (file["completed_at"], file["rows_done"]) == (None, 4)
    assert {row["batch_id"] for row in stored(bulk.SOURCE_RECORD)} == {file["id"]}

    feed.ready[FeedKind.COMMISSIONS] = [whole]
    run_feed(door, feed="memory", cadence=Cadence.DAILY)

    assert stored(bulk.FEED_FILE)[0]["completed_at"] is not None
    assert [row["payload"]["amount"] for row in stored(bulk.SOURCE_RECORD)] == ["120.00"] * 5


def test_the_whole_feed_runs_where_no_cadence_is_asked_for(begun: None, door: Door) -> None:
    assert [run.kind for run in run_feed(door, feed="memory")] == list(FeedKind)


def test_a_mapping_that_only_reads_otherwise_is_a_new_version_and_no_transaction(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(FeedKind.POLICIES, policy(premium=Decimal(1200)), at=hour(11))
    sync()
    feed.export(FeedKind.POLICIES, changed(policy(), premium=Decimal("1200.0")), at=hour(12))

    run = sync()["policies"]

    assert run.rows_changed == 1
    assert len(stored(bulk.LEDGER)) == 1
    assert stored(bulk.SOURCE_RECORD)[-1]["version"] == 2


@pytest.mark.criterion("FEED-53")
def test_a_file_that_is_not_read_because_it_is_older_is_named(begun: None, feed: MemoryFeed, sync: Sync) -> None:
    feed.export(FeedKind.POLICIES, policy(), at=hour(12))
    sync()
    feed.export(FeedKind.POLICIES, policy("P2"), at=hour(11), name="policies-east.csv")

    run = sync()["policies"]

    assert run.state is RunState.SUCCEEDED
    assert "policies-east.csv" in run.message


@pytest.mark.criterion("FEED-53")
def test_a_time_that_is_still_to_come_keeps_no_later_export_out(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored, clock: Clock
) -> None:
    feed.export(FeedKind.POLICIES, policy(premium=Decimal(100)), at=clock.now + timedelta(days=200))
    assert sync()["policies"].data_as_of == clock.now
    clock.forward(hours=1)
    feed.replace(FeedKind.POLICIES, policy(premium=Decimal(222)), at=clock.now)
    sync()
    assert premium(stored) == 222


@pytest.mark.criterion("FEED-54")
def test_a_kind_of_which_no_file_has_ever_come_fails(begun: None, feed: MemoryFeed, sync: Sync) -> None:
    assert sync()["policies"].state is RunState.FAILED
    feed.export(FeedKind.POLICIES, policy(), at=hour(12))
    assert sync()["policies"].state is RunState.SUCCEEDED


@pytest.mark.criterion("FEED-56")
def test_a_row_that_cannot_be_stored_keeps_no_other_out(
    begun: None, feed: MemoryFeed, sync: Sync, stored: Stored, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    too_much = policy("P2", premium=Decimal(10) ** 20)
    feed.export(FeedKind.POLICIES, policy("P1"), too_much, policy("P3"), policy("P4", line="pets"), at=hour(11))

    run = sync()["policies"]

    assert (run.state, run.rows_read, run.rows_added, run.rows_quarantined) == (RunState.SUCCEEDED, 4, 2, 2)
    assert [row["source_id"] for row in stored(bulk.POLICY)] == ["P1", "P3"]
    held = {row["source_id"]: row["reasons"] for row in stored(bulk.QUARANTINED)}
    reference = held["P2/2026-06-01"].removeprefix("It could not be stored, by a fault of ours. Reference: ")
    assert reference in caplog.text
    assert held["P4/2026-06-01"] == "It names a line of business that is not known."

    clock.forward(minutes=1)
    feed.export(FeedKind.POLICIES, policy("P1"), changed(too_much, premium=Decimal(5)), policy("P3"), at=hour(12))
    sync()
    assert {row["source_id"]: row["premium"] for row in stored(bulk.POLICY)}["P2"] == Decimal("5.00")
