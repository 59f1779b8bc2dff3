"""What the page sends of one group: its rows as they were typed, and what it was looking at. Pure."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal_app.services.intake.beside import told_beside
from portal_app.services.intake.forms import Form, Row
from portal_app.state.submissions.drawing import ident_of

LONGEST = 2_000_000
MOST_ROWS = 500


@dataclass(frozen=True)
class Sent:
    """`before` are rows that were sent earlier and never answered: where they are what is saved, nobody else saved
    them. `changed` names fields by their id, `redraw` asks for other inputs, `fresh` are the keys of new rows."""

    submission: str
    path: str
    number: str
    version: int
    keys: tuple[str, ...]
    rows: list[Row]
    before: tuple[list[Row], ...]
    changed: frozenset[str]
    fresh: frozenset[str]
    redraw: bool

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
            number=str(given["number"])[:64],
            version=int(given["version"]),
            keys=tuple(str(each["key"])[:32] for each in given["rows"]),
            rows=[dict(each["values"]) for each in given["rows"]][:MOST_ROWS],
            before=tuple([dict(row) for row in rows] for rows in given.get("before") or ()),
            changed=frozenset(str(each)[:200] for each in given.get("changed") or ()),
            fresh=frozenset(str(each)[:32] for each in given.get("fresh") or ()),
            redraw=bool(given.get("redraw")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def acked(before: str, sent: Sent, outcome: str, version: int, *, told: str, at: str, fills: dict[str, str]) -> str:
    """What was answered last about each group, with the answer to this one, as the page reads it."""
    answers: dict[str, Any] = json.loads(before)
    about = {"number": sent.number, "outcome": outcome, "version": version, "told": told, "at": at, "fills": fills}
    return json.dumps(answers | {sent.path: about})


def saved_here(answered: str) -> dict[str, int]:
    """The versions of the groups that the page itself saved last, out of what it was answered."""
    answers = json.loads(answered)
    return {path: each["version"] for path, each in answers.items() if each["outcome"] == "saved"}


def fills(form: Form, sent: Sent, today: date) -> dict[str, str]:
    """What a VIN or a ZIP code that was just typed says of fields beside it that are empty, by id in the page."""
    group = form.group(sent.path)
    found: dict[str, str] = {}
    for key, row in zip(sent.keys, sent.rows, strict=False) if group else ():
        for field in group.fields if group else ():
            if group is None or ident_of(group.key, key, field.name) not in sent.changed:
                continue
            known = told_beside(group, field.name, row.get(field.name), today)
            found |= {ident_of(group.key, key, name): text for name, text in known.items() if not row.get(name)}
    return found
