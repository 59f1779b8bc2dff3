"""The panel of what two sides say of one policy, each with its answers."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.links import link
from portal_app.components.notes import note
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import meta
from portal_app.pages.preferences import button
from portal_app.state.conflicts import ConflictsState

S: Any = ConflictsState


def conflicts() -> rx.Component:
    listed = table(
        "Conflicts",
        head(heading("Policy"), heading("What"), heading("Since"), heading("What holds")),
        body(S.conflicts, _conflict),
    )
    counted = meta("Who sees the business decides them.", class_name="meta none")
    none = meta("Nothing waits for a decision.", class_name="meta none")
    drawn = panel(
        "What disagrees",
        rx.cond(S.waiting > 0, rx.cond(S.decides, listed, counted), none),
        aside=rx.el.span(S.conflicts_headline, class_name="meta num"),
        name="conflicts",
        flush=True,
    )
    return rx.cond(S.seen, drawn)


def _asked(each: Any) -> rx.Component:
    """What is asked before it is decided, and says what it does."""
    chosen = rx.match(S.resolution, ("first", each.first), ("second", each.second), "Both")
    return note(
        "warning",
        rx.el.p(rx.el.strong(chosen, "? "), S.asked),
        rx.el.div(
            rx.el.button("Yes, decide it", type="button", on_click=S.go_on, class_name="button button-solid"),
            button("No", on_click=S.never_mind),
            class_name="note-actions button-row",
        ),
        role="alertdialog",
        label="Decide the conflict",
    )


def _conflict(each: Any) -> rx.Component:
    def answer(label: Any, resolution: str) -> rx.Component:
        return button(label, label=label + ": " + each.number, on_click=S.ask_first(each.locator, resolution))

    answers = rx.el.div(
        answer(each.first, "first"),
        answer(each.second, "second"),
        rx.cond(each.both, answer(rx.Var.create("Both"), "both")),
        class_name="button-row",
    )
    # No link over the whole row: the answers stand in it.
    policy = rx.el.th(
        link(each.number, href=each.href),
        meta(each.insured),
        scope="row",
        class_name="name-cell",
        custom_attrs={"role": "rowheader"},
    )
    return row(
        policy,
        cell("What", each.question, kind="wrapping plain"),
        cell("Since", each.since, kind="day left"),
        cell("What holds", rx.cond(S.asking == each.locator, _asked(each), answers), kind="wrapping plain"),
        key=each.locator,
    )
