"""What the page is answered of a group that it sent. Pure."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as made_of
from datetime import date
from typing import Any

from portal_app.services.intake.beside import told_beside
from portal_app.services.intake.forms import Answers, Form
from portal_app.services.intake.renumbering import referring
from portal_app.services.submissions.sending import Sent
from portal_app.state.submissions.drawing import ident_of


@dataclass(frozen=True)
class Told:
    """What the page does when its group is saved: `fills` are put beside what was typed, by id in the page. Where the
    rows of the numbers in `out` were taken out of it, `naming` are the groups that name rows of it."""

    fills: dict[str, str]
    out: tuple[int, ...] = ()
    naming: dict[str, Any] = made_of(default_factory=dict)


def acked(before: str, sent: Sent, outcome: str, version: int, *, told: str, at: str, more: Told) -> str:
    """What was answered last about each group, with the answer to this one, as the page reads it."""
    answers: dict[str, Any] = json.loads(before)
    about = {"number": sent.number, "outcome": outcome, "version": version, "told": told, "at": at}
    return json.dumps(answers | {sent.path: about | asdict(more)})


def naming(
    form: Form, key: str, answers: Answers, versions: Mapping[str, int], others: Collection[str]
) -> dict[str, Any]:
    """By their keys, the groups that name rows of the group of this key: their fields that do, what stands there, and
    their version now and before; `others` are those of them that were saved with it."""
    found = {}
    for group, fields in referring(form, key):
        names, now = [each.name for each in fields], versions.get(group.key, 0)
        rows = [{name: row.get(name, "") for name in names} for row in answers.get(group.key, ())]
        version = {"now": now, "before": now - 1 if group.key in others else now}
        found[group.key] = {"names": names, "rows": rows, "version": version}
    return found


def saved_here(answered: str) -> dict[str, int]:
    """The versions of the groups that the page itself saved last, out of what it was answered."""
    saved = {path: each for path, each in json.loads(answered).items() if each["outcome"] == "saved"}
    others = {path: each["version"]["now"] for one in saved.values() for path, each in one["naming"].items()}
    own = {path: each["version"] for path, each in saved.items()}
    return own | {path: max(version, own.get(path, 0)) for path, version in others.items()}


def fills(form: Form, sent: Sent, today: date) -> dict[str, str]:
    """What a VIN or a ZIP code that was just typed says of fields beside it that are empty, or hold what one before it
    said, by id in the page."""
    group = form.group(sent.path)
    found: dict[str, str] = {}
    for key, row in zip(sent.keys, sent.rows, strict=False) if group else ():
        for field in group.fields if group else ():
            if group is None or ident_of(group.key, key, field.name) not in sent.changed:
                continue
            known = told_beside(group, field.name, row.get(field.name), today)
            idents = {name: ident_of(group.key, key, name) for name in known}
            free = [name for name in known if not row.get(name) or idents[name] in sent.proposed]
            found |= {idents[name]: known[name] for name in free}
    return found
