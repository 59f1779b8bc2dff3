"""The audit trail: the list, and one event with before and after."""

from typing import Any

import reflex as rx

from portal_app.components.address import address_form, day_field
from portal_app.components.exports import about_exports, export_buttons
from portal_app.components.facts import fact, facts, panel
from portal_app.components.links import button_link, link
from portal_app.components.notes import empty, note, skeleton_page, skeleton_rows
from portal_app.components.shell import page_header, search_box
from portal_app.components.table import body, cell, head, heading, name_cell, pager, row, table
from portal_app.components.words import chip, either, icon, meta
from portal_app.pages.frame import framed, or_problem, record, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.state.audit import ACTIONS, KIND_LABELS, PLACE, AuditEventState, AuditState
from portal_app.state.portal import PortalState

S: Any = AuditState
E: Any = AuditEventState
SHEET = "audit-filters"


def audit() -> rx.Component:
    return framed(
        "audit",
        page_header(
            "Audit",
            rx.cond(S.loaded, rx.el.span(S.headline, class_name="num")),
            rx.cond(S.loaded, export_buttons(S.exports)),
        ),
        _search(),
        about_exports(S.exports),
        or_problem("The trail could not be loaded", rx.cond(S.loaded, _drawn(), skeleton_rows())),
        search=False,
        refresh=S.refresh,
    )


def _search() -> rx.Component:
    return address_form(
        "find-events",
        rx.el.div(
            search_box("who", "Search by person", "Email address or name of who did it"),
            rx.el.button("Search", type="submit", class_name="button button-solid"),
            rx.el.button(
                icon("sliders-horizontal", 16), "Filters", type="button",
                class_name="button button-quiet sheet-opener", custom_attrs={"popoverTarget": SHEET},
            ),
            class_name="search-line",
        ),
        _filters(),
        action=PLACE,
        class_name="search-form",
    )  # fmt: skip


def _filters() -> rx.Component:
    """In a line on a desk, in a sheet from below on a phone: the same fields."""
    return rx.el.div(
        rx.el.div(
            rx.el.p("Filters", class_name="section-title"),
            rx.el.button(
                icon("x", 16), type="button", class_name="icon-button",
                custom_attrs={"popoverTarget": SHEET, "popoverTargetAction": "hide", "aria-label": "Close filters"},
            ),
            class_name="sheet-head",
        ),
        _choice("action", "What", "Anything", ACTIONS),
        _choice("kind", "Kind of record", "All kinds", KIND_LABELS),
        _text("record", "Record", "Locator or email"),
        _text("address", "Address", "Such as 192.0.2."),
        day_field("from", "From"),
        day_field("to", "To"),
        rx.el.button(
            "Show ", S.headline, type="button", class_name="button button-solid button-wide sheet-done",
            custom_attrs={"popoverTarget": SHEET, "popoverTargetAction": "hide"},
        ),
        class_name="filters",
        role="group",
        custom_attrs={"id": SHEET, "popover": "auto", "aria-label": "Filters"},
    )  # fmt: skip


def _choice(name: str, label: str, everything: str, options: dict[str, str]) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="filter-label"),
        rx.el.select(
            rx.el.option(everything, value=""),
            *[rx.el.option(words, value=value) for value, words in options.items()],
            name=name,
            class_name="select",
        ),
        class_name="filter",
    )


def _text(name: str, label: str, hint: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="filter-label"),
        rx.el.input(type="text", name=name, class_name="input", placeholder=hint),
        class_name="filter",
    )


def _drawn() -> rx.Component:
    said = rx.fragment(
        rx.cond(S.reversed, note("warning", "The days are the wrong way round: the first is after the last.")),
        rx.cond(
            S.ignored != "",
            note("warning", "Left out of the search, because the portal does not know it: ", S.ignored, "."),
        ),
    )
    listed = rx.fragment(
        table(
            "Events",
            head(
                heading("What"), heading("When"), heading("Who"), heading("Record"), heading("Kind"),
                heading("Address"), heading("Chain"),
            ),
            body(S.rows, _row),
            busy=~S.is_hydrated,
            look="table-audit",
        ),
        pager(S.span, S.previous, S.following),
    )  # fmt: skip
    found = rx.cond(S.total > 0, rx.cond(S.rows.length() > 0, listed, _beyond()), _nothing())
    return rx.el.div(said, found, _chain(), class_name="record-main")


def _row(each: Any) -> rx.Component:
    return row(
        name_cell(each.href, each.words),
        cell("When", each.at, kind="day left"),
        cell("Who", each.who, kind="wrapping named whole"),
        cell("Record", either(each.record != "", each.record, "—"), kind="wrapping named whole"),
        cell("Kind", either(each.kind != "", each.kind, "—"), kind="named whole"),
        cell("Address", either(each.address != "", each.address, "—"), kind="named left"),
        cell("Chain", either(each.sealed, "Sealed", "Not yet"), kind="named right"),
        key=each.href,
    )


def _chain() -> rx.Component:
    order = rx.cond(
        S.ordered,
        chip("clock-3", "Under way"),
        rx.cond(S.may_order, button("Verify the chain", on_click=S.verify)),
    )
    problems = rx.el.ul(rx.foreach(S.chain_problems, lambda each: rx.el.li(each, key=each)), class_name="problems")
    told = rx.cond(
        S.holds,
        note("good", S.verdict),
        note("bad", rx.el.p(S.verdict), problems, rx.el.p("Somebody changed the trail outside the portal, or removed "
                                                          "anchors from its data folder. Find out who could.")),
    )  # fmt: skip
    return panel(
        "The chain",
        meta(
            "Each event is chained to the one before it by a key outside the database, and the head of the chain is "
            "written down outside it too: what is changed, removed or cut off is found."
        ),
        rx.cond(S.verdict != "", told, meta("It has not been checked yet.")),
        aside=rx.el.div(
            order,
            rx.el.button(
                icon("rotate-cw", 16), "Look again", type="button", on_click=S.look_again,
                class_name="button button-quiet",
            ),
            class_name="button-row",
        ),
    )  # fmt: skip


def _nothing() -> rx.Component:
    return rx.cond(
        S.narrowed,
        empty(
            "search-x", "No event matches", "Fewer filters find more.", button_link("Clear search and filters", PLACE)
        ),
        empty("scroll-text", "Nothing has happened yet", "Whatever people do in the portal is written down here."),
    )


def _beyond() -> rx.Component:
    return empty(
        "list-end",
        "The trail ends before this page",
        rx.fragment("There are ", S.headline, "."),
        button_link("Go to the last page", S.previous),
    )


def event() -> rx.Component:
    drawn = record("event", E.shown != "", _event(), skeleton_page("Event"), ("The whole trail", PLACE))
    return framed("audit", drawn, search=False)


def _event() -> rx.Component:
    named = rx.cond(
        E.link != "",
        link(either(E.name_of_record != "", E.name_of_record, E.record), href=E.link),
        either(E.name_of_record != "", E.name_of_record, E.record),
    )
    about = facts(
        fact("When", E.at),
        fact("Who", E.who),
        fact("Record", rx.cond(E.record != "", named, "—")),
        fact("Kind of record", either(E.kind != "", E.kind, "—")),
        fact("Address", either(E.from_address != "", E.from_address, "—")),
        fact("Request", either(E.request != "", E.request, "—")),
        fact("Chain", either(E.sealed, "Sealed", "Not sealed yet")),
    )
    more = rx.cond(E.same_record != "", button_link("All about this record", E.same_record, quiet=True))
    return rx.el.div(
        page_header(E.words, rx.fragment(rx.el.span(E.at), rx.el.span(E.who)), more, back=("Audit", PLACE)),
        panel("About it", rx.el.div(about, class_name="facts-row")),
        panel("Before and after", _changes(), flush=True),
        class_name="settings",
    )


def _changes() -> rx.Component:
    listed = table(
        "What was there before and after",
        head(heading("Field"), heading("Before"), heading("After")),
        body(
            E.changes,
            lambda each: row(
                rx.el.th(each.name, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
                cell("Before", either(each.before != "", each.before, "—"), kind="wrapping named left"),
                cell("After", either(each.after != "", each.after, "—"), kind="wrapping named right"),
                key=each.name,
            ),
        ),
    )
    return rx.cond(E.changes.length() > 0, listed, meta("Nothing more was written down.", class_name="meta none"))


ARRIVE = PortalState.arrive
PAGES = (
    Page(PLACE, titled("Audit"), audit, [ARRIVE, AuditState.load]),
    Page(
        f"{PLACE}/[event_locator]",
        titled(either(E.words != "", E.words, "Event")),
        event,
        [ARRIVE, AuditEventState.load],
    ),
)
