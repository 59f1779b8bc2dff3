"""Reads the conditions and the checks of an intake form, as they are written."""

import math
from dataclasses import replace
from typing import Any

from portal_app.services.configuration.reading import Place, Reader
from portal_app.services.intake.forms import TODAY, Check, Condition, Rule

DEEPEST, MOST_PARTS, PATH = 6, 60, 200
OF_QUESTION = ("field", "is", "in", "answered", "past", "atLeast", "atMost")
_QUESTIONS = ("is", "in", "answered", "past")
OF_DATES = {Rule.AFTER, Rule.NOT_BEFORE, Rule.NOT_AFTER}
OF_NUMBERS = {Rule.AT_MOST, Rule.AT_LEAST, Rule.SUM_AT_MOST}


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
    own = reader.fields(at, given, ("check", "field", "than", "amount", "value", "when", "message", "warning"))
    rule = Rule(reader.one_of(at / "check", own.get("check"), Rule))
    field = reader.text(at / "field", own.get("field"), PATH, empty=False)
    if field and (field.count(".") == 2) is not whole_path:
        reader.wrong(
            at / "field", 'should be "section.group.field"' if whole_path else "should be a field of the group"
        )
    found = Check(
        rule=rule,
        field=field,
        than=reader.text(at / "than", own.get("than", ""), PATH),
        amount=number_of(reader, at / "amount", own["amount"]) if "amount" in own else None,
        value=_value(reader, at / "value", own["value"]) if "value" in own else None,
        when=condition_of(reader, at / "when", own["when"]) if "when" in own else None,
        message=reader.text(at / "message", own.get("message"), 300, empty=False),
        warning=reader.flag(at / "warning", own.get("warning", False)),
    )
    _check_parts(reader, at, found)
    return found


def _check_parts(reader: Reader, at: Place, check: Check) -> None:
    """Each rule has what it compares with, and nothing else."""
    rule, than, amount, value = check.rule, bool(check.than), check.amount is not None, check.value is not None
    if rule is Rule.IS:
        right, wanted = value and not than and not amount, "value"
    elif rule is Rule.UNIQUE:
        right, wanted = not (value or than or amount), "neither than, amount nor value"
    elif rule in OF_DATES:
        right, wanted = than and not value, "than, and may have amount, in years"
        if amount and not (isinstance(check.amount, int) and abs(check.amount) <= 200):
            reader.wrong(at / "amount", "should be a whole number of years")
    elif rule in OF_NUMBERS:
        right, wanted = than is not amount and not value, "either than or amount"
    else:
        right, wanted = than and not amount and not value, "than"
    if not right:
        reader.wrong(at, f"{rule} takes {wanted}")
    if check.than == TODAY and rule not in OF_DATES:
        reader.wrong(at / "than", f"{TODAY} can be compared with a date alone")
