"""One producer: who stands around them, what they hold, what may be done, and what was."""

from typing import Any

import reflex as rx

from portal_app.components.badge import producer_state, standing
from portal_app.components.facts import fact, facts, panel
from portal_app.components.links import button_link, link, plain_link
from portal_app.components.notes import note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, name_cell, row, table
from portal_app.components.words import Part, Text, chip, either, icon, meta, or_dash
from portal_app.pages.frame import framed, record
from portal_app.pages.preferences import button
from portal_app.pages.producers import holdings, question
from portal_app.pages.producers.fields import asked
from portal_app.state.producers.detail import ProducerState
from portal_app.state.producers.listing import PLACE

S: Any = ProducerState
STEPS = {
    "validate": "Validate",
    "suspend": "Suspend",
    "unsuspend": "Take into use again",
    "retire": "Retire",
    "discard": "Discard",
}
ASKED = {
    "suspend": ("Suspend this producer?", "Until it is lifted, they, everybody below and all their codes are invalid."),
    "retire": ("Retire this producer for good?", "It cannot be taken back; their codes cannot be used again."),
    "discard": ("Discard this producer?", "It was a mistake then, and cannot be taken back."),
}


def producer() -> rx.Component:
    return framed(
        "producers",
        record("producer", S.shown != "", _producer(), skeleton_page("Producer"), ("All producers", PLACE)),
        search=False,
        refresh=S.refresh,
    )


def _producer() -> rx.Component:
    return rx.fragment(
        page_header(
            S.person,
            rx.fragment(
                producer_state(S.state_label),
                rx.el.span(S.type),
                rx.el.span(S.kind),
                rx.cond(S.ending != "", chip("clock-alert", S.ending, tone="amber")),
            ),
            *_actions(),
            back=("Producers", PLACE),
        ),
        _asked(),
        _wrong(),
        _sections(),
        rx.el.div(
            rx.el.div(_about(), _around(), _people(), class_name="record-side"),
            rx.el.div(
                _data(),
                _codes(),
                _below(),
                holdings.licenses(),
                holdings.appointments(),
                question.asking(),
                holdings.education(),
                holdings.cover(),
                _history(),
                class_name="record-main",
            ),
            class_name="record record-side-first",
        ),
    )


def _sections() -> rx.Component:
    """Leads down a long page; only to what is there."""

    def to(name: str, label: str) -> rx.Component:
        return plain_link(label, href=f"#{name}", class_name="section-link")

    return rx.el.nav(
        to("details", "Details"),
        to("codes", "Codes"),
        rx.cond(S.below.length() > 0, to("below", "Below")),
        to("licenses", "Licenses"),
        to("appointments", "Appointments"),
        to("question", "May they write …?"),
        to("education", "Education"),
        to("cover", "Cover"),
        rx.cond(S.sees_trail, to("history", "History")),
        class_name="section-nav",
        custom_attrs={"aria-label": "Sections of this producer"},
    )


def _actions() -> list[rx.Component]:
    edit = button_link("Edit", f"{PLACE}/" + S.shown + "/edit", "pencil")
    return [steps_of(S, STEPS), rx.cond(S.editable, edit)]


def steps_of(state: Any, steps: dict[str, str]) -> rx.Component:
    """The steps that the state allows. What cannot be undone asks first."""

    def step(name: str, label: str) -> rx.Component:
        act = state.ask_first(name) if name in ("suspend", "retire", "discard", "remove") else state.go(name)
        return rx.cond(state.possible.contains(name), button(label, on_click=act))

    return rx.fragment(*[step(name, label) for name, label in steps.items()])


def _asked() -> rx.Component:
    cases = [
        (
            name,
            asked(
                question,
                told,
                S.impact,
                button(STEPS[name], on_click=S.go(name)),
                button("Leave it as it is", on_click=S.ask_first("")),
            ),
        )
        for name, (question, told) in ASKED.items()
    ]
    return rx.cond(S.asking != "", rx.el.div(rx.match(S.asking, *cases, rx.fragment()), class_name="asked"))


def _wrong() -> rx.Component:
    listed = rx.el.ul(rx.foreach(S.wrong, lambda each: rx.el.li(each, key=each)), class_name="problems")
    return rx.cond(
        S.wrong.length() > 0, rx.el.div(note("bad", rx.el.p("What speaks against it:"), listed), class_name="asked")
    )


def _about() -> rx.Component:
    return panel(
        "About",
        facts(
            fact("Name", S.person),
            fact("National Producer Number", rx.el.span(or_dash(S.npn), class_name="num")),
            fact("Type", S.type),
            fact("Kind", S.kind),
            fact("State", producer_state(S.state_label)),
            fact("Added", S.since),
        ),
        name="about",
    )


def _around() -> rx.Component:
    above = rx.el.ol(
        rx.foreach(
            S.above,
            lambda each: rx.el.li(icon("corner-left-up", 14), link(each.label, href=each.href), key=each.href),
        ),
        class_name="above",
    )
    add = button_link("Add one below", f"{PLACE}/new?parent=" + S.shown, "circle-plus", quiet=True)
    return panel(
        "Hierarchy",
        rx.cond(
            S.above.length() > 0,
            rx.fragment(meta("Above, from the top down:"), above),
            meta(either(S.sees_all, "Nobody stands above.", "You see nobody above.")),
        ),
        meta(
            either(
                S.below_total > 0,
                S.below_total.to_string() + either(S.below_total == 1, " stands", " stand") + " directly below.",
                either(S.sees_all, "Nobody stands below.", "You see nobody below."),
            )
        ),
        rx.cond(S.manages, rx.el.div(add, class_name="form-more")),
        name="hierarchy",
    )


def _people() -> rx.Component:
    listed = rx.el.ul(
        rx.foreach(
            S.people,
            lambda each: rx.el.li(
                link(each.name, href=each.href),
                meta(each.email, class_name="meta breakable"),
                meta(each.role),
                rx.cond(each.standing != "Active", standing(each.standing)),
                key=each.href,
            ),
        ),
        class_name="linked",
    )
    return rx.cond(
        S.sees_people,
        panel(
            "People of the portal",
            rx.cond(S.people.length() > 0, listed, meta("Nobody signs in as this producer.")),
            name="people",
        ),
    )


def data_list(data: Any) -> rx.Component:
    """Extension data: each field with its value, its files, and what a validation said of it."""

    def draw(each: Any) -> rx.Component:
        files = rx.foreach(
            each.files,
            lambda file: rx.el.span(
                plain_link(icon("paperclip", 14), file.label, href=file.href, class_name="link file-link"),
                rx.cond(file.detail != "", rx.el.span(file.detail, class_name="meta")),
                class_name="line",
                key=file.href,
            ),
        )
        said = rx.foreach(each.lines, lambda line: rx.el.span(line, class_name="line as-written", key=line))
        empty = (each.lines.length() == 0) & (each.files.length() == 0)
        return rx.el.div(
            rx.el.dt(each.label),
            rx.el.dd(
                rx.cond(empty, "—", rx.fragment(said, files)),
                rx.cond(each.problem != "", rx.el.p(icon("circle-x", 14), each.problem, class_name="hint hint-bad")),
            ),
            class_name="fact",
            key=each.name,
        )

    return rx.el.dl(rx.foreach(data, draw), class_name="facts data-facts")


def _data() -> rx.Component:
    none = meta("The configuration asks for nothing more of this type.")
    return panel("Details", rx.cond(S.data.length() > 0, data_list(S.data), none), name="details")


def _codes() -> rx.Component:
    listed = table(
        "Codes",
        head(heading("Code"), heading("Type"), heading("State")),
        body(
            S.codes,
            lambda each: row(
                name_cell(each.href, rx.el.span(each.code, class_name="num")),
                cell("Type", each.type, kind="plain left"),
                cell("State", producer_state(each.state), kind="state"),
                key=each.href,
            ),
        ),
    )
    return section(
        "Producer codes",
        "codes",
        rx.cond(S.codes.length() > 0, listed, none("No codes yet. Business is written under a code.")),
        holdings.beyond("codes"),
        add=("Add a code", "codes/new"),
    )


def none(sentence: Text) -> rx.Component:
    return meta(sentence, class_name="meta none")


def section(title: str, name: str, *parts: Part, add: tuple[str, str] | None = None) -> rx.Component:
    """A part of the page; `add` is the label and the place of its form, for who may and as long as that is possible."""
    way = rx.cond(S.editable, button_link(add[0], f"{PLACE}/" + S.shown + "/" + add[1], quiet=True)) if add else None
    return panel(title, *parts, name=name, aside=way, flush=True)


def _below() -> rx.Component:
    listed = table(
        "Sub-producers",
        head(heading("Name"), heading("Kind"), heading("NPN"), heading("Codes"), heading("State")),
        body(
            S.below,
            lambda each: row(
                name_cell(each.href, each.name),
                cell("Kind", each.kind, kind="plain left"),
                cell("NPN", rx.el.span(or_dash(each.npn), class_name="num"), kind="named left"),
                cell("Codes", rx.el.span(or_dash(each.codes), class_name="num"), kind="wrapping named left"),
                cell("State", producer_state(each.state), kind="state"),
                key=each.href,
            ),
        ),
    )
    more = rx.el.div(
        meta(S.beyond["below"]),
        link("All of them in the list", icon("arrow-right", 14), href=S.all_below, class_name="link onward"),
        class_name="padded",
    )
    there = panel("Directly below", listed, rx.cond(S.beyond["below"] != "", more), name="below", flush=True)
    return rx.cond(S.below.length() > 0, there)


def _history() -> rx.Component:
    def draw(each: Any) -> rx.Component:
        return rx.el.li(
            rx.el.span(icon("file-pen-line", 14), class_name="timeline-sign"),
            rx.el.div(
                rx.el.p(
                    link(rx.el.strong(each.words), href=each.href),
                    rx.el.span(each.at, class_name="meta"),
                    class_name="timeline-head",
                ),
                meta(each.about, " · by ", each.by),
            ),
            key=each.href,
        )

    more = link(
        "All of this producer in the trail",
        icon("arrow-right", 14),
        href=S.all_history,
        class_name="link onward padded",
    )
    listed = rx.fragment(
        rx.el.ol(rx.foreach(S.history, draw), class_name="timeline"), rx.cond(S.all_history != "", more)
    )
    nothing = none("Nothing was done here since the trail begins.")
    return rx.cond(
        S.sees_trail,
        panel("History", rx.cond(S.history.length() > 0, listed, nothing), name="history", flush=True),
    )
