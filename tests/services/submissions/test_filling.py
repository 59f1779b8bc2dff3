"""One section is opened and saved without the others, and everything is told of it as if all had been read."""

from collections.abc import Callable
from typing import Any

import pytest

from portal_app.models.enums import Role
from portal_app.services.access import Permission
from portal_app.services.door import Door, Tx, writes
from portal_app.services.errors import Conflict
from portal_app.services.home.turns import turns
from portal_app.services.intake.progress import Stage, progress, with_more
from portal_app.services.intake.sheet import laid_out
from portal_app.services.intake.validation import found_on
from portal_app.services.producers import lifecycle
from portal_app.services.submissions import answering, certifying, drafts, filling, progressing
from portal_app.services.submissions.filling import Filling
from portal_app.state.submissions import drawing
from tests.services.intake.filled import filled
from tests.services.producers.acting import ADMIN
from tests.services.submissions.acting import NAMED, Cast
from tests.world import Agency, actor

INSURED = "applicant.insured"


def as_if_all_were_read(door: Door, cast: Cast, found: Filling) -> None:
    whole = door.run(answering.answers, cast.maya, locator=found.locator)
    today = door.clock().astimezone(door.settings.zone).date()
    sheet = laid_out(whole.form, whole.answers, today)
    wrong = found_on(sheet)
    beside = [each for each in found.problems if each not in wrong]
    assert found.progress == with_more(progress(whole.form, whole.answers, today), beside) == whole.progress
    assert found.versions == {path: each.version for path, each in whole.groups.items()}
    if found.section is not None:
        keys = drawing.keys_for(whole.answers, found.section.groups)
        name = found.section.name
        marks = drawing.marks(found.sheet, found.answers, name, keys, found.problems)
        assert marks == drawing.marks(sheet, whole.answers, name, keys, [*beside, *wrong])


@pytest.mark.criterion("SUBMIT-02")
def test_a_section_tells_the_same_as_the_whole(door: Door, cast: Cast) -> None:
    draft = door.run(drafts.begin, cast.maya, line="bop")
    form, version = draft.form, {path: each.version for path, each in draft.groups.items()}
    for path, rows in filled(form).items():
        typed = [{name: v if isinstance(v, bool | list) else str(v) for name, v in row.items()} for row in rows]
        saved = {"path": path, "rows": typed, "version": version.get(path, 0), "fresh": frozenset[int]()}
        found = door.run(filling.save, cast.maya, locator=draft.locator, name=path.partition(".")[0], **saved)
        as_if_all_were_read(door, cast, found)
    for name in (*(each.name for each in form.sections), "elsewhere", None):
        opened = door.run(filling.section, cast.maya, locator=draft.locator, name=name)
        as_if_all_were_read(door, cast, opened)
        assert opened.files == 0
        assert (opened.section is None) is (name is None)
    emptied = {"path": INSURED, "rows": [{}], "version": opened.versions[INSURED], "fresh": frozenset[int]()}
    as_if_all_were_read(door, cast, door.run(filling.save, cast.maya, locator=draft.locator, name="risk", **emptied))


@writes(Permission.SUBMIT_BUSINESS)
def saved_and_undone(tx: Tx, *, locator: str) -> None:
    filling.save(tx, locator=locator, path=NAMED, rows=[{"name": "Ada"}], version=1, fresh=(), name="applicant")
    raise Conflict


@pytest.mark.criterion("SUBMIT-02")
def test_what_was_undone_is_not_remembered(door: Door, cast: Cast) -> None:
    draft = cast.begin()
    progressing.forget()
    with pytest.raises(Conflict):
        door.run(saved_and_undone, cast.maya, locator=draft.locator)
    # The clock stands, so that what was undone had the very mark that this is saved under.
    cast.save(draft.locator, NAMED, {}, version=1)
    found = door.run(filling.section, cast.maya, locator=draft.locator, name=None)
    as_if_all_were_read(door, cast, found)
    assert found.progress[0].stage is Stage.EMPTY


@pytest.mark.criterion("SUBMIT-04")
def test_a_section_is_masked_as_the_whole_is(door: Door, cast: Cast) -> None:
    draft = cast.begin()
    cast.save(draft.locator, NAMED, {"name": "Ada Quill", "ssn": "188-09-9999"}, version=1)
    reader = actor(Role.READ_ONLY)
    whole = door.run(answering.answers, reader, locator=draft.locator)
    found = door.run(filling.section, reader, locator=draft.locator, name="applicant")
    assert not found.editable
    assert found.answers[NAMED] == whole.answers[NAMED]
    assert "9999" in str(found.answers[NAMED])
    assert "188" not in str((found.answers, found.sheet.rows))


@pytest.mark.criterion("SUBMIT-07")
@pytest.mark.parametrize("code", ["HL-daniel", "HL-nobody"])
def test_a_code_that_is_not_ones_own_is_counted_and_told_with_its_group(door: Door, cast: Cast, code: str) -> None:
    locator, path = cast.filled(producer_code=code), f"{NAMED}.producer_code"
    for name in ("applicant", "coverage", None):
        found = door.run(filling.section, cast.maya, locator=locator, name=name)
        assert [each.path for each in found.problems] == [path]
        assert (found.progress[0].problems, found.progress[0].stage) == (1, Stage.STARTED)
    whole = door.run(answering.answers, cast.maya, locator=locator)
    assert whole.progress == found.progress
    (listed,) = door.run(turns, cast.maya).drafts.rows
    assert listed.go_on == "applicant"
    row, version = whole.answers[NAMED][0], whole.groups[NAMED].version
    wrong = cast.save(locator, NAMED, row | {"name": "Bo Reed"}, version=version)
    assert [each.path for each in wrong.problems] == [path]
    right = cast.save(locator, NAMED, row | {"producer_code": "HL-maya"}, version=wrong.version)
    assert (right.problems, right.progress[0].stage) == ((), Stage.COMPLETE)
    assert door.run(filling.section, cast.maya, locator=locator, name="applicant").problems == ()


@pytest.mark.criterion("SUBMIT-16")
@pytest.mark.parametrize("end", [lifecycle.retire_code, lifecycle.retire_producer])
def test_a_code_that_came_to_its_end_since_is_told_where_it_was_chosen(
    door: Door, cast: Cast, agency: Agency, end: Callable[..., Any]
) -> None:
    locator, path = cast.filled(), f"{NAMED}.producer_code"
    assert door.run(filling.section, cast.maya, locator=locator, name="applicant").problems == ()
    of_code = end is lifecycle.retire_code
    door.run(end, ADMIN, locator=agency.codes["maya"].locator if of_code else agency.maya.locator)
    whose = "The producer code HL-maya" if of_code else "The producer of HL-maya"
    for name in ("applicant", "risk", None):
        found = door.run(filling.section, cast.maya, locator=locator, name=name)
        ((told, sentence),) = [(each.path, each.sentence) for each in found.problems]
        assert (told, sentence.startswith(f"{whose} is retired"), sentence.endswith("Enter another one.")) == (
            path,
            True,
            True,
        )
        assert found.progress[0].problems == 1
    (listed,) = door.run(turns, cast.maya).drafts.rows
    assert listed.go_on == "applicant"
    # It is not taken anew, and the last page says the same.
    whole = door.run(answering.answers, cast.maya, locator=locator)
    row, version = whole.answers[NAMED][0], whole.groups[NAMED].version
    wrong = cast.save(locator, NAMED, row | {"name": "Bo Reed"}, version=version)
    assert [each.sentence for each in wrong.problems] == [sentence]
    assert [each.sentence for each in door.run(certifying.check, cast.maya, locator=locator)] == [sentence]
