"""A feed's random life, corrected dates too, while people issue transactions on the same policies."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from portal_app.database import Database
from portal_app.models.enums import FeedKind, PolicyStatus, TransactionState
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.ledger import drafts, issuing, reading, snapshots
from portal_app.services.ports import PolicyRecord
from portal_app.services.sync import bulk
from portal_app.services.sync.rebuilding import change_hands_all, roll_over_all
from tests.services.ledger.conftest import CANCELLATION, CHANGE, CODES, PRINCIPAL, RENEWAL, asked, check_rebuild
from tests.services.sync.feed import MemoryFeed, client, producer
from tests.services.sync.test_policies import Stored, Sync
from tests.services.sync.test_projection import History
from tests.world import Clock

OWN = ("number", "premium", "effective", "expiration")


class Underwriters:
    """People who issue whatever is let through."""

    def __init__(self, seed: int, door: Door, clock: Clock) -> None:
        self.chance, self.door, self.clock = random.Random(seed), door, clock
        self.issued = 0

    def go_on(self, policies: list[str]) -> None:
        for _ in range(12):
            self.clock.forward(minutes=1)
            kind = self.chance.choice([CHANGE, CHANGE, CHANGE, RENEWAL, CANCELLATION])
            code = self.chance.choice(CODES)
            given: dict[str, Any] = self.chance.choice(
                [asked(setProducerCode=code), asked(setProducerCodeOfRecord=code), asked(clearProducerCode=True)]
            )
            moment = self.clock.now + timedelta(days=self.chance.randint(-500, 300))
            when = None if kind is RENEWAL else moment
            policy = self.chance.choice(policies)
            try:
                drafted = self.door.run(
                    drafts.draft, PRINCIPAL, policy=policy, kind=kind, effective_at=when, asked=[given]
                )
                issued = self.door.run(issuing.issue, PRINCIPAL, locator=drafted.locator)
            except (Conflict, Invalid):
                continue
            self.issued += not issued.refused


def said_last(records: dict[str, PolicyRecord]) -> dict[tuple[str, date], tuple[Any, ...]]:
    return {
        (each.policy_id, each.effective): (each.number, each.premium, each.effective, each.expiration)
        for each in records.values()
    }


def check_terms(stored: Stored, records: dict[str, PolicyRecord]) -> None:
    """Each term that the feed knows shows what the feed said last of its own fields."""
    names = {each["id"]: each["source_id"] for each in stored(bulk.POLICY)}
    held = {(names[each["policy_id"]], each["effective"]): each for each in stored(bulk.POLICY_TERM)}
    for place, said in said_last(records).items():
        assert tuple(held[place][name] for name in OWN) == said


def check_each_term_in_order(stored: Stored) -> None:
    places: dict[tuple[int, date], list[tuple[datetime, int]]] = {}
    for each in stored(bulk.LEDGER):
        if each["state"] is TransactionState.ISSUED:
            place = each["effective_at"], each["age"] or each["id"]
            places.setdefault((each["policy_id"], each["term_effective"]), []).append(place)
    assert all(found == sorted(found) for found in places.values())


@pytest.mark.criterion("LEDGER-37")
@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", range(4))
def test_after_any_life_the_feeds_last_word_is_shown_and_equals_a_rebuild(
    seed: int, feed: MemoryFeed, sync: Sync, database: Database, clock: Clock, door: Door, stored: Callable[..., Any]
) -> None:
    feed.complete = True
    feed.export(FeedKind.PRODUCERS, *(producer(code, f"Producer {code}") for code in CODES))
    feed.export(FeedKind.CLIENTS, client(), client("C2", "Bo Reed"))
    history, people = History(seed, correcting=seed / 4), Underwriters(seed, door, clock)
    for _ in range(6):
        clock.forward(days=30)
        feed.replace(FeedKind.POLICIES, *history.go_on(), at=clock.now)
        sync()
        roll_over_all(door)
        check_terms(stored, history.records)
        people.go_on([each["locator"] for each in stored(bulk.POLICY)])
        check_each_term_in_order(stored)
        # What was issued for later may have taken effect by now, as the worker sees to every minute.
        change_hands_all(door)
        check_rebuild(database, door)

    assert people.issued > 15
    for policy in stored(bulk.POLICY):
        for found in door.run(reading.transactions, PRINCIPAL, policy=policy["locator"], count=200).rows:
            if found.state is TransactionState.ISSUED:
                door.run(snapshots.snapshot, PRINCIPAL, locator=policy["locator"], at=found.effective_at)
        shown = door.run(snapshots.snapshot, PRINCIPAL, locator=policy["locator"], at=clock.now, by_issued_time=True)
        assert (shown.premium, shown.status) == (policy["premium"], PolicyStatus(policy["status"]))
