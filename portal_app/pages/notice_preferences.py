"""The panels of what somebody is told of: events by ways, and the records that they muted."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.links import link
from portal_app.components.notes import note
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import Text, meta
from portal_app.state.notice_preferences import NoticePreferencesState

S: Any = NoticePreferencesState
WAYS = {"in_portal": "In-Portal", "mail": "Email", "sms": "SMS"}


def notices() -> rx.Component:
    return rx.cond(S.known, rx.fragment(_choices(), rx.cond(S.muted.length() > 0, _muted())))


def _choices() -> rx.Component:
    missing = rx.el.div(
        rx.cond(S.no_mail != "", note("info", rx.el.strong("Email: "), S.no_mail)),
        rx.cond(S.no_sms != "", note("info", rx.el.strong("SMS: "), S.no_sms)),
        class_name="notice-ways padded",
    )
    listed = rx.el.table(
        rx.el.thead(rx.el.tr(*[rx.el.th(label, scope="col") for label in ("Event", *WAYS.values())])),
        rx.el.tbody(rx.foreach(S.choices, _choice)),
        class_name="notice-table",
    )
    trial = rx.el.button("Send me a test", type="button", on_click=S.test, class_name="button button-quiet")
    return panel(
        "What I am told of",
        missing,
        listed,
        rx.el.div(trial, class_name="notice-end"),
        flush=True,
        name="notices",
    )


def _choice(each: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(each.label, scope="row"),
        rx.el.td(_tick(each, "in_portal", each.in_portal, "")),
        rx.el.td(_tick(each, "mail", each.mail, S.no_mail)),
        rx.el.td(_tick(each, "sms", each.sms, S.no_sms)),
        key=each.event,
    )


def _tick(each: Any, way: str, on: Any, missing: Text) -> rx.Component:
    tick = rx.el.input(
        type="checkbox",
        checked=on,
        disabled=rx.Var.create(missing) != "",
        on_change=S.choose(each.event, way, ~on),
        class_name="check",
        custom_attrs={"aria-label": each.label + ": " + WAYS[way]},
    )
    return rx.el.label(tick, class_name="notice-tick")


def _muted() -> rx.Component:
    listed = table(
        "Records of which I am told nothing",
        head(heading("Record"), heading("Since"), heading("What to do")),
        body(S.muted, _muted_row),
    )
    return panel(
        "Muted records",
        meta("You are told nothing of these, in whatever way.", class_name="meta none"),
        listed,
        flush=True,
        name="muted",
    )


def _muted_row(each: Any) -> rx.Component:
    named = rx.el.th(
        link(each.named, href=each.href), scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}
    )
    unmute = rx.el.button(
        "Unmute",
        type="button",
        on_click=S.unmute(each.subject),
        class_name="button button-quiet",
        custom_attrs={"aria-label": "Unmute " + each.named},
    )
    return row(
        named, cell("Since", each.since, kind="day left"), cell("What to do", unmute, kind="plain"), key=each.subject
    )
