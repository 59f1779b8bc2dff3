"""The dashboard of submissions."""

from typing import Any

import reflex as rx

from portal_app.components.address import address_form, choice, hidden_field
from portal_app.components.badge import submission_status
from portal_app.components.exports import about_exports, export_buttons
from portal_app.components.links import button_link, link, plain_link
from portal_app.components.notes import empty, skeleton_rows
from portal_app.components.shell import page_header, search_box
from portal_app.components.table import body, cell, heading, name_cell, pager, row, sortable_head, table
from portal_app.components.words import chip, copy_button, either, hidden_text, icon, or_dash
from portal_app.pages.frame import framed, or_problem, titled
from portal_app.pages.page import Page
from portal_app.pages.saved_views import views
from portal_app.state.portal import PortalState
from portal_app.state.saved_views import OF_SUBMISSIONS, ListViewsState
from portal_app.state.submission_address import EVERYTHING, FLAGS, PLACE
from portal_app.state.submission_list import SubmissionsState
from portal_app.state.submissions.starting import PLACE as NEW

S: Any = SubmissionsState
FORM = "find-submissions"
SHEET = "submission-filters"
WHOLE = f"{PLACE}?view={EVERYTHING['view']}"
V: Any = ListViewsState


def submissions() -> rx.Component:
    status = rx.cond(S.loaded, rx.el.span(S.headline, class_name="num"))
    return framed(
        "submissions",
        page_header("Submissions", status, rx.cond(S.loaded, _take_along()), _begin()),
        views(OF_SUBMISSIONS, _brought()),
        _search(),
        about_exports(S.exports),
        or_problem("The list could not be loaded", rx.cond(S.loaded & ~V.leads_on, _results(), skeleton_rows())),
        search=False,
        refresh=[S.refresh, V.refresh],
    )


def _begin() -> rx.Component:
    return rx.cond(S.actions.contains("new-submission"), button_link("New submission", NEW, "file-plus-2"))


def _take_along() -> rx.Component:
    """A view is kept and shared by its address."""
    return rx.fragment(copy_button(S.address_of_view, "the address of this view"), export_buttons(S.exports))


def _brought() -> rx.Component:
    """The views that the dashboard brings itself."""
    return rx.foreach(
        S.views,
        lambda each: rx.cond(
            each.here,
            link(each.label, href=each.href, class_name="view", custom_attrs={"aria-current": "page"}),
            link(each.label, href=each.href, class_name="view"),
        ),
    )


def _search() -> rx.Component:
    return address_form(
        FORM,
        rx.el.div(
            search_box("q", "Search submissions", "Insured name or Submission ID"),
            rx.el.button("Search", type="submit", class_name="button button-solid"),
            rx.el.button(
                icon("sliders-horizontal", 16),
                "Filters",
                type="button",
                class_name="button button-quiet sheet-opener",
                custom_attrs={"popoverTarget": SHEET},
            ),
            class_name="search-line",
        ),
        _filters(),
        *[hidden_field(name) for name in (*FLAGS, "sort", "order", "columns", "view")],
        choices=(S.lines, S.statuses, S.people, S.turns),
        action=PLACE,
        class_name="search-form",
    )


def _filters() -> rx.Component:
    """In a line on a desk, in a sheet from below on a phone: the same fields."""
    close = rx.el.button(
        icon("x", 16),
        type="button",
        class_name="icon-button",
        custom_attrs={"popoverTarget": SHEET, "popoverTargetAction": "hide", "aria-label": "Close filters"},
    )
    return rx.el.div(
        rx.el.div(rx.el.p("Filters", class_name="section-title"), close, class_name="sheet-head"),
        choice("status", "Status", "All that were submitted", S.statuses),
        choice("line", "LOB", "All lines", S.lines),
        rx.cond(S.assigns, choice("assigned_to", "Assigned to", "Anybody", S.people)),
        choice("turn", "Whose turn", "Anybody's", S.turns),
        _columns(),
        rx.el.button(
            "Show ",
            S.headline,
            type="button",
            class_name="button button-solid button-wide sheet-done",
            custom_attrs={"popoverTarget": SHEET, "popoverTargetAction": "hide"},
        ),
        class_name="filters",
        role="group",
        custom_attrs={"id": SHEET, "popover": "auto", "aria-label": "Filters"},
    )


def _columns() -> rx.Component:
    """Which columns are shown. The Submission ID stays, since it leads to the submission."""

    def column(each: Any) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="checkbox",
                checked=S.shown.contains(each.value),
                on_change=lambda _: S.switch_column(each.value),
                class_name="check",
            ),
            each.label,
            class_name="check-label",
            key=each.value,
        )

    return rx.el.details(
        rx.el.summary(icon("columns-3", 16), "Columns", class_name="button button-quiet"),
        rx.el.div(
            rx.foreach(S.choosable, column), class_name="columns-list panel", role="group",
            custom_attrs={"aria-label": "Columns"},
        ),
        class_name="columns",
    )  # fmt: skip


def _results() -> rx.Component:
    listed = rx.fragment(
        rx.cond(S.assigns & ~S.drafts, _bulk()),
        table(
            "Submissions",
            sortable_head(S.columns, heading("Actions")),
            body(S.rows, _row),
            busy=~S.is_hydrated,
            look="table-submissions",
        ),
        pager(S.span, S.previous, S.following),
    )
    return rx.cond(S.total > 0, rx.cond(S.rows.length() > 0, listed, _beyond()), _nothing())


def _bulk() -> rx.Component:
    """Stays where it is, so that nothing moves under the pointer when a row is chosen."""
    to = rx.el.select(
        rx.el.option("Choose an underwriter", value=""),
        rx.foreach(S.people, lambda each: rx.el.option(each.label, value=each.value, key=each.value)),
        name="to",
        class_name="select",
        custom_attrs={
            "aria-label": "Assign to",
            "aria-invalid": S.problem_of_handler != "",
            "aria-describedby": "bulk-problem",
        },
    )
    return rx.el.form(
        _everything(),
        to,
        rx.el.button(
            icon("user-check", 16),
            "Assign",
            type="submit",
            disabled=S.chosen.length() == 0,
            title=either(S.chosen.length() == 0, "Choose submissions first", ""),
            class_name="button button-quiet",
        ),
        rx.el.p(S.problem_of_handler, id=rx.Var.create("bulk-problem"), class_name="hint hint-bad"),
        on_submit=S.assign,
        class_name="bulk",
        custom_attrs={"aria-label": "Assign several"},
    )


def _everything() -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            checked=S.chosen.length() == S.rows.length(),
            on_change=lambda _: S.choose_all(),
            class_name="tick",
        ),
        rx.cond(
            S.chosen.length() > 0,
            rx.fragment(S.chosen.length(), " chosen"),
            "Choose all on this page",
        ),
        class_name="tick-label num",
    )


def _row(each: Any) -> rx.Component:
    tick = rx.cond(
        S.assigns & ~S.drafts,
        rx.el.input(
            type="checkbox",
            checked=S.chosen.contains(each.locator),
            on_change=lambda _: S.choose(each.locator),
            class_name="tick",
            custom_attrs={"aria-label": "Choose " + each.called},
        ),
    )
    assigned = rx.cond(
        each.assigned != "",
        each.assigned,
        rx.cond(each.unrouted, chip("inbox", "Unrouted", tone="amber"), "—"),
    )
    cells = {
        "insured_name": cell("Insured name", or_dash(each.insured), kind="wrapping plain left"),
        "line": cell("LOB", each.line, kind="wrapping plain left"),
        "submitted_at": cell("Submitted", or_dash(each.submitted), kind="day left"),
        "status": cell("Status", submission_status(each.status), kind="state"),
        "assigned_to": cell("Assigned to", assigned, kind="named wrapping left"),
        "target_on": cell("Target", or_dash(each.target), timing(each.timing), kind="day left target"),
    }
    return row(
        name_cell(each.href, each.number, below=tick),
        *[rx.cond(S.shown.contains(name), drawn) for name, drawn in cells.items()],
        cell("Actions", _actions(each), kind="plain whole"),
        key=each.locator,
    )


def timing(word: Any) -> Any:
    return rx.match(
        word,
        ("Overdue", chip("circle-alert", word, tone="red")),
        ("At risk", chip("clock-alert", word, tone="amber")),
        ("Waiting for you", chip("user-round", word, tone="amber")),
        ("", rx.fragment()),
        chip("hourglass", word),
    )


def _actions(each: Any) -> rx.Component:
    """The row itself leads to the submission."""
    quiet = "button button-quiet button-small"
    paper = plain_link(
        icon("download", 14), _beside_sign("Quote"), hidden_text(" of ", each.called), href=each.paper,
        class_name=quiet, custom_attrs={"download": "", "title": "Download quote"},
    )  # fmt: skip
    named = either(each.status == "Draft", "Continue", "View")
    view = link(named, hidden_text(" ", each.called), href=each.href, class_name=quiet)
    bind = link("Bind", hidden_text(" ", each.called), href=each.bind, class_name=quiet)
    # Whoever only reads is led to what there is to read.
    does = either(S.writes, "Message", "Messages")
    messages = link(
        icon("message-square", 14), _beside_sign(does), hidden_text(" about ", each.called), href=each.messages,
        class_name=quiet, custom_attrs={"title": does},
    )  # fmt: skip
    return rx.el.span(
        view,
        rx.cond(each.bind != "", bind),
        rx.cond(each.paper != "", paper),
        rx.cond(each.messages != "", messages),
        class_name="row-actions",
    )


def _beside_sign(words: Any) -> rx.Component:
    """Seen where there is room for it, and read out everywhere."""
    return rx.el.span(words, class_name="beside-sign")


def _nothing() -> rx.Component:
    return rx.cond(
        S.narrowed,
        empty(
            "search-x",
            "No submission matches",
            "Search by insured name or Submission ID. Fewer filters find more; drafts have a view of their own.",
            button_link("Clear search and filters", WHOLE),
        ),
        empty(
            "inbox",
            "No submissions yet",
            "Business that was submitted appears here, with whose turn it is and by when it is answered.",
        ),
    )


def _beyond() -> rx.Component:
    return empty(
        "list-end",
        "The list ends before this page",
        rx.fragment("There are ", S.headline, "."),
        button_link("Go to the last page", S.previous),
    )


PAGE = Page(PLACE, titled("Submissions"), submissions, [PortalState.arrive, ListViewsState.load, SubmissionsState.load])
