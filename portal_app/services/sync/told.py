"""What subscribers are told of a feed, in the transaction that takes it in: nothing is read or written for it where
nobody asks for it, and much is written at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Table, select

from portal_app.models.enums import ProducerState, TransactionState
from portal_app.services.door import Tx
from portal_app.services.ledger.returning import tell_returned
from portal_app.services.ledger.rules import told
from portal_app.services.ledger.writing import Wrote
from portal_app.services.sync import bulk
from portal_app.services.sync.bulk import Row
from portal_app.services.webhooks import events
from portal_app.services.webhooks.events import Told

ISSUED, REVERSED = "policy.transaction.issue", "policy.transaction.reverse"


@dataclass(frozen=True, slots=True)
class Brought:
    """Rows of one table that a feed added, and those that it changed, whose locators are by id."""

    new: Sequence[Row]
    changed: Sequence[Row]
    locators: Mapping[int, str]

    def told(self, event: str) -> Iterable[tuple[str, str, Row]]:
        """The event of each, which ends in what was done, and its locator."""
        yield from ((f"{event}.create", row["locator"], row) for row in self.new)
        yield from ((f"{event}.update", self.locators[row["id"]], row) for row in self.changed)


def tell(tx: Tx, wrote: Wrote) -> None:
    """Tell the transactions of policies that came, and what they reversed."""
    if not events.asked_for(tx, ISSUED, REVERSED):
        return
    policies = _locators(tx, bulk.POLICY, (row["policy_id"] for row in wrote.new))
    issued = []
    for row in wrote.new:
        said = {"kind": row["kind"].value, "effectiveTime": told(row["effective_at"])}
        issued.append(Told(ISSUED, row["locator"], {"policyLocator": policies[row["policy_id"]], **said}))
    policy, ledger = bulk.POLICY.c, bulk.LEDGER.c
    overtaken = (
        select(ledger.id, ledger.locator, policy.locator)
        .join(bulk.POLICY, policy.id == ledger.policy_id)
        .where(ledger.id.in_(list(wrote.reversed_by)))
        .order_by(ledger.id)
    )
    gone = [
        Told(REVERSED, locator, {"policyLocator": of_policy, "reversedBy": wrote.reversed_by[number]})
        for number, locator, of_policy in tx.db.execute(overtaken).all()
    ]
    events.tell_many(tx, [*issued, *gone])
    tell_returned(tx, wrote, policies)


def tell_joined(tx: Tx, policy_id: int, policy: str, to: str) -> None:
    """Tell that what counts of this policy is reversed, since it is one with the policy `to` (a locator) from now on,
    of which the feed says the same anew."""
    if not events.asked_for(tx, REVERSED):
        return
    ledger = bulk.LEDGER.c
    counts = (ledger.policy_id == policy_id, ledger.state == TransactionState.ISSUED)
    found = tx.db.scalars(select(ledger.locator).where(*counts).order_by(ledger.id)).all()
    events.tell_many(tx, [Told(REVERSED, each, {"policyLocator": policy, "joinedTo": to}) for each in found])


def tell_accounts(tx: Tx, brought: Brought) -> None:
    """Tell the clients that came, or of whom something else came."""
    if events.asked_for(tx, "account.create", "account.update"):
        rows = brought.told("account")
        events.tell_many(tx, [Told(name, locator, {"kind": row["kind"].value}) for name, locator, row in rows])


def tell_attached(tx: Tx, event: str, brought: Brought) -> None:
    """Tell what came of policies' billing, claims or documents: of which policy, or of which account."""
    if not events.asked_for(tx, f"{event}.create", f"{event}.update"):
        return
    rows = [*brought.new, *brought.changed]
    policies = _locators(tx, bulk.POLICY, (row["policy_id"] for row in rows))
    accounts = _locators(tx, bulk.ACCOUNT, (row.get("account_id") for row in rows))
    said = []
    for name, locator, row in brought.told(event):
        of_policy, of_account = policies.get(row["policy_id"]), accounts.get(row.get("account_id"))
        about = {"policyLocator": of_policy} if of_policy else {"accountLocator": of_account}
        said.append(Told(name, locator, about))
    events.tell_many(tx, said)


def producer(verb: str, locator: str, kind: str, state: ProducerState, version: int) -> Told:
    """What is told of a producer, as where people do it."""
    return Told(f"producers.producer.{verb}", locator, {"type": kind, "producerState": state.value, "version": version})


def created_code(row: Row) -> Told:
    """What is told of a code that came."""
    data = {"type": row["type"], "producerCodeState": row["state"].value, "version": 1, "code": row["code"]}
    return Told("producers.producercode.create", row["locator"], data)


def _locators(tx: Tx, table: Table, ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {number for number in ids if number is not None}
    if not wanted:
        return {}
    return dict(tx.db.execute(select(table.c.id, table.c.locator).where(table.c.id.in_(wanted))).all())
