"""The form of a producer: who they are, above whom and below whom they stand, and what the configuration asks for."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.notes import skeleton_page, skeleton_rows
from portal_app.components.shell import page_header
from portal_app.components.words import either
from portal_app.pages.frame import framed, once_loaded, or_problem, record
from portal_app.pages.preferences import button
from portal_app.pages.producers import fields
from portal_app.state.producers.form import KINDS, ProducerFormState
from portal_app.state.producers.listing import PLACE

S: Any = ProducerFormState
PARENT = "Type a part of the name, the number or a code. Empty: nobody stands above."


def new_producer() -> rx.Component:
    head = page_header(
        "Add a producer", "A draft: it may lack what it needs until it is validated.", back=("Producers", PLACE)
    )
    waiting = once_loaded(S.loaded, _form("Add the producer", _type()), skeleton_rows())
    return framed(
        "producers",
        rx.el.div(head, or_problem("The form could not be loaded", waiting), class_name="settings"),
        search=False,
    )


def edit_producer() -> rx.Component:
    drawn = rx.el.div(
        page_header(S.person, "What is not touched stays as it is.", back=("The producer", f"{PLACE}/" + S.locator)),
        _form("Save", rx.fragment()),
        class_name="settings",
    )
    return framed(
        "producers",
        record("producer", S.loaded, drawn, skeleton_page("Producer"), ("All producers", PLACE)),
        search=False,
        refresh=S.refresh,
    )


def _type() -> rx.Component:
    return fields.select_field("type", "Type", fields.options(S.types), S.problems, S.type, on_change=S.choose_type)


def _form(label: str, first: rx.Component) -> rx.Component:
    kinds = rx.fragment(*[rx.el.option(word, value=kind) for kind, word in KINDS.items()])
    filled = rx.el.form(
        fields.version_field(S.version),
        first,
        fields.text_field("name", "Name", S.typed_name, S.problems, max_length=200, auto_complete="off"),
        fields.select_field("kind", "Kind", kinds, S.problems, S.kind),
        fields.text_field(
            "npn", "National Producer Number", S.npn, S.problems, hint="At most ten digits.", max_length=20,
            input_mode="numeric", auto_complete="off",
        ),
        fields.text_field(
            "parent", "Parent", S.parent, S.problems, hint=PARENT, list="parents", max_length=400, auto_complete="off",
        ),
        fields.suggestions("parents", S.parents, S.parents_told),
        fields.drawn(S.fields, S.problems),
        fields.form_end(S, label),
        on_submit=S.save,
        class_name="form form-wide",
        key=S.locator + S.drawn.to_string(),
        no_validate=True,
    )  # fmt: skip
    return rx.fragment(
        fields.overtaken(S, "producer"),
        rx.cond(S.asking, _asked()),
        rx.el.div(panel("Who they are", filled), class_name=either(S.asking, "away", "")),
    )


def _asked() -> rx.Component:
    told = either(S.below != "", "They would stand below " + S.below + ".", "Nobody would stand above them any more.")
    return fields.asked(
        "Move this producer in the hierarchy?",
        told,
        S.impact,
        button("Move and save", on_click=S.go_on),
        button("Change something", on_click=S.back),
        hangs="This moves along, and no policy is rewritten:",
    )
