"""The earlier answers below the question that is put by hand, and the page of one of them."""

from typing import Any

import reflex as rx

from portal_app.components.address import address_form
from portal_app.components.authority import decision
from portal_app.components.badge import bind_outcome
from portal_app.components.facts import fact, facts, panel
from portal_app.components.links import link
from portal_app.components.notes import skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, name_cell, pager, row, table
from portal_app.components.words import meta
from portal_app.pages.frame import framed, record, titled
from portal_app.pages.page import Page
from portal_app.state.binding import CHOICES, PLACE, BindingState
from portal_app.state.earlier_answers import ANSWERS, EarlierAnswerState
from portal_app.state.portal import PortalState

L: Any = BindingState
S: Any = EarlierAnswerState


def earlier_answers() -> rx.Component:
    """The list, below the form."""
    turned = (L.previous != "") | (L.following != "")
    return rx.fragment(
        panel("Earlier answers", _listed(), aside=_filter(), name="earlier", flush=True),
        rx.cond(turned, pager(L.span, L.previous, L.following, "Pages of the earlier answers")),
    )


def _filter() -> rx.Component:
    return address_form(
        "find-answers",
        rx.el.div(
            rx.el.select(
                rx.el.option("Any outcome", value=""),
                *[rx.el.option(label, value=value) for value, label in CHOICES.items()],
                name="outcome",
                class_name="select",
                custom_attrs={"aria-label": "Outcome"},
            ),
            rx.el.button("Show", type="submit", class_name="button button-quiet"),
            class_name="search-line",
        ),
        action=PLACE,
    )


def _listed() -> rx.Component:
    some = table(
        "Answers, the newest first",
        head(heading("What it is"), heading("Outcome"), heading("Asked by"), heading("When")),
        body(L.earlier, _row),
        busy=~L.is_hydrated,
    )
    nothing = rx.cond(
        L.narrowed,
        rx.el.p("No answer came out so. ", link("Show all", href=PLACE), class_name="meta none"),
        meta("Nothing was asked by hand yet.", class_name="meta none"),
    )
    beyond = meta("The list ends before this page.", class_name="meta none")
    return rx.cond(L.earlier.length() > 0, some, rx.cond(L.total > 0, beyond, nothing))


def _row(each: Any) -> rx.Component:
    outcome = rx.fragment(bind_outcome(each.outcome), rx.cond(each.failing != "", meta(each.failing)))
    return row(
        name_cell(each.href, each.about),
        cell("Outcome", outcome, kind="state"),
        cell("Asked by", each.by, kind="wrapping plain left"),
        cell("When", each.at, kind="day left"),
        key=each.key,
    )


def earlier_answer() -> rx.Component:
    drawn = rx.el.div(
        page_header(S.title, "As it was answered then.", back=("Why can't I bind?", PLACE)),
        panel(
            "What it is",
            rx.el.div(
                facts(rx.foreach(S.known, lambda each: fact(each.label, each.value))),
                class_name="facts-row",
            ),
            rx.cond(S.unknown != "", meta("Not known: ", S.unknown)),
            name="facts",
        ),
        panel("Answer", decision(S.decision), meta(S.looked_at), name="answer"),
        class_name="record-main",
    )
    return framed(
        "binding",
        record("answer", S.shown != "", drawn, skeleton_page("Answer"), ("Why can't I bind?", PLACE)),
        search=False,
    )


PAGE = Page(
    f"{ANSWERS}/[answer_locator]",
    titled("Answer about binding"),
    earlier_answer,
    [PortalState.arrive, EarlierAnswerState.load],
)
