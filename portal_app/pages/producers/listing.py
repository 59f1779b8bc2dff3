"""The list of producers, and the tree of all of them."""

from typing import Any

import reflex as rx

from portal_app.components.address import address_form, hidden_field
from portal_app.components.badge import producer_state
from portal_app.components.links import button_link, link
from portal_app.components.notes import empty, note, skeleton_rows
from portal_app.components.shell import page_header, search_box
from portal_app.components.table import body, cell, head, heading, name_cell, pager, row, table
from portal_app.components.words import either, icon, meta, or_dash
from portal_app.pages.frame import framed, or_problem
from portal_app.state.producers.listing import PLACE, STATES, TREE, ProducersState

S: Any = ProducersState
AS_TREE = f"{PLACE}?view={TREE}"


def producers() -> rx.Component:
    return framed(
        "producers",
        page_header(
            "Producers",
            rx.cond(S.loaded, rx.el.span(S.headline, class_name="num")),
            button_link("What states require", f"{PLACE}/education", quiet=True),
            rx.cond(S.manages, button_link("Licenses from a file", f"{PLACE}/licenses", quiet=True)),
            rx.cond(S.manages, button_link("Add a producer", f"{PLACE}/new", "circle-plus")),
        ),
        _views(),
        rx.cond(S.as_tree, rx.fragment(), _search()),
        rx.cond(~S.as_tree & (S.above != ""), _below_whom()),
        or_problem(
            "The producers could not be loaded",
            rx.cond(S.loaded, rx.cond(S.as_tree, _tree(), _list()), skeleton_rows()),
        ),
        search=False,
        refresh=S.refresh,
    )


def _views() -> rx.Component:
    def to(label: str, sign: str, href: str, here: Any) -> rx.Component:
        return link(
            icon(sign, 14),
            label,
            href=href,
            class_name="view",
            custom_attrs={"aria-current": either(here, "page", "false")},
        )

    return rx.el.nav(
        to("List", "list", PLACE, ~S.as_tree),
        to("Tree", "list-tree", AS_TREE, S.as_tree),
        class_name="views",
        custom_attrs={"aria-label": "Views of the producers"},
    )


def _search() -> rx.Component:
    states = rx.el.select(
        rx.el.option("Any state", value=""),
        *[rx.el.option(label, value=value) for value, label in STATES.items()],
        name="state",
        class_name="select",
        custom_attrs={"aria-label": "State"},
    )
    return address_form(
        "find-producers",
        rx.el.div(
            search_box("q", "Search producers", "Name, NPN or code"),
            states,
            hidden_field("parent"),
            rx.el.button("Search", type="submit", class_name="button button-solid"),
            class_name="search-line",
        ),
        action=PLACE,
        class_name="search-form",
    )


def _below_whom() -> rx.Component:
    return rx.el.p(
        "Directly below ",
        link(S.above, href=S.above_href),
        ". ",
        link("Show all producers", href=PLACE),
        class_name="meta",
    )


def _list() -> rx.Component:
    listed = rx.fragment(
        table(
            "Producers",
            head(
                heading("Name"), heading("Type"), heading("Kind"), heading("NPN"), heading("Codes"), heading("Parent"),
                heading("State"),
            ),
            body(S.rows, _row),
            busy=~S.is_hydrated,
        ),
        pager(S.span, S.previous, S.following),
    )  # fmt: skip
    beyond = empty(
        "list-end",
        "The list ends before this page",
        rx.fragment("There are ", S.headline, "."),
        button_link("Go to the last page", S.previous),
    )
    return rx.cond(S.total > 0, rx.cond(S.rows.length() > 0, listed, beyond), _nobody())


def _nobody() -> rx.Component:
    return rx.cond(
        S.searching,
        empty(
            "search-x",
            "No producer matches",
            "Try a part of the name, the National Producer Number or a code.",
            button_link("Show all producers", PLACE),
        ),
        empty(
            "network",
            "No producers yet",
            either(
                S.manages,
                "They come with the agency system's feed, or are added here.",
                "Producers that are yours to see appear here.",
            ),
            rx.cond(S.manages, button_link("Add a producer", f"{PLACE}/new", "circle-plus")),
        ),
    )


def _row(each: Any) -> rx.Component:
    return row(
        name_cell(each.href, each.name),
        cell("Type", each.type, kind="plain left"),
        cell("Kind", each.kind, kind="plain right"),
        cell("NPN", rx.el.span(or_dash(each.npn), class_name="num"), kind="named left"),
        cell("Codes", rx.el.span(or_dash(each.codes), class_name="num"), kind="wrapping named left"),
        cell("Parent", or_dash(each.parent), kind="wrapping named left"),
        cell("State", producer_state(each.state), kind="state"),
        key=each.href,
    )


def _tree() -> rx.Component:
    def all_of(label: str, opened: str) -> rx.Component:
        return rx.el.button(
            label, type="button", class_name="button button-quiet", custom_attrs={"data-tree-all": opened}
        )

    drawn = rx.fragment(
        rx.cond(S.left_out != "", note("warning", S.left_out)),
        rx.el.div(all_of("Open all", "true"), all_of("Close all", "false"), class_name="button-row tree-actions"),
        meta(
            "With the arrow keys: up and down from one to the next, right opens, left closes.",
            class_name="meta tree-keys",
        ),
        rx.el.ul(
            rx.foreach(S.branches, _branch),
            class_name="tree panel",
            custom_attrs={"aria-label": "Tree of the producers"},
        ),
    )
    return rx.cond(S.branches.length() > 0, drawn, _nobody())


def _branch(each: Any) -> rx.Component:
    opener = rx.el.button(
        icon("chevron-right", 16),
        type="button",
        class_name="icon-button tree-opener",
        custom_attrs={"aria-expanded": each.opened, "aria-label": "Below " + each.name + ": " + each.below},
    )
    return rx.el.li(
        rx.cond(each.below != "", opener, rx.el.span(class_name="tree-leaf")),
        rx.el.span(each.level, class_name="visually-hidden"),
        rx.el.span(
            link(each.name, href=each.href, class_name="link tree-name"),
            rx.el.span(each.detail, class_name="meta num"),
            class_name="tree-what",
        ),
        rx.cond(each.state != "Validated", producer_state(each.state)),
        key=each.key,
        hidden=each.hidden,
        style={"--depth": each.indent},
        custom_attrs={"data-depth": each.depth.to_string()},
    )
