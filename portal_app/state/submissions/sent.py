"""What the page is answered of a group that it sent. Pure."""

import json
from datetime import date
from typing import Any

from portal_app.services.intake import places, vin
from portal_app.services.intake.forms import FieldType, Form, Group, Rule
from portal_app.services.submissions.sending import Sent
from portal_app.state.submissions.drawing import ident_of


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
            known = _known(group, field.name, field.type, row.get(field.name), today)
            found |= {
                ident_of(group.key, key, name): text
                for name, text in known.items()
                if name and text and not row.get(name)
            }
    return found


def _known(group: Group, name: str, type_: FieldType, value: Any, today: date) -> dict[str, str]:
    if not isinstance(value, str):
        return {}
    compared = [check for check in group.checks if check.field == name and check.than]
    beside = {check.rule: check.than[0] for check in compared if "." not in check.than[0]}
    if type_ is FieldType.VIN:
        told = vin.decoded(vin.cleaned(value), today)
        year = str(told.years[0]) if told.years and told.check_digit else ""
        made = told.make if told.check_digit else ""
        return {beside.get(Rule.YEAR_OF_VIN, ""): year, beside.get(Rule.MAKE_OF_VIN, ""): made}
    place = places.place(value) if type_ is FieldType.POSTAL_CODE else None
    if place is None:
        return {}
    city = name.removesuffix("postal_code") + "city"
    there = group.field(city) is not None
    return {beside.get(Rule.POSTAL_CODE_IN_STATE, ""): place.state, city if there else "": place.city}
