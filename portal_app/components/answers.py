"""What was answered, section by section, to be read."""

from typing import Any

import reflex as rx

from portal_app.components.words import chip, meta


def answered(sections: Any) -> rx.Component:
    return rx.fragment(rx.foreach(sections, _section))


def fact_line(each: Any) -> rx.Component:
    """A fact of which the state says label and value."""
    return rx.el.div(rx.el.dt(each.label), rx.el.dd(each.value), class_name="fact", key=each.label)


def _section(each: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(rx.el.h3(each.title, class_name="answers-title")),
        rx.cond(
            each.blocks.length() > 0,
            rx.foreach(each.blocks, _block),
            meta("Nothing was answered here.", class_name="meta none"),
        ),
        open=True,
        class_name="answers-section",
        key=each.key,
    )


def _block(each: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h4(each.title, class_name="answers-block"),
        rx.el.dl(rx.foreach(each.facts, _answer), class_name="facts facts-wide"),
        key=each.key,
    )


def _answer(each: Any) -> rx.Component:
    told = rx.cond(each.changed, rx.fragment(each.value, " ", chip("pencil", "Changed", tone="amber")), each.value)
    return rx.el.div(rx.el.dt(each.label), rx.el.dd(told), class_name="fact", key=each.label)
