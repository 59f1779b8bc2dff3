"""What hangs on a policy as its page draws it: text only, and which feed says so."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from portal_app.services.billing import BillingLine
from portal_app.services.claims import ClaimLine
from portal_app.services.documents import DocumentLine
from portal_app.services.policies.sections import Section
from portal_app.state import wording


@dataclass
class Origin:
    """Where a section comes from. `feed` is empty where no feed brings it, `as_of` before its first file. `left` says
    how many are not shown."""

    feed: str = ""
    as_of: str = ""
    stale: bool = False
    left: str = ""


@dataclass
class BillingRow:
    key: str
    term: str
    mode: str
    payment_plan: str
    billed: str
    paid: str
    balance: str
    past_due: str
    next_due: str
    last_paid: str


@dataclass
class ClaimRow:
    key: str
    number: str
    status: str
    lost_on: str
    reported_on: str
    closed_on: str
    cause: str
    description: str
    paid: str
    reserved: str
    adjuster: str
    adjuster_phone: str


@dataclass
class DocumentRow:
    key: str
    title: str
    category: str
    dated: str
    term: str
    file_name: str
    reference: str


NOWHERE = Origin()
NO_BILLING = BillingRow("", "", "", "", "", "", "", "", "", "")


def origin(found: Section[object], zone: ZoneInfo, now: datetime) -> Origin:
    shown = len(found.lines)
    left = f"{shown:,} of {found.total:,} are shown." if shown < found.total else ""
    as_of = wording.moment(found.as_of, zone, now)
    return Origin(found.feed, as_of, wording.is_stale(found.as_of, now), left)


def billing_row(each: BillingLine) -> BillingRow:
    return BillingRow(
        key=each.locator,
        term=wording.day(each.term_effective) or "The whole policy",
        mode=each.mode.label,
        payment_plan=each.payment_plan,
        billed=wording.money(each.billed),
        paid=wording.money(each.paid),
        balance=wording.money(each.balance),
        past_due=wording.money(each.past_due) if each.past_due and each.past_due > 0 else "",
        next_due=_payment(each.next_due_on, each.next_due),
        last_paid=_payment(each.last_paid_on, each.last_paid),
    )


def claim_row(each: ClaimLine) -> ClaimRow:
    return ClaimRow(
        key=each.locator,
        number=each.number,
        status=each.status.label,
        lost_on=wording.day(each.lost_on),
        reported_on=wording.day(each.reported_on),
        closed_on=wording.day(each.closed_on),
        cause=each.cause,
        description=each.description,
        paid=wording.money(each.paid),
        reserved=wording.money(each.reserved),
        adjuster=each.adjuster,
        adjuster_phone=each.adjuster_phone,
    )


def document_row(each: DocumentLine, term: date) -> DocumentRow:
    """`term` is the first day of the term that the page shows."""
    return DocumentRow(
        key=each.locator,
        title=each.title,
        category=each.category.label,
        dated=wording.day(each.dated),
        term="Whole account" if each.whole_account else _term(each.term_effective, term),
        file_name=each.file_name,
        reference=each.reference,
    )


def _term(effective: date | None, shown: date) -> str:
    if effective is None:
        return ""
    if effective == shown:
        return "Current term"
    return f"{'Prior' if effective < shown else 'Next'} term, {wording.day(effective)}"


def _payment(on: date | None, amount: Decimal | None) -> str:
    """Dec 1, 2026 · $102.00."""
    return " · ".join(filter(None, (wording.day(on), wording.money(amount))))
