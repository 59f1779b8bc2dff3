"""Looking for what somebody typed in a name, whatever its capitals; and whether two names are the same."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, func, or_

ASCII = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}


def holds(column: Any, typed: str) -> ColumnElement[bool]:
    """Whether the column holds the text. SQLite knows the capitals of English alone: of others a text is looked for as
    it was typed, small, in capitals, and with capitals at its words' beginnings."""
    ways = (typed, typed.lower(), typed.upper(), typed.title())
    small = func.lower(column)
    alike = dict.fromkeys(each.translate(ASCII) for each in ways) | dict.fromkeys([typed.lower()])
    return or_(*(small.contains(each, autoescape=True) for each in alike))


def alike(one: str, other: str) -> bool:
    """Whether the two say the same, whatever their capitals, spaces and punctuation: "Quill, LLC." is "QUILL LLC"."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    whole = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, whole)) or whole.strip()
