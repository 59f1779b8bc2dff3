"""The list of policies."""

from typing import Any

import reflex as rx

from portal_app.components.address import address_form, choice, day_field, hidden_field
from portal_app.components.badge import policy_status
from portal_app.components.exports import about_exports, export_buttons
from portal_app.components.links import button_link, link
from portal_app.components.notes import empty, note, skeleton_rows
from portal_app.components.shell import page_header, search_box
from portal_app.components.table import body, cell, name_cell, pager, row, sortable_head, table
from portal_app.components.words import amount, as_of, icon
from portal_app.pages.frame import framed, or_problem, titled
from portal_app.pages.page import Page
from portal_app.pages.saved_views import views
from portal_app.state.address import PLAIN
from portal_app.state.policies import PoliciesState
from portal_app.state.portal import PortalState
from portal_app.state.saved_views import OF_POLICIES, ListViewsState

S: Any = PoliciesState
FORM = "find-policies"
SHEET = "policy-filters"
WHOLE = f"{OF_POLICIES.path}?view={PLAIN}"
V: Any = ListViewsState


def policies() -> rx.Component:
    status = rx.cond(S.loaded, rx.fragment(rx.el.span(S.headline, class_name="num"), as_of(S.as_of, S.stale)))
    waiting = rx.cond(S.loaded & ~V.leads_on, _results(), skeleton_rows())
    return framed(
        "policies",
        page_header("Policies", status, rx.cond(S.loaded, export_buttons(S.exports))),
        views(OF_POLICIES, _everything()),
        _search(),
        about_exports(S.exports),
        or_problem("The list could not be loaded", waiting),
        search=False,
        refresh=[S.refresh, V.refresh],
    )


def _everything() -> rx.Component:
    return rx.cond(
        S.plain,
        link("All", href=WHOLE, class_name="view", custom_attrs={"aria-current": "page"}),
        link("All", href=WHOLE, class_name="view"),
    )


def _search() -> rx.Component:
    return address_form(
        FORM,
        rx.el.div(
            search_box("q", "Search policies", "Insured name, policy number, VIN or property address"),
            rx.el.button("Search", type="submit", class_name="button button-solid"),
            rx.el.button(
                icon("sliders-horizontal", 16),
                "Filters",
                type="button",
                class_name="button button-quiet sheet-opener",
                custom_attrs={"popoverTarget": SHEET},
            ),
            class_name="search-line",
        ),
        _filters(),
        *[hidden_field(name) for name in ("expiring_from", "expiring_to", "account", "sort", "order", "view")],
        _pills(),
        choices=(S.lines, S.carriers, S.statuses),
        action="/policies",
        class_name="search-form",
    )


def _filters() -> rx.Component:
    """In a line on a desk, in a sheet from below on a phone: the same fields."""
    return rx.el.div(
        rx.el.div(
            rx.el.p("Filters", class_name="section-title"),
            rx.el.button(
                icon("x", 16),
                type="button",
                class_name="icon-button",
                custom_attrs={"popoverTarget": SHEET, "popoverTargetAction": "hide", "aria-label": "Close filters"},
            ),
            class_name="sheet-head",
        ),
        choice("line", "LOB", "All lines", S.lines),
        choice("status", "Status", "All statuses", S.statuses),
        choice("carrier", "Carrier", "All carriers", S.carriers),
        day_field("effective_from", "Effective from"),
        day_field("effective_to", "Effective to"),
        rx.el.button(
            "Show ",
            S.headline,
            type="button",
            class_name="button button-solid button-wide sheet-done",
            custom_attrs={"popoverTarget": SHEET, "popoverTargetAction": "hide"},
        ),
        class_name="filters",
        role="group",
        custom_attrs={"id": SHEET, "popover": "auto", "aria-label": "Filters"},
    )


def _pills() -> rx.Component:
    return rx.cond(
        S.pills.length() > 0,
        rx.el.div(
            rx.foreach(
                S.pills,
                lambda pill: link(
                    pill.label,
                    icon("x", 12),
                    href=pill.href,
                    key=pill.label,
                    class_name="pill",
                    title="Take this filter away",
                ),
            ),
            link("Clear all", href=WHOLE, class_name="link clear-all"),
            class_name="pills",
        ),
    )


def _results() -> rx.Component:
    said = rx.fragment(
        rx.cond(
            S.corrected_to != "",
            note(
                "info",
                "Showing results for ",
                rx.el.strong(S.corrected_to),
                " instead of ",
                S.corrected_from,
                ".",
                role="status",
            ),
        ),
        rx.cond(
            S.reversed,
            note("warning", "The dates are the wrong way round: the first of two is after the second."),
        ),
        rx.cond(
            S.ignored != "",
            note("warning", "Left out of the search, because the portal does not know it: ", S.ignored, "."),
        ),
    )
    listed = rx.fragment(
        table(
            "Policies",
            sortable_head(S.columns),
            body(S.rows, _row),
            busy=~S.is_hydrated,
            look="table-policies",
        ),
        pager(S.span, S.previous, S.following),
    )
    return rx.fragment(said, rx.cond(S.total > 0, rx.cond(S.rows.length() > 0, listed, _beyond()), _nothing()))


def _row(each: Any) -> rx.Component:
    text = rx.cond(each.matched_text != "", rx.el.span(": ", each.matched_text, class_name="matched-text"))
    matched = rx.cond(
        each.matched != "", rx.el.span(icon("search-check", 12), each.matched, text, class_name="matched")
    )
    return row(
        name_cell(each.href, each.insured_name, below=matched),
        cell("Policy #", each.number, kind="number plain left"),
        cell("LOB", each.line, kind="wrapping plain left"),
        cell("Carrier", each.carrier, kind="wrapping plain right"),
        cell("Effective", each.effective, kind="day left"),
        cell("Expires", each.expiration, kind="day right"),
        cell("Premium", amount(each.premium), numeric=True),
        cell("Status", policy_status(each.status), kind="state"),
        key=each.href,
    )


def _nothing() -> rx.Component:
    return rx.cond(
        S.narrowed,
        empty(
            "search-x",
            "No policy matches",
            "Search by insured name, policy number, VIN or property address. Fewer filters find more.",
            button_link("Clear search and filters", WHOLE),
        ),
        empty(
            "shield",
            "No policies yet",
            "They appear after the next sync with the agency's system, once they carry a producer code of yours.",
        ),
    )


def _beyond() -> rx.Component:
    return empty(
        "list-end",
        "The list ends before this page",
        rx.fragment("There are ", S.headline, "."),
        button_link("Go to the last page", S.previous),
    )


PAGE = Page("/policies", titled("Policies"), policies, [PortalState.arrive, ListViewsState.load, PoliciesState.load])
