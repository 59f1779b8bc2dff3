"""Buttons that take a list along as a file, what they leave out, and why one was refused."""

from typing import Any

import reflex as rx

from portal_app.components.address import parameter
from portal_app.components.forms import native_form, reason_note
from portal_app.components.words import icon, meta

REASONS = {
    "too_many": ("warning", "That was too many exports in a quarter of an hour. Wait a few minutes, then try again."),
    "unclear": ("bad", "Nothing was exported: the filters could not be understood. Load the list anew and try again."),
}


def export_buttons(offers: rx.Var[Any]) -> rx.Component:
    """A form for each file. The browser posts it itself, so that the answer is saved and the page stays."""
    return rx.foreach(offers, _form)


def _form(each: Any) -> rx.Component:
    return native_form(
        rx.el.input(type="hidden", name="kind", value=each.kind),
        rx.foreach(each.filters, lambda given: rx.el.input(type="hidden", name=given.name, value=given.value)),
        rx.el.button(icon("download", 16), each.label, type="submit", class_name="button button-quiet"),
        action="/exports",
        key=each.kind,
    )


def about_exports(offers: rx.Var[Any]) -> rx.Component:
    """What the exports of this person leave out, and the refusal that brought them back here."""
    left_out = rx.foreach(
        offers,
        lambda each: rx.cond(each.left_out != "", meta(each.left_out, key=each.kind, class_name="meta left-out")),
    )
    return rx.fragment(reason_note(parameter("export"), REASONS), left_out)
