"""A column map: each column of the newest file with its cells, the field that it holds, and remarks beside it."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.notes import empty, note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import chip, either, hidden_text, meta
from portal_app.pages.frame import framed, record, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.state.column_map import MAPS, ColumnMapState
from portal_app.state.integrations import PLACE
from portal_app.state.portal import PortalState

S: Any = ColumnMapState
BACK = ("Integrations", PLACE)


def column_map() -> rx.Component:
    return framed("integrations", record("feed", S.loaded, _column_map(), skeleton_page("Columns"), BACK), search=False)


def _column_map() -> rx.Component:
    read = rx.cond(
        S.unreadable != "",
        note("bad", rx.el.p("The newest file cannot be read."), rx.el.p(S.unreadable), role="alert"),
        empty("file-question", "No file has come yet", "Once there is one, each of its columns is shown here."),
    )
    return rx.el.div(
        page_header(rx.fragment("Columns of ", S.feed, ": ", S.kind_label), S.source, back=BACK),
        rx.cond(S.gone.length() > 0, _drift()),
        rx.cond(S.lines.length() > 0, rx.fragment(_lines(), _saving()), read),
        class_name="record-main",
    )


def _drift() -> rx.Component:
    return note(
        "warning",
        rx.el.p(
            rx.el.strong("The header of the newest file has changed. "),
            "Nothing of it is taken in before the map is saved.",
        ),
        rx.el.ul(
            rx.foreach(
                S.gone,
                lambda each: rx.el.li(
                    rx.el.strong(each.old), hidden_text(" became "), " → ",
                    either(each.new != "", each.new, "nothing that is like it"),
                    rx.el.span(" (", each.field, ")", class_name="meta"),
                    key=each.old,
                ),
            ),
            class_name="problems",
        ),
    )  # fmt: skip


def _lines() -> rx.Component:
    listed = table(
        "Columns of the newest file",
        head(heading("Column"), heading("Holds"), heading("Field"), heading("Remarks")),
        body(
            S.lines,
            lambda each: row(
                rx.el.th(
                    each.heading,
                    rx.cond(each.was != "", rx.el.span("was ", each.was, class_name="line meta")),
                    scope="row",
                    class_name="name-cell",
                    custom_attrs={"role": "rowheader"},
                ),
                cell("Holds", rx.foreach(each.samples, _sample), kind="wrapping plain"),
                cell("Field", _field(each), kind="named whole"),
                cell("Remarks", rx.foreach(each.remarks, _remark), kind="wrapping"),
                key=each.heading,
            ),
        ),
    )
    return panel(S.file, listed, aside=rx.el.span(S.fine, class_name="meta num"), flush=True)


def _sample(text: Any) -> rx.Component:
    return rx.el.span(text, class_name="line num", key=text)


def _remark(text: Any) -> rx.Component:
    return rx.el.span(chip("triangle-alert", text, tone="amber"), class_name="line", key=text)


def _field(each: Any) -> rx.Component:
    choice = rx.el.select(
        rx.foreach(S.choices, lambda choice: rx.el.option(choice.label, value=choice.value, key=choice.value)),
        value=each.field,
        on_change=lambda field: S.assign(each.heading, field),
        class_name="select",
        custom_attrs={"aria-label": "Field of " + each.heading},
    )
    return rx.cond(S.may_save, choice, rx.el.span(each.field_label))


def _saving() -> rx.Component:
    why_not = note("bad", rx.foreach(S.problems, lambda why: rx.el.p(why, key=why)), role="alert")
    save = rx.el.button(
        "Save this map and take the file in",
        type="button",
        on_click=S.save,
        disabled=~S.changed | (S.problems.length() > 0),
        class_name="button button-solid",
    )
    buttons = rx.el.div(
        save,
        rx.cond(S.changed, button("Start over", on_click=S.start_over)),
        rx.cond(S.from_here, button("Go back to the feeds' file", on_click=S.forget)),
        class_name="button-row",
    )
    return rx.el.div(
        rx.cond(S.problems.length() > 0, why_not),
        rx.cond(S.may_save, rx.fragment(buttons, _carried()), meta("Who may run feeds changes this.")),
    )


def _carried() -> rx.Component:
    """The choices, in the hands of the page: the static script gives them to a server that has lost them."""
    return rx.el.input(hidden=True, on_change=S.bring_back, custom_attrs={"data-carried": S.tried})


PAGE = Page(f"{MAPS}/[feed_name]/[feed_kind]", titled("Columns"), column_map, [PortalState.arrive, ColumnMapState.load])
