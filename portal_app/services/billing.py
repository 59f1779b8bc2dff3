"""How a policy is paid for, as the agency's system says it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import case
from sqlmodel import col

from portal_app.models.billing import PolicyBilling
from portal_app.models.enums import BillMode, FeedKind
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.policies.detail import find_policy
from portal_app.services.policies.sections import Section, section
from portal_app.services.scope import visible


@dataclass(frozen=True, slots=True)
class BillingLine:
    """One term, or the whole policy where `term_effective` is None. What is None the feed does not say."""

    locator: str
    term_effective: date | None
    mode: BillMode
    payment_plan: str
    billed: Decimal | None
    paid: Decimal | None
    balance: Decimal | None
    past_due: Decimal | None
    next_due_on: date | None
    next_due: Decimal | None
    last_paid_on: date | None
    last_paid: Decimal | None


@reads(Permission.VIEW_OWN_ACCOUNTS)
def of_policy(tx: Tx, *, locator: str, offset: int = 0, count: int = 50) -> Section[BillingLine]:
    """The policy's billing: that of the term which is shown first, then that of the policy as a whole, then the other
    terms, the newest first. Raises NotFound, also for a policy that is not the actor's to see."""
    found, row = find_policy(tx, locator), PolicyBilling
    first = case((col(row.term_effective) == found.effective, 0), (col(row.term_effective).is_(None), 1), else_=2)
    rows = visible(tx.actor, row).where(col(row.policy_id) == found.id)
    ordered = rows.order_by(first, col(row.term_effective).desc(), col(row.id))
    return section(tx, found, FeedKind.BILLING, ordered, _line, offset, count)


def _line(row: PolicyBilling) -> BillingLine:
    return BillingLine(**{name: getattr(row, name) for name in BillingLine.__dataclass_fields__})
