"""The list of quotes."""

from typing import Any

import reflex as rx

from portal_app.components.address import address_form
from portal_app.components.badge import quote_state
from portal_app.components.links import button_link
from portal_app.components.notes import empty, skeleton_rows
from portal_app.components.shell import page_header, search_box
from portal_app.components.table import body, cell, head, heading, name_cell, pager, row, table
from portal_app.components.words import amount, or_dash
from portal_app.pages.frame import framed, or_problem, titled
from portal_app.pages.page import Page
from portal_app.state.portal import PortalState
from portal_app.state.quotes import PLACE, STATES, QuotesState

S: Any = QuotesState


def quotes() -> rx.Component:
    search = address_form(
        "find-quotes",
        rx.el.div(
            search_box("q", "Search quotes", "Insured name or producer code"),
            rx.el.select(
                rx.el.option("Any state", value=""),
                *[rx.el.option(label, value=value) for value, label in STATES.items()],
                name="state",
                class_name="select",
                custom_attrs={"aria-label": "State"},
            ),
            rx.el.button("Search", type="submit", class_name="button button-solid"),
            class_name="search-line",
        ),
        action=PLACE,
        class_name="search-form",
    )
    return framed(
        "quotes",
        page_header("Quotes", rx.cond(S.loaded, rx.el.span(S.headline, class_name="num"))),
        search,
        or_problem("The list could not be loaded", rx.cond(S.loaded, _results(), skeleton_rows())),
        search=False,
        refresh=S.refresh,
    )


def _results() -> rx.Component:
    listed = rx.fragment(
        table(
            "Quotes",
            head(
                heading("Insured name"),
                heading("LOB"),
                heading("Carrier"),
                heading("Producer code"),
                heading("Effective date"),
                heading("Premium", numeric=True),
                heading("State"),
            ),
            body(S.rows, _row),
            busy=~S.is_hydrated,
        ),
        pager(S.span, S.previous, S.following),
    )
    beyond = empty(
        "list-end",
        "The list ends before this page",
        rx.fragment("There are ", S.headline, "."),
        button_link("Go to the last page", S.previous),
    )
    nothing = rx.cond(
        S.narrowed,
        empty(
            "search-x",
            "No quote matches",
            "Try a part of the insured's name or of the producer code, or any state.",
            button_link("Clear the search", PLACE),
        ),
        empty(
            "file-pen-line",
            "No quotes yet",
            "Quotes appear here once an underwriter enters one that you may see, on the page of a submission.",
        ),
    )
    return rx.cond(S.total > 0, rx.cond(S.rows.length() > 0, listed, beyond), nothing)


def _row(each: Any) -> rx.Component:
    return row(
        name_cell(each.href, each.insured),
        cell("LOB", each.line, kind="wrapping plain left"),
        cell("Carrier", each.carrier, kind="wrapping plain right"),
        cell("Producer code", or_dash(each.code), kind="named left"),
        cell("Effective", each.effective, kind="day left"),
        cell("Premium", amount(or_dash(each.premium)), numeric=True),
        cell("State", quote_state(each.state), kind="state"),
        key=each.href,
    )


PAGE = Page(PLACE, titled("Quotes"), quotes, [PortalState.arrive, QuotesState.load])
