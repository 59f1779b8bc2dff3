"""Badges of status: colour, sign and word together, so that no one of them carries the meaning alone."""

from typing import Any, Literal

import reflex as rx

from portal_app.components.words import Text, chip, icon

Colour = Literal["green", "amber", "red", "gray", "blue", "violet"]
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

SUBMISSION_STATUS: dict[str, Look] = {
    "Draft": ("gray", "pencil-line"),
    "Pending": ("amber", "clock-3"),
    "In Review": ("blue", "scan-eye"),
    "Quoted": ("violet", "file-text"),
    "Bound": ("green", "circle-check-big"),
    "Declined": ("red", "circle-x"),
    "Withdrawn": ("gray", "undo-2"),
}

QUOTE_OFFER: dict[str, Look] = {
    "Not offered": ("gray", "pencil-line"),
    "Offered": ("violet", "file-text"),
    "Bound": ("green", "circle-check-big"),
    "Not taken": ("gray", "undo-2"),
}

QUOTE_STATE: dict[str, Look] = {
    "Draft": ("gray", "file-pen-line"),
    "Underwritten": ("green", "circle-check-big"),
    "Blocked": ("amber", "circle-pause"),
    "Declined": ("red", "undo-2"),
    "Rejected": ("red", "circle-x"),
    "Discarded": ("gray", "trash-2"),
}

FLAG_LEVEL: dict[str, Look] = {
    "Info": ("blue", "info"),
    "Approve": ("green", "circle-check-big"),
    "Block": ("amber", "circle-pause"),
    "Decline": ("red", "undo-2"),
    "Reject": ("red", "circle-x"),
}

TRANSACTION_STATE: dict[str, Look] = {
    "Draft": ("amber", "pencil"),
    "Issued": ("green", "circle-check-big"),
    "Reversed": ("gray", "undo-2"),
    "Discarded": ("gray", "ban"),
}

MARK: dict[str, Look] = {
    "Same": ("gray", "equal"),
    "Changed": ("blue", "pencil"),
    "Added": ("green", "plus"),
    "Removed": ("red", "minus"),
}

STANDING: dict[str, Look] = {
    "Active": ("green", "circle-check-big"),
    "Invited": ("blue", "mail"),
    "Locked": ("amber", "lock"),
    "Disabled": ("gray", "ban"),
}

RULE_STANDING: dict[str, Look] = {
    "In force": ("green", "circle-check-big"),
    "Coming": ("blue", "clock-3"),
    "Over": ("gray", "history"),
    "Ended": ("gray", "ban"),
}

VERDICT: dict[str, Look] = {
    "Pass": ("green", "circle-check-big"),
    "Refer": ("amber", "user-round-search"),
    "Deny": ("red", "circle-x"),
}

BIND_OUTCOME: dict[str, Look] = {
    "May be bound": ("green", "circle-check-big"),
    "Refer": ("amber", "user-round-search"),
    "Do not bind": ("red", "circle-x"),
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


def quote_state(word: Text) -> rx.Component:
    return _badge(word, QUOTE_STATE)


def submission_status(word: Text) -> rx.Component:
    return _badge(word, SUBMISSION_STATUS)


def quote_offer(word: Text) -> rx.Component:
    return _badge(word, QUOTE_OFFER)


def flag_level(word: Text) -> rx.Component:
    return _badge(word, FLAG_LEVEL)


def producer_state(word: Text) -> rx.Component:
    """Of a producer, a code, a license or an appointment."""
    return _badge(word, PRODUCER_STATE)


def education(word: Text) -> rx.Component:
    return _badge(word, EDUCATION)


def run_state(word: Text) -> rx.Component:
    return _badge(word, RUN_STATE)


def transaction_state(word: Text) -> rx.Component:
    return _badge(word, TRANSACTION_STATE)


def mark(word: Text) -> rx.Component:
    """How something differs, by sign and word."""
    return _badge(word, MARK)


def rule_standing(word: Text) -> rx.Component:
    return _badge(word, RULE_STANDING)


def verdict(word: Text) -> rx.Component:
    return _badge(word, VERDICT)


def bind_outcome(word: Text) -> rx.Component:
    return _badge(word, BIND_OUTCOME)


def mended_row() -> rx.Component:
    """On a row in quarantine that a person mended."""
    return chip("circle-check-big", "Mended, not yet taken in", tone="green")
