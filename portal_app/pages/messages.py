"""The inbox: everything that producers and the agency write to each other, by thread."""

from typing import Any

import reflex as rx

from portal_app.components.links import button_link, link
from portal_app.components.notes import empty, skeleton_rows
from portal_app.components.shell import page_header
from portal_app.components.table import pager
from portal_app.components.words import chip, either, icon, meta
from portal_app.pages.frame import framed, or_problem, titled
from portal_app.pages.page import Page
from portal_app.state.messages import PLACE, UNREAD, MessagesState
from portal_app.state.portal import PortalState

S: Any = MessagesState
ONLY_UNREAD = f"{PLACE}?state={UNREAD}"


def messages() -> rx.Component:
    return framed(
        "messages",
        page_header(
            "Messages",
            rx.cond(S.loaded, rx.el.span(S.headline, class_name="num")),
            button_link("What I am told of", "/preferences#notices", "settings", quiet=True),
        ),
        rx.el.nav(
            _view("All", "message-square", PLACE, ~S.only_unread),
            _view("Unread", "circle-dot", ONLY_UNREAD, S.only_unread),
            class_name="views",
            custom_attrs={"aria-label": "Which messages"},
        ),
        or_problem("Your messages could not be loaded", rx.cond(S.loaded, _listed(), skeleton_rows())),
        refresh=S.refresh,
    )


def _view(label: str, sign: str, href: str, here: Any) -> rx.Component:
    current = {"aria-current": either(here, "page", "false")}
    return link(icon(sign, 14), label, href=href, class_name="view", custom_attrs=current)


def _listed() -> rx.Component:
    listed = rx.fragment(
        rx.el.ul(rx.foreach(S.threads, _thread), class_name="panel notices", custom_attrs={"aria-label": "Threads"}),
        pager(S.span, S.previous, S.following),
    )
    beyond = empty(
        "list-end",
        "The list ends before this page",
        "Some of it was read meanwhile.",
        button_link("Go to the last page", S.previous),
    )
    nothing = rx.cond(
        S.only_unread,
        empty(
            "check-check", "You have read everything", "No message to you is unread.", button_link("Show all", PLACE)
        ),
        empty(
            "message-square",
            "No messages yet",
            "Producers and the agency write to each other on the page of a submission or policy. What they write is "
            "found here too.",
            button_link("Go to submissions", "/submissions"),
        ),
    )
    return rx.cond(S.total > 0, rx.cond(S.threads.length() > 0, listed, beyond), nothing)


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
