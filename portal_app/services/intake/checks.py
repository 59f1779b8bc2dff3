"""Whether the rules between answers hold. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portal_app.services.intake import places, policy_numbers, vin
from portal_app.services.intake.conditions import holds
from portal_app.services.intake.forms import TODAY, Check, Group, Rule
from portal_app.services.intake.sheet import Cells, Sheet, number_of


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a rule does not hold: `row` and `name` of a field of its group."""

    row: int
    name: str
    message: str
    warning: bool


def broken(sheet: Sheet, group: Group, check: Check) -> Iterator[Broken]:
    """Every place where the check does not hold. `check.field` is a name of the group, or the whole path to it."""
    name = check.field.rpartition(".")[2]
    rows = [
        (number, cells)
        for number, cells in enumerate(sheet.rows.get(group.key, ()))
        if check.when is None or holds(check.when, sheet, cells)
    ]
    if check.rule is Rule.UNIQUE:
        bad = _repeated(rows, name)
    elif check.rule is Rule.SUM_AT_MOST:
        bad = _over(sheet, check, rows, name)
    else:
        bad = [number for number, cells in rows if not _kept(sheet, check, cells, name)]
    for number in bad:
        yield Broken(number, name, check.message, check.warning)


def _kept(sheet: Sheet, check: Check, cells: Cells, name: str) -> bool:
    cell = cells.get(name)
    if cell is None or cell.value is None:
        return True
    return _RULES[check.rule](sheet, check, cell.value, _other(sheet, check, cells))


def _other(sheet: Sheet, check: Check, cells: Cells) -> Any:
    """What the field is compared with; the first row's where that stands in another group."""
    if not check.than or check.than == TODAY:
        return check.amount
    return next(sheet.values(check.than, cells), None)


def _repeated(rows: list[tuple[int, Cells]], name: str) -> list[int]:
    """Rows whose value an earlier row has already."""
    seen: set[str] = set()
    again = []
    for number, cells in rows:
        value = cells[name].value if name in cells else None
        if value is None:
            continue
        if str(value) in seen:
            again.append(number)
        seen.add(str(value))
    return again


def _over(sheet: Sheet, check: Check, rows: list[tuple[int, Cells]], name: str) -> list[int]:
    """The last row that adds to a sum which is too large."""
    parts = [(number, number_of(cells[name].value)) for number, cells in rows if name in cells]
    parts = [(number, part) for number, part in parts if part]
    most = number_of(_other(sheet, check, {})) if check.than else (Decimal(str(check.amount)),)
    if parts and most and sum(part[0] for _, part in parts) > most[0]:
        return [parts[-1][0]]
    return []


def _dates(sheet: Sheet, check: Check, value: Any, other: Any) -> tuple[date, date] | None:
    given = sheet.today.isoformat() if check.than == TODAY else other
    try:
        mine, theirs = date.fromisoformat(value), date.fromisoformat(given)
    except (TypeError, ValueError):
        return None
    return mine, _later(theirs, int(check.amount or 0))


def _later(day: date, years: int) -> date:
    """The same day so many years on; the 28th where there is no 29th."""
    year = min(max(day.year + years, 1), 9999)
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


def _numbers(check: Check, value: Any, other: Any) -> list[tuple[Decimal, Decimal]]:
    """Each part of the one beside that of the other: two of split limits, and every part beside a single number."""
    mine = number_of(value)
    theirs = (Decimal(str(check.amount)),) if not check.than and check.amount is not None else number_of(other)
    if len(theirs) == 1:
        theirs *= len(mine)
    return list(zip(mine, theirs, strict=False))


def _at_most(_sheet: Sheet, check: Check, value: Any, other: Any) -> bool:
    return all(mine <= theirs for mine, theirs in _numbers(check, value, other))


def _at_least(_sheet: Sheet, check: Check, value: Any, other: Any) -> bool:
    return all(mine >= theirs for mine, theirs in _numbers(check, value, other))


def _is(_sheet: Sheet, check: Check, value: Any, _other: Any) -> bool:
    return bool(value is check.value) if isinstance(check.value, bool) else str(value) == check.value


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


_RULES: dict[Rule, Callable[[Sheet, Check, Any, Any], bool]] = {
    Rule.AFTER: _after,
    Rule.NOT_BEFORE: _not_before,
    Rule.NOT_AFTER: _not_after,
    Rule.AT_MOST: _at_most,
    Rule.AT_LEAST: _at_least,
    Rule.IS: _is,
    Rule.POSTAL_CODE_IN_STATE: _in_state,
    Rule.YEAR_OF_VIN: _year,
    Rule.MAKE_OF_VIN: _make,
    Rule.POLICY_NUMBER_OF_CARRIER: _number_of_carrier,
}
