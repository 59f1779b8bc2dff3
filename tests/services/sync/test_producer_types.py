"""Of which types producers and codes are that a feed brings, and what becomes of what these require."""

from collections.abc import Callable
from typing import Any

import pytest

from portal_app.models.enums import FeedKind, ProducerState
from portal_app.services.door import Door
from portal_app.services.errors import InvalidData
from portal_app.services.producers import change, create, find, lifecycle
from portal_app.services.producers.change import CodeChanges, DataChanges
from portal_app.services.producers.views import ProducerView
from portal_app.services.sync import bulk
from portal_app.services.sync.freshness import RunRow
from portal_app.services.sync.runs import run_feed
from tests.services.producers.acting import ADMIN, patch
from tests.services.producers.configured import with_configuration
from tests.services.sync.feed import MemoryFeed, client, policy, producer
from tests.services.sync.test_policies import Stored

DRAFT, VALIDATED = ProducerState.DRAFT, ProducerState.VALIDATED
REQUIRING: dict[str, Any] = {
    "producerManagement": {
        "producers": {"House": {"data": {"contact": {"type": "text", "required": True}}}},
        "producerCodes": {"HouseCode": {"data": {"since": {"type": "date", "required": True}}}},
        "feeds": {"producer": "House", "producerCode": "HouseCode"},
    }
}


@pytest.fixture
def taken_in(door: Door) -> Callable[[dict[str, Any]], tuple[Door, RunRow]]:
    """Take in what lies ready, for an agency that is configured so; what there is to say of the producers."""

    def take(given: dict[str, Any]) -> tuple[Door, RunRow]:
        configured = with_configuration(door, given)
        runs = {run.kind: run for run in run_feed(configured, feed="memory")}
        return configured, runs[FeedKind.PRODUCERS]

    return take


def one(door: Door, code: str = "HL-1") -> ProducerView:
    return door.run(find.producer, ADMIN, locator=door.run(find.code_named, ADMIN, code=code).producer_locator)


@pytest.mark.criterion("PROD-27")
def test_what_a_type_requires_and_no_feed_brings_makes_a_draft_and_is_told(
    taken_in: Callable[..., Any], feed: MemoryFeed, stored: Stored
) -> None:
    feed.export(FeedKind.PRODUCERS, producer(), producer("HL-2", "Bo Reed", parent_code="HL-1"))
    feed.export(FeedKind.CLIENTS, client())
    feed.export(FeedKind.POLICIES, policy())
    door, run = taken_in(REQUIRING)

    said = "Drafts of this feed: 2 producers and 2 codes. Their types require what it does not bring."
    assert run.message == said
    assert {(row["type"], row["state"]) for row in stored(bulk.PRODUCER)} == {("House", DRAFT)}
    assert {(row["type"], row["state"]) for row in stored(bulk.PRODUCER_CODE)} == {("HouseCode", DRAFT)}
    assert stored(bulk.QUARANTINED) == []
    assert len(stored(bulk.POLICY)) == 1, "it is taken in, and underwriting flags it"
    it, code = one(door), door.run(find.code_named, ADMIN, code="HL-1")
    results = [each.validation_result for each in (it, code)]
    assert [result.validation_items[0].errors for result in results if result] == [
        ("data.contact: This is required.",),
        ("data.since: This is required.",),
    ]

    patch(door, it, set_data={"contact": "Ida Moss"})
    door.run(lifecycle.validate_producer, ADMIN, locator=it.locator)
    changes = CodeChanges(DataChanges({"since": "2026-01-01"}, (), None))
    door.run(change.change_code, ADMIN, locator=code.locator, changes=changes)
    door.run(lifecycle.validate_code, ADMIN, locator=code.locator)
    _, run = taken_in(REQUIRING)
    assert run.message == said.replace("2 producers and 2 codes", "1 producer and 1 code")
    assert one(door).producer_state is VALIDATED


@pytest.mark.criterion("PROD-27")
def test_where_no_type_is_declared_for_them_they_have_one_without_fields(
    taken_in: Callable[..., Any], feed: MemoryFeed
) -> None:
    feed.export(FeedKind.PRODUCERS, producer())
    door, run = taken_in({"producerManagement": {"producers": {"House": {}}}})
    it = one(door)
    assert (run.message, it.type, it.producer_state) == ("", "Producer", VALIDATED)
    with pytest.raises(InvalidData, match="Producer has no such field"):
        patch(door, it, set_data={"contact": "Ida Moss"})
    door.run(lifecycle.suspend_producer, ADMIN, locator=it.locator)
    door.run(lifecycle.unsuspend_producer, ADMIN, locator=it.locator)
    with pytest.raises(InvalidData, match="There is no such type"):
        door.run(create.create_producer, ADMIN, type="Producer")
