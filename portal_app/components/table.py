"""The table: a page at a time, with all that was asked in its links. Below 768 px each row becomes a card."""

from typing import Any

import reflex as rx

from portal_app.components.links import link
from portal_app.components.words import Part, Text, either, icon


def table(
    label: Text, head: rx.Component, body: rx.Component, *, busy: bool | rx.Var[bool] = False, look: str = ""
) -> rx.Component:
    """Roles are spelled out because cards are laid out with CSS that would take a table's own away."""
    return rx.el.div(
        rx.el.table(
            head,
            body,
            class_name=f"table {look}".strip(),
            custom_attrs={"role": "table", "aria-label": label, "aria-busy": busy},
        ),
        class_name="panel table-panel",
        role="region",
        tab_index=0,
        custom_attrs={"aria-label": label},
    )


def body(rows: rx.Var[Any], draw: Any) -> rx.Component:
    return rx.el.tbody(rx.foreach(rows, draw), custom_attrs={"role": "rowgroup"})


def head(*cells: rx.Component) -> rx.Component:
    return rx.el.thead(rx.el.tr(*cells, custom_attrs={"role": "row"}), custom_attrs={"role": "rowgroup"})


def sortable_head(columns: rx.Var[Any], *more: rx.Component) -> rx.Component:
    """Headers are links to the same list in another order; `columns` say where each leads and how it is sorted now.
    `more` are headers after them, of what nothing is sorted by."""
    return rx.el.thead(
        rx.el.tr(rx.foreach(columns, _sortable), *more, custom_attrs={"role": "row"}),
        custom_attrs={"role": "rowgroup"},
    )


def _sortable(column: Any) -> rx.Component:
    arrow = rx.match(
        column.sorted,
        ("ascending", icon("arrow-up", 12)),
        ("descending", icon("arrow-down", 12)),
        icon("chevrons-up-down", 12, class_name="unsorted"),
    )
    return rx.el.th(
        link(column.label, arrow, href=column.href, class_name="sorter", prevent_scroll_reset=True, replace=True),
        key=column.label,
        scope="col",
        class_name=either(column.numeric, "numeric", ""),
        custom_attrs={"role": "columnheader", "aria-sort": column.sorted},
    )


def heading(label: Text, *, numeric: bool = False) -> rx.Component:
    return rx.el.th(label, scope="col", class_name="numeric" if numeric else "", custom_attrs={"role": "columnheader"})


def row(*cells: rx.Component, key: rx.Var[str]) -> rx.Component:
    return rx.el.tr(*cells, key=key, custom_attrs={"role": "row"})


def name_cell(href: rx.Var[str], *parts: Part, below: Part | None = None) -> rx.Component:
    """The cell that names the row. Its link reaches over the whole row."""
    return rx.el.th(
        link(*parts, href=href, class_name="row-link"),
        below if below is not None else rx.fragment(),
        scope="row",
        class_name="name-cell",
        custom_attrs={"role": "rowheader"},
    )


def cell(label: str, *parts: Part, numeric: bool = False, kind: str = "") -> rx.Component:
    """`label` is shown beside the value on cards, where there is no header."""
    return rx.el.td(
        rx.el.span(label, class_name="cell-label"),
        rx.el.span(*parts, class_name="cell-value"),
        class_name=f"{'numeric ' if numeric else ''}{kind}",
        custom_attrs={"role": "cell"},
    )


def pager(
    span: rx.Var[str], previous: rx.Var[str], following: rx.Var[str], label: str = "Pages of the list"
) -> rx.Component:
    """Where one is in the list, and links to what lies before and after."""
    return rx.el.nav(
        rx.el.p(span, class_name="num pager-span"),
        rx.el.div(
            _step("Previous", "chevron-left", previous),
            _step("Next", "chevron-right", following, after=True),
            class_name="pager-steps",
        ),
        class_name="pager",
        custom_attrs={"aria-label": label},
    )


def _step(label: str, sign: str, href: rx.Var[str], *, after: bool = False) -> rx.Component:
    parts: list[Part] = [label, icon(sign, 16)] if after else [icon(sign, 16), label]
    return rx.cond(
        href != "",
        link(
            *parts,
            href=href,
            class_name="button button-quiet",
            custom_attrs={"data-step": "next" if after else "previous"},
        ),
        rx.el.span(*parts, class_name="button button-quiet button-off", custom_attrs={"aria-disabled": "true"}),
    )
