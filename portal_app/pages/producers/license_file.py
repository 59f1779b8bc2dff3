"""Licenses from a file: sent, looked at with every row that cannot be taken, and applied as it was looked at."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.links import link
from portal_app.components.notes import note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import chip, meta
from portal_app.pages.frame import framed, once_loaded, or_problem
from portal_app.pages.preferences import button
from portal_app.state.producers.license_file import LicenseFileState
from portal_app.state.producers.listing import PLACE

S: Any = LicenseFileState
TITLE = "Licenses from a file"
ABOUT = "A CSV of the national producer database, looked at before anything is changed."
HINT = "One row for each line of authority, at most 5 MB; as a spreadsheet saves it, with commas, semicolons or tabs."


def license_file() -> rx.Component:
    drawn = rx.el.div(
        page_header(TITLE, ABOUT, back=("Producers", PLACE)),
        panel("The file", _form(), name="file"),
        rx.el.div(rx.cond(S.looked, _looked()), custom_attrs={"role": "status"}),
        rx.cond(S.looked, rx.fragment(_refused(), _entries())),
        class_name="record-main license-file",
    )
    return framed(
        "producers",
        or_problem("The form could not be loaded", once_loaded(S.loaded, drawn, skeleton_page(TITLE)), alone=True),
        search=False,
    )


def _form() -> rx.Component:
    wrong = S.problems.contains("file")
    problem = rx.el.p(S.problems["file"], class_name="hint hint-bad", id=rx.Var.create("license-file-problem"))
    return rx.el.form(
        rx.el.div(
            rx.el.label("File of licenses", html_for="license-file", class_name="label"),
            _sent(wrong),
            rx.cond(wrong, problem),
            rx.el.p(HINT, class_name="hint", id=rx.Var.create("license-file-hint")),
            class_name="field",
        ),
        rx.el.div(
            rx.el.button("Look at what it would change", type="submit", class_name="button button-solid"),
            class_name="form-end",
        ),
        on_submit=S.look,
        key=S.drawn.to_string(),
        no_validate=True,
        class_name="settings-form",
    )


def _sent(wrong: Any) -> rx.Component:
    """What the form sends is the reference; the static script puts it there once the portal has the bytes."""
    held = rx.el.input(
        type="text", name="file", default_value="", hidden=True, read_only=True, custom_attrs={"data-media": ""}
    )
    chooser = rx.el.input(
        type="file",
        id=rx.Var.create("license-file"),
        accept=".csv,.txt,text/csv,text/plain",
        class_name="input file-input",
        custom_attrs={"aria-invalid": wrong, "aria-describedby": "license-file-problem license-file-hint"},
    )
    return rx.el.div(
        held,
        chooser,
        rx.el.div(rx.el.p(class_name="hint", custom_attrs={"role": "status"}), class_name="media-more"),
        class_name="media-field",
        custom_attrs={
            "data-media-field": "one",
            "data-media-of": "licenses",
            "data-media-most": "5",
            "data-media-said": ". Look at what it would change.",
        },
    )


def _looked() -> rx.Component:
    apply = rx.el.div(
        rx.el.button("Apply exactly this", type="button", on_click=S.apply, class_name="button button-solid"),
        button("Leave it", on_click=S.leave),
        class_name="button-row",
    )
    nothing = meta("There is nothing in it that would change anything.")
    done = note("good", "This was done. What could not be taken stands below, to be mended in the file.")
    return panel(
        S.filename,
        rx.el.ul(rx.foreach(S.summary, lambda each: rx.el.li(each, key=each)), class_name="problems"),
        rx.cond(S.ignored != "", meta("Columns that nobody knows, and that are left out: ", S.ignored)),
        rx.cond(S.applied, done, rx.cond(S.may_apply, apply, nothing)),
        name="looked",
    )


def _refused() -> rx.Component:
    listed = table(
        "Row by row, with the reason",
        head(heading("Row"), heading("Column"), heading("Why")),
        body(
            S.refused,
            lambda each: row(
                rx.el.th(each.line, scope="row", class_name="name-cell num", custom_attrs={"role": "rowheader"}),
                cell("Column", each.column, kind="named left"),
                cell("Why", each.why, kind="wrapping plain"),
                key=each.key,
            ),
        ),
    )
    more = rx.cond(S.more_refused != "", meta(S.more_refused, " The API lists all.", class_name="meta padded"))
    shown = panel("Rows that cannot be taken", listed, more, name="refused", flush=True)
    return rx.cond(S.refused.length() > 0, shown)


def _entries() -> rx.Component:
    def draw(each: Any) -> rx.Component:
        said = rx.foreach(each.differences, lambda one: rx.el.span(one, class_name="line breakable", key=one))
        new = chip("circle-plus", "New", tone="green")
        return row(
            rx.el.th(each.license, scope="row", class_name="name-cell num", custom_attrs={"role": "rowheader"}),
            cell("Outcome", rx.cond(each.outcome == "New", new, chip("pencil", each.outcome)), kind="state"),
            cell("Producer", link(each.producer, href=each.producer_href), kind="named left"),
            cell("Rows", rx.el.span(each.lines, class_name="num"), kind="named left"),
            cell("What it says", said, kind="wrapping plain"),
            key=each.key,
        )

    listed = table(
        "License by license, with what it says",
        head(heading("License"), heading("Outcome"), heading("Producer"), heading("Rows"), heading("What it says")),
        body(S.entries, draw),
    )
    more = rx.cond(S.more_entries != "", meta(S.more_entries, " The API lists all.", class_name="meta padded"))
    return rx.cond(S.entries.length() > 0, panel("Licenses that change", listed, more, name="entries", flush=True))
