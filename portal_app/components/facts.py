"""Panels of a record: facts with their names, figures, bars, the way through a term."""

from typing import Any

import reflex as rx

from portal_app.components.links import link
from portal_app.components.words import Part, Text, icon


def panel(title: Text, *parts: Part, name: str = "", aside: Part | None = None, flush: bool = False) -> rx.Component:
    """A section with a heading. `name` is what links lead to; `flush` lets its content reach the edges."""
    heading = rx.el.div(
        rx.el.h2(title, class_name="section-title"),
        aside if aside is not None else rx.fragment(),
        class_name="panel-head",
    )
    return rx.el.section(
        heading,
        *parts,
        class_name="panel panel-flush" if flush else "panel panel-padded",
        custom_attrs={"aria-label": title, **({"id": name} if name else {})},
    )


def facts(*pairs: rx.Component) -> rx.Component:
    return rx.el.dl(*pairs, class_name="facts")


def fact(label: str, *value: Part) -> rx.Component:
    return rx.el.div(rx.el.dt(label), rx.el.dd(*value), class_name="fact")


def lines(values: rx.Var[Any]) -> rx.Component:
    """Several lines of one fact, such as an address."""
    return rx.foreach(values, lambda line: rx.el.span(line, class_name="line", key=line))


def figure(label: str, value: Text, under: Part, href: Text = "") -> rx.Component:
    """One number worth a look, with what it leads to."""
    parts = [
        rx.el.p(label, class_name="figure-label"),
        rx.el.p(value, class_name="figure-value num"),
        rx.el.p(under, class_name="figure-under"),
    ]
    if isinstance(href, str) and not href:
        return rx.el.div(*parts, class_name="panel figure")
    return link(
        *parts, icon("arrow-right", 16, class_name="figure-arrow"), href=href, class_name="panel figure figure-link"
    )


def bar(share: rx.Var[int]) -> rx.Component:
    """A bar as long as its share in percent; the number beside it says the same."""
    return rx.el.span(
        rx.el.span(class_name="bar-fill", style={"width": share.to_string() + "%"}),
        class_name="bar",
        custom_attrs={"aria-hidden": "true"},
    )
