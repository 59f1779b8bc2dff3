"""What the trail holds in codes, in the words that people know: roles, grants, answers, names of settings."""

from collections.abc import Mapping

from portal_app.models.enums import ConflictKind, Grant, Resolution, Role
from portal_app.services.configuration.registry import KINDS
from portal_app.services.settings.entries import ENTRIES, OF_A_LINE, of_a_line

ABOUT_A_PERSON, OF_CONFIGURATION = "user.", "configuration."
NOT_KEPT = "A producer whose name was not written down"
CONFLICTS = {
    ConflictKind.SAME_TIME_TWICE: "Two terms for the same time",
    ConflictKind.PRODUCER_CODE: "Two producer codes",
    ConflictKind.STATUS: "Two statuses",
}
ANSWERS = {
    ConflictKind.SAME_TIME_TWICE: {
        Resolution.FIRST: "The term that begins first holds",
        Resolution.SECOND: "The term that begins later holds",
        Resolution.BOTH: "Both terms hold",
    },
    ConflictKind.PRODUCER_CODE: {
        Resolution.FIRST: "The portal's code holds",
        Resolution.SECOND: "The agency system's code holds",
    },
    ConflictKind.STATUS: {
        Resolution.FIRST: "The portal's status holds",
        Resolution.SECOND: "The agency system's status holds",
    },
}
GRANTS: Mapping[str, str] = {each.value: each.label for each in Grant}
ROLES: Mapping[str, str] = {each.value: each.label for each in Role}


def in_words(action: str, name: str, value: object, kind: object, lines: Mapping[str, str]) -> object:
    """The value as people call it, or itself. `kind` is what a conflict was about; `lines` are the names of the lines
    of business by code. A number that an older release wrote for a producer says nothing to anybody, and is not
    shown."""
    if action.startswith(ABOUT_A_PERSON):
        return _of_a_person(name, value)
    if action == "conflict.resolved":
        return _of_a_conflict(name, value, kind)
    if action.startswith(OF_CONFIGURATION) and isinstance(value, str):
        return _of_a_configuration(name, value, lines)
    return value


def _of_a_person(name: str, value: object) -> object:
    if name == "producer" and isinstance(value, int):
        return NOT_KEPT
    if name == "role" and isinstance(value, str):
        return ROLES.get(value, value)
    if name == "grants" and isinstance(value, list):
        return [GRANTS.get(str(each), each) for each in value]
    return value


def _of_a_conflict(name: str, value: object, kind: object) -> object:
    about = next((each for each in ConflictKind if each == kind), None)
    if about is not None and name == "kind":
        return CONFLICTS[about]
    answer = next((each for each in Resolution if each == value), None)
    if about is not None and answer is not None and name == "resolution":
        return ANSWERS[about].get(answer, answer.label)
    return value


def _of_a_configuration(name: str, value: str, lines: Mapping[str, str]) -> str:
    if name == "kind" and value in KINDS:
        return KINDS[value].label
    return lines.get(value, value) if name == "name" else value


def setting(name: str, lines: Mapping[str, str]) -> str:
    """What the page of the settings calls it; `lines` are the names of the lines of business by code."""
    if name in ENTRIES:
        return ENTRIES[name].label
    code = name.removeprefix(OF_A_LINE)
    return of_a_line(code, lines.get(code, code.replace("_", " "))).label if name.startswith(OF_A_LINE) else ""
