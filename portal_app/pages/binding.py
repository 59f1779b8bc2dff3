"""Why can't I bind? The facts of a risk, and what each rule says of it."""

from typing import Any

import reflex as rx

from portal_app.components.authority import decision
from portal_app.components.facts import panel
from portal_app.components.forms import codes_proposed
from portal_app.components.links import button_link
from portal_app.components.notes import note, skeleton_rows
from portal_app.components.shell import page_header
from portal_app.components.words import meta
from portal_app.pages.earlier_answers import earlier_answers
from portal_app.pages.frame import framed, once_loaded, or_problem, titled
from portal_app.pages.page import Page
from portal_app.state.binding import ACTIONS, PLACE, STATES, BindingState
from portal_app.state.portal import PortalState

S: Any = BindingState
TITLE = "Why can't I bind?"
MONEY: dict[str, Any] = {"input_mode": "decimal", "max_length": 20, "auto_complete": "off"}


def binding() -> rx.Component:
    return framed(
        "binding",
        rx.el.div(
            page_header(
                TITLE,
                "Put the facts that you know. Each rule answers, and says what would pass.",
                button_link("Grants and moratoria", "/admin/authority", quiet=True),
            ),
            or_problem("The form could not be loaded", once_loaded(S.loaded, _asked(), skeleton_rows())),
            class_name="settings",
        ),
        search=False,
    )


def _asked() -> rx.Component:
    waiting = meta("What you ask is kept, with the rules of that moment.", class_name="meta")
    answer = rx.cond(S.decision.key != "", panel("Answer", decision(S.decision), name="answer"), waiting)
    return rx.fragment(_form(), rx.el.div(answer, custom_attrs={"role": "status"}), earlier_answers())


def _form() -> rx.Component:
    codes = codes_proposed("own-codes", S.codes, S.codes_told)
    fields = rx.el.div(
        _select("action", "What you want to bind", ACTIONS),
        _text("producer_code", "Producer code", S.only_code, max_length=128, auto_complete="off", list="own-codes"),
        _chosen("carrier", "Carrier", S.carriers),
        _chosen("line", "Line of business", S.lines),
        _select("state", "State", {"": "Not known", **STATES}),
        _text("postal_code", "ZIP code", max_length=10, input_mode="numeric", auto_complete="off"),
        _text("effective", "Effective date", S.today, type="date"),
        _text("premium", "Premium", **MONEY),
        _text("insured_value", "Insured value", **MONEY),
        _text("limit", "Limit", **MONEY),
        _text("deductible", "Deductible", **MONEY),
        _text("losses", "Losses, paid and reserved", **MONEY),
        _text("class_codes", "Class codes", max_length=200, auto_complete="off"),
        class_name="days",
    )
    wrong = note("bad", "Please look at the marked fields.")
    return rx.el.form(
        rx.el.div(panel("What it is", fields, codes), class_name="settings-form"),
        rx.el.div(
            rx.cond(S.problems.length() > 0, wrong),
            rx.el.button("Ask", type="submit", class_name="button button-solid"),
            class_name="form-end",
        ),
        on_submit=S.ask,
        no_validate=True,
    )


def _labelled(name: str, label: str, box: rx.Component) -> rx.Component:
    problem = rx.cond(
        S.problems.contains(name),
        rx.el.p(S.problems[name], class_name="hint hint-bad", id=rx.Var.create(f"ask-{name}-problem")),
    )
    return rx.el.div(rx.el.label(label, html_for=f"ask-{name}", class_name="label"), box, problem, class_name="field")


def _told_by(name: str) -> dict[str, Any]:
    return {"aria-invalid": S.problems.contains(name), "aria-describedby": f"ask-{name}-problem"}


def _text(name: str, label: str, value: Any = "", **attributes: Any) -> rx.Component:
    box = rx.el.input(
        id=rx.Var.create(f"ask-{name}"),
        name=name,
        default_value=value,
        class_name="input",
        custom_attrs=_told_by(name),
        **attributes,
    )
    return _labelled(name, label, box)


def _select(name: str, label: str, choices: dict[str, str]) -> rx.Component:
    given = [rx.el.option(said, value=value) for value, said in choices.items()]
    return _labelled(name, label, _box(name, *given))


def _chosen(name: str, label: str, choices: Any) -> rx.Component:
    given = rx.foreach(choices, lambda each: rx.el.option(each.label, value=each.value, key=each.value))
    return _labelled(name, label, _box(name, rx.el.option("Not known", value=""), given))


def _box(name: str, *choices: rx.Component) -> rx.Component:
    return rx.el.select(
        *choices,
        id=rx.Var.create(f"ask-{name}"),
        name=name,
        class_name="select",
        custom_attrs=_told_by(name),
    )


PAGE = Page(PLACE, titled(TITLE), binding, [PortalState.arrive, BindingState.load])
