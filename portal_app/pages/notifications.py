"""What somebody was told, by day."""

from typing import Any

import reflex as rx

from portal_app.components.links import button_link, link
from portal_app.components.notes import empty
from portal_app.components.words import Text, chip, either, hidden_text, icon, meta
from portal_app.pages.frame import titled
from portal_app.pages.inbox import inbox
from portal_app.pages.page import Page
from portal_app.state.notifications import PLACE, SIGNS, NotificationsState
from portal_app.state.portal import PortalState

S: Any = NotificationsState


def notifications() -> rx.Component:
    all_read = rx.el.button(
        icon("check-check", 16),
        "Mark all as read",
        type="button",
        on_click=S.read_all,
        disabled=S.unread == 0,
        class_name="button button-quiet",
    )
    none = empty(
        "bell",
        "Nothing yet",
        "You are told here of what happens to your submissions, quotes and policies.",
        button_link("Choose what I am told of", "/preferences#notices"),
    )
    return inbox(
        S,
        "Notifications",
        PLACE,
        "bell",
        S.days,
        rx.el.div(rx.foreach(S.days, _day), class_name="notice-days"),
        acts=[all_read],
        beyond="What was here has been read or forgotten since.",
        all_read="Nothing that you were told is unread.",
        none=none,
    )


def _day(each: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(each.label, class_name="section-title notice-day"),
        rx.el.ul(rx.foreach(each.rows, _notice), class_name="panel notices"),
        key=each.label,
        custom_attrs={"aria-label": each.label},
    )


def _notice(each: Any) -> rx.Component:
    signs = [(name, icon(sign, 18)) for name, sign in SIGNS.items()]
    told = rx.el.div(
        rx.el.p(
            link(each.title, href=each.href, on_click=S.read(each.locator), class_name="notice-title"),
            rx.cond(each.unread, hidden_text(" (unread)")),
            rx.cond(each.muted, chip("bell-off", "Muted")),
        ),
        rx.cond(each.insured != "", rx.el.p(each.insured)),
        rx.cond(each.body != "", rx.el.p(each.body, class_name="notice-body")),
        meta(each.at, class_name="meta num"),
        class_name="notice-told",
    )
    acts = rx.el.div(
        rx.cond(each.unread, _act("check", "Mark as read", each.title, S.read(each.locator))),
        rx.cond(
            each.mutable,
            rx.cond(
                each.muted,
                _act("bell", "Unmute this record", each.title, S.unmute(each.locator)),
                _act("bell-off", "Mute this record", each.title, S.mute(each.locator)),
            ),
        ),
        class_name="notice-acts",
    )
    return rx.el.li(
        rx.el.span(rx.match(each.kind, *signs, icon("bell", 18)), class_name="notice-sign"),
        told,
        acts,
        key=each.locator,
        class_name=either(each.unread, "notice notice-unread", "notice"),
    )


def _act(sign: str, label: str, of: Text, send: Any) -> rx.Component:
    return rx.el.button(
        icon(sign, 16),
        label,
        type="button",
        on_click=send,
        class_name="button button-quiet button-small",
        custom_attrs={"aria-label": f"{label}: {of}"},
    )


PAGE = Page(PLACE, titled("Notifications"), notifications, [PortalState.arrive, NotificationsState.load])
