"""How many statements a search takes, and by which indexes SQLite reads. PostgreSQL plans by its own statistics."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from portal_app.database import Database
from portal_app.models.enums import Grant
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.home.book import book
from portal_app.services.home.renewals import renewals
from portal_app.services.policies import search, statements
from portal_app.services.policies.search import find
from portal_app.services.policies.views import Query
from tests.services.policies.test_equal_to_the_scan import fill
from tests.world import Agency


@pytest.fixture
def database(empty_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(empty_sqlite, tmp_path / "portal.db")
    database = Database(f"sqlite:///{tmp_path / 'portal.db'}")
    yield database
    database.dispose()


@contextmanager
def statements_of(database: Database) -> Iterator[list[tuple[str, object]]]:
    seen: list[tuple[str, object]] = []

    def note(_c: Connection, _k: object, statement: str, parameters: object, *_: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


CASES: dict[str, tuple[Query, int]] = {
    "nothing asked": (Query(), 2),
    "exact number": (Query("HO-1001"), 1),
    "whole VIN": (Query("1HGCM82633A004352"), 1),
    "substring": (Query("mith"), 2),
    "substring with a digit": (Query("2 elm"), 3),
    "two letters": (Query("sm"), 1),
    "a line and a year": (Query(line="bop", effective_from=date(2026, 1, 1)), 2),
    "nothing like it": (Query("qqqqqqq"), 3),
    "a slip": (Query("rofing"), 5),
}


@pytest.mark.parametrize("case", CASES)
def test_a_search_takes_few_statements(database: Database, agency: Agency, door: Door, case: str) -> None:
    with database.write() as db:
        fill(db, agency)
    query, most = CASES[case]
    people: dict[str, Actor] = {
        "agency": agency.csr(),
        "book": agency.producer(),
        "downline": agency.branch_manager(Grant.DOWNLINE),
    }
    for actor in people.values():
        door.run(find, actor, query=query)
        with statements_of(database) as seen:
            door.run(find, actor, query=query)
        assert len(seen) <= most + (2 if actor.role == agency.producer().role else 0), "\n".join(sql for sql, _ in seen)


@pytest.fixture
def plans(database: Database, agency: Agency, door: Door, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """The plans of all statements of one search, as if the agency were large."""
    monkeypatch.setattr(search, "SORTED_ROW", 1e9)
    with database.write() as db:
        fill(db, agency)

    def of(actor: Actor, query: Query) -> list[str]:
        with statements_of(database) as seen:
            door.run(find, actor, query=query)
        return steps_of(database, seen)

    return of


def steps_of(database: Database, seen: list[tuple[str, object]]) -> list[str]:
    with database.engine.connect() as connection:
        return [
            f"{row[3]} [{sql}]"
            for sql, parameters in seen
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)  # type: ignore[arg-type]
        ]


SCANS = re.compile(r"^SCAN (s|policy|policy_search|vehicle|account|a|p|feed_file|f)\b(?!.*USING (COVERING )?INDEX)")


def test_the_figures_of_home_are_read_from_indexes_alone(database: Database, agency: Agency, door: Door) -> None:
    for actor, index in ((agency.csr(), "ix_policy_status"), (agency.producer(), "ix_policy_book")):
        with statements_of(database) as seen:
            for card in (book, renewals):
                door.run(card, actor)
        sums = [(sql, parameters) for sql, parameters in seen if "sum(policy.premium)" in sql]
        reads = [step for step in steps_of(database, sums) if re.match(r"(SCAN|SEARCH) policy\b", step)]
        assert len(reads) == len(sums) == 2
        assert all(f"USING COVERING INDEX {index} " in step for step in reads), "\n".join(reads)


@pytest.mark.parametrize("few", [True, False])
def test_no_search_reads_a_table_from_end_to_end(
    plans: Callable[..., list[str]], agency: Agency, few: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not few:
        monkeypatch.setattr(search, "FEW", 0)
        monkeypatch.setattr(search, "FEW_HITS", 1)
    for query, _ in CASES.values():
        for actor in (agency.csr(), agency.producer(), agency.branch_manager(Grant.DOWNLINE)):
            assert [step for step in plans(actor, query) if SCANS.match(step)] == []


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (Query("HO-1001"), "ix_policy_search_number"),
        (Query("1HGCM82633A004352"), "ix_vehicle_vin"),
        (Query("sm"), "ix_policy_search_name"),
        (Query(), "ix_policy_search_name"),
        *((Query(sort=sort), index) for sort, index in statements.WALKS.items()),
        (Query("mith"), "policy_fts"),
    ],
)
def test_each_search_has_its_index(plans: Callable[..., list[str]], agency: Agency, query: Query, index: str) -> None:
    steps = plans(agency.csr(), query)
    assert any(index in step for step in steps)
    if query.text == "" and query.sort in statements.WALKS:
        assert not any("USE TEMP B-TREE FOR ORDER BY" in step and "policy_search" not in step for step in steps[:3])


def test_a_small_book_is_read_by_its_index(plans: Callable[..., list[str]], agency: Agency) -> None:
    steps = plans(agency.producer(), Query("mith"))
    assert any("ix_policy_search_book" in step for step in steps)
    assert not any("policy_fts MATCH" in step for step in steps)
