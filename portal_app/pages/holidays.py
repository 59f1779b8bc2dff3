"""When the agency is closed: its own days, the federal holidays, and the end of the business day."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.notes import note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.words import chip, meta
from portal_app.pages.frame import framed, once_loaded, or_problem, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.pages.routing_form import text
from portal_app.state.holidays import PLACE, HolidaysState
from portal_app.state.portal import PortalState

S: Any = HolidaysState


def holidays() -> rx.Component:
    drawn = rx.el.div(
        page_header(
            "Holidays and business hours",
            "Response dates count business days: Monday to Friday, without the days on which the agency is closed.",
            back=("Settings", "/admin/settings"),
        ),
        _own_days(),
        _saving(),
        _preview(),
        class_name="settings",
    )
    return framed(
        "settings",
        or_problem(
            "The holidays could not be loaded",
            once_loaded(S.loaded, drawn, skeleton_page("Holidays and business hours")),
            alone=True,
        ),
        search=False,
    )


def _own_days() -> rx.Component:
    none = meta("The agency has no days of its own yet.", class_name="meta none")
    federal = rx.el.label(
        rx.el.input(type="checkbox", default_checked=S.federal, on_change=S.switch_federal, class_name="check"),
        "Closed on the federal holidays of the United States, on the days on which they are observed",
        class_name="check-label",
        # Shows at once what was chosen, and anew what is saved.
        key="federal" + S.drawn.to_string(),
    )
    add = rx.el.form(
        rx.el.div(
            text("holiday", "day", "Day", S.problems, type="date"),
            text("holiday", "name", "What it is called", S.problems, max_length=120, auto_complete="off"),
            class_name="days",
        ),
        rx.el.div(button("Add the day", kind="submit"), class_name="form-end"),
        on_submit=S.add_day,
        key="day" + S.day_drawn.to_string(),
        no_validate=True,
        class_name="settings-form",
    )
    listed = rx.el.ul(rx.foreach(S.days, _day), class_name="routing-rules")
    return panel(
        "Closed days",
        federal,
        rx.cond(S.days.length() > 0, listed, none),
        add,
        aside=rx.cond(
            S.changed,
            chip("pencil", "Not saved yet", tone="amber"),
            meta(rx.cond(S.version > 0, "Version " + S.version.to_string(), "As shipped")),
        ),
        name="days",
    )


def _day(each: Any) -> rx.Component:
    asked = note(
        "warning",
        rx.el.p(rx.el.strong("Remove this day? "), "From the next save on it is a business day again."),
        rx.el.div(
            button("Yes, remove it", on_click=S.remove_day),
            button("No", on_click=S.ask_first("")),
            class_name="note-actions button-row",
        ),
        role="alertdialog",
        label="Remove this day?",
    )
    remove = button("Remove", on_click=S.ask_first(each.key), label="Remove " + each.name + ", " + each.day)
    return rx.el.li(
        rx.el.p(rx.el.strong(each.name), ", ", each.day),
        rx.cond(S.asking == each.key, asked, rx.el.div(remove, class_name="button-row")),
        key=each.key,
    )


def _saving() -> rx.Component:
    overtaken = note("warning", rx.el.p(S.overtaken, " Show what is saved now, and change it once more."))
    closing = "In the agency's time. What comes in at that time or later counts from the next business day."
    return panel(
        "Save",
        rx.el.form(
            text(
                "save", "closes_at", "Close of business", S.problems, hint=closing, type="time",
                default_value=S.closes_at,
            ),
            text("save", "note", "Why it changes", S.problems, max_length=500, auto_complete="off"),
            rx.el.div(
                rx.cond(S.overtaken != "", overtaken),
                rx.el.div(
                    rx.el.button("Save as a new version", type="submit", class_name="button button-solid"),
                    button("Show what is saved", on_click=S.let_go),
                    class_name="button-row",
                ),
                class_name="form-end",
                custom_attrs={"role": "status"},
            ),
            on_submit=S.save,
            key="save" + S.drawn.to_string(),
            no_validate=True,
            class_name="settings-form",
        ),
        name="save",
    )  # fmt: skip


def _preview() -> rx.Component:
    listed = rx.el.ul(
        rx.foreach(S.closed, lambda each: rx.el.li(rx.el.strong(each.name), ", ", each.day, key=each.key)),
        class_name="problems",
    )
    none = meta("None but Saturdays and Sundays.", class_name="meta none")
    return panel(
        "Closed in the next twelve months",
        rx.cond(S.closed.length() > 0, listed, none),
        name="closed",
    )


PAGE = Page(PLACE, titled("Holidays and business hours"), holidays, [PortalState.arrive, HolidaysState.load])
