"""Billing: one row for each term, or for the policy where the feed tells no terms apart."""

from portal_app.services.ports import BillingRecord
from portal_app.services.sync import bulk
from portal_app.services.sync.attached import TakingAttached
from portal_app.services.sync.bulk import Row


class TakingBilling(TakingAttached):
    table = bulk.BILLING
    event = "policy.billing"

    def row_of(self, record: BillingRecord) -> Row:
        return {
            "term_effective": record.effective,
            "mode": record.mode,
            "payment_plan": record.payment_plan,
            "billed": record.billed,
            "paid": record.paid,
            "balance": record.balance,
            "past_due": record.past_due,
            "next_due_on": record.next_due_on,
            "next_due": record.next_due,
            "last_paid_on": record.last_paid_on,
            "last_paid": record.last_paid,
        }
