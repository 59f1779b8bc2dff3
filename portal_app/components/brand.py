"""The portal's mark."""

import reflex as rx

from portal_app.components.words import icon


def mark() -> rx.Component:
    return rx.el.span(icon("umbrella", 16, stroke_width=2.25), class_name="mark", custom_attrs={"aria-hidden": "true"})
