"""Writes the table of fields into docs/intake-forms.md. `python -m tests.services.intake.fields_document` brings it up
to date."""

from pathlib import Path

from portal_app.services.intake.acord import acord_name
from portal_app.services.intake.acord_map import names_of
from portal_app.services.intake.forms import LINES, Field, Form, Group
from portal_app.services.intake.shipped import shipped

PLACE = Path(__file__).resolve().parents[3] / "docs/intake-forms.md"
BEGIN, END = "<!-- fields:begin -->", "<!-- fields:end -->"


def tables() -> str:
    return "\n\n".join(_of_form(shipped(line)) for line in LINES)


def _of_form(form: Form) -> str:
    head = [f"### {form.title} (`{form.line}`)", "", f"Maps to {', '.join(form.acord_forms)}.", ""]
    lines = ["| Field | Label | Type | Asked | ACORD names |", "|---|---|---|---|---|"]
    return "\n".join([*head, *lines, *[_line(group, field) for group, field in form.fields()]])


def _line(group: Group, field: Field) -> str:
    asked = "required" if field.required else "required when" if field.required_when else ""
    if field.when or group.when:
        asked = f"{asked}, where it applies".removeprefix(", ")
    own = [*field.acord, *(name for name in names_of(field) if name not in field.acord)]
    names = ", ".join(f"`{acord_name(name, group.acord.first)}`" for name in own)
    row = "[…]" if group.repeat else ""
    return f"| `{group.key}{row}.{field.name}` | {field.label} | {field.type} | {asked} | {names} |"


def text() -> str:
    """The document with the table of today."""
    before, begin, rest = PLACE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The document lacks the lines {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
