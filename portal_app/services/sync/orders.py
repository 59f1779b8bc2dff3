"""A feed that a person wants taken in now: noted here, done by the worker."""

from sqlalchemy import select, update
from sqlmodel import col

from portal_app.models.jobs import FeedOrder
from portal_app.services import audit
from portal_app.services.access import Gate, Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import NotFound
from portal_app.services.topics import Topic


@writes(Permission.RUN_FEEDS)
def place(tx: Tx, *, feed: str) -> None:
    """Have a feed taken in as soon as the worker is free; asked for twice it is done once. Raises NotFound for a feed
    that is not configured."""
    if feed not in tx.ports.feeds:
        raise NotFound(f"There is no feed named {feed}.")
    if put(tx, feed):
        audit.record(tx, "feed.run_ordered", subject_kind="feed", subject=feed)


def put(tx: Tx, feed: str) -> bool:
    """Note that the feed is to be taken in; False where that was noted before."""
    if feed in waiting(tx):
        return False
    tx.changes(Topic.FEEDS)
    tx.db.add(FeedOrder(feed=feed, ordered_by=tx.actor.email or tx.actor.name, ordered_at=tx.now))
    return True


@reads(Gate.SYSTEM)
def open_orders(tx: Tx) -> frozenset[str]:
    """The feeds that somebody waits for."""
    return waiting(tx)


@writes(Gate.SYSTEM)
def done(tx: Tx, *, feed: str) -> None:
    """It has been taken in, well or not: the run says which."""
    mine = (col(FeedOrder.feed) == feed, col(FeedOrder.done_at).is_(None))
    tx.db.execute(update(FeedOrder).where(*mine).values(done_at=tx.now))
    tx.changes(Topic.FEEDS)


def waiting(tx: Tx) -> frozenset[str]:
    """The feeds with an order that is not done yet."""
    return frozenset(tx.db.scalars(select(col(FeedOrder.feed)).where(col(FeedOrder.done_at).is_(None))))
