"""The ledger of a policy: drafts, a form for another one, and every transaction."""

from typing import Any

import reflex as rx

from portal_app.components.authority import decision
from portal_app.components.badge import flag_level, policy_status, transaction_state
from portal_app.components.facts import panel
from portal_app.components.links import button_link, link, plain_link
from portal_app.components.notes import empty, note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, pager, row, table
from portal_app.components.words import chip, icon, meta
from portal_app.pages.draft_form import draft_form
from portal_app.pages.flag_form import flag_form
from portal_app.pages.frame import framed, record, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.state.policy_ledger import DISCARD, ISSUE, UNFLAG, LedgerState
from portal_app.state.portal import PortalState

S: Any = LedgerState


def policy_ledger() -> rx.Component:
    return framed(
        "policies",
        record("policy", S.shown != "", _ledger(), skeleton_page("Ledger"), ("All policies", "/policies")),
        search=False,
        refresh=S.refresh,
    )


def _ledger() -> rx.Component:
    return rx.el.div(
        page_header(
            "Ledger of the policy",
            rx.fragment(rx.el.span(S.number), rx.el.span(S.headline, class_name="num")),
            button_link("On a date", S.policy_href + "/snapshot", "calendar-search", quiet=True),
            button_link("What differs between terms", S.policy_href + "/difference", "diff", quiet=True),
            back=("The policy", S.policy_href),
        ),
        rx.cond(S.underwrites, rx.fragment(rx.foreach(S.drafts, _draft), draft_form())),
        panel(
            "Transactions",
            rx.cond(S.lines.length() > 0, rx.el.ol(rx.foreach(S.lines, _line), class_name="timeline"), _none()),
            name="transactions",
            flush=True,
        ),
        rx.cond(S.lines.length() > 0, pager(S.span, S.previous, S.following)),
        class_name="record-main",
    )


def _none() -> rx.Component:
    return empty(
        "scroll-text", "Nothing here", "Either nothing happened to this policy yet, or the list ends before this page."
    )


def _draft(each: Any) -> rx.Component:
    refused = note("bad", rx.el.p(rx.el.strong("It cannot be issued as things stand. "), each.problem), role="note")
    moved = note(
        "warning",
        rx.el.p("The policy has changed since this was drafted. What it would do is told by the policy as it is now."),
        rx.el.div(
            button("Go on from the policy as it is now", on_click=S.keep_up(each.key)),
            class_name="note-actions",
        ),
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Draft: ", each.title, class_name="section-title"),
            chip("pencil", "Draft since ", each.drafted, tone="amber"),
            class_name="panel-head",
        ),
        rx.el.p("Takes effect ", rx.el.strong(each.effective), "."),
        rx.cond(
            each.asks.length() > 0,
            rx.el.ul(rx.foreach(each.asks, lambda ask: rx.el.li(ask, key=ask)), class_name="changes"),
        ),
        rx.cond(each.problem != "", refused, rx.cond(each.moved, moved)),
        rx.cond(each.problem == "", rx.fragment(_effect(each), _again(each))),
        rx.cond(
            each.flags.length() > 0,
            rx.el.ul(rx.foreach(each.flags, _flag), class_name="items flags", custom_attrs={"aria-label": "Flags"}),
        ),
        rx.cond(each.by_authority, _authority(each)),
        rx.cond(
            S.flagging == each.key,
            flag_form(S.flag_problems, "keep the draft from being issued", add=S.add_flag, close=S.close_flag),
        ),
        rx.cond(S.asking_about == each.key, _asked(each), _settle(each)),
        class_name="panel panel-padded draft",
        key=each.key,
        custom_attrs={"aria-label": "Draft: " + each.title},
    )


def _effect(each: Any) -> rx.Component:
    return table(
        "What its term would be",
        head(heading("From"), heading("To"), heading("Status"), heading("Producer code"), heading("Code of record")),
        body(
            each.parts,
            lambda part: row(
                rx.el.th(
                    part.since,
                    rx.cond(part.anew, rx.el.span("a new term", class_name="under-name")),
                    scope="row",
                    class_name="name-cell",
                    custom_attrs={"role": "rowheader"},
                ),
                cell("To", part.until, kind="day left"),
                cell("Status", policy_status(part.status), _was(part.was_status), kind="state"),
                cell("Producer code", part.code, _was(part.was_code), kind="named left"),
                cell("Code of record", part.of_record, _was(part.was_of_record), kind="named right"),
                key=part.key,
            ),
        ),
        look="table-effect",
    )


def _was(before: Any) -> rx.Component:
    return rx.cond(before != "", rx.el.span("now ", before, class_name="under-name"))


def _again(each: Any) -> rx.Component:
    return rx.fragment(
        meta(each.again_sentence),
        rx.cond(
            each.again.length() > 0,
            rx.el.ul(rx.foreach(each.again, lambda one: rx.el.li(one, key=one)), class_name="problems meta"),
        ),
    )


def _flag(each: Any) -> rx.Component:
    asked = note(
        "warning",
        rx.el.p(rx.el.strong("Remove this flag? "), each.removing),
        rx.el.div(
            button("Yes, remove it", on_click=S.go_on),
            button("No", on_click=S.never_mind),
            class_name="note-actions button-row",
        ),
        role="alertdialog",
        label="Remove this flag?",
    )
    remove = rx.el.button(
        "Remove",
        type="button",
        on_click=S.ask_first(UNFLAG, each.key),
        class_name="button button-quiet button-small",
        custom_attrs={"aria-label": "Remove the flag " + each.tag},
    )
    return rx.el.li(
        rx.el.span(flag_level(each.level)),
        rx.el.span(each.tag, class_name="item-name"),
        remove,
        meta(each.told, class_name="meta flag-line breakable"),
        rx.cond(S.asking_about == each.key, rx.el.div(asked, class_name="flag-line")),
        key=each.key,
    )


def _authority(each: Any) -> rx.Component:
    ask = button("Why can't I bind?", on_click=S.ask_authority(each.key), label="Why can't I bind? " + each.title)
    return rx.fragment(
        rx.el.div(
            rx.cond(each.decision.key != "", decision(each.decision)),
            custom_attrs={"role": "status", "aria-label": "Binding authority"},
        ),
        rx.cond(S.binds, rx.el.div(ask, class_name="button-row")),
    )


def _settle(each: Any) -> rx.Component:
    issue = rx.el.button(
        icon("check", 16),
        "Issue",
        type="button",
        on_click=S.ask_first(ISSUE, each.key),
        disabled=(each.problem != "") | each.moved,
        class_name="button button-solid",
        custom_attrs={"aria-label": "Issue " + each.title},
    )
    underwrite = button("Underwrite", on_click=S.underwrite(each.key), label="Underwrite " + each.title)
    discard = button("Discard", on_click=S.ask_first(DISCARD, each.key), label="Discard " + each.title)
    edit = button("Edit", on_click=S.edit(each.key), label="Edit " + each.title)
    flag = button("Set a flag", on_click=S.open_flag(each.key), label="Set a flag on " + each.title)
    return rx.el.div(issue, underwrite, edit, rx.cond(S.flagging != each.key, flag), discard, class_name="button-row")


def _asked(each: Any) -> rx.Component:
    """What is asked before it is done, and says what it does."""
    issue = rx.fragment(
        rx.el.p(rx.el.strong("Issue it? "), each.title, ", effective ", each.effective, ". ", each.again_sentence),
        rx.el.p("What is issued is not taken back; another transaction can set it right."),
    )
    discard = rx.el.p(
        rx.el.strong("Discard this draft? "), "It stays in the ledger as discarded, and can never be issued."
    )
    return note(
        "warning",
        rx.cond(S.asking == ISSUE, issue, discard),
        rx.el.div(
            rx.cond(
                S.asking == ISSUE,
                rx.el.button("Yes, issue it", type="button", on_click=S.go_on, class_name="button button-solid"),
                button("Yes, discard it", on_click=S.go_on),
            ),
            button("No", on_click=S.never_mind),
            class_name="note-actions button-row",
        ),
        role="alertdialog",
        label="Issue or discard the draft",
    )


def _sign(title: Any) -> rx.Component:
    return rx.fragment(
        rx.match(
            title,
            ("Issuance", icon("file-plus-2", 14)),
            ("Renewal", icon("rotate-cw", 14)),
            ("Cancellation", icon("circle-x", 14)),
            ("Reinstatement", icon("circle-check-big", 14)),
            icon("file-pen-line", 14),
        )
    )


def _line(each: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(_sign(each.title), class_name="timeline-sign"),
        rx.el.div(
            rx.el.p(
                rx.el.strong(each.title),
                transaction_state(each.state),
                rx.el.span("effective ", each.effective, class_name="meta"),
                class_name="timeline-head",
            ),
            rx.cond(
                each.told.length() > 0,
                rx.el.ul(rx.foreach(each.told, lambda what: rx.el.li(what, key=what)), class_name="changes"),
            ),
            meta(
                "Term of ",
                each.term,
                rx.cond(each.issued != "", rx.fragment(" · issued ", each.issued)),
                " · ",
                each.origin,
                rx.cond(
                    each.snapshot_href != "",
                    rx.fragment(" · ", link("The policy then", href=each.snapshot_href)),
                ),
            ),
            rx.cond(each.asked != "", meta(each.asked)),
            rx.cond(each.authority != "", meta(each.authority)),
            _leads(each.repeats, each.repeats_href),
            _leads(each.reversed, each.by_href),
            _leads(each.again, each.again_href),
        ),
        key=each.key,
        id="t-" + each.key,
        tab_index=-1,
        custom_attrs={"data-rests": ""},
    )


def _leads(words: Any, href: Any) -> rx.Component:
    """A sentence that leads to the transaction of which it speaks."""
    told = rx.cond(href != "", plain_link(words, href=href), words)
    return rx.cond(words != "", meta(told))


PAGE = Page(
    "/policies/[policy_locator]/ledger",
    titled("Ledger of the policy"),
    policy_ledger,
    [PortalState.arrive, LedgerState.load],
)
