"""A submission as it is filled in: sections, documents, and the statement at the end."""

from typing import Any

import reflex as rx

from portal_app.components.answers import answered
from portal_app.components.facts import fact, facts, panel
from portal_app.components.links import button_link, link
from portal_app.components.notes import note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.uploads import uploads
from portal_app.components.words import either, hidden_text, icon, meta, or_dash
from portal_app.pages.frame import framed, record, titled
from portal_app.pages.page import Page
from portal_app.pages.submissions import fields
from portal_app.state.portal import PortalState
from portal_app.state.submission_address import PLACE as SUBMISSIONS
from portal_app.state.submissions.certifying import CertifyState, FilesState
from portal_app.state.submissions.drawing import CARRIERS, CODES
from portal_app.state.submissions.starting import PLACE
from portal_app.state.submissions.wizard import CERTIFY, DOCUMENTS, WizardState

S: Any = WizardState
F: Any = FilesState
C: Any = CertifyState
BACK = ("New submission", PLACE)


def wizard() -> rx.Component:
    drawn = rx.cond(C.number != "", _handed_in(), rx.cond(S.locked != "", _locked(), _steps()))
    return framed(
        "submissions",
        record(
            "submission",
            (S.shown != "") & C.loaded,
            drawn,
            skeleton_page("Submission"),
            ("New submission", PLACE),
        ),
        search=False,
        refresh=F.refresh,
    )


def _steps() -> rx.Component:
    content = rx.match(
        S.section,
        (DOCUMENTS, _documents()),
        (CERTIFY, _certify()),
        rx.fragment(rx.foreach(S.groups, lambda each: fields.group(S, each, _both))),
    )
    heading = rx.el.div(
        rx.el.p(S.position, class_name="meta"),
        rx.el.h2(S.heading, class_name="intake-heading", tab_index=-1, custom_attrs={"data-section": S.section}),
        rx.cond(S.help != "", rx.el.p(S.help, class_name="meta")),
    )
    return rx.fragment(
        page_header(either(S.insured != "", S.insured, "New submission"), rx.el.span(S.line), back=BACK),
        rx.el.div(
            _way(),
            rx.el.div(heading, _another_client(), content, _onward(), class_name="intake-main", key=S.section),
            class_name="intake",
            custom_attrs=_to_be_saved(),
        ),
        fields.proposed(CODES, S.codes),
        fields.proposed(CARRIERS, S.carriers),
        _outbox(),
    )


def _another_client() -> rx.Component:
    """It was begun from an account, and the insured's name was changed."""
    client = rx.el.strong(S.not_of)
    told = rx.el.p(
        "The insured is not ", client, " any more: this is submitted for a new client, not for that account."
    )
    return rx.el.div(rx.cond(S.not_of != "", note("info", told)), role="status")


def _to_be_saved() -> dict[str, Any]:
    """What the static script knows the page by."""
    return {"data-submission": S.shown, "data-acked": S.acked, "data-by": S.email}


def _outbox() -> rx.Component:
    """The static script puts into it what is to be saved; it is no field that anybody fills in."""
    return rx.el.input(
        hidden=True, on_change=[S.save, C.refresh], custom_attrs={"data-outbox": "", "aria-hidden": "true"}
    )


def _both(each: Any) -> rx.Component:
    """What two people saved in the same place, to choose from."""

    asked = note(
        "warning",
        rx.el.p(S.told_of[each.key], " What you typed is still here, and not saved."),
        rx.el.ul(_differences(S.conflicts[each.key], "Saved: "), class_name="problems"),
        rx.el.div(
            rx.el.button(
                "Keep mine", hidden_text(" for ", each.title), type="button", class_name="button button-quiet",
                custom_attrs={"data-choose": "mine"},
            ),
            rx.el.button(
                "Take what is saved", hidden_text(" for ", each.title), type="button",
                class_name="button button-quiet", on_click=S.take_theirs(each.key),
                custom_attrs={"data-choose": "theirs"},
            ),
            class_name="note-actions button-row",
        ),
        role="alert",
    )  # fmt: skip
    return rx.cond(S.conflicts.contains(each.key), rx.el.div(asked, class_name="intake-both"))


def _differences(found: Any, theirs: str) -> rx.Component:
    def line(one: Any) -> rx.Component:
        return rx.el.li(
            rx.el.strong(one.label),
            rx.el.span("Yours: ", one.mine, class_name="line breakable"),
            rx.el.span(theirs, one.theirs, class_name="line breakable"),
            key=one.label,
        )

    return rx.foreach(found, line)


def _too_late() -> rx.Component:
    """What was typed on this page, and is no part of what was submitted."""
    return note(
        "warning",
        rx.el.p(
            "What was typed here last came after it was submitted, and is no part of it. Answers are corrected by "
            "telling the underwriter."
        ),
        rx.el.ul(
            rx.foreach(S.unsent, lambda group: rx.fragment(_differences(group[1], "Submitted: "), key=group[0])),
            class_name="problems",
        ),
        rx.el.div(
            rx.el.button(
                "I have read it", type="button", class_name="button button-quiet", on_click=S.let_go,
                custom_attrs={"data-forget": ""},
            ),
            class_name="note-actions button-row",
        ),
        role="alert",
    )  # fmt: skip


def _way() -> rx.Component:
    """Where one is, and how far each section has come. On a phone it lies in a line that opens."""

    def step(each: Any) -> rx.Component:
        sign = rx.match(
            each.stage,
            ("complete", icon("circle-check-big", 16, class_name="intake-step-whole")),
            ("started", icon("circle-dot", 16)),
            icon("circle", 16),
        )
        words = rx.el.span(
            rx.el.span(each.title, class_name="intake-step-title"),
            rx.el.span(hidden_text(", "), each.told, class_name="intake-step-told"),
            class_name="intake-step-words",
        )
        return rx.el.li(
            link(
                sign, words, href=each.href, class_name="intake-step",
                custom_attrs={"aria-current": either(each.here, "step", "false")},
            ),
            key=each.name,
        )  # fmt: skip

    listed = rx.el.ol(rx.foreach(S.steps, step), class_name="intake-steps")
    return rx.el.nav(
        rx.el.details(
            rx.el.summary(S.position, ": ", S.heading, class_name="intake-steps-summary"),
            listed,
            class_name="intake-steps-folded",
        ),
        rx.el.div(listed, class_name="intake-steps-open"),
        class_name="intake-way",
        custom_attrs={"aria-label": "Sections of the submission"},
    )


def _onward() -> rx.Component:
    state = rx.el.p(
        rx.el.span(custom_attrs={"data-save-words": "", "aria-hidden": "true"}),
        rx.el.span(class_name="visually-hidden", custom_attrs={"data-save-said": "", "role": "status"}),
        class_name="meta intake-saved",
    )
    again = rx.el.button(
        "Try again", type="button", hidden=True, class_name="button button-quiet button-small",
        custom_attrs={"data-save-again": ""},
    )  # fmt: skip
    return rx.el.div(
        rx.el.div(state, again, class_name="intake-state"),
        rx.el.div(
            rx.cond(S.before != "", link("Back", href=S.before, class_name="button button-quiet")),
            rx.cond(S.following != "", link("Continue", href=S.following, class_name="button button-solid")),
            class_name="intake-next",
        ),
        class_name="intake-onward",
    )


def _documents() -> rx.Component:
    def place(label: str, kind: str, listed: Any, hint: str = "") -> rx.Component:
        more = {"hint": f"{hint} A file has at most 25 MB."} if hint else {}
        return uploads(label, submission=F.locator, kind=kind, ident=f"files-{kind}", documents=listed, **more)

    drawn = panel(
        "Files for the underwriter",
        meta("PDF, JPG or PNG. A file has at most 25 MB, all files together 100 MB. None of them is required here."),
        rx.el.div(
            place("Prior declarations page", "prior_declarations", F.declarations, "The page of the policy that ends."),
            place("Loss runs", "loss_runs", F.loss_runs, "From each carrier of the last years."),
            place("MVR authorization", "mvr_authorization", F.authorizations, "Signed by each driver."),
            place("Photos", "photos", F.photos, "Of the property, the vehicles or the operations."),
            place("Anything else", "other", F.others, "What else the underwriter should see."),
            class_name="intake-files",
        ),
    )
    return rx.cond(F.loaded, drawn, rx.fragment())


def _certify() -> rx.Component:
    def problem(each: Any) -> rx.Component:
        return rx.el.li(
            link(each.section, ", ", each.label, href=each.href, class_name="link"),
            rx.el.span(each.sentence, class_name="line"),
            key=each.href,
        )

    def listed(rows: Any) -> rx.Component:
        return rx.el.ul(rx.foreach(rows, problem), class_name="problems intake-problems")

    wrong = note("bad", rx.el.p(rx.el.strong(C.summary)), listed(C.wrong), role="group", label="What is left to do")
    doubts = note(
        "warning", rx.el.p(rx.el.strong("Look at these once more. They keep you from nothing.")), listed(C.doubts)
    )
    return rx.fragment(
        rx.cond(C.wrong.length() > 0, wrong, note("good", "Everything that is asked is answered.")),
        rx.cond(C.doubts.length() > 0, doubts),
        rx.cond(C.wrong.length() > 0, rx.fragment(), _sign_off()),
    )


def _sign_off() -> rx.Component:
    """The box is another one for whatever there is to certify, and the form sends which that was."""
    shown = panel(
        "What you certify", answered(C.sections), aside=meta("Personal values are masked."), flush=True, name="answers"
    )
    statement = panel(
        "Certify",
        rx.cond(C.changed != "", note("warning", rx.el.p(C.changed), role="alert")),
        rx.el.form(
            rx.el.input(type="text", name="seen", default_value=C.seen, hidden=True, read_only=True),
            rx.el.p(C.statement, class_name="intake-statement"),
            rx.el.label(
                rx.el.input(
                    type="checkbox", name="agreed", id=rx.Var.create("agreed"), class_name="check", on_change=C.tick,
                    custom_attrs={
                        "aria-invalid": C.disagreed != "", "aria-describedby": "agreed-problem",
                    },
                ),
                "I certify this.",
                class_name="check-label",
            ),
            rx.cond(
                C.disagreed != "",
                rx.el.p(C.disagreed, class_name="hint hint-bad", id=rx.Var.create("agreed-problem")),
            ),
            meta("Your name, the time and a fingerprint of all answers are kept with it."),
            rx.el.button("Submit", type="submit", class_name="button button-solid"),
            on_submit=C.submit,
            no_validate=True,
            class_name="form intake-sign-off",
            key=C.seen,
        ),
    )  # fmt: skip
    return rx.fragment(shown, statement)


def _handed_in() -> rx.Component:
    """Here or on another page: what was typed here and came too late is told."""
    kept = panel(
        "What happens next",
        facts(
            fact("Submission ID", rx.el.span(C.number, class_name="num")),
            fact("Submitted", rx.el.span(C.submitted, class_name="num")),
            fact("Submitted by", rx.el.span(C.submitted_by, class_name="breakable")),
            fact("Answer expected by", rx.el.span(or_dash(C.target), class_name="num")),
            fact("Whose turn it is", C.next_action),
        ),
        meta(
            "Who submitted it is told of each step and each question: here, and by email where the agency sends mail.",
            class_name="meta intake-after",
        ),
        rx.el.div(
            button_link("Look at the submission", SUBMISSIONS + "/" + S.shown),
            button_link("New submission", PLACE, quiet=True),
            class_name="button-row",
        ),
    )
    return rx.fragment(
        page_header("Submitted", rx.el.span(either(S.insured != "", S.insured + ", ", ""), S.line)),
        rx.el.div(
            note("good", rx.el.p("Submission ", rx.el.strong(C.number), " is with the agency."), role="status"),
            rx.cond(S.unsent.length() > 0, rx.el.div(_too_late(), class_name="intake-both")),
            kept,
            class_name="record-main",
            custom_attrs=_to_be_saved() | {"data-over": ""},
        ),
        _outbox(),
    )


def _locked() -> rx.Component:
    return rx.fragment(
        page_header(either(S.insured != "", S.insured, "Submission"), rx.el.span(S.line), back=BACK),
        note("info", S.locked),
    )


PAGE = Page(
    "/submissions/[submission_locator]/edit/[wizard_section]",
    titled(
        either(
            S.shown != "",
            either(C.number != "", "Submitted", S.heading + either(S.insured != "", " · " + S.insured, "")),
            "Submission",
        ),
    ),
    wizard,
    [PortalState.arrive, WizardState.load, FilesState.load, CertifyState.load],
)
