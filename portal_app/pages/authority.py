"""Binding authority: who may bind what, and what nobody binds for the time being."""

from typing import Any

import reflex as rx

from portal_app.components.badge import rule_standing
from portal_app.components.facts import panel
from portal_app.components.links import button_link
from portal_app.components.notes import empty, skeleton_rows
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, name_cell, pager, row, table
from portal_app.components.words import meta
from portal_app.pages.frame import framed, or_problem, titled
from portal_app.pages.page import Page
from portal_app.state.authority import PLACE, AuthorityState
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
        or_problem("The rules could not be loaded", rx.cond(S.loaded, _rules(), skeleton_rows())),
        refresh=S.refresh,
    )


def _rules() -> rx.Component:
    none = meta("No moratorium is set: nothing is stopped.", class_name="meta none")
    moratoria = rx.cond(S.moratoria.length() > 0, _table("All moratoria", "Moratorium", S.moratoria), none)
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
            rx.cond(S.more_moratoria != "", meta(S.more_moratoria, class_name="meta none")),
            name="moratoria",
            flush=True,
        ),
        panel(
            "Grants",
            rx.cond(S.grants.length() > 0, _table("All grants", "Grant", S.grants), nobody),
            name="grants",
            flush=True,
        ),
        rx.cond((S.previous != "") | (S.following != ""), pager(S.span, S.previous, S.following)),
        class_name="record-main",
    )


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
