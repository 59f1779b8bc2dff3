"""Whatever is answered, in any of the forms: it is kept as it is read again, or refused with a field named."""

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_app.services.configuration.reading import ConfigurationProblems
from portal_app.services.intake.forms import LINES, Answers, Field, FieldType, Form
from portal_app.services.intake.reading import load
from portal_app.services.intake.sheet import laid_out
from portal_app.services.intake.shipped import shipped, shipped_text
from portal_app.services.intake.validation import normalised, problems
from tests.services.intake.every_rule import every_rule
from tests.services.intake.filled import TODAY, completed, filled, right, wrong

EVERY_RULE = "every rule"
FORMS = (*LINES, EVERY_RULE)

JUNK = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["Zyxwv", "99/99/2026", "-1", "1e9", "$", "00000", "Infinity", "NaN", "\x00", "\ud800", "٣٣٣٣"]),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.lists(st.text(max_size=4), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
).map(lambda each: each)
"""Mapped, it is one thing to choose and not eight beside what is right."""


def taken(field: Field) -> st.SearchStrategy[Any]:
    """Mostly what the field takes."""
    own: dict[FieldType, st.SearchStrategy[Any]] = {
        FieldType.CHOICE: st.sampled_from([each.value for each in field.choices] or [""]),
        FieldType.CHOICES: st.lists(st.sampled_from([each.value for each in field.choices] or [""]), max_size=4),
        FieldType.FLAG: st.booleans(),
        FieldType.TEXT: st.text(max_size=40),
        FieldType.LONG_TEXT: st.text(max_size=80),
        FieldType.DATE: st.dates(date(1900, 1, 1), date(2060, 1, 1)).map(str),
        FieldType.MONEY: st.decimals(0, 10**7, places=2).map(lambda each: f"${each:,}"),
        FieldType.DECIMAL: st.decimals(0, 10, places=2).map(str),
        FieldType.PERCENT: st.decimals(0, 100, places=1).map(lambda each: f"{each}%"),
        FieldType.WHOLE: st.integers(0, 200).map(str),
        FieldType.YEAR: st.integers(1890, 2030).map(str),
        FieldType.STATE: st.sampled_from(["RI", "TX"]),
        FieldType.POLICY_NUMBER: st.sampled_from(["HO-1234567", "HO-123456", "12345"]),
    }
    return st.one_of(own.get(field.type, st.just(right(field))), st.just(right(field)), JUNK)


def form_of(line: str) -> Form:
    return every_rule() if line == EVERY_RULE else shipped(line)


@cache
def edits(line: str) -> st.SearchStrategy[list[tuple[str, int, str, Any]]]:
    """Group, row, field and what is typed there."""
    one = [
        st.tuples(st.just(group.key), st.integers(0, 1 if group.repeat else 0), st.just(field.name), taken(field))
        for group, field in form_of(line).fields()
    ]
    return st.lists(st.one_of(one), max_size=8)


def edited(line: str, made: list[tuple[str, int, str, Any]]) -> Answers:
    """What is complete, with the edits."""
    return _with(_complete(line), made)


def fitting(line: str, made: list[tuple[str, int, str, Any]]) -> Answers:
    """What is complete, with what can be taken of the edits, one upon the other, and with what they ask for."""
    form, answers = form_of(line), _complete(line)
    for each in made:
        tried = completed(form, _with(answers, [each]))
        answers = answers if wrong(form, tried) else tried
    return answers


def _with(answers: Answers, made: list[tuple[str, int, str, Any]]) -> Answers:
    answers = copy.deepcopy(answers)
    for key, row, name, typed in made:
        rows = answers.setdefault(key, [])
        while len(rows) <= row:
            rows.append({})
        rows[row][name] = typed
    return answers


@cache
def _complete(line: str) -> Answers:
    return filled(form_of(line))


@pytest.mark.criterion("INTAKE-03")
@pytest.mark.parametrize("line", FORMS)
def test_what_validates_is_kept_and_read_again_as_it_is_and_what_does_not_names_its_field(line: str) -> None:
    form = form_of(line)
    known = {f"{group.key}.{field.name}" for group, field in form.fields()} | {group.key for group in form.groups}
    kinds = set()

    @settings(max_examples=40, deadline=None)
    @given(edits(line), st.sampled_from([edited, fitting]))
    def whatever(made: list[tuple[str, int, str, Any]], put: Callable[..., Answers]) -> None:
        answers = put(line, made)
        before = copy.deepcopy(answers)
        found = [each for each in problems(form, answers, TODAY) if not each.warning]
        assert repr(answers) == repr(before), "what was typed is left as it is"
        for key in {key for key, *_ in made}:
            own = [each for each in problems(form, answers, TODAY) if place_of(each.path)[0].startswith(f"{key}.")]
            alone = problems(form, answers, TODAY, group=key)
            assert [each for each in alone if each.path != key] == own, "a group is judged alone as with all"
        kept = normalised(form, answers, TODAY)
        again = json.loads(json.dumps(kept))
        assert again == kept
        assert normalised(form, again, TODAY) == kept
        kinds.add(bool(found))
        if not found:
            assert [each for each in problems(form, again, TODAY) if not each.warning] == []
        for each in found:
            assert place_of(each.path)[0] in known, each
            assert each.label
            assert each.sentence
            assert "Zyxwv" not in each.sentence

    whatever()
    assert kinds == {True, False}, "both were seen"


def place_of(path: str) -> tuple[str, int]:
    """The path without the number of the row, and that number."""
    before, bracket, after = path.partition("[")
    row, _, rest = after.partition("]")
    return before + rest, int(row) if bracket else 0


@pytest.mark.criterion("INTAKE-04")
@pytest.mark.parametrize("line", FORMS)
def test_what_is_hidden_is_never_asked_for_and_changes_nothing(line: str) -> None:
    form = form_of(line)

    @settings(max_examples=20, deadline=None)
    @given(edits(line), st.sampled_from(["Zyxwv", True, "2026-01-01", ["x"]]))
    def whatever(made: list[tuple[str, int, str, Any]], left: Any) -> None:
        answers = edited(line, made)
        found, kept = problems(form, answers, TODAY), normalised(form, answers, TODAY)
        sheet = laid_out(form, answers, TODAY)
        for group in form.groups:
            rows = answers.setdefault(group.key, [{}])
            for number, row in enumerate(rows):
                shown = {each.name for each in sheet.fields(group, number)}
                row.update({each.name: left for each in group.fields if each.name not in shown})
            if group.key in sheet.rows and group.repeat and len(rows) > len(sheet.rows[group.key]):
                del rows[len(sheet.rows[group.key]) :]
        assert problems(form, answers, TODAY) == found
        assert normalised(form, answers, TODAY) == kept
        for each in found:
            group = form.group(".".join(place_of(each.path)[0].split(".")[:2]))
            assert group is not None
            assert group.key in sheet.rows

    whatever()


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12))
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner))
SMALL = json.loads(shipped_text("umbrella"))


def spots(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything that stands in a document."""
    found = [at] if at else []
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            found += spots(value[key], (*at, key))
    return found


@pytest.mark.criterion("INTAKE-02")
@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60) | ANYTHING.map(json.dumps), st.sampled_from(spots(SMALL)), ANYTHING, st.booleans())
def test_whatever_is_read_as_a_form_is_one_or_is_told_what_is_wrong(
    text: str, spot: tuple[Any, ...], put: Any, gone: bool
) -> None:
    document = copy.deepcopy(SMALL)
    inner = document
    for key in spot[:-1]:
        inner = inner[key]
    if gone:
        del inner[spot[-1]]
    else:
        inner[spot[-1]] = put
    for each in (text, json.dumps(document)):
        with suppress(ConfigurationProblems):
            form = load(each)
            problems(form, {}, TODAY)
            problems(form, filled(form), TODAY)
