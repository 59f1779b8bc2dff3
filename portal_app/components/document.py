"""The head of every page, and what lies around all pages. The app is given these when it is assembled."""

from collections.abc import Callable

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_too_many_connection_errors

from portal_app.components.links import plain_link
from portal_app.components.notes import note

STYLESHEETS = [
    f"/{name}.css"
    for name in (
        "tokens",
        "controls",
        "notes",
        "shell",
        "door",
        "table",
        "search",
        "records",
        "home",
        "settings",
        "producers",
        "uploads",
        "intake",
        "submissions",
        "palette",
        "notifications",
    )
]

Around = dict[tuple[int, str], Callable[[bool], rx.Component | None]]


def head() -> list[rx.Component]:
    return [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.meta(name="robots", content="noindex"),
        *[
            rx.el.script(src=f"/{name}.js", defer=True)
            for name in (
                "portal",
                "actions",
                "keys",
                "asking",
                "palette",
                "producers",
                "uploads",
                "intake-inputs",
                "intake",
                "configuration",
            )
        ],
    ]


def around() -> Around:
    """In place of Reflex's own: what is shown when a page breaks or the server is gone.

    The numbers are Reflex's places; the pages are drawn inside of what is given here.
    """
    return {(55, "ErrorBoundary"): lambda _: broken(), (5, "Overlay"): lambda _: rx.fragment(connection())}


def connection() -> rx.Component:
    """Shown while the server cannot be reached; the page connects again by itself, and what was typed stays."""
    return rx.el.div(
        rx.cond(
            has_too_many_connection_errors,
            note(
                "warning",
                "The portal cannot be reached right now. What you typed stays here, and nothing is saved until this "
                "page has connected again, which it does by itself. What it shows may be old.",
            ),
        ),
        class_name="connection",
        custom_attrs={"role": "status"},
    )


def broken() -> rx.Component:
    """In place of a page that could not be drawn. The fault goes to the log by Reflex's own event."""
    return ErrorBoundary.create(
        fallback_render=rx.el.main(
            rx.el.div(
                rx.el.h1("This page could not be drawn", class_name="empty-title"),
                rx.el.p(
                    "That is a fault of the portal's. What you saved is kept, and the fault was noted.",
                    class_name="empty-why",
                ),
                rx.el.div(
                    plain_link("Load it again", href="", class_name="button button-solid"),
                    plain_link("Go to Home", href="/", class_name="button button-quiet"),
                    class_name="empty-actions",
                ),
                class_name="empty",
            )
        )
    )
