"""On which of its two databases a test runs: on CI and everywhere else, the tests of a file take turns."""

import itertools
from collections.abc import Iterable

import pytest

DATABASES = frozenset({"sqlite", "postgresql"})


def left_out(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """What does not run unless `EVERY_CASE=1` says so. Of what one file has for both databases, each test and each case
    of a test, the first runs on SQLite, the next on PostgreSQL, and so on; what is alone in its file runs on both.

    A test that is marked `both_databases` takes no turn with others. Where it has several cases, these take turns."""
    taking_turns: dict[str, list[dict[str, pytest.Item]]] = {}
    for (test, _), on in _for_both(items).items():
        marked = next(iter(on.values())).get_closest_marker("both_databases")
        taking_turns.setdefault(test if marked else test.partition("::")[0], []).append(on)
    found = []
    for each in taking_turns.values():
        turns = itertools.cycle(sorted(DATABASES))
        found += [on[next(turns)] for on in each] if len(each) > 1 else []
    return found


def _for_both(items: Iterable[pytest.Item]) -> dict[tuple[str, tuple[str, ...]], dict[str, pytest.Item]]:
    """The test and the words of its case, with the two items that run it, where there are two."""
    found: dict[tuple[str, tuple[str, ...]], dict[str, pytest.Item]] = {}
    for item in items:
        test, _, case = item.nodeid.partition("[")
        words = case.rstrip("]").split("-")
        if len(on := DATABASES & set(words)) == 1:
            rest = tuple(word for word in words if word not in on)
            found.setdefault((test, rest), {})[next(iter(on))] = item
    return {case: on for case, on in found.items() if len(on) == len(DATABASES)}
