"""The form of a quote: entered on a submission, or a draft that is changed."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.forms import codes_proposed
from portal_app.components.links import link
from portal_app.components.notes import note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.uploads import upload_one
from portal_app.components.words import meta
from portal_app.pages.frame import framed, or_problem, record, titled
from portal_app.pages.page import Page
from portal_app.state.portal import PortalState
from portal_app.state.quote_form import PAPER, PLACE, STATES, SUBMISSIONS, QuoteFormState

S: Any = QuoteFormState
MONEY: dict[str, Any] = {"input_mode": "decimal", "max_length": 20, "auto_complete": "off", "placeholder": "Not known"}


def new_quote() -> rx.Component:
    return _page("submission", "Enter a quote", "No quote can be entered here", ("All submissions", SUBMISSIONS))


def changed_quote() -> rx.Component:
    return _page("quote", "Change the quote", "The quote cannot be changed", ("All quotes", PLACE))


def _page(what: str, title: str, wrong: str, away: tuple[str, str]) -> rx.Component:
    back: Any = (what.capitalize(), S.back)
    drawn = rx.el.div(
        page_header(title, S.lead, back=back),
        rx.cond(S.overtaken, _overtaken()),
        _form(),
        class_name="settings",
    )
    shown = or_problem(wrong, record(what, S.loaded, drawn, skeleton_page(title), away), alone=True)
    return framed(f"{what}s", shown, search=False, refresh=S.refresh)


def _overtaken() -> rx.Component:
    return note(
        "warning",
        rx.el.p(
            S.changed,
            " What you filled in is still here, and cannot be saved over their change: ",
            link("look at the quote as it is now", href=S.back),
            ", then change it again.",
        ),
        role="status",
    )


def _form() -> rx.Component:
    """Stays as it was filled in where something of it cannot be."""
    wrong = note("bad", "Please look at the marked fields. Nothing was saved yet.")
    return rx.el.form(
        rx.el.div(_offer(), _risk(), _terms(), _document(), class_name="settings-form"),
        rx.el.div(
            rx.cond(S.problems.length() > 0, wrong, rx.cond(S.doubts.length() > 0, _doubtful())),
            rx.el.button("Save the quote", type="submit", class_name="button button-solid"),
            class_name="form-end",
            custom_attrs={"role": "status"},
        ),
        on_submit=S.save,
        key=S.drawn.to_string(),
        no_validate=True,
    )


def _doubtful() -> rx.Component:
    box = rx.el.input(type="checkbox", name="doubts_confirmed", class_name="check")
    return note(
        "warning",
        rx.el.p("Not as the submission asks for, or not as usual: see the marked fields. Nothing was saved yet."),
        rx.el.label(box, "It is meant", class_name="check-label"),
    )


def _offer() -> rx.Component:
    code = rx.fragment(
        _text("producer_code", "Producer code", max_length=128, auto_complete="off", list="quote-codes"),
        codes_proposed("quote-codes", S.codes, S.codes_told),
    )
    return panel(
        "The carrier's offer",
        _chosen("carrier", "Carrier", "Choose a carrier", S.carriers),
        rx.el.div(
            _text("premium", "Premium", hint="Without it the quote cannot be offered.", **MONEY),
            _text("valid_until", "Valid until", type="date", hint="The last day on which the carrier stands by it."),
            _text("effective", "Effective date", type="date"),
            _text("expiration", "Expiration date", type="date"),
            class_name="days",
        ),
        code,
    )


def _risk() -> rx.Component:
    return panel(
        "What is insured",
        rx.el.div(
            _select("jurisdiction", "State", {"": "Not known", **STATES}),
            _text("postal_code", "ZIP code", max_length=10, auto_complete="off"),
            _text("limit", "Limit", hint="The highest, where there are several.", **MONEY),
            _text("deductible", "Deductible", **MONEY),
            _text("insured_value", "Insured value", **MONEY),
            _text("losses", "Losses, paid and reserved", **MONEY),
            class_name="days",
        ),
        _text("class_codes", "Class codes", hint="Divided by commas.", max_length=600, auto_complete="off"),
    )


def _terms() -> rx.Component:
    box = rx.el.textarea(
        id=rx.Var.create("quote-terms"),
        name="terms",
        default_value=S.typed.get("terms", ""),
        rows="6",
        max_length=4000,
        class_name="input",
        custom_attrs=_told_by("terms"),
    )
    label = "Coverages, conditions and subjectivities"
    hint = "As far as the fields above do not say them. The binder repeats them word for word."
    return panel("Terms", _labelled("terms", label, box, hint, "field field-wide"))


def _document() -> rx.Component:
    """The carrier's own paper goes up here, and is chosen by itself when it is there."""
    place = upload_one(
        "Quote document",
        submission=S.submission,
        kind=PAPER,
        ident="quote-paper",
        done=S.refresh,
        field="quote-document",
    )
    return rx.cond(
        S.submission != "",
        panel(
            "Quote document",
            meta("The carrier's own quote. The producer gets it when the quote is offered, and not before."),
            place,
            _chosen("document", "Of this submission's quote documents", "None", S.papers),
        ),
    )


def _problem(name: str) -> rx.Component:
    return rx.cond(
        S.problems.contains(name),
        rx.el.p(S.problems[name], class_name="hint hint-bad", id=rx.Var.create(f"quote-{name}-problem")),
        rx.cond(
            S.doubts.contains(name),
            rx.el.p(S.doubts[name], class_name="hint hint-doubt", id=rx.Var.create(f"quote-{name}-doubt")),
        ),
    )


def _told_by(name: str) -> dict[str, Any]:
    return {
        "aria-invalid": S.problems.contains(name),
        "aria-describedby": f"quote-{name}-problem quote-{name}-doubt quote-{name}-hint",
    }


def _labelled(name: str, label: str, box: rx.Component, hint: str = "", look: str = "field") -> rx.Component:
    below = rx.el.p(hint, id=rx.Var.create(f"quote-{name}-hint"), class_name="hint") if hint else rx.fragment()
    head = rx.el.label(label, html_for=f"quote-{name}", class_name="label")
    return rx.el.div(head, box, _problem(name), below, class_name=look)


def _text(name: str, label: str, *, hint: str = "", **attributes: Any) -> rx.Component:
    box = rx.el.input(
        id=rx.Var.create(f"quote-{name}"),
        name=name,
        default_value=S.typed.get(name, ""),
        class_name="input",
        custom_attrs=_told_by(name),
        **attributes,
    )
    return _labelled(name, label, box, hint)


def _select(name: str, label: str, choices: dict[str, str]) -> rx.Component:
    given = [rx.el.option(said, value=value) for value, said in choices.items()]
    return _labelled(name, label, _box(name, *given))


def _chosen(name: str, label: str, nothing: str, choices: Any) -> rx.Component:
    given = rx.foreach(choices, lambda each: rx.el.option(each.label, value=each.value, key=each.value))
    return _labelled(name, label, _box(name, rx.el.option(nothing, value=""), given))


def _box(name: str, *choices: rx.Component) -> rx.Component:
    return rx.el.select(
        *choices,
        id=rx.Var.create(f"quote-{name}"),
        name=name,
        default_value=S.typed.get(name, ""),
        class_name="select",
        custom_attrs=_told_by(name),
    )


ARRIVE = PortalState.arrive
PAGES = (
    Page(
        f"{SUBMISSIONS}/[submission_locator]/quotes/new",
        titled("Enter a quote"),
        new_quote,
        [ARRIVE, QuoteFormState.load],
    ),
    Page(f"{PLACE}/[quote_locator]/edit", titled("Change a quote"), changed_quote, [ARRIVE, QuoteFormState.load_again]),
)
