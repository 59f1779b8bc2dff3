"""Answers that a form takes: made from the form itself, so that they stay right when a form changes."""

from datetime import date, timedelta
from typing import Any

from portal_app.services.intake.forms import Answers, Field, FieldType, Form, Row, begun
from portal_app.services.intake.sheet import laid_out
from portal_app.services.intake.shipped import shipped
from portal_app.services.intake.validation import problems

TODAY = date(2026, 6, 1)
RIGHT: dict[FieldType, Any] = {
    FieldType.TEXT: "Wexford",
    FieldType.LONG_TEXT: "As it was told.",
    FieldType.WHOLE: "1",
    FieldType.DECIMAL: "1",
    FieldType.MONEY: "2,000,000",
    FieldType.PERCENT: "10",
    FieldType.DATE: "05/01/2026",
    FieldType.YEAR: "2015",
    FieldType.FLAG: False,
    FieldType.STATE: "RI",
    FieldType.POSTAL_CODE: "02840",
    FieldType.PHONE: "(401) 555-0123",
    FieldType.EMAIL: "ann@wexford.test",
    FieldType.FEIN: "12-3456789",
    FieldType.SSN: "219-09-9999",
    FieldType.DRIVER_LICENSE: "RI1234567",
    FieldType.VIN: "1HGCV1F38FA000015",
    FieldType.NAICS: "722511",
    FieldType.SIC: "5812",
    FieldType.GL_CLASS: "16910",
    FieldType.WC_CLASS: "8810",
    FieldType.NAIC: "99101",
    FieldType.POLICY_NUMBER: "HO-1234567",
    FieldType.CARRIER: "Saltmarsh Mutual",
}
OWN = {"effective": "2026-06-15", "expiration": "2027-06-15", "birth_date": "1980-02-29", "licensed": True}


# What comes before ends where the new policy begins.
BEFORE = {"prior_insurance.carriers.expiration": "2026-06-15"}


def right(field: Field) -> Any:
    """Something that the field takes."""
    if field.name in OWN:
        return OWN[field.name]
    if field.type is FieldType.CHOICE:
        return next(each.value for each in field.choices if each.value not in ("other", "none"))
    if field.type is FieldType.CHOICES:
        return [field.choices[0].value]
    if field.type is FieldType.FLAG and field.name.startswith("all_"):
        return True
    number = RIGHT[field.type]
    if field.type is FieldType.MONEY and field.most is not None:
        number = str(min(2_000_000, int(field.most)))
    return str(int(field.least)) if field.type is FieldType.WHOLE and field.least else number


def filled(form: Form, today: date = TODAY, **own: Any) -> Answers:
    """What is required and nothing more. `own` is put in by "section__group__field", first row."""
    answers: Answers = begun(form)
    for path, value in own.items():
        section, group, name = path.split("__")
        rows: list[Row] = answers.setdefault(f"{section}.{group}", [])
        if not rows:
            rows.append({})
        rows[0][name] = value
    return completed(form, answers, today)


def completed(form: Form, answers: Answers, today: date = TODAY) -> Answers:
    """The answers with what is still required of them, as they stand."""
    for _ in range(8):
        before = repr(answers)
        sheet = laid_out(form, answers, today)
        for group in form.groups:
            if group.key in sheet.rows and group.repeat:
                rows = answers.setdefault(group.key, [])
                rows.extend({} for _ in range(group.repeat.least - len(rows)))
        sheet = laid_out(form, answers, today)
        for group, number, cells in sheet.shown():
            row = answers.setdefault(group.key, [{}])[number]
            for field in group.fields:
                if field.name in cells and sheet.needs(field, cells) and row.get(field.name) in (None, "", []):
                    row[field.name] = BEFORE.get(f"{group.key}.{field.name}") or right(field)
        if repr(answers) == before:
            break
    return answers


def wrong(form: Form, answers: Answers, today: date = TODAY, **asked: Any) -> dict[str, str]:
    """The problems that keep from submitting, by path."""
    return {each.path: each.sentence for each in problems(form, answers, today, **asked) if not each.warning}


def days(number: int) -> str:
    return (TODAY + timedelta(days=number)).isoformat()


def told(line: str, *, whole: bool = True, **own: Any) -> dict[str, str]:
    form = shipped(line)
    return wrong(form, filled(form, **own), whole=whole)


def warned(line: str, answers: Answers) -> set[str]:
    return {each.path for each in problems(shipped(line), answers, TODAY) if each.warning}
