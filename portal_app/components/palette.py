"""The palette, which opens over every page of the portal, and the sheet of all keys. The static scripts open them,
narrow the palette to what is typed and walk through it; here is drawn what there is to choose."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from portal_app.components.links import link
from portal_app.components.shell import PLACES, SIGN_OUT, Person, Place
from portal_app.components.words import either, icon, meta

NOTIFICATIONS = Place("notifications", "Notifications", "/notifications", "bell")
PREFERENCES = Place("preferences", "Preferences", "/preferences", "settings")
# Actions that a right offers: `Person.actions` holds the keys of those that are this person's.
ACTIONS = (
    Place("new-submission", "New submission", "/submissions/new", "file-plus-2"),
    Place("add-user", "Add a user", "/admin/users/new", "user-plus"),
    Place("add-producer", "Add a producer", "/producers/new", "circle-plus"),
    Place("submissions-at-risk", "Submissions at risk", "/submissions?at_risk=1", "clock-alert"),
    Place("unrouted", "Unrouted submissions", "/submissions?unrouted=1", "inbox"),
    Place("run-feed", "Run a feed now", "/admin/integrations", "play"),
    Place("quarantine", "Look at quarantine", "/admin/integrations#quarantine", "triangle-alert"),
    Place("roles", "What roles may do", "/admin/roles", "table-properties"),
    Place("export-policies", "Export policies", "/policies", "download"),
    Place("export-accounts", "Export accounts", "/accounts", "download"),
    Place("export-submissions", "Export submissions", "/submissions", "download"),
    Place("export-users", "Export users", "/admin/users", "download"),
    Place("export-audit", "Export the audit trail", "/admin/audit", "download"),
)
RECOVERY_CODES = Place("recovery-codes", "New recovery codes", "/preferences#recovery", "key-round")
KEYS = (
    ("Find a page, an action or a record", ("Ctrl", "K")),
    ("Go to the search", ("/",)),
    ("Next and previous row of a list", ("j", "k")),
    ("Open the row", ("Enter",)),
    ("Previous and next page of a list", ("[", "]")),
    ("Show these keys", ("?",)),
)
LONGEST = 100


@dataclass(frozen=True)
class Answers:
    """What the server knows of a text: the rows of each kind, the text that they answer, and what went wrong."""

    asked: rx.Var[str]
    trouble: rx.Var[str]
    policies: rx.Var[list[Any]]
    accounts: rx.Var[list[Any]]
    submissions: rx.Var[list[Any]]
    people: rx.Var[list[Any]]
    suggest: Any


def palette(person: Person, answers: Answers) -> rx.Component:
    typed: rx.Var[str] = rx.Var(_js_expr="document.getElementById('palette-text').value", _var_type=str).to(str)
    ask = rx.el.button(
        type="button", on_click=answers.suggest(typed), hidden=True, tab_index=-1, custom_attrs={"data-ask": ""}
    )
    return rx.el.dialog(
        _field(person),
        ask,
        _choices(person, answers),
        _told(person),
        class_name="sheet palette",
        custom_attrs={
            "id": "palette",
            "aria-label": "Go to",
            "data-asked": answers.asked,
            "data-trouble": answers.trouble,
            "data-lost": has_connection_errors,
        },
    )


def _field(person: Person) -> rx.Component:
    business, users = person.places.contains("policies"), person.places.contains("users")
    everything = either(
        users, "Page, action, policy, submission, account or user", "Page, action, policy, submission or account"
    )
    box = rx.el.input(
        type="text",
        class_name="palette-text",
        max_length=LONGEST,
        auto_complete="off",
        spell_check=False,
        enter_key_hint="go",
        placeholder=either(business, everything, either(users, "Page, action or user", "Page or action")),
        role="combobox",
        custom_attrs={
            "id": "palette-text",
            "aria-label": "Go to",
            "aria-controls": "palette-list",
            "aria-expanded": "false",
            "aria-autocomplete": "list",
        },
    )
    return rx.el.div(icon("search", 18), box, _close(), class_name="palette-head")


def _close() -> rx.Component:
    return rx.el.button(
        icon("x", 16),
        type="button",
        class_name="icon-button",
        custom_attrs={"data-closes": "", "aria-label": "Close"},
    )


def _choices(person: Person, answers: Answers) -> rx.Component:
    pages = [rx.cond(person.places.contains(place.key), _page(place)) for place in PLACES]
    return rx.el.div(
        _group("recent", "Recent", rx.el.div(custom_attrs={"data-recent": ""})),
        _group("pages", "Pages", *pages, _page(NOTIFICATIONS), _page(PREFERENCES)),
        _group("actions", "Actions", *_actions(person)),
        _answers("policies", "Policies", answers.policies, "shield"),
        _answers("accounts", "Accounts", answers.accounts, "users"),
        _answers("submissions", "Submissions", answers.submissions, "file-text"),
        _answers("people", "Users", answers.people, "user"),
        class_name="palette-list",
        role="listbox",
        custom_attrs={"id": "palette-list", "aria-label": "What there is to choose"},
    )


def _group(name: str, title: str, *options: rx.Component) -> rx.Component:
    head = f"palette-{name}-head"
    return rx.el.div(
        rx.el.p(title, class_name="palette-group", custom_attrs={"id": head, "role": "presentation"}),
        *options,
        role="group",
        custom_attrs={"aria-labelledby": head},
    )


def _page(place: Place) -> rx.Component:
    return _option_link(f"palette-{place.key}", place, {"data-page": ""})


def _option_link(ident: str, place: Place, attributes: dict[str, str]) -> rx.Component:
    return link(
        icon(place.sign, 16),
        rx.el.span(place.label, class_name="palette-title"),
        href=place.href,
        role="option",
        tab_index=-1,
        class_name="palette-option",
        custom_attrs={"id": ident, "aria-selected": "false", "data-fixed": "", **attributes},
    )


def _actions(person: Person) -> list[rx.Component]:
    own = [
        rx.cond(person.actions.contains(action.key), _option_link(f"palette-{action.key}", action, {}))
        for action in ACTIONS
    ]
    return [
        *own,
        _option_link(f"palette-{RECOVERY_CODES.key}", RECOVERY_CODES, {}),
        _button("theme", "sun-moon", "Switch between light and dark", on_click=rx.toggle_color_mode),
        _button("keys", "keyboard", "Show all keys", attributes={"data-opens": "keys-help"}),
        _button("sign-out", "log-out", "Sign out", kind="submit", attributes={"form": SIGN_OUT}),
    ]


def _button(
    key: str, sign: str, label: str, *, kind: Any = "button", attributes: dict[str, str] | None = None, **props: Any
) -> rx.Component:
    return rx.el.button(
        icon(sign, 16),
        rx.el.span(label, class_name="palette-title"),
        type=kind,
        role="option",
        tab_index=-1,
        class_name="palette-option",
        custom_attrs={
            "id": f"palette-{key}",
            "aria-selected": "false",
            "data-fixed": "",
            **(attributes or {}),
        },
        **props,
    )


def _answers(name: str, title: str, rows: rx.Var[list[Any]], sign: str) -> rx.Component:
    def draw(row: Any) -> rx.Component:
        return link(
            icon(sign, 16),
            rx.el.span(row.title, class_name="palette-title"),
            rx.el.span(row.detail, class_name="palette-detail num"),
            href=row.href,
            key=row.key,
            role="option",
            tab_index=-1,
            class_name="palette-option",
            custom_attrs={"id": "palette-" + row.key, "aria-selected": "false", "data-found": ""},
        )

    return _group(name, title, rx.el.div(rx.foreach(rows, draw), custom_attrs={"data-answers": ""}))


def _told(person: Person) -> rx.Component:
    """The line below: how many there are, or why there are none."""
    idle = either(
        person.places.contains("policies"),
        "Type a name, a number, a VIN or an address.",
        either(person.places.contains("users"), "Type a name, an email or a page.", "Type a page or an action."),
    )
    return rx.el.div(
        rx.el.p(class_name="palette-told", custom_attrs={"role": "status", "data-idle": idle}),
        rx.el.p(
            rx.el.kbd("↑"), rx.el.kbd("↓"), " choose ", rx.el.kbd("Enter"), " go",
            class_name="palette-hint", custom_attrs={"aria-hidden": "true"},
        ),
        class_name="palette-foot",
    )  # fmt: skip


def keys_help(single_keys: rx.Var[bool]) -> rx.Component:
    """All keys. What is turned off says so."""
    off = rx.el.p(
        "Single keys are turned off in your ",
        link("preferences", href="/preferences#keys"),
        ".",
        class_name="keys-note",
    )
    on = meta("Single keys can be turned off in your ", link("preferences", href="/preferences#keys"), ".")
    return rx.el.dialog(
        rx.el.div(
            rx.el.div(
                rx.el.h2("Keys", class_name="section-title", custom_attrs={"id": "keys-help-title"}),
                _close(),
                class_name="keys-head",
            ),
            rx.el.dl(*[_key(what, keys) for what, keys in KEYS], class_name="keys-list"),
            rx.cond(single_keys, on, off),
            class_name="keys-body",
        ),
        class_name="sheet keys-help",
        custom_attrs={"id": "keys-help", "aria-labelledby": "keys-help-title"},
    )


def _key(what: str, keys: tuple[str, ...]) -> rx.Component:
    drawn = [rx.el.kbd(class_name="key-control") if key == "Ctrl" else rx.el.kbd(key) for key in keys]
    return rx.el.div(rx.el.dt(what), rx.el.dd(*drawn))
