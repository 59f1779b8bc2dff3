"""Reads the fields of extension data that a type declares."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal_app.services.configuration.reading import Place, Reader
from portal_app.services.producers.configuration import DataField, FieldKind

LONGEST_TEXT = 20_000
MOST_CHOICES = 200
MOST_ENTRIES = 500
LARGEST = 10**15
OF_ANY = ("type", "required", "label", "help")
MORE = {
    FieldKind.TEXT: ("maxLength",),
    FieldKind.NUMBER: ("min", "max"),
    FieldKind.DATE: ("min", "max"),
    FieldKind.CHOICE: ("choices",),
    FieldKind.LIST: ("of", "min", "max"),
}


def data_fields(reader: Reader, at: Place, given: Any) -> Mapping[str, DataField]:
    """The fields by name, in the order of the file."""
    return {name: _field(reader, at / name, name, each) for name, each in reader.named(at, given).items()}


def _field(reader: Reader, at: Place, name: str, given: Any) -> DataField:
    if isinstance(given, dict) and "type" not in given:
        reader.wrong(at / "type", "is missing")
        return DataField(name, FieldKind.TEXT)
    named = given.get("type") if isinstance(given, dict) else FieldKind.TEXT.value
    kind = FieldKind(reader.one_of(at / "type", named, FieldKind))
    fields = reader.fields(at, given, (*OF_ANY, *MORE.get(kind, ())))
    low, high = _bounds(reader, at, kind, fields)
    return DataField(
        name,
        kind,
        required=reader.flag(at / "required", fields.get("required", False)),
        choices=_choices(reader, at / "choices", fields.get("choices")) if kind is FieldKind.CHOICE else (),
        of=_entries(reader, at / "of", name, fields.get("of")) if kind is FieldKind.LIST else None,
        label=reader.text(at / "label", fields.get("label", ""), 120),
        help=reader.text(at / "help", fields.get("help", ""), 500),
        longest=reader.whole(at / "maxLength", fields.get("maxLength", 2000), 1, LONGEST_TEXT),
        low=low,
        high=high,
    )


def _choices(reader: Reader, at: Place, given: Any) -> tuple[str, ...]:
    texts = isinstance(given, list) and given and all(isinstance(each, str) and each for each in given)
    if not texts or len(set(given)) < len(given) or len(given) > MOST_CHOICES:
        reader.wrong(at, f"should be a list of 1 to {MOST_CHOICES} texts, each once")
        return ()
    return tuple(given)


def _entries(reader: Reader, at: Place, name: str, given: Any) -> DataField | None:
    """What a list holds: a field as others are, or the name of its type alone."""
    if given is None:
        reader.wrong(at, "is missing: it says what the list holds")
        return None
    found = _field(reader, at, name, {"type": given} if isinstance(given, str) else given)
    if found.kind is FieldKind.LIST:
        reader.wrong(at, "a list of lists is not taken")
    return found


def _bounds(
    reader: Reader, at: Place, kind: FieldKind, fields: Mapping[str, Any]
) -> tuple[float | str | None, float | str | None]:
    bounds = [_bound(reader, at / name, kind, fields[name]) if name in fields else None for name in ("min", "max")]
    low, high = bounds
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        reader.wrong(at / "max", "should not be less than min")
    return low, high


def _bound(reader: Reader, at: Place, kind: FieldKind, given: Any) -> float | str | None:
    if kind is FieldKind.LIST:
        return reader.whole(at, given, 0, MOST_ENTRIES)
    if kind is FieldKind.DATE:
        if isinstance(given, str) and is_day(given):
            return given
        reader.wrong(at, "should be a date such as 2026-06-01")
    elif kind is FieldKind.NUMBER:
        if is_number(given):
            return float(given) if isinstance(given, float) else given
        reader.wrong(at, "should be a number")
    return None


def is_day(text: str) -> bool:
    """Whether it is a date in ISO 8601, written out."""
    if len(text) != 10:
        return False
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_number(value: object) -> bool:
    """Whether it is a number that every program reads as the same one."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
