"""An underwriter at a policy that a feed brought: what they draft and issue, and what the policy then is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal_app.database import Database
from portal_app.models.enums import FeedKind, Role, TransactionKind, TransactionState
from portal_app.services.door import Door
from portal_app.services.ledger import drafts, issuing, reading, snapshots, views
from portal_app.services.sync import bulk
from portal_app.services.sync.rebuilding import rebuild_all
from tests.services.sync.conftest import Rows, door, feed, stored, sync  # noqa: F401
from tests.services.sync.feed import MemoryFeed, client, policy, producer
from tests.services.sync.holdings import projection
from tests.world import Clock, actor

PRINCIPAL = actor(Role.PRINCIPAL)
CHANGE, RENEWAL = TransactionKind.CHANGE, TransactionKind.RENEWAL
CANCELLATION, REINSTATEMENT = TransactionKind.CANCELLATION, TransactionKind.REINSTATEMENT
CODES = ("HL-1", "HL-2", "HL-3")


def at(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def asked(**given: Any) -> dict[str, Any]:
    """A producers instruction: `asked(setProducerCode="HL-2")`."""
    return {"action": "producers", **given}


class Desk:
    """Works on one policy, a minute of the clock for each step."""

    def __init__(self, door: Door, clock: Clock, locator: str) -> None:  # noqa: F811
        self.door, self.clock, self.locator = door, clock, locator

    def draft(self, kind: TransactionKind, effective_at: datetime | None = None, *given: Any, **more: Any) -> str:
        self.clock.forward(minutes=1)
        drafted = self.door.run(
            drafts.draft, PRINCIPAL, policy=self.locator, kind=kind, effective_at=effective_at, asked=given, **more
        )
        return drafted.locator

    def issue(self, locator: str) -> views.TransactionLine:
        found = self.attempt(locator)
        assert not found.refused
        return found.transaction

    def attempt(self, locator: str) -> issuing.Issued:
        """Issue it, be it refused."""
        self.clock.forward(minutes=1)
        return self.door.run(issuing.issue, PRINCIPAL, locator=locator)

    def issued(self, kind: TransactionKind, effective_at: datetime | None = None, *given: Any) -> views.TransactionLine:
        return self.issue(self.draft(kind, effective_at, *given))

    def transaction(self, locator: str) -> views.TransactionLine:
        return self.door.run(reading.transaction, PRINCIPAL, locator=locator)

    def snapshot(self, moment: datetime, **more: Any) -> views.Snapshot:
        return self.door.run(snapshots.snapshot, PRINCIPAL, locator=self.locator, at=moment, **more)

    def codes(self, moment: datetime, **more: Any) -> tuple[str, str]:
        """The producer code and the code of record at a moment."""
        info = self.snapshot(moment, **more).producer_info
        return info.producer_code, info.producer_code_of_record

    def segments(self, term: date) -> list[tuple[date, str, str]]:
        """Each with the day on which it begins, the code and the code of record."""
        found = self.door.run(reading.segments_of, PRINCIPAL, policy=self.locator, term=term)
        info = [(each.begins_at.date(), each.producer_info) for each in found]
        return [(day, each.producer_code, each.producer_code_of_record) for day, each in info]


class System:
    """The agency's system, which exports a minute after what happened last."""

    def __init__(self, feed: MemoryFeed, sync: Callable[[], Any], clock: Clock) -> None:  # noqa: F811
        self.feed, self.sync, self.clock = feed, sync, clock

    def says(self, **given: Any) -> None:
        self.clock.forward(minutes=1)
        self.feed.replace(FeedKind.POLICIES, policy(**given), at=self.clock.now)
        self.sync()


@pytest.fixture
def book(feed: MemoryFeed, sync: Callable[[], Any]) -> None:  # noqa: F811
    """Three producers and Ada Grove's policy from 1 June 2026."""
    feed.export(FeedKind.PRODUCERS, *(producer(code, f"Producer {code}") for code in CODES))
    feed.export(FeedKind.CLIENTS, client())
    feed.export(FeedKind.POLICIES, policy())
    sync()


@pytest.fixture
def desk(book: None, door: Door, clock: Clock, stored: Callable[..., Rows]) -> Desk:  # noqa: F811
    return Desk(door, clock, stored(bulk.POLICY)[0]["locator"])


@pytest.fixture
def ams(feed: MemoryFeed, sync: Callable[[], Any], clock: Clock) -> System:  # noqa: F811
    return System(feed, sync, clock)


def check_rebuild(database: Database, door: Door) -> None:  # noqa: F811
    """What is shown is what a rebuild makes of the ledger."""
    with database.read() as db:
        before = projection(db)
    rebuild_all(door)
    with database.read() as db:
        assert projection(db) == before


def check_order(rows: Rows) -> None:
    """Among the issued transactions of a policy the order of ids is that of effect, then of age."""
    issued = [each for each in rows if each["state"] is TransactionState.ISSUED]
    places = [(each["effective_at"], each["age"] or each["id"]) for each in issued]
    assert places == sorted(places)


def bare(found: views.Snapshot) -> views.Snapshot:
    """A snapshot without what names the policy and its transactions."""
    return replace(found, policy="", segment=replace(found.segment, transaction=""))
