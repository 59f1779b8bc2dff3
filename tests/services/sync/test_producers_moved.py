"""A feed that goes on about producers of which the portal decided otherwise: moved codes, and what is at its end."""

from dataclasses import replace
from typing import Any

import pytest

from portal_app.models.enums import FeedKind
from portal_app.services.door import Door
from portal_app.services.ports import ProducerRecord
from portal_app.services.producers import find, lifecycle
from portal_app.services.sync import bulk
from tests.services.producers.acting import ADMIN, patch_code
from tests.services.sync.feed import MemoryFeed, client, policy, producer
from tests.services.sync.test_policies import Stored, Sync
from tests.services.sync.test_producers import reasons
from tests.world import Clock

AL, BO = producer("A", "Al"), producer("B", "Bo", npn="222")


class Agency:
    """Exports a minute after what happened last."""

    def __init__(self, door: Door, feed: MemoryFeed, sync: Sync, clock: Clock) -> None:
        self.door, self.feed, self.sync, self.clock = door, feed, sync, clock

    def says(self, *records: Any, kind: FeedKind = FeedKind.PRODUCERS) -> None:
        self.clock.forward(minutes=1)
        self.feed.replace(kind, *records, at=self.clock.now)
        self.sync()

    def people(self) -> dict[str, tuple[str, str]]:
        """Each producer's National Producer Number and whoever stands above, by name."""
        rows = self.door.run(find.producers, ADMIN).rows
        names = {row.locator: row.name for row in rows}
        return {row.name: (row.npn, names.get(row.parent_locator or "", "")) for row in rows}

    def holder(self, code: str) -> str:
        return self.door.run(find.code_named, ADMIN, code=code).producer_name

    def move(self, code: str, *, to: str) -> None:
        codes = [self.door.run(find.code_named, ADMIN, code=each) for each in (code, to)]
        patch_code(self.door, codes[0], producer_locator=codes[1].producer_locator)

    def step(self, code: str, verb: Any) -> None:
        it = self.door.run(find.code_named, ADMIN, code=code)
        of_code = verb in (lifecycle.retire_code, lifecycle.discard_code)
        self.door.run(verb, ADMIN, locator=it.locator if of_code else it.producer_locator)


@pytest.fixture
def agency(door: Door, feed: MemoryFeed, sync: Sync, clock: Clock) -> Agency:
    found = Agency(door, feed, sync, clock)
    found.says(AL, BO)
    return found


@pytest.mark.criterion("FEED-77")
def test_a_row_goes_on_describing_whom_it_described_before_its_code_moved(agency: Agency, stored: Stored) -> None:
    agency.move("A", to="B")
    agency.says(replace(AL, name="Al Pine", npn="111"))
    assert agency.people() == {"Al Pine": ("111", ""), "Bo": ("222", "")}
    assert (agency.holder("A"), agency.holder("B")) == ("Bo", "Bo")
    agency.says(replace(AL, name="Al Pine", npn="111", parent_code="B"), producer("C", "Cy", parent_code="A"))
    assert agency.people() == {"Al Pine": ("111", "Bo"), "Bo": ("222", ""), "Cy": ("", "Al Pine")}
    assert agency.holder("A") == "Bo"
    assert reasons(stored) == []


@pytest.mark.criterion("FEED-77")
@pytest.mark.parametrize("given", [{"name": "Bo", "npn": ""}, {"name": "Bo Reed", "npn": "222"}])
def test_once_the_feed_says_the_new_holder_too_its_row_is_about_them(agency: Agency, given: dict[str, str]) -> None:
    agency.move("A", to="B")
    agency.says(replace(AL, **given))
    assert agency.people() == {"Al": ("", ""), given["name"]: ("222", "")}
    agency.says(replace(AL, name="Bo Grove"))
    assert agency.people() == {"Al": ("", ""), "Bo Grove": ("222", "")}


@pytest.mark.criterion("FEED-77")
def test_a_row_about_a_third_is_refused_while_the_code_is_elsewhere(agency: Agency, stored: Stored) -> None:
    agency.says(replace(AL, npn="111"))
    agency.move("A", to="B")
    before = agency.people()
    agency.says(replace(AL, name="Dee", npn="333"))
    assert reasons(stored) == ["The code belongs to another producer than the one with this National Producer Number."]
    assert (agency.people(), agency.holder("A")) == (before, "Bo")


RENAMED = replace(BO, name="Bo Reed")
FURTHER = producer("B-2", "Bo", npn="222")
BELOW = producer("C", "Cy", parent_code="B")


@pytest.mark.criterion("FEED-78")
@pytest.mark.parametrize(
    ("verb", "said", "reason"),
    [
        (lifecycle.retire_producer, RENAMED, "The producer is retired here and is not changed any more."),
        (lifecycle.discard_producer, RENAMED, "The producer is discarded here and is not changed any more."),
        (lifecycle.retire_code, RENAMED, "The code is retired here and changes nothing any more."),
        (
            lifecycle.retire_producer,
            FURTHER,
            "The producer with this National Producer Number is retired here and gets no new code.",
        ),
        (lifecycle.retire_producer, BELOW, "It names a parent code of a producer who is retired here."),
        (lifecycle.discard_producer, BELOW, "It names a parent code of a producer who is discarded here."),
    ],
)
def test_what_is_at_its_end_is_neither_changed_nor_added_to(
    agency: Agency, stored: Stored, verb: Any, said: ProducerRecord, reason: str
) -> None:
    agency.step("B", verb)
    before = stored(bulk.PRODUCER), stored(bulk.PRODUCER_CODE)
    agency.says(said)
    assert reasons(stored) == [reason]
    assert (stored(bulk.PRODUCER), stored(bulk.PRODUCER_CODE)) == before


@pytest.mark.criterion("FEED-78")
def test_what_says_only_what_is_there_already_is_no_fault(agency: Agency, stored: Stored) -> None:
    agency.says(replace(AL, parent_code="B"))
    agency.step("B", lifecycle.retire_producer)
    agency.step("A", lifecycle.retire_code)
    agency.says(replace(AL, parent_code="B", npn=""), replace(BO, npn=""))
    assert reasons(stored) == []
    assert agency.people() == {"Al": ("", "Bo"), "Bo": ("222", "")}


@pytest.mark.criterion("FEED-79")
def test_a_policy_is_taken_with_a_retired_code_and_not_with_a_discarded_one(agency: Agency, stored: Stored) -> None:
    agency.step("A", lifecycle.retire_code)
    agency.step("B", lifecycle.discard_code)
    agency.says(client(), kind=FeedKind.CLIENTS)
    agency.says(policy(producer_code="A"), policy("P2", producer_code="B"), kind=FeedKind.POLICIES)
    assert [row["source_id"] for row in stored(bulk.POLICY)] == ["P1"]
    assert reasons(stored) == ["It names a producer code that was discarded here, or whose producer was."]


@pytest.mark.criterion("FEED-79")
def test_so_is_a_policy_with_the_code_of_a_producer(agency: Agency, stored: Stored) -> None:
    agency.step("A", lifecycle.retire_producer)
    agency.step("B", lifecycle.discard_producer)
    agency.says(client(), kind=FeedKind.CLIENTS)
    agency.says(policy(producer_code="A"), policy("P2", producer_code="B"), kind=FeedKind.POLICIES)
    assert [row["source_id"] for row in stored(bulk.POLICY)] == ["P1"]
    assert reasons(stored) == ["It names a producer code that was discarded here, or whose producer was."]
