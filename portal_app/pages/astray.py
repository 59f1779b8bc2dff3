"""Where an address leads nowhere, or to what a role does not include."""

import reflex as rx

from portal_app.components.links import button_link
from portal_app.components.notes import empty
from portal_app.pages.frame import framed, titled
from portal_app.pages.page import Page
from portal_app.state.portal import PortalState


def not_found() -> rx.Component:
    return framed(
        "",
        empty(
            "map",
            "There is no page here",
            "The address may be mistyped, or the page may have moved.",
            button_link("Go to Home", "/"),
            alone=True,
        ),
    )


def denied() -> rx.Component:
    return framed(
        "",
        empty(
            "lock",
            "Your role does not include this",
            "If you need it for your work, ask your agency's administrator.",
            button_link("Go to Home", "/"),
            alone=True,
        ),
    )


PAGES = (
    Page("404", titled("Page not found"), not_found, [PortalState.arrive]),
    Page("/denied", titled("Not part of your role"), denied, [PortalState.arrive]),
)
