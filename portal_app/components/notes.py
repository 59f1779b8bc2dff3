"""Flash messages, and what a page says when it is empty, loading, or could not be drawn."""

from typing import Any

import reflex as rx

from portal_app.components.links import button_link, plain_link
from portal_app.components.words import Part, Text, copy_button, icon, meta

SIGNS = {"info": "info", "good": "circle-check-big", "warning": "triangle-alert", "bad": "circle-x"}


def note(kind: str, *parts: Part, role: str = "note", label: str = "") -> rx.Component:
    """A sentence that stands out. The kind shows by sign and colour; one that asks (`alertdialog`) needs a `label` for
    screen readers, and last of all a button that leaves everything as it is: the static script keeps the focus in it,
    and presses that one on Escape."""
    told: dict[str, Any] = {"role": role} | ({"aria-label": label} if label else {})
    return rx.el.div(
        icon(SIGNS[kind], 16),
        rx.el.div(*parts, class_name="note-text"),
        class_name=f"note note-{kind}",
        custom_attrs=told,
    )


def flash(sentence: rx.Var[str], kind: rx.Var[str], dismiss: rx.EventHandler) -> rx.Component:
    """What the portal has to say. The region is always there, or screen readers would miss what appears in it; the
    static script brings a refusal into view, and the focus to it."""
    close = rx.el.button(
        icon("x", 16), type="button", on_click=dismiss, class_name="icon-button", custom_attrs={"aria-label": "Dismiss"}
    )
    cases: list[Any] = [(each, note(each, sentence, close)) for each in SIGNS]
    said = rx.fragment(rx.match(kind, *cases, note("info", sentence, close)))
    return rx.el.div(rx.cond(sentence != "", said), tab_index=-1, class_name="flash", custom_attrs={"role": "status"})


def ends_soon(soon: rx.Var[bool], stay: rx.EventHandler) -> rx.Component:
    """The warning before the idle limit. Nothing takes the focus away from what somebody may be typing."""
    keep = rx.el.button("Stay signed in", type="button", on_click=stay, class_name="button button-solid")
    told = note(
        "warning",
        "Nothing was done here for a while: you will be signed out soon. What you typed and did not save would be "
        "lost.",
        rx.el.div(keep, class_name="note-actions"),
        role="alert",
    )
    return rx.el.div(rx.cond(soon, told), class_name="ends-soon")


def news(number: rx.Var[str], refresh: rx.EventHandler) -> rx.Component:
    """That something here has changed elsewhere. The static script presses it as soon as nobody is at work on the page,
    and shows it where that takes a while."""
    show = rx.el.button(
        icon("rotate-cw", 14),
        "Something here has changed. Show it",
        type="button",
        on_click=refresh,
        class_name="button button-solid",
        custom_attrs={"data-news": number},
    )
    return rx.el.div(show, class_name="news")


def empty(sign: str, title: Part, why: Part, *actions: rx.Component, alone: bool = False) -> rx.Component:
    """Why there is nothing here, and one thing to do. `alone` says that the page has no other title."""
    return rx.el.div(
        rx.el.span(icon(sign, 24), class_name="empty-sign"),
        _title(title, alone),
        rx.el.p(why, class_name="empty-why"),
        rx.el.div(*actions, class_name="empty-actions") if actions else rx.fragment(),
        class_name="empty",
    )


def failed(
    what: str, sentence: Text, reference: rx.Var[str], *, alone: bool = False, back: bool = False
) -> rx.Component:
    """What failed, whether work was lost, a way to try again, and a reference to hand on. To try again is to load the
    page anew, or with `back` the one before."""
    look = "button button-solid"
    again = plain_link(icon("rotate-cw", 16), "Try again", href="", class_name=look)
    before = rx.el.button(
        icon("rotate-cw", 16), "Try again", type="button", class_name=look, custom_attrs={"data-back": ""}
    )
    return rx.el.div(
        rx.el.span(icon("cloud-alert", 24), class_name="empty-sign empty-sign-bad"),
        _title(what, alone),
        rx.el.p(sentence, class_name="empty-why"),
        rx.cond(
            reference != "",
            rx.el.p(
                "Reference ",
                rx.el.code(reference, class_name="code"),
                copy_button(reference, "the reference"),
                class_name="reference",
            ),
        ),
        rx.el.div(
            before if back else again,
            button_link("Go to Home", "/", quiet=True),
            class_name="empty-actions",
        ),
        class_name="empty",
        custom_attrs={"role": "alert"},
    )


def _title(title: Part, alone: bool) -> rx.Component:
    return rx.el.h1(title, class_name="empty-title") if alone else rx.el.h2(title, class_name="empty-title")


def skeleton_rows(count: int = 10) -> rx.Component:
    """A table that is on its way. It appears after 150 ms, so that what is quick does not flicker."""
    row = rx.el.div(*[rx.el.span(class_name="bone") for _ in range(6)], class_name="bone-row")
    return _loading(rx.el.div(*[row] * count, class_name="panel bones"))


def skeleton_page(title: str) -> rx.Component:
    """A page on its way. Its title is read out from the beginning."""
    block = rx.el.div(*[rx.el.span(class_name="bone") for _ in range(4)], class_name="panel bone-block")
    head = rx.el.div(rx.el.span(class_name="bone bone-title"), rx.el.span(class_name="bone"), class_name="bone-head")
    return rx.fragment(rx.el.h1(title, class_name="visually-hidden"), _loading(head, block, block))


def _loading(*parts: rx.Component) -> rx.Component:
    return rx.el.div(
        meta("Loading…", class_name="visually-hidden"), *parts, class_name="skeleton", custom_attrs={"role": "status"}
    )


def doubts_note(doubts: rx.Var[Any]) -> rx.Component:
    """What of a quote is not as the submission asks for, sentence by sentence; nothing where all is."""
    said = rx.el.ul(rx.foreach(doubts, lambda each: rx.el.li(each, key=each)), class_name="problems")
    return rx.cond(
        doubts.length() > 0, note("warning", rx.el.p(rx.el.strong("Not as asked for, or not as usual")), said)
    )
