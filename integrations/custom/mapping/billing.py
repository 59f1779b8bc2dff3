"""Billing: a row says how one term of a policy, or the policy as a whole, is paid for."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from integrations.custom import values
from integrations.custom.columns import ColumnMap, Field, Layout
from integrations.custom.mapping import naming
from integrations.custom.mapping.row import MappedRow, folded
from portal_app.models.enums import BillMode
from portal_app.services.ports import BillingRecord

FIELDS = (
    *naming.FIELDS,
    Field("effective", "first day of the term; without it the row is of the whole policy"),
    Field("mode", "who sends the bill: the agency or, directly, the carrier", required=True, words=frozenset(BillMode)),
    Field("payment_plan", "payment plan, as written"),
    Field("billed", "what was billed in all"),
    Field("paid", "what was paid to date"),
    Field("balance", "what is left to pay"),
    Field("past_due", "what of it should have been paid already"),
    Field("next_due_on", "day on which the next payment is due"),
    Field("next_due", "amount of the next payment"),
    Field("last_paid_on", "day of the last payment"),
    Field("last_paid", "amount of the last payment"),
)
ONE_OF = naming.ONE_OF
POLICY_ID, POLICY_NUMBER, CARRIER, EFFECTIVE, MODE, PAYMENT_PLAN, BILLED, PAID, BALANCE, PAST_DUE = range(10)
NEXT_DUE_ON, NEXT_DUE, LAST_PAID_ON, LAST_PAID = range(10, 14)
NAMED_BY = (("policy_id", "effective"), ("policy_number", "carrier", "effective"))


def key(columns: ColumnMap) -> Callable[[Sequence[str]], str]:
    """`{policy}/{first day of the term}`, or the policy alone; "" where it names no policy or no such day."""
    policy = naming.identity(columns)

    @lru_cache(maxsize=8192)
    def term(text: str) -> str | None:
        if not (day := folded(text)):
            return ""
        try:
            return f"/{columns.day(day).isoformat()}"
        except ValueError:
            return None

    def source_id(texts: Sequence[str]) -> str:
        named, day = policy(texts), term(texts[EFFECTIVE])
        return f"{named}{day}" if named and day is not None else ""

    return source_id


def mapper(columns: ColumnMap) -> Callable[[Layout, tuple[str, ...], str], BillingRecord]:
    modes, source_id = columns.words("mode"), key(columns)

    def record(layout: Layout, texts: tuple[str, ...], _: str) -> BillingRecord:
        row = MappedRow(layout, texts)
        policy = naming.policy_needed(row, columns)
        effective = row.parsed(EFFECTIVE, columns.day, None)
        mode = BillMode(row.word_needed(MODE, modes, BillMode.AGENCY, repeat=True))
        plan = row.text(PAYMENT_PLAN, 80)
        billed, paid = row.parsed(BILLED, values.money, None), row.parsed(PAID, values.money, None)
        balance, past_due = row.parsed(BALANCE, values.money, None), row.parsed(PAST_DUE, values.money, None)
        next_due_on, next_due = row.parsed(NEXT_DUE_ON, columns.day, None), row.parsed(NEXT_DUE, values.money, None)
        last_paid_on, last_paid = row.parsed(LAST_PAID_ON, columns.day, None), row.parsed(LAST_PAID, values.money, None)
        row.finish()
        amounts = (billed, paid, balance, past_due)
        payments = (next_due_on, next_due, last_paid_on, last_paid)
        return BillingRecord(source_id(texts), policy, mode, effective, plan, *amounts, *payments)

    return record
