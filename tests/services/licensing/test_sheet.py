"""Files of licenses as people save them: encodings, delimiters, headings, dates, and what is wrong in which column."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.models.enums import LicenseStatus, LineOfAuthority
from portal_app.services.errors import Invalid
from portal_app.services.licensing import sheet
from portal_app.services.licensing.sheet import Refused, Row, read

HEADER = "NPN,State,License Number,License Type,Residency,Original Issue Date,Status,Status Date,Expiration Date,LOA"
LINE = "1234567,RI,3000123,Producer,Resident,05/04/2020,Active,05/04/2020,03/31/2027,Property"
FILE = f"{HEADER}\n{LINE}\n"
SAID = {
    "type": "Producer",
    "resident": True,
    "issued": date(2020, 5, 4),
    "status": LicenseStatus.ACTIVE,
    "status_on": date(2020, 5, 4),
    "expires": date(2027, 3, 31),
}
ROW = Row(2, "1234567", "RI", "3000123", (LineOfAuthority.PROPERTY,), SAID)


def only(text: str | bytes) -> Row:
    found = read(text if isinstance(text, bytes) else text.encode())
    assert found.refused == ()
    [row] = found.rows
    return row


@pytest.mark.criterion("LIC-20")
@pytest.mark.parametrize(
    "content",
    [
        FILE.encode(),
        FILE.encode("utf-8-sig"),
        FILE.encode("utf-16"),
        FILE.replace("\n", "\r\n").encode("cp1252"),
        FILE.replace("\n", "\r").encode(),
        FILE.replace(",", ";").encode(),
        FILE.replace(",", "\t").encode("utf-16"),
        FILE.replace(",", "|").encode(),
        FILE.upper().replace("PRODUCER", "Producer").encode(),
        FILE.replace("Status Date", " status_date ").replace("License Number", '"License  No."').encode(),
        FILE.replace("1234567", '"=""1234567"""').encode(),
        FILE.replace("05/04/2020", "2020-05-04").encode(),
        FILE.replace("05/04/2020", "5/4/20").encode(),
        FILE.replace("05/04/2020", "5/4/2020 12:00:00 AM").encode(),
        FILE.replace("RI,", "Rhode Island,").encode(),
        FILE.rstrip("\n").encode(),
        FILE.replace("\n", ",,\n").encode(),
    ],
)
def test_what_spreadsheets_make_of_a_file_is_read_alike(content: bytes) -> None:
    assert only(content) == ROW


@pytest.mark.criterion("LIC-20")
def test_a_line_that_names_the_delimiter_and_blank_lines_count_as_lines() -> None:
    found = read(f"sep=;\n{FILE.replace(',', ';')}\n\n{LINE.replace(',', ';')}\n".encode())
    assert [row.line for row in found.rows] == [3, 6]


@pytest.mark.criterion("LIC-20")
def test_windows_1252_keeps_its_letters() -> None:
    row = only(FILE.replace("Producer", "Courtière – é").encode("cp1252"))
    assert row.said["type"] == "Courtière – é"


@pytest.mark.criterion("LIC-20")
@pytest.mark.parametrize(
    ("word", "lines"),
    [
        ("Property & Casualty", ("property", "casualty")),
        ("PROPERTY AND CASUALTY", ("property", "casualty")),
        ("P&C", ("property", "casualty")),
        ("Personal Lines", ("personal_lines",)),
        ("Surplus Lines", ("surplus_lines",)),
        ("casualty", ("casualty",)),
    ],
)
def test_lines_of_authority_are_known_by_their_words(word: str, lines: tuple[str, ...]) -> None:
    assert only(FILE.replace("Property", word)).lines == lines


@pytest.mark.criterion("LIC-20")
@pytest.mark.parametrize(
    ("word", "status"), [("ACTIVE", "active"), ("Canceled", "cancelled"), ("Lapsed", "expired"), ("Revoked", "revoked")]
)
def test_statuses_are_known_by_their_words(word: str, status: str) -> None:
    assert only(FILE.replace("Active", word)).said["status"] == status


@pytest.mark.criterion("LIC-21")
@pytest.mark.parametrize(
    ("old", "new", "column", "why"),
    [
        ("1234567", "12345678901", "NPN", "is not a National Producer Number: at most 10 digits are expected"),
        ("1234567", "", "NPN", "is empty"),
        ("3000123", " ", "License Number", "is empty"),
        ("3000123", "9" * 65, "License Number", "is longer than 64 characters"),
        (",RI,", ",Rhodes,", "State", "is not a state: two letters such as RI are expected"),
        ("Active", "Fine", "Status", "is not a status of a license"),
        ("Resident", "Maybe", "Residency", "does not say whether the producer is resident"),
        ("Property", "Life", "LOA", "names a line of authority that is not kept here"),
        ("03/31/2027", "31/03/2027", "Expiration Date", "is not a date: MM/DD/YYYY and YYYY-MM-DD are read"),
        ("03/31/2027", "02/29/2027", "Expiration Date", "is not a date"),
        ("03/31/2027", "45382", "Expiration Date", "is not a date"),
        ("03/31/2027", "03/31/1027", "Expiration Date", "is a date outside the years 1900 to 2199"),
        ("Producer", "P\x07", "License Type", "is too long or holds signs that cannot be read"),
        ("Producer", "P" * 201, "License Type", "is too long or holds signs that cannot be read"),
        ("Property", "Property,more", "", "This row has more cells than the first line has columns."),
    ],
)
def test_a_row_that_cannot_be_taken_names_its_column_and_stops_no_other(
    old: str, new: str, column: str, why: str
) -> None:
    found = read(f"{HEADER}\n{LINE.replace(old, new, 1)}\n{LINE}\n".encode())
    assert [row.line for row in found.rows] == [3]
    [refused] = found.refused
    assert (refused.line, refused.column) == (2, column)
    assert refused.why.startswith(why)
    assert "45382" not in refused.why


@pytest.mark.criterion("LIC-21")
def test_a_row_that_is_torn_is_set_aside() -> None:
    found = read(f'{HEADER}\n{LINE}\n12"3,"x"y,z\n{LINE}\n'.encode())
    assert [row.line for row in found.rows] == [2, 4]
    assert found.refused == (Refused(3, "", "This row cannot be taken apart: a quotation mark in it is not closed."),)


@pytest.mark.criterion("LIC-21")
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        (b"PK\x03\x04\x00\x00", "This is no text"),
        (b"\xff\xfea", "This is no text"),
        (b"a,b\n1,2\n", "There is no column NPN, State, License Number, Status, Line of Authority."),
        (LINE.encode(), "There is no column"),
        (FILE.replace("LOA", "Line").replace("Residency", "LOA").encode(), "The columns LOA and Line say the same."),
        (b'NPN,"State', "The first line cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(content: bytes, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(content)
    assert refused.value.problems["file"].startswith(why)


@pytest.mark.criterion("LIC-21")
def test_columns_that_nobody_knows_are_named_and_too_many_rows_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(FILE.replace("LOA", "LOA,Favourite Colour").encode())
    assert found.ignored == ("Favourite Colour",)
    assert found.rows == (ROW,)
    monkeypatch.setattr(sheet, "MOST_ROWS", 1)
    with pytest.raises(Invalid, match="more than 1 rows"):
        read(f"{FILE}{LINE}\n".encode())


cells = st.text(max_size=8) | st.sampled_from(
    ["1234567", "RI", "Active", "Property", "3000123", "", '"', "=", "03/31/2027"]
)


@pytest.mark.criterion("LIC-21")
@given(st.lists(st.lists(cells, max_size=12), max_size=4), st.sampled_from([",", ";", "\t"]))
def test_whatever_the_cells_there_is_a_row_or_a_reason(rows: list[list[str]], delimiter: str) -> None:
    text = "\n".join([HEADER.replace(",", delimiter), *(delimiter.join(row) for row in rows)])
    _is_told(text.encode("utf-8", "surrogatepass"))


@pytest.mark.criterion("LIC-21")
@given(st.binary(max_size=200))
def test_whatever_the_bytes_there_are_rows_or_a_reason(content: bytes) -> None:
    _is_told(content)
    _is_told(FILE.encode() + content)


def _is_told(content: bytes) -> None:
    found: Any = None
    told: Any = {"file": ""}
    try:
        found = read(content)
    except Invalid as refused:
        told = refused.problems
    assert list(told) == ["file"]
    assert found is not None or told["file"]
    if found is not None:
        assert all(isinstance(each, Row) for each in found.rows)
        assert all(each.why for each in found.refused)
