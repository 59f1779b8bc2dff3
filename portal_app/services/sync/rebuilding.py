"""The projection made anew from the ledger: where the next term has begun or another producer code is in force, and
everywhere when it is to be repaired."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

from sqlalchemy import Select, exists, select

from portal_app.services.access import Actor, Gate, system
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.sync import bulk
from portal_app.services.sync.pace import Pace
from portal_app.services.sync.projecting import Clock, reproject
from portal_app.services.topics import Topic

PAGE = 100

Place = tuple[int, str, str]
Finding = Callable[..., list[Place]]


@reads(Gate.SYSTEM)
def every_policy(tx: Tx, *, after: int, count: int) -> list[Place]:
    """The next `count` policies after the id `after`: id, feed and source id."""
    return _page(tx, _places(), after, count)


@reads(Gate.SYSTEM)
def to_roll_over(tx: Tx, *, after: int, count: int) -> list[Place]:
    """The same of the policies that still show an older term although their next one has begun."""
    policy, term = bulk.POLICY.c, bulk.POLICY_TERM.c
    today = tx.now.astimezone(tx.settings.zone).date()
    begun = exists().where(term.policy_id == policy.id, term.effective > policy.effective, term.effective <= today)
    return _page(tx, _places().where(begun), after, count)


@reads(Gate.SYSTEM)
def to_change_hands(tx: Tx, *, count: int) -> list[Place]:
    """Of the policies that still show an older producer code although another is in force, the `count` that have waited
    longest. In this order the index answers, also that there is none, without a look at the other policies."""
    policy = bulk.POLICY.c
    due = _places().where(policy.codes_change_at <= tx.now).order_by(policy.codes_change_at, policy.id)
    return [(policy_id, feed, source_id) for policy_id, feed, source_id in tx.db.execute(due.limit(count))]


@writes(Gate.SYSTEM)
def write_anew(tx: Tx, *, places: Sequence[Place]) -> None:
    """Write these policies from their ledgers, whatever stands there."""
    by_feed: dict[str, dict[int, str]] = defaultdict(dict)
    for policy_id, feed, source_id in places:
        by_feed[feed][policy_id] = source_id
    clock = Clock(tx.now, tx.settings.zone)
    for feed, its_policies in by_feed.items():
        reproject(tx.db, feed, its_policies, clock)
    tx.changes(Topic.POLICIES)


def rebuild_all(door: Door, stop: Event | None = None) -> int:
    """Rebuild every policy, a page at a time. Returns how many."""
    return _all(door, every_policy, "rebuild", stop)


def roll_over_all(door: Door, stop: Event | None = None) -> int:
    """Show the term that has begun wherever an older one is shown. Returns how many policies changed."""
    return _all(door, to_roll_over, "roll over", stop)


def change_hands_all(door: Door, stop: Event | None = None) -> int:
    """Show the code in force wherever an older one is shown. Returns how many policies changed."""
    actor, pace, total = system("change hands"), Pace(), 0
    while not (stop and stop.is_set()):
        places = door.run(to_change_hands, actor, count=PAGE)
        if not places:
            break
        total += _write(door, actor, pace, places)
        if len(places) < PAGE:
            break
    return total


def _places() -> Select[Any]:
    return select(bulk.POLICY.c.id, bulk.POLICY.c.feed, bulk.POLICY.c.source_id)


def _page(tx: Tx, policies: Select[Any], after: int, count: int) -> list[Place]:
    number = bulk.POLICY.c.id
    found = tx.db.execute(policies.where(number > after).order_by(number).limit(count))
    return [(policy_id, feed, source_id) for policy_id, feed, source_id in found]


def _all(door: Door, find: Finding, name: str, stop: Event | None) -> int:
    actor, pace, total, after = system(name), Pace(), 0, 0
    while not (stop and stop.is_set()):
        places = door.run(find, actor, after=after, count=PAGE)
        if not places:
            break
        total, after = total + _write(door, actor, pace, places), places[-1][0]
    return total


def _write(door: Door, actor: Actor, pace: Pace, places: Sequence[Place]) -> int:
    pace.wait()
    door.run(write_anew, actor, places=places)
    pace.wrote(len(places))
    return len(places)
