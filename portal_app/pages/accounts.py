"""The list of accounts."""

from typing import Any

import reflex as rx

from portal_app.components.address import address_form
from portal_app.components.exports import about_exports, export_buttons
from portal_app.components.links import button_link
from portal_app.components.notes import empty, skeleton_rows
from portal_app.components.shell import page_header, search_box
from portal_app.components.table import body, cell, head, heading, name_cell, pager, row, table
from portal_app.components.words import as_of, either
from portal_app.pages.frame import framed, or_problem, titled
from portal_app.pages.page import Page
from portal_app.state.accounts import AccountsState
from portal_app.state.portal import PortalState

S: Any = AccountsState


def accounts() -> rx.Component:
    status = rx.cond(S.loaded, rx.fragment(rx.el.span(S.headline, class_name="num"), as_of(S.as_of, S.stale)))
    search = address_form(
        "find-accounts",
        rx.el.div(
            search_box("q", "Search accounts", "Name of a person or business"),
            rx.el.button("Search", type="submit", class_name="button button-solid"),
            class_name="search-line",
        ),
        action="/accounts",
        class_name="search-form",
    )
    waiting = rx.cond(S.loaded, _results(), skeleton_rows())
    return framed(
        "accounts",
        page_header("Accounts", status, rx.cond(S.loaded, export_buttons(S.exports))),
        search,
        about_exports(S.exports),
        or_problem("The list could not be loaded", waiting),
        search=False,
        refresh=S.refresh,
    )


def _row(each: Any) -> rx.Component:
    return row(
        name_cell(each.href, each.name),
        cell("Kind", each.kind, kind="state"),
        cell("City", either(each.place != "", each.place, "—"), kind="plain left"),
        cell(
            "Policies",
            rx.el.span(each.policies, class_name="num"),
            rx.el.span(each.noun, class_name="card-only"),
            numeric=True,
        ),
        key=each.href,
    )


def _results() -> rx.Component:
    listed = rx.fragment(
        table(
            "Accounts",
            head(heading("Name"), heading("Kind"), heading("City"), heading("Policies", numeric=True)),
            body(
                S.rows,
                _row,
            ),
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
        S.searching,
        empty(
            "search-x", "No account matches", "Try a part of the name.", button_link("Clear the search", "/accounts")
        ),
        empty(
            "users",
            "No accounts yet",
            "Accounts appear here with the first policies that carry a producer code of yours.",
        ),
    )
    return rx.cond(S.total > 0, rx.cond(S.rows.length() > 0, listed, beyond), nothing)


PAGE = Page("/accounts", titled("Accounts"), accounts, [PortalState.arrive, AccountsState.load])
