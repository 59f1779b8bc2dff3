"""Trailers: a file that does not come to what its last line says brings nothing."""

import re
from typing import Any

import pytest

from portal_app.models.enums import FeedKind
from portal_app.services.ports import RowProblem
from portal_app.settings import SettingsError
from tests.integrations.agency import Agency, must_say_why

COMMISSIONS = FeedKind.COMMISSIONS
HEADER = "Policy,Date,Type,Premium,Rate,Commission,Producer"
ROWS = (
    "PA-1,03/05/2026,NBS,1234.50,15%,185.18,HL-110",
    "PA-2,03/05/2026,XLC,(1000.00),15%,-150.00,HL-110",
    "PA-3,03/06/2026,NBS,,10%,0.82,HL-110",
)
SETTINGS = {"mark": "TRAILER", "rows": 2, "sums": {"premium": 3, "amount": 4}}
GOOD = "TRAILER,3,234.50,36.00"


def lines(agency: Agency, *rows: str, trailer: dict[str, Any] | None = None, header: str = HEADER) -> list[int]:
    """The lines of the rows that the file brings."""
    agency.reads(COMMISSIONS, trailer=trailer or SETTINGS)
    return [row.line for row in agency.rows(COMMISSIONS, "\n".join([header, *rows, ""]))]


def refusal(agency: Agency, *rows: str, trailer: dict[str, Any] | None = None) -> str:
    with pytest.raises(RowProblem) as refused:
        lines(agency, *rows, trailer=trailer)
    must_say_why(refused.value)
    text = " ".join(refused.value.reasons)
    assert "Nothing of the file was taken in." in text
    assert not re.search(r"234|150\.00|36", text), "the Administrator sees the runs, and no business"
    return text


@pytest.mark.criterion("SFTP-14")
@pytest.mark.parametrize(
    ("settings", "trailer"),
    [
        ({}, GOOD),
        ({}, GOOD.replace("TRAILER", " trailer ") + "\n\n"),
        ({}, "TRAILER,0000003,$234.50,36.00"),
        ({}, "TRAILER,3,234.50,36.00,,,"),
        ({"beside_rows": 2}, "TRAILER,5,234.50,36.00"),
        ({"sums_in": "cents"}, "TRAILER,3,0000000023450,+3600"),
        ({"mark": "T", "mark_column": 3, "rows": 1, "sums": {}}, "3,x,T"),
        ({"mark": "Total", "rows": None, "sums": {"premium": 4, "amount": 6}}, 'Total,,,"234.50",,36.00,'),
    ],
)
def test_rows_that_come_to_what_the_trailer_says_come_in_without_it(
    settings: dict[str, Any], trailer: str, agency: Agency
) -> None:
    assert lines(agency, *ROWS, trailer, trailer=SETTINGS | settings) == [2, 3, 4]


@pytest.mark.criterion("SFTP-14")
def test_rows_that_are_set_aside_or_repeat_count(agency: Agency) -> None:
    agency.reads(FeedKind.PRODUCERS, trailer={"mark": "END", "rows": 2})
    text = "Code,Name,Kind,Parent,NPN\nHL-1,Ann,,,\nHL-1,Ann,,,\nHL-2,Smith, Bo,,,\n,,,,\nEND,3\n"
    first, misfit = agency.rows(FeedKind.PRODUCERS, text)
    assert (first.problem, first.line) == (None, 2)
    assert misfit.problem is not None


@pytest.mark.criterion("SFTP-14")
def test_a_file_without_rows_may_say_so(agency: Agency) -> None:
    assert lines(agency, "TRAILER,0,0.00,0.00") == []


@pytest.mark.criterion("SFTP-14")
def test_reading_that_goes_on_in_the_middle_holds_the_whole_file_against_the_trailer(agency: Agency) -> None:
    agency.reads(COMMISSIONS, trailer=SETTINGS)
    agency.writes(COMMISSIONS, "\n".join([HEADER, *ROWS, GOOD, ""]))
    assert [row.line for row in agency.batch(COMMISSIONS).rows(2)] == [4]


@pytest.mark.criterion("SFTP-15")
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((*ROWS[:2], GOOD), "The trailer says 3 rows, and the file has 2."),
        ((*ROWS, ROWS[0], GOOD), "The trailer says 3 rows, and the file has 4."),
        ((*ROWS, "TRAILER,3,234.50,36.01"), 'The rows\' "Commission" does not add up to what the trailer says.'),
        ((*ROWS, "TRAILER,3,1.00,36.00"), 'The rows\' "Premium" does not add up to what the trailer says.'),
        (ROWS, "The trailer is missing: the file may have been cut short."),
        ((*ROWS, GOOD, ROWS[0]), "There are lines behind the trailer."),
        ((*ROWS, GOOD, GOOD), "There are lines behind the trailer."),
        ((*ROWS, "TRAILER,many,234.50,36.00"), "The trailer's cell 2 is no number of rows."),
        ((*ROWS, "TRAILER,-3,234.50,36.00"), "The trailer's cell 2 is no number of rows."),
        ((*ROWS, "TRAILER,3"), 'The trailer\'s cell 3 is no sum of "Premium".'),
        ((*ROWS[:2], ROWS[2].replace("0.82", "82c"), GOOD), 'Row 3 has no amount in "Commission"'),
        ((*ROWS[:2], ROWS[2] + ",more", GOOD), 'The rows\' "Commission" does not add up'),
        ((*ROWS, '"PA-4', GOOD), "cannot be taken apart"),
    ],
)
def test_what_does_not_agree_is_named_and_nothing_comes_in(rows: tuple[str, ...], said: str, agency: Agency) -> None:
    assert said in refusal(agency, *rows)


@pytest.mark.criterion("SFTP-15")
def test_every_number_that_differs_is_named_at_once(agency: Agency) -> None:
    told = refusal(agency, *ROWS, "TRAILER,4,1.00,1.00")
    assert told.count("The trailer says") == 1
    assert told.count("does not add up") == 2


@pytest.mark.criterion("SFTP-15")
@pytest.mark.parametrize("cents", ["234.50", "", "1e5", "0x1F", "23_450"])
def test_a_sum_in_cents_is_a_whole_number(cents: str, agency: Agency) -> None:
    settings = {"mark": "TRAILER", "sums": {"premium": 2}, "sums_in": "cents"}
    assert "The trailer's cell 2 is no sum" in refusal(agency, *ROWS, f"TRAILER,{cents}", trailer=settings)


@pytest.mark.criterion("SFTP-15")
def test_a_trailer_that_could_hold_nothing_stops_the_start(agency: Agency) -> None:
    agency.reads(COMMISSIONS, trailer={"mark": " ", "sums": {}})
    agency.reads(FeedKind.POLICIES, trailer={"mark": "T", "sums": {"vehicles": 2, "nothing": 3, "carrier_naic": 4}})
    with pytest.raises(SettingsError) as refused:
        agency.connector()
    amount = "must be a field of the map that holds an amount."
    assert refused.value.problems == [
        f"feed agency: policies.trailer.sums.vehicles: {amount}",
        f"feed agency: policies.trailer.sums.nothing: {amount}",
        f"feed agency: policies.trailer.sums.carrier_naic: {amount}",
        "feed agency: commissions.trailer.mark: must not be empty.",
        "feed agency: commissions.trailer.needs rows, sums or both: else there is nothing to hold against the file.",
    ]
