"""Feeds whose first import waits until a person has let it through."""

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.jobs import FeedApproval
from portal_app.services import audit
from portal_app.services.access import Gate, Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, NotFound
from portal_app.services.sync import bulk, orders


class NotApproved(Conflict):
    default = "The first import of this feed waits for an approval: look at a dry run, and then let it through."


@reads(Gate.SYSTEM)
def held_back(tx: Tx) -> frozenset[str]:
    """The feeds that may not be taken in yet."""
    return waiting(tx)


@writes(Permission.RUN_FEEDS)
def approve(tx: Tx, *, feed: str) -> None:
    """Let the feed through, now and from now on. Raises NotFound for one that is not configured; one that is approved
    already is left alone."""
    if feed not in tx.ports.feeds:
        raise NotFound(f"There is no feed named {feed}.")
    if feed not in waiting(tx):
        return
    tx.db.add(FeedApproval(feed=feed, approved_by=tx.actor.email or tx.actor.name, approved_at=tx.now))
    audit.record(tx, "feed.approved", subject_kind="feed", subject=feed)
    orders.put(tx, feed)


def waiting(tx: Tx) -> frozenset[str]:
    """The feeds that are to be approved, are not, and have never been taken in."""
    asked = {feed.name for feed in tx.configured.feeds if feed.first_import == "after approval"}
    if not asked:
        return frozenset()
    file = bulk.FEED_FILE.c
    begun = tx.db.scalars(select(file.feed).where(file.feed.in_(asked), file.completed_at.is_not(None)).distinct())
    approved = tx.db.scalars(select(col(FeedApproval.feed)).where(col(FeedApproval.feed).in_(asked)))
    return frozenset(asked.difference(begun, approved))
