"""Before and after of an event, line by line, as far as the person who asks may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from portal_app.models import metadata
from portal_app.models.columns import Holds
from portal_app.services.access import Actor
from portal_app.services.scope import scope_of
from portal_app.services.trail import coded
from portal_app.services.trail.deeds import DEEDS, Deed

MASK = "•••"
UNKNOWN = Deed("")
NEVER_SHOWN = (Holds.PERSONAL, Holds.SECRET)


@dataclass(frozen=True, slots=True)
class Change:
    """One field. A detail that is no change has no `before`."""

    name: str
    before: str
    after: str


def changes(
    actor: Actor, action: str, detail: Mapping[str, Any], lines: Mapping[str, str] | None = None
) -> tuple[Change, ...]:
    """What the event says, the fields that differ first. Masked: personal data for everybody; values of the business
    for those whose role does not see it. `lines` are the names of the lines of business by code."""
    deed = DEEDS.get(action, UNKNOWN)
    sees_business = scope_of(actor).agency

    def shown(name: str, value: object, *, fact: bool = False) -> str:
        told = _text(coded.in_words(action, name, value, detail.get("kind"), lines or {}))
        hidden = (
            (deed.veiled and not (fact and deed.is_open(name)))
            or name in _personal()
            or not (sees_business or deed.is_open(name))
        )
        return MASK if told and hidden else told

    def named(name: str) -> str:
        return (coded.setting(name, lines or {}) if action == "settings.changed" else "") or _words(name)

    before, after = _fields(detail.get("before")), _fields(detail.get("after"))
    found = [
        Change(named(name), shown(name, before.get(name)), shown(name, after.get(name)))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
    more = ((name, value) for name, value in detail.items() if name not in ("before", "after"))
    facts = (pair for name, value in more for pair in _pairs(name, value))
    return (*found, *(Change(_words(name), "", shown(name, value, fact=True)) for name, value in facts))


def _fields(value: object) -> dict[str, Any]:
    """The fields of one side; a single value is a field of its own."""
    if value is None:
        return {}
    return dict(value) if isinstance(value, Mapping) else {"value": value}


def _pairs(name: str, value: object) -> list[tuple[str, Any]]:
    """A detail that holds several is taken apart."""
    return [(str(inner), each) for inner, each in value.items()] if isinstance(value, Mapping) else [(name, value)]


def _text(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(str(name))}: {_text(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_text(each) for each in value)
    return str(value)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


@cache
def _personal() -> frozenset[str]:
    """The names of all columns that hold what nobody is shown in the open."""
    return frozenset(
        each.name for table in metadata.tables.values() for each in table.columns if each.info["holds"] in NEVER_SHOWN
    )
