"""The dictionary of deeds holds every action that the code writes, and no other."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.services.trail.deeds import DEEDS, KINDS

ROOT = Path(__file__).resolve().parents[3] / "portal_app"


@functools.cache
def sources() -> list[ast.Module]:
    """The modules that write into the trail: to read all of them would take ten times as long."""
    texts = (path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py"))
    return [ast.parse(text) for text in texts if "audit.record(" in text]


def is_record(call: ast.Call) -> bool:
    called = call.func
    return isinstance(called, ast.Attribute) and called.attr == "record" and ast.unparse(called.value) == "audit"


def functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef))


def calls(node: ast.AST) -> Iterator[ast.Call]:
    yield from (each for each in ast.walk(node) if isinstance(each, ast.Call))


def actions(module: ast.Module) -> Iterator[str]:
    """What `audit.record` is told was done. Where a function hands it on, what that function is told."""
    for function in functions(module):
        for call in filter(is_record, calls(function)):
            action = call.args[1]
            if isinstance(action, ast.Constant):
                yield str(action.value)
                continue
            assert isinstance(action, ast.Name), f"line {call.lineno}: the action must be read from the code"
            yield from handed_on(module, function, action.id)


def handed_on(module: ast.Module, function: ast.FunctionDef, parameter: str) -> Iterator[str]:
    place = [each.arg for each in function.args.args].index(parameter)
    callers = [each for each in calls(module) if isinstance(each.func, ast.Name) and each.func.id == function.name]
    assert callers, f"{function.name} is called in another module"
    for each in callers:
        told = each.args[place]
        assert isinstance(told, ast.Constant), f"line {each.lineno}: the action must be read from the code"
        yield str(told.value)


@pytest.mark.criterion("AUDIT-10")
def test_every_action_that_is_written_has_words_and_no_other() -> None:
    written = {action for module in sources() for action in actions(module)}
    assert written == set(DEEDS)
    words = [each.words for each in DEEDS.values()]
    assert all(words)
    assert len(set(words)) == len(words), "two actions that read alike cannot be told apart"


@pytest.mark.criterion("AUDIT-10")
def test_every_kind_of_record_has_words_and_no_other() -> None:
    written = {
        keyword.value.value
        for module in sources()
        for call in filter(is_record, calls(module))
        for keyword in call.keywords
        if keyword.arg == "subject_kind" and isinstance(keyword.value, ast.Constant)
    }
    assert written == set(KINDS)
