"""Whatever is done in whatever order: a lifecycle never leaves its table, and the tree never has a loop."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from portal_app.models.enums import ProducerState
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, InvalidData
from portal_app.services.producers import change, create
from portal_app.services.producers.change import CodeChanges, ProducerChanges
from portal_app.services.producers.create import NumberFailed
from portal_app.services.producers.lifecycle import TRANSITIONS, Step
from tests.databases import opened
from tests.services.producers.acting import ADMIN
from tests.services.producers.configured import SEED, with_configuration
from tests.services.producers.test_lifecycle import VERBS
from tests.world import Clock, make_door

State = ProducerState
ENDS = (State.RETIRED, State.DISCARDED)


class Registry(RuleBasedStateMachine):
    """Producers and codes, and beside them what the table says of each."""

    producers: Bundle[str] = Bundle("producers")
    codes: Bundle[str] = Bundle("codes")
    migrated: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.migrated, self.folder / "portal.db")
        database = opened(f"sqlite:///{self.folder / 'portal.db'}")
        self.door: Door = with_configuration(make_door(database, self.folder, Clock()), SEED)
        self.states: dict[str, State] = {}
        self.above: dict[str, str] = {}
        self.given: dict[str, str] = {}
        self.holders: dict[str, str] = {}

    def teardown(self) -> None:
        self.door.close()
        shutil.rmtree(self.folder)

    @initialize(target=producers)
    def first(self) -> str:
        return self.create(parent="")

    @rule(target=producers, parent=producers | st.just(""))
    def create(self, parent: str) -> str:
        given: dict[str, Any] = {"type": "Free", "parent_locator": parent}
        try:
            made = self.door.run(create.create_producer, ADMIN, **given)
        except InvalidData:
            assert self.states[parent] in ENDS
            return parent
        self.states[made.locator], self.above[made.locator] = State.DRAFT, parent
        return made.locator

    @rule(target=codes, owner=producers)
    def number(self, owner: str) -> str:
        try:
            made = self.door.run(create.create_code, ADMIN, producer_locator=owner, type="ExampleProducerCode")
        except InvalidData:
            assert self.states[owner] in ENDS
            return ""
        assert not isinstance(made, NumberFailed)
        assert made.code not in self.given.values()
        self.states[made.locator], self.given[made.locator] = State.DRAFT, made.code or ""
        self.holders[made.locator] = owner
        return made.locator

    @rule(who=producers, below=producers | st.just(""))
    def move(self, who: str, below: str) -> None:
        try:
            changes = ProducerChanges(parent_locator=below)
            self.door.run(change.change_producer, ADMIN, locator=who, changes=changes)
        except Conflict:
            assert self.states[who] in ENDS
        except InvalidData:
            assert self.states[below] in ENDS or who in self.line(below)
        else:
            self.above[who] = below

    @rule(what=codes.filter(bool), to=producers)
    def hand_over(self, what: str, to: str) -> None:
        try:
            self.door.run(change.change_code, ADMIN, locator=what, changes=CodeChanges(producer_locator=to))
        except Conflict:
            assert self.states[what] in ENDS
        except InvalidData:
            assert self.states[to] in ENDS
        else:
            self.holders[what] = to

    @rule(who=producers, step=st.sampled_from(Step))
    def step_producer(self, who: str, step: Step) -> None:
        self.step("producer", who, step)

    @rule(what=codes.filter(bool), step=st.sampled_from(Step))
    def step_code(self, what: str, step: Step) -> None:
        self.step("code", what, step)

    def step(self, noun: str, locator: str, step: Step) -> None:
        allowed = self.states[locator] in TRANSITIONS[step].sources
        if (noun, step) == ("code", Step.VALIDATE):
            allowed = allowed and self.states[self.holders[locator]] not in ENDS
        try:
            self.door.run(VERBS[f"{noun} {step.value}"], ADMIN, locator=locator)
        except Conflict:
            assert not allowed
        else:
            assert allowed
            self.states[locator] = TRANSITIONS[step].target

    def line(self, locator: str) -> list[str]:
        """The producer and everybody over it."""
        found: list[str] = []
        while locator and locator not in found:
            found.append(locator)
            locator = self.above[locator]
        return found

    @invariant()
    def everything_is_as_the_table_says(self) -> None:
        with self.door.database.read() as db:
            rows = db.execute(select(Producer.locator, Producer.state)).all()
            rows += db.execute(select(ProducerCode.locator, ProducerCode.state)).all()
            codes = dict(db.execute(select(ProducerCode.locator, ProducerCode.code)).all())
        assert dict(map(tuple, rows)) == self.states
        assert codes == self.given

    @invariant()
    def there_is_no_loop(self) -> None:
        with self.door.database.read() as db:
            parents = dict(db.execute(select(Producer.id, Producer.parent_id)).all())
        for start in parents:
            steps, at = 0, start
            while (at := parents.get(at)) is not None:
                steps += 1
                assert steps <= len(parents)


@pytest.mark.criterion("PROD-08")
@pytest.mark.criterion("PROD-12")
def test_whatever_is_done_the_table_and_the_tree_hold(empty_sqlite: Path) -> None:
    Registry.migrated = empty_sqlite
    run_state_machine_as_test(Registry, settings=settings(max_examples=25, stateful_step_count=25, deadline=None))
