"""Rows in quarantine that a person mends or leaves out: real files, read through the connector."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import FeedKind, Role, RunState
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.ports import Ports
from portal_app.services.sync import bulk, freshness, mending, quarantine
from portal_app.services.sync.freshness import RunRow
from portal_app.services.sync.runs import run_feed
from portal_app.services.trail import events
from portal_app.state.integrations import counts
from tests.integrations.agency import GOOD, PRODUCER_HEADER, Agency, csv_of
from tests.services.sync.feed import MemoryFeed, client
from tests.services.sync.test_policies import Stored
from tests.world import Clock, actor, make_door

PRINCIPAL = actor(Role.PRINCIPAL)
POLICY, CLIENT = GOOD[FeedKind.POLICIES], GOOD[FeedKind.CLIENTS]
Runs = Callable[[], dict[str, RunRow]]


@pytest.fixture
def agency(tmp_path: Path) -> Agency:
    folder = tmp_path / "exports"
    folder.mkdir()
    agency = Agency(folder)
    agency.writes(FeedKind.PRODUCERS, f"{PRODUCER_HEADER}\nHL-110,Maya Alvarez,,,\n")
    agency.writes(FeedKind.CLIENTS, csv_of([list(CLIENT), list(CLIENT.values())]))
    return agency


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, agency: Agency) -> Iterator[Door]:
    connector = agency.connector(FeedKind.PRODUCERS, FeedKind.CLIENTS, FeedKind.POLICIES)
    door = make_door(database, tmp_path, clock, Ports(feeds={"agency": connector}))
    yield door
    door.threads.shutdown()


@pytest.fixture
def memory() -> MemoryFeed:
    return MemoryFeed()


@pytest.fixture
def in_memory(database: Database, tmp_path: Path, clock: Clock, memory: MemoryFeed) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, Ports(feeds={"memory": memory}))
    yield door
    door.threads.shutdown()


@pytest.fixture
def runs(door: Door, clock: Clock) -> Runs:
    def run() -> dict[str, RunRow]:
        clock.forward(minutes=5)
        return {each.kind.value: each for each in run_feed(door, feed="agency")}

    return run


def exported(agency: Agency, *rows: Mapping[str, str], age: float) -> None:
    """A newer file of policies in place of the one before."""
    agency.writes(FeedKind.POLICIES, csv_of([list(POLICY), *(list(row.values()) for row in rows)]), age=age)


def waiting(door: Door) -> tuple[quarantine.Held, ...]:
    return door.run(quarantine.listed, PRINCIPAL).rows


def opened(door: Door) -> mending.Row:
    [held] = waiting(door)
    return door.run(mending.one, PRINCIPAL, locator=held.locator)


def mended(door: Door, **changes: str) -> tuple[str, ...]:
    """Mend the one row that waits: `Policy_Number=…` for "Policy Number"."""
    row = opened(door)
    cells = {cell.heading: cell.text for cell in row.cells}
    cells |= {name.replace("_", " "): text for name, text in changes.items()}
    return door.run(mending.mend, PRINCIPAL, locator=row.held.locator, cells=cells, version=row.version)


@pytest.mark.criterion("FEED-63")
def test_a_mended_row_is_taken_in_and_stays_when_the_fault_is_sent_again(
    agency: Agency, runs: Runs, stored: Stored, door: Door, database: Database
) -> None:
    wrong = {**POLICY, "Premium": "lots"}
    exported(agency, wrong, age=600)
    runs()
    [cell] = [cell for cell in opened(door).cells if cell.problem]
    assert (cell.heading, cell.text) == ("Premium", "lots")
    assert cell.problem[0].isupper()

    assert mended(door, Premium="1,200.00") == ()
    assert [(each.mended, each.reasons) for each in waiting(door)] == [(True, ())]
    assert all(each.ordered for each in door.run(freshness.feeds, PRINCIPAL))
    with database.read() as db:
        [detail] = db.scalars(select(AuditEvent.detail).where(AuditEvent.action == "row.mended"))
    assert detail == {"before": {"Premium": "lots"}, "after": {"Premium": "1,200.00"}}
    runs()
    assert [f"{each['premium']:.2f}" for each in stored(bulk.POLICY)] == ["1200.00"]
    assert waiting(door) == ()

    exported(agency, wrong, {**POLICY, "Policy ID": "P2"}, age=500)
    runs()
    assert [f"{each['premium']:.2f}" for each in stored(bulk.POLICY)] == ["1200.00", "1234.50"]
    assert (waiting(door), len(stored(bulk.LEDGER))) == ((), 2)

    exported(agency, {**POLICY, "Premium": "900"}, {**POLICY, "Policy ID": "P2"}, age=400)
    runs()
    assert [f"{each['premium']:.2f}" for each in stored(bulk.POLICY)] == ["900.00", "1234.50"]


@pytest.mark.criterion("FEED-63")
def test_the_run_that_takes_a_mended_row_in_says_so_and_none_sets_it_aside_again(
    agency: Agency, runs: Runs, door: Door
) -> None:
    wrong, other = {**POLICY, "Premium": "lots"}, {**POLICY, "Policy ID": "P2", "Premium": "more"}
    exported(agency, wrong, other, age=600)
    run = runs()["policies"]
    assert (counts(run), run.rows_quarantined) == ("2 read, 2 set aside", 2)
    held = next(each for each in waiting(door) if each.line == 2)
    row = door.run(mending.one, PRINCIPAL, locator=held.locator)
    cells = {cell.heading: cell.text for cell in row.cells} | {"Premium": "12"}
    door.run(mending.mend, PRINCIPAL, locator=held.locator, cells=cells, version=row.version)

    assert counts(runs()["policies"]) == "1 new, out of quarantine"
    assert counts(runs()["policies"]) == "Nothing new"

    exported(agency, wrong, other, {**POLICY, "Policy ID": "P3"}, age=500)
    run = runs()["policies"]
    assert (run.rows_read, run.rows_quarantined, len(waiting(door))) == (3, 1, 1)

    [held] = waiting(door)
    door.run(mending.leave_out, PRINCIPAL, locator=held.locator)
    exported(agency, wrong, other, age=400)
    assert (runs()["policies"].rows_quarantined, waiting(door)) == (0, ())


@pytest.mark.criterion("FEED-63")
@pytest.mark.parametrize("row", [["P1", "C1", "PA-1001"], [*POLICY.values(), "one more"]])
def test_a_row_whose_cells_stand_under_no_heading_is_written_anew(
    row: list[str], agency: Agency, runs: Runs, stored: Stored, door: Door
) -> None:
    agency.writes(FeedKind.POLICIES, csv_of([list(POLICY), row]), age=600)
    runs()
    found = opened(door)
    assert [cell.heading for cell in found.cells] == list(POLICY)
    assert found.loose == tuple(row)
    assert not any(cell.text for cell in found.cells)

    assert mended(door, **{name.replace(" ", "_"): text for name, text in POLICY.items()}) == ()
    runs()
    agency.writes(FeedKind.POLICIES, csv_of([list(POLICY), row, [*POLICY.values()][:2]]), age=500)
    runs()

    assert [each["number"] for each in stored(bulk.POLICY)] == ["PA-1001"]
    assert len(stored(bulk.LEDGER)) == 1
    assert [each.line for each in waiting(door)] == [3]


@pytest.mark.criterion("FEED-63")
def test_what_is_still_wrong_is_told_by_column_and_nothing_is_kept(agency: Agency, runs: Runs, door: Door) -> None:
    exported(agency, {**POLICY, "Premium": "lots"}, age=600)
    runs()

    with pytest.raises(Invalid) as refused:
        mended(door, Premium="12", Expiration_Date="01/01/2020", Status="")
    assert set(refused.value.problems) == {"Expiration Date", "Status"}
    with pytest.raises(Invalid) as refused:
        mended(door, Premium="12", Policy_ID="", Effective_Date="still wrong")
    assert set(refused.value.problems) == {"Policy ID", "Effective Date"}
    with pytest.raises(Invalid) as refused:
        mended(door, Surprise="12")
    assert set(refused.value.problems) == {mending.WHOLE_ROW}
    with pytest.raises(Invalid) as refused:
        mended(door, Remark="x" * (mending.LONGEST + 1))
    assert set(refused.value.problems) == {"Remark"}
    [held] = waiting(door)
    assert not held.mended


@pytest.mark.criterion("FEED-63")
def test_a_row_that_names_no_record_is_told_which_columns_would(
    memory: MemoryFeed, in_memory: Door, clock: Clock
) -> None:
    memory.export(FeedKind.CLIENTS, client(number="", name="?"))
    run_feed(in_memory, feed="memory")
    [held] = waiting(in_memory)
    row = in_memory.run(mending.one, PRINCIPAL, locator=held.locator)
    written = {"json": json.dumps(asdict(client(number="")), default=str)}

    with pytest.raises(Invalid) as refused:
        in_memory.run(mending.mend, PRINCIPAL, locator=held.locator, cells=written, version=row.version)

    [(place, sentence)] = refused.value.problems.items()
    assert (place, sentence.endswith("“json”.")) == (mending.WHOLE_ROW, True)


@pytest.mark.criterion("FEED-63")
@pytest.mark.parametrize("kind", [kind for kind in FeedKind if kind is not FeedKind.COMMISSIONS])
def test_the_columns_that_name_a_record_are_those_that_make_it_another(kind: FeedKind, tmp_path: Path) -> None:
    connector, good = Agency(tmp_path).connector(kind), GOOD[kind]
    known_by = connector.source_id(kind, good)
    matter = {heading for heading in good if connector.source_id(kind, {**good, heading: ""}) != known_by}
    assert set(connector.naming(kind)) >= matter != set()


@pytest.mark.criterion("FEED-63")
def test_a_mended_row_waits_for_what_it_names_and_can_be_mended_again(
    agency: Agency, runs: Runs, stored: Stored, door: Door
) -> None:
    exported(agency, {**POLICY, "Premium": "lots"}, age=600)
    runs()

    locator = opened(door).held.locator
    [reason] = mended(door, Premium="12", Client_ID="C7")
    [event] = door.run(events.listed, PRINCIPAL, asked=events.Asked(action="row.mended")).rows
    assert (event.record, event.name) == (locator, "policies.csv, line 2")
    assert reason.startswith('Column "Client ID" names a client')
    runs()
    assert [(each.mended, each.reasons) for each in waiting(door)] == [(True, (reason,))]
    mended(door)
    [again, _] = door.run(events.listed, PRINCIPAL, asked=events.Asked(action="row.mended")).rows
    detail = door.run(events.one, PRINCIPAL, locator=again.locator)
    assert [(each.name, each.after) for each in detail.changes] == [("Cells changed", "0")]
    assert mended(door, Client_ID="C1") == ()
    runs()

    assert waiting(door) == ()
    assert [f"{each['premium']:.2f}" for each in stored(bulk.POLICY)] == ["12.00"]


@pytest.mark.criterion("FEED-63")
def test_which_of_two_rows_of_one_record_holds_is_not_decided_here(agency: Agency, runs: Runs, door: Door) -> None:
    exported(agency, POLICY, {**POLICY, "Premium": "1"}, age=600)
    runs()

    with pytest.raises(Invalid, match="Another row of the same file"):
        mended(door, Premium="2")
    assert mended(door, Policy_ID="P2") == ()


@pytest.mark.criterion("FEED-64")
def test_a_row_that_is_left_out_stays_out_until_it_is_sent_otherwise(
    agency: Agency, runs: Runs, stored: Stored, door: Door, database: Database
) -> None:
    wrong = {**POLICY, "Premium": "lots"}
    exported(agency, wrong, age=600)
    runs()
    [held] = waiting(door)

    door.run(mending.leave_out, PRINCIPAL, locator=held.locator)
    with pytest.raises(NotFound):
        door.run(mending.leave_out, PRINCIPAL, locator=held.locator)
    with pytest.raises(NotFound):
        door.run(mending.one, PRINCIPAL, locator=held.locator)
    exported(agency, wrong, {**POLICY, "Policy ID": "P2"}, age=500)
    assert runs()["policies"].state is RunState.SUCCEEDED

    assert waiting(door) == ()
    assert len(stored(bulk.POLICY)) == 1
    with database.read() as db:
        assert db.scalar(select(func.count()).where(AuditEvent.action == "row.left_out")) == 1

    exported(agency, {**POLICY, "Premium": "plenty"}, age=400)
    runs()
    assert len(waiting(door)) == 1


@pytest.mark.criterion("FEED-64")
def test_a_feed_that_is_not_configured_any_more_can_only_be_left_out(
    agency: Agency, runs: Runs, door: Door, database: Database, tmp_path: Path, clock: Clock
) -> None:
    exported(agency, {**POLICY, "Premium": "lots"}, age=600)
    runs()
    without = make_door(database, tmp_path, clock)
    [held] = waiting(without)

    assert not without.run(mending.one, PRINCIPAL, locator=held.locator).feed_is_there
    with pytest.raises(Conflict):
        without.run(mending.mend, PRINCIPAL, locator=held.locator, cells={}, version="")
    without.run(mending.leave_out, PRINCIPAL, locator=held.locator)
    assert waiting(without) == ()


@pytest.mark.criterion("FEED-63")
@pytest.mark.parametrize("role", Role)
def test_who_may_see_and_mend_what_a_row_says(role: Role, agency: Agency, runs: Runs, door: Door) -> None:
    exported(agency, {**POLICY, "Premium": "lots"}, age=600)
    runs()
    [held] = waiting(door)
    may = role in (Role.PRINCIPAL, Role.CSR)

    for service, more in (
        (mending.one, {}),
        (mending.mend, {"cells": {}, "version": door.run(mending.one, PRINCIPAL, locator=held.locator).version}),
        (mending.leave_out, {}),
    ):
        try:
            door.run(service, actor(role), locator=held.locator, **more)  # type: ignore[arg-type]
            refused = False
        except Invalid:
            refused = False
        except Forbidden:
            refused = True
        assert refused is not may


@pytest.mark.criterion("FEED-63")
def test_of_two_who_mend_a_row_the_second_is_told(agency: Agency, runs: Runs, door: Door) -> None:
    exported(agency, {**POLICY, "Premium": "lots"}, age=600)
    runs()
    before = opened(door)
    mended(door, Premium="1")
    cells = {cell.heading: cell.text for cell in before.cells} | {"Premium": "2"}
    with pytest.raises(Conflict, match="Somebody else has mended"):
        door.run(mending.mend, PRINCIPAL, locator=before.held.locator, cells=cells, version=before.version)
    assert [cell.text for cell in opened(door).cells if cell.heading == "Premium"] == ["1"]


@pytest.mark.criterion("FEED-64")
@pytest.mark.parametrize("unfit", [True, False])
def test_a_row_that_was_left_out_does_not_make_a_file_hold_every_record(
    unfit: bool, agency: Agency, database: Database, tmp_path: Path, clock: Clock
) -> None:
    agency.reads(FeedKind.POLICIES, complete=True)
    connector = agency.connector(FeedKind.PRODUCERS, FeedKind.CLIENTS, FeedKind.POLICIES)
    door = make_door(database, tmp_path, clock, Ports(feeds={"agency": connector}))
    waits, short = {**POLICY, "Policy ID": "P2", "Premium": "lots"}, ["P1", "C1"]
    agency.writes(FeedKind.POLICIES, csv_of([list(POLICY), list(waits.values()), short]), age=600)
    run_feed(door, feed="agency")
    first, second = waiting(door)
    door.run(mending.leave_out, PRINCIPAL, locator=second.locator if unfit else first.locator)

    clock.forward(minutes=5)
    rest = [list(POLICY.values()), short] if unfit else [list(POLICY.values())]
    agency.writes(FeedKind.POLICIES, csv_of([list(POLICY), *rest]), age=500)
    run_feed(door, feed="agency")

    assert [each.line for each in waiting(door)] == ([2] if unfit else [])
    door.threads.shutdown()
