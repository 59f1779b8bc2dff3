"""The groups of an intake form, drawn by type, for the wizard and for a preview. The static script (assets/intake.js)
sends what is typed, group by group, keeps what could not be sent, and adds and removes rows; nothing here overwrites
what somebody types. `of` is the state that holds what is asked and what is wrong."""

from collections.abc import Callable
from typing import Any, Literal

import reflex as rx

from portal_app.components.words import either, hidden_text, icon

# Draws what leads from a group, or from the field with this number in it, to where it is made.
Leads = Callable[..., rx.Component]


def group(
    of: Any, each: Any, conflict: Callable[[Any], rx.Component] | None = None, leads: Leads | None = None
) -> rx.Component:
    """`conflict` draws what two people saved in the same place, where that can be."""
    head = rx.el.div(
        leads(each.title) if leads else rx.fragment(),
        rx.el.h3(each.title, class_name="intake-title", id=each.ident + "-title"),
        rx.cond(each.help != "", rx.el.p(each.help, class_name="meta")),
        class_name="intake-head",
    )
    return rx.el.section(
        head,
        conflict(each) if conflict else rx.fragment(),
        rx.cond(of.problems.contains(each.ident), _sentence(of.problems[each.ident], each.ident, bad=True)),
        rx.el.div(rx.foreach(each.rows, lambda row: _row(of, row, leads)), class_name="intake-rows", key=each.drawn),
        rx.cond(each.item != "", _add(each)),
        id=each.ident,
        hidden=of.away.contains(each.ident),
        tab_index=-1,
        class_name="panel intake-group",
        key=each.key,
        custom_attrs={
            "aria-labelledby": each.ident + "-title",
            "data-answers": each.key,
            "data-version": of.versions[each.key].to_string(),
        },
    )


def _row(of: Any, row: Any, leads: Leads | None) -> rx.Component:
    def drawn(field: Any, at: Any) -> rx.Component:
        return _field(of, field, leads(field.label, at) if leads else rx.fragment())

    fields = rx.el.div(rx.foreach(row.fields, drawn), class_name="intake-fields")
    going = rx.el.div(
        icon("trash-2", 14),
        rx.el.span(row.title, " is removed."),
        rx.el.button(
            "Undo", hidden_text(": keep ", row.title), type="button",
            class_name="button button-quiet button-small", custom_attrs={"data-row-undo": ""},
        ),
        class_name="intake-going", custom_attrs={"role": "status"},
    )  # fmt: skip
    remove = rx.el.button(
        icon("trash-2", 14), "Remove", hidden_text(" ", row.title), type="button",
        class_name="button button-plain button-small", custom_attrs={"data-row-remove": ""},
    )  # fmt: skip
    repeated = rx.el.div(
        rx.el.div(
            rx.el.h4(row.title, class_name="intake-row-title", id=row.ident + "-title"),
            remove,
            class_name="intake-row-head",
        ),
        fields,
        class_name="intake-there",
    )
    return rx.el.div(
        rx.cond(row.title != "", rx.fragment(repeated, going), fields),
        id=row.ident,
        class_name=either(row.title != "", "intake-row intake-row-own", "intake-row"),
        key=row.key,
        custom_attrs={
            "data-row": row.key,
            "role": either(row.title != "", "group", "presentation"),
            "aria-labelledby": row.ident + "-title",
        },
    )


def _add(each: Any) -> rx.Component:
    add = rx.el.button(
        icon("plus", 16), "Add a ", each.item, type="button",
        class_name="button button-quiet", custom_attrs={"data-row-add": ""},
    )  # fmt: skip
    return rx.el.div(
        rx.cond(each.full, rx.el.p("No more than these can be entered here.", class_name="meta"), add),
        class_name="intake-add",
    )


def _field(of: Any, each: Any, lead: rx.Component) -> rx.Component:
    plain = rx.fragment(
        rx.el.label(each.label, _required(of, each), html_for=each.ident, class_name="label"),
        rx.match(
            each.kind,
            ("long", _long(of, each)),
            ("select", _select(of, each, each.options)),
            ("row", _select(of, each, of.rows[each.ident])),
            ("date", _input(of, each, type="date", min="1900-01-01", max="2199-12-31")),
            rx.cond(
                each.sign != "",
                rx.el.div(
                    rx.el.span(each.sign, class_name="intake-sign", custom_attrs={"aria-hidden": "true"}),
                    _input(of, each, type="text"),
                    class_name="intake-signed",
                ),
                _input(of, each, type="text"),
            ),
        ),
        *_below(of, each),
    )
    return rx.el.div(
        rx.match(each.kind, ("radio", _several(of, each, "radio")), ("checks", _several(of, each, "checkbox")), plain),
        lead,
        class_name=either(each.wide, "field intake-field intake-wide", "field intake-field"),
        hidden=of.away.contains(each.ident),
        key=each.ident,
    )


def _required(of: Any, each: Any) -> rx.Component:
    return rx.cond(of.needs.contains(each.ident), rx.el.span(" (required)", class_name="label-more"))


def _told(of: Any, each: Any) -> dict[str, Any]:
    return {
        "data-field": each.name,
        "aria-invalid": of.problems.contains(each.ident),
        "aria-required": of.needs.contains(each.ident),
        "aria-describedby": each.ident + "-problem " + each.ident + "-doubt " + each.ident + "-help",
    }


def _input(of: Any, each: Any, **attributes: Any) -> rx.Component:
    return rx.el.input(
        id=each.ident,
        default_value=each.value,
        placeholder=each.placeholder,
        input_mode=each.mode,
        auto_complete=each.complete,
        list=each.proposes,
        class_name="input",
        custom_attrs=_told(of, each),
        **attributes,
    )


def _long(of: Any, each: Any) -> rx.Component:
    return rx.el.textarea(
        id=each.ident, default_value=each.value, rows="4", class_name="input area", custom_attrs=_told(of, each)
    )


def _select(of: Any, each: Any, options: Any) -> rx.Component:
    return rx.el.select(
        rx.el.option("—", value=""),
        rx.foreach(options, lambda one: rx.el.option(one.label, value=one.value, key=one.value)),
        id=each.ident,
        default_value=each.value,
        class_name="select",
        custom_attrs=_told(of, each),
    )


def _several(of: Any, each: Any, type_: Literal["radio", "checkbox"]) -> rx.Component:
    """Choices to see at once. The group of them has the id, so that links lead to it."""

    def one(option: Any) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type=type_,
                name=each.ident,
                value=option.value,
                default_checked=option.chosen,
                class_name="check",
                custom_attrs={"data-field": each.name, "data-flag": each.flag},
            ),
            option.label,
            class_name="check-label",
            key=option.value,
        )

    told = {"aria-describedby": each.ident + "-problem " + each.ident + "-doubt " + each.ident + "-help"}
    role = {"role": "radiogroup"} if type_ == "radio" else {"role": "group"}
    if type_ == "radio":
        told |= {"aria-invalid": of.problems.contains(each.ident), "aria-required": of.needs.contains(each.ident)}
    return rx.el.fieldset(
        rx.el.legend(each.label, _required(of, each), class_name="label"),
        rx.el.div(rx.foreach(each.options, one), class_name="intake-options"),
        *_below(of, each),
        id=each.ident,
        tab_index=-1,
        class_name="intake-choices",
        custom_attrs=told | role,
    )


def proposed(ident: str, offered: Any) -> rx.Component:
    """What the fields that name this list propose while somebody types. Whatever else is typed is taken, too."""
    drawn = rx.foreach(offered, lambda each: rx.el.option(each.label, value=each.value, key=each.value))
    return rx.el.datalist(drawn, id=rx.Var.create(ident))


def _below(of: Any, each: Any) -> tuple[rx.Component, ...]:
    return (
        rx.cond(of.problems.contains(each.ident), _sentence(of.problems[each.ident], each.ident, bad=True)),
        rx.cond(of.doubts.contains(each.ident), _sentence(of.doubts[each.ident], each.ident, bad=False)),
        rx.cond(each.help != "", rx.el.p(each.help, class_name="hint", id=each.ident + "-help")),
        rx.cond(of.more.contains(each.proposes), rx.el.p(of.more[each.proposes], class_name="hint")),
    )


def _sentence(words: Any, ident: Any, *, bad: bool) -> rx.Component:
    return rx.el.p(
        icon("circle-alert" if bad else "triangle-alert", 14),
        rx.el.span(words),
        class_name="hint hint-bad intake-said" if bad else "hint intake-said intake-doubt",
        id=ident + ("-problem" if bad else "-doubt"),
    )
