"""Whatever is answered: what is taken is stored and read back equal, and judged as it was typed; what is not taken
leaves what was there."""

import copy
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal_app.services.door import Door
from portal_app.services.errors import Invalid, InvalidData
from portal_app.services.intake.forms import LINES, Answers
from portal_app.services.intake.validation import problems
from portal_app.services.submissions import answering, drafts
from tests.services.intake.filled import TODAY
from tests.services.intake.test_whatever_is_answered import edited, edits
from tests.services.submissions.acting import LINE, Cast


@pytest.mark.criterion("INTAKE-03")
@pytest.mark.parametrize("line", [each for each in LINES if each != LINE])
def test_what_is_answered_is_stored_and_read_back_equal(door: Door, cast: Cast, line: str) -> None:
    kept: list[str] = []

    @settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(edits(line).map(lambda made: edited(line, made)), st.data())
    def whatever(answers: Answers, data: st.DataObject) -> None:
        begun = door.run(drafts.begin, cast.maya, line=line)
        first = {key: each.version for key, each in begun.groups.items()}
        there = {key: (copy.deepcopy(rows), first.get(key, 0)) for key, rows in begun.answers.items()}
        for key in data.draw(st.permutations(sorted(answers)))[:6]:
            version = there.get(key, ([], 0))[1]
            with suppress(Invalid, InvalidData):
                saved = door.run(
                    answering.save_group, cast.maya,
                    locator=begun.locator, path=key, rows=answers[key], version=version,
                )  # fmt: skip
                there[key] = (copy.deepcopy(answers[key]), saved.version)
                kept.append(key)
        found = door.run(answering.answers, cast.maya, locator=begun.locator)
        assert {key: found.answers[key] for key in there} == {key: rows for key, (rows, _) in there.items()}
        typed = {key: rows for key, (rows, _) in there.items()}
        assert problems(found.form, found.answers, TODAY) == problems(found.form, found.answers | typed, TODAY)

    whatever()
    assert len(kept) > 6, "most was taken"
