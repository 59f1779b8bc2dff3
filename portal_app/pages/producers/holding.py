"""The form of a license, an appointment, a cover, a cycle or a course."""

from typing import Any

import reflex as rx

from portal_app.components.badge import producer_state
from portal_app.components.facts import panel
from portal_app.components.links import link
from portal_app.components.notes import note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.words import either
from portal_app.pages.frame import framed, record
from portal_app.pages.preferences import button
from portal_app.pages.producers import fields
from portal_app.pages.producers.detail import steps_of
from portal_app.state.producers.holding import HoldingState
from portal_app.state.producers.listing import PLACE

S: Any = HoldingState
STEPS = {"validate": "Validate", "discard": "Discard", "remove": "Take it away"}
ASKED = {
    "discard": ("Discard it?", "It does not count any more, nor does what rests on it alone. It cannot be taken back."),
    "remove": ("Take it away?", "It was written down by mistake then. It cannot be taken back."),
}


def holding() -> rx.Component:
    return framed(
        "producers",
        record("record", S.loaded, _holding(), skeleton_page("Record"), ("All producers", PLACE)),
        search=False,
        refresh=S.refresh,
    )


def _holding() -> rx.Component:
    noun = S.noun.capitalize()
    title = either(S.locator == "", "Add a " + S.noun, noun + " " + S.name)
    closed = note("info", "It is discarded, and stays as it is.")
    return rx.el.div(
        page_header(
            title,
            rx.fragment(
                rx.cond(S.state_label != "", producer_state(S.state_label)),
                rx.el.span("of ", link(S.owner_name, href=S.owner_href)),
            ),
            steps_of(S, STEPS),
            back=("The producer", S.owner_href),
        ),
        _asked(),
        fields.overtaken(S, "record"),
        rx.cond(S.editable, _form(), closed),
        class_name="settings",
    )


def _asked() -> rx.Component:
    leave = button("Leave it as it is", on_click=S.ask_first(""))
    cases = [
        (name, fields.asked(question, told, None, button(STEPS[name], on_click=S.go(name)), leave))
        for name, (question, told) in ASKED.items()
    ]
    return rx.cond(S.asking != "", rx.fragment(rx.match(S.asking, *cases, rx.fragment())))


def _form() -> rx.Component:
    return panel(
        "What it says",
        rx.el.form(
            fields.version_field(S.version),
            fields.drawn(S.fields, S.problems),
            fields.form_end(S, "Save"),
            on_submit=S.save,
            class_name="form form-wide",
            key=S.kind + S.locator + S.drawn.to_string(),
            no_validate=True,
        ),
    )
