"""The form by which a transaction is drafted on a policy."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.forms import codes_proposed
from portal_app.components.words import either, meta
from portal_app.pages.preferences import button
from portal_app.state.ledger_words import EARLIEST, LATEST
from portal_app.state.policy_ledger import DRAFTED, LedgerState

S: Any = LedgerState


def draft_form() -> rx.Component:
    """Stays as it was filled in where something is refused."""
    editing = S.editing != ""
    filled = rx.el.form(
        rx.el.div(
            _kind(),
            _box(
                "effective",
                "Effective date",
                "A renewal begins with the end of the last term where this is left blank.",
                type="date",
                min=EARLIEST.isoformat(),
                max=LATEST.isoformat(),
                # Where a draft is to be changed its form may be far below the button.
                auto_focus=editing,
            ),
            _box("time", "Time", "Left blank: the beginning of the day, where the agency is.", type="time"),
            class_name="cell-fields",
        ),
        _codes(),
        _problem("codes"),
        codes_proposed("codes", S.codes, S.codes_told),
        rx.el.div(
            rx.el.button(
                either(editing, "Save the draft", "Draft it"), type="submit", class_name="button button-solid"
            ),
            rx.cond(editing, button("Cancel", on_click=S.leave_form)),
            class_name="button-row",
        ),
        on_submit=S.draft,
        class_name="draft-form",
        key=S.drawn_form.to_string(),
        no_validate=True,
    )
    return panel(
        either(editing, "Change the draft", "Draft a transaction"),
        meta("Nothing of the policy changes until the draft is issued; what it would do is shown first."),
        filled,
        name="draft",
    )


def _codes() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _box("code", "Producer code", "As it is written, such as HL-1001.", auto_complete="off", list="codes"),
            _tick("clear", "Clear the producer code"),
        ),
        rx.el.div(
            _box("of_record", "Code of record", "Who is credited with the term.", auto_complete="off", list="codes"),
            _tick("revert", "Set it to the current producer code"),
        ),
        class_name="cell-fields",
    )


def _kind() -> rx.Component:
    return rx.el.div(
        rx.el.label("What", html_for="draft-kind", class_name="label"),
        rx.el.select(
            *[rx.el.option(label, value=kind) for kind, label in DRAFTED.items()],
            id=rx.Var.create("draft-kind"),
            name="kind",
            default_value=S.typed.get("kind", next(iter(DRAFTED))),
            disabled=S.editing != "",
            class_name="select",
            custom_attrs={"aria-invalid": S.problems.contains("kind"), "aria-describedby": "draft-kind-problem"},
        ),
        _problem("kind"),
        class_name="field",
    )


def _box(name: str, label: str, hint: str, **attributes: Any) -> rx.Component:
    ident, at_codes = f"draft-{name}", name in ("code", "of_record")
    problem = "codes" if at_codes else name
    return rx.el.div(
        rx.el.label(label, html_for=ident, class_name="label"),
        rx.el.input(
            id=rx.Var.create(ident),
            name=name,
            default_value=S.typed.get(name, ""),
            max_length=128,
            class_name="input",
            custom_attrs={
                "aria-invalid": S.problems.contains(problem),
                "aria-describedby": f"draft-{problem}-problem {ident}-hint",
            },
            **attributes,
        ),
        rx.fragment() if at_codes else _problem(name),
        rx.el.p(hint, id=rx.Var.create(f"{ident}-hint"), class_name="hint"),
        class_name="field",
    )


def _problem(name: str) -> rx.Component:
    return rx.cond(
        S.problems.contains(name),
        rx.el.p(S.problems[name], class_name="hint hint-bad", id=rx.Var.create(f"draft-{name}-problem")),
    )


def _tick(name: str, label: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name=name, default_checked=S.typed.contains(name), class_name="check"),
        label,
        class_name="check-label",
    )
