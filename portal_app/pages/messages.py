"""The inbox: everything that producers and the agency write to each other, by thread."""

from typing import Any

import reflex as rx

from portal_app.components.links import button_link, link
from portal_app.components.notes import empty
from portal_app.components.words import chip, either, icon, meta
from portal_app.pages.frame import titled
from portal_app.pages.inbox import inbox
from portal_app.pages.page import Page
from portal_app.state.messages import PLACE, MessagesState
from portal_app.state.portal import PortalState

S: Any = MessagesState


def messages() -> rx.Component:
    none = empty(
        "message-square",
        "No messages yet",
        "Producers and the agency write to each other on the page of a submission or policy. What they write is found "
        "here too.",
        button_link("Go to submissions", "/submissions"),
    )
    drawn = rx.el.ul(rx.foreach(S.threads, _thread), class_name="panel notices", custom_attrs={"aria-label": "Threads"})
    return inbox(
        S,
        "Messages",
        PLACE,
        "message-square",
        S.threads,
        drawn,
        beyond="Some of it was read meanwhile.",
        all_read="No message to you is unread.",
        none=none,
    )


def _thread(each: Any) -> rx.Component:
    sign = rx.cond(each.kind == "policy", icon("shield", 18), icon("inbox", 18))
    told = rx.el.div(
        rx.el.p(
            link(each.title, href=each.href, class_name="notice-title"),
            rx.cond(each.unread != "", chip("circle-dot", each.unread, tone="amber")),
        ),
        rx.cond(each.insured != "", rx.el.p(each.insured)),
        rx.el.p(each.last, class_name="notice-body"),
        meta(each.at, class_name="meta num"),
        class_name="notice-told",
    )
    return rx.el.li(
        rx.el.span(sign, class_name="notice-sign"),
        told,
        key=each.locator,
        class_name=either(each.unread != "", "notice notice-unread", "notice"),
    )


PAGE = Page(PLACE, titled("Messages"), messages, [PortalState.arrive, MessagesState.load])
