"""How fresh the data is, for those who may know."""

from collections.abc import Callable
from dataclasses import asdict

import pytest

from portal_app.database import Database
from portal_app.models.enums import Cadence, FeedKind, RunState
from portal_app.services.access import Permission, can
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden
from portal_app.services.sync.freshness import data_as_of, feeds, runs
from portal_app.state.integrations import went_well
from tests.services.sync.feed import MemoryFeed, client, policy, producer
from tests.services.sync.test_policies import Sync, hour
from tests.world import Agency, Clock


@pytest.mark.criterion("FEED-48")
def test_each_kind_says_how_old_it_is_and_how_its_last_run_went(
    door: Door, feed: MemoryFeed, sync: Sync, clock: Clock, agency: Agency, database: Database
) -> None:
    feed.export(FeedKind.PRODUCERS, producer())
    feed.export(FeedKind.CLIENTS, client(), at=hour(12))
    feed.export(FeedKind.POLICIES, policy("P1"), policy("P2", line="pets"), at=hour(13))
    sync()
    succeeded = clock.now
    clock.forward(hours=1)
    feed.down.add(FeedKind.CLIENTS)
    sync()

    found = {each.kind: each for each in door.run(feeds, agency.admin())}

    assert list(found) == list(FeedKind)
    clients, policies = found[FeedKind.CLIENTS], found[FeedKind.POLICIES]
    assert (clients.last_success, clients.data_as_of) == (succeeded, hour(12))
    assert clients.last_run is not None
    assert went_well(clients, "noon") == "Has not gone well since noon"
    assert went_well(policies, "one") == "Last went well one"
    assert went_well(found[FeedKind.COMMISSIONS], "") == ""
    assert went_well(found[FeedKind.BILLING], "") == "Never went well yet"
    assert (clients.last_run.state, clients.last_run.message) == (RunState.FAILED, "There is no folder exports.")
    assert (policies.last_success, policies.data_as_of, policies.quarantined) == (clock.now, hour(13), 1)
    assert found[FeedKind.COMMISSIONS].last_success is None
    with database.read() as db:
        assert data_as_of(db, "memory", FeedKind.POLICIES) == hour(13)
        assert data_as_of(db, "memory", FeedKind.COMMISSIONS) is None


@pytest.mark.criterion("FEED-48")
def test_runs_are_paged_newest_first(door: Door, feed: MemoryFeed, sync: Sync, clock: Clock, agency: Agency) -> None:
    for _ in range(3):
        sync()
        clock.forward(hours=1)

    kinds = feed.kinds(Cadence.HOURLY)
    page = door.run(runs, agency.csr(), feed="memory", offset=len(kinds) - 1, count=3)

    assert page.total == 3 * len(kinds)
    assert [row.kind for row in page.rows] == [kinds[0], kinds[-1], kinds[-2]]
    assert door.run(runs, agency.csr(), feed="epic").total == 0
    assert len(door.run(runs, agency.csr()).rows) == 3 * len(kinds)


@pytest.mark.criterion("FEED-48")
def test_nothing_of_the_business_is_in_it(door: Door, feed: MemoryFeed, sync: Sync, agency: Agency) -> None:
    feed.export(FeedKind.PRODUCERS, producer(name="Maya Alvarez"))
    feed.export(FeedKind.CLIENTS, client(name="Ada Grove"), client("C2", "?", email="x@grove.test"))
    feed.export(FeedKind.POLICIES, policy("P1"), policy("P2", client_id="nobody-knows"))
    sync()

    shown = repr([asdict(each) for each in door.run(feeds, agency.admin())]) + repr(door.run(runs, agency.admin()))

    for word in ("Ada", "Grove", "Maya", "PA-P1", "1200.", "nobody-knows", "Elm"):
        assert word not in shown


@pytest.mark.criterion("FEED-48")
@pytest.mark.parametrize("who", ["principal", "producer", "csr", "admin", "read_only"])
def test_who_may_see_it(who: str, door: Door, agency: Agency) -> None:
    actor = getattr(agency, who)()
    ask: list[Callable[[], object]] = [lambda: door.run(feeds, actor), lambda: door.run(runs, actor)]
    for each in ask:
        if can(actor, Permission.VIEW_FEEDS):
            each()
        else:
            with pytest.raises(Forbidden):
                each()


def test_a_page_is_never_asked_for_without_bounds(door: Door, sync: Sync, agency: Agency) -> None:
    found = sync()

    assert len(door.run(runs, agency.admin(), offset=-5, count=0).rows) == 1
    assert len(door.run(runs, agency.admin(), count=10**9).rows) == len(found)
