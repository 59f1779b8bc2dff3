"""Where an address leads nowhere, or to what a role does not include."""

import reflex as rx

from portal_app.components.address import parameter
from portal_app.components.links import button_link
from portal_app.components.notes import empty, failed
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


def broken() -> rx.Component:
    """Where a fault of ours leads. It asks the portal for nothing, for that may be what failed."""
    reference = parameter("reference")
    return rx.el.div(
        rx.el.main(
            failed(
                "That did not work",
                "Something went wrong on our side. Nothing was changed. Try again in a moment; should it happen again, "
                "hand the reference to whoever runs the portal.",
                reference,
                alone=True,
                back=True,
            ),
            class_name="doorstep",
            id=rx.Var.create("main"),
        ),
        class_name="outside",
    )


PAGES = (
    Page("/error", titled("That did not work"), broken),
    Page("404", titled("Page not found"), not_found, [PortalState.arrive]),
    Page("/denied", titled("Not part of your role"), denied, [PortalState.arrive]),
)
