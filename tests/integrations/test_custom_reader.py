"""One file to rows: encodings, delimiters, quotation marks, broken rows, broken files, rows that repeat."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal_app.models.enums import FeedKind
from portal_app.services.ports import FeedRecord, RowProblem
from tests.integrations.agency import (
    CLIENT_COLUMNS,
    GOOD,
    POLICY_COLUMNS,
    PRODUCER_HEADER,
    Agency,
    csv_of,
    must_say_why,
)

POLICIES, CLIENTS, COMMISSIONS, PRODUCERS = (
    FeedKind.POLICIES,
    FeedKind.CLIENTS,
    FeedKind.COMMISSIONS,
    FeedKind.PRODUCERS,
)
SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def whole_file_problem(agency: Agency, content: str | bytes, kind: FeedKind = PRODUCERS) -> str:
    with pytest.raises(RowProblem) as refused:
        agency.rows(kind, content)
    return " ".join(refused.value.reasons)


@pytest.mark.criterion("FEED-01")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_found_out(agency: Agency, encoding: str) -> None:
    (row,) = agency.rows(PRODUCERS, f"{PRODUCER_HEADER}\nHL-110,Zoë Müñoz – O’Brien,,,\n".encode(encoding))
    assert dict(row.cells) == {"Code": "HL-110", "Name": "Zoë Müñoz – O’Brien", "Kind": "", "Parent": "", "NPN": ""}


@pytest.mark.criterion("FEED-01")
def test_windows_1252_is_found_out_far_into_a_long_file(agency: Agency) -> None:
    text = PRODUCER_HEADER + "\n" + "".join(f"HL-{n},Ann,,,\n" for n in range(120_000)) + "HL-X,Zoë,,,\n"
    *_, last = agency.rows(PRODUCERS, text.encode("cp1252"))
    assert last.cells["Name"] == "Zoë"


@pytest.mark.criterion("FEED-01")
def test_an_encoding_of_the_settings_stands_and_takes_the_byte_order_mark_off(agency: Agency) -> None:
    agency.reads(PRODUCERS, encoding="mac_roman")
    (row,) = agency.rows(PRODUCERS, f"{PRODUCER_HEADER}\nHL-110,Zoë,,,\n".encode("mac_roman"))
    assert row.cells["Name"] == "Zoë"
    agency.reads(PRODUCERS, encoding="utf-8")
    quoted = csv_of([PRODUCER_HEADER.split(","), ["HL-110", "Zoë", "", "", ""]])
    (row,) = agency.rows(PRODUCERS, quoted.encode("utf-8-sig"))
    assert (row.cells["Code"], row.cells["Name"]) == ("HL-110", "Zoë")


@pytest.mark.criterion("FEED-02")
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_columns_that_the_header_then_names(agency: Agency, delimiter: str) -> None:
    rows = [PRODUCER_HEADER.split(","), ["HL-110", "Smith; Jones, | and\tSons", "", "", ""]]
    (row,) = agency.rows(PRODUCERS, csv_of(rows, delimiter))
    assert row.cells["Name"] == rows[1][1]


@pytest.mark.criterion("FEED-02")
def test_a_line_that_names_the_delimiter_and_a_delimiter_of_the_settings(agency: Agency) -> None:
    (row,) = agency.rows(PRODUCERS, "sep=^\r\n" + PRODUCER_HEADER.replace(",", "^") + "\r\nHL-110^Ann^^^\r\n")
    assert (row.line, row.cells["Name"]) == (3, "Ann")
    agency.reads(PRODUCERS, delimiter="~")
    (row,) = agency.rows(PRODUCERS, PRODUCER_HEADER.replace(",", "~") + "\nHL-110~Ann~~~\n")
    assert row.cells["Name"] == "Ann"


@pytest.mark.criterion("FEED-03")
def test_quoted_cells_span_lines_and_blank_lines_are_passed_over(agency: Agency) -> None:
    text = f"\r\n{PRODUCER_HEADER}\r\n\r\n"
    text += 'HL-1,"Smith, ""Bo""\r\nand Sons",,,\r\n,,,,\r\nHL-2,Ann,,,\r\n\r\n,,,,\r\n,,\r\n\r\n'
    first, second = agency.rows(PRODUCERS, text)
    assert (first.line, first.cells["Name"]) == (4, 'Smith, "Bo"\r\nand Sons')
    assert (second.line, second.cells["Name"], second.problem) == (7, "Ann", None)


@pytest.mark.criterion("FEED-03")
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_line_end_and_none_at_the_end_of_the_file(agency: Agency, newline: str) -> None:
    rows = agency.rows(PRODUCERS, newline.join([PRODUCER_HEADER, "HL-1,Ann,,,", "HL-2,Bo,,,"]))
    assert [(row.line, row.cells["Name"]) for row in rows] == [(2, "Ann"), (3, "Bo")]


@pytest.mark.criterion("FEED-04")
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"HL-2,Bo,,", "The row has 4 cells, fewer than the header's 5."),
        (b"HL-2,Smith, John,,,", "The row has 6 cells, more than the header's 5."),
        (b"HL-2,Bo,,,,", "The row has 6 cells, more than the header's 5."),
        (b"HL-2,B\x00o,,,", 'Column "Name" holds NUL or bytes that are no text in the file\'s encoding.'),
        (b"HL-2,Zo\xeb B\x81o,,,", 'Column "Name" holds NUL or bytes that are no text in the file\'s encoding.'),
        (
            b'HL-2,"Bo" Smith,,,',
            "The row cannot be taken apart: a quotation mark is not closed, or stands inside a cell.",
        ),
        (
            b'HL-2,"Bo\nx,y\nHL-9,"Cy",,,',
            "Lines 3 to 5 cannot be told apart: a quotation mark is not closed, or stands inside a cell.",
        ),
        (
            b'HL-2,"' + b"x" * 140_000 + b'",,,',
            "The row cannot be taken apart: a quotation mark is not closed, or stands inside a cell.",
        ),
    ],
    ids=["few", "many", "many, empty", "NUL", "no such character", "stray mark", "open mark", "endless cell"],
)
def test_a_broken_row_is_set_aside_and_the_next_is_read(agency: Agency, bad: bytes, reason: str) -> None:
    before, broken, after = agency.rows(
        PRODUCERS, PRODUCER_HEADER.encode() + b"\nHL-1,Ann,,,\n" + bad + b"\nHL-3,Cy,,,\n"
    )
    assert (broken.line, broken.source_id, broken.problem) == (3, "", reason)
    assert not any("\x00" in text for text in broken.cells.values())
    assert [row.source_id for row in (before, after)] == ["HL-1", "HL-3"]
    assert before.problem is after.problem is None


@pytest.mark.criterion("FEED-04")
def test_a_mark_open_to_the_end_of_the_file_does_not_swallow_it_into_one_cell(agency: Agency) -> None:
    first, broken = agency.rows(PRODUCERS, f'{PRODUCER_HEADER}\nHL-1,Ann,,,\nHL-2,Bo,,,"12345\nHL-3,Cy,,,\n')
    assert first.problem is None
    assert broken.problem is not None
    assert "Lines 3 to 4" in broken.problem


@pytest.mark.criterion("FEED-05")
def test_missing_columns_refuse_the_whole_file_and_are_named(agency: Agency) -> None:
    problem = whole_file_problem(agency, "Code,Full Name,Type,Parent,NPN\nHL-1,Ann,,,\n")
    assert problem == 'The header lacks the columns "Name", "Kind".'


@pytest.mark.criterion("FEED-05")
def test_a_column_that_is_there_twice_refuses_the_whole_file(agency: Agency) -> None:
    problem = whole_file_problem(agency, f"{PRODUCER_HEADER},name\nHL-1,Ann,,,,Bo\n")
    assert problem == 'The header has the column "Name" more than once.'


@pytest.mark.criterion("FEED-05")
def test_columns_that_the_map_does_not_name_may_be_anything(agency: Agency) -> None:
    (row,) = agency.rows(PRODUCERS, " npn ,X,CODE,X,Kind,Parent,Name,,\n9900110,1,HL-1,2,,,Ann,,\n")
    assert dict(row.cells) == {"npn": "9900110", "CODE": "HL-1", "Kind": "", "Parent": "", "Name": "Ann"}


@pytest.mark.criterion("FEED-05")
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\r\n\r\n", "The file is empty."),
        (b"HL-1,Ann,,,\nHL-2,Bo,,,\n", "The file has no header: its first line names none of the columns of the map."),
        (b'Code,"Name,Kind\nHL-1,Ann\n', "The header cannot be read: a quotation mark in it is not closed."),
        (b"PK\x03\x04\x14\x00\x06\x00", "The file is a spreadsheet's workbook, not CSV: save it as CSV."),
        (
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
            "The file has no header: its first line names none of the columns of the map.",
        ),
    ],
    ids=["nothing", "blank", "no header", "open mark", "workbook", "PDF"],
)
def test_a_file_that_is_no_export_is_refused_whole(agency: Agency, content: bytes, problem: str) -> None:
    assert whole_file_problem(agency, content) == problem


@pytest.mark.criterion("FEED-05")
def test_a_header_alone_is_a_file_without_rows(agency: Agency) -> None:
    assert agency.rows(PRODUCERS, PRODUCER_HEADER) == []


@pytest.mark.criterion("FEED-17")
def test_the_fingerprint_is_that_of_the_mapped_cells(agency: Agency) -> None:
    def fingerprint(content: str) -> bytes:
        (row,) = agency.rows(PRODUCERS, content)
        return row.fingerprint

    first = fingerprint(f"{PRODUCER_HEADER}\nHL-1,Ann,,,\n")
    assert fingerprint("Printed at;NPN;Parent;Kind;Name;CODE\ntoday;;;;Ann;HL-1\n") == first
    assert fingerprint(f"{PRODUCER_HEADER}\nHL-1,Anne,,,\n") != first
    assert fingerprint(f"{PRODUCER_HEADER}\nHL-1,Ann,,,1\n") != fingerprint(f"{PRODUCER_HEADER}\nHL-1,Ann,,1,\n")
    agency.reads(PRODUCERS, values={"kind": {"X": "organisation"}})
    assert fingerprint(f"{PRODUCER_HEADER}\nHL-1,Ann,,,\n") != first


@pytest.mark.criterion("FEED-17")
def test_the_fingerprint_changes_where_the_dates_are_read_otherwise_or_a_column_joins(agency: Agency) -> None:
    text = csv_of([list(POLICY_COLUMNS.values()), [GOOD[POLICIES][name] for name in POLICY_COLUMNS.values()]])
    found = set()
    for changes in (
        {},
        {"dates": "day first"},
        {"columns": {"insured_name": "Remark"}},
        {"columns": {"insured_name": "Line"}},
    ):
        agency.reads(POLICIES, **changes)
        (row,) = agency.rows(POLICIES, text)
        found.add(row.fingerprint)
    assert len(found) == 4


@pytest.mark.criterion("FEED-25")
def test_columns_that_the_map_does_not_name_are_not_kept(agency: Agency) -> None:
    (row,) = agency.rows(PRODUCERS, f"{PRODUCER_HEADER},Bank account\nHL-1,Ann,,,,DE-SECRET-99\n")
    assert "Bank account" not in row.cells
    assert b"SECRET" not in row.fingerprint


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
TABLE = st.lists(st.tuples(st.integers(0, 9).map(str), CELL, CELL, CELL, CELL), max_size=12)


@pytest.mark.criterion("FEED-03")
@given(TABLE, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.booleans())
@SAME_FOLDER
def test_what_was_written_is_read(
    agency: Agency, table: list[tuple[str, ...]], delimiter: str, encoding: str, quote_all: bool
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    writer.writerows([PRODUCER_HEADER.split(","), *((f"{n}-{code}", *rest) for n, (code, *rest) in enumerate(table))])
    rows = agency.rows(PRODUCERS, written.getvalue().encode(encoding))
    assert [tuple(row.cells.values()) for row in rows] == [(f"{n}-{c[0]}", *c[1:]) for n, c in enumerate(table)]


@pytest.mark.criterion("FEED-18")
@given(TABLE, st.integers(0, 14), st.sampled_from([PRODUCERS, COMMISSIONS]))
@SAME_FOLDER
def test_reading_goes_on_after_any_row(
    agency: Agency, table: list[tuple[str, ...]], start: int, kind: FeedKind
) -> None:
    header = (
        ["Code", "Name", "Kind", "Parent", "NPN"]
        if kind is PRODUCERS
        else ["Policy", "Date", "Type", "Premium", "Rate", "Commission", "Producer"]
    )
    body = [[*row, "", ""][: len(header)] for row in table]
    agency.writes(kind, csv_of([header, *body]) + "broken,row\n")
    batch = agency.batch(kind)
    everything = [(row.line, row.source_id, row.fingerprint, row.problem, dict(row.cells)) for row in batch.rows()]
    rest = [(row.line, row.source_id, row.fingerprint, row.problem, dict(row.cells)) for row in batch.rows(start)]
    assert rest == everything[start:]


@pytest.mark.criterion("FEED-23")
def test_a_long_file_is_never_held_in_memory(agency: Agency) -> None:
    rows = 30_000
    text = PRODUCER_HEADER + "\n" + "".join(f"HL-{n},{'Ann' * 300},,,\n" for n in range(rows))
    agency.writes(PRODUCERS, text)
    size = len(text)
    del text
    tracemalloc.start()
    try:
        count = sum(1 for _ in agency.batch(PRODUCERS).rows())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == rows
    assert peak < 5_000_000 + 250 * rows < size / 2


@pytest.mark.criterion("FEED-27")
@given(st.binary(max_size=400), st.sampled_from([b"", PRODUCER_HEADER.encode() + b"\n", b"\xff\xfe", b"\xef\xbb\xbf"]))
@example(b"\x00" * 64, PRODUCER_HEADER.encode() + b"\n")
@example(b'"', PRODUCER_HEADER.encode() + b"\n")
@SAME_FOLDER
def test_whatever_the_bytes_there_are_rows_or_a_reason(agency: Agency, content: bytes, start: bytes) -> None:
    agency.writes(PRODUCERS, start + content)
    connector = agency.connector(PRODUCERS)
    (batch,) = connector.batches(PRODUCERS)
    try:
        rows = list(batch.rows())
    except RowProblem as refused:
        must_say_why(refused)
        return
    for row in rows:
        row.fingerprint.decode("utf-8", "replace")
        assert "\x00" not in row.source_id
        try:
            assert isinstance(connector.record(PRODUCERS, row), FeedRecord) or row.problem
        except RowProblem as refused:
            must_say_why(refused)


@pytest.mark.criterion("FEED-27")
@given(st.lists(st.text(max_size=30), min_size=len(CLIENT_COLUMNS), max_size=len(CLIENT_COLUMNS)))
@SAME_FOLDER
def test_whatever_the_cells_there_is_a_record_or_a_reason(agency: Agency, texts: list[str]) -> None:
    text = csv_of([list(CLIENT_COLUMNS.values()), texts])
    agency.writes(CLIENTS, text.encode("utf-8", "replace"))
    connector = agency.connector(CLIENTS)
    (batch,) = connector.batches(CLIENTS)
    for row in batch.rows():
        try:
            record = connector.record(CLIENTS, row)
        except RowProblem as refused:
            must_say_why(refused)
        else:
            assert isinstance(record, FeedRecord)
