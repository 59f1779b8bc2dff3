"""Forms that the browser itself posts, and their fields."""

from typing import Any, Literal

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from portal_app.components.notes import note
from portal_app.components.words import Part, Text, icon

Kind = Literal["text", "email", "password"]


class NativeForm(BaseHTML):
    """A plain form: Reflex's own always keep the browser from sending it."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]


def native_form(*parts: Part, action: str, **props: Any) -> rx.Component:
    return NativeForm.create(*parts, action=action, method="post", **props)


def field(
    name: str,
    label: str,
    *,
    kind: Kind = "text",
    hint: str = "",
    keep: bool = False,
    required: bool = True,
    ident: str = "",
    **attributes: Any,
) -> rx.Component:
    """A labelled input. `keep` brings back what was typed after a post that failed; never for secrets. `ident` tells
    fields of the same name on one page apart."""
    ident = ident or name
    described = f"{ident}-hint" if hint else ""
    custom = {**attributes.pop("custom_attrs", {}), **({"data-keep": ""} if keep else {})}
    if described:
        custom["aria-describedby"] = described
    box = rx.el.input(
        id=rx.Var.create(ident),
        name=name,
        type=kind,
        required=required,
        class_name="input",
        custom_attrs=custom,
        **attributes,
    )
    return rx.el.div(
        rx.el.label(label, html_for=ident, class_name="label"),
        _with_reveal(box, ident) if kind == "password" else box,
        rx.el.p(hint, id=rx.Var.create(described), class_name="hint") if hint else rx.fragment(),
        class_name="field",
    )


def _with_reveal(box: rx.Component, name: str) -> rx.Component:
    show = rx.el.button(
        icon("eye", 16, class_name="reveal-off"),
        icon("eye-off", 16, class_name="reveal-on"),
        type="button",
        class_name="icon-button reveal",
        custom_attrs={"data-reveal": name, "aria-pressed": "false", "aria-label": "Show password"},
    )
    return rx.el.div(box, show, class_name="with-reveal")


def proposals(ident: str, options: Part, told: rx.Var[str]) -> rx.Component:
    """What a text field proposes while somebody types: any other text may be typed too. `told` says where they are not
    all that there is."""
    return rx.fragment(
        rx.el.datalist(options, id=rx.Var.create(ident)), rx.cond(told != "", rx.el.p(told, class_name="hint"))
    )


def codes_proposed(ident: str, codes: rx.Var[list[str]], told: rx.Var[str]) -> rx.Component:
    return proposals(ident, rx.foreach(codes, lambda each: rx.el.option(value=each, key=each)), told)


def submit(label: str) -> rx.Component:
    return rx.el.button(label, type="submit", class_name="button button-solid button-wide")


def reason_note(reason: rx.Var[str], reasons: dict[str, tuple[str, str]]) -> rx.Component:
    """The sentence for a reason code. Only codes of the dictionary say anything: the address is anybody's to write."""
    known = [(code, note(kind, sentence)) for code, (kind, sentence) in reasons.items()]
    return rx.el.div(rx.match(reason, *known, rx.fragment()), class_name="reason", custom_attrs={"role": "status"})


def problem_list(title: Text, problems: rx.Var[str], sentences: dict[str, str]) -> rx.Component:
    """Several reasons at once, from codes that are divided by commas."""
    codes = problems.split(",")
    lines = [rx.cond(codes.contains(code), rx.el.li(sentence)) for code, sentence in sentences.items()]
    return rx.el.div(
        rx.cond(problems != "", note("bad", rx.el.p(title), rx.el.ul(*lines, class_name="problems"))),
        class_name="reason",
        custom_attrs={"role": "status"},
    )
