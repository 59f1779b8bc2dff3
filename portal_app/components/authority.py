"""What the rules of binding answered: the outcome, and each rule in its order with what would pass."""

from typing import Any

import reflex as rx

from portal_app.components.badge import bind_outcome, verdict
from portal_app.components.facts import panel
from portal_app.components.words import either, icon, meta


def decision(found: Any) -> rx.Component:
    """One answer, whole."""
    return rx.el.div(
        rx.el.div(
            bind_outcome(found.outcome),
            rx.el.p(found.meant, " ", found.binder),
            class_name="answer-head",
        ),
        rx.el.ol(rx.foreach(found.rules, _rule), class_name="answers", custom_attrs={"aria-label": "Rules"}),
        meta(found.by, " · ", found.revision),
        class_name="decision",
    )


def _rule(each: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.strong(each.rule), verdict(each.verdict), class_name="answer-head"),
        rx.el.p(each.found),
        rx.cond(each.would_pass != "", rx.el.p(icon("lightbulb", 14), each.would_pass, class_name="would-pass")),
        key=each.rule,
        class_name="answer",
    )


def why_not_bound(state: Any) -> rx.Component:
    """The section of a quote: its last answer, and a button that asks again. `state` is that of the quote's page."""
    ask = rx.el.button(
        icon("circle-help", 16), "Ask", type="button", on_click=state.ask, class_name="button button-quiet"
    )
    nothing = meta(
        either(state.may_ask, "Nobody asked yet whether it may be bound.", "Nobody asked yet, and you do not bind."),
        class_name="meta none",
    )
    told = rx.cond(state.asked_before, decision(state.decision), nothing)
    return panel(
        "Why can't I bind?",
        rx.el.div(told, custom_attrs={"role": "status"}),
        aside=rx.cond(state.may_ask, ask),
        name="authority",
    )
