"""What was typed into a field: its value as it is kept, or a sentence that says what to do. Pure. No sentence repeats
what was typed, and a value that was read is read again as itself."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from portal_app.services.intake import places, policy_numbers, vin
from portal_app.services.intake.forms import Field, FieldType
from portal_app.services.licensing.jurisdictions import STATES

REGION = "US"
MAILED_TO = STATES | {
    "AA": "Armed Forces Americas", "AE": "Armed Forces Europe", "AP": "Armed Forces Pacific", "FM": "Micronesia",
    "MH": "Marshall Islands", "PW": "Palau",
}  # fmt: skip
"""Every state that a ZIP code can lie in, by its letters."""
LONGEST_LINE, LONGEST_TEXT = 200, 4000
MOST = {FieldType.MONEY: 10**12, FieldType.WHOLE: 10**9, FieldType.DECIMAL: 10**9, FieldType.PERCENT: 100}
PLACES = {FieldType.MONEY: 2, FieldType.DECIMAL: 4, FieldType.PERCENT: 4}
OLDEST = 1600
_NUMBER = re.compile(r"(-?)\$?(?=\.?\d)(\d{1,3}(?:,\d{3})+|\d{0,15})(\.\d{1,6})?\s?%?", re.ASCII)
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SECTORS = {11, 21, 22, 23, *range(31, 34), 42, 44, 45, 48, 49, *range(51, 57), 61, 62, 71, 72, 81, 92}


class Read(NamedTuple):
    """`value` is None where nothing was typed or nothing can be made of it; then `wrong` says what to do."""

    value: Any = None
    wrong: str = ""


NOTHING = Read()
Reading = Callable[[Field, str, date], Any]


class _Wrong(Exception):
    """What was typed is not what the field takes; the message is the sentence."""


def read(field: Field, typed: Any, today: date) -> Read:
    """What was typed, read."""
    if typed is None or typed == "" or typed == []:
        return NOTHING
    try:
        if choose := _CHOOSERS.get(field.type):
            blank = isinstance(typed, str) and not typed.strip()
            return NOTHING if blank else Read(choose(field, typed))
        text = _text(typed)
        return Read(_READERS[field.type](field, text, today)) if text else NOTHING
    except _Wrong as wrong:
        return Read(wrong=str(wrong))


def _text(typed: Any) -> str:
    if not isinstance(typed, str):
        if isinstance(typed, bool) or not isinstance(typed, int | float | Decimal):
            raise _Wrong("Enter a text.")
        typed = f"{typed:f}" if isinstance(typed, Decimal) else repr(typed)
    return typed.strip() if typed.isascii() else _plain(unicodedata.normalize("NFC", typed)).strip()


def _plain(text: str) -> str:
    """What pages and documents bring along when text is copied out of them, and nobody sees: every kind of space counts
    as one, and signs without width count as nothing."""
    kinds = {each: unicodedata.category(each) for each in set(text)}
    return "".join(" " if kinds[each] == "Zs" else each for each in text if kinds[each] != "Cf")


def _unseen(text: str) -> str:
    """What to leave out of a text; nothing where all of it can be seen."""
    if text.isprintable():
        return ""
    if any(each in "\r\n" for each in text):
        return "Leave out the line breaks."
    sign = next(each for each in text if not each.isprintable())
    return f"Leave out what cannot be seen: there is a character U+{ord(sign):04X} in it."


def _flag(_field: Field, typed: Any) -> bool:
    if isinstance(typed, bool):
        return typed
    known = {"yes": True, "true": True, "no": False, "false": False}
    answer = known.get(typed.strip().lower()) if isinstance(typed, str) else None
    if answer is None:
        raise _Wrong("Answer yes or no.")
    return answer


def _choices(field: Field, typed: Any) -> list[str] | None:
    """In the order of the form, each once."""
    chosen = [typed] if isinstance(typed, str) else typed
    known = [each.value for each in field.choices]
    if not isinstance(chosen, list) or any(each not in known for each in chosen):
        raise _Wrong("Choose from the list.")
    return [each for each in known if each in chosen] or None


def _line(field: Field, text: str, _today: date) -> str:
    longest = field.longest or LONGEST_LINE
    if len(text) > longest:
        raise _Wrong(f"Enter at most {longest:,} characters; there are {len(text):,}.")
    text = text.replace("\t", " ")
    if unseen := _unseen(text):
        raise _Wrong(unseen)
    return text


def _paragraphs(field: Field, text: str, _today: date) -> str:
    longest = field.longest or LONGEST_TEXT
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > longest:
        raise _Wrong(f"Enter at most {longest:,} characters; there are {len(text):,}.")
    if unseen := _unseen(text.replace("\n", "").replace("\t", "")):
        raise _Wrong(unseen)
    return text


def _number(field: Field, text: str) -> Decimal:
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise _Wrong(_SHAPES[field.type])
    number = Decimal((found[1] + found[2] + (found[3] or "")).replace(",", ""))
    if number != round(number, PLACES.get(field.type, 0)):
        raise _Wrong(_SHAPES[field.type])
    least: int | float = 0 if field.least is None else field.least
    most = MOST[field.type] if field.most is None else field.most
    if not _exactly(least) <= number <= _exactly(most):
        sign = "$" if field.type is FieldType.MONEY else ""
        raise _Wrong(f"Enter a number from {sign}{least:,} to {sign}{most:,}.")
    return number


def _exactly(bound: int | float) -> int | Decimal:
    """0.2 as it is written, which the float is not."""
    return bound if isinstance(bound, int) else Decimal(str(bound))


def _whole(field: Field, text: str, _today: date) -> int:
    return int(_number(field, text))


def _money(field: Field, text: str, _today: date) -> str:
    return f"{_number(field, text) + Decimal(0):.2f}"


def _decimal(field: Field, text: str, _today: date) -> str:
    return f"{(_number(field, text) + Decimal(0)).normalize():f}"


def _date(_field: Field, text: str, _today: date) -> str:
    try:
        if _ISO_DATE.fullmatch(text):
            found = date.fromisoformat(text)
        elif parts := _US_DATE.fullmatch(text):
            found = date(int(parts[3]), int(parts[1]), int(parts[2]))
        else:
            raise ValueError
    except ValueError:
        raise _Wrong("Enter a date that there is, such as 07/15/2026.") from None
    if not 1850 <= found.year <= 2150:
        raise _Wrong("Enter the year of the date with its four digits.")
    return found.isoformat()


def _year(field: Field, text: str, today: date) -> int:
    least = OLDEST if field.least is None else int(field.least)
    most = today.year + 1 if field.most is None else int(field.most)
    if not re.fullmatch(r"\d{4}", text, re.ASCII) or not least <= int(text) <= most:
        raise _Wrong(f"Enter a year from {least} to {most}.")
    return int(text)


def _choice(field: Field, text: str, _today: date) -> str:
    if all(each.value != text for each in field.choices):
        raise _Wrong("Choose from the list.")
    return text


_BY_NAME = {name.casefold(): letters for letters, name in MAILED_TO.items()}


def _state(_field: Field, text: str, _today: date) -> str:
    letters = text.upper() if text.upper() in MAILED_TO else _BY_NAME.get(text.casefold(), "")
    if not letters:
        raise _Wrong("Choose a state.")
    return letters


def _postal_code(_field: Field, text: str, _today: date) -> str:
    found = places.ZIP.fullmatch(text)
    if found is None:
        raise _Wrong("Enter a ZIP code of five digits, or of nine such as 02840-1234.")
    if not places.states_of(found[1]):
        raise _Wrong("Compare the first three digits: no ZIP code begins so.")
    return f"{found[1]}-{found[2]}" if found[2] else found[1]


@lru_cache(maxsize=1024)
def _called(text: str) -> str:
    """The number as E.164, and its extension; nothing where it is none. Kept: this takes longer than all the rest."""
    try:
        parsed = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return f"{number} x{parsed.extension}" if parsed.extension else number


def _phone(_field: Field, text: str, _today: date) -> str:
    number = _called(text) if len(text) <= 40 else ""
    if not number:
        raise _Wrong("Enter a phone number such as (401) 555-0123, or with a country code such as +44 7400 123456.")
    return number


def _email(_field: Field, text: str, _today: date) -> str:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise _Wrong("Enter an email address such as name@example.com.") from None


def _digits(text: str, signs: str = "-") -> str:
    return re.sub(rf"[\s{signs}]", "", text)


def _fein(_field: Field, text: str, _today: date) -> str:
    digits = _digits(text)
    if not re.fullmatch(r"\d{9}", digits, re.ASCII) or digits.startswith("00"):
        raise _Wrong("Enter the nine digits of the employer identification number, such as 12-3456789.")
    return f"{digits[:2]}-{digits[2:]}"


def _ssn(_field: Field, text: str, _today: date) -> str:
    digits = _digits(text)
    if not re.fullmatch(r"(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}", digits, re.ASCII):
        raise _Wrong("Enter the nine digits of the social security number, such as 219-09-9999.")
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


def _driver_license(_field: Field, text: str, _today: date) -> str:
    found = _digits(text).upper()
    if not re.fullmatch(r"[A-Z0-9*]{3,20}", found, re.ASCII):
        raise _Wrong("Enter the license number as it is on the license: 3 to 20 letters and digits.")
    return found


def _vin(_field: Field, text: str, _today: date) -> str:
    """Any number that a vehicle may bear; whether it is right depends on its year, and is asked of `vin.doubt`."""
    found = vin.cleaned(text)
    if not re.fullmatch(r"[A-Z0-9]{4,17}", found, re.ASCII):
        raise _Wrong("Enter the 17 letters and digits of the vehicle identification number.")
    return found


def _naics(_field: Field, text: str, _today: date) -> str:
    if not re.fullmatch(r"\d{2,6}", text, re.ASCII) or int(text[:2]) not in _SECTORS:
        raise _Wrong("Enter a NAICS code of two to six digits, such as 722511; the first two are the sector.")
    return text


def _of_digits(numbers: range, sentence: str) -> Reading:
    def reading(_field: Field, text: str, _today: date) -> str:
        if len(text) not in numbers or not re.fullmatch(r"\d+", text, re.ASCII) or not int(text):
            raise _Wrong(sentence)
        return text

    return reading


def _policy_number(field: Field, text: str, today: date) -> str:
    if why := policy_numbers.wrong_number(text):
        raise _Wrong(why)
    return _line(field, text, today)


_SHAPES = {
    FieldType.WHOLE: "Enter a whole number, such as 12.",
    FieldType.MONEY: "Enter dollars with at most two decimals, such as 1,250.00.",
    FieldType.DECIMAL: "Enter a number with at most four decimals, such as 0.95.",
    FieldType.PERCENT: "Enter a percentage, such as 12.5.",
}

_CHOOSERS: dict[FieldType, Callable[[Field, Any], Any]] = {FieldType.FLAG: _flag, FieldType.CHOICES: _choices}
_READERS: dict[FieldType, Reading] = {
    FieldType.TEXT: _line,
    FieldType.LONG_TEXT: _paragraphs,
    FieldType.WHOLE: _whole,
    FieldType.DECIMAL: _decimal,
    FieldType.MONEY: _money,
    FieldType.PERCENT: _decimal,
    FieldType.DATE: _date,
    FieldType.YEAR: _year,
    FieldType.CHOICE: _choice,
    FieldType.STATE: _state,
    FieldType.POSTAL_CODE: _postal_code,
    FieldType.PHONE: _phone,
    FieldType.EMAIL: _email,
    FieldType.FEIN: _fein,
    FieldType.SSN: _ssn,
    FieldType.DRIVER_LICENSE: _driver_license,
    FieldType.VIN: _vin,
    FieldType.NAICS: _naics,
    FieldType.SIC: _of_digits(range(4, 5), "Enter an SIC code of four digits, such as 5812."),
    FieldType.GL_CLASS: _of_digits(range(5, 6), "Enter a general liability class code of five digits, such as 16910."),
    # Which of the two a state has is for `Rule.WC_CLASS_OF_STATE`.
    FieldType.WC_CLASS: _of_digits(
        range(3, 5), "Enter a workers compensation class code, of three digits in PA and DE, else of four such as 8810."
    ),
    FieldType.NAIC: _of_digits(range(5, 6), "Enter the NAIC company code of the carrier, which has five digits."),
    FieldType.POLICY_NUMBER: _policy_number,
    FieldType.CARRIER: _line,
}


def told_phone(text: str) -> str:
    """A phone number as people here write it: one of the United States without its country code. What is none stays as
    it is."""
    try:
        parsed = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_valid_number(parsed):
        return text
    formats = phonenumbers.PhoneNumberFormat
    at_home = parsed.country_code == phonenumbers.country_code_for_region(REGION)
    return phonenumbers.format_number(parsed, formats.NATIONAL if at_home else formats.INTERNATIONAL)


def told(field: Field, value: Any, *, masked: bool = True) -> str:
    """A value that was read, as people read it: the label of a choice, dollars with their sign, a date as it is written
    here. What is personal shows its last four signs, or of a date its year."""
    if value is None:
        return ""
    if field.type is FieldType.FLAG:
        return "Yes" if value else "No"
    if field.type in (FieldType.CHOICE, FieldType.CHOICES):
        labels = {each.value: each.label for each in field.choices}
        chosen: list[str] = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(each, each) for each in chosen)
    if field.personal and masked:
        if field.type is FieldType.DATE:
            return f"••/••/{value[:4]}"
        return f"••••{str(value)[-4:]}" if len(str(value)) > 6 else "••••"
    if field.type is FieldType.DATE:
        return f"{value[5:7]}/{value[8:]}/{value[:4]}"
    if field.type is FieldType.MONEY:
        return f"${Decimal(value):,.2f}"
    if field.type is FieldType.WHOLE:
        return f"{value:,}"
    if field.type is FieldType.PHONE:
        return told_phone(value)
    return f"{value}%" if field.type is FieldType.PERCENT else str(value)
