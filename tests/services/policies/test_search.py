"""What a person types, and what they are shown for it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal_app.database import Database
from portal_app.models.enums import FeedKind, PolicyStatus
from portal_app.models.policies import Carrier, LineOfBusiness, Policy
from portal_app.models.sync import FeedFile
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden
from portal_app.services.policies.search import filters, find
from portal_app.services.policies.text import fold
from portal_app.services.policies.views import Matched, Query, Sort
from portal_app.services.policies.words import add_words
from tests.world import Agency, add_policy

pytestmark = pytest.mark.both_databases

VIN = "1HGCM82633A004352"


@pytest.fixture
def smiths(database: Database, agency: Agency) -> Agency:
    """Maya's book and one policy of Daniel's."""
    with database.write() as db:
        lines = {line.code: line for line in db.scalars(select(LineOfBusiness))}
        carrier = db.scalars(select(Carrier)).one()

        def add(number: str, insured: str, *, line: str = "homeowners", code: str = "maya", **given: object) -> None:
            add_policy(
                db,
                number=number,
                insured=insured,
                line=lines[line],
                carrier=carrier,
                code=agency.codes[code],
                **given,  # type: ignore[arg-type]
            )

        add("PA-5501", "José Núñez", line="personal_auto", vins=f"{VIN}\n5YJSA1DN5DFP14705")
        add("HO-77-12", "Smith-Jones, Ann", streets="9 Oak Ave, Salem MA 01970\n12 Elm St, Providence RI 02903")
        add("HO-7712-B", "O’Brien & Sons", effective=date(2026, 9, 1), status=PolicyStatus.PENDING)
        add("7U-1", "100% Roofing_Co", line="umbrella")
        add("HO-9", "Smith, Daniel's", code="daniel")
        add_words(db, [name for (name,) in db.execute(select(Policy.insured_name))])
    return agency


def names(door: Door, actor: Actor, text: str = "", **given: object) -> list[str]:
    return [row.insured_name for row in door.run(find, actor, query=Query(text, **given)).rows]  # type: ignore[arg-type]


@pytest.mark.criterion("SEARCH-01")
@pytest.mark.parametrize(
    ("typed", "found", "field", "text"),
    [
        ("nunez", "José Núñez", Matched.INSURED, ""),
        ("JOSÉ N", "José Núñez", Matched.INSURED, ""),
        ("5501", "José Núñez", Matched.NUMBER, ""),
        ("pa 55", "José Núñez", Matched.NUMBER, ""),
        ("DFP147", "José Núñez", Matched.VIN, "5YJSA1DN5DFP14705"),
        ("12 elm st, prov", "Smith-Jones, Ann", Matched.ADDRESS, "12 Elm St, Providence RI 02903"),
        ("smith-jones", "Smith-Jones, Ann", Matched.INSURED, ""),
        ("o'brien", "O’Brien & Sons", Matched.INSURED, ""),
        ("100%", "100% Roofing_Co", Matched.INSURED, ""),
        ("7u", "100% Roofing_Co", Matched.NUMBER, ""),
        ("10", "100% Roofing_Co", Matched.INSURED, ""),
    ],
)
def test_each_field_is_found_and_named(
    smiths: Agency, door: Door, typed: str, found: str, field: Matched, text: str
) -> None:
    (row,) = door.run(find, smiths.producer(), query=Query(typed)).rows
    assert (row.insured_name, row.matched, row.matched_text) == (found, field, text)


@pytest.mark.criterion("SEARCH-01")
def test_letters_alone_are_a_name_or_a_street(smiths: Agency, door: Door) -> None:
    """No VIN is shown to somebody who looks for Mrs Hgc."""
    for typed in ("HGCM", "HO", "PA-"):
        assert names(door, smiths.producer(), typed) == []


@pytest.mark.criterion("SEARCH-02")
def test_a_whole_number_or_vin_finds_that_policy_alone(smiths: Agency, door: Door) -> None:
    assert names(door, smiths.producer(), "ho 77-12") == ["Smith-Jones, Ann"]
    assert names(door, smiths.producer(), "ho 77-1") == ["O’Brien & Sons", "Smith-Jones, Ann"]
    assert names(door, smiths.producer(), VIN.lower()) == ["José Núñez"]
    assert names(door, smiths.other_producer(), VIN) == []


@pytest.mark.criterion("SEARCH-03")
@pytest.mark.parametrize(
    "typed",
    ['"', '"""', '"smith"', 'smi"th', '" OR "smith', "*", "smith*", "%", "_ith", "s_ith", "a OR b", "NEAR(smith jones)",
     "words:smith", "-smith", "^smith", "\\", "smi%th",
     "\0", "smith\0", "\ud800", "(", "'; DROP TABLE policy; --", "{words}", "x" * 5000,
     "😀😀😀", "\u202esmith", "a" * 3 + "\x00" * 9],
)  # fmt: skip
def test_nothing_typed_has_a_meaning_of_its_own(smiths: Agency, door: Door, typed: str) -> None:
    found = door.run(find, smiths.csr(), query=Query(typed))
    shown = " ".join("".join(c if c.isprintable() else " " for c in typed).split()).lower()
    assert all(shown in row.insured_name.lower() for row in found.rows)
    assert found.total == len(found.rows)


@pytest.mark.criterion("SEARCH-04")
@pytest.mark.parametrize(
    ("typed", "taken"),
    [("Nunze", "nunez"), ("smitt", "smith"), ("rofing", "roofing"), ("briann", "brien"), ("smiht-jonse", None)],
)
def test_a_slip_of_the_finger_is_mended_and_told(smiths: Agency, door: Door, typed: str, taken: str | None) -> None:
    found = door.run(find, smiths.producer(), query=Query(typed))
    assert found.total == 1
    if taken:
        assert found.corrected == ((typed.lower(), taken),)
    else:
        assert set(found.corrected) == {("smiht", "smith"), ("jonse", "jones")}


@pytest.mark.criterion("SEARCH-04")
def test_what_is_right_is_not_mended(smiths: Agency, door: Door, database: Database) -> None:
    """Not even where the filters leave nothing of it, and never into a word of somebody else's book."""
    with database.write() as db:
        (umbrella,) = (line for line in db.scalars(select(LineOfBusiness)) if line.code == "umbrella")
        carrier = db.scalars(select(Carrier)).one()
        add_policy(db, number="U", insured="Smyth", line=umbrella, carrier=carrier, code=smiths.codes["maya"])
        add_words(db, ["Smyth"])
    assert door.run(find, smiths.producer(), query=Query("smith", line="umbrella")).total == 0
    assert door.run(find, smiths.producer(), query=Query("smjth", line="umbrella")).corrected == (("smjth", "smyth"),)
    assert door.run(find, smiths.producer(), query=Query("daneil")).total == 0
    assert door.run(find, smiths.other_producer(), query=Query("daneil")).corrected == (("daneil", "daniel"),)


@pytest.mark.criterion("SEARCH-04")
def test_words_that_are_added_later_are_known(smiths: Agency, door: Door, database: Database) -> None:
    assert door.run(find, smiths.csr(), query=Query("wohlgemut")).total == 0
    with database.write() as db:
        _rename(db, smiths.policies["maya"], "Wohlgemuth & Co")
        add_words(db, ["Wohlgemuth & Co", "Wohlgemuth & Co"])
        add_words(db, ["Wohlgemuth & Co"])
    assert door.run(find, smiths.csr(), query=Query("wohlgemt")).corrected == (("wohlgemt", "wohlgemuth"),)


def _rename(db: Session, policy: Policy, name: str) -> None:
    stored = db.get_one(Policy, policy.id)
    stored.insured_name = name
    db.flush()


@pytest.mark.criterion("SEARCH-05")
def test_the_administrator_sees_no_business(smiths: Agency, door: Door) -> None:
    for service in (lambda: door.run(find, smiths.admin(), query=Query()), lambda: door.run(filters, smiths.admin())):
        with pytest.raises(Forbidden):
            service()


@pytest.mark.criterion("SEARCH-06")
def test_pages_are_of_fifty_and_never_of_more_than_two_hundred(smiths: Agency, door: Door) -> None:
    assert Query().count == 50
    for asked, given in ((0, 1), (-5, 1), (10**9, 200), (7, 7)):
        assert door.run(find, smiths.csr(), query=Query(count=asked)).count == given
    behind = door.run(find, smiths.csr(), query=Query(offset=10**30))
    assert (behind.rows, behind.total) == ((), 9)
    assert door.run(find, smiths.csr(), query=Query(offset=-1)).offset == 0


@pytest.mark.criterion("SEARCH-07")
def test_filters_narrow(smiths: Agency, door: Door) -> None:
    producer = smiths.producer()
    assert names(door, producer, line="umbrella") == ["100% Roofing_Co"]
    assert names(door, producer, status="pending") == ["O’Brien & Sons"]
    assert names(door, producer, effective_from=date(2026, 9, 1), effective_to=date(2026, 9, 1)) == ["O’Brien & Sons"]
    assert names(door, producer, expiring_from=date(2027, 6, 2)) == ["O’Brien & Sons"]
    assert names(door, producer, "smith", line="umbrella") == []
    assert names(door, producer, carrier="no such", line="no such") == []


@pytest.mark.criterion("SEARCH-07")
def test_only_what_occurs_is_offered_as_a_filter(smiths: Agency, door: Door) -> None:
    mine, all_ = door.run(filters, smiths.producer()), door.run(filters, smiths.csr())
    assert [choice.label for choice in mine.lines] == ["Homeowners", "Personal auto", "Umbrella"]
    assert [choice.label for choice in door.run(filters, smiths.other_producer()).lines] == ["Homeowners"]
    assert [choice.label for choice in all_.carriers] == ["Granite Mutual"]
    assert [choice.value for choice in mine.statuses] == [status.value for status in PolicyStatus]


@pytest.mark.criterion("SEARCH-08")
def test_the_answer_says_how_old_it_is(smiths: Agency, door: Door, database: Database) -> None:
    assert door.run(find, smiths.csr(), query=Query()).as_of is None
    exported = datetime(2026, 11, 20, 9, tzinfo=UTC)
    with database.write() as db:
        for hours, kind, completed in (
            (0, FeedKind.POLICIES, True),
            (2, FeedKind.POLICIES, False),
            (3, FeedKind.CLIENTS, True),
        ):
            at = exported + timedelta(hours=hours)
            db.add(
                FeedFile(
                    feed="ams", kind=kind, digest=bytes([hours]), name="f.csv", exported_at=at, started_at=at,
                    completed_at=at if completed else None,
                )
            )  # fmt: skip
    for text in ("", "smith", "no such name at all", VIN, "sm"):
        assert door.run(find, smiths.producer(), query=Query(text)).as_of == exported
    with database.write() as db:
        for feed, hours in (("older", -5), ("older", -3), ("newer", 8)):
            at = exported + timedelta(hours=hours)
            dates = {"exported_at": at, "started_at": at, "completed_at": at}
            db.add(FeedFile(feed=feed, kind=FeedKind.POLICIES, digest=f"{feed}{hours}".encode(), name="f", **dates))
    assert door.run(find, smiths.producer(), query=Query()).as_of == exported - timedelta(hours=3)


@pytest.mark.criterion("SEARCH-06")
def test_the_order_is_by_name_without_case_and_accents(smiths: Agency, door: Door) -> None:
    assert names(door, smiths.producer()) == [
        "100% Roofing_Co",
        "José Núñez",
        "Maya's Client",
        "O’Brien & Sons",
        "Smith-Jones, Ann",
    ]
    assert names(door, smiths.producer(), sort=Sort.NUMBER)[0] == "100% Roofing_Co"


@pytest.mark.criterion("SEARCH-10")
@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("ann smith-jones", "smith-jones, ann"),
        ("NUNEZ, Jose", "jose nunez"),
        ("núñez josé", "jose nunez"),
        ("daniel's smith", "smith, daniel's"),
    ],
)
def test_a_name_is_found_the_other_way_round(smiths: Agency, door: Door, typed: str, taken: str) -> None:
    found = door.run(find, smiths.csr(), query=Query(typed))
    assert [fold(row.insured_name) for row in found.rows] == [taken]
    assert [way for _, way in found.corrected] == [taken]
    assert door.run(find, smiths.producer(), query=Query("daniel's smith")).total == 0
