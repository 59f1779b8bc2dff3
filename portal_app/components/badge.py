"""Badges of status: colour, sign and word together, so that no one of them carries the meaning alone."""

from typing import Any, Literal

import reflex as rx

from portal_app.components.words import Text, chip, icon

Colour = Literal["green", "amber", "red", "gray", "blue"]
Look = tuple[Colour, str]

POLICY_STATUS: dict[str, Look] = {
    "Active": ("green", "circle-check-big"),
    "Pending": ("amber", "clock-3"),
    "Cancelled": ("red", "circle-x"),
    "Expired": ("gray", "history"),
    "Non-renewed": ("gray", "undo-2"),
}

CLAIM_STATUS: dict[str, Look] = {
    "Open": ("amber", "circle-dot"),
    "Reopened": ("amber", "rotate-ccw"),
    "Closed": ("gray", "circle-check-big"),
    "Denied": ("red", "circle-x"),
}

RUN_STATE: dict[str, Look] = {
    "Running": ("blue", "loader"),
    "Succeeded": ("green", "circle-check-big"),
    "Failed": ("red", "circle-x"),
    "Interrupted": ("amber", "circle-pause"),
}

STANDING: dict[str, Look] = {
    "Active": ("green", "circle-check-big"),
    "Invited": ("blue", "mail"),
    "Locked": ("amber", "lock"),
    "Disabled": ("gray", "ban"),
}


PRODUCER_STATE: dict[str, Look] = {
    "Draft": ("blue", "file-pen-line"),
    "Validated": ("green", "circle-check-big"),
    "Suspended": ("amber", "circle-pause"),
    "Retired": ("gray", "archive"),
    "Discarded": ("gray", "trash-2"),
}

EDUCATION: dict[str, Look] = {
    "Complete": ("green", "circle-check-big"),
    "Hours missing": ("amber", "hourglass"),
    "Overdue": ("red", "circle-alert"),
}


def _badge(word: Text, looks: dict[str, Look]) -> rx.Component:
    cases: list[Any] = [(name, _drawn(name, colour, sign)) for name, (colour, sign) in looks.items()]
    return rx.fragment(rx.match(word, *cases, _drawn(word, "gray", "circle-help")))


def _drawn(word: Text, colour: Colour, sign: str) -> rx.Component:
    return rx.badge(
        icon(sign, 12), word, color_scheme=colour, variant="soft", high_contrast=True, radius="full", size="1"
    )


def policy_status(word: Text) -> rx.Component:
    return _badge(word, POLICY_STATUS)


def claim_status(word: Text) -> rx.Component:
    return _badge(word, CLAIM_STATUS)


def standing(word: Text) -> rx.Component:
    return _badge(word, STANDING)


def producer_state(word: Text) -> rx.Component:
    """Of a producer, a code, a license or an appointment."""
    return _badge(word, PRODUCER_STATE)


def education(word: Text) -> rx.Component:
    return _badge(word, EDUCATION)


def run_state(word: Text) -> rx.Component:
    return _badge(word, RUN_STATE)


def mended_row() -> rx.Component:
    """On a row in quarantine that a person mended."""
    return chip("circle-check-big", "Mended, not yet taken in", tone="green")
