"""One submission."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.answers import answered, fact_line
from portal_app.components.badge import submission_status
from portal_app.components.facts import facts, panel
from portal_app.components.links import button_link, link, plain_link
from portal_app.components.notes import note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.uploads import uploads
from portal_app.components.words import either, icon, meta
from portal_app.pages.frame import framed, record, titled
from portal_app.pages.message_thread import message_thread
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.pages.submission_ams import to_the_ams
from portal_app.pages.submission_list import timing
from portal_app.pages.submission_quotes import quotes
from portal_app.pages.submission_requests import requests
from portal_app.state.messages import MessageThreadState
from portal_app.state.portal import PortalState
from portal_app.state.submission import GO_UP, MADE, PAPER, SubmissionPageState
from portal_app.state.submission_address import PLACE
from portal_app.state.submission_ams import SubmissionAmsState
from portal_app.state.submission_quotes import SubmissionQuotesState
from portal_app.state.submission_requests import SubmissionRequestsState

S: Any = SubmissionPageState
Q: Any = SubmissionQuotesState
# What each step asks first, and what it does.
ASKED = {
    "decline": (
        "Decline this submission?",
        "The producer is told, and reads the reason. What was asked for is asked no longer.",
        "Decline it",
        "Reason for the producer",
    ),
    "withdraw": (
        "Withdraw this submission?",
        "The agency is told, and reads the reason. It can be reopened by an underwriter, or copied and submitted anew.",
        "Withdraw it",
        "Reason for the agency",
    ),
    "reopen": (
        "Take this submission up again?",
        "It is pending again, and the clock of the response starts anew.",
        "Reopen it",
        "Why (optional)",
    ),
}


def submission() -> rx.Component:
    waiting = skeleton_page("Submission")
    return framed(
        "submissions",
        record("submission", S.shown != "", _submission(), waiting, ("All submissions", PLACE)),
        refresh=[S.refresh, Q.look_at_question, MessageThreadState.refresh_thread],
    )


def _submission() -> rx.Component:
    return rx.fragment(
        _header(),
        _turn(),
        _asked(),
        rx.el.div(
            rx.el.div(
                requests(),
                quotes(),
                rx.cond(S.draft_href == "", message_thread()),
                _files(),
                _answers(),
                class_name="record-main",
            ),
            rx.el.div(_facts(), to_the_ams(), _timeline(), class_name="record-side"),
            class_name="record submission",
        ),
    )


def _header() -> rx.Component:
    def opens(what: str, label: str) -> rx.Component:
        return rx.cond(S.may.contains(what), button(label, on_click=S.ask_first(what)))

    pick_up = rx.el.button(
        icon("hand", 16), "Pick up", type="button", on_click=S.pick_up, class_name="button button-solid"
    )
    return page_header(
        either(S.header.insured != "", S.header.insured, "No name yet"),
        rx.fragment(
            submission_status(S.header.status),
            rx.el.span(S.header.number, class_name="num"),
            rx.el.span(S.header.line),
        ),
        *_quote_next(),
        opens("withdraw", "Withdraw"),
        opens("decline", "Decline"),
        opens("reopen", "Reopen"),
        opens("assign", "Assign"),
        rx.cond(S.may.contains("pick_up"), pick_up),
        rx.cond(S.draft_href != "", button_link("Continue", S.draft_href)),
        rx.cond(S.copy_href != "", button_link("Copy", S.copy_href, quiet=True)),
        back=("Submissions", PLACE),
    )


def _quote_next() -> list[rx.Component]:
    """On a phone, in reach of the thumb, what stands with the quote further down; not while something is asked."""

    def step(name: str, sign: str, label: str, do: Any) -> rx.Component:
        opens = rx.el.button(
            icon(sign, 16), label, type="button", on_click=do, class_name="button button-solid on-phone"
        )
        free = (S.asking == "") & (Q.confirming.what == "") & ~S.may.contains("pick_up")
        return rx.cond(free & (S.next_step == name), opens)

    return [
        step("bind", "file-check", "Bind", Q.ask_bind(S.next_quote)),
        step("refer", "user-round-search", "Ask the underwriters", Q.ask_refer(S.next_quote)),
    ]


def _turn() -> rx.Component:
    """Whose turn it is, and what they do."""
    due = rx.cond(
        S.header.target != "",
        rx.el.span(
            "The agency answers by ", rx.el.strong(S.header.target, class_name="num"), " ", timing(S.header.timing)
        ),
    )
    return rx.el.section(
        rx.el.div(
            rx.el.span("Whose turn it is", class_name="figure-label"),
            rx.el.strong(S.header.turn),
            class_name="turn-who",
        ),
        rx.el.p(
            S.header.next_action,
            rx.cond(
                S.header.next_href != "",
                rx.fragment(" ", plain_link("Go to the quote of ", S.header.next_of, href=S.header.next_href)),
            ),
            rx.cond(S.header.stops != "", rx.fragment(" ", S.header.stops)),
            rx.cond(S.header.reason != "", rx.fragment(" Reason: ", rx.el.q(S.header.reason, class_name="as-written"))),
            class_name="turn-next",
        ),
        due,
        class_name="panel turn",
        custom_attrs={"aria-label": "Next action"},
    )


def _asked() -> rx.Component:
    cases: list[Any] = [
        (what, _reason(what, *words, S.withdraw if what == "withdraw" else S.decide)) for what, words in ASKED.items()
    ]
    return rx.cond(S.asking != "", rx.fragment(rx.match(S.asking, *cases, ("assign", _assign()), rx.fragment())))


def _reason(what: str, question: str, told: str, yes: str, label: str, do: Any) -> rx.Component:
    ident = f"{what}-reason"
    return note(
        "warning",
        rx.el.p(rx.el.strong(question), " ", told),
        rx.el.form(
            rx.el.label(label, html_for=ident, class_name="label"),
            rx.el.textarea(
                id=rx.Var.create(ident),
                name="reason",
                rows="3",
                max_length=2000,
                class_name="input",
                auto_focus=True,
                custom_attrs={"aria-invalid": S.problems.contains("reason"), "aria-describedby": f"{ident}-problem"},
            ),
            rx.el.p(
                rx.cond(S.problems.contains("reason"), S.problems["reason"], ""),
                id=rx.Var.create(f"{ident}-problem"),
                class_name="hint hint-bad",
            ),
            rx.el.div(
                button(yes, kind="submit"), button("Leave it", on_click=S.ask_first("")), class_name="button-row"
            ),
            on_submit=do,
            class_name="form",
        ),
        role="alertdialog",
        label=question,
    )


def _assign() -> rx.Component:
    return note(
        "info",
        rx.el.p(rx.el.strong("Who handles this submission?"), " Whoever it is given to is told."),
        rx.el.form(
            *_handlers(),
            rx.el.div(
                button("Assign it", kind="submit"),
                button("Leave it", on_click=S.ask_first("")),
                class_name="button-row",
            ),
            on_submit=S.assign,
            class_name="form",
        ),
        role="dialog",
        label="Who handles this submission?",
    )


def _handlers() -> list[rx.Component]:
    def problem(name: str) -> rx.Component:
        return rx.el.p(
            rx.cond(S.problems.contains(name), S.problems[name], ""),
            id=rx.Var.create(f"assign-{name}-problem"),
            class_name="hint hint-bad",
        )

    def told(name: str) -> dict[str, Any]:
        return {"aria-invalid": S.problems.contains(name), "aria-describedby": f"assign-{name}-problem"}

    people = rx.el.select(
        rx.el.option("Nobody of the agency", value=""),
        rx.foreach(S.people, lambda each: rx.el.option(each.label, value=each.value, key=each.value)),
        id=rx.Var.create("assign-to"),
        name="to",
        class_name="select",
        custom_attrs=told("to"),
    )
    contact = rx.el.input(
        id=rx.Var.create("assign-contact"),
        name="contact",
        type="email",
        class_name="input",
        auto_complete="off",
        custom_attrs=told("contact"),
    )
    return [
        rx.el.label("Underwriter", html_for="assign-to", class_name="label"),
        people,
        problem("to"),
        rx.el.label("Or the email address of a carrier's contact", html_for="assign-contact", class_name="label"),
        contact,
        problem("contact"),
    ]


def _facts() -> rx.Component:
    def onward(label: str, href: Any) -> rx.Component:
        return rx.cond(href != "", link(label, icon("arrow-right", 14), href=href, class_name="link onward"))

    return panel(
        "Submission",
        facts(rx.foreach(S.facts, fact_line)),
        rx.cond(S.statement != "", meta("Certified: ", rx.el.q(S.statement), class_name="meta breakable")),
        onward("The account", S.account_href),
        onward("The policy", S.policy_href),
        onward("What it was copied from", S.copied_from),
        name="facts",
    )


def _timeline() -> rx.Component:
    return panel(
        "Timeline",
        rx.el.ol(rx.foreach(S.events, _event), class_name="timeline"),
        name="timeline",
        flush=True,
    )


def _event(each: Any) -> rx.Component:
    sign = rx.match(
        each.sign,
        ("begun", icon("circle-dot", 14)),
        ("asked", icon("message-circle-question", 14)),
        ("file", icon("paperclip", 14)),
        ("quote", icon("file-text", 14)),
        ("stop", icon("circle-x", 14)),
        ("sent", icon("send", 14)),
        icon("arrow-right", 14),
    )
    return rx.el.li(
        rx.el.span(sign, class_name="timeline-sign"),
        rx.el.div(
            rx.el.p(rx.el.strong(each.words), class_name="timeline-head breakable"),
            rx.cond(each.reason != "", rx.el.p(each.reason, class_name="as-written breakable")),
            meta(each.by, class_name="meta breakable"),
        ),
        key=each.key,
    )


def _files() -> rx.Component:
    places = [_place(kind, label, S.may_add) for kind, label in GO_UP.items()]
    places.append(_place(*PAPER, S.may_add_quotes))
    places += [_place(kind, label, False) for kind, label in MADE.items()]
    nothing = rx.cond(S.no_files & ~S.may_add, meta("No files have come with it."))
    return panel("Documents", nothing, rx.el.div(*places, class_name="upload-places"), _made_now(), name="documents")


def _made_now() -> rx.Component:
    """Made when they are asked for, so they stand in no list."""
    evidence = (
        "One PDF, made now: the answers as they were certified, quotes, information asked for, the timeline, decisions "
        "on binding authority, and the documents with their sums, as far as you see them. Personal values are masked. "
        "The trail tells who had it."
    )
    acord = (
        "A table for a spreadsheet, made now: each answer at the name that it has on ACORD's forms, to copy into "
        "another system. Personal values are masked. The trail tells who had it."
    )
    return rx.fragment(
        _download("Download evidence file", S.evidence_href, "evidence-told", evidence),
        _download("Download answers by ACORD name", S.acord_href, "acord-told", acord),
    )


def _download(label: str, href: Any, ident: str, words: str) -> rx.Component:
    get = plain_link(
        icon("download", 16),
        label,
        href=href,
        class_name="button button-quiet",
        custom_attrs={"download": "", "aria-describedby": ident},
    )
    return rx.cond(href != "", rx.el.div(get, meta(words, id=rx.Var.create(ident)), class_name="evidence"))


def _place(kind: str, label: str, may_add: Any) -> rx.Component:
    """A kind of which there is nothing, and nothing can be added, is left out."""
    documents = S.files[kind]
    drawn = uploads(label, submission=S.shown, kind=kind, ident=f"files-{kind}", documents=documents, may_add=may_add)
    return rx.cond((documents.length() > 0) | may_add, drawn)


def _answers() -> rx.Component:
    return panel(
        "Answers",
        answered(S.sections),
        name="answers",
        aside=rx.fragment(
            meta("Personal values are masked."),
            rx.cond(S.may.contains("reveal"), button("Show them (is recorded)", on_click=S.reveal)),
        ),
        flush=True,
    )


ON_LOAD: list[Callable[..., Any]] = [
    PortalState.arrive,
    SubmissionRequestsState.begin_requests,
    SubmissionQuotesState.begin_quotes,
    SubmissionAmsState.begin_ams,
    MessageThreadState.load_thread,
    SubmissionPageState.load,
]
PAGE = Page(f"{PLACE}/[submission_locator]", titled("Submission"), submission, ON_LOAD)
