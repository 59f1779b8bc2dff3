"""What the agency asks the producer for, on the page of a submission."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.links import plain_link
from portal_app.components.notes import note
from portal_app.components.uploads import upload_one
from portal_app.components.words import chip, either, hidden_text, icon, meta
from portal_app.pages.preferences import button
from portal_app.state.submission import SubmissionPageState
from portal_app.state.submission_requests import FILE, KINDS, OTHER, SubmissionRequestsState

S: Any = SubmissionRequestsState
P: Any = SubmissionPageState


def requests() -> rx.Component:
    may_ask = S.may.contains("ask") & ~S.composing & ~S.asks_now
    return panel(
        "Information asked for",
        rx.cond(S.may.contains("ask") & S.composing, rx.el.div(_compose(), class_name="padded")),
        rx.cond(
            S.requests.length() > 0,
            rx.foreach(S.requests, _request),
            meta("Nothing was asked for.", class_name="meta none"),
        ),
        name="requests",
        aside=rx.cond(may_ask, button("Ask for information", on_click=S.compose)),
        flush=True,
    )


def _compose() -> rx.Component:
    what = rx.el.select(
        *[rx.el.option(label, value=value) for value, label in KINDS.items()],
        rx.foreach(S.fields, lambda each: rx.el.option(each.label, value=each.value, key=each.value)),
        id=rx.Var.create("ask-what"),
        name="what",
        class_name="select",
    )
    label = rx.el.input(
        id=rx.Var.create("ask-label"),
        name="label",
        max_length=400,
        class_name="input",
        auto_complete="off",
        custom_attrs={"aria-invalid": S.problem_of_item != "", "aria-describedby": "ask-label-problem"},
    )
    add = rx.el.form(
        _field("ask-what", "Answer with", what),
        _field("ask-label", "What is needed", label, S.problem_of_item),
        rx.el.div(button("Add it", kind="submit"), class_name="button-row"),
        on_submit=S.add_item,
        reset_on_submit=True,
        class_name="form",
    )
    return rx.fragment(
        add,
        rx.cond(
            S.wanted.length() > 0,
            rx.el.ol(rx.foreach(S.wanted, _wanted), class_name="items", custom_attrs={"aria-label": "To be asked for"}),
        ),
        _send(),
    )


def _send() -> rx.Component:
    return rx.el.form(
        _field(
            "ask-note",
            "Note for the producer (optional)",
            rx.el.textarea(id=rx.Var.create("ask-note"), name="note", rows="2", max_length=2000, class_name="input"),
            rx.cond(S.problems.contains("note"), S.problems["note"], ""),
        ),
        rx.el.div(
            rx.el.button(
                icon("send", 16), "Send to the producer", type="submit", disabled=S.wanted.length() == 0,
                class_name="button button-solid",
            ),
            button("Leave it", on_click=S.leave),
            class_name="button-row",
        ),
        on_submit=S.send,
        class_name="form",
    )  # fmt: skip


def _wanted(each: Any, number: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(each.label, class_name="item-name breakable"),
        meta(each.told),
        rx.el.button(
            "Take out",
            hidden_text(" ", each.label),
            type="button",
            on_click=S.take_out(number),
            class_name="button button-plain button-small",
        ),
    )


def _field(ident: str, label: str, box: rx.Component, problem: Any = "") -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=ident, class_name="label"),
        box,
        rx.el.p(problem, id=rx.Var.create(f"{ident}-problem"), class_name="hint hint-bad"),
        class_name="field",
    )


def _request(each: Any) -> rx.Component:
    sign = rx.cond(each.is_open, chip("hourglass", each.standing, tone="amber"), chip("check", each.standing))
    return rx.el.section(
        rx.el.div(meta(each.asked, class_name="meta breakable"), sign, class_name="request-head"),
        rx.cond(each.note != "", rx.el.p(each.note, class_name="as-written breakable")),
        rx.el.ol(
            rx.foreach(each.things, lambda item: _item(item, each.is_open & S.answers_now)),
            class_name="items request-items",
        ),
        rx.cond(each.is_open, _ends()),
        key=each.locator,
        class_name="request",
        custom_attrs={"aria-label": each.asked},
    )


def _item(each: Any, answering: Any) -> rx.Component:
    file = plain_link(icon("paperclip", 14), each.filename, href=each.href, class_name="link breakable")
    said = rx.cond(
        each.answered != "",
        rx.fragment(
            rx.cond(each.href != "", file, rx.el.p(each.answer, class_name="as-written breakable")),
            meta("Answered by ", each.answered, class_name="meta breakable"),
        ),
        meta("Not answered yet."),
    )
    return rx.el.li(
        rx.el.span(each.label, class_name="item-name breakable"),
        rx.el.div(said, class_name="flag-line"),
        rx.cond(answering, rx.el.div(_answer(each), class_name="flag-line")),
        key=each.locator,
    )


def _answer(each: Any) -> rx.Component:
    told = {
        "aria-label": each.label,
        "aria-invalid": S.problems_of_answers.contains(each.locator),
        "aria-describedby": "answer-problem-" + each.locator,
    }

    def chosen(name: str, nothing: str) -> rx.Component:
        return rx.el.select(
            rx.el.option(nothing, value=""),
            rx.foreach(each.choices, lambda one: rx.el.option(one.label, value=one.value, key=one.value)),
            name=name,
            class_name="select",
            custom_attrs=told,
        )

    box: Any = rx.match(
        each.how,
        (FILE, chosen("document", "Or one that is there already")),
        ("choice", chosen("value", "Choose")),
        ("field", rx.el.input(name="value", class_name="input", auto_complete="off", custom_attrs=told)),
        rx.el.textarea(name="value", rows="2", max_length=4000, class_name="input", custom_attrs=told),
    )
    upload = upload_one(
        each.label,
        submission=S.shown,
        kind=OTHER,
        ident="item-" + each.locator,
        done=P.refresh,
        item=each.locator,
    )
    form = _answer_form(each, box)
    nothing_there = (each.how == FILE) & (each.choices.length() == 0)
    return rx.fragment(rx.cond(each.how == FILE, upload), rx.cond(nothing_there, rx.fragment(), form))


def _answer_form(each: Any, box: rx.Component) -> rx.Component:
    """A form's handler is the same for every row, so the row names itself."""
    return rx.el.form(
        rx.el.input(type="hidden", name="item", value=each.locator),
        rx.el.div(box, rx.cond(each.hint != "", rx.el.p(each.hint, class_name="hint")), class_name="answer-box"),
        rx.el.button(
            either(each.answered != "", "Answer anew", "Answer"),
            hidden_text(" ", each.label),
            type="submit",
            class_name="button button-quiet",
        ),
        _problem_of(each.locator),
        on_submit=S.answer,
        class_name="answer-form",
    )


def _problem_of(locator: Any) -> rx.Component:
    told = rx.cond(S.problems_of_answers.contains(locator), S.problems_of_answers[locator], "")
    return rx.el.p(told, id="answer-problem-" + locator, class_name="hint hint-bad")


def _ends() -> rx.Component:
    """The answers are sent together, when all are there."""
    sends = rx.el.button(
        icon("send", 16), "Send the answers", type="button", on_click=S.complete, class_name="button button-solid"
    )
    question = "Ask for this no longer?"
    asked = note(
        "warning",
        rx.el.p(rx.el.strong(question), " What was answered is kept, and the response clock goes on."),
        rx.el.div(
            button("Yes, cancel the request", on_click=S.cancel),
            button("No", on_click=S.ask_cancel(False)),
            class_name="note-actions button-row",
        ),
        role="alertdialog",
        label=question,
    )
    return rx.fragment(
        rx.cond(S.cancelling, asked),
        rx.el.div(
            rx.cond(S.answers_now, sends),
            rx.cond(S.may.contains("ask") & ~S.cancelling, button("Cancel the request", on_click=S.ask_cancel(True))),
            class_name="button-row padded",
        ),
    )
