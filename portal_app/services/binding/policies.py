"""The policy that comes of a quote: its issuance in the ledger, and what is shown and searched of it. Its number is a
binder's until the agency's system confirms the policy; see `sync.bound`."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import Origin, PolicyStatus, TransactionKind, TransactionState
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Carrier, LineOfBusiness, Policy
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.authority import words
from portal_app.services.door import Tx
from portal_app.services.ledger import writing
from portal_app.services.ledger.drafts import about
from portal_app.services.ledger.order import Written
from portal_app.services.ledger.writing import Placed
from portal_app.services.quotes import of_submissions
from portal_app.services.sync import projecting
from portal_app.services.sync.bound import binder_number, unconfirmed
from portal_app.services.sync.ledger import start_of
from portal_app.services.sync.projecting import Clock
from portal_app.services.sync.projection import Entry, fold
from portal_app.services.topics import Topic
from portal_app.services.webhooks import events


@dataclass(frozen=True, slots=True)
class Issued:
    policy: Policy
    transaction: str


def issued(tx: Tx, submission: Submission, row: Quote) -> Issued:
    """Issue the policy as it was quoted."""
    account = of_submissions.account_of(tx, submission, row)
    row.account_id = account.id or 0
    begins = start_of(row.effective, tx.settings.zone)
    changes = _fields(tx, submission, row, account)
    entry = Entry(
        TransactionState.ISSUED, Origin.PORTAL, row.effective, changes, TransactionKind.ISSUANCE, effective_at=begins
    )
    terms, source_id = fold([entry]), unconfirmed(submission.locator)
    projected = Clock(tx.now, tx.settings.zone).projected(source_id, terms, [entry], None)
    known = projecting.references_of(tx.db, account.feed, [terms], [projected.info])
    ids = projecting.write(tx.db, account.feed, [projected], known, tx.now)
    writing.write(tx.db, [Placed(ids[source_id], Written(entry, entry))], tx.now)
    policy = tx.db.get_one(Policy, ids[source_id])
    mine = select(LedgerTransaction).where(col(LedgerTransaction.policy_id) == policy.id)
    transaction = tx.db.scalars(mine).one()
    events.tell(tx, "policy.transaction.issue", locator=transaction.locator, data=about(policy, transaction))
    tx.changes(Topic.POLICIES)
    return Issued(policy, transaction.locator)


def _fields(tx: Tx, submission: Submission, row: Quote, account: Account) -> dict[str, Any]:
    """The term as it was quoted, as the ledger holds it: the code's number, the carrier's name."""
    line = tx.db.get_one(LineOfBusiness, row.line_id)
    code = tx.db.get(ProducerCode, row.producer_code_id) if row.producer_code_id else None
    told = {
        "number": binder_number(submission.number or submission.locator),
        "line": line.code,
        "carrier": tx.db.get_one(Carrier, row.carrier_id).name,
        "effective": row.effective.isoformat(),
        "expiration": row.expiration.isoformat(),
        "status": PolicyStatus.ACTIVE.value,
        "premium": f"{row.premium or Decimal(0):.2f}",
        "producer_code": code.code if code else "",
        "insured_name": submission.insured_name or account.name,
        "account": account.source_id,
        "coverages": coverages(row, line.name),
    }
    return {name: value for name, value in told.items() if value not in ("", [])}


def coverages(row: Quote, line: str) -> list[dict[str, Any]]:
    """What is covered, as far as the quote says it in figures; the rest stands in its terms."""
    limit = words.money(row.limit) if row.limit is not None else ""
    deductible = words.money(row.deductible) if row.deductible is not None else ""
    if not limit and not deductible:
        return []
    return [{"name": line, "limit": limit, "deductible": deductible, "premium": None}]
