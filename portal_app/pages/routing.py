"""Where submissions go: the rules in their order, the form of one, and the bench on which they are tried."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.forms import codes_proposed
from portal_app.components.notes import empty, note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.words import chip, meta
from portal_app.pages.frame import framed, once_loaded, or_problem, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.pages.routing_form import rule_form, select, text
from portal_app.state.portal import PortalState
from portal_app.state.routing import PLACE, RoutingState
from portal_app.state.routing_form import KINDS

S: Any = RoutingState


def routing() -> rx.Component:
    drawn = rx.el.div(
        page_header(
            "Routing of submissions",
            "The first rule that matches takes a submission. What none takes waits in the queue of unrouted business.",
            back=("Settings", "/admin/settings"),
        ),
        _rules(),
        rx.cond(S.editing >= 0, rule_form(), rx.el.div(button("Add a rule", on_click=S.add))),
        rx.cond(S.changed, _saving()),
        _bench(),
        class_name="settings",
    )
    return framed(
        "settings",
        or_problem(
            "The rules could not be loaded",
            once_loaded(S.loaded, drawn, skeleton_page("Routing of submissions")),
            alone=True,
        ),
        search=False,
    )


def _rules() -> rx.Component:
    none = empty("signpost", "There are no rules yet", "All that is submitted waits in the queue of unrouted business.")
    listed = rx.el.ol(rx.foreach(S.rules, _rule), class_name="routing-rules")
    wrong = note(
        "warning",
        rx.el.p("This keeps the rules from being saved:"),
        rx.el.ul(rx.foreach(S.wrong, lambda each: rx.el.li(each, key=each)), class_name="problems"),
    )
    return panel(
        "Rules",
        rx.el.div(rx.cond(S.wrong.length() > 0, wrong), class_name="reason", custom_attrs={"role": "status"}),
        rx.cond(S.rules.length() > 0, listed, none),
        aside=rx.cond(
            S.changed,
            chip("pencil", "Not saved yet", tone="amber"),
            meta(rx.cond(S.version > 0, "Version " + S.version.to_string(), "As shipped")),
        ),
        name="rules",
    )


def _rule(each: Any) -> rx.Component:
    everything = meta("Takes everything.")
    takes = rx.el.ul(rx.foreach(each.takes, lambda part: rx.el.li(part, key=part)), class_name="problems")
    actions = rx.el.div(
        button("Change", on_click=S.edit(each.place), label="Change " + each.name),
        button("Up", on_click=S.move(each.place, -1), disabled=each.first, label="Move " + each.name + " up"),
        button("Down", on_click=S.move(each.place, 1), disabled=each.last, label="Move " + each.name + " down"),
        button("Delete", on_click=S.ask_first(each.place), label="Delete " + each.name),
        class_name="button-row",
    )
    return rx.el.li(
        rx.el.p(rx.el.strong(each.number, ". ", each.name), " ", each.leads),
        rx.cond(each.takes.length() > 0, takes, everything),
        rx.cond(each.remark != "", note("warning", each.remark)),
        rx.cond(S.asking == each.place, _asked(), actions),
        key=each.number,
    )


def _asked() -> rx.Component:
    return note(
        "warning",
        rx.el.p(
            rx.el.strong("Delete this rule? "),
            "What it took goes to the rules after it, or to the queue of unrouted business, once you save.",
        ),
        rx.el.div(
            button("Yes, delete it", on_click=S.delete),
            button("No", on_click=S.ask_first(-1)),
            class_name="note-actions button-row",
        ),
        role="alertdialog",
        label="Delete this rule?",
    )


def _saving() -> rx.Component:
    box = rx.el.input(
        id=rx.Var.create("routing-note"),
        name="note",
        max_length=500,
        class_name="input",
        custom_attrs={"aria-invalid": S.note_problem != "", "aria-describedby": "routing-note-problem"},
    )
    problem = rx.el.p(S.note_problem, class_name="hint hint-bad", id=rx.Var.create("routing-note-problem"))
    overtaken = note("warning", rx.el.p(S.overtaken, " Show the rules as they are now, and change them once more."))
    return panel(
        "Save what was changed",
        rx.el.form(
            rx.el.div(
                rx.el.label("Why", html_for="routing-note", class_name="label"),
                box,
                rx.cond(S.note_problem != "", problem),
                class_name="field",
            ),
            rx.el.div(
                rx.cond(S.overtaken != "", overtaken),
                rx.el.div(
                    rx.el.button("Save as a new version", type="submit", class_name="button button-solid"),
                    button("Show the rules as they are saved", on_click=S.let_go),
                    class_name="button-row",
                ),
                class_name="form-end",
                custom_attrs={"role": "status"},
            ),
            on_submit=S.save,
            key=S.note_drawn.to_string(),
            no_validate=True,
            class_name="settings-form",
        ),
        name="save",
    )


def _bench() -> rx.Component:
    fields = rx.el.div(
        select("trial", "line", "Line of business", "Not known", S.lines, S.trial_problems),
        select("trial", "carrier", "Carrier", "Not known", S.carriers, S.trial_problems),
        text("trial", "state", "State", S.trial_problems, max_length=2, placeholder="RI"),
        text("trial", "premium", "Premium", S.trial_problems, max_length=20, input_mode="decimal"),
        text("trial", "producer_code", "Producer code", S.trial_problems, max_length=128, list="routing-codes"),
        rx.el.div(
            rx.el.label("Kind of account", html_for="trial-account_kind", class_name="label"),
            rx.el.select(
                rx.el.option("Not known", value=""),
                *[rx.el.option(label, value=name.removeprefix("kind_")) for name, label in KINDS.items()],
                id=rx.Var.create("trial-account_kind"),
                name="account_kind",
                class_name="select",
            ),
            class_name="field",
        ),
        class_name="days",
    )
    codes = codes_proposed("routing-codes", S.codes, S.codes_told)
    ask = rx.el.button("Which rule would take this?", type="submit", class_name="button button-solid")
    return panel(
        "Try the rules",
        meta("Asks the rules as they are listed above, saved or not. Nothing is sent."),
        codes,
        rx.el.form(
            fields,
            rx.el.div(ask, class_name="form-end"),
            on_submit=S.ask_rules,
            no_validate=True,
            class_name="settings-form",
        ),
        rx.el.div(rx.cond(S.tried, _answers()), class_name="trial-told", custom_attrs={"role": "status"}),
        name="try",
    )


def _answers() -> rx.Component:
    taken = note("good", rx.el.p(rx.el.strong(S.taken_by), " takes it."))
    unrouted = note("info", rx.el.p("No rule takes it: it would wait in the queue of unrouted business."))
    return rx.fragment(
        rx.cond(S.taken_by != "", taken, unrouted), rx.el.ol(rx.foreach(S.answers, _answer), class_name="routing-rules")
    )


def _answer(each: Any) -> rx.Component:
    verdict = rx.cond(each.takes, chip("circle-check-big", "Takes it", tone="green"), chip("circle-minus", "Does not"))
    return rx.el.li(
        rx.el.p(rx.el.strong(each.number, ". ", each.name), " ", verdict),
        rx.el.ul(rx.foreach(each.told, lambda why: rx.el.li(why, key=why)), class_name="problems"),
        key=each.number,
    )


PAGE = Page(PLACE, titled("Routing of submissions"), routing, [PortalState.arrive, RoutingState.load])
