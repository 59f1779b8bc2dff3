"""Binding authority: who may bind what, and what nobody binds for the time being."""

from typing import Any

import reflex as rx

from portal_app.components.address import address_form
from portal_app.components.badge import rule_standing
from portal_app.components.facts import panel
from portal_app.components.links import button_link, link
from portal_app.components.notes import empty, skeleton_rows
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, name_cell, pager, row, table
from portal_app.components.words import meta
from portal_app.pages.frame import framed, or_problem, titled
from portal_app.pages.page import Page
from portal_app.state.authority import PLACE, STANDINGS, AuthorityState
from portal_app.state.portal import PortalState

S: Any = AuthorityState


def authority() -> rx.Component:
    return framed(
        "authority",
        page_header(
            "Binding authority",
            rx.cond(S.loaded, rx.el.span(S.headline, class_name="num")),
            rx.cond(S.binds, button_link("Why can't I bind?", "/authority", quiet=True)),
            rx.cond(S.sets, button_link("Set a moratorium", f"{PLACE}/moratoria/new", quiet=True)),
            rx.cond(S.sets, button_link("Grant authority", f"{PLACE}/grants/new", "key-round")),
        ),
        _filter(),
        or_problem("The rules could not be loaded", rx.cond(S.loaded, _rules(), skeleton_rows())),
        refresh=S.refresh,
    )


def _filter() -> rx.Component:
    return address_form(
        "find-rules",
        rx.el.div(
            rx.el.select(
                rx.el.option("Any standing", value=""),
                *[rx.el.option(label, value=value) for value, label in STANDINGS.items()],
                name="standing",
                class_name="select",
                custom_attrs={"aria-label": "Standing"},
            ),
            rx.el.button("Show", type="submit", class_name="button button-quiet"),
            class_name="search-line",
        ),
        action=PLACE,
        class_name="search-form",
    )


def _rules() -> rx.Component:
    none = meta("No moratorium is set: nothing is stopped.", class_name="meta none")
    moratoria = rx.cond(
        S.moratoria.length() > 0,
        _table("All moratoria", "Moratorium", S.moratoria),
        _none_here(S.stopped, "No moratorium stands so.", none),
    )
    nobody = empty(
        "key-round",
        "No authority is granted yet",
        "Principals bind without it. What anybody else wants to bind is referred to a person until a grant allows it.",
        *[rx.cond(S.sets, button_link("Grant authority", f"{PLACE}/grants/new"))],
    )
    return rx.el.div(
        panel(
            "Moratoria",
            moratoria,
            name="moratoria",
            flush=True,
        ),
        _pager(S.stops_span, S.stops_previous, S.stops_following, "Pages of the moratoria"),
        panel(
            "Grants",
            rx.cond(
                S.grants.length() > 0,
                _table("All grants", "Grant", S.grants),
                _none_here(S.granted, "No grant stands so.", nobody),
            ),
            name="grants",
            flush=True,
        ),
        _pager(S.span, S.previous, S.following, "Pages of the grants"),
        class_name="record-main",
    )


def _none_here(total: Any, unmatched: str, nothing: rx.Component) -> rx.Component:
    """Why a list is empty: it ends before this page, nothing stands as asked, or there is nothing at all."""
    clear = rx.el.p(unmatched, " ", link("Show all", href=PLACE), class_name="meta none")
    beyond = meta("The list ends before this page.", class_name="meta none")
    return rx.cond(total > 0, beyond, rx.cond(S.narrowed, clear, nothing))


def _pager(span: Any, previous: Any, following: Any, label: str) -> rx.Component:
    return rx.cond((previous != "") | (following != ""), pager(span, previous, following, label))


def _table(label: str, what: str, rows: Any) -> rx.Component:
    return table(
        label,
        head(heading(what), heading("Rule"), heading("When"), heading("Standing")),
        body(rows, _rule),
        busy=~S.is_hydrated,
    )


def _rule(each: Any) -> rx.Component:
    plain = rx.el.th(each.title, scope="row", class_name="name-cell wrapping", custom_attrs={"role": "rowheader"})
    told = rx.fragment(each.told, rx.cond(each.why != "", meta(each.why)))
    return row(
        rx.cond(each.href != "", name_cell(each.href, each.title), plain),
        cell("Rule", told, kind="wrapping plain left"),
        cell("When", each.when, kind="wrapping plain left"),
        cell("Standing", rule_standing(each.standing), kind="state"),
        key=each.key,
    )


PAGE = Page(PLACE, titled("Binding authority"), authority, [PortalState.arrive, AuthorityState.load])
