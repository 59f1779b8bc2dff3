"""Which test executes which criterion of the specification. `python -m tests.criteria` writes the table into it."""

import ast
import functools
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPECIFICATION = ROOT / "docs/portal-feature-specification.md"
BEGIN, END = "<!-- coverage:begin -->", "<!-- coverage:end -->"
WRITTEN = re.compile(r"\*\*([A-Z][A-Z0-9]*-\d+)\*\*")


@dataclass(frozen=True)
class Mark:
    """A `pytest.mark.criterion(…)` and the test under it; `test` is empty where the mark stands over no test."""

    criterion: str
    file: str
    test: str
    line: int


def written(text: str) -> Counter[str]:
    """How often each criterion is written as `**AUTH-04**`, outside the table of coverage."""
    before, _, rest = text.partition(BEGIN)
    return Counter(WRITTEN.findall(before + rest.partition(END)[2]))


@functools.cache
def marks(folder: Path) -> list[Mark]:
    """All marks in the tests of a folder, read without running anything."""
    found: list[Mark] = []
    for path in sorted(folder.rglob("test_*.py")):
        file = path.relative_to(folder.parent).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        found += (Mark(name, file, test, line) for name, test, line in _marks_in(tree, ""))
    return found


def table(found: list[Mark]) -> str:
    """The table of coverage: each criterion with the tests that execute it."""
    tests: dict[str, set[str]] = defaultdict(set)
    for mark in found:
        tests[mark.criterion].add(f"`{mark.file}::{mark.test}`")
    rows = [f"| {name} | {'<br>'.join(sorted(tests[name]))} |" for name in sorted(tests, key=_in_order)]
    return "\n".join(["| Criterion | Executed by |", "|---|---|", *rows])


def with_table(text: str, found: list[Mark]) -> str:
    """The specification with the table put between its two markers. Raises ValueError where they are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The specification lacks the lines {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n{table(found)}\n{END}{after}"


def _in_order(name: str) -> tuple[str, int]:
    area, _, number = name.rpartition("-")
    return area, int(number)


def _marks_in(node: ast.AST, place: str) -> Iterator[tuple[str, str, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = f"{place}::{child.name}".lstrip(":")
            is_test = child.name.startswith(("test_", "Test"))
            for decorator in child.decorator_list:
                yield from ((name, inner if is_test else "", line) for name, line in _named(decorator))
            yield from _marks_in(child, inner)
        elif isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) == "pytestmark":
            yield from ((name, place or "(all of it)", line) for name, line in _named(child.value))


def _named(node: ast.AST) -> Iterator[tuple[str, int]]:
    """The criteria that an expression marks; a decorator may hold several, as marks of its parameters."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "pytest.mark.criterion":
            for argument in each.args:
                if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
                    raise ValueError(f"line {each.lineno}: a criterion is marked by its id as plain text")
                yield argument.value, each.lineno


def main() -> int:
    text = SPECIFICATION.read_text(encoding="utf-8")
    SPECIFICATION.write_text(with_table(text, marks(ROOT / "tests")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
