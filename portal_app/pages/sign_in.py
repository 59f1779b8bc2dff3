"""The pages on the way in: password, code, second factor, first password."""

from typing import Any

import reflex as rx

from portal_app.components.address import parameter
from portal_app.components.forms import field, native_form, problem_list, reason_note, submit
from portal_app.components.links import link
from portal_app.components.notes import note
from portal_app.components.shell import doorstep
from portal_app.components.words import Text, copy_button, either, icon, meta
from portal_app.pages.frame import PRODUCT, titled
from portal_app.pages.page import Page
from portal_app.state.enrolment import NOT_TEXTED, CodeState, EnrolmentState
from portal_app.state.front_door import FrontDoorState

WRONG = (
    "That email and password do not match, or the account is locked for now. "
    "After five failures it stays locked for 30 minutes."
)
THROTTLED = ("bad", "Too many failed attempts came from your network. Please wait a few minutes, then try again.")
SIGN_IN_REASONS = {
    "wrong": ("bad", WRONG),
    "locked-out": ("bad", WRONG),
    "throttled": THROTTLED,
    "origin": (
        "bad",
        "That form was not sent from this portal's own address. Open the portal at its usual address and try again.",
    ),
    "idle": ("info", "You were signed out after 30 minutes without activity."),
    "absolute": ("info", "You were signed out after 8 hours, as everybody is. Sign in to go on."),
    "replaced": (
        "warning",
        (
            "You were signed out here because your account was used to sign in elsewhere. "
            "If that was not you, tell your administrator."
        ),
    ),
    "signed_out": ("good", "You are signed out."),
    "role_changed": ("info", "What you may do here was changed. Sign in again to go on."),
    "revoked": ("info", "Your session was ended. Sign in again to go on."),
    "password_set": ("good", "Your password is set. Sign in with it now."),
}
TEXT_REASONS = {
    "texted": ("good", "A code is on its way by text message. It works for ten minutes."),
    **{reason: ("warning", sentence) for reason, sentence in NOT_TEXTED.items()},
}
CODE_REASONS = {
    "code": ("bad", "That code did not fit, or was used before. Wait for the next one and try again."),
    "throttled": THROTTLED,
    **TEXT_REASONS,
}
ENROLMENT_REASONS = {
    "code": ("bad", "That code did not fit. Check that you scanned the picture below, and try the next code."),
    "clock": (
        "warning",
        (
            "That code belongs to another time: the clock of your phone is off. "
            "Switch on the automatic date and time in its settings, then try the next code."
        ),
    ),
    "throttled": THROTTLED,
    **TEXT_REASONS,
}
SET_UP_PROBLEMS = {
    "email": "Enter an email address such as name@example.com.",
    "name": "Enter your name, at most 120 characters.",
    "password_short": "The password needs at least 12 characters.",
    "password_long": "The password may have at most 256 characters.",
    "password_classes": "The password needs upper-case and lower-case letters, a digit and a symbol.",
    "password_words": "Leave out your name, your agency's name and words such as “portal” or “insurance”.",
    "password_common": "This password is on a list of common or stolen ones.",
    "password_guessable": "This password is too easy to guess. Make it longer or less regular.",
    "link": "This link is not valid any more: it was used, or it is too old. Ask for a new one.",
}
RESET_REASONS = {
    "asked": (
        "good",
        "If somebody here has that address, a link is on its way. It works for 60 minutes, the newest one alone.",
    ),
    "throttled": ("bad", "Too many links were asked for from your network. Please wait a quarter of an hour."),
}
PASSWORD_RULES = (
    ("length", "At least 12 characters"),
    ("upper", "An upper-case letter"),
    ("lower", "A lower-case letter"),
    ("digit", "A digit"),
    ("symbol", "A symbol"),
)


def _agency() -> rx.Var[str]:
    return either(FrontDoorState.agency_name != "", FrontDoorState.agency_name, PRODUCT)


def sign_in() -> rx.Component:
    demo = rx.cond(
        FrontDoorState.demo,
        note(
            "info",
            "This is the demo agency. Who can sign in, with passwords and codes, is told where it was started, and by ",
            rx.el.code(".venv/bin/python -m portal_app demo sign-ins", class_name="code"),
            ".",
        ),
    )
    return doorstep(
        "Sign in",
        reason_note(parameter("reason"), SIGN_IN_REASONS),
        native_form(
            field("email", "Email", kind="email", keep=True, auto_complete="username", input_mode="email"),
            field("password", "Password", kind="password", auto_complete="current-password"),
            submit("Continue"),
            action="/auth/sign-in",
            class_name="form",
        ),
        agency=_agency(),
        below=rx.fragment(demo, link("Forgot your password?", href="/reset")),
    )


def mfa() -> rx.Component:
    recovering = parameter("with") == "recovery"
    other_way = rx.cond(
        recovering,
        link("Use a code from your phone", href="/mfa"),
        link("Lost your phone? Use a recovery code", href="/mfa?with=recovery"),
    )
    return doorstep(
        "Enter your code",
        reason_note(parameter("reason"), CODE_REASONS),
        native_form(
            rx.cond(recovering, _recovery_code(), _code()), submit("Sign in"), action="/auth/mfa", class_name="form"
        ),
        rx.cond(CodeState.phone != "", text_me("/auth/mfa/text", CodeState.phone)),
        agency=_agency(),
        lead=either(
            recovering,
            "Type one of the ten codes that you kept when you set up your second factor. Each works once.",
            either(
                CodeState.authenticator,
                "Open your authenticator app and type the 6 digits that it shows for this portal.",
                "Have a code sent to your phone, and type its 6 digits.",
            ),
        ),
        below=rx.fragment(
            other_way,
            _start_over(),
            meta("No phone and no recovery code? Your agency's administrator can let you set up anew."),
        ),
    )


def text_me(action: str, phone: Text) -> rx.Component:
    """A button that has a code sent to the number that is known."""
    send = rx.el.button(
        icon("message-square-text", 16),
        "Text a code to ",
        phone,
        type="submit",
        class_name="button button-quiet button-wide",
    )
    return native_form(send, action=action, class_name="form form-more")


def _recovery_code() -> rx.Component:
    return field(
        "code",
        "Recovery code",
        hint="Ten letters and digits, such as K7RQF-3M9XW.",
        auto_complete="off",
        auto_capitalize="characters",
        spell_check=False,
        max_length=20,
        auto_focus=True,
    )


def _code() -> rx.Component:
    return field(
        "code",
        "6-digit code",
        auto_complete="one-time-code",
        input_mode="numeric",
        pattern="[0-9 ]*",
        max_length=10,
        auto_focus=True,
        title="The 6 digits that your phone shows",
        custom_attrs={"data-code": ""},
    )


def _start_over() -> rx.Component:
    return native_form(
        rx.el.button("Start over with another account", type="submit", class_name="button button-plain"),
        action="/auth/sign-out",
    )


def enroll() -> rx.Component:
    return doorstep(
        "Set up your second factor",
        reason_note(parameter("reason"), ENROLMENT_REASONS),
        rx.el.ol(
            rx.el.li(
                "Install an authenticator app on your phone, such as Google Authenticator or Microsoft Authenticator."
            ),
            rx.el.li("Scan this picture with the app.", _picture()),
            rx.el.li(
                "Type the 6 digits that the app shows.",
                native_form(_code(), submit("Finish"), action="/auth/enroll", class_name="form"),
            ),
            class_name="steps",
        ),
        rx.cond(EnrolmentState.texts, _by_text()),
        agency=_agency(),
        lead="Everybody who signs in here needs a code from their phone beside the password. You do this once.",
        below=_start_over(),
    )


def _by_text() -> rx.Component:
    """The other way, for who cannot have an app."""
    return rx.el.details(
        rx.el.summary("Get codes by text message instead"),
        meta("An app is safer: text messages can be intercepted. Type the code that you get in step 3 above."),
        native_form(
            field("phone", "Mobile number", keep=True, auto_complete="tel", input_mode="tel", max_length=40),
            submit("Text me a code"),
            action="/auth/enroll/text",
            class_name="form",
        ),
        class_name="other-way",
    )


def key_to_scan(picture: Text, secret: Text, hint: str) -> rx.Component:
    """What an authenticator app takes, as a picture and as text."""
    return rx.el.div(
        rx.el.img(src=picture, alt="QR code that holds the key beside it", class_name="qr"),
        rx.el.div(
            meta(hint),
            rx.el.code(secret, class_name="code secret"),
            copy_button(secret, "the key"),
            class_name="secret-side",
        ),
        class_name="enrolment",
    )


def _picture() -> rx.Component:
    shown = key_to_scan(EnrolmentState.picture, EnrolmentState.secret, "Cannot scan? Type this key into the app:")
    waiting = rx.el.div(class_name="bone qr-bone", custom_attrs={"role": "status", "aria-label": "Loading"})
    trouble = rx.el.p(EnrolmentState.problem, class_name="hint")
    return rx.cond(EnrolmentState.picture != "", shown, rx.cond(EnrolmentState.problem != "", trouble, waiting))


def set_up() -> rx.Component:
    return doorstep(
        "Set up your account",
        rx.cond(_is_barred(), _why_barred(), rx.cond(FrontDoorState.looked, _first_password(), _being_looked_at())),
        agency=_agency(),
        lead="Choose a password first. At the first sign-in you then set up codes on your phone.",
    )


def _being_looked_at() -> rx.Component:
    """Before it is known whose link it is there is nothing to fill in: for whom was invited has no name to type."""
    return meta("Your link is being looked at …", class_name="meta", role="status")


def _first_password() -> rx.Component:
    form = native_form(
        rx.el.input(type="hidden", name="token", value=parameter("token"), read_only=True),
        rx.cond(FrontDoorState.invited_email != "", _invited(), _who_are_you()),
        new_password("Choose a password"),
        submit("Set password"),
        action="/auth/set-up",
        class_name="form",
    )
    return rx.fragment(_to_mend(), form)


def new_password(label: str) -> rx.Component:
    """The field for a password that is to be, with the rules that it has to meet."""
    return rx.fragment(
        field(
            "password",
            label,
            kind="password",
            auto_complete="new-password",
            custom_attrs={"data-rules": "password-rules", "aria-describedby": "password-rules"},
        ),
        rx.el.ul(
            *[rx.el.li(text, custom_attrs={"data-rule": rule}) for rule, text in PASSWORD_RULES],
            rx.el.li("No name of yours or of the agency, and nothing that is easy to guess", class_name="rule-plain"),
            class_name="rules",
            id=rx.Var.create("password-rules"),
        ),
    )


def reset() -> rx.Component:
    return rx.cond(parameter("token") != "", _reset_by_link(), _ask_for_reset())


def _is_void() -> Any:
    """Whether the link is none that works; wrong, used and old are one and the same."""
    return (FrontDoorState.looked & FrontDoorState.missing) | _problems().contains("link")


def _is_refused() -> Any:
    """Whether no link was looked at: too many wrong ones came from here, or there was trouble."""
    return FrontDoorState.looked & (FrontDoorState.problem != "")


def _is_barred() -> Any:
    return _is_void() | _is_refused() | _problems().contains("throttled")


def _why_barred() -> rx.Component:
    void = rx.cond(_is_refused(), note("bad", FrontDoorState.problem), note("bad", SET_UP_PROBLEMS["link"]))
    return rx.cond(_problems().contains("throttled"), note(*THROTTLED), void)


def _problems() -> Any:
    return parameter("problems").split(",")


def _to_mend() -> rx.Component:
    return problem_list("Please mend this and type the password again:", parameter("problems"), SET_UP_PROBLEMS)


def _ask_for_reset() -> rx.Component:
    by_mail = native_form(
        field("email", "Email", kind="email", keep=True, auto_complete="username", input_mode="email"),
        submit("Send me a link"),
        action="/auth/reset",
        class_name="form",
    )
    by_hand = note("info", "Ask your agency's administrator: they can give you a link for a new password.")
    return doorstep(
        "Forgot your password?",
        reason_note(parameter("reason"), RESET_REASONS),
        # Of a link that somebody came by before, and that did not work.
        rx.cond(parameter("problems") != "", _why_barred()),
        rx.cond(FrontDoorState.mail, by_mail, by_hand),
        agency=_agency(),
        lead=either(
            FrontDoorState.mail, "Type your email address. A link by which you choose a new one is mailed to you.", ""
        ),
        below=link("Back to sign-in", href="/sign-in"),
    )


def _reset_by_link() -> rx.Component:
    form = native_form(
        rx.el.input(type="hidden", name="token", value=parameter("token"), read_only=True),
        _invited(),
        new_password("New password"),
        submit("Set password"),
        action="/auth/reset/confirm",
        class_name="form",
    )
    return doorstep(
        "Choose a new password",
        rx.cond(_is_barred(), _why_barred(), rx.fragment(_to_mend(), form)),
        agency=_agency(),
        lead="You then sign in with it, and with a code as ever.",
        below=link("Back to sign-in", href="/sign-in"),
    )


def _invited() -> rx.Component:
    return rx.el.div(
        rx.el.p(FrontDoorState.invited_name, class_name="person-name"),
        meta(FrontDoorState.invited_email),
        class_name="invited",
    )


def _who_are_you() -> rx.Component:
    return rx.fragment(
        field("name", "Your name", keep=True, auto_complete="name", max_length=120),
        field("email", "Email", kind="email", keep=True, auto_complete="username", input_mode="email"),
    )


OUTSIDE = FrontDoorState.arrive_outside

PAGES = (
    Page("/sign-in", titled("Sign in"), sign_in, [OUTSIDE]),
    Page("/mfa", titled("Enter your code"), mfa, [OUTSIDE, CodeState.look]),
    Page("/enroll", titled("Set up your second factor"), enroll, [OUTSIDE, EnrolmentState.begin]),
    Page("/set-up", titled("Set up your account"), set_up, [OUTSIDE, FrontDoorState.look_at_link]),
    Page("/reset", titled("Forgot your password?"), reset, [OUTSIDE, FrontDoorState.look_at_link]),
)
