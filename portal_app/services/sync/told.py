"""What subscribers are told of a feed: the transactions of policies that it brought, and what they reversed."""

from sqlalchemy import select

from portal_app.services.door import Tx
from portal_app.services.ledger.rules import told
from portal_app.services.ledger.writing import Wrote
from portal_app.services.sync import bulk
from portal_app.services.webhooks import events

ISSUED, REVERSED = "policy.transaction.issue", "policy.transaction.reverse"


def tell(tx: Tx, wrote: Wrote) -> None:
    """Tell it in the transaction that writes it, where somebody asks for it."""
    if not events.asked_for(tx, ISSUED, REVERSED):
        return
    policy, ledger = bulk.POLICY.c, bulk.LEDGER.c
    its = select(policy.id, policy.locator).where(policy.id.in_({row["policy_id"] for row in wrote.new}))
    policies = dict(tx.db.execute(its).all())
    for row in wrote.new:
        said = {"kind": row["kind"].value, "effectiveTime": told(row["effective_at"])}
        events.tell(tx, ISSUED, locator=row["locator"], data={"policyLocator": policies[row["policy_id"]], **said})
    overtaken = (
        select(ledger.id, ledger.locator, policy.locator)
        .join(bulk.POLICY, policy.id == ledger.policy_id)
        .where(ledger.id.in_(list(wrote.reversed_by)))
        .order_by(ledger.id)
    )
    for number, locator, of_policy in tx.db.execute(overtaken).all():
        by = {"policyLocator": of_policy, "reversedBy": wrote.reversed_by[number]}
        events.tell(tx, REVERSED, locator=locator, data=by)
