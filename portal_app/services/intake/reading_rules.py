"""Reads the conditions and the checks of an intake form, as they are written."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portal_app.services.configuration.reading import Place, Reader
from portal_app.services.intake.forms import TODAY, Check, Condition, Rule, Unit

DEEPEST, MOST_PARTS, MOST_SAME, PATH = 6, 60, 4, 200
OF_QUESTION = ("field", "is", "in", "answered", "past", "atLeast", "atMost")
_QUESTIONS = ("is", "in", "answered", "past")
OF_DATES = {Rule.AFTER, Rule.NOT_BEFORE, Rule.NOT_AFTER}
OF_LIMITS = {Rule.AT_MOST, Rule.AT_LEAST, Rule.BELOW}
OF_ROWS = {Rule.UNIQUE, Rule.AMONG, Rule.SUM_AT_MOST, Rule.SOME}
OF_CHECK = (
    "check", "field", "than", "amount", "unit", "value", "values", "same", "first", "when", "message", "warning",
)  # fmt: skip
MOST_IN = {Unit.YEARS: 200, Unit.DAYS: 36_500}


def number_of(reader: Reader, at: Place, given: Any) -> int | float | None:
    if isinstance(given, bool) or not isinstance(given, int | float) or not abs(given) <= 10**15:
        reader.wrong(at, "should be a number")
        return None
    return given if isinstance(given, int) or math.isfinite(given) else None


def condition_of(reader: Reader, at: Place, given: Any, depth: int = 0) -> Condition:
    """A condition. One that is wrong is answered by one that asks nothing, and the form is not used then."""
    if depth > DEEPEST:
        reader.wrong(at, f"should be at most {DEEPEST} conditions deep")
        return Condition()
    for name in ("all", "any"):
        if isinstance(given, dict) and name in given:
            own = reader.fields(at, given, (name,))
            parts = own[name]
            if not isinstance(parts, list) or not 0 < len(parts) <= MOST_PARTS:
                reader.wrong(at / name, f"should be a list [ … ] of 1 to {MOST_PARTS} conditions")
                return Condition()
            read = tuple(condition_of(reader, at / name / str(n), each, depth + 1) for n, each in enumerate(parts))
            return Condition(all=read) if name == "all" else Condition(any=read)
    if isinstance(given, dict) and "not" in given:
        own = reader.fields(at, given, ("not",))
        return Condition(negated=condition_of(reader, at / "not", own["not"], depth + 1))
    return _question(reader, at, given)


def _question(reader: Reader, at: Place, given: Any) -> Condition:
    own = reader.fields(at, given, OF_QUESTION)
    found = Condition(field=reader.text(at / "field", own.get("field"), PATH, empty=False))
    asked = [name for name in _QUESTIONS if name in own]
    if len(asked) + ("atLeast" in own or "atMost" in own) != 1:
        reader.wrong(at, "should ask one thing: is, in, answered, past, or atLeast and atMost")
        return found
    if "is" in own or "in" in own:
        listed = own["in"] if "in" in own else [own["is"]]
        if not isinstance(listed, list) or not 0 < len(listed) <= MOST_PARTS:
            reader.wrong(at / "in", f"should be a list [ … ] of 1 to {MOST_PARTS} values")
            return found
        return replace(found, values=tuple(_value(reader, at / asked[0], each) for each in listed))
    if "answered" in own:
        return replace(found, answered=reader.flag(at / "answered", own["answered"]))
    if "past" in own:
        if own["past"] is not True:
            reader.wrong(at / "past", "should be true; for the contrary there is not")
        return replace(found, past=True)
    least, most = (number_of(reader, at / name, own[name]) if name in own else None for name in ("atLeast", "atMost"))
    return replace(found, at_least=least, at_most=most)


def _value(reader: Reader, at: Place, given: Any) -> str | bool:
    return given if isinstance(given, bool) else reader.text(at, given, PATH, empty=False)


def check_of(reader: Reader, at: Place, given: Any, *, whole_path: bool) -> Check:
    """A check; with `whole_path`, of the form, whose fields are "section.group.field"."""
    own = reader.fields(at, given, OF_CHECK)
    rule = Rule(reader.one_of(at / "check", own.get("check"), Rule))
    field = reader.text(at / "field", own.get("field"), PATH, empty=False)
    if field and (field.count(".") == 2) is not whole_path:
        reader.wrong(
            at / "field", 'should be "section.group.field"' if whole_path else "should be a field of the group"
        )
    found = Check(
        rule=rule,
        field=field,
        than=_than(reader, at / "than", own.get("than", []), rule),
        amount=number_of(reader, at / "amount", own["amount"]) if "amount" in own else None,
        unit=Unit(reader.one_of(at / "unit", own.get("unit", Unit.YEARS), Unit)),
        value=_value(reader, at / "value", own["value"]) if "value" in own else None,
        values=tuple(_value(reader, at / "values", each) for each in _several(reader, at / "values", own, MOST_PARTS)),
        same=tuple(reader.text(at / "same", each, PATH) for each in _several(reader, at / "same", own, MOST_SAME)),
        first=reader.flag(at / "first", own.get("first", False)),
        when=condition_of(reader, at / "when", own["when"]) if "when" in own else None,
        message=reader.text(at / "message", own.get("message"), 300, empty=False),
        warning=reader.flag(at / "warning", own.get("warning", False)),
    )
    _check_parts(reader, at, found)
    return found


def _several(reader: Reader, at: Place, own: Mapping[str, Any], most: int) -> list[Any]:
    """What is listed under the last name of the place, or nothing."""
    name = at.path.rpartition(".")[2]
    if name not in own:
        return []
    if not isinstance(own[name], list) or not 0 < len(own[name]) <= most:
        reader.wrong(at, f"should be a list [ … ] of 1 to {most}")
        return []
    return list(own[name])


def _than(reader: Reader, at: Place, given: Any, rule: Rule) -> tuple[str, ...]:
    """One field, or two for the parts of a limit."""
    listed = given if isinstance(given, list) else [given] if given != "" else []
    most = 2 if rule in OF_LIMITS else 1
    if len(listed) > most:
        reader.wrong(at, "should be one field, or of limits two in a list: per person and per accident")
    return tuple(reader.text(at, each, PATH, empty=False) for each in listed[:most])


def _check_parts(reader: Reader, at: Place, check: Check) -> None:
    """Each rule has what it compares with, and nothing else."""
    parts = {name for name in ("than", "amount", "value", "values", "same") if getattr(check, name) not in (None, ())}
    right, wanted = _takes(check.rule, parts)
    if not right:
        reader.wrong(at, f"{check.rule} takes {wanted}")
    if check.rule in OF_DATES:
        most = MOST_IN[check.unit]
        if check.amount and not (isinstance(check.amount, int) and abs(check.amount) <= most):
            reader.wrong(at / "amount", f"should be a whole number of {check.unit}, at most {most:,}")
    elif check.unit is not Unit.YEARS:
        reader.wrong(at / "unit", "is of a rule between dates alone")
    if check.first and check.rule in OF_ROWS:
        reader.wrong(at / "first", f"{check.rule} is of all rows together")
    if TODAY in check.than and check.rule not in OF_DATES:
        reader.wrong(at / "than", f"{TODAY} can be compared with a date alone")


def _takes(rule: Rule, parts: set[str]) -> tuple[bool, str]:
    """Whether these are the parts of the rule, and which are."""
    if rule is Rule.IS:
        return parts == {"value"}, "value"
    if rule is Rule.SOME:
        return parts == {"values"}, "values"
    if rule is Rule.UNIQUE:
        return parts <= {"same"}, "neither than, amount nor value, and may have same"
    if rule is Rule.AMONG:
        return {"than"} <= parts <= {"than", "same"}, "than, and may have same"
    if rule in OF_DATES:
        return {"than"} <= parts <= {"than", "amount"}, "than, and may have amount, in years or days"
    if rule is Rule.TOGETHER_AT_MOST:
        return parts == {"than", "amount"}, "than and amount"
    if rule in OF_LIMITS or rule is Rule.SUM_AT_MOST:
        return parts in ({"than"}, {"amount"}), "either than or amount"
    return parts == {"than"}, "than"
