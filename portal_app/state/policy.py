"""One policy."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import PolicyStatus, TransactionKind
from portal_app.services import billing, claims, documents
from portal_app.services.access import Permission
from portal_app.services.billing import BillingLine
from portal_app.services.intake.values import told_phone
from portal_app.services.policies import detail
from portal_app.services.policies.search import MOST_ROWS
from portal_app.services.policies.sections import Section
from portal_app.services.policies.views import CoverageLine, HistoryEntry, PolicyDetail, TermLine
from portal_app.services.submissions import bound
from portal_app.services.topics import Topic
from portal_app.state import sections, wording
from portal_app.state.portal import PortalState
from portal_app.state.rows import PolicyLine, policy_line
from portal_app.state.sections import NO_BILLING, NOWHERE, BillingRow, ClaimRow, DocumentRow, Origin


@dataclass
class Cover:
    name: str
    limit: str
    deductible: str
    premium: str


@dataclass
class Car:
    vin: str
    description: str


@dataclass
class TermRow:
    number: str
    effective: str
    expiration: str
    premium: str
    status: str


@dataclass
class Event:
    key: str
    title: str
    on: str
    term: str
    origin: str
    learned: str
    changes: list[str]


NOBODY = PolicyLine("", "", "", "", "", "", "", "", "")


class PolicyState(PortalState):
    shown: str = ""
    policy: PolicyLine = NOBODY
    account_href: str = ""
    # The submission that it was bound from here, its number and its binder.
    submission_href: str = ""
    submission_number: str = ""
    binder_href: str = ""
    description: str = ""
    producer_name: str = ""
    producer_code: str = ""
    code_of_record: str = ""
    insured_names: list[str] = []
    mailing_address: list[str] = []
    contact_email: str = ""
    contact_phone: str = ""
    coverages: list[Cover] = []
    vehicles: list[Car] = []
    locations: list[str] = []
    terms: list[TermRow] = []
    history: list[Event] = []
    term_title: str = ""
    term_sentence: str = ""
    term_runs: bool = False
    term_share: int = 0
    covers_priced: bool = False
    feed: str = ""
    as_of: str = ""
    stale: bool = False
    billing: BillingRow = NO_BILLING
    other_billing: list[BillingRow] = []
    billing_from: Origin = NOWHERE
    claims: list[ClaimRow] = []
    claims_from: Origin = NOWHERE
    documents: list[DocumentRow] = []
    documents_from: Origin = NOWHERE

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True, shows=(Topic.POLICIES,))
    async def load(self) -> None:
        self.shown = ""
        await self._look()

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        locator = self._last_of_path()
        found = await self._ask(detail.policy, locator=locator)
        if found is not None and await self._load_sections(locator, found.row.effective):
            self._show_origin(await self._ask(bound.bound_from, policy=locator))
            self._show(found)

    def _show_origin(self, found: bound.BoundFrom | None) -> None:
        self.submission_href = f"/submissions/{found.submission}" if found else ""
        self.submission_number = found.number if found else ""
        self.binder_href = f"/files/{found.binder}?of=submission:{found.submission}" if found and found.binder else ""

    async def _load_sections(self, locator: str, term: date) -> bool:
        """What other feeds say of the policy; whether all of it could be had."""
        owed = await self._ask(billing.of_policy, locator=locator, count=MOST_ROWS)
        reported = await self._ask(claims.of_policy, locator=locator, count=MOST_ROWS) if owed else None
        filed = await self._ask(documents.of_policy, locator=locator, count=MOST_ROWS) if reported else None
        if owed is None or reported is None or filed is None:
            return False
        self._show_billing(owed, term)
        self.claims, self.claims_from = [sections.claim_row(each) for each in reported.lines], self._origin(reported)
        self.documents = [sections.document_row(each, term) for each in filed.lines]
        self.documents_from = self._origin(filed)
        return True

    def _show_billing(self, owed: Section[BillingLine], term: date) -> None:
        """That of the shown term, or of the policy as a whole, stands apart from the others."""
        first = owed.lines[:1] if owed.lines and owed.lines[0].term_effective in (term, None) else ()
        self.billing = sections.billing_row(first[0]) if first else NO_BILLING
        self.other_billing = [sections.billing_row(each) for each in owed.lines[len(first) :]]
        self.billing_from = self._origin(owed)

    def _origin(self, found: Section[Any]) -> Origin:
        return sections.origin(found, self._zone(), self._now())

    def _show(self, found: PolicyDetail) -> None:
        today = self._now().astimezone(self._zone()).date()
        self.shown, self.policy = found.row.locator, policy_line(found.row)
        self.account_href = f"/accounts/{found.row.account_locator}"
        self.description = found.description
        self.producer_name, self.producer_code = found.producer, found.producer_code
        self.code_of_record = found.code_of_record if found.code_of_record != found.producer_code else ""
        self.insured_names, self.mailing_address = list(found.insured_names), list(found.mailing_address)
        self.contact_email, self.contact_phone = found.email, told_phone(found.phone)
        self.coverages = [_cover(each) for each in found.coverages]
        self.vehicles = [Car(each.vin, each.description) for each in found.vehicles]
        self.locations = list(found.locations)
        self.terms = [_term(each) for each in found.terms]
        self.history = [self._event(number, each) for number, each in enumerate(found.history)]
        self.covers_priced = any(each.premium is not None for each in found.coverages)
        self._show_term(found, today)
        self.feed, self.as_of = found.feed, self._moment(found.as_of)
        self.stale = wording.is_stale(found.as_of, self._now())

    def _show_term(self, found: PolicyDetail, today: date) -> None:
        row = found.row
        self.term_title = "Current term" if row.effective <= today < row.expiration else "Term"
        self.term_sentence, self.term_share = way_through(row.effective, row.expiration, today)
        self.term_runs = self.term_title == "Current term" and row.status is not PolicyStatus.CANCELLED
        if row.status is PolicyStatus.CANCELLED:
            ends = [
                entry.effective_at.astimezone(self._zone()).date()
                for entry in found.history
                if entry.kind is TransactionKind.CANCELLATION and entry.term_effective == row.effective
            ]
            self.term_sentence = f"Cancelled on {wording.day(ends[0])}" if ends else "Cancelled"

    def _event(self, number: int, entry: HistoryEntry) -> Event:
        return Event(
            key=str(number),
            title=entry.kind.label,
            on=wording.day(entry.effective_at.astimezone(self._zone()).date()),
            term=wording.day(entry.term_effective),
            origin=entry.origin.value,
            learned=self._moment(entry.known_at),
            changes=list(entry.changes),
        )


def way_through(effective: date, expiration: date, today: date) -> tuple[str, int]:
    """How far a term has run, in words and in percent."""
    if today < effective:
        return f"Begins in {wording.count((effective - today).days, 'day')}", 0
    if today >= expiration:
        gone = (today - expiration).days
        return (f"Ended {wording.count(gone, 'day')} ago" if gone else "Ends today"), 100
    left = (expiration - today).days
    return f"{wording.count(left, 'day')} left in this term", round(
        100 * (today - effective).days / (expiration - effective).days
    )


def _cover(each: CoverageLine) -> Cover:
    return Cover(each.name, each.limit, each.deductible, wording.money(each.premium))


def _term(each: TermLine) -> TermRow:
    return TermRow(
        each.number,
        wording.day(each.effective),
        wording.day(each.expiration),
        wording.money(each.premium),
        each.status.label,
    )
