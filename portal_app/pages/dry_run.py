"""A dry run of a feed: what would happen to each kind, and examples of what would change."""

from typing import Any

import reflex as rx

from portal_app.components.badge import run_state
from portal_app.components.facts import panel
from portal_app.components.notes import note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import either, hidden_text, meta
from portal_app.pages.frame import framed, record, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.state.dry_run import DRY_RUNS, DryRunState
from portal_app.state.integrations import PLACE
from portal_app.state.portal import PortalState

S: Any = DryRunState
BACK = ("Integrations", PLACE)


def dry_run() -> rx.Component:
    return framed(
        "integrations",
        record("dry run", S.loaded, _dry_run(), skeleton_page("Dry run"), BACK),
        search=False,
        refresh=S.refresh,
    )


def _dry_run() -> rx.Component:
    return rx.el.div(
        page_header(
            rx.fragment("Dry run of ", S.feed),
            S.ordered,
            rx.cond(S.done & S.may_run, button("Run it again", on_click=S.again)),
            back=BACK,
        ),
        rx.cond(S.done, rx.cond(S.failed != "", note("bad", S.failed, role="alert"), _found()), _on_its_way()),
        class_name="record-main",
    )


def _on_its_way() -> rx.Component:
    return note(
        "info",
        "The worker is at it: it takes the files into a copy of the data, which it then throws away. What it found "
        "appears here.",
        role="status",
    )


def _found() -> rx.Component:
    listed = table(
        "What would happen to each kind",
        head(heading("What"), heading("How it would go"), heading("What it would do")),
        body(
            S.kinds,
            lambda each: row(
                rx.el.th(each.kind, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
                cell("How it would go", run_state(each.state), kind="state"),
                cell(
                    "What it would do",
                    rx.el.span(each.would, class_name="line num"),
                    rx.cond(each.message != "", rx.el.span(each.message, class_name="line")),
                    rx.foreach(each.reasons, lambda why: rx.el.span(why, class_name="line meta", key=why)),
                    kind="wrapping plain",
                ),
                key=each.kind,
            ),
        ),
    )
    return rx.fragment(rx.cond(S.held_back, _approval()), panel("By kind", listed, flush=True), _examples())


def _approval() -> rx.Component:
    return note(
        "warning",
        rx.el.p(
            rx.el.strong("Nothing of this feed has been taken in yet. "), "It waits until somebody lets it through."
        ),
        rx.cond(
            S.may_run,
            rx.el.div(
                rx.el.button("Let it through", type="button", on_click=S.approve, class_name="button button-solid"),
                class_name="note-actions",
            ),
        ),
    )


def _examples() -> rx.Component:
    listed = table(
        "Examples of what would change",
        head(heading("Which"), heading("What"), heading("Fields")),
        body(
            S.examples,
            lambda each: row(
                rx.el.th(each.name, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
                cell("What", each.what, kind="state"),
                cell("Fields", rx.foreach(each.fields, _field), kind="wrapping plain"),
                key=each.key,
            ),
        ),
    )
    shown = rx.cond(S.examples.length() > 0, listed, meta("Nothing would change.", class_name="meta none"))
    hidden = meta("Examples show the business, which your role does not include.", class_name="meta none")
    return panel("Examples", rx.cond(S.sees_business, shown, hidden), flush=True)


def _field(each: Any) -> rx.Component:
    return rx.el.span(
        rx.el.span(each.label, ": ", class_name="meta"),
        rx.cond(each.before != "", rx.fragment(each.before, hidden_text(" becomes "), " → ")),
        either(each.after != "", each.after, "nothing"),
        class_name="line",
        key=each.label,
    )


PAGE = Page(f"{DRY_RUNS}/[dry_run_locator]", titled("Dry run"), dry_run, [PortalState.arrive, DryRunState.load])
