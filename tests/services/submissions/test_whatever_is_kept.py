"""Whatever is answered, in any line: what can be sent is stored and read back equal, and judged as it was typed; what
validates is handed in, what does not is refused with its field named, and what is hidden is never asked for."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import ProducerState, SubmissionStatus
from portal_app.models.producers import ProducerCode
from portal_app.models.submissions import Submission, SubmissionAnswers
from portal_app.services.door import Door
from portal_app.services.errors import InvalidData
from portal_app.services.intake.forms import LINES, Answers, FieldType
from portal_app.services.intake.sheet import laid_out
from portal_app.services.intake.shipped import shipped_text
from portal_app.services.intake.validation import Problem, problems
from portal_app.services.submissions import answering, certifying, drafts
from portal_app.services.submissions.answering import Answered
from portal_app.services.submissions.certifying import NotComplete
from tests.services.intake.filled import RIGHT, TODAY
from tests.services.intake.test_whatever_is_answered import edited, edits, fitting, place_of
from tests.services.submissions.acting import LINE, Cast
from tests.world import NOW, Clock

CODE = "applicant.producer.producer_code"


@dataclass
class Draft:
    """A draft, with what was typed last of each group that could be sent."""

    door: Door
    cast: Cast
    begun: Answered
    typed: Answers
    refused: dict[str, list[str]] = field(default_factory=dict)

    def save(self, answers: Answers, order: list[str]) -> None:
        """Every group in which there is something else. What cannot be sent is named by its field, and leaves what
        was there."""
        versions = {key: each.version for key, each in self.read().groups.items()}
        for key in (each for each in order if answers.get(each, []) != self.typed[each]):
            asked: dict[str, Any] = {"path": key, "rows": answers.get(key, []), "version": versions.get(key, 0)}
            try:
                self.door.run(answering.save_group, self.cast.maya, locator=self.begun.locator, **asked)
            except InvalidData as refusal:
                self.refused[key] = [place_of(each)[0] for each in refusal.problems]
            else:
                self.refused.pop(key, None)
                self.typed[key] = answers.get(key, [])
        for key, places in self.refused.items():
            assert {each.rpartition(".")[0] for each in places} == {key}
            assert all(map(self.begun.form.at, places))

    def read(self) -> Answered:
        return self.door.run(answering.answers, self.cast.maya, locator=self.begun.locator)

    def hand_in(self) -> list[Problem]:
        """What keeps it from being handed in, if anything does."""
        found = self.read()
        assert found.answers == self.typed
        told = self.door.run(certifying.check, self.cast.maya, locator=self.begun.locator)
        assert [each for each in told if each.path != CODE] == [
            each for each in problems(self.begun.form, self.typed, TODAY) if each.path != CODE
        ]
        wrong = [each for each in told if not each.warning]
        self._are_shown(wrong)
        asked = {"locator": self.begun.locator, "statement_agreed": True}
        if wrong:
            with pytest.raises(NotComplete) as refused:
                self.door.run(certifying.certify_and_submit, self.cast.maya, **asked)
            assert list(refused.value.found) == wrong
        else:
            assert all(each.answered == each.required for each in found.progress), "what is hidden does not count"
            self.door.run(certifying.certify_and_submit, self.cast.maya, **asked)
        self._is_stored(handed_in=not wrong)
        return wrong

    def _are_shown(self, wrong: list[Problem]) -> None:
        sheet = laid_out(self.begun.form, self.typed, TODAY)
        for each in wrong:
            assert each.sentence
            place, row = place_of(each.path)
            if group := self.begun.form.group(place):
                assert group.key in sheet.rows
            else:
                found = self.begun.form.at(place)
                assert found is not None
                assert found[1] in sheet.fields(found[0], row)

    def _is_stored(self, *, handed_in: bool) -> None:
        with self.door.database.read() as db:
            row = db.scalars(select(Submission).where(col(Submission.locator) == self.begun.locator)).one()
            asked = select(SubmissionAnswers).where(col(SubmissionAnswers.submission_id) == row.id)
            stored = {each.path: each.rows for each in db.scalars(asked)}
            assert self.begun.answers | stored == self.typed
            assert row.status is (SubmissionStatus.PENDING if handed_in else SubmissionStatus.DRAFT)


@pytest.mark.criterion("INTAKE-03")
@pytest.mark.criterion("INTAKE-04")
@pytest.mark.criterion("SUBMIT-07")
@pytest.mark.parametrize("line", LINES)
def test_what_is_answered_is_kept_and_handed_in_or_refused_with_its_field_named(
    door: Door, cast: Cast, clock: Clock, line: str
) -> None:
    clock.now = datetime.combine(TODAY, time(15), UTC)
    cast.put_form(json.loads(shipped_text(LINE)), number=2)
    named, maya = RIGHT[FieldType.TEXT], cast.agency.maya.id or 0
    with door.database.write() as db:
        db.add(ProducerCode(code=named, producer_id=maya, state=ProducerState.VALIDATED, created_at=NOW))
    handed_in = []

    # What fails is told as it was found: to look for something smaller takes minutes with a database.
    @settings(max_examples=6, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(edits(line), st.data())
    def whatever(made: list[tuple[str, int, str, Any]], data: st.DataObject) -> None:
        begun = door.run(drafts.begin, cast.maya, line=line)
        draft = Draft(door, cast, begun, dict(begun.answers))
        order = data.draw(st.permutations([each.key for each in begun.form.groups]))
        assert draft.hand_in(), "nothing is answered yet"
        draft.save(edited(line, made), order)
        if wrong := draft.hand_in():
            draft.save(fitting(line, made), order)
            wrong = draft.hand_in()
            assert draft.refused or {each.path for each in wrong} <= {CODE}, "what validates is taken"
        handed_in.append(not wrong)

    whatever()
    assert any(handed_in)
