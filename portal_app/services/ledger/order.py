"""Where a transaction belongs among those of its policy, and which have to be applied again because of it. Pure.

Transactions count in the order in which they take effect; of two at the same moment the one that was created earlier
goes first. What comes before others reverses them, and they are applied again behind it. There the feed's last word on
its own fields has to hold: what is applied again leaves out the fields that a feed has stated since, at an earlier
moment of the same term. Producer codes that the portal gave are not left out, for those are the portal's own.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import inf
from typing import NamedTuple

from portal_app.models.enums import Origin, PolicyStatus, TransactionKind, TransactionState
from portal_app.services.sync.projection import BEGINS, BLANK, Entry, Terms, add, carries, fold, preceding

THE_PORTALS = frozenset({"producer_code"})
STATES = frozenset(BLANK)
CANCELLED = PolicyStatus.CANCELLED.value


class Written(NamedTuple):
    """A transaction to be written, as it was `given` and as it is applied in its place. One that has an id is there,
    and is applied again; one that was reversed comes back."""

    given: Entry
    entry: Entry

    @property
    def comes_back(self) -> bool:
        return self.given.state is TransactionState.REVERSED


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What becomes of a ledger: the issued transactions that stay, those to be written behind them, in order, and those
    that are reversed and not applied again."""

    stays: Sequence[Entry]
    written: Sequence[Written]
    falls: Sequence[Entry] = ()

    @property
    def ledger(self) -> list[Entry]:
        """The issued transactions as they will be."""
        return [*self.stays, *(each.entry for each in self.written)]

    def terms(self) -> Terms:
        return fold(self.ledger)

    @property
    def returns(self) -> list[Entry]:
        """What was reversed for good, and comes back."""
        return [each.given for each in self.written if each.comes_back]

    @property
    def overtaken(self) -> list[Entry]:
        """The issued transactions that are reversed, be they applied again or not."""
        again = (each.given for each in self.written if each.given.id is not None and not each.comes_back)
        return [*again, *self.falls]


def issued(ledger: Iterable[Entry]) -> list[Entry]:
    return [each for each in ledger if each.state is TransactionState.ISSUED]


def place(entry: Entry) -> tuple[datetime, float]:
    """What orders transactions: the moment of effect, then the age. What is not written yet is the youngest."""
    if entry.effective_at is None:
        raise ValueError("a transaction without a moment of effect has no place")
    age = entry.age or entry.id
    return entry.effective_at, inf if age is None else age


def goes_before(entry: Entry, there: Iterable[Entry]) -> bool:
    """Whether a feed's transaction that is said now comes before some of its own term, or before a renewal that
    carries its term forward."""
    return any(
        place(each) > place(entry) if each.term_effective == entry.term_effective else _carries_on(entry, each)
        for each in there
    )


def _carries_on(entry: Entry, later: Entry) -> bool:
    return later.term_effective > entry.term_effective and carries(later)


def arrange(
    there: Sequence[Entry], new: Sequence[Entry], *, whole: bool = False, touched: Collection[date] = ()
) -> Arrangement:
    """The ledger with the `new` transactions in their places, among which may be some that were reversed. `there` are
    the issued ones in the order of their ids.

    Terms that neither hold a new transaction nor carry one forward stay as they are, unless the `whole` of what takes
    effect later is to be applied again. Terms that were `touched` otherwise are carried forward anew.
    """
    said = [*there, *new]
    in_order = sorted(range(len(said)), key=lambda turn: (place(said[turn]), turn))
    stays: list[Entry] = []
    written: list[Written] = []
    moved: set[date] = set()
    seen: set[date] = set()
    for position, turn in enumerate(in_order):
        entry, term = said[turn], said[turn].term_effective
        before = max((each for each in seen if each < term), default=None)
        carried = carries(entry) and (before in moved or before in touched)
        seen.add(term)
        if turn < len(there) and not (term in moved or carried or (whole and moved)):
            stays.append(entry)
            continue
        moved.add(term)
        applied = _as_said_since(said, turn, in_order[:position])
        written.append(Written(entry, _counting(applied)))
    return Arrangement(sorted(stays, key=lambda each: each.id or 0), written)


def cancels(entry: Entry) -> bool:
    return entry.kind is TransactionKind.CANCELLATION or entry.changes.get("status") == CANCELLED


def reinstates(entry: Entry) -> bool:
    return entry.kind not in BEGINS and entry.changes.get("status", CANCELLED) != CANCELLED


def rearranged(
    there: Sequence[Entry], new: Sequence[Entry], *, back: Sequence[Entry] = (), whole: bool = False
) -> Arrangement:
    """What `arrange` makes of them, with what a cancellation among them takes with it, and with what comes `back`."""
    arrangement = arrange(there, [*back, *new], whole=whole)
    return with_renewals_fallen(arrangement) if back or any(map(cancels, new)) else arrangement


def with_renewals_fallen(arrangement: Arrangement) -> Arrangement:
    """The same where a cancellation is issued: renewals made in the portal that carried its term forward fall with it,
    and with them whatever was issued on their terms. A term on which the feed has spoken stays."""
    terms = fold(arrangement.stays)
    fed = {each.term_effective for each in arrangement.ledger if each.origin is Origin.FEED}
    kept: list[Written] = []
    falls: list[Entry] = []
    gone: set[date] = set()
    for each in arrangement.written:
        term = each.entry.term_effective
        if each.given.id is not None and carries(each.entry) and term not in fed and _carries_cancelled(terms, term):
            gone.add(term)
        if term in gone:
            falls.append(each.given)
        else:
            add(terms, each.entry)
            kept.append(each)
    return replace(arrangement, written=kept, falls=[each for each in falls if each.state is TransactionState.ISSUED])


def _carries_cancelled(terms: Terms, effective: date) -> bool:
    before = preceding(terms, effective)
    return effective not in terms and before is not None and before.status is PolicyStatus.CANCELLED


def _counting(entry: Entry) -> Entry:
    """The transaction as it counts again, where it was reversed."""
    return entry if entry.state is TransactionState.ISSUED else replace(entry, state=TransactionState.ISSUED)


def _as_said_since(said: Sequence[Entry], turn: int, before: Sequence[int]) -> Entry:
    """The transaction without what a feed stated of its term later, at an earlier moment."""
    entry = said[turn]
    stated: set[str] = set()
    for other in before:
        each = said[other]
        if other > turn and each.origin is Origin.FEED and each.term_effective == entry.term_effective:
            stated |= STATES if each.kind in BEGINS else each.changes.keys()
    if entry.origin is Origin.PORTAL:
        stated -= THE_PORTALS
    if not stated & entry.changes.keys():
        return entry
    return replace(entry, changes={name: value for name, value in entry.changes.items() if name not in stated})
