"""Transactions, terms and segments of a policy, as they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from portal_app.models.enums import TransactionState
from portal_app.models.policies import Policy
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import Conflict, NotFound
from portal_app.services.ledger import rows, views
from portal_app.services.ledger.draft_versions import draft_version
from portal_app.services.ledger.instructions import ProducerInfo, carried_out
from portal_app.services.ledger.order import arrange
from portal_app.services.ledger.rows import Stored
from portal_app.services.ledger.rules import Act, check_act
from portal_app.services.ledger.segments import Part, segments
from portal_app.services.policies.detail import find_policy
from portal_app.services.sync.projection import Entry, Term, Terms, add, carries, fold, preceding

MOST = 200
Locators = Mapping[int | None, str]


@reads(Permission.VIEW_OWN_ACCOUNTS)
def transactions(tx: Tx, *, policy: str, offset: int = 0, count: int = 50) -> views.Transactions:
    """A page of the policy's transactions, drafts and reversed ones among them, the newest first. Raises NotFound."""
    ledger = Ledger.of(tx, find_policy(tx, policy))
    start = max(offset, 0)
    page = ledger.found[::-1][start : start + min(max(count, 1), MOST)]
    told = tuple(ledger.told(tx, each) for each in page)
    return views.Transactions(told, len(ledger.found), rows.newest(ledger.found))


@reads(Permission.VIEW_OWN_ACCOUNTS)
def transaction(tx: Tx, *, locator: str) -> views.TransactionLine:
    """One transaction. Raises NotFound, also where its policy is not the actor's to see."""
    return told_of(tx, locator)


def told_of(tx: Tx, locator: str) -> views.TransactionLine:
    """The transaction as it is answered."""
    policy = tx.db.get_one(Policy, rows.find(tx, locator).policy_id)
    ledger = Ledger.of(tx, policy)
    return ledger.told(tx, next(each for each in ledger.found if each.row.locator == locator))


@reads(Permission.VIEW_OWN_ACCOUNTS)
def terms(tx: Tx, *, policy: str) -> views.Terms:
    """The policy's terms, the newest first. Raises NotFound."""
    found = rows.stored(tx, find_policy(tx, policy), TransactionState.ISSUED)
    folded = fold(rows.entries(found))
    lines = tuple(
        views.TermLine(effective, term.expiration, term.fields["number"], term.status, term.premium, term.producer_info)
        for effective, term in sorted(folded.items(), reverse=True)
    )
    return views.Terms(lines, rows.newest(found))


@reads(Permission.VIEW_OWN_ACCOUNTS)
def segments_of(tx: Tx, *, policy: str, term: date) -> tuple[views.Segment, ...]:
    """The segments of the term that begins on that day, the oldest first. Raises NotFound, also for a day on which no
    term begins."""
    ledger = Ledger.of(tx, find_policy(tx, policy))
    parts = segments(ledger.issued, term, tx.settings.zone)
    if not parts:
        raise NotFound("No term of this policy begins on that day.")
    return told_parts(parts, ledger.locators)


def told_parts(parts: Sequence[Part], locators: Locators) -> tuple[views.Segment, ...]:
    """Segments as they are answered."""
    return tuple(
        views.Segment(
            each.begins_at,
            each.ends_at,
            each.term.status,
            each.term.premium,
            each.term.producer_info,
            locators[each.entry.id],
        )
        for each in parts
    )


@dataclass(frozen=True, slots=True)
class Ledger:
    """A policy's transactions, all of them and the issued ones."""

    policy: Policy
    found: list[Stored]
    issued: list[Entry]
    locators: dict[int | None, str]

    @classmethod
    def of(cls, tx: Tx, policy: Policy) -> "Ledger":
        found = rows.stored(tx, policy)
        return cls(policy, found, rows.entries(found), {each.entry.id: str(each.row.locator) for each in found})

    def told(self, tx: Tx, stored: Stored) -> views.TransactionLine:
        """One of its transactions as it is answered."""
        entry, row = stored.entry, stored.row
        ledger, applied, locators = self._with(stored)
        parts = segments(ledger, entry.term_effective, tx.settings.zone)
        since = [each for each in parts if entry.effective_at is None or each.begins_at >= entry.effective_at]
        drafted = entry.state is TransactionState.DRAFT
        shown = since if entry.state in (TransactionState.DRAFT, TransactionState.ISSUED) else []
        return views.TransactionLine(
            locator=row.locator,
            policy=self.policy.locator,
            kind=entry.kind,
            state=entry.state,
            origin=entry.origin,
            term_effective=entry.term_effective,
            effective_at=row.effective_at,
            created_at=row.known_at,
            issued_at=row.issued_at,
            reversed_at=row.reversed_at,
            reversed_by=self.locators.get(row.reversed_by_id, "") if row.reversed_by_id else "",
            reapplies=self.locators.get(row.reapplies_id, "") if row.reapplies_id else "",
            draft_version=draft_version(row.effective_at, entry.instructions, row.seen) if drafted else "",
            instructions=tuple(dict(each) for each in entry.instructions),
            processed=processed(ledger, applied) if shown else (),
            segments=told_parts(shown, locators),
        )

    def would_be(self, tx: Tx, locator: str) -> tuple[Term, datetime]:
        """The term as a draft of this policy would leave it, and the moment at which that begins. Raises Conflict where
        it is no draft, or has no place in the ledger any more."""
        stored = next(each for each in self.found if each.row.locator == locator)
        check_act(stored.entry.state, Act.ISSUE)
        ledger, applied, _ = self._with(stored)
        parts = segments(ledger, applied.term_effective, tx.settings.zone)
        found = next((each for each in parts if each.begins_at == applied.effective_at), None)
        if found is None or applied not in ledger:
            raise Conflict("The policy's terms have changed since this was drafted. Draft it anew.")
        return found.term, found.begins_at

    def _with(self, stored: Stored) -> tuple[list[Entry], Entry, Locators]:
        """The issued transactions with this one among them, as it counts there. A draft is put into its place, where
        its term is still there."""
        entry = stored.entry
        has_place = carries(entry) or entry.term_effective in {each.term_effective for each in self.issued}
        if entry.state is not TransactionState.DRAFT or not has_place:
            return self.issued, entry, self.locators
        applied = issuable(entry)
        arrangement = arrange(self.issued, [applied], whole=True)
        ledger = [*arrangement.stays, *(each.entry for each in arrangement.written)]
        return ledger, applied, {**self.locators, None: str(stored.row.locator)}


def issuable(draft: Entry) -> Entry:
    """A draft as it will be issued: not written yet, and as old as it is."""
    return replace(draft, state=TransactionState.ISSUED, id=None, age=draft.age or draft.id)


def processed(ledger: Sequence[Entry], entry: Entry) -> tuple[dict[str, object], ...]:
    """The transaction's instructions as they come out in their place in the ledger."""
    by_then: Terms = {}
    for each in ledger:
        if each is entry:
            break
        add(by_then, each)
    term = by_then.get(entry.term_effective)
    carried = preceding(by_then, entry.term_effective) if term is None and carries(entry) else None
    before = term or carried
    info = before.producer_info if before else ProducerInfo("", "")
    if carried:
        info = ProducerInfo(info.producer_code, "")
    told = []
    for instruction in entry.instructions:
        info, done = carried_out(info, instruction)
        told.append(done)
    return tuple(told)
