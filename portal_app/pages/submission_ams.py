"""The panel of a submission that tells what of it went to the agency's management system."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.notes import note
from portal_app.components.words import chip, either, meta
from portal_app.pages.preferences import button
from portal_app.state.submission_ams import SubmissionAmsState

S: Any = SubmissionAmsState


def to_the_ams() -> rx.Component:
    drawn = panel("To the AMS", rx.foreach(S.handovers, _handover), name="ams", flush=True)
    return rx.cond(S.handovers.length() > 0, drawn)


def _handover(each: Any) -> rx.Component:
    sign = rx.match(
        each.state,
        ("Sent", chip("circle-check-big", "Sent", tone="green")),
        ("Waiting", chip("hourglass", "Waiting", tone="amber")),
        ("Failed", chip("triangle-alert", "Failed", tone="red")),
        chip("circle-minus", each.state),
    )
    send = button(
        either(each.again, "Send once more", either(each.state == "Failed", "Send again", "Send it")),
        label=either(each.again, "Send once more: ", "Send: ") + each.what,
        on_click=S.ask_to_send(each.kind),
    )
    return rx.el.section(
        rx.el.div(rx.el.h3(each.what, class_name="answers-title"), sign, class_name="request-head"),
        rx.cond(each.why != "", rx.el.p(each.why, class_name="breakable")),
        rx.cond(each.standing != "", meta(each.standing, class_name="meta breakable")),
        rx.cond(S.repeating == each.kind, _asked(), rx.cond(each.may_send, rx.el.div(send, class_name="button-row"))),
        key=each.kind,
        class_name="quote-of",
        custom_attrs={"aria-label": each.what},
    )


def _asked() -> rx.Component:
    question = "Send it once more?"
    return note(
        "warning",
        rx.el.p(
            rx.el.strong(question),
            " The AMS took it already. It gets the same once more, under the same key.",
        ),
        rx.el.div(
            button("Yes, send it", on_click=S.send_again),
            button("No", on_click=S.let_it_be),
            class_name="note-actions button-row",
        ),
        role="alertdialog",
        label=question,
    )
