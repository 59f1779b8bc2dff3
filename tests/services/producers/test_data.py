"""Extension data: one sentence for each path."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.services.producers import loading
from portal_app.services.producers.data import problems_of, text_of

FIELDS = {
    "name": {"type": "text", "maxLength": 5, "required": True},
    "size": {"type": "number", "min": 1, "max": 9.5},
    "since": {"type": "date", "min": "2000-01-01", "max": "2026-12-31"},
    "open": {"type": "flag"},
    "level": {"type": "choice", "choices": ["gold", "silver"]},
    "states": {"type": "list", "of": {"type": "text", "maxLength": 2}, "min": 1, "max": 2},
}
KIND = loading.load(json.dumps({"producerManagement": {"producers": {"T": {"data": FIELDS}}}})).producers["T"]
FINE = {"name": "Maya", "size": 9, "since": "2020-02-29", "open": False, "level": "gold", "states": ["NY", "CT"]}


@pytest.mark.criterion("PROD-05")
def test_what_fits_is_taken() -> None:
    assert problems_of(KIND, FINE, whole=True) == {}
    assert problems_of(KIND, {}, whole=False) == {}


@pytest.mark.criterion("PROD-05")
@pytest.mark.parametrize(
    ("name", "value", "path", "told"),
    [
        ("name", 5, "data.name", "Should be a text."),
        ("name", None, "data.name", "Should be a text."),
        ("name", "abcdef", "data.name", "Should have at most 5 characters."),
        ("name", "a\x00", "data.name", "Holds characters that cannot stand here."),
        ("name", "\ud800", "data.name", "Holds characters that cannot stand here."),
        ("name", " ", "data.name", "This is required."),
        ("size", True, "data.size", "Should be a number."),
        ("size", "1", "data.size", "Should be a number."),
        ("size", float("inf"), "data.size", "Should be a number."),
        ("size", 10**400, "data.size", "Should be a number."),
        ("size", 0, "data.size", "Should not be less than 1."),
        ("size", 9.6, "data.size", "Should not be more than 9.5."),
        ("since", "2026-02-30", "data.since", "Should be a date such as 2026-06-01."),
        ("since", "20260230", "data.since", "Should be a date such as 2026-06-01."),
        ("since", "1999-12-31", "data.since", "Should not be less than 2000-01-01."),
        ("open", 1, "data.open", "Should be true or false."),
        ("level", "Gold", "data.level", "Should be one of gold, silver."),
        ("level", [], "data.level", "Should be one of gold, silver."),
        ("states", "NY", "data.states", "Should be a list."),
        ("states", [], "data.states", "Should have 1 to 2 entries."),
        ("states", ["NY", "NYC"], "data.states[1]", "Should have at most 2 characters."),
        ("colour", 1, "data.colour", "T has no such field."),
        ("\ud800", 1, "data.?", "T has no such field."),
    ],
)
def test_what_does_not_fit_is_told_by_its_path(name: str, value: Any, path: str, told: str) -> None:
    assert problems_of(KIND, FINE | {name: value}, whole=True) == {path: told}


@pytest.mark.criterion("PROD-05")
def test_everything_is_told_at_once() -> None:
    found = problems_of(KIND, {"size": "1", "open": 1, "states": [1, 2]}, whole=True)
    assert found.keys() == {"data.name", "data.size", "data.open", "data.states[0]", "data.states[1]"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.criterion("PROD-05")
@given(st.dictionaries(st.sampled_from(sorted(FIELDS)) | st.text(), JSON))
def test_nothing_that_is_sent_is_a_fault_and_what_is_taken_can_be_kept(data: dict[str, Any]) -> None:
    for path, told in problems_of(KIND, data, whole=True).items():
        assert path.encode()
        assert told.endswith(".")
    if not problems_of(KIND, data, whole=False):
        text_of(data).encode()
        assert json.loads(json.dumps(data)) == data
