"""Fields of the forms about producers, drawn by their kind, each with its help and with what is wrong with it."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from portal_app.components.forms import proposals
from portal_app.components.links import plain_link
from portal_app.components.notes import note
from portal_app.components.words import Part, Text, either, icon
from portal_app.pages.preferences import button

ACCEPT = ".pdf,.jpg,.jpeg,.png"


def drawn(fields: Any, problems: Any) -> rx.Component:
    """All fields of a form in their order."""
    return rx.fragment(rx.foreach(fields, lambda each: _field(each, problems)))


def _field(each: Any, problems: Any) -> rx.Component:
    groups = ("checks", "authorities")
    plain = rx.el.div(
        rx.el.label(each.label, _required(each), html_for=each.ident, class_name="label"),
        rx.match(
            each.kind,
            ("long", _area(each, problems)),
            ("lines", _area(each, problems)),
            ("choice", _select(each, problems)),
            ("file", _media(each, problems, "one")),
            ("files", _media(each, problems, "many")),
            ("date", _input(each, problems, type="date", min="1900-01-01", max="2199-12-31")),
            ("number", _input(each, problems, input_mode="decimal", auto_complete="off")),
            _input(each, problems, auto_complete="off", max_length=each.longest),
        ),
        *_below(each, problems),
        class_name="field",
    )
    return rx.fragment(
        rx.match(
            each.kind,
            *[(kind, _group(each, problems, kind)) for kind in groups],
            ("flag", _flag(each, problems)),
            plain,
        ),
        key=each.name,
    )


def _required(each: Any) -> rx.Component:
    return rx.cond(each.required, rx.el.span(" (required)", class_name="label-more"))


def _below(each: Any, problems: Any) -> Sequence[rx.Component]:
    wrong = rx.el.p(problems[each.name], class_name="hint hint-bad", id=each.ident + "-problem")
    return (
        rx.cond(problems.contains(each.name), wrong),
        rx.cond(each.help != "", rx.el.p(each.help, class_name="hint", id=each.ident + "-help")),
    )


def _told(each: Any, problems: Any) -> dict[str, Any]:
    return {
        "aria-invalid": problems.contains(each.name),
        "aria-required": each.required,
        "aria-describedby": each.ident + "-problem " + each.ident + "-help",
    }


def _input(each: Any, problems: Any, **attributes: Any) -> rx.Component:
    return rx.el.input(
        id=each.ident,
        name=each.name,
        default_value=each.value,
        class_name="input",
        custom_attrs=_told(each, problems),
        **attributes,
    )


def _area(each: Any, problems: Any) -> rx.Component:
    return rx.el.textarea(
        id=each.ident,
        name=each.name,
        default_value=each.value,
        rows="4",
        class_name="input area",
        custom_attrs=_told(each, problems),
    )


def _select(each: Any, problems: Any) -> rx.Component:
    return rx.el.select(
        rx.cond(each.required & (each.value != ""), rx.fragment(), rx.el.option("—", value="")),
        rx.foreach(each.options, lambda one: rx.el.option(one.label, value=one.value, key=one.value)),
        id=each.ident,
        name=each.name,
        default_value=each.value,
        class_name="select",
        custom_attrs=_told(each, problems),
    )


def _flag(each: Any, problems: Any) -> rx.Component:
    box = rx.el.input(
        type="checkbox",
        id=each.ident,
        name=each.name,
        default_checked=each.value == "on",
        class_name="check",
        custom_attrs={
            "aria-invalid": problems.contains(each.name),
            "aria-describedby": each.ident + "-problem " + each.ident + "-help",
        },
    )
    return rx.el.div(
        rx.el.label(box, each.label, class_name="check-label"), *_below(each, problems), class_name="field"
    )


def _group(each: Any, problems: Any, kind: str) -> rx.Component:
    draw = _authority if kind == "authorities" else _box
    none = rx.el.p("There is nothing to choose from yet.", class_name="hint")
    return rx.el.fieldset(
        rx.el.legend(each.label, _required(each), class_name="label"),
        rx.cond(
            each.options.length() > 0,
            rx.el.div(rx.foreach(each.options, lambda one: draw(one, each, problems)), class_name="boxes"),
            none,
        ),
        *_below(each, problems),
        class_name="field group",
    )


def _checkbox(one: Any, each: Any, problems: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=one.name,
            default_checked=one.checked,
            class_name="check",
            custom_attrs={
                "aria-invalid": problems.contains(each.name),
                "aria-describedby": each.ident + "-problem " + each.ident + "-help",
            },
        ),
        one.label,
        class_name="check-label",
    )


def _box(one: Any, each: Any, problems: Any) -> rx.Component:
    return rx.fragment(_checkbox(one, each, problems), key=one.name)


def _authority(one: Any, each: Any, problems: Any) -> rx.Component:
    def day(end: str, label: str, value: Any) -> rx.Component:
        return rx.el.label(
            rx.el.span(label, rx.el.span(" of ", one.label, class_name="visually-hidden"), class_name="filter-label"),
            rx.el.input(
                type="date",
                name=one.name + ":" + end,
                default_value=value,
                class_name="input",
                min="1900-01-01",
                max="2199-12-31",
            ),
            class_name="filter",
        )

    return rx.el.div(
        _checkbox(one, each, problems),
        day("begins", "From", one.begins),
        day("ends", "Last day", one.ends),
        class_name="authority",
        key=one.name,
    )


def _media(each: Any, problems: Any, many: str) -> rx.Component:
    """What the form sends is the reference; the static script puts it there once the portal has the bytes."""
    there = rx.foreach(
        each.files,
        lambda link: rx.el.li(
            icon("paperclip", 14), plain_link(link.label, href=link.href, class_name="link"), key=link.href
        ),
    )
    held = rx.el.input(
        type="text",
        name=each.name,
        default_value=each.value,
        hidden=True,
        read_only=True,
        custom_attrs={"data-media": ""},
    )
    return rx.el.div(
        held,
        rx.cond(each.files.length() > 0, rx.el.ul(there, class_name="files")),
        rx.el.input(
            type="file", id=each.ident, accept=ACCEPT, class_name="input file-input", custom_attrs=_told(each, problems)
        ),
        rx.el.div(
            rx.el.p(class_name="hint", custom_attrs={"role": "status"}),
            rx.cond(
                each.files.length() > 0,
                rx.el.button(
                    either(each.files.length() > 1, "Take the files away", "Take the file away"),
                    type="button",
                    class_name="button button-quiet button-small",
                    custom_attrs={"data-media-away": ""},
                ),
            ),
            class_name="media-more",
        ),
        class_name="media-field",
        custom_attrs={"data-media-field": many},
    )


def text_field(
    name: str, label: str, value: Any, problems: Any, *, hint: Text = "", required: bool = False, **attributes: Any
) -> rx.Component:
    """A field that is not of the configuration."""
    ident = f"field-{name}"
    more = rx.el.span(" (required)", class_name="label-more") if required else rx.fragment()
    below = rx.el.p(hint, class_name="hint", id=rx.Var.create(f"{ident}-help"))
    help_ = rx.fragment() if isinstance(hint, str) and not hint else below
    return rx.el.div(
        rx.el.label(label, more, html_for=ident, class_name="label"),
        rx.el.input(
            id=rx.Var.create(ident),
            name=name,
            default_value=value,
            class_name="input",
            custom_attrs={
                "aria-invalid": problems.contains(name),
                "aria-describedby": f"{ident}-problem {ident}-help",
            },
            **attributes,
        ),
        problem(name, problems),
        help_,
        class_name="field",
    )


def problem(name: str, problems: Any) -> rx.Component:
    return rx.cond(
        problems.contains(name),
        rx.el.p(problems[name], class_name="hint hint-bad", id=rx.Var.create(f"field-{name}-problem")),
    )


def select_field(
    name: str, label: str, options: rx.Component, problems: Any, value: Any, **attributes: Any
) -> rx.Component:
    ident = f"field-{name}"
    return rx.el.div(
        rx.el.label(label, html_for=ident, class_name="label"),
        rx.el.select(
            options,
            id=rx.Var.create(ident),
            name=name,
            default_value=value,
            class_name="select",
            custom_attrs={"aria-invalid": problems.contains(name), "aria-describedby": f"{ident}-problem"},
            **attributes,
        ),
        problem(name, problems),
        class_name="field",
    )


def options(offered: Any) -> rx.Component:
    return rx.fragment(rx.foreach(offered, lambda each: rx.el.option(each.label, value=each.value, key=each.value)))


def suggestions(ident: str, offered: Any, told: Any) -> rx.Component:
    """What a text field proposes while somebody types; `told` says where that is not all."""
    return proposals(ident, rx.foreach(offered, lambda each: rx.el.option(value=each.label, key=each.value)), told)


def version_field(version: Any) -> rx.Component:
    """Text and not hidden: what a page that came to life again brings back here must outlast the next drawing."""
    return rx.el.input(type="text", name="version", default_value=version.to_string(), hidden=True, read_only=True)


def form_end(state: Any, label: str) -> rx.Component:
    """What is wrong with the whole, and the button."""
    listed = rx.el.ul(rx.foreach(state.wrong, lambda each: rx.el.li(each, key=each)), class_name="problems")
    marked = note("bad", "Please look at the marked fields. Nothing was saved yet.")
    return rx.el.div(
        rx.cond(state.wrong.length() > 0, note("bad", listed)),
        rx.cond(state.problems.length() > 0, marked),
        rx.el.button(label, type="submit", class_name="button button-solid"),
        class_name="form-end",
        custom_attrs={"role": "status"},
    )


def overtaken(state: Any, what: str) -> rx.Component:
    return rx.cond(
        state.overtaken,
        note(
            "warning",
            rx.el.p(
                f"Somebody else changed this {what} since you opened the form. What you filled in is still here, and "
                "cannot be saved over their change."
            ),
            rx.el.div(button("Show it as it is now", on_click=state.show_now), class_name="note-actions"),
            role="status",
        ),
    )


def asked(
    question: Text, told: Part, impact: Any, yes: rx.Component, no: rx.Component, *, hangs: str = "This hangs on it:"
) -> rx.Component:
    """A question before a step that takes something away, with what hangs on it."""
    return note(
        "warning",
        rx.el.p(rx.el.strong(question), " ", told),
        rx.fragment() if impact is None else _hanging(impact, hangs),
        rx.el.div(yes, no, class_name="note-actions button-row"),
        role="alertdialog",
        label=question if isinstance(question, str) else "Are you sure?",
    )


def _hanging(impact: Any, hangs: str) -> rx.Component:
    listed = rx.el.ul(rx.foreach(impact, lambda each: rx.el.li(each, key=each)), class_name="problems")
    return rx.cond(impact.length() > 0, rx.fragment(rx.el.p(hangs), listed))
