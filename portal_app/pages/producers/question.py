"""May this producer write …? The question, and each rule of its answer."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.notes import note
from portal_app.components.words import either, icon, meta
from portal_app.pages.preferences import button
from portal_app.pages.producers.fields import options, select_field, text_field
from portal_app.state.producers.detail import ProducerState

S: Any = ProducerState


def asking() -> rx.Component:
    def choose(name: str, label: str, first: str, offered: Any) -> rx.Component:
        return select_field(name, label, rx.fragment(rx.el.option(first, value=""), options(offered)), S.problems, "")

    form = rx.el.form(
        choose("line", "Line of business", "Choose a line", S.lines_offered),
        choose("state", "State", "Choose a state", S.states_offered),
        choose("carrier", "Carrier", "Ask about the license alone", S.carriers_offered),
        choose("producer_code", "Under the producer code", "Any of theirs", S.codes_offered),
        text_field("on", "On the day", "", S.problems, type="date", min="1900-01-01", max="2199-12-31"),
        rx.el.div(button("Ask", kind="submit"), class_name="question-ask"),
        on_submit=S.qualify,
        class_name="question",
        key=S.shown,
        no_validate=True,
    )
    return panel(
        "May this producer write …?",
        meta("A line in a state, for a carrier where an appointment is asked for too. Without a day: today."),
        form,
        rx.el.div(rx.cond(S.answer != "", _answer()), custom_attrs={"role": "status"}),
        name="question",
    )


def _answer() -> rx.Component:
    reasons = rx.el.ul(rx.foreach(S.reasons, _reason), class_name="reasons")
    return rx.cond(
        S.answer == "Yes",
        note("good", rx.el.p(rx.el.strong("Yes. "), S.asked), reasons),
        note("bad", rx.el.p(rx.el.strong("No. "), S.asked), reasons),
    )


def _reason(each: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(each.passes, icon("circle-check-big", 14), icon("circle-x", 14)),
        rx.el.div(
            rx.el.p(rx.el.strong(each.rule), either(each.passes, " passes. ", " does not pass. "), each.found),
            rx.cond(each.would_pass != "", rx.el.p(rx.el.strong("What would pass: "), each.would_pass)),
        ),
        key=each.rule,
    )
