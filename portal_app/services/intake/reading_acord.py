"""Reads what an intake form says of ACORD's names beyond those of a field: letters of rows, and what a choice means."""

import re
from typing import Any

from portal_app.services.configuration.reading import Place, Reader
from portal_app.services.intake.forms import AS_THEY_STAND, Lettering

OF_LETTERING = ("first", "of", "number", "same", "kind", "entities")
ENTITY = re.compile(r"[A-Z][A-Za-z0-9]{0,59}")
MOST_NAMES, MOST_SAME = 4, 4


def lettering_of(reader: Reader, at: Place, given: Any) -> Lettering:
    """Which letters the rows of a group have. What it refers to is checked once the form is whole."""
    own = reader.fields(at, given, OF_LETTERING)
    about, kinds = {"of", "number", "same"} & own.keys(), {"kind", "entities"} & own.keys()
    if about and (len(about) != 2 or "of" not in about or "first" in own):
        reader.wrong(at, "should say of, with either number or same, and no first")
        return AS_THEY_STAND
    if len(kinds) == 1:
        reader.wrong(at, "should say kind and entities, or neither")
        return AS_THEY_STAND
    first = reader.text(at / "first", own.get("first", "A"), 1, empty=False)
    if first and not "A" <= first <= "Z":
        reader.wrong(at / "first", "should be a letter from A to Z")
        first = "A"
    return Lettering(
        first=ord(first or "A") - ord("A"),
        of=reader.text(at / "of", own["of"], 130, empty=False) if "of" in own else "",
        number=reader.text(at / "number", own["number"], 64, empty=False) if "number" in own else "",
        same=_same(reader, at / "same", own["same"]) if "same" in own else (),
        kind=reader.text(at / "kind", own["kind"], 64, empty=False) if "kind" in own else "",
        entities=_entities(reader, at / "entities", own["entities"]) if "entities" in own else (),
    )


def placed_of(reader: Reader, at: Place, given: Any) -> tuple[tuple[str, str], ...]:
    """Names with what goes there where a choice is taken. Whether they are names is checked once the form is whole."""
    if not isinstance(given, dict) or not 0 < len(given) <= MOST_NAMES:
        reader.wrong(at, f"should be an object of 1 to {MOST_NAMES} names, each with what goes there")
        return ()
    return tuple(
        (reader.text(at, name, 120, empty=False), reader.text(at / str(name)[:80], value, 120, empty=False))
        for name, value in given.items()
    )


def _same(reader: Reader, at: Place, given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST_SAME:
        reader.wrong(at, f"should be a list [ … ] of 1 to {MOST_SAME} fields")
        return ()
    return tuple(reader.text(at / str(number), each, 64, empty=False) for number, each in enumerate(given))


def _entities(reader: Reader, at: Place, given: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, dict) or not given:
        reader.wrong(at, "should be an object of choices, each with what the names begin with")
        return ()
    found = []
    for choice, entity in given.items():
        begins = reader.text(at / str(choice)[:80], entity, 60, empty=False)
        if begins and not ENTITY.fullmatch(begins):
            reader.wrong(at / str(choice)[:80], "should begin with a capital and hold letters and digits")
        found.append((str(choice), begins))
    return tuple(found)
