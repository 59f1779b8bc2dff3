"""What taking a feed in would change, found out without changing anything, and the approval of a first import."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import func, select

from portal_app.database import Database
from portal_app.jobs import sync_feeds
from portal_app.jobs.job import Work
from portal_app.models import metadata
from portal_app.models.enums import FeedKind, Role, RunState
from portal_app.services.access import Actor, system
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden, NotFound
from portal_app.services.ports import Mail, Ports
from portal_app.services.sync import approvals, bulk, dry_runs, freshness
from portal_app.services.sync.runs import run_feed
from portal_app.services.sync.scratch import scratch_door
from tests.services.sync.feed import MemoryFeed, client, policy, producer
from tests.services.sync.test_policies import Stored, Sync, hour
from tests.world import Clock, actor, add_user, make_door

pytestmark = pytest.mark.both_databases

PRINCIPAL = actor(Role.PRINCIPAL)
CLI = system("test")
TAKEN_IN = (
    "account",
    "feed_file",
    "ledger_transaction",
    "policy",
    "producer",
    "quarantined_row",
    "source_record",
    "sync_run",
)


@pytest.fixture
def work(door: Door) -> Work:
    return Work(door, "worker", Event())


@pytest.fixture
def agency(feed: MemoryFeed) -> None:
    feed.export(FeedKind.PRODUCERS, producer())
    feed.export(FeedKind.CLIENTS, client(), client("C2", "Bo Reed"))
    feed.export(FeedKind.POLICIES, policy("P1"), policy("P2", client_id="C9"), policy("P3", client_id="C9"))


def counts(database: Database) -> dict[str, int]:
    with database.read() as db:
        return {name: db.scalar(select(func.count()).select_from(metadata.tables[name])) or 0 for name in TAKEN_IN}


def rehearsed(work: Work, asks: Actor = PRINCIPAL, looks: Actor = PRINCIPAL) -> dry_runs.Shown:
    locator = work.door.run(dry_runs.order, asks, feed="memory")
    sync_feeds.dry(work)
    return work.door.run(dry_runs.one, looks, locator=locator)


@pytest.mark.criterion("FEED-66")
def test_a_first_import_is_told_and_nothing_is_taken_in(
    agency: None, work: Work, door: Door, database: Database
) -> None:
    found = rehearsed(work)

    assert counts(database) == dict.fromkeys(TAKEN_IN, 0)
    assert found.problem == ""
    told = {each.kind: each for each in found.kinds}
    assert (told[FeedKind.CLIENTS].added, told[FeedKind.PRODUCERS].added) == (2, 1)
    policies = told[FeedKind.POLICIES]
    assert (policies.read, policies.added, policies.quarantined, policies.state) == (3, 1, 2, RunState.SUCCEEDED)
    assert policies.reasons == (dry_runs.Reason("It names a client who is not among the clients taken in.", 2),)
    assert told[FeedKind.COMMISSIONS].state is RunState.FAILED
    assert [(each.what, each.name) for each in found.examples or ()] == [
        ("New client", "Ada Grove"),
        ("New client", "Bo Reed"),
        ("Issuance", "PA-P1, 2026-06-01"),
    ]
    assert list((door.settings.folder).glob("dry-run-*")) == []


@pytest.mark.criterion("FEED-66")
def test_the_difference_to_what_is_there_is_told_field_by_field(
    agency: None, feed: MemoryFeed, work: Work, sync: Sync, stored: Stored, database: Database, clock: Clock
) -> None:
    sync()
    before = counts(database)
    clock.forward(hours=1)
    feed.export(FeedKind.POLICIES, policy("P1", premium=Decimal("1500.00"), vehicles=()), at=hour(15))

    found = rehearsed(work)

    assert counts(database) == before
    [example] = found.examples or ()
    assert (example.what, example.name) == ("Change", "PA-P1, 2026-06-01")
    assert example.fields == (("Premium", "1200.00", "1500.00"), ("Vehicles", "1", "0"))
    told = {each.kind: each for each in found.kinds}[FeedKind.POLICIES]
    assert (told.read, told.changed, told.added) == (1, 1, 0)
    run = sync()["policies"]
    assert (run.rows_changed, run.rows_added) == (1, 0)
    assert stored(bulk.POLICY)[0]["premium"] == Decimal("1500.00")


@pytest.mark.criterion("FEED-66")
def test_examples_are_for_who_sees_the_business(agency: None, work: Work) -> None:
    admin = rehearsed(work, actor(Role.ADMIN), actor(Role.ADMIN))
    assert admin.examples is None
    assert admin.kinds
    assert work.door.run(dry_runs.one, actor(Role.CSR), locator=admin.locator).examples
    for role in (Role.PRODUCER, Role.CSR, Role.READ_ONLY):
        with pytest.raises(Forbidden):
            work.door.run(dry_runs.order, actor(role), feed="memory")
    with pytest.raises(Forbidden):
        work.door.run(dry_runs.one, actor(Role.PRODUCER, 1), locator=admin.locator)
    with pytest.raises(NotFound):
        work.door.run(dry_runs.one, PRINCIPAL, locator="nowhere")
    with pytest.raises(NotFound):
        work.door.run(dry_runs.order, PRINCIPAL, feed="epic")


@pytest.mark.criterion("FEED-66")
def test_asked_for_twice_it_is_done_once_and_one_that_was_stopped_is_begun_anew(agency: None, work: Work) -> None:
    first = work.door.run(dry_runs.order, PRINCIPAL, feed="memory")
    assert work.door.run(dry_runs.order, PRINCIPAL, feed="memory") == first
    work.stop.set()
    dry_runs.carry_out(work.door, locator=first, feed="memory", stop=work.stop)
    assert work.door.run(dry_runs.one, PRINCIPAL, locator=first).ended_at is None

    work.stop.clear()
    sync_feeds.dry(work)
    assert work.door.run(dry_runs.one, PRINCIPAL, locator=first).ended_at is not None
    assert work.door.run(dry_runs.order, PRINCIPAL, feed="memory") != first


@pytest.mark.criterion("FEED-66")
def test_a_feed_that_cannot_be_read_says_why(agency: None, feed: MemoryFeed, work: Work) -> None:
    feed.down.add(FeedKind.POLICIES)
    told = {each.kind: each for each in rehearsed(work).kinds}[FeedKind.POLICIES]
    assert (told.state, told.message) == (RunState.FAILED, "There is no folder exports.")


FEEDS = """
[[feed]]
name = "memory"
folder = "."
first_import = "after approval"
"""


@pytest.fixture
def held(database: Database, tmp_path: Path, clock: Clock, feed: MemoryFeed) -> Iterator[Work]:
    (tmp_path / "feeds.toml").write_text(FEEDS, encoding="utf-8")
    door = make_door(database, tmp_path, clock, Ports(feeds={feed.name: feed}), feeds_file=tmp_path / "feeds.toml")
    yield Work(door, "worker", Event())
    door.threads.shutdown()


@pytest.mark.criterion("FEED-67")
def test_a_first_import_waits_for_an_approval_where_that_is_set(agency: None, held: Work, database: Database) -> None:
    sync_feeds.catch_up(held)
    assert counts(database)["sync_run"] == 0
    with pytest.raises(approvals.NotApproved):
        run_feed(held.door, feed="memory")
    assert all(each.held_back for each in held.door.run(freshness.feeds, PRINCIPAL))
    assert [each.added for each in rehearsed(held).kinds][:3] == [1, 2, 1]
    for role in (Role.PRODUCER, Role.CSR, Role.READ_ONLY):
        with pytest.raises(Forbidden):
            held.door.run(approvals.approve, actor(role), feed="memory")
    with pytest.raises(NotFound):
        held.door.run(approvals.approve, PRINCIPAL, feed="epic")

    held.door.run(approvals.approve, PRINCIPAL, feed="memory")
    held.door.run(approvals.approve, PRINCIPAL, feed="memory")
    sync_feeds.ordered(held)

    assert counts(database)["policy"] == 1
    assert not any(each.held_back for each in held.door.run(freshness.feeds, PRINCIPAL))


@pytest.mark.criterion("FEED-67")
def test_a_feed_that_was_taken_in_before_waits_for_nobody(
    agency: None, sync: Sync, held: Work, database: Database
) -> None:
    sync()
    assert held.door.run(approvals.held_back, CLI) == frozenset()


@pytest.mark.criterion("FEED-66")
def test_a_copy_holds_no_secrets_and_sends_nothing(agency: None, sync: Sync, door: Door, database: Database) -> None:
    sync()
    with database.write() as db:
        add_user(db, Role.CSR, "csr@agency.test", totp_secret="A" * 32)
    door.ports = replace(door.ports, mailer=Nobody())
    with scratch_door(door) as copy:
        assert (copy.ports.mailer, copy.ports.texts) == (None, None)
        assert copy.database.engine.url.database != database.engine.url.database
        with copy.database.read() as db:
            people, policies = (db.scalar(select(func.count()).select_from(metadata.tables[name])) for name in
                                ("portal_user", "policy"))  # fmt: skip
        assert (people, policies) == (0, 1)


class Nobody:
    """A mailer that must not be used."""

    def send(self, mail: Mail) -> None:
        raise AssertionError("nothing leaves the house from a copy")
