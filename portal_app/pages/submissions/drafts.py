"""Drafts of submissions: how far each has come, going on with one, and throwing one away."""

from typing import Any

import reflex as rx

from portal_app.components.links import button_link, link
from portal_app.components.notes import empty, note, skeleton_rows
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, name_cell, pager, row, table
from portal_app.components.words import hidden_text
from portal_app.pages.frame import framed, or_problem, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.state.portal import PortalState
from portal_app.state.submission_address import DRAFTS_PLACE, PLACE
from portal_app.state.submissions.drafts import DraftsState

S: Any = DraftsState
NEW = f"{PLACE}/new"
EVERYBODYS = f"{DRAFTS_PLACE}?view=all"


def drafts() -> rx.Component:
    status = rx.cond(S.loaded, rx.el.span(S.headline, class_name="num"))
    return framed(
        "submissions",
        page_header(
            "Drafts", status, button_link("New submission", NEW, "file-plus-2"),
            back=("Submissions", f"{PLACE}?view=all"),
        ),
        rx.cond(S.sees_others, _whose()),
        discard_question(S),
        or_problem("The drafts could not be loaded", rx.cond(S.loaded, _results(), skeleton_rows())),
        search=False,
        refresh=S.refresh,
    )  # fmt: skip


def _whose() -> rx.Component:
    here = {"aria-current": "page"}

    def view(label: str, href: str, now: Any) -> rx.Component:
        return rx.cond(
            now,
            link(label, href=href, class_name="view", custom_attrs=here),
            link(label, href=href, class_name="view"),
        )

    return rx.el.nav(
        view("Yours", DRAFTS_PLACE, ~S.everybodys),
        view("Everybody's", EVERYBODYS, S.everybodys),
        class_name="views",
        custom_attrs={"aria-label": "Views"},
    )


def discard_question(of: Any) -> rx.Component:
    """Asked of the draft that `of`, a state, is about to throw away."""
    asked = note(
        "warning",
        rx.el.p(
            rx.el.strong("Discard this draft?"), " All that was typed into it, and its files, is deleted for good: ",
            of.discarding_name, ".",
        ),
        rx.el.div(
            button("Yes, discard it", on_click=of.discard),
            button("Keep it", on_click=of.ask_discard(""), auto_focus=True),
            class_name="note-actions button-row",
        ),
        role="alertdialog",
        label="Discard this draft?",
    )  # fmt: skip
    return rx.cond(of.discarding != "", rx.el.div(asked, class_name="discard-question"))


def _results() -> rx.Component:
    listed = rx.fragment(
        table(
            "Drafts",
            head(*(heading(each) for each in ("Insured name", "LOB", "Begun by", "Changed", "How far", "Actions"))),
            body(S.rows, _row),
            busy=~S.is_hydrated,
            look="table-submissions",
        ),
        pager(S.span, S.previous, S.following),
    )
    none = empty(
        "file-pen-line",
        "No draft waits",
        "One appears here as soon as a submission is begun. Everything that is typed into it is saved at once.",
        button_link("New submission", NEW, "file-plus-2"),
    )
    beyond = empty(
        "list-end",
        "The list ends before this page",
        rx.fragment("There are ", S.headline, "."),
        button_link("Go to the last page", S.previous),
    )
    return rx.cond(S.total > 0, rx.cond(S.rows.length() > 0, listed, beyond), none)


def _row(each: Any) -> rx.Component:
    of = hidden_text(" ", each.insured, ", ", each.line)
    resume = link("Resume", of, href=each.href, class_name="button button-quiet button-small")
    discard = rx.el.button(
        "Discard",
        of,
        type="button",
        on_click=S.ask_discard(each.locator),
        class_name="button button-plain button-small",
    )
    return row(
        name_cell(each.href, each.insured),
        cell("LOB", each.line, kind="wrapping plain left"),
        cell("Begun by", each.begun_by, kind="wrapping plain left"),
        cell("Changed", each.changed, kind="day left"),
        cell("How far", each.told, kind="wrapping plain left"),
        cell("Actions", rx.el.span(resume, discard, class_name="row-actions"), kind="plain whole"),
        key=each.locator,
    )


PAGE = Page(DRAFTS_PLACE, titled("Drafts"), drafts, [PortalState.arrive, DraftsState.load])
