"""Whether the rules between answers hold. Pure."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portal_app.services.intake import places, policy_numbers, vin
from portal_app.services.intake.conditions import holds, is_one_of
from portal_app.services.intake.forms import TODAY, Check, Group, Rule, Unit
from portal_app.services.intake.sheet import Cells, Sheet
from portal_app.services.intake.values import NOTHING

# Where the bureau has classes of its own, of three digits; many write them with a zero before.
THREE_DIGITS = frozenset({"PA", "DE"})
Rows = list[tuple[int, Cells]]
"""Of a group those for which the check asks, by their number."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a rule does not hold: `row` and `name` of a field of its group; no name where it is the group itself."""

    row: int
    name: str
    message: str
    warning: bool


def broken(sheet: Sheet, group: Group, check: Check) -> Iterator[Broken]:
    """Every place where the check does not hold. `check.field` is a name of the group, or the whole path to it."""
    name = check.field.rpartition(".")[2]
    if check.rule is Rule.SOME:
        if not _some(sheet, group, check, name):
            yield Broken(0, "", check.message, check.warning)
        return
    rows = [
        (number, cells)
        for number, cells in enumerate(sheet.rows.get(group.key, ()))
        if not (check.first and number) and (check.when is None or holds(check.when, sheet, cells))
    ]
    if of_rows := _OF_ROWS.get(check.rule):
        bad = of_rows(sheet, group, check, rows)
    else:
        bad = [number for number, cells in rows if not _kept(sheet, group, check, cells, name)]
    for number in bad:
        yield Broken(number, name, check.message, check.warning)


def _kept(sheet: Sheet, group: Group, check: Check, cells: Cells, name: str) -> bool:
    cell = cells.get(name)
    if cell is None or cell.value is None:
        return True
    if compared := _LIMITS.get(check.rule):
        return all(compared(mine, theirs) for mine, theirs in _limits(sheet, group, check, cells, name))
    return _RULES[check.rule](sheet, check, cell.value, _other(sheet, check, cells))


def _other(sheet: Sheet, check: Check, cells: Cells) -> Any:
    """What the field is compared with; the first row's where that stands in another group."""
    if not check.than or check.than[0] == TODAY:
        return check.amount
    return next(sheet.values(check.than[0], cells), None)


def _limits(sheet: Sheet, group: Group, check: Check, cells: Cells, name: str) -> list[tuple[Decimal, Decimal]]:
    """Each part of the one limit beside that of the other. One that is not split is that of a person, and of an
    accident too."""
    mine = sheet.amounts(name, group, cells)
    others = [sheet.amounts(path, group, cells) for path in check.than]
    if not check.than:
        others = [(Decimal(str(check.amount)),)]
    if not mine or not all(others):
        return []
    theirs = tuple(part for other in others for part in other)
    parts = max(len(mine), len(theirs))
    mine, theirs = (each * parts if len(each) == 1 else each for each in (mine, theirs))
    return list(zip(mine, theirs, strict=False))


def _values(cells: Cells, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The values of a row, to compare with those of another; None where one is not there."""
    found = [cells.get(name, NOTHING).value for name in names]
    return None if None in found else tuple(str(each) for each in found)


def _repeated(_sheet: Sheet, _group: Group, check: Check, rows: Rows) -> list[int]:
    """Rows whose value an earlier row has already."""
    seen: set[tuple[str, ...]] = set()
    again = []
    for number, cells in rows:
        values = _values(cells, (check.field.rpartition(".")[2], *check.same))
        if values is None:
            continue
        if values in seen:
            again.append(number)
        seen.add(values)
    return again


def _outside(sheet: Sheet, _group: Group, check: Check, rows: Rows) -> list[int]:
    """Rows whose value no row of the other group has."""
    key, _, there = check.than[0].rpartition(".")
    known = {_values(cells, (there, *check.same)) for cells in sheet.rows.get(key, ())} - {None}
    mine = [(number, _values(cells, (check.field.rpartition(".")[2], *check.same))) for number, cells in rows]
    return [number for number, values in mine if known and values is not None and values not in known]


def _over(sheet: Sheet, group: Group, check: Check, rows: Rows) -> list[int]:
    """The last row that adds to a sum which is too large."""
    name = check.field.rpartition(".")[2]
    parts = [(number, sheet.amounts(name, group, cells)) for number, cells in rows]
    parts = [(number, part) for number, part in parts if part]
    most = sheet.amounts(check.than[0], group, {}) if check.than else (Decimal(str(check.amount)),)
    if parts and most and sum(part[0] for _, part in parts) > most[0]:
        return [parts[-1][0]]
    return []


def _some(sheet: Sheet, group: Group, check: Check, name: str) -> bool:
    """Where there are rows, one of them is what the check asks for."""
    rows = sheet.rows.get(group.key, ())
    if not rows or (check.when is not None and not holds(check.when, sheet, {})):
        return True
    values = (cells.get(name, NOTHING).value for cells in rows)
    return any(value is not None and is_one_of(value, check.values) for value in values)


def _dates(sheet: Sheet, check: Check, value: Any, other: Any) -> tuple[Any, Any] | None:
    """Two dates to compare; of a year the year that the other lies in."""
    given = sheet.today.isoformat() if check.than[0] == TODAY else other
    try:
        theirs = _later(date.fromisoformat(given), int(check.amount or 0), check.unit)
        return (value, theirs.year) if isinstance(value, int) else (date.fromisoformat(value), theirs)
    except (TypeError, ValueError):
        return None


def _later(day: date, amount: int, unit: Unit) -> date:
    """The day so much later; of so many years the 28th where there is no 29th."""
    if unit is Unit.DAYS:
        return day + timedelta(days=amount)
    year = min(max(day.year + amount, 1), 9999)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _after(sheet: Sheet, check: Check, value: Any, other: Any) -> bool:
    both = _dates(sheet, check, value, other)
    return both is None or both[0] > both[1]


def _not_before(sheet: Sheet, check: Check, value: Any, other: Any) -> bool:
    both = _dates(sheet, check, value, other)
    return both is None or both[0] >= both[1]


def _not_after(sheet: Sheet, check: Check, value: Any, other: Any) -> bool:
    both = _dates(sheet, check, value, other)
    return both is None or both[0] <= both[1]


def _together(_sheet: Sheet, check: Check, value: Any, other: Any) -> bool:
    return other is None or Decimal(str(value)) + Decimal(str(other)) <= Decimal(str(check.amount))


def _is(_sheet: Sheet, check: Check, value: Any, _other: Any) -> bool:
    return bool(value is check.value) if isinstance(check.value, bool) else str(value) == check.value


def _row_of(sheet: Sheet, check: Check, value: Any, _other: Any) -> bool:
    return isinstance(value, int) and 1 <= value <= len(sheet.rows.get(check.than[0], ()))


def _in_state(_sheet: Sheet, _check: Check, value: Any, other: Any) -> bool:
    if not isinstance(other, str):
        return True
    found = places.place(str(value))
    return found is None or other in found.states


def _year(sheet: Sheet, _check: Check, value: Any, other: Any) -> bool:
    told = vin.decoded(str(value), sheet.today)
    return not isinstance(other, int) or not told.check_digit or not told.years or other in told.years


def _make(sheet: Sheet, _check: Check, value: Any, other: Any) -> bool:
    told = vin.decoded(str(value), sheet.today)
    if not isinstance(other, str) or not told.check_digit or not told.make:
        return True
    mine, theirs = told.make.casefold(), other.casefold()
    return mine in theirs or theirs in mine


def _number_of_carrier(sheet: Sheet, _check: Check, value: Any, other: Any) -> bool:
    known = policy_numbers.of_carrier(sheet.form.policy_numbers, other) if isinstance(other, str) else None
    return known is None or policy_numbers.fits(known, str(value))


def _class_of_state(_sheet: Sheet, _check: Check, value: Any, other: Any) -> bool:
    return not isinstance(other, str) or len(str(value)) != 3 or other in THREE_DIGITS


_RULES: dict[Rule, Callable[[Sheet, Check, Any, Any], bool]] = {
    Rule.AFTER: _after,
    Rule.NOT_BEFORE: _not_before,
    Rule.NOT_AFTER: _not_after,
    Rule.TOGETHER_AT_MOST: _together,
    Rule.IS: _is,
    Rule.ROW_OF: _row_of,
    Rule.POSTAL_CODE_IN_STATE: _in_state,
    Rule.YEAR_OF_VIN: _year,
    Rule.MAKE_OF_VIN: _make,
    Rule.POLICY_NUMBER_OF_CARRIER: _number_of_carrier,
    Rule.WC_CLASS_OF_STATE: _class_of_state,
}
_LIMITS: dict[Rule, Callable[[Decimal, Decimal], bool]] = {
    Rule.AT_MOST: operator.le,
    Rule.AT_LEAST: operator.ge,
    Rule.BELOW: operator.lt,
}
_OF_ROWS: dict[Rule, Callable[[Sheet, Group, Check, Rows], list[int]]] = {
    Rule.UNIQUE: _repeated,
    Rule.AMONG: _outside,
    Rule.SUM_AT_MOST: _over,
}
