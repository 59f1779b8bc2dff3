"""What a run costs, counted: statements, mappings, and how records are looked up. Times are for the benchmark."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from portal_app.database import Database
from portal_app.models import metadata
from portal_app.models.enums import FeedKind
from portal_app.services.ports import FeedRecord, RawRow
from portal_app.services.sync import pace
from tests.services.sync.feed import MemoryFeed, client, policy, producer
from tests.services.sync.test_policies import Sync, hour

pytestmark = pytest.mark.both_databases

Statements = list[tuple[str, Any]]


@pytest.fixture
def counted(database: Database) -> Callable[[], Any]:
    """What the database is asked while the block runs, without what opens and ends transactions."""

    @contextmanager
    def counting() -> Iterator[Statements]:
        seen: Statements = []

        def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
            if not statement.startswith(("PRAGMA", "BEGIN")):
                seen.append((statement, parameters))

        event.listen(database.engine, "before_cursor_execute", note)
        yield seen
        event.remove(database.engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def begun(feed: MemoryFeed, sync: Sync) -> None:
    feed.export(FeedKind.PRODUCERS, producer())
    feed.export(FeedKind.CLIENTS, client())
    sync()


@pytest.mark.criterion("FEED-49")
def test_unchanged_rows_are_neither_mapped_nor_written(
    begun: None, feed: MemoryFeed, sync: Sync, counted: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [policy(f"P{number}") for number in range(1200)]
    feed.export(FeedKind.POLICIES, *records, at=hour(12))
    sync()
    mapped: list[str] = []
    plain = MemoryFeed.record

    def mapping(self: MemoryFeed, kind: FeedKind, row: RawRow) -> FeedRecord:
        mapped.append(row.source_id)
        return plain(self, kind, row)

    monkeypatch.setattr(MemoryFeed, "record", mapping)
    feed.export(FeedKind.POLICIES, *records, policy("P9999"), at=hour(13))

    with counted() as seen:
        run = sync()["policies"]

    assert (run.rows_unchanged, run.rows_added, mapped) == (1200, 1, ["P9999/2026-06-01"])
    asked = [statement for statement, _ in seen if "FROM source_record" in statement]
    assert len(asked) == 3
    cursor = [statement for statement, _ in seen if statement.startswith("UPDATE feed_file SET rows_done")]
    assert len(cursor) == 1


@pytest.mark.criterion("FEED-49")
def test_twice_the_rows_of_a_transaction_are_not_more_statements(
    begun: None, feed: MemoryFeed, sync: Sync, counted: Callable[[], Any]
) -> None:
    counts = []
    for step, size in enumerate((40, 80)):
        feed.replace(FeedKind.POLICIES, *(policy(f"{step}-{number}") for number in range(size)), at=hour(12 + step))
        with counted() as seen:
            sync()
        counts.append(len(seen))

    assert counts[1] <= counts[0]


@pytest.mark.criterion("FEED-49")
def test_a_transaction_takes_in_a_bounded_number_of_rows(
    begun: None, feed: MemoryFeed, sync: Sync, counted: Callable[[], Any]
) -> None:
    feed.export(FeedKind.POLICIES, *(policy(f"P{number}") for number in range(1050)))

    with counted() as seen:
        sync()

    cursor = [statement for statement, _ in seen if statement.startswith("UPDATE feed_file SET rows_done")]
    assert len(cursor) >= 1050 / pace.MOST_ROWS


@pytest.mark.criterion("FEED-49")
def test_every_look_up_of_a_run_uses_an_index(
    begun: None, feed: MemoryFeed, sync: Sync, counted: Callable[[], Any], database: Database
) -> None:
    if database.dialect != "sqlite":
        return  # where PostgreSQL's plans depend on how many rows there are
    feed.export(FeedKind.POLICIES, *(policy(f"P{number}") for number in range(20)), policy("PX", line="pets"))
    with counted() as seen:
        sync()
        feed.export(FeedKind.POLICIES, *(policy(f"P{number}", description="x") for number in range(20)), at=hour(15))
        sync()

    scans = set()
    with database.read() as db:
        for statement, parameters in seen:
            if statement.startswith("SELECT") and isinstance(parameters, tuple):
                plan = db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
                scans |= {row[3].split()[1] for row in plan if row[3].startswith("SCAN")}
    # There are eight lines of business and a few webhooks, and always will be few.
    assert scans & set(metadata.tables) <= {"line_of_business", "webhook"}
