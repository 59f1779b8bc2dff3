"""What a page sends of one group by itself: its rows as they were typed, and what it was looking at; saved, also on top
of what the same page sent before and was not answered."""

import json
from dataclasses import dataclass, replace
from typing import Any

from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.intake.forms import Group, Row
from portal_app.services.submissions import filling
from portal_app.services.submissions.answering import SavedMeanwhile, with_defaults
from portal_app.services.submissions.filling import Filling

LONGEST = 2_000_000
MOST_ROWS = 500


@dataclass(frozen=True)
class Sent:
    """`before` are rows that were sent earlier and never answered: where they are what is saved, nobody else saved
    them. `changed` names fields by their id, and `proposed` those that hold what the portal put there; `redraw` asks
    for other inputs, `fresh` are the keys of new rows, `out` the numbers, from 1, of those that were taken out since it
    was answered. `by` is the email address of whoever the page was drawn for."""

    submission: str
    path: str
    by: str
    number: str
    version: int
    keys: tuple[str, ...]
    rows: list[Row]
    before: tuple[list[Row], ...]
    changed: frozenset[str]
    fresh: frozenset[str]
    out: tuple[int, ...]
    redraw: bool
    proposed: frozenset[str]

    def added(self) -> frozenset[int]:
        """The numbers of the rows that are new."""
        return frozenset(number for number, key in enumerate(self.keys) if key in self.fresh)


def read_sent(text: str) -> Sent | None:
    """None for what no page sends. What stands in the rows is the service's to look at."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    try:
        given = json.loads(text)
        return Sent(
            submission=str(given["of"])[:64],
            path=str(given["path"])[:120],
            by=str(given.get("by") or ""),
            number=str(given["number"])[:64],
            version=int(given["version"]),
            keys=tuple(str(each["key"])[:32] for each in given["rows"]),
            rows=[dict(each["values"]) for each in given["rows"]][:MOST_ROWS],
            before=tuple([dict(row) for row in rows] for rows in given.get("before") or ()),
            changed=frozenset(str(each)[:200] for each in given.get("changed") or ()),
            fresh=frozenset(str(each)[:32] for each in given.get("fresh") or ()),
            out=tuple(int(each) for each in given.get("out") or ())[:MOST_ROWS],
            redraw=bool(given.get("redraw")),
            proposed=frozenset(str(each)[:200] for each in given.get("proposed") or ()),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


async def save(door: Door, caller: Actor, sent: Sent, *, name: str | None) -> Filling:
    """Save it; the answer and the errors are those of `filling.save`, where `name` is that of the section to be told
    of. What is there and was sent by the same page is nobody else's, and gives way. Rows that were taken out by what
    was not answered are told as such now."""
    found = await _save(door, caller, sent, name)
    return found if found.out else replace(found, out=sent.out)


async def _save(door: Door, caller: Actor, sent: Sent, name: str | None) -> Filling:
    asked: dict[str, Any] = {"locator": sent.submission, "path": sent.path, "rows": sent.rows}
    asked |= {"fresh": sent.added(), "name": name}
    try:
        return await door.act(filling.save, caller, **asked, version=sent.version, out=sent.out)
    except SavedMeanwhile as refusal:
        if refusal.theirs not in _before(sent, refusal.group):
            raise
        return await door.act(filling.save, caller, **asked, version=refusal.version)


def _before(sent: Sent, group: Group) -> list[list[Row]]:
    """What the same page sent before, also as it was saved where an empty row had just been added."""
    return [*sent.before, *(with_defaults(group, rows, range(len(rows))) for rows in sent.before)]
