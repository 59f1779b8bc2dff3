"""A policy on a date, by one of two clocks."""

from typing import Any

import reflex as rx

from portal_app.components.address import address_form, day_field
from portal_app.components.badge import policy_status
from portal_app.components.facts import fact, facts, panel
from portal_app.components.links import button_link, link
from portal_app.components.notes import empty, note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import amount, chip, either, hidden_text, icon, meta, or_dash
from portal_app.pages.difference import difference_table
from portal_app.pages.frame import framed, record, titled
from portal_app.pages.page import Page
from portal_app.state.portal import PortalState
from portal_app.state.snapshot import BY_ISSUE, SnapshotState

S: Any = SnapshotState


def snapshot() -> rx.Component:
    return framed(
        "policies",
        record("policy", S.shown != "", _snapshot(), skeleton_page("Policy on a date"), ("All policies", "/policies")),
        search=False,
        refresh=S.refresh,
    )


def _snapshot() -> rx.Component:
    return rx.fragment(
        page_header(
            "The policy on a date",
            rx.fragment(rx.el.span(S.number), rx.cond(S.drawn, rx.el.span(S.insured))),
            button_link("What differs between terms", S.policy_href + "/difference", "diff", quiet=True),
            button_link("Ledger", S.ledger_href, "scroll-text", quiet=True),
            back=("The policy", S.policy_href),
        ),
        _ask(),
        rx.el.div(
            rx.el.div(_what_was_left_out(), _shown(), class_name="record-main"),
            rx.el.div(_steps(), class_name="record-side"),
            class_name="record",
        ),
    )


def _ask() -> rx.Component:
    clock = rx.el.label(
        rx.el.span("By which clock", class_name="filter-label"),
        rx.el.select(
            rx.el.option("In force on this date", value=""),
            rx.el.option("What the record said on this date", value=BY_ISSUE),
            name="clock",
            class_name="select",
        ),
        class_name="filter filter-wide",
    )
    hour = rx.el.label(
        rx.el.span("Time (may be left blank)", class_name="filter-label"),
        rx.el.input(type="time", name="time", step="any", class_name="input"),
        class_name="filter filter-day",
    )
    return address_form(
        "choose-date",
        rx.el.div(
            day_field("date", "Date"),
            hour,
            clock,
            rx.cond(S.by_issue, rx.fragment(), day_field("known", "As known on (may be left blank)")),
            rx.el.button("Show", type="submit", class_name="button button-solid filter-go"),
            class_name="filter-line",
        ),
        _explained(),
        action=S.policy_href + "/snapshot",
        choices=[S.by_issue],
        class_name="search-form",
    )


def _explained() -> rx.Component:
    return rx.el.ul(
        rx.el.li(
            rx.el.strong("In force on this date: "),
            "what takes effect by then, by all that is issued today, or that was known on a day that you choose.",
        ),
        rx.el.li(
            rx.el.strong("What the record said on this date: "),
            "everything that had been issued by then, also what was reversed later.",
        ),
        rx.el.li("A date without a time is the end of that day, where the agency is."),
        class_name="meta explained",
    )


def _what_was_left_out() -> rx.Component:
    left_out = note("warning", "Left out, because the portal cannot read it: ", S.ignored, ".")
    return rx.cond(S.ignored != "", left_out)


def _shown() -> rx.Component:
    wrong = note("bad", rx.el.p(S.address_problem), role="alert")
    nothing = rx.el.div(
        empty(
            "calendar-x",
            S.nothing,
            S.why,
            rx.cond(S.first_href != "", button_link("Go to its beginning", S.first_href)),
        ),
        class_name="panel",
    )
    drawn = rx.fragment(
        _term(),
        _producers(),
        _coverages(),
        _vehicles(),
        _locations(),
        _other_clock(),
    )
    found = rx.fragment(
        rx.el.h2(S.said, class_name="section-title"), rx.cond(S.nothing != "", nothing, rx.cond(S.drawn, drawn))
    )
    return rx.cond(S.address_problem != "", wrong, found)


def _term() -> rx.Component:
    return panel(
        "Policy",
        rx.el.div(
            facts(
                fact("Policy number", S.number),
                fact("Named insured", S.insured),
                fact("Carrier", S.carrier),
                fact("LOB", S.line),
                fact("Term", S.term),
                fact("Status", policy_status(S.status)),
                fact("Premium", amount(S.premium)),
                rx.cond(S.description != "", fact("Description", rx.el.span(S.description, class_name="as-written"))),
                fact("Segment", S.segment),
                fact("Stems from", link(S.stems_from, href=S.stems_href)),
            ),
            class_name="facts-row",
        ),
        aside=rx.cond(
            S.in_force,
            chip("circle-check-big", "In force", tone="green"),
            chip("circle-slash", "Not in force"),
        ),
    )


def _producers() -> rx.Component:
    line = rx.el.ol(
        rx.foreach(
            S.above,
            lambda each: rx.el.li(
                icon("user", 16),
                rx.el.span(each.name, class_name="item-name"),
                rx.el.span(each.role, class_name="item-detail"),
                key=each.name + each.role,
            ),
        ),
        class_name="items",
        custom_attrs={"aria-label": "Producers, from the bottom up"},
    )
    return panel(
        "Producers",
        rx.el.div(
            rx.el.div(
                facts(
                    fact("Producer code", either(S.code != "", S.code, "None")),
                    fact("Code of record", either(S.code_of_record != "", S.code_of_record, "None")),
                ),
                class_name="facts-row",
            ),
            class_name="padded",
        ),
        rx.cond(S.above.length() > 0, line),
        rx.cond(
            S.above.length() > 0,
            meta(
                "Who held the code then, and everybody who stood above them, as far as you may see them.",
                class_name="meta below-items",
            ),
        ),
        flush=True,
    )


def _coverages() -> rx.Component:
    listed = table(
        "What was covered",
        head(
            heading("Coverage"),
            heading("Limit"),
            heading("Deductible"),
            rx.cond(S.covers_priced, heading("Premium", numeric=True)),
        ),
        body(
            S.coverages,
            lambda each: row(
                rx.el.th(each.name, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
                cell("Limit", or_dash(each.limit), kind="named left"),
                cell("Deductible", or_dash(each.deductible), kind="named left"),
                rx.cond(S.covers_priced, cell("Premium", amount(or_dash(each.premium)), numeric=True)),
                key=each.name,
            ),
        ),
    )
    none = meta("The record holds no coverages for then.", class_name="meta none")
    return panel("Coverages", rx.cond(S.coverages.length() > 0, listed, none), flush=True)


def _vehicles() -> rx.Component:
    listed = rx.foreach(
        S.vehicles,
        lambda each: rx.el.li(
            icon("car", 16),
            rx.el.span(either(each.description != "", each.description, "Vehicle"), class_name="item-name"),
            rx.el.span("VIN ", each.vin, class_name="num item-detail item-own-line"),
            key=each.vin,
        ),
    )
    return rx.cond(S.vehicles.length() > 0, panel("Vehicles", rx.el.ul(listed, class_name="items"), flush=True))


def _locations() -> rx.Component:
    listed = rx.foreach(
        S.locations, lambda place: rx.el.li(icon("map-pin", 16), rx.el.span(place, class_name="item-name"), key=place)
    )
    return rx.cond(S.locations.length() > 0, panel("Locations", rx.el.ul(listed, class_name="items"), flush=True))


def _other_clock() -> rx.Component:
    """Both clocks side by side where they differ."""
    differing = difference_table("What each clock says", S.other_clock, "The record said", "In force, as known today")
    same = meta("Both clocks say the same of this moment.", class_name="meta none")
    return rx.cond(
        S.clocks_compared,
        panel("Both clocks", rx.cond(S.other_clock.length() > 0, differing, same), flush=True),
    )


def _steps() -> rx.Component:
    title = either(S.by_issue, "What was issued when", "What takes effect when")
    steps = rx.el.ol(rx.foreach(S.steps, _step), class_name="timeline moments")
    none = meta("Nothing had been issued by then.", class_name="meta none")
    return panel(title, rx.cond(S.steps.length() > 0, steps, none), name="steps", flush=True)


def _step(each: Any) -> rx.Component:
    sign = rx.cond(each.reversed, icon("undo-2", 14), rx.cond(each.here, icon("map-pin", 14), icon("dot", 14)))
    return rx.el.li(
        rx.el.span(sign, class_name="timeline-sign"),
        rx.el.div(
            rx.el.p(
                link(each.title, hidden_text(": show the policy then"), href=each.href, prevent_scroll_reset=True),
                rx.cond(each.reversed, chip("undo-2", "Reversed since")),
                rx.cond(each.here, chip("map-pin", "Shown", tone="green")),
                class_name="timeline-head",
            ),
            meta(each.on),
            meta(each.also),
        ),
        key=each.key,
    )


PAGE = Page(
    "/policies/[policy_locator]/snapshot",
    titled("The policy on a date"),
    snapshot,
    [PortalState.arrive, SnapshotState.load],
)
