"""What a producer holds: licenses, appointments, continuing education, cover; what ends soon says so in words."""

from typing import Any

import reflex as rx

from portal_app.components.badge import education as education_badge
from portal_app.components.badge import producer_state
from portal_app.components.facts import panel
from portal_app.components.links import button_link, link
from portal_app.components.words import Part, Text, chip, either, meta
from portal_app.state.producers.detail import ProducerState
from portal_app.state.producers.listing import PLACE

S: Any = ProducerState


def licenses() -> rx.Component:
    return _section(
        "Licenses", "licenses", S.licenses, "No licenses are written down.", ("Add a license", "licenses/new")
    )


def appointments() -> rx.Component:
    return _section(
        "Appointments",
        "appointments",
        S.appointments,
        "No carrier's appointment is written down.",
        ("Add an appointment", "appointments/new"),
    )


def education() -> rx.Component:
    return _section(
        "Continuing education",
        "education",
        S.cycles,
        "No cycle is written down.",
        ("Begin a cycle", "education/new"),
        rx.el.div(link("What states require", href=f"{PLACE}/education"), class_name="padded"),
    )


def cover() -> rx.Component:
    required = rx.el.div(
        meta("What is required: ", S.required),
        rx.cond(S.asks_cover, chip_of_cover()),
        rx.cond(S.editable, link("Change what is required", href=f"{PLACE}/" + S.shown + "/required-cover")),
        class_name="padded cover-required",
    )
    return _section(
        "E&O cover",
        "cover",
        S.covers,
        "No errors-and-omissions cover is written down.",
        ("Add a cover", "covers/new"),
        required,
    )


def chip_of_cover() -> rx.Component:
    return rx.cond(
        S.is_covered, chip("circle-check-big", S.covered, tone="green"), chip("triangle-alert", S.covered, tone="amber")
    )


def beyond(name: str) -> rx.Component:
    """That the section does not show all of them, where it does not."""
    return rx.cond(S.beyond[name] != "", meta(S.beyond[name], " The API lists all.", class_name="meta padded"))


def _section(title: str, name: str, rows: Any, none: Text, add: tuple[str, str], *above: Part) -> rx.Component:
    way = rx.cond(S.editable, button_link(add[0], f"{PLACE}/" + S.shown + "/" + add[1], quiet=True))
    listed = rx.el.ul(rx.foreach(rows, _holding), class_name="holdings")
    return panel(
        title,
        *above,
        rx.cond(rows.length() > 0, listed, meta(none, class_name="meta none")),
        beyond(name),
        name=name,
        aside=way,
        flush=True,
    )


def _holding(each: Any) -> rx.Component:
    """One record. Its name leads to its form, for who may change it."""
    name = rx.cond(S.manages, link(each.name, href=each.href, class_name="link"), rx.el.span(each.name))
    badge = rx.match(
        each.state,
        ("", rx.fragment()),
        *[(word, education_badge(word)) for word in ("Complete", "Hours missing", "Overdue")],
        producer_state(each.state),
    )
    return rx.el.li(
        rx.el.p(
            rx.el.strong(name),
            rx.cond(each.where != "", rx.el.span(each.where)),
            badge,
            class_name="holding-head",
        ),
        rx.el.p(each.span, class_name="num"),
        rx.foreach(each.facts, lambda one: meta(one, key=one)),
        rx.cond(
            each.ending.length() > 0,
            rx.el.p(
                rx.foreach(each.ending, lambda one: rx.fragment(chip("clock-alert", one, tone="amber"), key=one)),
                class_name="endings",
            ),
        ),
        rx.cond(
            S.editable & (each.more != ""),
            link(either(each.more != "", "Add a course", ""), href=each.more, class_name="link onward"),
        ),
        key=each.href,
    )
