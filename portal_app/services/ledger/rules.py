"""What may become of a transaction, and when one may take effect. `check_…` raises, `can_…` answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal_app.models.enums import Origin, PolicyStatus, TransactionKind, TransactionState
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.sync.ledger import start_of
from portal_app.services.sync.projection import Entry, Term, Terms, add, carries, fold, preceding

ACTIVE, CANCELLED = PolicyStatus.ACTIVE, PolicyStatus.CANCELLED
WHEN = "effective_time"
LONGEST_GAP_DAYS = 366


class Act(StrEnum):
    """What is done to a transaction. Only another one that is issued before it reverses it."""

    UPDATE = "update"
    UNDERWRITE = "underwrite"
    ISSUE = "issue"
    DISCARD = "discard"
    REVERSE = "reverse"


TRANSITIONS: dict[tuple[TransactionState, Act], TransactionState] = {
    (TransactionState.DRAFT, Act.UPDATE): TransactionState.DRAFT,
    (TransactionState.DRAFT, Act.UNDERWRITE): TransactionState.DRAFT,
    (TransactionState.DRAFT, Act.ISSUE): TransactionState.ISSUED,
    (TransactionState.DRAFT, Act.DISCARD): TransactionState.DISCARDED,
    (TransactionState.ISSUED, Act.REVERSE): TransactionState.REVERSED,
}


def can_act(state: TransactionState, act: Act) -> bool:
    return (state, act) in TRANSITIONS


def check_act(state: TransactionState, act: Act) -> None:
    """Raises Conflict where a transaction in this state does not allow it."""
    if not can_act(state, act):
        done = {
            TransactionState.ISSUED: "has been issued",
            TransactionState.REVERSED: "has been issued, and reversed since",
            TransactionState.DISCARDED: "has been discarded",
        }.get(state, "is a draft")
        raise Conflict(f"This transaction {done}. Only a draft can be changed, underwritten, issued or discarded.")


@dataclass(frozen=True, slots=True)
class Aim:
    """The term that a transaction is about, when it takes effect, and which fields it sets by its kind alone."""

    term: date
    effective_at: datetime
    changes: dict[str, str]


def check_aim(kind: TransactionKind, ledger: Sequence[Entry], at: datetime | None, zone: ZoneInfo) -> Aim:
    """Where a transaction of this kind belongs that takes effect `at` that moment; a renewal without one at the end of
    the last term. Raises Invalid where it belongs nowhere, Conflict where the policy has no transaction yet."""
    terms = fold(ledger)
    if not terms:
        raise Conflict("Nothing has been issued on this policy yet that could be changed.")
    if kind is TransactionKind.RENEWAL:
        return _renewing(terms[max(terms)], at, zone)
    if at is None:
        raise Invalid({WHEN: "Say when it takes effect."})
    around = [term for term in terms.values() if start_of(term.effective, zone) <= at < ends(term, zone)]
    if not around:
        raise Invalid({WHEN: "No term of the policy is in force at that moment."})
    term = max(around, key=lambda each: each.effective)
    by_then = fold(each for each in ledger if each.effective_at is None or each.effective_at <= at)
    standing = by_then[term.effective].status
    if kind is TransactionKind.CANCELLATION and standing is not ACTIVE:
        raise Invalid({WHEN: f"Only an active term is cancelled; at that moment it is {standing.label.lower()}."})
    if kind is TransactionKind.REINSTATEMENT and standing is not CANCELLED:
        raise Invalid({WHEN: f"Only a cancelled term is reinstated; at that moment it is {standing.label.lower()}."})
    sets = {TransactionKind.CANCELLATION: CANCELLED, TransactionKind.REINSTATEMENT: ACTIVE}.get(kind)
    return Aim(term.effective, at, {"status": sets.value} if sets else {})


def _renewing(last: Term, at: datetime | None, zone: ZoneInfo) -> Aim:
    at = at or ends(last, zone)
    if at < ends(last, zone):
        raise Invalid({WHEN: f"The last term lasts until {last.expiration.isoformat()}; a renewal comes after it."})
    day = at.astimezone(zone).date()
    if start_of(day, zone) != at:
        raise Invalid({WHEN: f"A term begins with a day where the agency is, such as {told(start_of(day, zone))}."})
    if (day - last.expiration).days > LONGEST_GAP_DAYS:
        raise Invalid({WHEN: "That is more than a year after the last term."})
    if last.status is CANCELLED:
        raise Invalid({WHEN: "The last term is cancelled. Reinstate it before it is renewed."})
    until = as_long(last, day)
    return Aim(day, at, {"effective": day.isoformat(), "expiration": until.isoformat(), "status": ACTIVE.value})


def as_long(term: Term, day: date) -> date:
    """Where a term from that day ends that lasts as long as another: in whole months where that one does. A year from
    February 29 ends on February 28 or March 1, as whoever wrote it has it."""
    between = 12 * (term.expiration.year - term.effective.year) + term.expiration.month - term.effective.month
    for months in (between, between - 1):
        first = _first_of(term.effective, months)
        last = _first_of(term.effective, months + 1) - timedelta(days=1)
        rolled = first + timedelta(days=term.effective.day - 1)
        of_whole_years = months % 12 == 0 and term.expiration == rolled
        if months > 0 and (of_whole_years or term.expiration == min(rolled, last)):
            last = _first_of(day, months + 1) - timedelta(days=1)
            return min(_first_of(day, months) + timedelta(days=day.day - 1), last)
    return day + (term.expiration - term.effective)


def _first_of(day: date, months: int) -> date:
    """The first day of the month that is so many months after that of a day."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def ends(term: Term, zone: ZoneInfo) -> datetime:
    """The moment at which the term is over."""
    return start_of(term.expiration, zone)


def told(moment: datetime) -> str:
    """2025-01-01T00:00:00Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def check_sequence(before: Iterable[Entry], after: Iterable[Entry]) -> None:
    """Raises Conflict where what people issued would not fit any more: a cancellation of what is not active by then, a
    reinstatement of what is not cancelled, a renewal of what is. What did not fit before is not held against it."""
    did_not_fit = {each.age or each.id for each in _misfits(before)}
    for entry in _misfits(after):
        if (entry.age or entry.id) not in did_not_fit:
            at = told(entry.effective_at) if entry.effective_at else ""
            raise Conflict(f"Then the {entry.kind.value} that takes effect at {at} would not be possible any more.")


def _misfits(entries: Iterable[Entry]) -> Iterable[Entry]:
    terms: Terms = {}
    for entry in entries:
        if entry.origin is Origin.PORTAL and not _fits(terms, entry):
            yield entry
        add(terms, entry)


def _fits(terms: Terms, entry: Entry) -> bool:
    term = terms.get(entry.term_effective)
    if carries(entry):
        before = preceding(terms, entry.term_effective)
        return term is not None or (before is not None and before.status is not CANCELLED)
    if term is None:
        return entry.kind is TransactionKind.ISSUANCE
    if "status" not in entry.changes:
        return True
    wanted = {TransactionKind.CANCELLATION: ACTIVE, TransactionKind.REINSTATEMENT: CANCELLED}.get(entry.kind)
    return wanted is None or term.status is wanted
