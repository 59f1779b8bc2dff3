"""The tests of a file take turns on the two databases: none is left out, and no file is for one database alone."""

from dataclasses import dataclass
from typing import cast

import pytest

from tests import turns


@dataclass(frozen=True)
class Item:
    """As much of a test's item as decides on its turn."""

    nodeid: str
    marked: bool = False

    def get_closest_marker(self, name: str) -> object:
        return self.marked and name == "both_databases"


def run(*tests: str, marked: bool = False) -> list[str]:
    """What is run of these tests, each of which is for both databases."""
    items = [
        Item(f"tests/test_a.py::{name}[{'-'.join(filter(None, (database, case)))}]", marked)
        for database in ("sqlite", "postgresql")
        for name, _, case in (test.partition(" ") for test in tests)
    ]
    left_out = turns.left_out(cast(list[pytest.Item], items))
    return [item.nodeid.partition("::")[2] for item in items if item not in left_out]


def test_the_tests_of_a_file_take_turns() -> None:
    assert run("one", "two", "three") == ["one[sqlite]", "three[sqlite]", "two[postgresql]"]


def test_the_cases_of_a_test_take_turns_with_the_tests_before_and_after() -> None:
    found = run("one", "two x", "two y", "three")
    assert found == ["one[sqlite]", "two[sqlite-y]", "two[postgresql-x]", "three[postgresql]"]


def test_what_is_alone_in_its_file_runs_on_both() -> None:
    assert run("one") == ["one[sqlite]", "one[postgresql]"]


def test_what_is_marked_runs_on_both_and_its_cases_take_turns() -> None:
    found = run("one", "two x", "two y", marked=True)
    assert found == ["one[sqlite]", "two[sqlite-x]", "one[postgresql]", "two[postgresql-y]"]


def test_what_is_for_one_database_is_left_alone() -> None:
    items = [Item(f"tests/test_a.py::{name}") for name in ("one[sqlite]", "two[postgresql-x]", "three", "four[x]")]
    assert turns.left_out(cast(list[pytest.Item], items)) == []
