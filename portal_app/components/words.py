"""Small pieces of text and signs that everything else is made of."""

from typing import Any

import reflex as rx
from reflex_components_lucide.icon import Icon

Text = str | rx.Var[str]
Part = rx.Component | str | rx.Var[Any]


def either(condition: Any, this: Text, that: Text) -> rx.Var[str]:
    """One of two texts."""
    cond: Any = rx.cond
    chosen: rx.Var[str] = cond(condition, this, that)
    return chosen


def or_dash(text: Text) -> rx.Var[str]:
    """The text, and a dash where there is none."""
    return either(text != "", text, "—")


def icon(name: str, size: int = 16, **props: Any) -> rx.Component:
    """A sign beside words that say the same: hidden from screen readers."""
    return Icon.create(name, size=size, aria_hidden="true", flex_shrink="0", **props)


def meta(*parts: Part, **props: Any) -> rx.Component:
    """Small grey text."""
    props.setdefault("class_name", "meta")
    return rx.el.p(*parts, **props)


def also(said: Any) -> rx.Component:
    """What is to be said below a field, where anything is."""
    return rx.cond(said != "", rx.el.p(said, class_name="hint"))


def hidden_text(*parts: Part) -> rx.Component:
    """For screen readers only."""
    return rx.el.span(*parts, class_name="visually-hidden")


def amount(text: Text, **props: Any) -> rx.Component:
    """Money or a count, in figures of one width."""
    return rx.el.span(text, class_name="num", **props)


def chip(sign: str, *parts: Part, tone: str = "gray") -> rx.Component:
    """A quiet label with a sign."""
    return rx.el.span(icon(sign, 12), *parts, class_name=f"chip chip-{tone}")


def source(feed: Text, text: Text, stale: bool | rx.Var[bool] = False) -> rx.Component:
    """Which feed something came from, and how old it is."""
    return rx.cond(
        stale,
        chip("clock-alert", feed, ", as of ", text, " · not fresh", tone="amber"),
        chip("database", feed, ", as of ", text),
    )


def brought(origin: Any) -> rx.Component:
    """The same of what not every feed brings: that none does, or that nothing of it has come yet."""
    come = rx.cond(
        origin.as_of != "",
        source(origin.feed, origin.as_of, origin.stale),
        chip("hourglass", origin.feed, ", nothing has come yet", tone="amber"),
    )
    return rx.cond(origin.feed != "", come, chip("unplug", "No feed"))


def as_of(text: Text, stale: bool | rx.Var[bool] = False) -> rx.Component:
    """How old the data is; amber with a word where it is older than it should be."""
    return rx.cond(
        text != "",
        rx.cond(
            stale,
            chip("clock-alert", "as of ", text, " · not fresh", tone="amber"),
            chip("refresh-cw", "as of ", text),
        ),
    )


def copy_button(text: Text, what: str) -> rx.Component:
    """Copies a text by the static script, which also says so."""
    return rx.el.button(
        icon("copy", 14),
        rx.el.span("Copy", class_name="copy-label", custom_attrs={"aria-live": "polite"}),
        hidden_text(what),
        type="button",
        class_name="button button-quiet button-small",
        custom_attrs={"data-copy": text},
    )
