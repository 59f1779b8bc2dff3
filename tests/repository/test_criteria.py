"""The specification is executed: each criterion by a test, each marked test for a criterion that is written."""

import textwrap
from pathlib import Path

import pytest

from tests import criteria


def test_every_criterion_is_executed_by_a_test() -> None:
    written = criteria.written(criteria.SPECIFICATION.read_text(encoding="utf-8"))
    executed = {mark.criterion for mark in criteria.marks(criteria.ROOT / "tests")}
    assert sorted(set(written) - executed) == [], "criteria without a test"


def test_every_mark_names_a_criterion_that_is_written() -> None:
    written = criteria.written(criteria.SPECIFICATION.read_text(encoding="utf-8"))
    stray = [mark for mark in criteria.marks(criteria.ROOT / "tests") if mark.criterion not in written or not mark.test]
    assert stray == []


def test_a_criterion_is_written_once() -> None:
    written = criteria.written(criteria.SPECIFICATION.read_text(encoding="utf-8"))
    assert written
    assert [name for name, times in written.items() if times > 1] == []


def test_the_table_of_coverage_is_current() -> None:
    text = criteria.SPECIFICATION.read_text(encoding="utf-8")
    assert text == criteria.with_table(text, criteria.marks(criteria.ROOT / "tests")), "run: python -m tests.criteria"


def _read(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_a.py").write_text(textwrap.dedent(text))
    return [(mark.criterion, mark.test) for mark in criteria.marks(folder)]


def test_marks_are_found_on_tests_classes_modules_and_parameters(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        """
        import pytest
        pytestmark = [pytest.mark.browser, pytest.mark.criterion("A-1")]

        @pytest.mark.criterion("A-2")
        @pytest.mark.criterion("A-3", "A-4")
        def test_one(): ...

        @pytest.mark.criterion("A-5")
        class TestMany:
            @pytest.mark.criterion("A-6")
            async def test_two(self): ...

        @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.criterion("A-7")), 2])
        def test_three(x): ...

        @pytest.mark.criterion("A-8")
        def not_collected(): ...
        """,
    )
    assert found == [
        ("A-1", "(all of it)"),
        ("A-2", "test_one"),
        ("A-3", "test_one"),
        ("A-4", "test_one"),
        ("A-5", "TestMany"),
        ("A-6", "TestMany::test_two"),
        ("A-7", "test_three"),
        ("A-8", ""),
    ]


def test_a_mark_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="plain text"):
        _read(tmp_path, "import pytest\n@pytest.mark.criterion('A-' + str(1))\ndef test_one(): ...")


def test_criteria_are_read_outside_the_table() -> None:
    text = f"**A-1** a\n\n{criteria.BEGIN}\n**A-9**\n{criteria.END}\n**A-2** and **bold** and **A-1**"
    assert criteria.written(text) == {"A-1": 2, "A-2": 1}


def test_the_table_is_put_between_its_markers_in_the_order_of_numbers() -> None:
    text = f"before\n{criteria.BEGIN}\nold\n{criteria.END}\nafter"
    found = [
        criteria.Mark(name, "tests/test_a.py", test, 1) for name, test in [("A-10", "x"), ("A-2", "y"), ("A-2", "x")]
    ]
    assert criteria.with_table(text, found) == (
        f"before\n{criteria.BEGIN}\n| Criterion | Executed by |\n|---|---|\n"
        "| A-2 | `tests/test_a.py::x`<br>`tests/test_a.py::y` |\n| A-10 | `tests/test_a.py::x` |\n"
        f"{criteria.END}\nafter"
    )
    with pytest.raises(ValueError, match="coverage:begin"):
        criteria.with_table("no markers", found)
