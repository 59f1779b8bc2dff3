"""Nothing that stands in a cell is run by the spreadsheet that opens it, and nothing is lost."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.services.exports.cells import MARK, inert, lines
from tests.services.exports.taking import unmarked

SIGNS = "=+-@\t\r\n＝＋－＠﹢﹣﹦﹫−"
BEFORE = ("", " ", '"', "'", "“", "\u00a0", "\u200b", "\ufeff", ' "', "\x00", "  ' ")
cells = st.one_of(st.text(), st.tuples(st.sampled_from(BEFORE), st.sampled_from(SIGNS), st.text()).map("".join))


def read(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode(), newline="")))


@pytest.mark.criterion("EXPORT-01")
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("sign", SIGNS)
def test_what_begins_like_a_formula_is_marked_as_text(before: str, sign: str) -> None:
    cell = f"{before}{sign}HYPERLINK(1)"
    assert inert(cell) == MARK + cell


@pytest.mark.criterion("EXPORT-01")
@pytest.mark.parametrize("cell", ["", " ", "Smith-Jones", "O'Brien", "'tis", '"quoted"', "a=b", "1-2", "50%", "太郎"])
def test_what_does_not_stays_as_it_is(cell: str) -> None:
    assert inert(cell) == cell


@pytest.mark.criterion("EXPORT-02")
@given(st.lists(st.lists(cells, min_size=1, max_size=4), max_size=4))
def test_read_back_it_is_the_same_but_for_the_mark(rows: list[list[str]]) -> None:
    found = read(lines(rows))
    assert [[unmarked(cell) for cell in row] for row in found] == rows
    assert all(cell == inert(unmarked(cell)) for row in found for cell in row)
    assert not [cell for row in found for cell in row if cell.strip(" \"'")[:1] and cell[0] in "=+-@\t\r\n"]


@pytest.mark.criterion("EXPORT-02")
@given(st.text(alphabet="'\"= -@a", max_size=6), st.text(alphabet="'\"= -@a", max_size=6))
def test_two_cells_are_never_written_alike(one: str, other: str) -> None:
    assert (inert(one) == inert(other)) is (one == other)


@pytest.mark.criterion("EXPORT-03")
def test_numbers_are_numbers_and_text_is_quoted() -> None:
    row = [
        Decimal("-1234.50"),
        -3,
        "-3",
        'a "b", c;d',
        date(2026, 6, 1),
        datetime(2026, 6, 1, 4, 5, 6, tzinfo=UTC),
        None,
    ]
    assert lines([row]) == (
        b'-1234.50,-3,"\'-3","a ""b"", c;d","2026-06-01","2026-06-01 04:05:06",""\r\n'
    )  # fmt: skip
