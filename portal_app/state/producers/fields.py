"""Fields as the forms about producers draw them, and what people filled in, read by the agency's configuration."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal_app.services.producers.configuration import DataField, EntityType, FieldKind

SHORT = 300
YES, NO = "yes", "no"
ANSWERS = {YES: True, NO: False}
WHOLE = re.compile(r"-?\d{1,15}")
THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
ENTRY = re.compile(r"(?P<field>data\.\w+)\[(?P<number>\d+)\]")
DATA = "data."


@dataclass
class Option:
    """`name` is what a box of its own sends."""

    value: str
    label: str
    name: str = ""
    checked: bool = False
    begins: str = ""
    ends: str = ""


@dataclass
class FileLink:
    href: str
    label: str
    detail: str = ""


@dataclass
class FieldRow:
    """One field. `name` is what the form sends it as, `kind` how it is drawn, `value` what stands in it at first."""

    name: str
    ident: str
    kind: str
    label: str
    help: str = ""
    value: str = ""
    required: bool = False
    longest: int = SHORT
    options: list[Option] = field(default_factory=list)
    files: list[FileLink] = field(default_factory=list)


Form = Mapping[str, Any]


def rows(type_: EntityType, data: Mapping[str, Any]) -> list[FieldRow]:
    """The fields of a type in the order of the configuration, filled in with the data."""
    return [_row(each, data.get(each.name)) for each in type_.fields.values()]


def label_of(each: DataField) -> str:
    """The label, or the name of the field in words: `taxForms` is Tax forms."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", each.name).replace("_", " ")
    return each.label or words[:1].upper() + words[1:].lower()


def _row(each: DataField, value: Any) -> FieldRow:
    name = DATA + each.name
    found = FieldRow(name, f"field-{each.name}", _drawn_as(each), label_of(each), _help(each), written(each, value))
    found.required, found.longest = each.required, each.longest
    entry = each.of if each.of is not None else each
    if each.kind is FieldKind.FLAG:
        found.options = [Option(YES, "Yes"), Option(NO, "No")]
    elif entry.kind is FieldKind.CHOICE:
        held = value if isinstance(value, list) else []
        found.options = [
            Option(choice, choice, f"{name}:{number}", choice in held) for number, choice in enumerate(entry.choices)
        ]
    elif entry.kind is FieldKind.MEDIA:
        held = value if isinstance(value, list) else [value] if value else []
        found.files = [link for reference in held if (link := file_link(reference)) is not None]
    return found


def _drawn_as(each: DataField) -> str:
    if each.kind is FieldKind.TEXT:
        return "text" if each.longest <= SHORT else "long"
    if each.kind is FieldKind.LIST and each.of is not None:
        return {FieldKind.CHOICE: "checks", FieldKind.MEDIA: "files"}.get(each.of.kind, "lines")
    return {FieldKind.FLAG: "choice", FieldKind.MEDIA: "file"}.get(each.kind, each.kind.value)


def _help(each: DataField) -> str:
    """The help of the configuration, and what may be entered where that is bounded."""
    bounds = [f"{word} {bound}" for word, bound in (("from", each.low), ("to", each.high)) if bound is not None]
    by_kind = {FieldKind.LIST: "One on each line.", FieldKind.MEDIA: "PDF, JPG or PNG, at most 25 MB."}.get(
        each.kind, ""
    )
    if each.of is not None and each.of.kind is FieldKind.CHOICE:
        by_kind = ""
    elif each.of is not None and each.of.kind is FieldKind.MEDIA:
        by_kind = "PDF, JPG or PNG, at most 25 MB each."
    elif each.of is not None and each.of.kind is FieldKind.FLAG:
        by_kind = "Yes or no, one on each line."
    entries = " entries" if each.kind is FieldKind.LIST else ""
    bound = f"{' '.join(bounds).capitalize()}{entries}." if bounds else ""
    told = f"{each.help.rstrip('.')}." if each.help else ""
    return " ".join(part for part in (told, by_kind, bound) if part)


def file_link(reference: Any) -> FileLink | None:
    """A link to the version that is referred to, or nothing where it is no reference."""
    if not isinstance(reference, Mapping) or not reference.get("locator"):
        return None
    href = f"/files/{reference['locator']}?version={reference.get('versionLocator', '')}"
    return FileLink(href, str(reference.get("title") or reference.get("filename") or "File"))


def written(each: DataField, value: Any) -> str:
    """A value as it stands in its field: one text."""
    if value is None:
        return ""
    if each.kind is FieldKind.LIST and isinstance(value, list) and each.of is not None:
        if each.of.kind is FieldKind.MEDIA:
            return json.dumps(value)
        return "\n".join(written(each.of, entry) for entry in value)
    if each.kind is FieldKind.MEDIA:
        return json.dumps(value)
    if isinstance(value, bool):
        return YES if value else NO
    return str(value)


def read(type_: EntityType, form: Form, before: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What to set and what to take away, of what was filled in. What nobody touched stays as it is, whatever else was
    written down there. What cannot be read is handed on as text, for the service to say what is wrong."""
    changed: dict[str, Any] = {}
    removed: list[str] = []
    for each in type_.fields.values():
        text = typed(each, form)
        if text is None or _is_same(each, text, written(each, before.get(each.name))):
            continue
        if not text.strip():
            removed += [each.name] if each.name in before else []
        else:
            changed[each.name] = _value(each, text)
    return changed, removed


def _is_same(each: DataField, text: str, was: str) -> bool:
    """Whether nobody touched it. Boxes have no order of their own."""
    return set(text.split("\n")) == set(was.split("\n")) if _drawn_as(each) == "checks" else text == was


def typed(each: DataField, form: Form) -> str | None:
    """What the form says of the field, as one text; None where it does not say anything."""
    name = DATA + each.name
    if _drawn_as(each) == "checks" and each.of is not None:
        boxes = ((f"{name}:{number}", choice) for number, choice in enumerate(each.of.choices))
        return "\n".join(choice for box, choice in boxes if is_checked(form, box))
    given = form.get(name)
    return None if given is None else str(given).replace("\r\n", "\n")


def is_checked(form: Form, name: str) -> bool:
    return str(form.get(name) or "") not in ("", "False", "false")


def _value(each: DataField, text: str) -> Any:
    if each.kind is FieldKind.LIST and each.of is not None:
        if each.of.kind is FieldKind.MEDIA:
            return _parsed(text)
        entries = text.split("\n") if _drawn_as(each) == "checks" else text.splitlines()
        return [_value(each.of, entry.strip()) for entry in entries if entry.strip()]
    if each.kind is FieldKind.MEDIA:
        return _parsed(text)
    if each.kind is FieldKind.NUMBER:
        return _number(text.strip())
    if each.kind is FieldKind.FLAG:
        return ANSWERS.get(text.strip().lower(), text)
    return text.strip() if each.kind in (FieldKind.DATE, FieldKind.CHOICE) else text


def _number(text: str) -> Any:
    plain = text.replace(",", "") if THOUSANDS.fullmatch(text) else text
    if WHOLE.fullmatch(plain):
        return int(plain)
    try:
        return float(plain) if re.fullmatch(r"-?\d*\.?\d+", plain) else text
    except ValueError:
        return text


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def at_fields(problems: Mapping[str, str], renamed: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What is wrong by the names of the form's fields, and what belongs to none of them. `renamed` are the fields that
    the form calls otherwise."""
    placed: dict[str, str] = {}
    others: list[str] = []
    for path, why in problems.items():
        entry = ENTRY.match(path)
        if entry is not None:
            told = f"Entry {int(entry['number']) + 1}: {why}"
            placed[entry["field"]] = f"{placed[entry['field']]} {told}" if entry["field"] in placed else told
        elif path.startswith(DATA) or path in renamed:
            placed[renamed.get(path, path)] = why
        else:
            others.append(why)
    return placed, others


def of_validation(errors: Sequence[str]) -> dict[str, str]:
    """The errors of a kept validation by their paths; those of the agency's plugin have none, and are numbered."""
    found: dict[str, str] = {}
    for number, error in enumerate(errors):
        path, colon, why = error.partition(": ")
        is_path = bool(colon) and (path.startswith(DATA) or path == "code")
        found[path if is_path else f"item {number}"] = why if is_path else error
    return found
