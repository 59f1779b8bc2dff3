"""Where a submission begins, and where a draft is found again."""

from typing import Any

import reflex as rx

from portal_app.components.address import address_form
from portal_app.components.facts import panel
from portal_app.components.links import button_link, link
from portal_app.components.notes import note, skeleton_rows
from portal_app.components.shell import page_header, search_box
from portal_app.components.words import hidden_text, icon, meta
from portal_app.pages.frame import framed, once_loaded, or_problem, titled
from portal_app.pages.page import Page
from portal_app.pages.submissions.drafts import discard_question
from portal_app.state.portal import PortalState
from portal_app.state.submission_address import DRAFTS_PLACE
from portal_app.state.submissions.starting import LINES, PLACE, NewSubmissionState

S: Any = NewSubmissionState


def new_submission() -> rx.Component:
    content = rx.el.div(discard_question(S), _lines(), _drafts(), _sources(), class_name="record-main")
    return framed(
        "submissions",
        page_header("New submission", "Everything you type is saved at once. You can leave and come back."),
        or_problem("The lines could not be loaded", once_loaded(S.loaded, content, skeleton_rows())),
        search=False,
        refresh=S.refresh,
    )


def _lines() -> rx.Component:
    def card(each: Any) -> rx.Component:
        sign = rx.match(each.code, *[(code, icon(name, 20)) for code, (_, name) in LINES.items()], icon("file", 20))
        return rx.el.li(
            rx.el.button(
                rx.el.span(sign, class_name="line-sign"),
                rx.el.span(each.label, class_name="line-name"),
                rx.el.span(each.asks, class_name="line-asks"),
                type="button",
                on_click=S.start(each.code),
                class_name="line-card",
            ),
            key=each.code,
        )

    whom = rx.cond(
        S.account != "",
        note(
            "info",
            rx.el.p("For ", rx.el.strong(S.account_name), ". What is known of the account is filled in already."),
            link("Begin without an account", href=PLACE),
        ),
    )
    return panel("Choose a line of business", whom, rx.el.ul(rx.foreach(S.lines, card), class_name="line-cards"))


def _drafts() -> rx.Component:
    def draft(each: Any) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                link(each.insured, href=each.href, class_name="link breakable"),
                meta(each.line, " · ", each.told, " · changed ", each.changed),
                class_name="source-words",
            ),
            rx.el.div(
                link("Resume", hidden_text(" ", each.insured, ", ", each.line), href=each.href,
                     class_name="button button-quiet button-small"),
                rx.el.button(
                    "Discard", hidden_text(" ", each.insured, ", ", each.line), type="button",
                    on_click=S.ask_discard(each.locator), class_name="button button-plain button-small",
                ),
                class_name="source-actions",
            ),
            key=each.locator,
        )  # fmt: skip

    more = rx.cond(
        S.more > 0, meta("The ", S.drafts.length(), " that were changed last are shown; ", S.more, " more wait.")
    )
    every = button_link("All drafts", DRAFTS_PLACE, quiet=True)
    none = meta("No draft waits. One appears here as soon as you begin.")
    listed = rx.fragment(rx.el.ul(rx.foreach(S.drafts, draft), class_name="sources"), more)
    return panel("Drafts to resume", rx.cond(S.drafts.length() > 0, listed, none), aside=every)


def _sources() -> rx.Component:
    search = address_form(
        "find-sources",
        rx.el.div(
            search_box("q", "Search accounts and submissions", "Name, or Submission ID"),
            rx.el.button("Search", type="submit", class_name="button button-solid"),
            class_name="search-line",
        ),
        action=PLACE,
        class_name="search-form",
    )

    nothing = rx.cond(
        S.typed != "",
        rx.el.div(
            meta("No account and no submission matches ", rx.el.strong(S.typed), "."),
            button_link("Clear the search", PLACE, quiet=True),
            class_name="sources-none",
        ),
        meta("Search for an account to start from, or for a submission to copy."),
    )
    return panel(
        "Start from what is there",
        search,
        _listed("Accounts", S.accounts, _account),
        _listed("Submissions to copy", S.past, _past),
        rx.cond((S.accounts.length() == 0) & (S.past.length() == 0), nothing),
    )


def _words(each: Any) -> rx.Component:
    return rx.el.div(rx.el.strong(each.name), meta(each.detail), class_name="source-words")


def _account(each: Any) -> rx.Component:
    go = link(
        "Start for them", hidden_text(": ", each.name), href=PLACE + "?account=" + each.locator,
        class_name="button button-quiet button-small",
    )  # fmt: skip
    return rx.el.li(_words(each), go, key=each.locator)


def _past(each: Any) -> rx.Component:
    copy = rx.el.button(
        icon("copy", 14), "Copy", hidden_text(" ", each.name, ", ", each.detail), type="button",
        on_click=S.copy(each.locator), class_name="button button-quiet button-small",
    )  # fmt: skip
    return rx.el.li(_words(each), copy, key=each.locator)


def _listed(title: str, rows: Any, draw: Any) -> rx.Component:
    return rx.cond(
        rows.length() > 0,
        rx.fragment(
            rx.el.h3(title, class_name="intake-row-title"), rx.el.ul(rx.foreach(rows, draw), class_name="sources")
        ),
    )


PAGE = Page(PLACE, titled("New submission"), new_submission, [PortalState.arrive, NewSubmissionState.load])
