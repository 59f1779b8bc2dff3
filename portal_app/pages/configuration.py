"""What the agency configures: the list, and one configuration as text, checked with its difference before the save."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.links import link
from portal_app.components.notes import empty, note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import chip, either, hidden_text, meta
from portal_app.pages.frame import framed, or_problem, record, titled
from portal_app.pages.intake_preview import preview
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.state.configuration import PLACE, ConfigurationsState, ConfigurationState
from portal_app.state.intake_preview import INTAKE_FORM, PreviewState
from portal_app.state.portal import PortalState

L: Any = ConfigurationsState
S: Any = ConfigurationState
SETTINGS = ("Settings", "/admin/settings")
BACK = ("Configuration", PLACE)
# By the kind's word in addresses; drawn below what came of a check, from `S.tried`. Outside of the form: who fills
# something in there sends nothing of it.
PREVIEWS: dict[str, Callable[[], rx.Component]] = {INTAKE_FORM: preview}


def configurations() -> rx.Component:
    none = empty("file-question", "Nothing to configure", "Your role changes settings, and nothing that is kept here.")
    drawn = rx.el.div(
        page_header("Configuration", "What the agency decides as text, in versions.", back=SETTINGS),
        panel("What there is", rx.cond(L.rows.length() > 0, _listed(), none), flush=True),
        class_name="record-main configuration",
    )
    skeleton = skeleton_page("Configuration")
    shown = or_problem("Configuration could not be loaded", rx.cond(L.loaded, drawn, skeleton), alone=True)
    return framed("settings", shown, search=False)


def _listed() -> rx.Component:
    return table(
        "Configurations",
        head(heading("What"), heading("In force"), heading("Saved by"), heading("When")),
        body(
            L.rows,
            lambda each: row(
                rx.el.th(
                    link(each.label, href=each.href),
                    scope="row",
                    class_name="name-cell",
                    custom_attrs={"role": "rowheader"},
                ),
                cell(
                    "In force",
                    each.version,
                    rx.cond(each.shipped_changed, chip("info", "Another is shipped now")),
                    rx.cond(each.broken, chip("circle-x", "Cannot be read", tone="red")),
                    kind="wrapping",
                ),
                cell("Saved by", either(each.by != "", each.by, "Nobody yet")),
                cell("When", either(each.at != "", each.at, "—")),
                key=each.href,
            ),
        ),
    )


def configuration() -> rx.Component:
    return framed(
        "settings",
        record("configuration", S.loaded, _configuration(), skeleton_page("Configuration"), BACK),
        search=False,
    )


def _configuration() -> rx.Component:
    shipped = note("info", "What is shipped has changed since this was saved. Compare it below under “As shipped”.")
    return rx.el.div(
        page_header(S.label, S.standing, back=BACK),
        rx.cond(S.broken.length() > 0, _problems("This release cannot read the version in force.", S.broken)),
        rx.cond(S.shipped_changed, shipped),
        _form(),
        _preview(),
        rx.el.div(
            rx.cond(S.compared >= 0, rx.fragment(_compared(), key=S.compared.to_string())),
            class_name="reason",
            custom_attrs={"role": "status"},
        ),
        panel("Versions", _versions(), _older(), flush=True),
        class_name="record-main configuration",
    )


def _preview() -> rx.Component:
    """What the kind draws of the content that was checked."""
    cases: list[Any] = [(kind, draw()) for kind, draw in PREVIEWS.items()]
    return rx.fragment(rx.match(S.kind, *cases, rx.fragment()))


def _form() -> rx.Component:
    """Stays as it was filled in, and in sight, while what came of the check is looked at."""
    fields = rx.el.fieldset(panel("Content", _content(), _note()), disabled=S.reviewing, class_name="settings-form")
    return rx.el.form(
        fields,
        rx.el.div(_outcome(), class_name="form-end", custom_attrs={"role": "status"}),
        # The preview is of what was checked.
        on_submit=[S.check, PreviewState.draw],
        key=S.drawn.to_string(),
        no_validate=True,
        class_name="configuration-form",
    )


def _content() -> rx.Component:
    return rx.el.div(
        rx.el.label("What holds, as JSON", html_for="content", class_name="label"),
        rx.el.textarea(
            id=rx.Var.create("content"),
            name="content",
            default_value=S.content,
            rows="16",
            spell_check=False,
            class_name="input configuration-text",
            custom_attrs={"wrap": "off", "aria-invalid": S.problems.length() > 0, "aria-describedby": "content-hint"},
        ),
        rx.el.p("Nothing is saved by checking it.", id=rx.Var.create("content-hint"), class_name="hint"),
        # What the static script selected.
        rx.el.p(class_name="hint", custom_attrs={"role": "status", "data-place-said": ""}),
        class_name="field",
    )


def _note() -> rx.Component:
    wrong = S.note_problem != ""
    return rx.el.div(
        rx.el.label("Why it changes", html_for="note", class_name="label"),
        rx.el.input(
            id=rx.Var.create("note"),
            name="note",
            max_length=500,
            auto_complete="off",
            class_name="input",
            custom_attrs={"aria-invalid": wrong, "aria-describedby": either(wrong, "note-problem", "note-hint")},
        ),
        rx.cond(
            wrong,
            rx.el.p(S.note_problem, id=rx.Var.create("note-problem"), class_name="hint hint-bad"),
            rx.el.p("Stays with the version.", id=rx.Var.create("note-hint"), class_name="hint"),
        ),
        class_name="field",
    )


def _outcome() -> rx.Component:
    save = rx.el.button("Save this version", type="button", on_click=S.save, class_name="button button-solid")
    check = rx.el.button("Check", type="submit", class_name="button button-solid")
    difference = panel("Difference to the version in force", _difference(S.difference), name="difference")
    return rx.fragment(
        rx.cond(S.meanwhile != "", note("warning", S.meanwhile)),
        rx.cond(S.said != "", note("info", S.said)),
        rx.cond(S.problems.length() > 0, _problems("This cannot be saved.", S.problems)),
        rx.cond(S.reviewing & (S.kept != ""), note("info", S.kept)),
        rx.cond(S.difference.length() > 0, difference),
        rx.el.div(
            rx.cond(S.reviewing, rx.fragment(save, button("Change something", on_click=S.back)), check),
            class_name="button-row",
        ),
    )


def _problems(title: str, problems: Any) -> rx.Component:
    lines = rx.el.ul(rx.foreach(problems, _problem), class_name="problems")
    return note("bad", rx.el.p(title), lines)


def _problem(each: Any) -> rx.Component:
    """The static script leads from it to its lines in the text."""
    lead = rx.el.button(
        "Show in the text",
        hidden_text(": ", either(each.where != "", each.where, each.text)),
        type="button",
        class_name="button button-quiet button-small",
        custom_attrs={"data-place": each.place},
    )
    return rx.el.li(
        rx.cond(each.where != "", rx.el.strong(each.where, " ")),
        each.text,
        rx.cond(each.place != "", lead),
        key=each.key,
    )


def _difference(lines: Any) -> rx.Component:
    said = {"added": "Added: ", "removed": "Removed: "}
    spoken: list[Any] = [(kind, hidden_text(words)) for kind, words in said.items()]
    return rx.el.pre(
        rx.foreach(
            lines,
            lambda each: rx.el.span(
                rx.match(each.kind, *spoken, rx.fragment()),
                each.text,
                class_name="diff-line diff-" + each.kind,
                key=each.key,
            ),
        ),
        class_name="configuration-difference",
        tab_index=0,
        custom_attrs={"role": "region", "aria-label": "Lines that differ"},
    )


def _versions() -> rx.Component:
    return table(
        "Every version, the newest first",
        head(heading("Version"), heading("Why"), heading("Saved by"), heading("When"), heading("Compare")),
        body(
            S.history,
            lambda each: row(
                rx.el.th(each.title, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
                cell("Why", each.note, kind="wrapping"),
                cell("Saved by", either(each.by != "", each.by, "—")),
                cell("When", either(each.at != "", each.at, "—")),
                cell(
                    "Compare",
                    rx.cond(
                        each.number == S.version,
                        rx.el.span("In force"),
                        rx.el.button(
                            "Compare",
                            hidden_text(" " + each.title),
                            type="button",
                            on_click=S.compare(each.number),
                            class_name="button button-quiet button-small",
                        ),
                    ),
                ),
                key=each.title,
            ),
        ),
    )


def _older() -> rx.Component:
    more = button("Show older versions", on_click=S.look_further_back)
    return rx.cond(S.older > 0, rx.el.div(more, class_name="panel-end"))


def _compared() -> rx.Component:
    restore = rx.el.button(
        "Restore it as a new version", type="button", on_click=S.restore, class_name="button button-solid"
    )
    none = meta("It says what the version in force says.")
    may = (S.compared_difference.length() > 0) & (S.compared_problems.length() == 0)
    return panel(
        S.compared_title + " instead of the version in force",
        rx.cond(S.compared_problems.length() > 0, _problems("This cannot be restored.", S.compared_problems)),
        rx.cond(S.compared_difference.length() > 0, _difference(S.compared_difference), none),
        rx.cond(may, rx.el.p("Restoring drops what is typed above and was not saved.", class_name="hint")),
        rx.cond(may, rx.el.div(restore, class_name="button-row")),
        # Takes the focus, which brings what was asked for into view.
        aside=button("Close", on_click=S.leave, auto_focus=True),
    )


LIST = Page(PLACE, titled("Configuration"), configurations, [PortalState.arrive, ConfigurationsState.load])
PAGE = Page(
    f"{PLACE}/[configuration_kind]",
    titled("Configuration"),
    configuration,
    [PortalState.arrive, ConfigurationState.load],
)
