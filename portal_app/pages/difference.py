"""What differs between two terms of a policy."""

from typing import Any

import reflex as rx

from portal_app.components.address import address_form, choice
from portal_app.components.badge import mark
from portal_app.components.facts import panel
from portal_app.components.links import button_link
from portal_app.components.notes import empty, note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import either, or_dash
from portal_app.pages.frame import framed, record, titled
from portal_app.pages.page import Page
from portal_app.state.difference import EVERYTHING, DifferenceState
from portal_app.state.portal import PortalState

S: Any = DifferenceState


def difference() -> rx.Component:
    return framed(
        "policies",
        record("policy", S.shown != "", _difference(), skeleton_page("Difference"), ("All policies", "/policies")),
        search=False,
        refresh=S.refresh,
    )


def _difference() -> rx.Component:
    return rx.el.div(
        page_header(
            "What differs between two terms",
            rx.fragment(rx.el.span(S.number), rx.cond(S.premium != "", rx.el.span(S.premium))),
            button_link("On a date", S.policy_href + "/snapshot", "calendar-search", quiet=True),
            button_link("Ledger", S.policy_href + "/ledger", "scroll-text", quiet=True),
            back=("The policy", S.policy_href),
        ),
        rx.cond(S.alone, _alone(), rx.fragment(_choose(), _drawn())),
        class_name="record-main",
    )


def _alone() -> rx.Component:
    return empty(
        "files",
        "This policy has one term so far",
        "Once it is renewed, what the renewal changed is shown here.",
        button_link("Back to the policy", S.policy_href),
    )


def _choose() -> rx.Component:
    shown = rx.el.label(
        rx.el.span("Show", class_name="filter-label"),
        rx.el.select(
            rx.el.option("Only what changed", value=""),
            rx.el.option("Everything", value=EVERYTHING),
            name="show",
            class_name="select",
        ),
        class_name="filter",
    )
    return address_form(
        "choose-terms",
        rx.el.div(
            choice("from", "From the term", "The one before", S.terms),
            choice("to", "To the term", "The last one", S.terms),
            shown,
            rx.el.button("Compare", type="submit", class_name="button button-solid filter-go"),
            class_name="filter-line",
        ),
        action=S.policy_href + "/difference",
        choices=[S.terms],
        class_name="search-form",
    )


def _drawn() -> rx.Component:
    same = empty("equal", "Nothing differs", "Both terms are the same in everything that the portal keeps.")
    found = rx.fragment(
        _part("The term", S.fields, "Nothing of the term itself differs."),
        _part("Coverages", S.coverages, "No coverage differs."),
        _part("Vehicles", S.vehicles, "No vehicle differs."),
        _part("Locations", S.locations, "No location differs."),
    )
    return rx.cond(S.refused != "", note("warning", S.refused, role="alert"), rx.cond(S.nothing_differs, same, found))


def _part(title: str, rows: Any, none: str) -> rx.Component:
    nothing = rx.el.p(either(S.everything, "There are none.", none), class_name="meta none")
    return panel(
        title,
        rx.cond(rows.length() > 0, difference_table(f"{title}, before and after", rows, S.before, S.after), nothing),
        flush=True,
    )


def difference_table(title: str, rows: Any, before: Any, after: Any) -> rx.Component:
    """What there is on either side, with a sign and a word for how it differs."""
    return table(
        title,
        head(heading("What"), heading("How"), heading(before), heading(after)),
        body(
            rows,
            lambda each: row(
                rx.el.th(each.what, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
                cell("How", mark(each.mark), kind="state"),
                cell("Before", or_dash(each.before), kind="wrapping named left"),
                cell("After", or_dash(each.after), kind="wrapping named right"),
                key=each.key,
            ),
        ),
        look="table-difference",
    )


PAGE = Page(
    "/policies/[policy_locator]/difference",
    titled("What differs between two terms"),
    difference,
    [PortalState.arrive, DifferenceState.load],
)
