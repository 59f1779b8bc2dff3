"""The form of one routing rule: what it takes, and where it leads."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.notes import note
from portal_app.components.words import meta
from portal_app.pages.preferences import button
from portal_app.state.routing import RoutingState
from portal_app.state.routing_form import KINDS, TARGETS, WAYS

S: Any = RoutingState


def rule_form() -> rx.Component:
    wrong = note("bad", "Please look at the marked fields. The list is as it was.")
    return rx.el.form(
        panel(
            "The rule",
            rx.el.div(_own("name", "Name", max_length=120, auto_focus=True), class_name="settings-form"),
            name="rule",
        ),
        _takes(),
        _leads(),
        rx.el.div(
            rx.cond(S.problems.length() > 0, wrong),
            rx.el.div(
                rx.el.button("Apply", type="submit", class_name="button button-solid"),
                button("Cancel", on_click=S.close),
                class_name="button-row",
            ),
            class_name="form-end",
            custom_attrs={"role": "status"},
        ),
        on_submit=S.put,
        key=S.drawn.to_string(),
        no_validate=True,
        class_name="settings-form",
    )


def _takes() -> rx.Component:
    money: dict[str, Any] = {"input_mode": "decimal", "max_length": 20, "auto_complete": "off"}
    return panel(
        "What it takes",
        meta("What is left empty is not asked for: it takes any."),
        _boxes("lines", "Lines of business", rx.foreach(S.lines, lambda each: _box("line_" + each.value, each.label))),
        _boxes("kinds", "Kinds of account", *[_box(name, label) for name, label in KINDS.items()]),
        _own("states", "States", hint="By two letters, such as RI, MA.", max_length=400),
        _carriers(),
        rx.el.div(
            _own("premium_from", "Premium from", hint="This premium too.", **money),
            _own("premium_below", "Premium below", hint="Without this premium.", **money),
            class_name="days",
        ),
        _own("producer_codes", "Producer codes", hint="Divided by commas.", max_length=4000),
        rx.el.details(
            rx.el.summary("All codes of a producer"),
            _boxes(
                "producers",
                "Producers",
                rx.foreach(S.producers, lambda each: _box("under_" + each.value, each.label)),
                rx.cond(S.producers_told != "", rx.el.p(S.producers_told, class_name="hint")),
            ),
            open=S.problems.contains("producers"),
            class_name="other-way",
        ),
    )


def _carriers() -> rx.Component:
    box = rx.el.textarea(
        id=rx.Var.create("rule-carriers"),
        name="carriers",
        default_value=S.typed.get("carriers", ""),
        rows=3,
        max_length=8000,
        class_name="input",
        custom_attrs=_told_by("rule", "carriers", S.problems),
    )
    return _labelled("rule", "carriers", "Carriers", box, S.problems, "By name, one a line.")


def _leads() -> rx.Component:
    kinds = rx.el.select(
        *[rx.el.option(label, value=value) for value, label in TARGETS.items()],
        id=rx.Var.create("rule-target"),
        name="target",
        default_value=S.target,
        on_change=S.pick,
        class_name="select",
    )
    contact = rx.fragment(
        _own("contact_name", "Name of the contact", max_length=120),
        _own("contact_email", "Mail address of the contact", type="email", max_length=254),
    )
    ways = rx.el.select(
        *[rx.el.option(label, value=value) for value, label in WAYS.items()],
        id=rx.Var.create("rule-ams_way"),
        name="ams_way",
        default_value=S.typed.get("ams_way", "mail"),
        class_name="select",
    )
    cases: list[Any] = [
        (
            "underwriter",
            select("rule", "underwriter", "Underwriter", "Choose one", S.underwriters, S.problems, typed=S.typed),
        ),
        ("carrierContact", contact),
        ("ams", _labelled("rule", "ams_way", "How the AMS is told", ways, S.problems)),
    ]
    queue = _own("queue", "Name of the queue", hint="Such as Underwriting.", max_length=120)
    return panel(
        "Where it leads",
        _labelled("rule", "target", "To", kinds, S.problems),
        rx.match(S.target, *cases, queue),
    )


def _own(name: str, label: str, *, hint: str = "", **attributes: Any) -> rx.Component:
    return text("rule", name, label, S.problems, hint=hint, default_value=S.typed.get(name, ""), **attributes)


def text(form: str, name: str, label: str, problems: Any, *, hint: str = "", **attributes: Any) -> rx.Component:
    """A field of a form, with what is wrong with it."""
    told = _told_by(form, name, problems)
    box = rx.el.input(
        id=rx.Var.create(f"{form}-{name}"), name=name, class_name="input", custom_attrs=told, **attributes
    )
    return _labelled(form, name, label, box, problems, hint)


def select(
    form: str, name: str, label: str, nothing: str, choices: Any, problems: Any, *, typed: Any = None
) -> rx.Component:
    """A choice of a form, with what is wrong with it."""
    box = rx.el.select(
        rx.el.option(nothing, value=""),
        rx.foreach(choices, lambda each: rx.el.option(each.label, value=each.value, key=each.value)),
        id=rx.Var.create(f"{form}-{name}"),
        name=name,
        default_value="" if typed is None else typed.get(name, ""),
        class_name="select",
        custom_attrs=_told_by(form, name, problems),
    )
    return _labelled(form, name, label, box, problems)


def _labelled(form: str, name: str, label: str, box: rx.Component, problems: Any, hint: str = "") -> rx.Component:
    ident = f"{form}-{name}"
    below = rx.el.p(hint, id=rx.Var.create(f"{ident}-hint"), class_name="hint") if hint else rx.fragment()
    wrong = rx.el.p(problems[name], class_name="hint hint-bad", id=rx.Var.create(f"{ident}-problem"))
    shown = rx.cond(problems.contains(name), wrong)
    return rx.el.div(rx.el.label(label, html_for=ident, class_name="label"), box, shown, below, class_name="field")


def _told_by(form: str, name: str, problems: Any) -> dict[str, Any]:
    ident = f"{form}-{name}"
    return {"aria-invalid": problems.contains(name), "aria-describedby": f"{ident}-problem {ident}-hint"}


def _boxes(name: str, legend: str, *boxes: Any) -> rx.Component:
    wrong = rx.cond(S.problems.contains(name), rx.el.p(S.problems[name], class_name="hint hint-bad"))
    return rx.el.fieldset(rx.el.legend(legend, class_name="label"), *boxes, wrong, class_name="field")


def _box(name: Any, label: Any) -> rx.Component:
    box = rx.el.input(type="checkbox", name=name, default_checked=S.typed.contains(name), class_name="check")
    return rx.el.label(box, label, class_name="check-label", key=name)
