"""The order of the ledger without a database: whatever is issued when, it comes to what its places say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from portal_app.models.enums import Origin, PolicyStatus, TransactionKind, TransactionState
from portal_app.services.errors import Conflict
from portal_app.services.ledger.order import Arrangement, arrange, goes_before, issued, place, rearranged
from portal_app.services.ledger.returning import Linked, ended_by, fell_with
from portal_app.services.ledger.rules import check_sequence
from portal_app.services.ledger.segments import segments
from portal_app.services.sync.ledger import start_of
from portal_app.services.sync.projection import Entry, add, carries, fold, preceding
from tests.services.ledger.conftest import CANCELLATION, CHANGE, REINSTATEMENT, RENEWAL, asked, at

NEW_YORK = ZoneInfo("America/New_York")
TERMS = (date(2025, 6, 1), date(2026, 6, 1), date(2027, 6, 1))
FED = {"number": "A", "premium": "10.00", "producer_code": "HL-1"}
ISSUED = TransactionState.ISSUED


def begun(term: date, origin: Origin, **changes: Any) -> Entry:
    days = {"effective": term.isoformat(), "expiration": term.replace(year=term.year + 1).isoformat()}
    kind = TransactionKind.ISSUANCE if term == TERMS[0] else RENEWAL
    return Entry(ISSUED, origin, term, days | changes, kind, (), start_of(term, NEW_YORK))


class Book:
    """A ledger in memory: rows get ids as they are written, and those that are applied again leave their old row."""

    def __init__(self) -> None:
        self.rows: list[Entry] = []
        self.reapplies: dict[int, int] = {}
        self.reversed_by: dict[int, int] = {}

    def arranged(self, entry: Entry, *, whole: bool) -> Arrangement:
        return arrange(self.issued, [entry], whole=whole)

    def write(self, entry: Entry, *, whole: bool) -> None:
        arrangement, cause = self.arranged(entry, whole=whole), 0
        for given, applied in arrangement.written:
            number = len(self.rows) + 1
            if given.id is None:
                cause = number
            else:
                self.reapplies[number] = given.id
            self.rows.append(replace(applied, id=number, age=given.age or given.id))
        for each in arrangement.overtaken:
            assert each.id is not None
            self.rows[each.id - 1] = replace(each, state=TransactionState.REVERSED)
            self.reversed_by[each.id] = cause

    @property
    def issued(self) -> list[Entry]:
        return issued(self.rows)


class CancelledBook(Book):
    """One of which a cancellation takes renewals, and a reinstatement brings them back."""

    def arranged(self, entry: Entry, *, whole: bool) -> Arrangement:
        ended = ended_by(entry, self.issued)
        links = [(each.id or 0, each) for each in self.rows]
        found = [Linked(each, self.reapplies.get(number), self.reversed_by.get(number)) for number, each in links]
        return rearranged(self.issued, [entry], back=fell_with(found, ended) if ended else [], whole=whole)


codes = st.sampled_from(["HL-1", "HL-2", "HL-3"])
instructions = st.one_of(
    codes.map(lambda code: asked(setProducerCode=code)),
    codes.map(lambda code: asked(setProducerCodeOfRecord=code)),
    st.just(asked(clearProducerCode=True)),
    st.just(asked(revertProducerCodeOfRecord=True)),
)
moments = st.integers(0, 700).map(lambda day: start_of(TERMS[0], NEW_YORK) + timedelta(days=day))


def term_at(moment: datetime, terms: Sequence[date]) -> date:
    return max(term for term in terms if start_of(term, NEW_YORK) <= moment)


class Portal(RuleBasedStateMachine):
    """People draft, and issue in any order: changes of the first two terms, and renewals."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()
        self.deeds: list[Entry] = []
        self.drafts: list[Entry] = []
        self.renewed = [TERMS[0]]
        self.issue_at_once(begun(TERMS[0], Origin.FEED, **FED))

    @rule(moment=moments, given=st.lists(instructions, min_size=1, max_size=2))
    def draft(self, moment: datetime, given: list[dict[str, Any]]) -> None:
        term = term_at(moment, self.renewed)
        entry = Entry(TransactionState.DRAFT, Origin.PORTAL, term, {}, CHANGE, given, moment)
        self.book.rows.append(replace(entry, id=len(self.book.rows) + 1))
        self.drafts.append(self.book.rows[-1])

    @rule(given=st.lists(instructions, max_size=1))
    def renew(self, given: list[dict[str, Any]]) -> None:
        if len(self.renewed) < len(TERMS):
            term = TERMS[len(self.renewed)]
            self.issue_at_once(replace(begun(term, Origin.PORTAL), instructions=given))
            self.renewed.append(term)

    def issue_at_once(self, entry: Entry) -> None:
        self.deeds.append(replace(entry, age=len(self.book.rows) + 1))
        self.book.write(self.deeds[-1], whole=True)

    @rule(data=st.data())
    def issue(self, data: st.DataObject) -> None:
        if self.drafts:
            draft = self.drafts.pop(data.draw(st.integers(0, len(self.drafts) - 1)))
            self.deeds.append(replace(draft, state=ISSUED, id=None, age=draft.id))
            self.book.write(self.deeds[-1], whole=True)

    @invariant()
    def ids_are_in_the_order_of_effect_and_age(self) -> None:
        places = [place(each) for each in self.book.issued]
        assert places == sorted(places)

    @invariant()
    def it_is_what_issuing_in_order_comes_to(self) -> None:
        in_order = sorted(self.deeds, key=place)
        assert [each.age for each in self.book.issued] == [each.age for each in in_order], "each counts once"
        plain: dict[date, Any] = {}
        for number, deed in enumerate(in_order, 1):
            add(plain, deed)
            until = deed.effective_at
            assert until is not None
            if in_order[number:] and in_order[number].effective_at == until:
                continue
            by_then = [
                each for each in self.book.issued if each.effective_at is not None and each.effective_at <= until
            ]
            assert fold(by_then) == plain
            for term, found in plain.items():
                parts = [each for each in segments(self.book.issued, term, NEW_YORK) if each.begins_at <= until]
                assert parts[-1].term.producer_info == found.producer_info

    @invariant()
    def what_is_issued_is_never_changed(self) -> None:
        kept = [each for each in self.book.rows if each.state is not TransactionState.DRAFT]
        assert all(each.changes == {} or each.kind is not CHANGE for each in kept)


class Cancelling(RuleBasedStateMachine):
    """People renew, cancel, reinstate and change in any order; what fits no more is not issued."""

    def __init__(self) -> None:
        super().__init__()
        self.book = CancelledBook()
        self.book.write(begun(TERMS[0], Origin.FEED, **FED), whole=True)
        self.deeds = list(self.book.issued)

    @rule(given=st.lists(instructions, max_size=1))
    def renew(self, given: list[dict[str, Any]]) -> None:
        last = max(fold(self.book.issued))
        if last != TERMS[-1]:
            self.issue(replace(begun(TERMS[TERMS.index(last) + 1], Origin.PORTAL, status="active"), instructions=given))

    @rule(
        moment=moments,
        deed=st.sampled_from([(CANCELLATION, "cancelled"), (REINSTATEMENT, "active"), (CHANGE, None)]),
        given=instructions,
    )
    def act(self, moment: datetime, deed: tuple[TransactionKind, str | None], given: dict[str, Any]) -> None:
        kind, status = deed
        term = term_at(moment, list(fold(self.book.issued)))
        if moment >= start_of(term.replace(year=term.year + 1), NEW_YORK):
            return
        changes = {"status": status} if status else {}
        self.issue(Entry(ISSUED, Origin.PORTAL, term, changes, kind, [given], moment))

    def issue(self, entry: Entry) -> None:
        """Issue it where it fits, as the service does."""
        entry = replace(entry, age=len(self.book.rows) + 1)
        before = self.book.issued
        after = self.book.arranged(entry, whole=True).ledger
        try:
            check_sequence(before, after)
        except Conflict:
            return
        self.book.write(entry, whole=True)
        self.deeds.append(entry)

    @invariant()
    def it_is_what_issuing_in_order_comes_to(self) -> None:
        plain: dict[date, Any] = {}
        for each in sorted(self.deeds, key=place):
            before = preceding(plain, each.term_effective)
            fell = carries(each) and before is not None and before.status is PolicyStatus.CANCELLED
            # A cancelled term is not renewed, and on a term that was not begun nothing is issued.
            if not plain or each.term_effective in plain or (carries(each) and not fell):
                add(plain, each)
        assert fold(self.book.issued) == plain


class FeedAndPortal(RuleBasedStateMachine):
    """A feed states fields of one term at any moment while people change its producers and cancel it."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()
        self.book.write(begun(TERMS[0], Origin.FEED, **FED), whole=False)
        self.book.write(begun(TERMS[1], Origin.PORTAL), whole=True)
        self.last: dict[str, str] = {"number": "A", "premium": "10.00", "status": "active"}

    @rule(
        moment=st.integers(0, 364).map(lambda day: start_of(TERMS[0], NEW_YORK) + timedelta(days=day)),
        said=st.dictionaries(
            st.sampled_from(["number", "premium", "status"]), st.sampled_from(["1.00", "2.00"]), min_size=1
        ),
    )
    def feed(self, moment: datetime, said: dict[str, str]) -> None:
        stated = {name: "cancelled" if name == "status" else value for name, value in said.items()}
        self.last |= stated
        self.book.write(Entry(ISSUED, Origin.FEED, TERMS[0], stated, CHANGE, (), moment), whole=False)

    @rule(day=st.integers(0, 364), given=instructions)
    def change(self, day: int, given: dict[str, Any]) -> None:
        moment = start_of(TERMS[0], NEW_YORK) + timedelta(days=day)
        self.book.write(Entry(ISSUED, Origin.PORTAL, TERMS[0], {}, CHANGE, [given], moment), whole=True)

    @invariant()
    def the_feeds_last_word_holds(self) -> None:
        term = fold(self.book.issued)[TERMS[0]]
        assert {name: term.fields[name] for name in self.last} == self.last

    @invariant()
    def a_renewal_carries_what_the_term_before_is_now(self) -> None:
        terms = fold(self.book.issued)
        before, after = terms[TERMS[0]], terms[TERMS[1]]
        assert (after.fields["premium"], after.fields["producer_code"]) == (
            before.fields["premium"],
            before.fields["producer_code"],
        )
        assert after.code_of_record == after.fields["producer_code"]

    @invariant()
    def each_term_is_in_order(self) -> None:
        for term in TERMS:
            places = [place(each) for each in self.book.issued if each.term_effective == term]
            assert places == sorted(places)


@pytest.mark.criterion("LEDGER-30")
@pytest.mark.parametrize("machine", [Portal, Cancelling, FeedAndPortal])
def test_whatever_is_issued_when_comes_to_what_its_places_say(machine: type[RuleBasedStateMachine]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=60, stateful_step_count=25))


@pytest.mark.criterion("LEDGER-30")
def test_of_two_at_the_same_moment_the_one_created_earlier_goes_first() -> None:
    book = Book()
    book.write(begun(TERMS[0], Origin.FEED, **FED), whole=True)
    moment = at(2025, 9, 1)
    first, second = (
        Entry(ISSUED, Origin.PORTAL, TERMS[0], {}, CHANGE, [asked(setProducerCode=code)], moment, age=age)
        for code, age in (("HL-2", 10), ("HL-3", 11))
    )
    for entry in (second, first):
        book.write(entry, whole=True)
    assert fold(book.issued)[TERMS[0]].fields["producer_code"] == "HL-3"


@pytest.mark.criterion("LEDGER-33")
def test_what_a_feed_says_early_is_taken_out_of_what_comes_later() -> None:
    book = Book()
    book.write(begun(TERMS[0], Origin.FEED, **FED), whole=False)
    later = Entry(ISSUED, Origin.PORTAL, TERMS[0], {"status": "cancelled"}, CANCELLATION, (), at(2025, 12, 1))
    book.write(replace(later, instructions=[asked(setProducerCode="HL-2")]), whole=True)
    early = Entry(ISSUED, Origin.FEED, TERMS[0], {"status": "pending"}, CHANGE, (), at(2025, 10, 1))
    assert goes_before(early, book.issued)
    book.write(early, whole=False)

    *_, again = book.issued
    assert (again.kind, again.changes, again.age) == (CANCELLATION, {}, 2)
    term = fold(book.issued)[TERMS[0]]
    assert (term.fields["status"], term.fields["producer_code"]) == ("pending", "HL-2")
    check_sequence([], book.issued)


@pytest.mark.criterion("LEDGER-33")
def test_terms_that_borrow_nothing_stay_where_they_are() -> None:
    book = Book()
    for term in (TERMS[1], TERMS[0]):
        book.write(begun(term, Origin.FEED, **FED), whole=False)
    assert [each.state for each in book.rows] == [ISSUED, ISSUED]
    book.write(Entry(ISSUED, Origin.FEED, TERMS[0], {"premium": "7.00"}, CHANGE, (), at(2025, 7, 1)), whole=False)
    assert [each.state for each in book.rows] == [ISSUED] * 3
    assert not any(map(carries, book.rows))
