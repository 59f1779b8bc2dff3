"""The messages about a record, on its page."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.notes import note
from portal_app.components.words import chip, either, icon, meta
from portal_app.pages.preferences import button
from portal_app.state.messages import MessageThreadState

S: Any = MessageThreadState


def has_thread() -> Any:
    """Whether there is something to read, or one may write."""
    return S.may_write | (S.messages.length() > 0) | (S.trouble != "")


def message_thread() -> rx.Component:
    return rx.cond(has_thread(), _thread())


def _thread() -> rx.Component:
    nothing = (
        "Nothing was written yet. What you write here goes to the other side, producer or agency, and to no carrier."
    )
    return rx.el.div(
        panel(
            "Messages",
            rx.cond(S.trouble != "", rx.el.div(note("bad", S.trouble, role="alert"), class_name="padded")),
            rx.cond(
                S.earlier != "",
                rx.el.div(
                    button("Show earlier", on_click=S.show_earlier), meta(S.earlier), class_name="padded button-row"
                ),
            ),
            rx.cond(
                S.messages.length() > 0,
                rx.el.ol(rx.foreach(S.messages, _message), class_name="messages"),
                rx.cond(S.trouble == "", meta(nothing, class_name="meta none")),
            ),
            rx.cond(S.may_write, _composer()),
            name="messages-panel",
            aside=rx.cond(
                S.unread_here > 0,
                rx.el.div(
                    chip("message-square-dot", S.unread_here, " new", tone="amber"),
                    button("Mark as read", on_click=S.read_thread),
                    class_name="button-row",
                ),
            ),
            flush=True,
        ),
        id=rx.Var.create("messages"),
        tab_index=-1,
        class_name="thread",
        custom_attrs={"data-rests": ""},
    )


def _message(each: Any) -> rx.Component:
    """What somebody wrote is text: nothing of it becomes an element or a link."""
    return rx.el.li(
        rx.el.p(
            rx.el.strong(each.author),
            rx.el.span(each.side, class_name="meta"),
            rx.el.span(each.at, class_name="meta num"),
            rx.cond(each.unread, chip("circle-dot", "New", tone="amber")),
            class_name="message-head",
        ),
        rx.el.p(each.body, class_name="message-body as-written"),
        key=each.locator,
        class_name=either(each.mine, "message message-mine", "message"),
    )


def _composer() -> rx.Component:
    """Drawn anew, and so empty, for each message that was sent."""
    return rx.el.form(
        rx.el.label("Write a message", html_for="message-body", class_name="label"),
        rx.el.textarea(
            id=rx.Var.create("message-body"),
            name="body",
            rows="3",
            class_name="input",
            custom_attrs={
                "aria-invalid": S.problem_of_message != "",
                "aria-describedby": "message-problem message-hint",
            },
        ),
        rx.el.p(S.problem_of_message, id=rx.Var.create("message-problem"), class_name="hint hint-bad"),
        rx.el.p(
            "Kept with the record; it cannot be changed or deleted. Whoever it concerns is told, without the text.",
            id=rx.Var.create("message-hint"),
            class_name="hint",
        ),
        rx.el.input(type="hidden", name="token", value=S.draft),
        rx.el.div(
            rx.el.button(icon("send", 16), "Send", type="submit", class_name="button button-solid"),
            class_name="button-row",
        ),
        on_submit=S.send,
        key=S.draft,
        class_name="form padded composer",
    )
