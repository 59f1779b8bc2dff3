"""One row in quarantine: what it says, what is wrong with it, and a form that mends it."""

from typing import Any

import reflex as rx

from portal_app.components.badge import mended_row
from portal_app.components.facts import fact, facts, panel
from portal_app.components.notes import note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.words import meta
from portal_app.pages.frame import framed, record, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.state.integrations import PLACE
from portal_app.state.portal import PortalState
from portal_app.state.quarantined import ROWS, QuarantinedState

S: Any = QuarantinedState
BACK = ("Integrations", PLACE)


def quarantined() -> rx.Component:
    return framed(
        "integrations", record("row", S.loaded, _row(), skeleton_page("Row in quarantine"), BACK), search=False
    )


def _row() -> rx.Component:
    return rx.el.div(
        page_header(
            "Row in quarantine",
            rx.fragment(rx.el.span(S.place), rx.cond(S.mended, mended_row())),
            back=BACK,
        ),
        _asked(),
        panel(
            "Why it waits",
            rx.el.div(
                facts(fact("Feed", S.feed), fact("What", S.kind), fact("Since", S.since)), class_name="facts-row"
            ),
            rx.cond(
                S.reasons.length() > 0,
                rx.el.ul(rx.foreach(S.reasons, lambda why: rx.el.li(why, key=why)), class_name="problems"),
                meta("Nothing is wrong with it any more. The next run takes it in."),
            ),
            button("Leave it out", on_click=S.ask_first(True)),
        ),
        rx.cond(S.readable, _form(), _not_readable()),
        class_name="settings",
    )


def _asked() -> rx.Component:
    asked = note(
        "warning",
        rx.el.p(
            rx.el.strong("Leave this row out?"),
            " It is not taken in, also when it is sent again as it is. Sent otherwise, it is looked at anew.",
        ),
        rx.el.div(
            button("Yes, leave it out", on_click=S.leave_out),
            button("No", on_click=S.ask_first(False)),
            class_name="note-actions button-row",
        ),
        role="alertdialog",
        label="Leave this row out?",
    )
    return rx.cond(S.asking, asked)


def _form() -> rx.Component:
    loose = note(
        "info",
        rx.el.p("The row's cells do not fit the file's columns. This is what it holds, in its order:"),
        rx.el.ol(
            rx.foreach(
                S.loose, lambda text: rx.el.li(rx.cond(text != "", text, rx.el.span("empty", class_name="meta")))
            ),
            class_name="problems numbered",
        ),
    )
    filled = rx.el.form(
        rx.cond(S.whole != "", note("bad", S.whole, role="alert")),
        rx.el.div(rx.foreach(S.cells, _cell), class_name="cell-fields"),
        rx.el.button("Mend and take in", type="submit", class_name="button button-solid"),
        on_submit=S.save,
        class_name="form form-wide",
        key=S.locator,
    )
    return panel(
        "What it says",
        meta("Change what is wrong. What the agency's system sends later, and differently, replaces it."),
        rx.cond(S.loose.length() > 0, loose),
        filled,
    )


def _cell(each: Any) -> rx.Component:
    ident = "row-" + each.field
    return rx.el.div(
        rx.el.label(each.heading, html_for=ident, class_name="label"),
        rx.el.input(
            id=ident,
            name=each.field,
            default_value=each.text,
            class_name="input",
            max_length=4000,
            auto_complete="off",
            spell_check=False,
            custom_attrs={"aria-invalid": each.problem != "", "aria-describedby": ident + "-problem"},
        ),
        rx.cond(each.problem != "", rx.el.p(each.problem, id=ident + "-problem", class_name="hint hint-bad")),
        class_name="field",
        key=each.field,
    )


def _not_readable() -> rx.Component:
    return note("warning", "The feed that sent this row is not configured any more, so nothing can read it here.")


PAGE = Page(
    f"{ROWS}/[row_locator]", titled("Row in quarantine"), quarantined, [PortalState.arrive, QuarantinedState.load]
)
