"""One producer code: a new one, or one that is there."""

from typing import Any

import reflex as rx

from portal_app.components.badge import producer_state
from portal_app.components.facts import fact, facts, panel
from portal_app.components.links import link
from portal_app.components.notes import skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.words import either
from portal_app.pages.frame import framed, record
from portal_app.pages.preferences import button
from portal_app.pages.producers import fields
from portal_app.pages.producers.detail import STEPS, data_list, steps_of
from portal_app.state.producers.code import MOVE, CodeState
from portal_app.state.producers.listing import PLACE

S: Any = CodeState
OWNER = "To give the code to somebody else: type a part of the name, the number or a code."
ASKED = {
    "suspend": ("Suspend this code?", "Until it is lifted, what is written under it is invalid."),
    "retire": ("Retire this code for good?", "It cannot be taken back, and the code is not given again."),
    "discard": ("Discard this code?", "It was a mistake then. It cannot be taken back, and is not given again."),
}


def code() -> rx.Component:
    return framed(
        "producers",
        record("producer code", S.loaded, _code(), skeleton_page("Producer code"), ("All producers", PLACE)),
        search=False,
        refresh=S.refresh,
    )


def _code() -> rx.Component:
    title = either(S.locator == "", "Add a code", either(S.code != "", S.code, "Code to come"))
    return rx.el.div(
        page_header(
            title,
            rx.fragment(
                rx.cond(S.state_label != "", producer_state(S.state_label)),
                rx.el.span("of ", link(S.owner_name, href=S.owner_href)),
            ),
            rx.cond(S.locator != "", steps_of(S, STEPS)),
            back=("The producer", S.owner_href),
        ),
        _asked(),
        fields.overtaken(S, "code"),
        rx.cond(S.locator != "", _about()),
        rx.cond(S.editable, rx.el.div(_form(), class_name=either(S.asking == MOVE, "away", ""))),
        class_name="settings",
    )


def _asked() -> rx.Component:
    leave = button("Leave it as it is", on_click=S.ask_first(""))
    cases = [
        (name, fields.asked(question, told, S.impact, button(STEPS[name], on_click=S.go(name)), leave))
        for name, (question, told) in ASKED.items()
    ]
    move = fields.asked(
        "Move this code to another producer?",
        rx.fragment("It would belong to ", S.below, ". The policies stay with the code, and so does their book."),
        S.impact,
        button("Move and save", on_click=S.go(MOVE)),
        button("Change something", on_click=S.ask_first("")),
    )
    return rx.cond(S.asking != "", rx.fragment(rx.match(S.asking, *cases, (MOVE, move), rx.fragment())))


def _about() -> rx.Component:
    return panel(
        "About",
        facts(
            fact("Code", either(S.code != "", S.code, "To come")),
            fact("Type", S.type),
            fact("Producer", link(S.owner_name, href=S.owner_href)),
        ),
        rx.cond(S.data.length() > 0, data_list(S.data)),
        rx.cond(
            (S.code == "") & S.editable & S.numbered.contains(S.type),
            rx.el.div(button("Generate the next code", on_click=S.generate), class_name="form-more"),
        ),
    )


def _form() -> rx.Component:
    planned = "Empty: the next one of its numbering plan. A code never changes once it is given."
    waits = "Its type has no numbering plan: without a code it waits for one."
    by_hand = fields.text_field(
        "code",
        "Code",
        "",
        S.problems,
        hint=either(S.numbered.contains(S.type), planned, waits),
        max_length=128,
        auto_complete="off",
    )
    type_ = fields.select_field("type", "Type", fields.options(S.types), S.problems, S.type, on_change=S.choose_type)
    owner = fields.text_field(
        "producer",
        "Producer",
        S.owner,
        S.problems,
        hint=OWNER,
        list="owners",
        max_length=400,
        auto_complete="off",
    )
    return panel(
        either(S.locator == "", "The code", "Change it"),
        rx.el.form(
            fields.version_field(S.version),
            rx.cond(S.locator == "", type_),
            rx.cond(S.code == "", by_hand),
            rx.cond(S.locator != "", rx.fragment(owner, fields.suggestions("owners", S.owners, S.owners_told))),
            fields.drawn(S.fields, S.problems),
            fields.form_end(S, "Save"),
            on_submit=S.save,
            class_name="form form-wide",
            key=S.locator + S.drawn.to_string(),
            no_validate=True,
        ),
    )
