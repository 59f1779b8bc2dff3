"""The agency's settings: changed with a review before the save, the messages tried, and what to hand to who helps."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.links import button_link
from portal_app.components.notes import note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import chip, copy_button, either, icon, meta
from portal_app.pages.frame import framed, once_loaded, or_problem, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.pages.settings_form import changes_list, settings_form
from portal_app.state.configuration import PLACE as CONFIGURATION
from portal_app.state.holidays import PLACE as HOLIDAYS
from portal_app.state.portal import PortalState
from portal_app.state.routing import PLACE as ROUTING
from portal_app.state.settings import PLACE, SettingsState
from portal_app.state.webhooks import PLACE as WEBHOOKS

S: Any = SettingsState


def settings() -> rx.Component:
    drawn = rx.el.div(
        page_header(
            "Settings",
            "What the agency decides about its portal. Each change is reviewed, kept and audited.",
            button_link("Holidays", HOLIDAYS, quiet=True),
            button_link("Routing", ROUTING, quiet=True),
            button_link("Webhooks", WEBHOOKS, quiet=True),
        ),
        panel(
            "Configuration",
            meta("What is written as text and kept in versions, such as the types of producers and codes."),
            button_link("Open the configuration", CONFIGURATION, quiet=True),
        ),
        settings_form(),
        _mail(),
        _ams(),
        _texts(),
        _environment(),
        _history(),
        _diagnostics(),
        class_name="settings",
    )
    return framed(
        "settings",
        or_problem(
            "Settings could not be loaded",
            once_loaded(S.loaded, drawn, skeleton_page("Settings")),
            alone=True,
        ),
        search=False,
    )


def _mail() -> rx.Component:
    about = "A mail to your own address, sent at once: the answer is the mail server's."
    missing = "No mail server is set up. Set PORTAL_SMTP_URL and PORTAL_MAIL_FROM, and start the portal anew."
    send = _sending("mail", button("Send me a test mail", on_click=S.ask_for_mail))
    return _trial("mail", "Mail", about, missing, S.mail, send)


def _ams() -> rx.Component:
    """One for each address that is set, by the settings as they are saved."""
    names = {"mail": "the address that files mail", "task": "the address that makes tasks"}

    def sends(way: str, name: str) -> rx.Component:
        send = _sending(f"ams-{way}", button(f"Send a test to {name}", on_click=S.ask_for_ams(way)))
        return rx.cond(S.ams.contains(way), rx.fragment(_outcome(f"ams-{way}"), send))

    missing = "No address is saved above, or no mail server is set up. What goes to the AMS is not sent, and says so."
    return panel(
        "AMS",
        rx.cond(
            S.ams.length() > 0,
            rx.fragment(
                meta("A message that says that it is a test, sent at once."),
                *(sends(way, name) for way, name in names.items()),
            ),
            meta(missing),
        ),
        aside=_given(S.ams.length() > 0, "Set up", "Not set up"),
        name="try-ams",
    )


def _texts() -> rx.Component:
    about = "A text message to your own verified number, or to another one, sent at once."
    missing = (
        "No text gateway is set up. Set PORTAL_SMS_ACCOUNT, PORTAL_SMS_TOKEN and PORTAL_SMS_FROM, and start the portal "
        "anew. Until then people use authenticator apps."
    )
    form = rx.el.form(
        rx.el.div(
            rx.el.label("Mobile number", html_for="trial-number", class_name="label"),
            rx.el.input(
                id=rx.Var.create("trial-number"),
                name="number",
                type="tel",
                placeholder=either(S.number != "", "Your own, " + S.number, ""),
                auto_complete="tel",
                max_length=40,
                class_name="input",
            ),
            class_name="field",
        ),
        _sending("text", button("Send a test text message", kind="submit")),
        on_submit=S.ask_for_text,
        class_name="form",
    )
    return _trial("text", "Text messages", about, missing, S.texts, form)


def _sending(what: str, send: rx.Component) -> rx.Component:
    return rx.cond(S.trying == what, chip("clock-3", "On its way, at most 20 seconds"), send)


def _trial(what: str, title: str, about: str, missing: str, there: Any, form: rx.Component) -> rx.Component:
    return panel(
        title,
        rx.cond(there, rx.fragment(meta(about), _outcome(what), form), meta(missing)),
        aside=_given(there, "Set up", "Not set up"),
        name=f"try-{what}",
    )


def _outcome(what: str) -> rx.Component:
    cases: list[Any] = [(kind, note(kind, S.tried_told)) for kind in ("good", "bad")]
    return rx.el.div(
        rx.cond(S.tried == what, rx.fragment(rx.match(S.tried_kind, *cases, rx.fragment()))),
        class_name="trial-told",
        custom_attrs={"role": "status"},
    )


def _given(given: Any, yes: str, no: str) -> rx.Component:
    return rx.cond(given, chip("circle-check-big", yes, tone="green"), chip("circle-minus", no))


def _environment() -> rx.Component:
    return panel(
        "Set by whoever runs the portal",
        meta(
            "Addresses of servers and secrets stay in the environment of the server. Here is shown whether they are "
            "set, and never what they hold.",
            class_name="meta none",
        ),
        table(
            "Settings of the environment",
            head(heading("What"), heading("Variable"), heading("Standing")),
            body(
                S.variables,
                lambda each: row(
                    rx.el.th(each.what, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
                    cell("Variable", rx.el.code(each.name, class_name="code"), kind="wrapping"),
                    cell(
                        "Standing", rx.cond(each.given, _given(True, "Set", ""), _not_set(each.otherwise)), kind="state"
                    ),
                    key=each.name,
                ),
            ),
        ),
        name="environment",
        flush=True,
    )


def _not_set(otherwise: Any) -> rx.Component:
    return rx.fragment(chip("circle-minus", "Not set"), rx.el.span(otherwise, class_name="meta line"))


def _history() -> rx.Component:
    listed = table(
        "Changes of the settings",
        head(heading("When"), heading("Who"), heading("What")),
        body(
            S.history,
            lambda each: row(
                cell("When", each.at, kind="day left"),
                cell("Who", each.by, kind="wrapping plain right"),
                cell("What", changes_list(each.changes), kind="wrapping"),
                key=each.version,
            ),
        ),
    )
    none = meta("Nothing was changed here yet.", class_name="meta none")
    return panel("Changes", rx.cond(S.history.length() > 0, listed, none), name="changes", flush=True)


def _diagnostics() -> rx.Component:
    verdict = rx.cond(
        S.well,
        chip("circle-check-big", "All is well", tone="green"),
        chip("triangle-alert", "Something is wrong", tone="amber"),
    )
    shown = rx.el.div(
        rx.el.pre(
            S.report,
            class_name="report",
            tab_index=0,
            custom_attrs={"role": "region", "aria-label": "What the diagnostics say"},
        ),
        rx.el.div(
            copy_button(S.report, "the diagnostics"),
            rx.el.button(
                icon("rotate-cw", 14), "Look again", type="button", on_click=S.look_into_it,
                class_name="button button-quiet button-small",
            ),
            class_name="button-row",
        ),
    )  # fmt: skip
    return panel(
        "Diagnostics",
        meta(
            "For whoever helps with the portal: how it is doing, without names, addresses, secrets or anything of your "
            "clients."
        ),
        rx.cond(S.report != "", shown, button("Show the diagnostics", on_click=S.look_into_it)),
        aside=rx.cond(S.report != "", verdict),
        name="diagnostics",
    )


PAGE = Page(PLACE, titled("Settings"), settings, [PortalState.arrive, SettingsState.load])
