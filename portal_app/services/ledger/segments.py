"""The segments of a term: from each moment at which a transaction takes effect to the next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal_app.services.ledger.rules import ends
from portal_app.services.sync.projection import Entry, Term, Terms, add, fold


@dataclass(frozen=True, slots=True)
class Part:
    """What a term is from one moment to another, and the transaction from which that stems."""

    begins_at: datetime
    ends_at: datetime
    term: Term
    entry: Entry


def segments(ledger: Sequence[Entry], term: date, zone: ZoneInfo) -> list[Part]:
    """The segments of a term by its issued transactions, which come in the order of their ids."""
    its = [each for each in ledger if each.term_effective == term and each.effective_at is not None]
    moments = sorted({each.effective_at for each in its if each.effective_at})
    if not moments:
        return []
    states = _in_order(ledger, term) if _is_in_order(its) else _each(ledger, term, moments)
    over = ends(states[moments[-1]][0], zone)
    until = [*moments[1:], max(over, moments[-1])]
    return [Part(begins, end, *states[begins]) for begins, end in zip(moments, until, strict=True)]


State = tuple[Term, Entry]


def _is_in_order(its: Sequence[Entry]) -> bool:
    moments = [each.effective_at for each in its if each.effective_at]
    return moments == sorted(moments)


def _in_order(ledger: Sequence[Entry], term: date) -> dict[datetime, State]:
    states: dict[datetime, State] = {}
    terms: Terms = {}
    for entry in ledger:
        add(terms, entry)
        if entry.term_effective == term and entry.effective_at is not None:
            states[entry.effective_at] = terms[term], entry
    return states


def _each(ledger: Sequence[Entry], term: date, moments: Sequence[datetime]) -> dict[datetime, State]:
    """Where transactions that were written before the ledger was kept in order stand in another one."""
    states = {}
    for moment in moments:
        by_then = [each for each in ledger if each.effective_at is None or each.effective_at <= moment]
        last = next(each for each in reversed(by_then) if each.term_effective == term)
        states[moment] = fold(by_then)[term], last
    return states


def code_from(ledger: Sequence[Entry], entry: Entry, zone: ZoneInfo) -> str:
    """The producer code that the term has from the moment at which the transaction takes effect; empty for none."""
    parts = segments(ledger, entry.term_effective, zone)
    since = [each for each in parts if entry.effective_at is None or each.begins_at >= entry.effective_at]
    return since[0].term.producer_info.producer_code if since else ""
