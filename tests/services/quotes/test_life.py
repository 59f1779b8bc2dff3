"""A quote's table of transitions: as it is written down, and after whatever is done."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from portal_app.models.enums import FlagCause, FlagLevel, ProducerState, QuoteState
from portal_app.models.quotes import UnderwritingFlag
from portal_app.services.errors import Conflict
from portal_app.services.quotes import drafts, find
from portal_app.services.quotes.lifecycle import FINAL, TRANSITIONS, Step, can_flag, can_step, check_step
from portal_app.services.underwriting import flags, requests
from tests.databases import opened
from tests.services.quotes import states_document
from tests.services.quotes.acting import put, quote
from tests.world import Clock, build_agency, make_door

State = QuoteState


@pytest.mark.criterion("QUOTE-04")
def test_the_table_says_what_was_agreed() -> None:
    open_states = {State.DRAFT, State.UNDERWRITTEN, State.BLOCKED, State.DECLINED}
    assert {before for before, step in TRANSITIONS if step is Step.DISCARD} == open_states
    assert {before for before, step in TRANSITIONS if step is Step.RESET} == open_states - {State.DRAFT}
    assert [before for before, step in TRANSITIONS if step in (Step.UPDATE, Step.UNDERWRITE)] == [State.DRAFT] * 2
    assert set(FINAL) == {State.REJECTED, State.DISCARDED}
    for state in State:
        for step in Step:
            if not can_step(state, step):
                with pytest.raises(Conflict, match=f"This quote is {state.label.lower()}"):
                    check_step(state, step)
    assert states_document.PLACE.read_text(encoding="utf-8") == states_document.text()


class Desk(RuleBasedStateMachine):
    """One quote, what is done with it, and beside it what the table says."""

    migrated: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.migrated, self.folder / "portal.db")
        self.door = make_door(opened(f"sqlite:///{self.folder / 'portal.db'}"), self.folder, Clock())
        with self.door.database.write() as db:
            self.agency = build_agency(db)
        self.person = self.agency.principal()
        self.locator = quote(self.door, self.agency).locator
        self.state, self.code = State.DRAFT, "HL-maya"
        self.suspended: set[str] = set()
        self.let_through: set[str] = set()
        self.by_hand: dict[str, FlagLevel] = {}

    def teardown(self) -> None:
        self.door.close()
        shutil.rmtree(self.folder)

    @rule(code=st.sampled_from(["HL-maya", "HL-daniel"]), state=st.sampled_from(["validated", "suspended"]))
    def suspend(self, code: str, state: str) -> None:
        put(self.door, self.agency.codes[code.removeprefix("HL-")], ProducerState(state))
        (self.suspended.add if state == "suspended" else self.suspended.discard)(code)

    @rule(code=st.sampled_from(["HL-maya", "HL-daniel", None]))
    def carry(self, code: str | None) -> None:
        given = {"producer_code": code}
        if self.allowed(Step.UPDATE, drafts.update, given=given):
            self.code = code or ""

    @rule()
    def underwrite(self) -> None:
        if self.allowed(Step.UNDERWRITE, requests.underwrite_quote):
            self.state = self.expected()

    @rule(step=st.sampled_from([Step.RESET, Step.DISCARD]))
    def go(self, step: Step) -> None:
        if self.allowed(step, drafts.reset if step is Step.RESET else drafts.discard):
            (self.state,) = TRANSITIONS.get((self.state, step), (self.state,))

    @rule(level=st.sampled_from(FlagLevel))
    def flag(self, level: FlagLevel) -> None:
        try:
            added = self.door.run(flags.add_to_quote, self.person, locator=self.locator, level=level, tag="x")
        except Conflict:
            assert not can_flag(self.state)
        else:
            assert can_flag(self.state)
            self.by_hand[added.locator] = level

    @rule(choice=st.integers(0, 9))
    def remove(self, choice: int) -> None:
        there = self.door.run(flags.of_a_quote, self.person, locator=self.locator)
        standing = [each for each in there if each.removed_at is None]
        if not standing:
            return
        chosen = standing[choice % len(standing)]
        try:
            self.door.run(flags.remove, self.person, locator=chosen.locator)
        except Conflict:
            assert not can_flag(self.state)
            return
        assert can_flag(self.state)
        if chosen.cause is FlagCause.PRODUCER:
            self.let_through.add(chosen.producer_code)
        self.by_hand.pop(chosen.locator, None)

    def allowed(self, step: Step, service: object, **given: object) -> bool:
        try:
            self.door.run(service, self.person, locator=self.locator, **given)  # type: ignore[arg-type]
        except Conflict:
            assert (self.state, step) not in TRANSITIONS
            return False
        assert (self.state, step) in TRANSITIONS
        return True

    def expected(self) -> QuoteState:
        """What the requirements say, in other words than the code's."""
        if self.code in self.suspended - self.let_through:
            return State.DRAFT
        rejected = False
        for level in self.by_hand.values():
            if level is FlagLevel.REJECT:
                rejected = True
            if level is FlagLevel.APPROVE:
                return State.REJECTED if rejected else State.UNDERWRITTEN
        for level, state in (
            (FlagLevel.REJECT, State.REJECTED),
            (FlagLevel.DECLINE, State.DECLINED),
            (FlagLevel.BLOCK, State.BLOCKED),
        ):
            if level in self.by_hand.values():
                return state
        return State.UNDERWRITTEN

    @invariant()
    def it_is_as_the_table_says(self) -> None:
        found = self.door.run(find.quote, self.person, locator=self.locator)
        assert (found.state, found.producer_code) == (self.state, self.code)
        assert (found.underwritten_at is not None) >= (self.state is State.UNDERWRITTEN)

    @invariant()
    def each_code_is_flagged_once_at_most(self) -> None:
        flag = UnderwritingFlag
        with self.door.database.read() as db:
            counts = select(func.count()).where(flag.cause == FlagCause.PRODUCER).group_by(flag.producer_code)
            assert set(db.scalars(counts)) <= {1}


@pytest.mark.criterion("QUOTE-04")
@pytest.mark.criterion("UW-03")
def test_whatever_is_done_the_table_holds(empty_sqlite: Path) -> None:
    Desk.migrated = empty_sqlite
    run_state_machine_as_test(Desk, settings=settings(max_examples=20, stateful_step_count=20, deadline=None))
