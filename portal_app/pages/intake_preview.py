"""An intake form under Settings as the wizard would draw it, from the text that was checked."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.words import either, hidden_text, icon, meta
from portal_app.pages.submissions import fields
from portal_app.state.configuration import ConfigurationState
from portal_app.state.intake_preview import PreviewState

S: Any = ConfigurationState
P: Any = PreviewState


def preview() -> rx.Component:
    """There as long as what was checked can be read as a form; drawn anew with each check."""
    shown = panel(
        "Preview",
        meta(
            "The form as the wizard draws it. It can be filled in to try it; what is answered here is kept nowhere. "
            "The pencil beside a field or a group leads to its lines in the text."
        ),
        rx.cond(P.shown != "", _form()),
        name="preview",
    )
    return rx.cond((S.tried != "") & (S.problems.length() == 0), shown)


def _form() -> rx.Component:
    heading = rx.el.div(
        rx.el.h3(P.heading, class_name="intake-heading"),
        rx.cond(P.help != "", meta(P.help)),
    )
    return rx.fragment(
        rx.el.p(rx.el.strong(P.title)),
        rx.el.div(
            _way(),
            rx.el.div(
                heading,
                rx.fragment(rx.foreach(P.groups, lambda each: fields.group(P, each, leads=_leads(each.key)))),
                class_name="intake-main",
                key=P.section,
            ),
            class_name="intake",
            custom_attrs={"data-submission": P.shown, "data-acked": P.acked},
        ),
        rx.el.input(hidden=True, on_change=P.save, custom_attrs={"data-outbox": "", "aria-hidden": "true"}),
    )


def _leads(group: Any) -> fields.Leads:
    """From a group, or from a field of it, to its lines in the text."""
    place = P.stands[group]

    def lead(called: Any, field: Any = None) -> rx.Component:
        whole = place if field is None else place + ".fields." + field.to_string()
        return rx.el.button(
            icon("pencil", 14),
            hidden_text("Change in the text: ", called),
            type="button",
            on_click=S.back,
            title="Change in the text",
            class_name="icon-button intake-lead",
            custom_attrs={"data-place": whole},
        )

    return lead


def _way() -> rx.Component:
    def step(each: Any) -> rx.Component:
        words = rx.el.span(
            rx.el.span(each.title, class_name="intake-step-title"),
            rx.el.span(each.told, class_name="intake-step-told"),
            class_name="intake-step-words",
        )
        return rx.el.li(
            rx.el.button(
                words, type="button", on_click=P.open(each.name), class_name="intake-step",
                custom_attrs={"aria-current": either(each.here, "step", "false")},
            ),
            key=each.name,
        )  # fmt: skip

    return rx.el.nav(
        rx.el.ol(rx.foreach(P.steps, step), class_name="intake-steps"),
        class_name="intake-way",
        custom_attrs={"aria-label": "Sections of the form"},
    )
