"""One quote."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.authority import why_not_bound
from portal_app.components.badge import flag_level, producer_state, quote_offer, quote_state
from portal_app.components.facts import facts, panel
from portal_app.components.links import button_link, link
from portal_app.components.notes import doubts_note, note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.uploads import document
from portal_app.components.words import chip, either, icon, meta
from portal_app.pages.flag_form import flag_form
from portal_app.pages.frame import framed, record, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.state.portal import PortalState
from portal_app.state.quote import QuotePageState
from portal_app.state.quote_authority import QuoteAuthorityState
from portal_app.state.quotes import PLACE

S: Any = QuotePageState

ASKED = {
    "reset": (
        "Bring this quote back to draft?",
        "It has to be underwritten anew then. Its flags stay.",
        "Yes, back to draft",
    ),
    "discard": (
        "Discard this quote?",
        "It stays to be looked at, and nothing can be done with it any more.",
        "Yes, discard it",
    ),
    "offer": (
        "Offer this quote?",
        "Whoever submitted it is told, with the carrier's paper attached where there is one.",
        "Yes, offer it",
    ),
}
TAKEN_BACK = " It is offered no longer then, and whoever submitted it is told."


def quote() -> rx.Component:
    return framed(
        "quotes",
        record("quote", S.shown != "", _quote(), skeleton_page("Quote"), ("All quotes", PLACE)),
        refresh=S.refresh,
    )


def _quote() -> rx.Component:
    return rx.fragment(
        _header(),
        _asked(),
        doubts_note(S.doubts),
        rx.cond(S.refused != "", note("warning", rx.el.p(S.refused, class_name="as-written breakable"))),
        rx.el.div(
            rx.el.div(*[part() for part in BESIDE], class_name="record-side"),
            rx.el.div(*[part() for part in PARTS], class_name="record-main"),
            class_name="record record-side-first",
        ),
    )


def _header() -> rx.Component:
    solid = rx.el.button(
        icon("clipboard-check", 16),
        "Underwrite",
        type="button",
        on_click=S.underwrite,
        class_name="button button-solid",
    )
    offer = rx.el.button(
        icon("send", 16), "Offer", type="button", on_click=S.ask_first("offer"), class_name="button button-solid"
    )
    return page_header(
        rx.fragment(S.insured),
        rx.fragment(
            quote_state(S.standing),
            rx.cond((S.offer != "") & (S.offer != "Not offered"), quote_offer(S.offer)),
            rx.cond(S.expired, chip("calendar-x", "Expired", tone="amber")),
            rx.el.span(S.line),
            rx.el.span(S.carrier),
        ),
        rx.cond(S.edit_href != "", button_link("Edit", S.edit_href, quiet=True)),
        rx.cond(S.copy_href != "", button_link("Copy", S.copy_href, quiet=True)),
        rx.cond(S.may_reset, button("Back to draft", on_click=S.ask_first("reset"))),
        rx.cond(S.may_discard, button("Discard", on_click=S.ask_first("discard"))),
        rx.cond(S.may_underwrite, solid),
        rx.cond(S.may_offer, offer),
        back=("Quotes", PLACE),
    )


def _asked() -> rx.Component:
    cases: list[Any] = [
        (what, _question(question, _told(what, told), yes, S.go_on, S.ask_first("")))
        for what, (question, told, yes) in ASKED.items()
    ]
    return rx.cond(S.asking != "", rx.fragment(rx.match(S.asking, *cases, rx.fragment())))


def _told(what: str, told: str) -> Any:
    """With what it means for the producer, where the quote was offered."""
    return told if what == "offer" else rx.fragment(told, either(S.offer == "Offered", TAKEN_BACK, ""))


def _question(question: str, told: Any, yes: str, go_on: Any, leave: Any) -> rx.Component:
    return note(
        "warning",
        rx.el.p(rx.el.strong(question), " ", told),
        rx.el.div(button(yes, on_click=go_on), button("No", on_click=leave), class_name="note-actions button-row"),
        role="alertdialog",
        label=question,
    )


def _terms() -> rx.Component:
    def onward(label: str, href: Any) -> rx.Component:
        return rx.cond(href != "", link(label, icon("arrow-right", 14), href=href, class_name="link onward"))

    return panel(
        "Quote",
        _facts(S.facts),
        rx.cond(S.terms != "", rx.el.p(S.terms, class_name="as-written quote-terms")),
        onward("The submission", S.submission_href),
        onward("The account", S.account_href),
        meta(S.history, class_name="meta breakable"),
        name="terms",
    )


def _paper() -> rx.Component:
    """Of a quote of a submission: the carrier's own paper, or that there is none."""
    none = meta(
        "The carrier's own quote is not on file.",
        rx.cond(S.edit_href != "", rx.fragment(" ", link("Upload it", href=S.edit_href + "#quote-document"), ".")),
    )
    there = rx.el.ul(rx.foreach(S.papers, document), class_name="upload-files")
    return rx.cond(
        S.submission_href != "",
        panel("Quote document", rx.cond(S.papers.length() > 0, there, none), name="document"),
    )


def _risk() -> rx.Component:
    return panel("What is insured", _facts(S.risk), name="risk")


def _facts(listed: Any) -> rx.Component:
    return facts(
        rx.foreach(
            listed,
            lambda each: rx.el.div(
                rx.el.dt(each.label),
                rx.el.dd(
                    rx.cond(each.value == "Not known", rx.el.span(each.value, class_name="meta"), each.value),
                ),
                class_name="fact",
                key=each.label,
            ),
        )
    )


def _producers() -> rx.Component:
    """The producer code with everybody above, from the bottom up."""
    listed = rx.el.ol(
        rx.foreach(
            S.links,
            lambda each: rx.el.li(
                rx.cond(each.valid, icon("user-round", 16), icon("triangle-alert", 16, class_name="sign-amber")),
                rx.el.span(each.called, class_name="item-name"),
                rx.el.span(each.kind, class_name="meta"),
                rx.el.span(producer_state(each.state), class_name="item-state"),
                key=each.key,
            ),
        ),
        class_name="items",
    )
    invalid = rx.el.div(
        note("warning", S.invalid),
        class_name="padded",
    )
    return panel(
        "Producer",
        rx.cond(S.invalid != "", invalid),
        rx.cond(
            S.links.length() > 0,
            listed,
            meta("This quote carries no producer code, so underwriting has none to look at.", class_name="meta none"),
        ),
        name="producer",
        flush=True,
    )


def _flags() -> rx.Component:
    opener = button("Set a flag", on_click=S.open_form)
    return panel(
        "Underwriting flags",
        rx.cond(S.may_flag & S.adding, rx.el.div(_form(), class_name="padded")),
        rx.cond(
            S.flags.length() > 0,
            rx.el.ul(rx.foreach(S.flags, _flag), class_name="items flags"),
            meta("Nothing was flagged.", class_name="meta none"),
        ),
        name="flags",
        aside=rx.cond(S.may_flag & ~S.adding, opener),
        flush=True,
    )


def _flag(each: Any) -> rx.Component:
    asked = rx.el.div(
        _question("Remove this flag?", each.warning, "Yes, remove it", S.remove_flag, S.ask_removal("")),
        class_name="flag-line",
    )
    remove = rx.el.button(
        "Remove",
        type="button",
        on_click=S.ask_removal(each.locator),
        class_name="button button-quiet button-small",
        custom_attrs={"aria-label": "Remove the flag " + each.tag},
    )
    stands = each.removed == ""
    return rx.el.li(
        rx.el.span(rx.cond(stands, flag_level(each.level), rx.el.span(each.level, class_name="meta"))),
        rx.el.span(rx.cond(stands, each.tag, rx.el.s(each.tag)), class_name="item-name"),
        rx.cond(stands & S.may_flag, remove),
        rx.cond(each.note != "", rx.el.p(each.note, class_name="as-written flag-line")),
        meta(each.by, class_name="meta flag-line breakable"),
        rx.cond(each.removed != "", meta(each.removed, class_name="meta flag-line breakable")),
        rx.cond(each.no_effect != "", meta(each.no_effect, class_name="meta flag-line")),
        rx.cond(stands & S.may_flag & (S.asking_flag == each.locator), asked),
        key=each.locator,
    )


def _form() -> rx.Component:
    stops = "hold the quote at its next underwriting"
    return flag_form(S.problems, stops, add=S.add_flag, close=S.close_form)


def _authority() -> rx.Component:
    return why_not_bound(QuoteAuthorityState)


# What the page is made of, in its order: beside the record, and the record itself.
BESIDE: tuple[Callable[[], rx.Component], ...] = (_terms, _paper, _risk)
PARTS: tuple[Callable[[], rx.Component], ...] = (_flags, _authority, _producers)

PAGE = Page(
    f"{PLACE}/[quote_locator]",
    titled("Quote"),
    quote,
    # The quote itself last: whether it is there is for it to say.
    [PortalState.arrive, QuoteAuthorityState.load, QuotePageState.load],
)
