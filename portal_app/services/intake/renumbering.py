"""Answers that name a row of another group by its number: they go on naming that row when one before it is taken out.
Pure."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache

from portal_app.services.intake.forms import Answers, Field, Form, Group, Row, Rule
from portal_app.services.intake.values import read

Naming = tuple[tuple[Group, tuple[Field, ...]], ...]
"""Groups that name rows of another one, each with the fields that do."""


@lru_cache(maxsize=1024)
def referring(form: Form, key: str) -> Naming:
    """What names rows of the group of this key."""
    found = []
    for group in form.groups:
        names = {check.field for check in group.checks if check.rule is Rule.ROW_OF and check.than[0] == key}
        if names:
            found.append((group, tuple(each for each in group.fields if each.name in names)))
    return tuple(found)


def taken_out(before: Sequence[Row], after: Sequence[Row]) -> tuple[int, ...]:
    """The numbers, from 1, of the rows that are there no more. Nobody says which they were: the others are those that
    are most like what is left, in the same order."""
    kept = len(after)
    if kept >= len(before):
        return ()
    # By how many rows of each were looked at, how much is alike at best.
    best = [[0] * (kept + 1) for _ in range(len(before) + 1)]
    for here, row in enumerate(before, 1):
        for there in range(max(1, kept - len(before) + here), min(here, kept) + 1):
            alike = best[here - 1][there - 1] + _alike(row, after[there - 1])
            best[here][there] = max(alike, best[here - 1][there] if there < here else alike)
    out, there = [], kept
    for here in range(len(before), 0, -1):
        if there < here and best[here][there] == best[here - 1][there]:
            out.append(here)
        else:
            there -= 1
    return tuple(reversed(out))


def _alike(one: Row, other: Row) -> int:
    same = sum(1 for name, value in one.items() if name in other and other[name] == value)
    return 2 * same + (one == other)


def following(form: Form, key: str, out: Collection[int], answers: Answers, today: date) -> Answers:
    """Of the groups that name rows of the group of this key those that change where the rows of those numbers are taken
    out, as they are then. What named one of them is left open; what is no number of a row stays as it was typed."""
    found = {}
    for group, fields in referring(form, key) if out else ():
        before = answers.get(group.key, [])
        if (after := [_renumbered(row, fields, out, today) for row in before]) != before:
            found[group.key] = after
    return found


def _renumbered(row: Row, fields: Collection[Field], out: Collection[int], today: date) -> Row:
    changed = dict(row)
    for field in fields:
        named = read(field, row.get(field.name), today).value
        if named in out:
            del changed[field.name]
        elif isinstance(named, int) and (before := sum(each < named for each in out)):
            changed[field.name] = str(named - before)
    return changed
