"""What agencies write in a cell: dates, amounts, rates, addresses, vehicles' and people's numbers."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.custom import values
from portal_app.models.enums import AccountKind

PERSON, BUSINESS = AccountKind.PERSON, AccountKind.BUSINESS


@pytest.mark.criterion("FEED-06")
@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("11/20/2026", date(2026, 11, 20)),
        ("1/2/2026", date(2026, 1, 2)),
        ("11-20-2026", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("20261120", date(2026, 11, 20)),
        ("2026-11-20T00:00:00", date(2026, 11, 20)),
        ("2026-11-20 00:00:00.000", date(2026, 11, 20)),
        ("11/20/2026 12:01:00 AM", date(2026, 11, 20)),
        ("02/29/2028", date(2028, 2, 29)),
        ("11/20/68", date(2068, 11, 20)),
        ("11/20/69", date(1969, 11, 20)),
    ],
)
def test_dates_as_agencies_write_them(text: str, read: date) -> None:
    assert values.day(text, day_first=False) == read


@pytest.mark.criterion("FEED-06")
def test_day_first_is_read_only_where_the_settings_say_so() -> None:
    assert values.day("02/03/2026", day_first=True) == date(2026, 3, 2)
    assert values.day("02/03/2026", day_first=False) == date(2026, 2, 3)
    assert values.day("2026-02-03", day_first=True) == date(2026, 2, 3)


@pytest.mark.criterion("FEED-06")
@pytest.mark.parametrize(
    "text",
    [
        "20/11/2026",  # the month comes first: what cannot be, is not turned round
        "02/30/2026",
        "13/45/2026",
        "2026-13-01",
        "11-20-26",  # which of the three is the year?
        "11.20.26",
        "11/20-2026",
        "2026-11-20T05:00:00Z",  # another day, in another zone
        "2026-11-20 25:99",
        "46346",  # a spreadsheet's number
        "11202026",
        "Nov 20, 2026",
        "11/20/1026",
        "11/20/2926",
        "١١/٢٠/٢٠٢٦",
        "0000-00-00",
        "n/a",
    ],
)
def test_what_may_mean_two_days_or_none_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match="date"):
        values.day(text, day_first=False)


@pytest.mark.criterion("FEED-06")
def test_a_birth_date_needs_the_century() -> None:
    assert values.birth_day("07/04/1925", day_first=False) == date(1925, 7, 4)
    with pytest.raises(ValueError, match="four are needed"):
        values.birth_day("07/04/25", day_first=False)


@pytest.mark.criterion("FEED-06")
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.booleans())
def test_a_date_that_was_written_is_read(day: date, day_first: bool) -> None:
    order = "{0:%d}/{0:%m}/{1}" if day_first else "{0:%m}/{0:%d}/{1}"
    read = values.day_reader(day_first)
    for text in (order.format(day, f"{day.year:04}"), day.isoformat(), f"{day:%Y%m%d}", f"{day} 12:01 AM"):
        assert read(text) == day


@pytest.mark.criterion("FEED-07")
@pytest.mark.parametrize(
    ("text", "dollars"),
    [
        ("1234.50", "1234.50"),
        ("$1,234.50", "1234.50"),
        ("$ 1,234.50", "1234.50"),
        ("1,234,567", "1234567.00"),
        ("12.5", "12.50"),
        (".75", "0.75"),
        ("0", "0.00"),
        ("+5", "5.00"),
        ("1234.5000", "1234.50"),
        ("(12.34)", "-12.34"),
        ("($1,012.34)", "-1012.34"),
        ("12.34-", "-12.34"),
        ("$12.34-", "-12.34"),
        ("-12.34", "-12.34"),
        ("-$12.34", "-12.34"),
        ("$-12.34", "-12.34"),
        ("(0.00)", "0.00"),
        ("999999999999.99", "999999999999.99"),
    ],
)
def test_amounts_as_agencies_write_them(text: str, dollars: str) -> None:
    assert str(values.money(text)) == dollars


@pytest.mark.criterion("FEED-07")
@pytest.mark.parametrize(
    "text",
    [
        "1234.5000000001",
        "1234.567",
        "1.234",  # a thousand, in half of the world
        "1.200",
        "1.234,50",
        "1,23.45",
        "12,34",
        "1e3",
        "--5",
        "(-5.00)",
        "(5.00",
        "5.00)",
        "-5.00-",
        "$",
        "-",
        ".",
        "5.",
        "NaN",
        "Infinity",
        "TBD",
        "١٢",
        "1000000000000",
        "€5.00",
    ],
)
def test_what_is_no_amount_of_cents_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        values.money(text)


@pytest.mark.criterion("FEED-07")
@given(st.integers(-(10**14) + 1, 10**14 - 1))
def test_an_amount_that_was_written_is_read_to_the_cent(cents: int) -> None:
    amount = Decimal(cents).scaleb(-2)
    size = abs(amount)
    minus = [f"({size:,.2f})", f"(${size:,.2f})", f"{size:.2f}-", f"-{size:.2f}", f"-${size:,.2f}"]
    plus = [f"{size:.2f}", f"{size:,.2f}", f"${size:,.2f}", f"{size:.4f}"]
    for text in minus if cents < 0 else plus:
        read = values.money(text)
        assert read == amount
        assert read.as_tuple().exponent == -2
        assert not (read.is_zero() and read.is_signed())


@pytest.mark.criterion("FEED-07")
def test_rates_are_fractions_and_never_guessed() -> None:
    assert values.fraction("15%") == values.fraction("0.15") == values.per_cent("15") == Decimal("0.15")
    assert values.fraction("12.5 %") == values.per_cent("12.5%") == Decimal("0.125")
    for text in ("15", "1", "101%", "15%%", "%", "-5%", "abc"):
        with pytest.raises(ValueError, match="rate"):
            values.fraction(text)
    with pytest.raises(ValueError, match="above 100%"):
        values.per_cent("150")


@pytest.mark.criterion("FEED-12")
@pytest.mark.parametrize(
    ("text", "state", "code"),
    [
        ("02116", "MA", "02116"),
        ("02116-1234", "MA", "02116-1234"),
        ("021161234", "MA", "02116-1234"),
        ("2116", "MA", "02116"),
    ],
)
def test_zip_codes(text: str, state: str, code: str) -> None:
    assert values.postal_code(text, state) == code


@pytest.mark.criterion("FEED-12")
@pytest.mark.parametrize(
    ("text", "state"), [("2116", "NY"), ("0211", ""), ("211", "MA"), ("M5V 2T6", "MA"), ("02116-12", "MA")]
)
def test_what_is_no_zip_code(text: str, state: str) -> None:
    with pytest.raises(ValueError, match="ZIP"):
        values.postal_code(text, state)


@pytest.mark.criterion("FEED-12")
def test_a_state_has_two_letters() -> None:
    assert values.state("ma") == "MA"
    for text in ("Mass", "M", "M1", "ßs"):
        with pytest.raises(ValueError, match="two letters"):
            values.state(text)


@pytest.mark.criterion("FEED-12")
def test_a_vin_is_held_against_its_letters_and_not_its_check_digit() -> None:
    assert values.vin("1hgcm82633a004352") == "1HGCM82633A004352"
    assert values.vin("1HG CM826 3-3A004352") == "1HGCM82633A004352"
    assert values.vin("1HGCM82603A004352") == "1HGCM82603A004352"
    assert values.vin("124379S1") == "124379S1"
    for text in (
        "1HGCM82633A00435O",
        "IHGCM82633A004352",
        "1HGCM82633Q004352",
        "1HGCM82633A0043522",
        "TBD",
        "1HGCM82633Ä04352",
    ):
        with pytest.raises(ValueError, match="is not a VIN"):
            values.vin(text)


@pytest.mark.criterion("FEED-12")
def test_numbers_of_people_and_businesses() -> None:
    assert values.tax_id("912345678", PERSON) == values.tax_id("912-34-5678", PERSON) == "912-34-5678"
    assert values.tax_id("123456789", BUSINESS) == values.tax_id("12-3456789", BUSINESS) == "12-3456789"
    assert values.tax_id("***-**-5678", PERSON) == values.tax_id("XXX-XX-5678", PERSON) == ""
    for text in ("12345678", "9123456789", "91234567a", "٩١٢٣٤٥٦٧٨"):
        with pytest.raises(ValueError, match="nine digits"):
            values.tax_id(text, PERSON)
    assert values.driver_license("s1234-5678") == "S1234-5678"
    assert values.driver_license("****5678") == ""
    for text in ("S" * 33, "S/1234"):
        with pytest.raises(ValueError, match="licence"):
            values.driver_license(text)
    assert values.model_year("2024") == 2024
    for text in ("24", "20245", "1600"):
        with pytest.raises(ValueError, match="year"):
            values.model_year(text)
