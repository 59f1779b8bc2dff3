"""The projection made anew from the ledger: where the next term has begun, and everywhere when it is to be repaired."""

from collections import defaultdict
from collections.abc import Callable
from threading import Event
from typing import Any

from sqlalchemy import Select, exists, select

from portal_app.services.access import Gate, system
from portal_app.services.door import Door, Tx, writes
from portal_app.services.sync import bulk
from portal_app.services.sync.projecting import reproject

PAGE = 200


@writes(Gate.SYSTEM)
def rebuild(tx: Tx, *, after: int, count: int) -> tuple[int, int | None]:
    """Write the next `count` policies after the id `after` anew from their ledgers. Returns how many, and the last id,
    which is None at the end."""
    return _page(tx, select(bulk.POLICY.c.id, bulk.POLICY.c.feed, bulk.POLICY.c.source_id), after, count)


@writes(Gate.SYSTEM)
def roll_over(tx: Tx, *, after: int, count: int) -> tuple[int, int | None]:
    """The same for policies that still show an older term although their next one has begun."""
    policy, term = bulk.POLICY.c, bulk.POLICY_TERM.c
    today = tx.now.astimezone(tx.settings.zone).date()
    begun = exists().where(term.policy_id == policy.id, term.effective > policy.effective, term.effective <= today)
    return _page(tx, select(policy.id, policy.feed, policy.source_id).where(begun), after, count)


def _page(tx: Tx, policies: Select[Any], after: int, count: int) -> tuple[int, int | None]:
    number = bulk.POLICY.c.id
    found = tx.db.execute(policies.where(number > after).order_by(number).limit(count)).all()
    by_feed: dict[str, dict[int, str]] = defaultdict(dict)
    for policy_id, feed, source_id in found:
        by_feed[feed][policy_id] = source_id
    today = tx.now.astimezone(tx.settings.zone).date()
    for feed, its_policies in by_feed.items():
        reproject(tx.db, feed, its_policies, today)
    return len(found), found[-1][0] if len(found) == count else None


def rebuild_all(door: Door, stop: Event | None = None) -> int:
    """Rebuild every policy, a page at a time. Returns how many."""
    return _all(door, rebuild, "rebuild", stop)


def roll_over_all(door: Door, stop: Event | None = None) -> int:
    """Show the term that has begun wherever an older one is shown. Returns how many policies changed."""
    return _all(door, roll_over, "roll over", stop)


def _all(door: Door, service: Callable[..., tuple[int, int | None]], name: str, stop: Event | None) -> int:
    total, after = 0, 0
    while not (stop and stop.is_set()):
        done, last = door.run(service, system(name), after=after, count=PAGE)
        total += done
        if last is None:
            break
        after = last
    return total
