"""The search projection: kept by the database itself, whoever writes; and the plans of the statements that read it."""

import random
import unicodedata
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal_app.database import Database
from portal_app.models.policies import Carrier, LineOfBusiness, Policy
from portal_app.services.door import Door
from portal_app.services.policies.index import in_bulk
from portal_app.services.policies.search import find
from portal_app.services.policies.text import LETTERS, fold, normalised, read
from portal_app.services.policies.views import Query
from portal_app.services.policies.words import add_words
from tests.services.policies.test_equal_to_the_scan import fill
from tests.world import Agency, add_policy

pytestmark = pytest.mark.both_databases

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
def test_what_comes_in_bulk_is_found(database: Database, agency: Agency, door: Door) -> None:
    with database.write() as db:
        with in_bulk(db):
            fill(db, agency, 80)
            db.execute(text("UPDATE policy SET insured_name = 'Changed At Once', line_id = 1 WHERE source_id = '7'"))
            db.execute(text("UPDATE policy SET insured_name = 'Was There' WHERE source_id = 'P-HO-101'"))
        fill_one(db, agency, "After It")
    with database.read() as db:
        assert db.scalar(text(DIFFERENT)) == 0
    for name in ("changed at once", "was there", "after it"):
        assert door.run(find, agency.csr(), query=Query(name)).total == 1
    if database.dialect == "sqlite":
        with database.write() as db:
            db.execute(text("INSERT INTO policy_fts(policy_fts, rank) VALUES ('integrity-check', 1)"))


@pytest.mark.criterion("SEARCH-09")
def test_a_bulk_that_fails_leaves_nothing(database: Database, agency: Agency, door: Door) -> None:
    def fail() -> None:
        with database.write() as db, in_bulk(db):
            fill_one(db, agency, "Never There")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.write() as db:
        fill_one(db, agency, "There Again")
    assert [door.run(find, agency.csr(), query=Query(name)).total for name in ("never there", "there again")] == [0, 1]


def fill_one(db: Session, agency: Agency, name: str) -> None:
    line, carrier = db.scalars(select(LineOfBusiness)).first(), db.scalars(select(Carrier)).first()
    assert line
    assert carrier
    add_policy(db, number=f"ONE-{name}", insured=name, line=line, carrier=carrier, code=agency.codes["maya"])


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


def test_every_trigger_is_there(database: Database) -> None:
    """A later migration that makes the policy table anew on SQLite loses its triggers."""
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'policy%'",
        "postgresql": "SELECT DISTINCT trigger_name FROM information_schema.triggers",
    }
    wanted = {"policy_search_insert", "policy_search_update", "policy_search_delete"}
    if database.dialect == "sqlite":
        wanted |= {"policy_search_insert_folded", "policy_search_rewrite"}
        wanted |= {"policy_fts_insert", "policy_fts_update", "policy_fts_delete"}
    with database.read() as db:
        assert set(db.scalars(text(catalogue[database.dialect]))) == wanted


def test_words_are_kept_once(database: Database) -> None:
    for _ in range(2):
        with database.write() as db:
            add_words(db, ["Smith-Jones, Ann", "JONES & Söhne", "", "…"])
    with database.read() as db:
        assert sorted(db.scalars(text("SELECT word FROM name_word"))) == ["ann", "jones", "smith", "sohne"]
