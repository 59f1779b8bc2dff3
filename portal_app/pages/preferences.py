"""How a person signs in: password, second factor, recovery codes, sessions, tokens."""

from typing import Any, Literal

import reflex as rx

from portal_app.components.address import parameter
from portal_app.components.facts import panel
from portal_app.components.forms import field, native_form, problem_list, reason_note
from portal_app.components.links import button_link
from portal_app.components.notes import note, skeleton_page
from portal_app.components.shell import doorstep, page_header
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import Part, Text, chip, copy_button, either, icon, meta
from portal_app.pages.frame import framed, once_loaded, or_problem, titled
from portal_app.pages.notice_preferences import notices
from portal_app.pages.page import Page
from portal_app.pages.sign_in import SET_UP_PROBLEMS, TEXT_REASONS, THROTTLED, key_to_scan, new_password, text_me
from portal_app.state.notice_preferences import NoticePreferencesState
from portal_app.state.portal import PortalState
from portal_app.state.preferences import PreferencesState

S: Any = PreferencesState
REASONS = {
    "confirmed": ("good", "Thank you. For ten minutes you can change how you sign in."),
    "unconfirmed": (
        "bad",
        "That password and code did not both fit. After five failures your account is locked for 30 minutes.",
    ),
    "confirm": ("warning", "Confirm that it is you first: enter your password and a code once more."),
    "password_changed": ("good", "Your password is changed. Your other sessions were ended."),
    "throttled": THROTTLED,
    **TEXT_REASONS,
}
PROBLEMS = {**SET_UP_PROBLEMS, "password_same": "That is the password that you have. Choose another one."}
REPLACE_CODES = "Make new codes and void those that I have"
SHOW_CODES = either(S.codes_left > 0, REPLACE_CODES, "Show my recovery codes")
MAKE_CODES = either(S.codes_left > 0, REPLACE_CODES, "Make new codes")


def preferences() -> rx.Component:
    return framed(
        "preferences",
        or_problem(
            "Your preferences could not be loaded",
            once_loaded(S.loaded, _preferences(), skeleton_page("Preferences")),
            alone=True,
        ),
    )


def _preferences() -> rx.Component:
    return rx.el.div(
        page_header(
            "Preferences", "What you are told of, how you sign in, what is signed in for you, and the keyboard."
        ),
        reason_note(parameter("reason"), REASONS),
        problem_list("Your password was not changed:", parameter("problems"), PROBLEMS),
        rx.cond(S.confirmed, rx.fragment(), _confirm()),
        notices(),
        _password(),
        _authenticator(),
        rx.cond(S.texts, _phone()),
        _recovery_codes(),
        _sessions(),
        _tokens(),
        _keys(),
        class_name="settings",
    )


def _confirm() -> rx.Component:
    form = native_form(
        field("password", "Password", kind="password", auto_complete="current-password"),
        field(
            "code",
            "Code",
            hint="6 digits from your phone, or a recovery code.",
            auto_complete="one-time-code",
            max_length=20,
        ),
        button("Confirm", kind="submit"),
        action="/auth/confirm",
        class_name="form form-row",
    )
    return panel(
        "Confirm that it is you",
        meta("To change anything below, enter your password and a code once more."),
        form,
        rx.cond(S.phone != "", text_me("/auth/confirm/text", S.phone)),
        name="confirm",
    )


def _when_confirmed(*parts: Part) -> rx.Component:
    return rx.cond(S.confirmed, rx.fragment(*parts))


def _password() -> rx.Component:
    form = native_form(
        new_password("New password"),
        button("Change password", kind="submit"),
        action="/auth/password",
        class_name="form",
    )
    return panel("Password", meta("Changing it ends your other sessions."), _when_confirmed(form), name="own-password")


def _authenticator() -> rx.Component:
    since = rx.cond(
        S.authenticator != "",
        chip("circle-check-big", "In use since ", S.authenticator, tone="green"),
        chip("circle-alert", "Not set up", tone="amber"),
    )
    picture = key_to_scan(S.picture, S.secret, "Scan it with your app, or type this key into it:")
    proving = rx.el.form(
        field(
            "code",
            "6-digit code of the new app",
            ident="app-code",
            auto_complete="one-time-code",
            input_mode="numeric",
            max_length=10,
        ),
        button("Use this app from now on", kind="submit"),
        on_submit=S.finish_authenticator,
        class_name="form",
    )
    begin = button("Set up another app", on_click=S.begin_authenticator)
    change = rx.cond(S.picture != "", rx.fragment(picture, proving), begin)
    return panel("Authenticator app", _when_confirmed(change), aside=since, name="authenticator")


def _phone() -> rx.Component:
    state = rx.cond(S.phone != "", chip("circle-check-big", S.phone, tone="green"), chip("circle-alert", "Not set up"))
    asking = rx.el.form(
        field("number", "Mobile number", auto_complete="tel", input_mode="tel", max_length=40),
        button("Text me a code", kind="submit"),
        on_submit=S.text_me,
        class_name="form",
    )
    proving = rx.el.form(
        field(
            "code",
            "6-digit code from the message",
            ident="text-code",
            auto_complete="one-time-code",
            input_mode="numeric",
            max_length=10,
        ),
        button("Use this number", kind="submit"),
        on_submit=S.finish_phone,
        class_name="form",
    )
    remove = rx.cond(S.phone != "", button("Stop sending codes to it", on_click=S.remove_phone))
    return panel(
        "Text messages",
        meta("For the day on which your app is not at hand. An app is safer: text messages can be intercepted."),
        _when_confirmed(rx.cond(S.number != "", proving, asking), remove),
        aside=state,
        name="texts",
    )


def _recovery_codes() -> rx.Component:
    left = rx.cond(
        S.codes_left > 0,
        chip("key-round", S.codes_left, " of 10 left"),
        chip("circle-alert", "None left", tone="amber"),
    )
    return panel(
        "Recovery codes",
        meta("Ten codes for the day on which your phone is gone. Each works once."),
        _when_confirmed(rx.cond(S.codes.length() > 0, _codes(), _new_codes(button(MAKE_CODES, on_click=S.make_codes)))),
        aside=left,
        name="recovery",
    )


def _new_codes(begin: rx.Component) -> rx.Component:
    """What makes them, or the question that comes before where there are some that work."""
    question = note(
        "warning",
        rx.el.p(rx.el.strong("Make new codes?"), " Those that you have kept do not work any more then."),
        rx.el.div(
            button("Yes", on_click=S.make_codes_instead),
            button("No", on_click=S.keep_codes),
            class_name="note-actions button-row",
        ),
        role="alertdialog",
        label="Make new codes?",
    )
    return rx.cond(S.asking_codes, question, begin)


def _codes() -> rx.Component:
    return rx.el.div(
        note(
            "warning",
            "Keep these now, on paper or in a password manager. They are not shown again, and older ones are void.",
        ),
        rx.el.ol(
            rx.foreach(S.codes, lambda code: rx.el.li(rx.el.code(code, class_name="code"), key=code)),
            class_name="codes",
        ),
        copy_button(S.codes.join("\n"), "all ten codes"),
        class_name="kept-codes",
    )


def _sessions() -> rx.Component:
    listed = table(
        "Open sessions",
        head(heading("From"), heading("Since"), heading("Last used")),
        body(
            S.sessions,
            lambda each: row(
                cell("From", each.place, rx.cond(each.is_this, chip("monitor", "This one")), kind="named"),
                cell("Since", each.since, kind="day left"),
                cell("Last used", each.seen, kind="day right"),
                key=each.key,
            ),
        ),
    )
    end = rx.cond(S.sessions.length() > 1, button("Sign out everywhere else", on_click=S.sign_out_elsewhere))
    return panel("Sessions", listed, rx.el.div(end, class_name="padded"), flush=True, name="sessions")


def _tokens() -> rx.Component:
    return panel(
        "API tokens",
        rx.cond(
            S.tokens.length() > 0, token_table(S.tokens, S.revoke_token), meta("You have none.", class_name="meta none")
        ),
        _new_token(),
        flush=True,
        name="tokens",
    )


def token_table(tokens: Any, revoke: Any) -> rx.Component:
    """Somebody's tokens, each with a button that ends it."""
    return table(
        "Tokens in use",
        head(*(heading(each) for each in ("Name", "May", "Until", "Last used", "Actions"))),
        body(
            tokens,
            lambda each: row(
                cell("Name", each.name, kind="named"),
                cell("May", each.may, kind="plain"),
                cell("Until", each.until, kind="day left"),
                cell("Last used", each.used, kind="day right"),
                cell("Actions", button("Revoke", on_click=revoke(each.locator), label="Revoke " + each.name)),
                key=each.locator,
            ),
        ),
    )


def _new_token() -> rx.Component:
    made = note(
        "warning",
        "Copy the token now; it is not shown again: ",
        rx.el.code(S.token, class_name="code breakable"),
        copy_button(S.token, "the token"),
    )
    form = rx.el.form(
        field(
            "name",
            "Name of a new token",
            ident="token-name",
            hint="What it is for, such as “Monthly reports”.",
            max_length=80,
        ),
        rx.el.label(
            rx.el.input(type="checkbox", name="may_write", class_name="check"),
            "May also write",
            class_name="check-label",
        ),
        button("Create token", kind="submit"),
        on_submit=S.create_token,
        reset_on_submit=True,
        class_name="form",
    )
    return rx.el.div(rx.cond(S.token != "", made), _when_confirmed(form), class_name="padded")


def _keys() -> rx.Component:
    state = rx.cond(S.single_keys, chip("circle-check-big", "On", tone="green"), chip("circle-slash", "Off"))
    return panel(
        "Single keys",
        meta(
            "Keys such as / for the search and j and k for the rows of a list. Turn them off where they get in the "
            "way, as with dictation. Ctrl K, on a Mac ⌘ K, works either way."
        ),
        button(
            either(S.single_keys, "Turn single keys off", "Turn single keys on"),
            on_click=S.turn_single_keys(~S.single_keys),
        ),
        aside=state,
        name="keys",
    )


def button(
    text: Text, *, kind: Literal["button", "submit"] = "button", label: Any = None, **props: Any
) -> rx.Component:
    attributes = {"aria-label": label} if label is not None else {}
    return rx.el.button(text, type=kind, class_name="button button-quiet", custom_attrs=attributes, **props)


def recovery_codes() -> rx.Component:
    """Where the first sign-in leads: the codes for a lost phone, before anything else."""
    begin = rx.el.button(
        icon("key-round", 16), SHOW_CODES, type="button", on_click=S.make_codes,
        class_name="button button-solid button-wide",
    )  # fmt: skip
    kept = rx.fragment(_codes(), rx.el.div(button_link("I have kept them", "/"), class_name="form-more"))
    return doorstep(
        "Recovery codes",
        rx.cond(S.flash != "", note("bad", S.flash)),
        once_loaded(S.loaded, rx.cond(S.codes.length() > 0, kept, _new_codes(begin)), rx.fragment()),
        agency=S.agency_name,
        lead="Should you lose your phone, one of these ten codes lets you in. Each works once.",
        below=rx.cond(
            S.codes.length() > 0,
            rx.fragment(),
            rx.el.div(
                button_link("Later", "/", quiet=True),
                meta("You can make them at any time in your preferences."),
                class_name="below-door",
            ),
        ),
    )


ARRIVE = PortalState.arrive
PAGES = (
    Page(
        "/preferences",
        titled("Preferences"),
        preferences,
        [ARRIVE, PreferencesState.load, NoticePreferencesState.load],
    ),
    Page("/recovery-codes", titled("Recovery codes"), recovery_codes, [ARRIVE, PreferencesState.load]),
)
