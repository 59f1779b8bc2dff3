"""What a VIN or a ZIP code tells of the fields beside it: year and make, state and city. Pure, and asks nobody."""

from datetime import date
from typing import Any

from portal_app.services.intake import places, vin
from portal_app.services.intake.forms import FieldType, Group, Rule


def told_beside(group: Group, name: str, typed: Any, today: date) -> dict[str, str]:
    """By the names of fields of the group, what the answer of the field `name` tells of them; nothing where it is
    neither, cannot be read, or was not copied right."""
    field = group.field(name)
    if field is None or not isinstance(typed, str):
        return {}
    if field.type is FieldType.VIN:
        found = _of_vin(group, name, typed, today)
    elif field.type is FieldType.POSTAL_CODE:
        found = _of_postal_code(group, name, typed)
    else:
        return {}
    return {beside: text for beside, text in found.items() if beside and text}


def _of_vin(group: Group, name: str, typed: str, today: date) -> dict[str, str]:
    told = vin.decoded(vin.cleaned(typed), today)
    if not told.check_digit:
        return {}
    beside = _compared(group, name)
    year = str(told.years[0]) if told.years else ""
    return {beside.get(Rule.YEAR_OF_VIN, ""): year, beside.get(Rule.MAKE_OF_VIN, ""): told.make}


def _of_postal_code(group: Group, name: str, typed: str) -> dict[str, str]:
    place = places.place(typed)
    if place is None:
        return {}
    city = group.field(name.removesuffix("postal_code") + "city")
    state = _compared(group, name).get(Rule.POSTAL_CODE_IN_STATE, "")
    return {state: place.state, city.name if city else "": place.city}


def _compared(group: Group, name: str) -> dict[Rule, str]:
    """By the rule, the field of the row with which the answer is compared."""
    compared = [check for check in group.checks if check.field == name and check.than]
    return {check.rule: check.than[0] for check in compared if "." not in check.than[0]}
