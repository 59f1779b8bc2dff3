"""The search projection: kept by the database itself, whoever writes; and the plans of the statements that read it."""

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import Connection, event, text

from portal_app.database import Database
from portal_app.models.enums import Grant
from portal_app.models.policies import Policy
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.policies import search, statements
from portal_app.services.policies.search import find
from portal_app.services.policies.text import LETTERS, fold, normalised, read
from portal_app.services.policies.views import Query
from portal_app.services.policies.words import add_words
from tests.services.policies.test_equal_to_the_scan import fill
from tests.world import Agency

DIFFERENT = (
    "SELECT count(*) FROM (SELECT * FROM policy_search_source EXCEPT SELECT * FROM policy_search"
    " UNION ALL SELECT * FROM (SELECT * FROM policy_search EXCEPT SELECT * FROM policy_search_source) AS gone)"
    " AS differing"
)


@pytest.mark.criterion("SEARCH-09")
def test_whatever_is_written_to_a_policy_is_found_and_what_is_gone_is_not(
    database: Database, agency: Agency, door: Door
) -> None:
    with database.write() as db:
        fill(db, agency, 60)
    chance = random.Random(3)
    for step in range(12):
        with database.write() as db:
            ids = list(db.scalars(text("SELECT id FROM policy ORDER BY id")))
            for _ in range(5):
                found = db.get_one(Policy, chance.choice(ids))
                found.insured_name = chance.choice(("Żaneta Ørsted", "ASCII Only", "Mixed Çase\nand line", "")) + str(
                    step
                )
                found.streets, found.vins = chance.choice(("", "1 Élan Way\n2 Oak")), chance.choice(("", "A\nB"))
                found.producer_code_id = chance.choice([None, *(code.id for code in agency.codes.values())])
                found.effective, found.premium = date(2026, 1, 1 + step), step  # type: ignore[assignment]
            db.flush()
            gone = chance.choice(ids)
            db.execute(text("DELETE FROM vehicle WHERE policy_id = :gone"), {"gone": gone})
            db.execute(text("DELETE FROM policy WHERE id = :gone"), {"gone": gone})
            db.execute(text("UPDATE policy SET account_id = account_id, status = 'expired' WHERE id % 7 = 0"))
        with database.read() as db:
            assert db.scalar(text(DIFFERENT)) == 0
    assert door.run(find, agency.csr(), query=Query("zaneta orsted")).total > 0
    if database.dialect == "sqlite":
        with database.write() as db:
            db.execute(text("INSERT INTO policy_fts(policy_fts, rank) VALUES ('integrity-check', 1)"))


@pytest.mark.criterion("SEARCH-09")
def test_a_change_that_is_rolled_back_is_not_found(database: Database, agency: Agency, door: Door) -> None:
    with database.write() as db:
        db.get_one(Policy, agency.policies["maya"].id).insured_name = "Never Written"
        db.flush()
        db.rollback()
    assert door.run(find, agency.csr(), query=Query("never written")).total == 0
    assert door.run(find, agency.csr(), query=Query("maya's")).total == 1


def test_python_and_the_database_fold_alike(database: Database, agency: Agency) -> None:
    """Each letter of the Latin blocks, and some of others, as a name."""
    letters = [
        chr(code) for code in (*range(0x20, 0x250), *range(0x1E00, 0x2060), *range(0x370, 0x400), 0x1F600, 0x4E00)
    ]
    shown = [letter for letter in letters if unicodedata.category(letter) not in ("Cn", "Cs")]
    name = "x".join(shown)[:2000]
    with database.write() as db:
        for part in range(0, len(shown), 90):
            name = "x".join(shown[part : part + 90])
            db.get_one(Policy, agency.policies["maya"].id).insured_name = name
            db.flush()
            folded = db.scalar(
                text("SELECT name FROM policy_search WHERE id = :id"), {"id": agency.policies["maya"].id}
            )
            assert folded == fold(name)


def test_folding_keeps_every_place() -> None:
    for plain, letters in LETTERS.items():
        assert fold(letters) == plain * len(letters)
        assert fold(plain) == plain
    assert normalised("ho-10/1 é") == "HO101É"
    assert read("  HO-10\t1 ").text == "ho-10 1"


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
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by its own statistics")
    monkeypatch.setattr(search, "SORTED_ROW", 1e9)
    with database.write() as db:
        fill(db, agency)

    def of(actor: Actor, query: Query) -> list[str]:
        with statements_of(database) as seen:
            door.run(find, actor, query=query)
        with database.engine.connect() as connection:
            return [
                f"{row[3]} [{sql}]"
                for sql, parameters in seen
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)  # type: ignore[arg-type]
            ]

    return of


SCANS = re.compile(r"^SCAN (s|policy|policy_search|vehicle|account|a|p)\b(?!.*USING (COVERING )?INDEX)")


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


def test_every_trigger_is_there(database: Database) -> None:
    """A later migration that makes the policy table anew on SQLite loses its triggers."""
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'policy%'",
        "postgresql": "SELECT DISTINCT trigger_name FROM information_schema.triggers",
    }
    wanted = {"policy_search_insert", "policy_search_update", "policy_search_delete"}
    if database.dialect == "sqlite":
        wanted |= {"policy_search_rewrite", "policy_fts_insert", "policy_fts_update", "policy_fts_delete"}
    with database.read() as db:
        assert set(db.scalars(text(catalogue[database.dialect]))) == wanted


def test_words_are_kept_once(database: Database) -> None:
    for _ in range(2):
        with database.write() as db:
            add_words(db, ["Smith-Jones, Ann", "JONES & Söhne", "", "…"])
    with database.read() as db:
        assert sorted(db.scalars(text("SELECT word FROM name_word"))) == ["ann", "jones", "smith", "sohne"]
