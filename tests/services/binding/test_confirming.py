"""What a feed brings of a policy that was bound here confirms it, and makes no second one."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portal_app.database import Database
from portal_app.models.accounts import Account
from portal_app.models.claims import Claim
from portal_app.models.enums import Cadence, ConflictKind, FeedKind, Origin, SubmissionEventKind, TransactionState
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.outbox import OutboxMessage
from portal_app.models.policies import Policy, PolicyTerm
from portal_app.models.sync import FeedConflict
from portal_app.models.webhooks import Webhook
from portal_app.services.binding.bind import Bound
from portal_app.services.door import Door
from portal_app.services.policies import detail as policies
from portal_app.services.ports import Ports
from portal_app.services.quotes import find
from portal_app.services.submissions import detail, timeline
from portal_app.services.sync.rebuilding import rebuild_all
from portal_app.services.sync.runs import run_feed
from portal_app.services.webhooks import queue
from tests.services.binding.acting import Desk
from tests.services.sync.feed import MemoryFeed, claim, client, policy
from tests.world import NOW, Clock, make_door

EFFECTIVE = date(2027, 1, 15)


@pytest.fixture
def feed() -> MemoryFeed:
    return MemoryFeed()


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, feed: MemoryFeed) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, replace(Ports(), feeds={feed.name: feed}))
    yield door
    door.threads.shutdown()


@pytest.fixture
def bound(desk: Desk) -> Bound:
    desk.allow()
    return desk.bind(desk.offered().locator)


def brings(door: Door, feed: MemoryFeed, **given: Any) -> None:
    """The agency's system exports the policy, with its client."""
    told: dict[str, Any] = {
        "line": "homeowners",
        "number": "HO-778812",
        "effective": EFFECTIVE,
        "premium": Decimal("1462.00"),
        "producer_code": "HL-maya",
        "vehicles": (),
    }
    feed.export(FeedKind.CLIENTS, client("C1", "Ada Quill"))
    feed.export(FeedKind.POLICIES, policy("P1", **(told | given)))
    runs = {run.kind: run for run in run_feed(door, feed="memory", cadence=Cadence.HOURLY)}
    assert runs[FeedKind.POLICIES].rows_quarantined == 0


def told_to_programs(door: Door) -> list[dict[str, Any]]:
    """The bodies of the events that wait, in their order."""
    with door.database.read() as db:
        found = select(OutboxMessage.payload).where(OutboxMessage.topic == queue.TOPIC).order_by(OutboxMessage.id)
        return [json.loads(each["body"]) for each in db.scalars(found) if each]


def one_policy(door: Door) -> Policy:
    with door.database.read() as db:
        row = db.scalars(select(Policy).where(Policy.feed != "test")).one()
        db.expunge(row)
        return row


@pytest.mark.criterion("BOUND-10")
@pytest.mark.parametrize(
    "named",
    [{"submission": "sub-2026-000001"}, {"submission": "Portal SUB 2026/000001"}, {"number": "bnd 2026 000001"}],
    ids=["by the Submission ID", "by the Submission ID as somebody keyed it", "by carrier, number and day"],
)
def test_a_feed_confirms_the_policy_that_is_there(
    door: Door, desk: Desk, feed: MemoryFeed, bound: Bound, named: dict[str, str]
) -> None:
    brings(door, feed, **named)
    row = one_policy(door)
    assert (row.locator, row.feed, row.source_id) == (bound.policy, "memory", "P1")
    seen = door.run(policies.policy, desk.cast.maya, locator=bound.policy)
    assert (seen.row.number, seen.row.premium) == (named.get("number", "HO-778812"), Decimal("1462.00"))
    assert (seen.feed, seen.producer_code, seen.code_of_record) == ("memory", "HL-maya", "HL-maya")
    with door.database.read() as db:
        assert db.scalar(select(func.count()).select_from(PolicyTerm).where(PolicyTerm.policy_id == row.id)) == 1
        origins = db.execute(select(LedgerTransaction.origin, LedgerTransaction.state).order_by(LedgerTransaction.id))
        assert [tuple(each) for each in origins] == [
            (Origin.PORTAL, TransactionState.ISSUED),
            (Origin.FEED, TransactionState.ISSUED),
        ]
        assert list(db.scalars(select(Account.feed).where(Account.name == "Ada Quill"))) == ["memory"]
    submission = bound.quote.submission
    newest = door.run(timeline.events, desk.cast.maya, locator=submission)[0]
    assert newest.kind is SubmissionEventKind.CONFIRMED
    assert newest.words.startswith("The agency's system confirmed the policy as ")
    whole = door.run(detail.detail, desk.cast.maya, locator=submission)
    assert (whole.policy, whole.account != "") == (bound.policy, True)
    assert door.run(find.quote, desk.cast.maya, locator=bound.quote.locator).account == whole.account

    rebuild_all(door)
    assert one_policy(door) == row
    brings(door, feed, premium=Decimal("1500.00"), **named)
    assert one_policy(door).premium == Decimal("1500.00")


@pytest.mark.criterion("BOUND-24")
@pytest.mark.criterion("HOOK-20")
def test_a_reference_that_comes_later_makes_the_two_one(
    door: Door, desk: Desk, feed: MemoryFeed, bound: Bound, clock: Clock
) -> None:
    feed.export(FeedKind.CLAIMS, claim())
    brings(door, feed, producer_code="")
    with door.database.write() as db:
        twice = {each.feed: each.locator for each in db.scalars(select(Policy).where(Policy.feed != "test"))}
        own = db.scalars(select(LedgerTransaction.locator).where(LedgerTransaction.origin == Origin.FEED)).one()
        patterns = ["policy.transaction.*"]
        db.add(Webhook(url="https://there.test", secret="whsec_x", created_by="x", created_at=NOW, patterns=patterns))
    assert sorted(twice) == ["memory", "portal"]
    clock.forward(hours=1)
    brings(door, feed, producer_code="", submission="SUB-2026-000001")
    row = one_policy(door)
    assert (row.locator, row.feed, row.source_id) == (bound.policy, "memory", "P1")
    assert (row.number, row.premium) == ("HO-778812", Decimal("1462.00"))
    gone, *came = told_to_programs(door)
    assert (gone["type"], gone["data"]) == (
        "policy.transaction.reverse",
        {"locator": own, "policyLocator": twice["memory"], "joinedTo": bound.policy},
    )
    assert {(each["type"], each["data"]["policyLocator"]) for each in came} == {
        ("policy.transaction.issue", bound.policy)
    }
    seen = door.run(policies.policy, desk.cast.maya, locator=bound.policy)
    assert (seen.producer_code, len(seen.terms)) == ("HL-maya", 1)
    with door.database.read() as db:
        assert db.scalars(select(Claim.policy_id)).all() == [row.id]
    newest = door.run(timeline.events, desk.cast.maya, locator=bound.quote.submission)[0]
    assert newest.kind is SubmissionEventKind.CONFIRMED
    with door.database.read() as db:
        states = db.execute(select(LedgerTransaction.origin, LedgerTransaction.state).order_by(LedgerTransaction.id))
        counted = [tuple(each) for each in states]
    assert counted[:2] == [(Origin.PORTAL, TransactionState.ISSUED), (Origin.FEED, TransactionState.REVERSED)]
    assert (Origin.FEED, TransactionState.ISSUED) in counted[2:]
    rebuild_all(door)
    assert one_policy(door) == row
    brings(door, feed, producer_code="", submission="SUB-2026-000001", premium=Decimal("1500.00"))
    assert one_policy(door).premium == Decimal("1500.00")


@pytest.mark.criterion("BOUND-24")
def test_what_has_terms_that_are_not_said_anew_stays_one_of_its_own(
    door: Door, feed: MemoryFeed, bound: Bound, clock: Clock
) -> None:
    earlier = {"line": "homeowners", "number": "HO-1", "producer_code": "HL-maya", "vehicles": ()}
    feed.export(FeedKind.CLIENTS, client("C1", "Ada Quill"))
    feed.export(FeedKind.POLICIES, policy(**earlier), policy(**earlier | {"effective": EFFECTIVE}))
    run_feed(door, feed="memory", cadence=Cadence.HOURLY)
    clock.forward(hours=1)
    brings(door, feed, submission="SUB-2026-000001")
    with door.database.read() as db:
        found = dict(db.execute(select(Policy.source_id, Policy.feed).where(Policy.feed != "test")).all())
    assert found == {"P1": "memory", f"submission:{bound.quote.submission}": "portal"}


@pytest.mark.criterion("BOUND-11")
def test_the_code_it_was_bound_under_stays_until_the_feed_says_it(
    door: Door, desk: Desk, feed: MemoryFeed, bound: Bound
) -> None:
    brings(door, feed, submission="SUB-2026-000001", producer_code="")
    assert door.run(policies.policy, desk.cast.maya, locator=bound.policy).producer_code == "HL-maya"
    rebuild_all(door)
    seen = door.run(policies.policy, desk.cast.maya, locator=bound.policy)
    assert (seen.producer_code, seen.row.number) == ("HL-maya", "HO-778812")


@pytest.mark.criterion("BOUND-11")
def test_another_code_of_the_feeds_waits_as_a_conflict(door: Door, desk: Desk, feed: MemoryFeed, bound: Bound) -> None:
    brings(door, feed, submission="SUB-2026-000001", producer_code="HL-daniel")
    assert door.run(policies.policy, desk.cast.maya, locator=bound.policy).producer_code == "HL-maya"
    with door.database.read() as db:
        found = db.execute(select(FeedConflict.kind, FeedConflict.resolved_at)).all()
    assert [tuple(each) for each in found] == [(ConflictKind.PRODUCER_CODE, None)]


@pytest.mark.criterion("BOUND-11")
def test_a_term_that_the_feed_has_with_another_first_day_is_the_feeds(
    door: Door, desk: Desk, feed: MemoryFeed, bound: Bound
) -> None:
    brings(door, feed, submission="SUB-2026-000001", effective=date(2027, 1, 20))
    row = one_policy(door)
    assert (row.locator, row.effective) == (bound.policy, date(2027, 1, 20))
    rebuild_all(door)
    assert one_policy(door) == row
    seen = door.run(policies.policy, desk.cast.maya, locator=bound.policy)
    assert [each.effective for each in seen.terms] == [date(2027, 1, 20)]


@pytest.mark.criterion("BOUND-10")
@pytest.mark.parametrize("reference", ["SUB-2026-000099", "SUB-2026-00001", "SUB-2026-0000011", "XSUB-2026-000001"])
def test_another_policy_of_the_feed_is_another_policy(
    door: Door, feed: MemoryFeed, bound: Bound, reference: str
) -> None:
    brings(door, feed, submission=reference)
    with door.database.read() as db:
        found = dict(db.execute(select(Policy.source_id, Policy.feed).where(Policy.feed != "test")).all())
    assert found == {"P1": "memory", f"submission:{bound.quote.submission}": "portal"}
