"""The panel of messages that could not be sent."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.notes import note
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import meta
from portal_app.pages.preferences import button
from portal_app.state.dead_letters import DeadLettersState

S: Any = DeadLettersState


def dead_letters() -> rx.Component:
    listed = rx.fragment(
        table(
            "What was given up",
            head(heading("What"), heading("Since"), heading("Given up"), heading("Why"), heading("What to do")),
            body(S.letters, _letter),
        ),
        rx.cond(S.more != "", meta(S.more, class_name="meta none")),
    )
    drawn = panel(
        "Messages that could not be sent",
        meta(
            "Mail and text messages that were refused for good or failed too often. For whom they were is not shown.",
            class_name="meta none",
        ),
        rx.cond(
            S.amiss,
            rx.el.div(note("bad", "These could not be loaded. Look again in a moment."), class_name="padded"),
            rx.cond(S.letters.length() > 0, listed, meta("There are none.", class_name="meta none")),
        ),
        aside=rx.el.span(S.letters_headline, class_name="meta num"),
        name="dead-letters",
        flush=True,
    )
    return rx.cond(S.shown, drawn)


def _letter(each: Any) -> rx.Component:
    return row(
        rx.el.th(each.what, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
        cell("Since", each.since, kind="day left"),
        cell("Given up", each.given_up, kind="day right"),
        cell(
            "Why",
            rx.el.span(each.why, class_name="line"),
            rx.el.span("After ", each.attempts, class_name="line meta num"),
            kind="wrapping plain",
        ),
        cell("What to do", button("Try again", label=each.again, on_click=S.retry(each.locator)), kind="plain"),
        key=each.locator,
    )
