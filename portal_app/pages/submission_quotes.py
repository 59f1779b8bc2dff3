"""The quotes of a submission, on its page: each with whether it can be bound, and every reason where it cannot."""

from typing import Any

import reflex as rx

from portal_app.components.badge import quote_offer, quote_state
from portal_app.components.facts import fact, facts, panel
from portal_app.components.links import link, plain_link
from portal_app.components.notes import doubts_note, note
from portal_app.components.words import amount, chip, either, hidden_text, icon, meta, or_dash
from portal_app.pages.preferences import button
from portal_app.state.submission_quotes import SubmissionQuotesState

S: Any = SubmissionQuotesState


def quotes() -> rx.Component:
    return panel(
        "Quotes",
        rx.cond(
            S.quotes.length() > 0,
            rx.foreach(S.quotes, _quote),
            meta(
                either(S.enter_href != "", "No quote was entered yet.", "No quote was offered yet."),
                class_name="meta none",
            ),
        ),
        name="quotes",
        aside=rx.cond(S.enter_href != "", link("Enter a quote", href=S.enter_href, class_name="button button-quiet")),
        flush=True,
    )


def _quote(each: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h3(link(each.carrier, href=each.href), class_name="answers-title"),
            quote_offer(each.offer),
            rx.cond(each.offer == "Not offered", quote_state(each.state)),
            rx.cond(each.expired, chip("calendar-x", "Expired", tone="amber")),
            class_name="request-head",
        ),
        facts(
            fact("Premium", amount(or_dash(each.premium))),
            fact("Term", each.term),
            fact("Valid until", or_dash(each.valid_until)),
        ),
        rx.cond(each.terms != "", rx.el.p(each.terms, class_name="as-written breakable")),
        doubts_note(each.doubts),
        rx.cond(each.refused != "", note("warning", rx.el.p(each.refused, class_name="as-written breakable"))),
        rx.cond(each.asked, _standing(each)),
        rx.cond(S.confirming.quote == each.locator, _confirm(), _actions(each)),
        meta(each.history, class_name="meta breakable"),
        key=each.locator,
        id="quote-" + each.locator,
        tab_index=-1,
        class_name="quote-of",
        custom_attrs={"aria-label": "Quote of " + each.carrier},
    )


def _standing(each: Any) -> rx.Component:
    asked = either(each.may_refuse, "Yes: the underwriters were asked to. ", "Yes, within your authority. ")
    can = note("good", rx.el.p(rx.el.strong("Can I bind? "), asked, each.binder))
    cannot = note(
        "warning",
        rx.el.p(rx.el.strong("Can I bind? "), "Not as it stands:"),
        rx.el.ul(rx.foreach(each.reasons, _reason), class_name="problems"),
        rx.cond((each.referred != "") & (each.refused == ""), rx.el.p(each.referred)),
    )
    return rx.cond(each.can_bind, can, rx.cond(each.reasons.length() > 0, cannot))


def _reason(each: Any) -> rx.Component:
    return rx.el.li(
        rx.el.strong(each.rule, ": "),
        each.found,
        rx.cond(each.would_pass != "", rx.fragment(" ", rx.el.em("What would pass: ", each.would_pass))),
        key=each.rule,
    )


def _actions(each: Any) -> rx.Component:
    def opens(label: str, sign: str, do: Any, look: str = "button button-quiet") -> rx.Component:
        return rx.el.button(
            icon(sign, 16), label, hidden_text(" ", each.carrier), type="button", on_click=do, class_name=look
        )

    paper = plain_link(
        icon("download", 16),
        "Download quote",
        hidden_text(" of ", each.carrier),
        href=each.paper,
        class_name="button button-quiet",
        custom_attrs={"download": ""},
    )

    def onward(label: str, sign: str, href: Any) -> rx.Component:
        named = hidden_text(" the quote of ", each.carrier)
        return rx.cond(href != "", link(icon(sign, 16), label, named, href=href, class_name="button button-quiet"))

    bind = opens("Bind", "file-check", S.ask_bind(each.locator), "button button-solid")
    return rx.el.div(
        rx.cond(each.may_offer, opens("Offer", "send", S.ask_offer(each.locator))),
        rx.cond(each.can_bind, bind),
        rx.cond(each.may_refer, opens("Ask the underwriters", "user-round-search", S.ask_refer(each.locator))),
        rx.cond(each.may_refuse, opens("Refuse", "circle-x", S.ask_refuse(each.locator))),
        rx.cond(each.paper != "", paper),
        rx.cond(each.paper_waits, chip("hourglass", "Its document is being checked for malware", tone="amber")),
        onward("Edit", "pencil-line", each.edit),
        onward("Copy", "copy", each.copy),
        class_name="button-row",
    )


def _confirm() -> rx.Component:
    def asked(*parts: rx.Component) -> rx.Component:
        return note(
            "warning",
            rx.el.p(rx.el.strong(S.confirming.question), " ", S.confirming.told),
            rx.cond(
                S.confirming.changed != "", rx.el.p(S.confirming.changed, class_name="hint hint-bad", role="status")
            ),
            *parts,
            role="alertdialog",
            label="Confirm",
        )

    def yes(label: str, do: Any) -> rx.Component:
        """What changed meanwhile has to be looked at again first."""
        buttons = rx.cond(
            S.confirming.changed != "",
            button("Look at it again", on_click=S.let_be),
            rx.fragment(button(label, on_click=do), button("No", on_click=S.let_be)),
        )
        return asked(rx.el.div(buttons, class_name="note-actions button-row"))

    return rx.fragment(
        rx.match(
            S.confirming.what,
            ("offer", yes("Yes, offer it", S.offer)),
            ("bind", rx.cond(S.confirming.no_loss != "", asked(_no_loss()), yes("Yes, bind it", S.bind))),
            ("refer", asked(_note("Note for the underwriters (optional)", "Ask them", S.refer))),
            ("refuse", asked(_note("Reason", "Refuse it", S.refuse))),
            rx.fragment(),
        )
    )


def _no_loss() -> rx.Component:
    """What the insured states where the cover begins in the past."""
    return rx.el.form(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                name="no_loss",
                id=rx.Var.create("no-loss"),
                class_name="check",
                custom_attrs={"aria-invalid": S.note_problem != "", "aria-describedby": "no-loss-problem"},
            ),
            rx.el.span("The insured states: ", S.confirming.no_loss),
            html_for="no-loss",
            class_name="check-label",
        ),
        rx.el.p(S.note_problem, id=rx.Var.create("no-loss-problem"), class_name="hint hint-bad"),
        rx.el.div(button("Yes, bind it", kind="submit"), button("No", on_click=S.let_be), class_name="button-row"),
        on_submit=S.bind_backdated,
        class_name="form",
    )


def _note(label: str, yes: str, do: Any) -> rx.Component:
    return rx.el.form(
        rx.el.label(label, html_for="refer-note", class_name="label"),
        rx.el.textarea(
            id=rx.Var.create("refer-note"),
            name="note",
            rows="2",
            max_length=2000,
            class_name="input",
            custom_attrs={"aria-invalid": S.note_problem != "", "aria-describedby": "refer-problem"},
        ),
        rx.el.p(S.note_problem, id=rx.Var.create("refer-problem"), class_name="hint hint-bad"),
        rx.el.div(button(yes, kind="submit"), button("No", on_click=S.let_be), class_name="button-row"),
        on_submit=do,
        class_name="form",
    )
