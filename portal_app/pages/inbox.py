"""Lists of what somebody was told or written: all of it, or what they have not read."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from portal_app.components.links import button_link, link
from portal_app.components.notes import empty, skeleton_rows
from portal_app.components.shell import page_header
from portal_app.components.table import pager
from portal_app.components.words import either, icon
from portal_app.pages.frame import framed, or_problem
from portal_app.state.inbox import UNREAD


def inbox(
    state: Any,
    title: str,
    place: str,
    sign: str,
    rows: Any,
    drawn: rx.Component,
    *,
    acts: Sequence[rx.Component] = (),
    beyond: str,
    all_read: str,
    none: rx.Component,
) -> rx.Component:
    """`drawn` are the `rows`; `beyond` and `all_read` say why a page, or the list of what is unread, has none of them,
    and `none` stands where there never were any."""
    what = title.lower()
    listed = rx.fragment(drawn, pager(state.span, state.previous, state.following))
    nothing = rx.cond(state.only_unread, _all_read(all_read, place), none)
    content = rx.cond(state.total > 0, rx.cond(rows.length() > 0, listed, _beyond(beyond, state.previous)), nothing)
    return framed(
        what,
        page_header(
            title,
            rx.cond(state.loaded, rx.el.span(state.headline, class_name="num")),
            *acts,
            button_link("What I am told of", "/preferences#notices", "settings", quiet=True),
        ),
        rx.el.nav(
            _view("All", sign, place, ~state.only_unread),
            _view("Unread", "circle-dot", f"{place}?state={UNREAD}", state.only_unread),
            class_name="views",
            custom_attrs={"aria-label": f"Which {what}"},
        ),
        or_problem(f"Your {what} could not be loaded", rx.cond(state.loaded, content, skeleton_rows())),
        refresh=state.refresh,
    )


def _view(label: str, sign: str, href: str, here: Any) -> rx.Component:
    current = {"aria-current": either(here, "page", "false")}
    return link(icon(sign, 14), label, href=href, class_name="view", custom_attrs=current)


def _beyond(why: str, last: Any) -> rx.Component:
    return empty("list-end", "The list ends before this page", why, button_link("Go to the last page", last))


def _all_read(why: str, place: str) -> rx.Component:
    return empty("check-check", "You have read everything", why, button_link("Show all", place))
