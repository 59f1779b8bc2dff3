"""The form by which a quote, or a draft on a policy, is flagged by hand."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.pages.preferences import button
from portal_app.state.flags import LEVELS


def flag_form(problems: Any, stops: str, *, add: Any, close: Any) -> rx.Component:
    """Stays as it was filled in where something of it cannot be taken. `stops` says what block, decline and reject
    do."""
    level = rx.el.div(
        rx.el.label("Level", html_for="flag-level", class_name="label"),
        rx.el.select(
            *[rx.el.option(label, value=value) for value, label in LEVELS.items()],
            id=rx.Var.create("flag-level"),
            name="level",
            default_value="info",
            class_name="select",
            custom_attrs={"aria-describedby": "flag-level-hint"},
        ),
        rx.el.p(
            f"Info does nothing by itself. Block, decline and reject {stops}; approve overrides them, but for a "
            "rejection before it.",
            id=rx.Var.create("flag-level-hint"),
            class_name="hint",
        ),
        class_name="field",
    )
    return rx.el.form(
        level,
        _text(problems, "tag", "What it is about", rx.el.input, max_length=200),
        _text(problems, "note", "Note (optional)", rx.el.textarea, max_length=2000, rows="3"),
        rx.el.div(button("Set the flag", kind="submit"), button("Cancel", on_click=close), class_name="button-row"),
        on_submit=add,
        class_name="form",
        no_validate=True,
        custom_attrs={"aria-label": "Set a flag"},
    )


def _text(problems: Any, name: str, label: str, box: Callable[..., rx.Component], **attributes: Any) -> rx.Component:
    ident = f"flag-{name}"
    return rx.el.div(
        rx.el.label(label, html_for=ident, class_name="label"),
        box(
            id=rx.Var.create(ident),
            name=name,
            class_name="input",
            auto_complete="off",
            custom_attrs={"aria-invalid": problems.contains(name), "aria-describedby": f"{ident}-problem"},
            **attributes,
        ),
        rx.cond(
            problems.contains(name),
            rx.el.p(problems[name], class_name="hint hint-bad", id=rx.Var.create(f"{ident}-problem")),
        ),
        class_name="field",
    )
