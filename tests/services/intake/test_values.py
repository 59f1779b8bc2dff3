"""What may be typed into a field of each type, how it is kept, and how it is told."""

import csv
from pathlib import Path
from typing import Any

import pytest

from portal_app import demo
from portal_app.services.door import Door
from portal_app.services.intake import asked, places, vin
from portal_app.services.intake.forms import LINES, Choice, Field, FieldType, PolicyNumbers
from portal_app.services.intake.policy_numbers import fits, of_carrier, wrong_pattern
from portal_app.services.intake.shipped import shipped
from portal_app.services.intake.values import read, told, told_phone
from tests.services.intake.filled import TODAY

T = FieldType
POLICIES = Path(demo.__file__).parents[1] / "demo/policies.csv"


def field(kind: FieldType, **own: Any) -> Field:
    return Field("it", "It", kind, **own)


@pytest.mark.criterion("INTAKE-05")
@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (
            T.DATE,
            {"7/5/2026": "2026-07-05", "2024-02-29": "2024-02-29"},
            ["2023-02-29", "13/01/2026", "7/5/26", "20260705", "0026-07-05"],
        ),
        (T.YEAR, {"2027": 2027, "1999": 1999}, ["2028", "99", "MMXX", "1599"]),
        (T.WHOLE, {"1,250": 1250, "0": 0, 12: 12}, ["1.5", "-1", "1,25", "12 cars", "1" * 16, True]),
        (
            T.MONEY,
            {"$1,250.5": "1250.50", "0": "0.00", "-0": "0.00", 12: "12.00"},
            ["1.255", "-1", "$", "1e3", "12 USD", float("nan")],
        ),
        (T.DECIMAL, {"0.950": "0.95", ".95": "0.95", "10": "10"}, ["0.12345", "x", ".", "5.", "-"]),
        (T.PERCENT, {"12.5%": "12.5", "100": "100"}, ["101", "-1"]),
        (T.FLAG, {"yes": True, "No": False, True: True}, ["maybe", "1", 1, "si"]),
        (T.STATE, {"ri": "RI", "Rhode Island": "RI", "AE": "AE"}, ["ZZ", "Rhode"]),
        (
            T.POSTAL_CODE,
            {"02840": "02840", "02840-1234": "02840-1234", "028401234": "02840-1234"},
            ["2840", "02840-12", "00012", "0284O"],
        ),
        (
            T.PHONE,
            {"(401) 555-0123": "+14015550123", "401.555.0123 ext 9": "+14015550123 x9"},
            ["555-0123", "1" * 50, "nobody"],
        ),
        (T.EMAIL, {" ann@Wexford.test ": "ann@wexford.test"}, ["ann@", "ann at wexford.test"]),
        (T.FEIN, {"123456789": "12-3456789", "12-3456789": "12-3456789"}, ["12-345678", "00-1234567", "1234567890"]),
        (
            T.SSN,
            {"219 09 9999": "219-09-9999"},
            ["000-09-9999", "666-09-9999", "900-09-9999", "219-00-9999", "219-09-0000"],
        ),
        (T.DRIVER_LICENSE, {"ri 123-4567": "RI1234567"}, ["12", "R;12345"]),
        (T.VIN, {"1m8gdm9axkp042788": "1M8GDM9AXKP042788"}, ["123", "1M8GDM9AXKP0427889", "1M8_DM9AXKP042788"]),
        (T.NAICS, {"722511": "722511", "72": "72"}, ["7", "7225111", "990000", "72251A"]),
        (T.SIC, {"5812": "5812"}, ["581", "58123", "581A", "0000"]),
        (T.GL_CLASS, {"16910": "16910"}, ["1691", "169100", "1691A", "00000"]),
        (T.WC_CLASS, {"8810": "8810", "953": "953"}, ["88", "88100", "٨٨١٠", "000", "0000"]),
        (T.NAIC, {"99101": "99101"}, ["9910", "991011", "9910A", "00000"]),
        (T.TEXT, {" Café ": "Café"}, ["a\nb", "x" * 201, "\x00", ["a"]]),
        (T.LONG_TEXT, {"a\r\nb": "a\nb"}, ["x" * 4001, "a\x07"]),
    ],
)
def test_what_is_typed_is_read_or_told_what_to_do(kind: FieldType, right: dict[Any, Any], wrong: list[Any]) -> None:
    own = field(kind)
    for typed, kept in right.items():
        assert read(own, typed, TODAY).value == kept
        assert read(own, kept, TODAY).value == kept
    for typed in wrong:
        found = read(own, typed, TODAY)
        assert (found.value, found.wrong[-1:]) == (None, ".")
        assert str(typed) not in found.wrong.split()
    for nothing in (None, "", "  ", []):
        assert read(own, nothing, TODAY) == read(own, None, TODAY)


@pytest.mark.criterion("INTAKE-05")
def test_choices_are_those_of_the_form_in_its_order() -> None:
    given = (Choice("a", "First"), Choice("b", "Second"))
    several, one = field(T.CHOICES, choices=given), field(T.CHOICE, choices=given)
    assert read(several, ["b", "a", "b"], TODAY).value == ["a", "b"]
    assert told(several, ["a", "b"]) == "First, Second"
    assert (read(one, "b", TODAY).value, told(one, "b")) == ("b", "Second")
    for typed in ("c", ["a", "c"], [["a"]], {"a": 1}):
        assert read(several, typed, TODAY).wrong
        assert read(one, typed, TODAY).wrong


@pytest.mark.criterion("INTAKE-10")
def test_what_is_personal_is_masked_where_it_is_told() -> None:
    assert told(field(T.DRIVER_LICENSE, personal=True), "RI1234567") == "••••4567"
    assert told(field(T.TEXT, personal=True), "Ann") == "••••"
    assert told(field(T.DATE, personal=True), "1980-02-29") == "••/••/1980"
    assert told(field(T.DATE, personal=True), "1980-02-29", masked=False) == "02/29/1980"
    assert told(field(T.MONEY), "1250.50") == "$1,250.50"
    assert (told(field(T.FLAG), False), told(field(T.PERCENT), "12.5"), told(field(T.TEXT), None)) == (
        "No",
        "12.5%",
        "",
    )


@pytest.mark.criterion("INTAKE-05")
@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("+14015550123", "(401) 555-0123"),
        ("+14015550123 x4", "(401) 555-0123 ext. 4"),
        ("401-555-0123", "(401) 555-0123"),
        ("+447400123456", "+44 7400 123456"),
        ("ask for Ada", "ask for Ada"),
        ("", ""),
    ],
)
def test_a_phone_number_is_shown_as_people_write_it_and_reads_as_itself(kept: str, shown: str) -> None:
    phone = Field("phone", "Phone", FieldType.PHONE)
    assert (told(phone, kept), told_phone(kept)) == (shown, shown)
    assert read(phone, shown, TODAY) == read(phone, kept, TODAY)


@pytest.mark.criterion("INTAKE-06")
def test_a_vin_says_whether_it_was_copied_right_its_year_and_its_maker() -> None:
    right = vin.decoded("1M8GDM9AXKP042788", TODAY)
    assert (right.check_digit, right.years[0]) == (True, 1989)
    assert vin.decoded("5YJ3E1EA8JF000009", TODAY).make == "Tesla"
    assert vin.decoded("1HGCV1F38FA000015", TODAY).years == (2015, 1985), "a letter in position 7 is of 2010 or later"
    for at in range(17):
        for sign in "12":
            other = "1M8GDM9AXKP042788"[:at] + sign + "1M8GDM9AXKP042788"[at + 1 :]
            if other != "1M8GDM9AXKP042788" and at != 8:
                assert vin.decoded(other, TODAY).check_digit is _by_hand(other)
    assert not vin.decoded("1M8GDM9AXKPO42788", TODAY).well_formed, "no O"


def _by_hand(number: str) -> bool:
    """The check digit from the table as it is published."""
    values = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", [
        1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ], strict=True))  # fmt: skip
    total = sum(
        values[s] * w for s, w in zip(number, [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2], strict=True)
    )
    return number[8] == "0123456789X"[total % 11]


@pytest.mark.criterion("INTAKE-07")
def test_a_zip_code_tells_its_state_and_city_without_asking_anybody() -> None:
    newport = places.place("02840-1234")
    assert newport is not None
    assert (newport.state, newport.city) == ("RI", "Newport")
    fishers_island = places.place("06390")
    assert fishers_island is not None
    assert fishers_island.state == "NY", "the list knows better than the first three digits"
    nowhere = places.place("06399")
    assert nowhere is not None
    assert (nowhere.states, nowhere.state, nowhere.city) == ({"CT", "NY"}, "", "")
    assert places.place("00012") is None
    assert places.place("2840") is None


@pytest.mark.criterion("INTAKE-07")
def test_every_zip_code_of_the_list_lies_in_a_state_of_its_prefix() -> None:
    import zipcodes

    listed = zipcodes.list_all()
    assert len(listed) > 40_000
    assert [each["zip_code"] for each in listed if each["state"] not in places.states_of(each["zip_code"])] == []


@pytest.mark.criterion("INTAKE-09")
def test_a_pattern_says_which_numbers_a_carrier_writes() -> None:
    known = (PolicyNumbers("Saltmarsh  Mutual", ("@@ #######[-##]", "Q????")),)
    own = of_carrier(known, "saltmarsh mutual ")
    assert own is not None
    assert of_carrier(known, "Saltmarsh") is None
    assert all(fits(own, each) for each in ("HO1234567", "pa 1234567-01", "qa1b2"))
    assert not any(fits(own, each) for each in ("H01234567", "HO123456701X", "ZA1B2", ""))
    assert wrong_pattern("HO-#######[-@]") == ""
    assert all(wrong_pattern(each) for each in ("", "[", "[[#]]", "(a+)+", "#" * 41, "[#][#][#][#][#]"))


@pytest.mark.criterion("INTAKE-09")
def test_the_demo_knows_how_its_carriers_write_their_numbers_and_nothing_is_shipped_of_others(door: Door) -> None:
    assert [shipped(line).policy_numbers for line in LINES] == [()] * len(LINES)
    door.run(demo.say_how_numbers_look, demo.LOADER)
    known = {each.line: each.form.policy_numbers for each in door.run(asked.forms, demo.LOADER)}
    lines = {"PAUTO": "personal_auto", "HOME": "homeowners", "CGL": "general_liability", "BOP": "bop",
             "WC": "workers_compensation", "CAUTO": "commercial_auto", "CPROP": "commercial_property",
             "UMB": "umbrella"}  # fmt: skip
    seen = set()
    with POLICIES.open(encoding="cp1252", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            line, carrier = lines.get(row["Line Code"], ""), row["Writing Company"]
            own = of_carrier(known.get(line, ()), carrier)
            if own and row["Policy Number"]:
                assert fits(own, row["Policy Number"]), (line, row["Policy Number"])
                seen.add((line, own.carrier))
    assert seen == {(line, each.carrier) for line in LINES for each in known[line]}


@pytest.mark.criterion("INTAKE-05")
def test_what_nobody_sees_is_taken_out_and_what_cannot_stay_is_named() -> None:
    line, paragraphs = field(T.TEXT), field(T.LONG_TEXT)
    for typed, kept in (
        ("Elm\u00a0St\u200b 12", "Elm St 12"),
        ("\ufeffAda\u2009Quill\u00ad", "Ada Quill"),
        ("a\tb", "a b"),
        ("\u200b", None),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\U0001f469"),
    ):
        assert (read(line, typed, TODAY).value, read(line, typed, TODAY).wrong) == (kept, "")
    assert read(line, "a\nb", TODAY).wrong == "Leave out the line breaks."
    for each in (line, paragraphs):
        assert "U+0007" in read(each, "a\x07b", TODAY).wrong
