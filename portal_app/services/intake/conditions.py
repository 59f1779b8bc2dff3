"""Whether a condition of a form holds for what was answered. Pure."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from portal_app.services.intake.forms import Condition

if TYPE_CHECKING:
    from portal_app.services.intake.sheet import Cells, Sheet


def holds(condition: Condition, sheet: "Sheet", own: "Cells") -> bool:
    """`own` is the row that the condition stands in."""
    if condition.all:
        return all(holds(each, sheet, own) for each in condition.all)
    if condition.any:
        return any(holds(each, sheet, own) for each in condition.any)
    if condition.negated is not None:
        return not holds(condition.negated, sheet, own)
    values = [each for each in sheet.values(condition.field, own) if each is not None]
    if condition.values:
        return any(is_one_of(value, condition.values) for value in values)
    if condition.past:
        return any(isinstance(value, str) and value < sheet.today.isoformat() for value in values)
    if condition.at_least is not None or condition.at_most is not None:
        return any(_within(value, condition) for value in values)
    return bool(values) is condition.answered


def is_one_of(value: Any, wanted: tuple[str | bool, ...]) -> bool:
    """Whether something that was answered is one of these; of several choices, one of them."""
    if isinstance(value, bool):
        return any(each is value for each in wanted)
    chosen = value if isinstance(value, list) else [str(value)]
    return any(isinstance(each, str) and each in chosen for each in wanted)


def _within(value: Any, condition: Condition) -> bool:
    if isinstance(value, bool | list):
        return False
    try:
        number = value if isinstance(value, int) else Decimal(str(value))
    except ArithmeticError:
        return False
    least = condition.at_least is None or number >= Decimal(str(condition.at_least))
    return least and (condition.at_most is None or number <= Decimal(str(condition.at_most)))
