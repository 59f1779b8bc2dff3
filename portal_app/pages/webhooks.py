"""Webhooks: who outside is told of what. The list, a new one, and one with what became of its events."""

from typing import Any

import reflex as rx

from portal_app.components.facts import fact, facts, panel
from portal_app.components.links import button_link
from portal_app.components.notes import empty, note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, name_cell, pager, row, table
from portal_app.components.words import chip, copy_button, either, hidden_text, meta
from portal_app.pages.frame import framed, once_loaded, or_problem, record, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.pages.routing_form import text
from portal_app.state.portal import PortalState
from portal_app.state.webhooks import PLACE, OneWebhookState, WebhooksState

L: Any = WebhooksState
S: Any = OneWebhookState
TITLE = "Webhooks"
ABOUT = "Other systems are told of what happens here, signed, at addresses that you name."
ASKED = {
    "rotate": (
        "Make a new secret?",
        "It is shown once. The one that is in use signs too for 24 hours, so that the receiver can change over.",
    ),
    "delete": (
        "Delete this webhook?",
        "Nothing is told there any more, and what waits or was given up is dropped. It cannot be taken back.",
    ),
}


def webhooks() -> rx.Component:
    drawn = rx.el.div(
        page_header(TITLE, rx.fragment(ABOUT, " ", L.headline, "."), back=("Settings", "/admin/settings")),
        _made(),
        panel("What there is", rx.cond(L.rows.length() > 0, _listed(), _none()), flush=True),
        panel("Add a webhook", _new(), name="add"),
        class_name="settings",
    )
    return framed(
        "settings",
        or_problem("The webhooks could not be loaded", once_loaded(L.loaded, drawn, skeleton_page(TITLE)), alone=True),
        search=False,
        refresh=L.refresh,
    )


def _made() -> rx.Component:
    lead = rx.el.div(
        button_link("Open the webhook", L.made_href, quiet=True), button("I have kept it", on_click=L.kept),
        class_name="note-actions button-row",
    )  # fmt: skip
    return rx.cond(L.secret != "", _secret(L.secret, lead))


def _secret(secret: Any, lead: rx.Component) -> rx.Component:
    return note(
        "warning",
        rx.el.p("Put this secret into the receiver now; it is not shown again."),
        rx.el.code(secret, class_name="code breakable"),
        copy_button(secret, "the secret"),
        lead,
        role="status",
    )


def _none() -> rx.Component:
    return empty("webhook", "Nobody is told anything yet", "Add a webhook below, and it is told from then on.")


def _listed() -> rx.Component:
    return table(
        TITLE,
        head(heading("Webhook"), heading("Asks for"), heading("Standing"), heading("Events"), heading("Last taken")),
        body(
            L.rows,
            lambda each: row(
                name_cell(each.href, each.called, below=meta(each.receiver, class_name="meta breakable")),
                cell("Asks for", rx.el.span(each.asks, class_name="breakable"), kind="wrapping"),
                cell("Standing", _standing(each.state), kind="state"),
                cell("Events", rx.el.span(each.waiting, class_name="num"), kind="named left"),
                cell("Last taken", each.last, kind="named right"),
                key=each.key,
            ),
        ),
    )


def _standing(state: Any) -> rx.Component:
    active = chip("circle-check-big", "Active", tone="green")
    return rx.cond(state == "Active", active, chip("circle-pause", "Paused", tone="amber"))


def _new() -> rx.Component:
    return rx.cond(L.confirmed, _form(L, "new", "Add the webhook", L.add), _confirm_first("To add one"))


def _confirm_first(why: str) -> rx.Component:
    """Whoever names an address or sees a secret has proved both factors just now."""
    return note(
        "info",
        rx.el.p(f"{why}, confirm first that it is you, in your preferences. That holds for ten minutes."),
        rx.el.div(button_link("Confirm that it is you", "/preferences", quiet=True), class_name="note-actions"),
    )


def _form(state: Any, ident: str, label: str, save: Any, **values: Any) -> rx.Component:
    def box(each: Any) -> rx.Component:
        words = either(each.pattern == "*", "All events", each.pattern)
        return rx.el.label(
            rx.el.input(type="checkbox", name=each.name, default_checked=each.checked, class_name="check"),
            rx.el.span(words, class_name="breakable"),
            class_name="check-label",
            key=each.name,
        )

    wrong = note("bad", "Please look at the marked fields. Nothing was saved yet.")
    return rx.el.form(
        text(
            ident, "url", "Address", state.problems, hint="Beginning with https://, and not inside your own network.",
            default_value=values.get("url", ""), max_length=1000, auto_complete="off", input_mode="url",
        ),
        text(
            ident, "description", "What it is for", state.problems,
            default_value=values.get("description", ""), max_length=200, auto_complete="off",
        ),
        rx.el.fieldset(
            rx.el.legend("Events", class_name="label"),
            rx.el.div(rx.foreach(state.groups, box), class_name="boxes webhook-events"),
            class_name="field group",
        ),
        _single(state, ident, values.get("single", "")),
        _all_events(state),
        rx.el.div(
            rx.cond(state.problems.length() > 0, wrong),
            rx.el.button(label, type="submit", class_name="button button-solid"),
            class_name="form-end",
            custom_attrs={"role": "status"},
        ),
        on_submit=save,
        key=ident + state.drawn.to_string(),
        no_validate=True,
        class_name="settings-form",
    )  # fmt: skip


def _single(state: Any, ident: str, value: Any) -> rx.Component:
    wrong = state.problems.contains("events")
    return rx.el.div(
        rx.el.label("Single events", html_for=f"{ident}-events", class_name="label"),
        rx.el.textarea(
            id=rx.Var.create(f"{ident}-events"),
            name="events",
            default_value=value,
            rows=3,
            max_length=4000,
            spell_check=False,
            class_name="input area",
            custom_attrs={"aria-invalid": wrong, "aria-describedby": f"{ident}-events-told"},
        ),
        rx.el.p(
            either(wrong, state.problems["events"], "By name, one on each line, beside the boxes above."),
            class_name=either(wrong, "hint hint-bad", "hint"),
            id=rx.Var.create(f"{ident}-events-told"),
        ),
        class_name="field",
    )


def _all_events(state: Any) -> rx.Component:
    listed = rx.el.dl(
        rx.foreach(
            state.events,
            lambda each: rx.el.div(
                rx.el.dt(rx.el.code(each.name, class_name="code breakable")),
                rx.el.dd(each.words),
                class_name="fact",
                key=each.name,
            ),
        ),
        class_name="facts",
    )
    return rx.el.details(rx.el.summary("Every event, and what it says"), listed, class_name="other-way")


def webhook() -> rx.Component:
    return framed(
        "settings",
        record("webhook", S.loaded, _webhook(), skeleton_page("Webhook"), ("All webhooks", PLACE)),
        search=False,
        refresh=S.refresh,
    )


def _webhook() -> rx.Component:
    steps = rx.fragment(
        rx.cond(S.paused, button("Resume", on_click=S.resume), button("Pause", on_click=S.pause)),
        rx.cond(S.confirmed, button("New secret", on_click=S.ask_first("rotate"))),
        button("Delete", on_click=S.ask_first("delete")),
    )
    kept = rx.el.div(button("I have kept it", on_click=S.kept), class_name="note-actions button-row")
    return rx.el.div(
        page_header(S.called, _standing(S.state_label), steps, back=(TITLE, PLACE)),
        rx.cond(S.paused_for != "", note("warning", S.paused_for, " What waits is held.")),
        rx.cond(S.secret != "", _secret(S.secret, kept)),
        _asked(),
        _how_it_stands(),
        _test(),
        _changed(),
        panel("What was sent", _attempts(), name="attempts", flush=True, aside=_look_again()),
        class_name="settings",
    )


def _asked() -> rx.Component:
    acts: dict[str, Any] = {
        "rotate": button("Yes, make a new one", on_click=S.rotate),
        "delete": button("Yes, delete it", on_click=S.delete),
    }
    cases = [
        (
            step,
            note(
                "warning",
                rx.el.p(rx.el.strong(question), " ", told),
                rx.el.div(acts[step], button("No", on_click=S.ask_first("")), class_name="note-actions button-row"),
                role="alertdialog",
                label=question,
            ),
        )
        for step, (question, told) in ASKED.items()
    ]
    return rx.cond(S.asking != "", rx.fragment(rx.match(S.asking, *cases, rx.fragment())))


def _how_it_stands() -> rx.Component:
    told = facts(
        fact("Address", rx.el.span(S.url, class_name="breakable")),
        fact("Waiting", rx.el.span(S.waiting, class_name="num")),
        fact("Given up", rx.el.span(S.given_up, class_name="num")),
        fact("Last taken", S.last_success),
        fact("Last failure", S.last_failure),
        rx.cond(S.failing_since != "", fact("Fails since", S.failing_since)),
        rx.cond(S.both_sign_until != "", fact("The earlier secret signs until", S.both_sign_until)),
        fact("Set up", S.since),
    )
    return panel("How it stands", rx.el.div(told, class_name="facts-row"), name="standing")


def _test() -> rx.Component:
    cases: list[Any] = [(kind, note(kind, S.tested)) for kind in ("good", "bad")]
    told = rx.cond(S.tested != "", rx.fragment(rx.match(S.tested_kind, *cases, rx.fragment())))
    send = rx.cond(
        S.testing,
        chip("clock-3", "On its way, at most 30 seconds"),
        button("Send a test event", on_click=S.ask_for_test),
    )
    return panel(
        "Test",
        meta("A signed event, webhook.test, sent at once, also where it is paused."),
        rx.el.div(told, class_name="trial-told", custom_attrs={"role": "status"}),
        send,
        name="test",
    )


def _changed() -> rx.Component:
    overtaken = note(
        "warning",
        rx.el.p("Somebody else changed this webhook since you opened it. What you filled in is still here."),
        rx.el.div(button("Show it as it is now", on_click=S.show_now), class_name="note-actions"),
        role="status",
    )
    form = _form(S, "change", "Save", S.save, url=S.url, description=S.description, single=S.single)
    return panel(
        "Change it",
        rx.cond(S.overtaken, overtaken),
        rx.cond(S.confirmed, rx.fragment(), _confirm_first("To have another address or a new secret")),
        form,
        name="change",
    )


def _look_again() -> rx.Component:
    return button("Look again", on_click=S.look_again)


def _attempts() -> rx.Component:
    def draw(each: Any) -> rx.Component:
        retry = button("Try again", label="Try again: " + each.event + ", " + each.at, on_click=S.retry(each.message))
        return row(
            rx.el.th(
                rx.el.code(each.event, class_name="code breakable"),
                scope="row",
                class_name="name-cell",
                custom_attrs={"role": "rowheader"},
            ),
            cell("When", each.at, kind="day left"),
            cell("Answer", each.answered, ", ", rx.el.span(each.took, class_name="num"), kind="named left"),
            cell("Why not", either(each.why != "", each.why, "—"), kind="wrapping plain"),
            cell("By now", each.fate, rx.cond(each.may_retry, rx.fragment(hidden_text(" "), retry)), kind="plain"),
            key=each.key,
        )

    listed = rx.fragment(
        table(
            "Attempts, the newest first",
            head(heading("Event"), heading("When"), heading("Answer"), heading("Why not"), heading("By now")),
            body(S.attempts, draw),
        ),
        rx.el.div(pager(S.span, S.previous, S.following), class_name="padded"),
    )
    return rx.cond(S.attempts.length() > 0, listed, meta("Nothing was sent yet.", class_name="meta none"))


PAGES = (
    Page(PLACE, titled(TITLE), webhooks, [PortalState.arrive, WebhooksState.load]),
    Page(f"{PLACE}/[webhook_locator]", titled("Webhook"), webhook, [PortalState.arrive, OneWebhookState.load]),
)
