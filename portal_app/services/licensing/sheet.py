"""A file of licenses as people download it from the national producer database and save it from a spreadsheet: which
encoding, which delimiter, which column is what, and one row for each line of authority.

No sentence repeats a cell: something that is nobody's business may stand in the wrong column.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from portal_app.models.enums import LicenseStatus, LineOfAuthority
from portal_app.services.errors import Invalid
from portal_app.services.licensing.jurisdictions import STATES
from portal_app.services.licensing.records import FIRST_DAY, LAST_DAY

DELIMITERS = ",;\t|"
MOST_ROWS = 60_000
LONGEST_CELL = 200

# Headings without their case, spaces and signs.
HEADINGS: dict[str, tuple[str, ...]] = {
    "npn": ("npn", "nationalproducernumber", "producernpn"),
    "state": ("state", "licensestate", "jurisdiction", "statecode"),
    "number": ("licensenumber", "license", "licenseno", "licensenum", "licensenbr"),
    "type": ("licensetype", "type", "licenseclass", "class", "licenseclassname"),
    "resident": ("residency", "resident", "residencystatus", "residentindicator", "residentnonresident"),
    "issued": ("originalissuedate", "originalissue", "issuedate", "dateissued", "licenseissuedate"),
    "status": ("status", "licensestatus"),
    "status_on": ("statusdate", "statuseffectivedate", "licensestatusdate"),
    "effective": ("effectivedate", "effective", "licenseeffectivedate"),
    "expires": ("expirationdate", "expiration", "expires", "expirydate", "licenseexpirationdate"),
    "line": ("lineofauthority", "loa", "line", "loaname", "lineofauthorityname", "qualification"),
    "line_effective": ("loaeffectivedate", "lineeffectivedate", "lineofauthorityeffectivedate", "loaissuedate"),
    "line_expires": ("loaexpirationdate", "lineexpirationdate", "lineofauthorityexpirationdate"),
}
NEEDED = ("npn", "state", "number", "status", "line")
BEGINS = ("effective", "issued")
"""One of these says when a license that is new takes effect."""
NAMES = {
    "npn": "NPN",
    "state": "State",
    "number": "License Number",
    "status": "Status",
    "line": "Line of Authority",
    "effective": "Effective Date",
    "issued": "Original Issue Date",
    "expires": "Expiration Date",
}
LINES: dict[str, tuple[LineOfAuthority, ...]] = {
    "property": (LineOfAuthority.PROPERTY,),
    "casualty": (LineOfAuthority.CASUALTY,),
    "propertycasualty": (LineOfAuthority.PROPERTY, LineOfAuthority.CASUALTY),
    "propertyandcasualty": (LineOfAuthority.PROPERTY, LineOfAuthority.CASUALTY),
    "pc": (LineOfAuthority.PROPERTY, LineOfAuthority.CASUALTY),
    "personallines": (LineOfAuthority.PERSONAL_LINES,),
    "personalline": (LineOfAuthority.PERSONAL_LINES,),
    "personal": (LineOfAuthority.PERSONAL_LINES,),
    "surplus": (LineOfAuthority.SURPLUS_LINES,),
    "surpluslines": (LineOfAuthority.SURPLUS_LINES,),
    "surplusline": (LineOfAuthority.SURPLUS_LINES,),
    "excessandsurplus": (LineOfAuthority.SURPLUS_LINES,),
}
STATUSES = {each.value: each for each in LicenseStatus} | {
    "canceled": LicenseStatus.CANCELLED,
    "lapsed": LicenseStatus.EXPIRED,
    "terminated": LicenseStatus.CANCELLED,
    "voluntarysurrender": LicenseStatus.SURRENDERED,
}
RESIDENT = {"r", "resident", "res", "yes", "y", "true", "home"}
NON_RESIDENT = {"n", "nr", "nonresident", "nonres", "no", "false"}

_TIME = r"(?:[T ] *[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?: ?[AaPp][Mm])?)?"
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})" + _TIME)
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})" + _TIME)
_SHORT_YEAR = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})")
_PIVOT = 69
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n)')
_AS_TEXT = re.compile(r'="(.*)"')
NOT_A_DATE = "is not a date: MM/DD/YYYY and YYYY-MM-DD are read"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be taken. `line` is where it begins in the file, `column` the heading as the file has it, or as
    it would have it where it lacks the column; empty where it is the row as a whole."""

    line: int
    column: str
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file, read. `said` holds the values of the cells that are not blank, by field."""

    line: int
    npn: str
    state: str
    number: str
    lines: tuple[LineOfAuthority, ...]
    said: Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A file that was read. `headings` are the file's own names of the fields, `ignored` those that nobody knows."""

    digest: bytes
    headings: Mapping[str, str]
    ignored: tuple[str, ...]
    rows: tuple[Row, ...]
    refused: tuple[Refused, ...] = field(default=())


def read(content: bytes) -> Sheet:
    """The rows of a file, in its order. Raises Invalid where the file as a whole cannot be read."""
    text = _decoded(content)
    separator = _SEPARATOR_LINE.match(text)
    skipped = 1 if separator else 0
    if separator:
        text = text[separator.end() :]
    delimiter = separator[1] if separator else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    refused: list[Refused] = []
    header = _header(reader)
    places = _places(header)
    headings = {name: header[place] for name, place in places.items()}
    end = reader.line_num
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            why = "This row cannot be taken apart: a quotation mark in it is not closed."
            refused.append(Refused(skipped + end + 1, "", why))
            end = reader.line_num
            continue
        line, end = skipped + end + 1, reader.line_num
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) + len(refused) >= MOST_ROWS:
            raise Invalid({"file": f"The file has more than {MOST_ROWS:,} rows. Take it in several parts."})
        taken = _row(line, cells, len(header), places, headings)
        rows.append(taken) if isinstance(taken, Row) else refused.append(taken)
    known = set(headings.values())
    ignored = tuple(name for name in header if name and name not in known)
    return Sheet(sha256(content).digest(), headings, ignored, tuple(rows), tuple(refused))


def _decoded(content: bytes) -> str:
    """By its byte order mark; else UTF-8; else what Windows writes."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "cp1252"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not text.strip():
            raise Invalid({"file": "The file is empty."})
        if "\x00" not in text:
            return text
    raise Invalid({"file": "This is no text: save it as CSV and send that."})


def _delimiter(text: str) -> str:
    """The one under which the first line names most of the fields."""

    def known(delimiter: str) -> int:
        try:
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            cells = next((row for row in rows if any(row)), [])
        except csv.Error:
            return 0
        return sum(_field(cell) is not None for cell in cells)

    return max(DELIMITERS, key=known)


def _header(reader: Any) -> list[str]:
    try:
        cells: list[str] = next((row for row in reader if any(cell.strip() for cell in row)), [])
    except csv.Error:
        raise Invalid({"file": "The first line cannot be read: a quotation mark in it is not closed."}) from None
    return [" ".join(cell.split())[:LONGEST_CELL] for cell in cells]


def _places(header: list[str]) -> dict[str, int]:
    """In which column each field stands. Raises Invalid where one is missing or stands twice."""
    places: dict[str, int] = {}
    for place, heading in enumerate(header):
        name = _field(heading)
        if name in places:
            first = header[places[name]]
            raise Invalid({"file": f"The columns {first} and {heading} say the same. Take one of them away."})
        if name:
            places[name] = place
    if missing := [NAMES[name] for name in NEEDED if name not in places]:
        raise Invalid({"file": f"There is no column {', '.join(missing)}. The first line has to name the columns."})
    return places


def _field(heading: str) -> str | None:
    word = _word(heading)
    return next((name for name, words in HEADINGS.items() if word in words), None)


def _word(text: str) -> str:
    return "".join(each for each in text.lower() if each.isalnum())


def _row(
    line: int, cells: list[str], width: int, places: Mapping[str, int], headings: Mapping[str, str]
) -> Row | Refused:
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return Refused(line, "", "This row has more cells than the first line has columns.")
    values: dict[str, Any] = {}
    for name, place in places.items():
        text = _cell(cells[place]) if place < len(cells) else ""
        if not text:
            if name in NEEDED:
                return Refused(line, headings[name], "is empty")
            continue
        try:
            if len(text) > LONGEST_CELL or not text.isprintable():
                raise ValueError("is too long or holds signs that cannot be read")
            values[name] = READ[name](text)
        except ValueError as problem:
            return Refused(line, headings[name], str(problem))
    keys = {name: values.pop(name) for name in ("npn", "state", "number")}
    return Row(line=line, **keys, lines=values.pop("line"), said=values)


def _cell(text: str) -> str:
    """Without stray spaces, and without what keeps a spreadsheet from dropping zeros: ="00123"."""
    text = " ".join(text.split())
    return wrapped[1].strip() if (wrapped := _AS_TEXT.fullmatch(text)) else text


def day(text: str) -> date:
    """A calendar date as the database or a spreadsheet writes it; a time of day is dropped. A year of two digits is
    read as POSIX has it, 69 to 99 as 19xx. Raises ValueError."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, number = int(match[1]), int(match[2]), int(match[3])
    elif match := _YEAR_LAST.fullmatch(text):
        year, month, number = int(match[3]), int(match[1]), int(match[2])
    elif match := _SHORT_YEAR.fullmatch(text):
        short = int(match[3])
        year, month, number = short + (1900 if short >= _PIVOT else 2000), int(match[1]), int(match[2])
    else:
        raise ValueError(NOT_A_DATE)
    try:
        found = date(year, month, number)
    except ValueError:
        raise ValueError(NOT_A_DATE) from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise ValueError(f"is a date outside the years {FIRST_DAY.year} to {LAST_DAY.year}")
    return found


def _npn(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise ValueError("is not a National Producer Number: at most 10 digits are expected")
    return text


def _state(text: str) -> str:
    letters = text.upper()
    if letters in STATES:
        return letters
    named = [each for each, name in STATES.items() if name.upper() == letters]
    if not named:
        raise ValueError("is not a state: two letters such as RI are expected")
    return named[0]


def _number(text: str) -> str:
    if len(text) > 64:
        raise ValueError("is longer than 64 characters")
    return text


def _type(text: str) -> str:
    if len(text) > 80:
        raise ValueError("is longer than 80 characters")
    return text


def _resident(text: str) -> bool:
    word = _word(text)
    if word not in RESIDENT | NON_RESIDENT:
        raise ValueError("does not say whether the producer is resident: Resident and Non-Resident are read")
    return word in RESIDENT


def _status(text: str) -> LicenseStatus:
    if _word(text) not in STATUSES:
        raise ValueError(f"is not a status of a license: {', '.join(LicenseStatus)} are read")
    return STATUSES[_word(text)]


def _lines(text: str) -> tuple[LineOfAuthority, ...]:
    if _word(text) not in LINES:
        known = ", ".join(each.label for each in LineOfAuthority)
        raise ValueError(f"names a line of authority that is not kept here: {known} are")
    return LINES[_word(text)]


READ: dict[str, Callable[[str], Any]] = {
    "npn": _npn,
    "state": _state,
    "number": _number,
    "type": _type,
    "resident": _resident,
    "issued": day,
    "status": _status,
    "status_on": day,
    "effective": day,
    "expires": day,
    "line": _lines,
    "line_effective": day,
    "line_expires": day,
}
