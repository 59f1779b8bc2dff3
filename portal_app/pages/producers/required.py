"""What is required of producers: the form of one producer's cover, and the hours of education that states ask for."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.links import button_link, link
from portal_app.components.notes import skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import chip, meta
from portal_app.pages.frame import framed, once_loaded, or_problem, record
from portal_app.pages.preferences import button
from portal_app.pages.producers import fields
from portal_app.state.producers.listing import PLACE
from portal_app.state.producers.required import EDUCATION, RequiredCoverState, RequiredEducationState

C: Any = RequiredCoverState
E: Any = RequiredEducationState


def required_cover() -> rx.Component:
    drawn = rx.el.div(
        page_header(
            "Required E&O cover",
            rx.el.span("of ", link(C.owner_name, href=C.owner_href)),
            rx.cond(C.asked & ~C.overtaken, button("Take it back", on_click=C.ask_first(True))),
            back=("The producer", C.owner_href),
        ),
        rx.cond(C.asking, _asked()),
        fields.overtaken(C, "requirement"),
        panel("What they must have", _form(C, C.locator)),
        class_name="settings",
    )
    return framed(
        "producers",
        record("producer", C.loaded, drawn, skeleton_page("Required E&O cover"), ("All producers", PLACE)),
        search=False,
        refresh=C.refresh,
    )


def _asked() -> rx.Component:
    return fields.asked(
        "Take back what cover they must have?",
        "No cover is asked for then: its lack is neither told nor does it stop a bind. The covers that are written "
        "down stay. What was asked for stays in the trail, and can be asked for again.",
        None,
        button("Yes, take it back", on_click=C.release),
        button("Leave it as it is", on_click=C.ask_first(False)),
    )


def required_education() -> rx.Component:
    drawn = rx.el.div(
        page_header(
            "Continuing education by state",
            rx.fragment(
                rx.el.span(E.headline, class_name="num"), ". A change holds for cycles that begin from then on."
            ),
            back=("Producers", PLACE),
        ),
        rx.cond(E.chosen != "", _of_state()),
        _states(),
        class_name="record-main",
    )
    return framed(
        "producers",
        or_problem(
            "What states require could not be loaded",
            once_loaded(E.loaded, drawn, skeleton_page("Continuing education by state")),
            alone=True,
        ),
        search=False,
        refresh=E.refresh,
    )


def _of_state() -> rx.Component:
    return rx.fragment(
        fields.overtaken(E, "requirement"),
        panel(
            E.chosen_name,
            _form(E, E.chosen),
            aside=button_link("Close", EDUCATION, quiet=True),
            name="required",
        ),
        key=E.chosen,
    )


def _states() -> rx.Component:
    listed = table(
        "Hours and months by state",
        head(heading("State"), heading("Hours"), heading("Ethics"), heading("Months"), heading("Said by")),
        body(
            E.rows,
            lambda each: row(
                rx.el.th(
                    rx.cond(E.manages, link(each.name, href=each.href), rx.el.span(each.name)),
                    scope="row",
                    class_name="name-cell",
                    custom_attrs={"role": "rowheader"},
                ),
                cell("Hours", rx.el.span(each.hours, class_name="num"), kind="named left"),
                cell("Ethics", rx.el.span(each.ethics, class_name="num"), kind="named left"),
                cell("Months", rx.el.span(each.months, class_name="num"), kind="named left"),
                cell("Said by", rx.cond(each.usual, meta("As usual"), chip("pencil", "The agency")), kind="state"),
                key=each.href,
            ),
        ),
    )
    return panel("What states require in one cycle", listed, flush=True)


def _form(state: Any, of: Any) -> rx.Component:
    return rx.el.form(
        fields.version_field(state.version),
        fields.drawn(state.fields, state.problems),
        fields.form_end(state, "Save"),
        on_submit=state.save,
        class_name="form form-wide",
        key=of + state.drawn.to_string(),
        no_validate=True,
    )
