"""Cards of Home: a part of the page that is there, on its way or not to be had, each by itself."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.links import link
from portal_app.components.words import Part, Text, chip, icon, meta


def one_of(cards: Any, came: Any, broken: Any, again: Any) -> Callable[[str, Text, rx.Component], rx.Component]:
    """What draws a card by its name and title: nothing for who does not have it, why it could not be had and a way to
    try again, or its content."""

    def card(name: str, title: Text, content: rx.Component) -> rx.Component:
        lost = _lost(title, broken[name].sentence, broken[name].reference, again(name))
        return rx.cond(
            cards.contains(name), rx.cond(broken.contains(name), lost, rx.cond(came.contains(name), content))
        )

    return card


def _lost(title: Text, sentence: Any, reference: Any, again: Any) -> rx.Component:
    retry = rx.el.button(
        icon("rotate-cw", 14), "Try again", type="button", on_click=again, class_name="button button-quiet button-small"
    )
    told = rx.el.div(
        icon("cloud-alert", 16),
        rx.el.div(
            rx.el.p("This could not be loaded. ", sentence, " The rest of this page is not touched by it."),
            rx.cond(reference != "", meta("Reference ", rx.el.code(reference, class_name="code"))),
            rx.el.div(retry, class_name="note-actions"),
            class_name="note-text",
        ),
        class_name="note note-bad",
        custom_attrs={"role": "alert"},
    )
    return panel(title, told)


def grouped(title: Text, groups: Any, none: Part, *, aside: Part | None = None) -> rx.Component:
    """A card of groups of lines, or what will come there."""
    drawn = rx.el.div(rx.foreach(groups, _group), class_name="card-groups")
    content = rx.cond(groups.length() > 0, drawn, meta(none, class_name="meta none"))
    return panel(title, content, aside=aside, flush=True)


def _group(each: Any) -> rx.Component:
    count = rx.el.span(each.count, class_name="num")
    all_of_them = link("All ", count, icon("arrow-right", 14), href=each.href, class_name="link card-all")
    return rx.el.div(
        rx.el.div(
            rx.el.h3(each.title, class_name="card-title"),
            rx.cond(each.href != "", all_of_them, rx.el.span(count, class_name="meta")),
            class_name="card-head",
        ),
        rx.el.ul(rx.foreach(each.things, thing), class_name="items"),
        rx.cond(
            (each.more != "") | (each.links.length() > 0),
            rx.el.div(
                rx.cond(each.more != "", rx.el.span(each.more)),
                rx.foreach(each.links, lambda one: link(one.label, href=one.href, key=one.href)),
                class_name="meta card-more num",
            ),
        ),
        key=each.key,
    )


def thing(each: Any) -> rx.Component:
    """One line: what it is about leads to it."""
    mark = rx.match(
        each.tone,
        ("bad", chip("circle-alert", each.mark, tone="red")),
        ("soon", chip("clock-alert", each.mark, tone="amber")),
        ("count", chip("triangle-alert", each.mark, tone="amber")),
        ("new", chip("circle-dot", each.mark, tone="amber")),
        chip("clock-3", each.mark),
    )
    return rx.el.li(
        rx.el.div(
            link(each.title, href=each.href, class_name="link item-name"),
            meta(each.detail, class_name="meta num"),
            class_name="item-body",
        ),
        rx.cond(each.mark != "", rx.fragment(mark)),
        key=each.key,
    )
