"""The agency's systems: each feed, what waits in quarantine, and the last runs."""

from typing import Any

import reflex as rx

from portal_app.components.badge import mended_row, run_state
from portal_app.components.facts import panel
from portal_app.components.notes import empty, note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, name_cell, pager, row, table
from portal_app.components.words import as_of, chip, icon, meta
from portal_app.pages.conflicts import conflicts
from portal_app.pages.dead_letters import dead_letters
from portal_app.pages.frame import framed, once_loaded, or_problem, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.state.conflicts import ConflictsState
from portal_app.state.dead_letters import DeadLettersState
from portal_app.state.integrations import PLACE, IntegrationsState
from portal_app.state.portal import PortalState

S: Any = IntegrationsState


def integrations() -> rx.Component:
    drawn = rx.fragment(
        page_header(
            "Integrations",
            "Where the portal's data comes from, how old it is, and what could not be taken in.",
            rx.el.button(
                icon("rotate-cw", 16), "Look again", type="button", class_name="button button-quiet",
                on_click=[S.look_again, ConflictsState.look_again, DeadLettersState.look_again],
            ),
        ),
        rx.el.div(
            rx.cond(S.feeds.length() > 0, rx.foreach(S.feeds, _feed), _nothing()),
            conflicts(),
            _quarantine(),
            dead_letters(),
            _runs(),
            class_name="record-main",
        ),
    )  # fmt: skip
    return framed(
        "integrations",
        or_problem(
            "Integrations could not be loaded",
            once_loaded(S.loaded, drawn, skeleton_page("Integrations")),
            alone=True,
        ),
        refresh=[S.refresh, ConflictsState.refresh, DeadLettersState.refresh],
    )


def _nothing() -> rx.Component:
    return empty(
        "database",
        "No feed is configured yet",
        "Describe the files of the agency's system in a file of your own, such as demo/feeds.toml, name it in "
        "PORTAL_FEEDS_FILE, and start the portal anew.",
    )


def _feed(each: Any) -> rx.Component:
    listed = table(
        "What " + each.feed + " brings",
        head(heading("What"), heading("Last run"), heading("Data"), heading("Next run"), heading("What it did")),
        body(
            each.kinds,
            lambda kind: row(
                rx.cond(
                    kind.href != "",
                    name_cell(kind.href, kind.kind),
                    rx.el.th(kind.kind, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
                ),
                cell("Last run", run_state(kind.state), kind="state"),
                cell("Data", as_of(kind.as_of, kind.stale), kind="named left"),
                cell("Next run", kind.next, kind="day right"),
                cell(
                    "What it did",
                    rx.el.span(kind.counts, class_name="line num"),
                    rx.cond(kind.went_well != "", rx.el.span(kind.went_well, class_name="line num")),
                    rx.cond(kind.message != "", rx.el.span(kind.message, class_name="line")),
                    rx.cond(kind.waiting != "", chip("triangle-alert", kind.waiting, tone="amber")),
                    kind="wrapping plain",
                ),
                key=kind.kind,
            ),
        ),
    )
    if_held = note(
        "warning",
        "The first import waits until somebody has looked at a dry run and let it through.",
    )
    listed = rx.fragment(rx.cond(each.held_back, if_held), listed)
    return rx.el.div(panel(each.feed, listed, aside=_running(each), flush=True), key=each.feed)


def _running(each: Any) -> rx.Component:
    return rx.cond(
        each.ordered,
        chip("clock-3", "Ordered, the worker begins within seconds"),
        rx.cond(
            S.may_run & each.configured,
            rx.el.div(
                button("Dry run", on_click=S.dry_run(each.feed)),
                rx.cond(each.held_back, rx.fragment(), button("Run now", on_click=S.run_now(each.feed))),
                class_name="button-row",
            ),
        ),
    )


def _quarantine() -> rx.Component:
    listed = rx.fragment(
        table(
            "Rows in quarantine",
            head(heading("Where"), heading("What"), heading("Why"), heading("Since")),
            body(
                S.held,
                lambda each: row(
                    rx.cond(
                        S.may_mend,
                        name_cell(each.href, each.place),
                        rx.el.th(each.place, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
                    ),
                    cell("What", each.kind, kind="state"),
                    cell(
                        "Why",
                        rx.cond(each.mended, mended_row()),
                        rx.foreach(each.reasons, lambda why: rx.el.span(why, class_name="line", key=why)),
                        kind="wrapping",
                    ),
                    cell("Since", each.since, kind="day left"),
                    key=each.locator,
                ),
            ),
        ),
        rx.el.div(pager(S.span, S.previous, S.following), class_name="padded"),
    )
    return panel(
        "Quarantine",
        rx.el.p(
            "Rows that could not be taken in. They leave by themselves when they are sent right, or when what they "
            "lacked has come.",
            rx.cond(S.may_mend, rx.el.span(" Open one to mend it, or to leave it out.")),
            class_name="meta none",
        ),
        rx.cond(S.held.length() > 0, listed, meta("Nothing waits.", class_name="meta none")),
        aside=rx.el.span(S.held_headline, class_name="meta num"),
        name="quarantine",
        flush=True,
    )


def _runs() -> rx.Component:
    listed = table(
        "Runs of the feeds",
        head(heading("When"), heading("Feed"), heading("What"), heading("How it went"), heading("What it did")),
        body(
            S.runs,
            lambda each: row(
                cell("When", each.at, kind="day left"),
                cell("Feed", each.feed, kind="plain right"),
                cell("What", each.kind, kind="named left"),
                cell("How it went", run_state(each.state), kind="state"),
                cell(
                    "What it did",
                    rx.el.span(each.counts, class_name="line num"),
                    rx.cond(each.message != "", rx.el.span(each.message, class_name="line")),
                    kind="wrapping plain",
                ),
                key=each.locator,
            ),
        ),
    )
    none = meta("None yet.", class_name="meta none")
    return panel("Last runs", rx.cond(S.runs.length() > 0, listed, none), flush=True)


PAGE = Page(
    PLACE,
    titled("Integrations"),
    integrations,
    [PortalState.arrive, DeadLettersState.load, ConflictsState.load, IntegrationsState.load],
)
