"""Producers, their codes, and the tree."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from portal_app.database import Database
from portal_app.models.enums import FeedKind, ProducerKind, ProducerState
from portal_app.models.producers import ProducerCode
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, InvalidData
from portal_app.services.licensing import appointments, licenses
from portal_app.services.licensing.terms import AppointmentTerms, LicenseTerms
from portal_app.services.producers import create, find, lifecycle
from portal_app.services.sync import bulk
from tests.services.producers.acting import ADMIN, code, patch
from tests.services.sync.feed import MemoryFeed, producer
from tests.services.sync.test_policies import Stored, Sync

LATER = datetime(2026, 11, 20, 15, tzinfo=UTC)


def tree(stored: Stored) -> dict[str, str]:
    """Each producer's name with the name above it."""
    names = {row["id"]: row["name"] for row in stored(bulk.PRODUCER)}
    return {row["name"]: names.get(row["parent_id"], "") for row in stored(bulk.PRODUCER)}


def reasons(stored: Stored) -> list[str]:
    return [row["reasons"] for row in stored(bulk.QUARANTINED) if row["resolved_at"] is None]


@pytest.mark.criterion("FEED-36")
def test_producers_arrive_with_codes_and_parents(feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    feed.export(
        FeedKind.PRODUCERS,
        producer("HL", "Harbor Lane", kind=ProducerKind.ORGANISATION),
        producer("HL-N", "North Branch", kind=ProducerKind.ORGANISATION, parent_code="HL"),
        producer("HL-1", "Maya Alvarez", parent_code="HL-N", npn="1234567"),
    )

    sync()

    assert tree(stored) == {"Harbor Lane": "", "North Branch": "Harbor Lane", "Maya Alvarez": "North Branch"}
    assert {row["state"] for row in stored(bulk.PRODUCER) + stored(bulk.PRODUCER_CODE)} == {ProducerState.VALIDATED}
    assert [row["code"] for row in stored(bulk.PRODUCER_CODE)] == ["HL", "HL-N", "HL-1"]
    assert [row["action"] for row in stored(bulk.metadata.tables["audit_event"])] == ["producer.added"] * 3


@pytest.mark.criterion("FEED-36")
def test_a_parent_may_come_later_in_the_same_file(feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    feed.export(
        FeedKind.PRODUCERS,
        producer("C", "Cy", parent_code="B"),
        producer("B", "Bo", parent_code="A"),
        producer("A", "Al"),
    )

    sync()

    assert tree(stored) == {"Al": "", "Bo": "Al", "Cy": "Bo"}
    assert reasons(stored) == []


@pytest.mark.criterion("FEED-36")
def test_codes_with_one_npn_belong_to_one_producer_and_names_join_nobody(
    feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(
        FeedKind.PRODUCERS,
        producer("M-1", "Maya Alvarez", npn="1234567"),
        producer("M-2", "Maya Alvarez", npn="0001234567"),
        producer("J-1", "John Smith"),
        producer("J-2", "John Smith"),
    )

    sync()

    owners = [row["producer_id"] for row in stored(bulk.PRODUCER_CODE)]
    assert owners[0] == owners[1]
    assert len(set(owners)) == 3


@pytest.mark.criterion("FEED-37")
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"code": "Z", "parent_code": "nobody"}, "It names a parent code that is not known."),
        (
            {"code": "A", "name": "Al", "parent_code": "C"},
            "It names a parent code of the producer itself or of one below.",
        ),
        (
            {"code": "A", "name": "Al", "parent_code": "A"},
            "It names a parent code of the producer itself or of one below.",
        ),
        (
            {"code": "A", "name": "Al", "npn": "777"},
            "The code belongs to another producer than the one with this National Producer Number.",
        ),
    ],
)
def test_what_would_break_the_tree_is_refused(
    given: dict[str, Any], reason: str, feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(
        FeedKind.PRODUCERS,
        producer("A", "Al"),
        producer("B", "Bo", parent_code="A", npn="777"),
        producer("C", "Cy", parent_code="B"),
    )
    sync()
    before = stored(bulk.PRODUCER)
    feed.export(FeedKind.PRODUCERS, producer(**given), at=LATER)

    sync()

    assert reasons(stored) == [reason]
    assert stored(bulk.PRODUCER) == before


def test_a_correction_is_audited_and_blank_cells_leave_what_is_known(
    feed: MemoryFeed, sync: Sync, stored: Stored
) -> None:
    feed.export(FeedKind.PRODUCERS, producer("A", "Al"), producer("B", "Bo", parent_code="A", npn="777"))
    sync()
    feed.export(FeedKind.PRODUCERS, producer("A", "Al"), producer("B", "Bo Reed"), at=LATER)

    sync()

    row = stored(bulk.PRODUCER)[1]
    assert (row["name"], row["npn"], row["parent_id"]) == ("Bo Reed", "777", stored(bulk.PRODUCER)[0]["id"])
    *_, event = stored(bulk.metadata.tables["audit_event"])
    assert (event["action"], event["subject"]) == ("producer.corrected", row["locator"])
    assert event["detail"] == {"before": {"name": "Bo"}, "after": {"name": "Bo Reed"}}


@pytest.mark.criterion("FEED-37")
def test_the_feed_neither_removes_nor_wakes(feed: MemoryFeed, sync: Sync, stored: Stored, database: Database) -> None:
    feed.export(FeedKind.PRODUCERS, producer("A", "Al"), producer("B", "Bo"))
    sync()
    with database.write() as db:
        db.execute(update(bulk.PRODUCER).values(state=ProducerState.SUSPENDED))
    feed.export(FeedKind.PRODUCERS, producer("A", "Al Pine"), at=LATER)

    sync()

    assert [(row["name"], row["state"]) for row in stored(bulk.PRODUCER)] == [
        ("Al Pine", ProducerState.SUSPENDED),
        ("Bo", ProducerState.SUSPENDED),
    ]


@pytest.mark.criterion("PROD-26")
def test_licenses_and_appointments_follow_what_a_feed_corrects(feed: MemoryFeed, sync: Sync, door: Door) -> None:
    everybody = (producer("A", "Al"), producer("N", "New"), producer("B", "Bo", parent_code="A", npn="777"))
    feed.export(FeedKind.PRODUCERS, *everybody)
    sync()
    names = {each.name: each.locator for each in door.run(find.producers, ADMIN).rows}
    held = door.run(licenses.create, ADMIN, producer=names["Bo"], terms=LicenseTerms(npn="777"))
    listing = AppointmentTerms(producer_codes=("A", "B"))
    made = door.run(appointments.create, ADMIN, producer=names["Al"], terms=listing)

    feed.export(FeedKind.PRODUCERS, *everybody[:2], producer("B", "Bo", parent_code="N", npn="778"), at=LATER)
    sync()

    assert door.run(licenses.one, ADMIN, locator=held).terms.npn == "778"
    assert door.run(appointments.one, ADMIN, locator=made).terms.producer_codes == ("A",)


@pytest.mark.criterion("PROD-15")
def test_what_a_feed_brings_is_valid_and_its_corrections_count_as_changes(
    feed: MemoryFeed, sync: Sync, door: Door
) -> None:
    feed.export(FeedKind.PRODUCERS, producer("A", "Al"), producer("B", "Bo", parent_code="A", npn="777"))
    sync()
    al, bo = door.run(find.producers, ADMIN).rows
    assert (al.type, al.producer_state, al.version) == ("Producer", ProducerState.VALIDATED, 1)
    assert al.created_by.startswith("System")
    assert bo.parent_locator == al.locator
    assert patch(door, al, set_data={"email": "al@a.test"}).version == 2
    waiting = code(door, al, "ProducerCode")
    assert waiting.code == "P-000001"
    mistake = door.run(create.create_producer, ADMIN, type="Producer", npn="999")
    door.run(lifecycle.discard_producer, ADMIN, locator=mistake.locator)

    feed.export(FeedKind.PRODUCERS, producer("A", "Al Pine"), producer("N", "New", npn="999"), at=LATER)
    sync()

    after = door.run(find.producer, ADMIN, locator=al.locator)
    assert (after.name, after.data, after.version) == ("Al Pine", {"email": "al@a.test"}, 3)
    assert door.run(find.code_named, ADMIN, code="N").producer_name == "New", "and not the mistake's"
    with pytest.raises(Conflict):
        patch(door, al, name="Al", version=2)


@pytest.mark.criterion("PROD-15")
def test_a_draft_that_waits_for_its_code_is_in_no_feeds_way(
    feed: MemoryFeed, sync: Sync, door: Door, database: Database
) -> None:
    feed.export(FeedKind.PRODUCERS, producer("A", "Al"))
    sync()
    [al] = door.run(find.producers, ADMIN).rows
    with database.write() as db:
        owner = db.execute(select(bulk.PRODUCER.c.id)).scalar_one()
        for _ in range(2):
            db.add(ProducerCode(producer_id=owner, created_at=LATER))
    feed.export(FeedKind.PRODUCERS, producer("A", "Al Pine"), producer("B", "Bo", parent_code="A"), at=LATER)
    sync()
    assert [row.code for row in door.run(find.codes, ADMIN).rows] == ["A", "B", None, None]
    assert door.run(find.producer, ADMIN, locator=al.locator).name == "Al Pine"


@pytest.mark.criterion("CODE-14")
def test_codes_that_look_alike_are_taken_as_the_feed_has_them_and_noted(
    feed: MemoryFeed, sync: Sync, door: Door, stored: Stored
) -> None:
    feed.export(FeedKind.PRODUCERS, producer("HL-110", "Al"))
    sync()
    alike = (producer("hl-110", "Bo"), producer("HL\u200b-110", "Cy"), producer("X 1", "Di"), producer("X1", "Ed"))
    feed.export(FeedKind.PRODUCERS, producer("HL-110", "Al"), *alike, at=LATER)
    sync()
    sync()
    assert reasons(stored) == []
    codes = {row["code"]: row for row in stored(bulk.PRODUCER_CODE)}
    assert codes.keys() == {"HL-110", "hl-110", "HL\u200b-110", "X 1", "X1"}
    events = [row for row in stored(bulk.metadata.tables["audit_event"]) if "looks_alike" in row["action"]]
    told = {row["subject"]: row["detail"] for row in events}
    assert told == {
        codes["hl-110"]["locator"]: {"code": "hl-110", "like": "HL-110"},
        codes["HL\u200b-110"]["locator"]: {"code": "HL\u200b-110", "like": "HL-110"},
        codes["X1"]["locator"]: {"code": "X1", "like": "X 1"},
    }
    with pytest.raises(InvalidData, match="HL-110 is there already"):
        door.run(create.create_code, ADMIN, producer_locator=_first(door), type="ProducerCode", code="Hl-110")


def _first(door: Door) -> str:
    return door.run(find.producers, ADMIN).rows[0].locator
