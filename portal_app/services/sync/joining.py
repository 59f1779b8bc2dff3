"""A policy that a feed brought as one of its own before it said that it was bound here: the two become one."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlmodel import col

from portal_app.models import metadata
from portal_app.models.enums import Origin, TransactionState
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Policy, PolicyTerm
from portal_app.models.submissions import Submission
from portal_app.services import audit
from portal_app.services.door import Tx
from portal_app.services.ports import PolicyRecord
from portal_app.services.sync import told
from portal_app.services.topics import Topic

# What is drawn from the ledger, and is drawn anew.
PROJECTED = ("policy_term", "coverage", "vehicle", "policy_address")


def made_one(tx: Tx, feed: str, source_id: str, bound: int, records: Sequence[PolicyRecord]) -> bool:
    """Give up the feed's own policy for the one that was `bound` here (an id), with everything that hangs on it. What
    the feed said of it is kept and counts no longer, since it says the same anew in these `records`. False, and nothing
    is done, where they do not say all of it: where it has other terms, or people have changed it here."""
    own = tx.db.scalars(
        select(Policy).where(col(Policy.feed) == feed, col(Policy.source_id) == source_id).with_for_update()
    ).one()
    said = {each.effective for each in records if each.policy_id == source_id}
    terms = set(tx.db.scalars(select(col(PolicyTerm.effective)).where(col(PolicyTerm.policy_id) == own.id)))
    if not terms <= said or _is_more_than_the_feeds(tx, own):
        return False
    counts = (
        col(LedgerTransaction.policy_id) == own.id,
        col(LedgerTransaction.state) == TransactionState.ISSUED,
    )
    to = _locator(tx, bound)
    told.tell_joined(tx, own.id or 0, own.locator, to)
    gone = {"state": TransactionState.REVERSED, "reversed_at": tx.now}
    tx.db.execute(update(LedgerTransaction).where(*counts).values(gone))
    _move(tx, own.id or 0, bound)
    detail = {"feed": feed, "number": own.number, "policy": own.locator}
    audit.record(tx, "policy.joined", subject_kind="policy", subject=to, detail=detail)
    tx.db.execute(delete(Policy).where(col(Policy.id) == own.id))
    tx.changes(Topic.POLICIES)
    return True


def _move(tx: Tx, own: int, bound: int) -> None:
    """Whatever refers to the one policy refers to the other."""
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            if (key.column.table.name, key.column.name) != ("policy", "id"):
                continue
            mine = key.parent == own
            if table.name in PROJECTED:
                tx.db.execute(delete(table).where(mine))
            else:
                tx.db.execute(update(table).where(mine).values({key.parent: bound}))


def _is_more_than_the_feeds(tx: Tx, own: Policy) -> bool:
    here = select(col(LedgerTransaction.id)).where(
        col(LedgerTransaction.policy_id) == own.id, col(LedgerTransaction.origin) == Origin.PORTAL
    )
    bound = select(col(Submission.id)).where(col(Submission.policy_id) == own.id)
    return tx.db.scalar(here.limit(1)) is not None or tx.db.scalar(bound.limit(1)) is not None


def _locator(tx: Tx, policy_id: int) -> str:
    return tx.db.scalars(select(col(Policy.locator)).where(col(Policy.id) == policy_id)).one()
