"""What agencies' files write in a cell, turned into values of the domain.

Every function takes a trimmed, non-empty text and raises ValueError with the rest of a sentence that begins with the
column's name. No sentence repeats the text: a cell may hold something personal that slipped into the wrong column.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial

from portal_app.models.enums import AccountKind

_TIME = r"(?:[T ] *[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,7})?)?(?: ?[AaPp][Mm])?)?"
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _TIME)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})" + _TIME)
_SHORT_YEAR = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_PIVOT = 69

# Four decimals are read where the last two are zeros, as SQL Server writes its money type. Three are refused, for 1.234
# may be a thousand.
_AMOUNT = r"((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?:[0-9]{2}00|[0-9]{1,2}))?|\.[0-9]{1,2})"
_POSITIVE = re.compile(r"\+?\$? ?" + _AMOUNT)
_NEGATIVE = re.compile(rf"\(\$? ?{_AMOUNT}\)|-\$? ?{_AMOUNT}|\$ ?-{_AMOUNT}|\$? ?{_AMOUNT} ?-")
_MOST_DOLLARS = Decimal(10) ** 12
_CENT = Decimal("0.01")
_TWO_DECIMALS = re.compile(r"\.[0-9]{2}(?![0-9])")

_RATE = re.compile(r"([0-9]{0,3}(?:\.[0-9]{1,6})?)( ?%)?")

_POSTAL_CODE = re.compile(r"([0-9]{5})(?:[- ]?([0-9]{4}))?")
# ZIP codes of these begin with 0, which spreadsheets drop.
_ZEROS_LOST = frozenset({"CT", "MA", "ME", "NH", "NJ", "PR", "RI", "VI", "VT"})
_VIN_NOISE = re.compile(r"[ .-]")
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_OLD_VIN = re.compile(r"[A-Z0-9]{4,16}")
_MASKED = re.compile(r"[*xX#•]")

NOT_A_DATE = {
    False: "is not a date: MM/DD/YYYY and YYYY-MM-DD are read",
    True: "is not a date: DD/MM/YYYY and YYYY-MM-DD are read",
}
NOT_MONEY = "is not an amount: 1234.50, $1,234.50, (12.34) and 12.34- are read, with at most two decimals"


def day_reader(day_first: bool) -> Callable[[str], date]:
    """`day` with its setting fixed; it remembers, for files repeat their dates."""
    return lru_cache(maxsize=8192)(partial(day, day_first=day_first))


def day(text: str, day_first: bool) -> date:
    """A calendar date. A time of day without a zone is dropped. A year of two digits is read with slashes only, 69 to
    99 as 19xx, as POSIX has it."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, number = int(match[1]), int(match[3]), int(match[4])
    elif match := _YEAR_LAST.fullmatch(text):
        year, month, number = int(match[4]), int(match[1]), int(match[3])
    elif match := _SHORT_YEAR.fullmatch(text):
        short = int(match[3])
        year, month, number = short + (1900 if short >= _PIVOT else 2000), int(match[1]), int(match[2])
    elif match := _COMPACT.fullmatch(text):
        year, month, number = int(match[1]), int(match[2]), int(match[3])
    else:
        raise ValueError(NOT_A_DATE[day_first])
    if day_first and match.re in (_YEAR_LAST, _SHORT_YEAR):
        month, number = number, month
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(f"is a date outside the years {_FIRST_YEAR} to {_LAST_YEAR}")
    try:
        return date(year, month, number)
    except ValueError:
        raise ValueError(NOT_A_DATE[day_first]) from None


def birth_day(text: str, day_first: bool) -> date:
    """A date whose year has four digits: of two digits nobody can say which century a person was born in."""
    if _SHORT_YEAR.fullmatch(text):
        raise ValueError("gives the year with two digits; four are needed")
    return day(text, day_first)


@lru_cache(maxsize=8192)
def money(text: str) -> Decimal:
    """Dollars with two decimals. Negative are (12.34), -12.34 and 12.34-."""
    if match := _POSITIVE.fullmatch(text):
        amount = Decimal(match[1].replace(",", ""))
    elif match := _NEGATIVE.fullmatch(text):
        amount = -Decimal(next(group for group in match.groups() if group).replace(",", ""))
    else:
        raise ValueError(NOT_MONEY)
    if abs(amount) >= _MOST_DOLLARS:
        raise ValueError("is too large an amount")
    return amount if _TWO_DECIMALS.search(text) else amount.quantize(_CENT)


def fraction(text: str) -> Decimal:
    """A rate as a fraction: "15%" and "0.15" are 0.15. A bare number from 1 on is refused, for it may mean per cent."""
    rate = _rate(text)
    if not text.endswith("%") and rate >= 1:
        raise ValueError('is not a rate: 15% and 0.15 are read; for bare per cent set rates = "percent"')
    return rate


def per_cent(text: str) -> Decimal:
    """A rate as a fraction, where the file writes per cent: "15" and "15%" are 0.15."""
    return _rate(text if text.endswith("%") else text + "%")


def _rate(text: str) -> Decimal:
    match = _RATE.fullmatch(text)
    if not match or not match[1]:
        raise ValueError("is not a rate: 15% and 0.15 are read")
    rate = Decimal(match[1]) / (100 if match[2] else 1)
    if match[2] and rate > 1:
        raise ValueError("is a rate above 100%")
    return rate


@lru_cache(maxsize=512)
def state(text: str) -> str:
    """The two capital letters of a state."""
    if len(text) != 2 or not text.isascii() or not text.isalpha():
        raise ValueError("is not a state: two letters are expected")
    return text.upper()


@lru_cache(maxsize=8192)
def postal_code(text: str, state: str) -> str:
    """A ZIP code of five or nine digits. Four get their leading zero back in a state whose codes begin with it."""
    if len(text) == 4 and state in _ZEROS_LOST:
        text = "0" + text
    match = _POSTAL_CODE.fullmatch(text)
    if not match:
        raise ValueError("is not a ZIP code: five or nine digits are expected")
    return f"{match[1]}-{match[2]}" if match[2] else match[1]


def vin(text: str) -> str:
    """A vehicle's number in capitals. Of 17 characters none may be I, O or Q. The check digit is not held against it,
    for it binds North American makers only. Vehicles from before 1981, trailers and home-built ones have fewer."""
    if _VIN.fullmatch(text):
        return text
    number = _VIN_NOISE.sub("", text).upper()
    if len(number) == 17:
        if not _VIN.fullmatch(number):
            raise ValueError("is not a VIN: it has 17 characters, and one of them is I, O, Q or no letter or digit")
    elif not _OLD_VIN.fullmatch(number):
        raise ValueError("is not a VIN: 17 letters and digits are expected, or 4 to 16 for an old or special vehicle")
    return number


@lru_cache(maxsize=512)
def model_year(text: str) -> int:
    if not re.fullmatch("(?:18|19|20|21)[0-9]{2}", text):
        raise ValueError("is not a year of four digits")
    return int(text)


def digits(text: str, fewest: int, most: int) -> str:
    if not (text.isascii() and text.isdigit() and fewest <= len(text) <= most):
        raise ValueError(f"is not a number of {fewest} to {most} digits")
    return text


def tax_id(text: str, kind: AccountKind) -> str:
    """A social security number (912-34-5678) or, for a business, an employer's (12-3456789). A masked one counts as
    not given."""
    if _MASKED.search(text):
        return ""
    figures = text.replace("-", "").replace(" ", "")
    if not (len(figures) == 9 and figures.isascii() and figures.isdigit()):
        raise ValueError("is not a tax number of nine digits")
    if kind is AccountKind.BUSINESS:
        return f"{figures[:2]}-{figures[2:]}"
    return f"{figures[:3]}-{figures[3:5]}-{figures[5:]}"


def driver_license(text: str) -> str:
    """A driving licence's number in capitals. A masked one counts as not given."""
    if "*" in text or "•" in text:
        return ""
    if not re.fullmatch(r"[A-Za-z0-9 -]{1,32}", text):
        raise ValueError("is not a licence number: letters, digits, spaces and hyphens are expected, at most 32")
    return text.upper()
