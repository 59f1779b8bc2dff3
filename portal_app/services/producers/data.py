"""Extension data against the fields of its type: one sentence for each path that cannot be taken. Pure."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from portal_app.services.producers.configuration import DataField, EntityType, FieldKind
from portal_app.services.producers.fields import MOST_ENTRIES, is_day, is_number

LONGEST_NAME = 80
REFERENCE = {"locator", "versionLocator", "filename", "title", "tag"}
Problems = dict[str, str]


def problems_of(kind: EntityType, data: Mapping[str, Any], *, whole: bool) -> Problems:
    """What is wrong, by path (`data.states[2]`). Where it need not be `whole` yet, as in a draft, required fields may
    be missing."""
    found: Problems = {}
    for name, value in data.items():
        path = f"data.{_shown(name)}"
        if name in kind.fields:
            _check(kind.fields[name], value, path, found)
        else:
            found[path] = f"{kind.name} has no such field."
    if whole:
        missing = (each.name for each in kind.fields.values() if each.required and _is_empty(data.get(each.name)))
        found |= {f"data.{name}": "This is required." for name in missing if f"data.{name}" not in found}
    return found


def media_in(kind: EntityType, data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every reference to media with its path, in data that fits."""
    for each in kind.fields.values():
        value = data.get(each.name)
        if value is not None and each.kind is FieldKind.MEDIA:
            yield f"data.{each.name}", value
        elif value is not None and each.of is not None and each.of.kind is FieldKind.MEDIA:
            yield from ((f"data.{each.name}[{number}]", entry) for number, entry in enumerate(value))


def text_of(data: Mapping[str, Any]) -> str:
    """What the search reads of the data: every text in it, folded."""
    return "\n".join(each.casefold() for each in _texts(data))


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether they are written alike: Python takes 1 and True for the same."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def can_be_kept(text: str) -> bool:
    """No database takes a zero or half a character."""
    return "\x00" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif is_number(value):
        yield str(value)


def _check(field: DataField, value: Any, path: str, found: Problems) -> None:
    if field.kind is FieldKind.LIST:
        _check_list(field, value, path, found)
    elif problem := CHECKS[field.kind](field, value):
        found[path] = problem


def _check_list(field: DataField, value: Any, path: str, found: Problems) -> None:
    if not isinstance(value, list):
        found[path] = "Should be a list."
        return
    low, high = field.low or 0, MOST_ENTRIES if field.high is None else field.high
    if not float(low) <= len(value) <= float(high):
        found[path] = f"Should have {low} to {high} entries."
        return
    for number, each in enumerate(value):
        if field.of is not None:
            _check(field.of, each, f"{path}[{number}]", found)


def _text(field: DataField, value: Any) -> str:
    if not isinstance(value, str):
        return "Should be a text."
    if len(value) > field.longest:
        return f"Should have at most {field.longest} characters."
    return "" if can_be_kept(value) else "Holds characters that cannot stand here."


def _number(field: DataField, value: Any) -> str:
    if not is_number(value):
        return "Should be a number."
    return _within(field, value)


def _date(field: DataField, value: Any) -> str:
    if not isinstance(value, str) or not is_day(value):
        return "Should be a date such as 2026-06-01."
    return _within(field, value)


def _within(field: DataField, value: Any) -> str:
    if field.low is not None and value < field.low:
        return f"Should not be less than {field.low}."
    if field.high is not None and value > field.high:
        return f"Should not be more than {field.high}."
    return ""


def _flag(field: DataField, value: Any) -> str:
    return "" if isinstance(value, bool) else "Should be true or false."


def _choice(field: DataField, value: Any) -> str:
    return "" if value in field.choices else f"Should be one of {', '.join(field.choices)}."


def _media(field: DataField, value: Any) -> str:
    """The shape of a reference; whether it refers to anything is for who has the table."""
    if not isinstance(value, Mapping) or not set(value) <= REFERENCE or not {"locator", "versionLocator"} <= set(value):
        return "Should be a reference to a file: locator and versionLocator, and perhaps filename, title and tag."
    if all(isinstance(each, str) and len(each) <= field.longest and can_be_kept(each) for each in value.values()):
        return ""
    return "Should be a reference that holds texts."


CHECKS: dict[FieldKind, Callable[[DataField, Any], str]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.FLAG: _flag,
    FieldKind.CHOICE: _choice,
    FieldKind.MEDIA: _media,
}


def _is_empty(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _shown(name: str) -> str:
    return name.encode("utf-8", "replace").decode().replace("\x00", "?")[:LONGEST_NAME]
