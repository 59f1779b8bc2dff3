"""What surrounds every page: sidebar, header, the person's menu, the bar at the bottom of a phone."""

from collections.abc import Sequence
from dataclasses import dataclass

import reflex as rx
from reflex_base.utils.imports import ImportVar
from reflex_base.vars import VarData

from portal_app.components.address import address_form
from portal_app.components.brand import mark
from portal_app.components.forms import native_form
from portal_app.components.links import link, plain_link
from portal_app.components.words import Part, Text, either, icon


@dataclass(frozen=True)
class Place:
    """An entry of the navigation."""

    key: str
    label: str
    href: str
    sign: str


PLACES = (
    Place("home", "Home", "/", "layout-dashboard"),
    Place("policies", "Policies", "/policies", "shield"),
    Place("accounts", "Accounts", "/accounts", "users"),
    Place("submissions", "Submissions", "/submissions", "inbox"),
    Place("quotes", "Quotes", "/quotes", "file-pen-line"),
    Place("messages", "Messages", "/messages", "message-square"),
    Place("producers", "Producers", "/producers", "network"),
    Place("binding", "Can I bind?", "/authority", "circle-help"),
    Place("authority", "Authority", "/admin/authority", "scale"),
    Place("users", "Users", "/admin/users", "user-cog"),
    Place("integrations", "Integrations", "/admin/integrations", "database"),
    Place("audit", "Audit", "/admin/audit", "scroll-text"),
    Place("settings", "Settings", "/admin/settings", "sliders-horizontal"),
)


SIGN_OUT = "sign-out"


@dataclass(frozen=True)
class Person:
    """The variables that say who is signed in, and where they may go."""

    name: rx.Var[str]
    initials: rx.Var[str]
    email: rx.Var[str]
    role: rx.Var[str]
    agency: rx.Var[str]
    demo: rx.Var[bool]
    places: rx.Var[list[str]]
    actions: rx.Var[list[str]]
    single_keys: rx.Var[bool]
    unread: rx.Var[int]
    unread_messages: rx.Var[int]


def shell(
    person: Person,
    here: str,
    *content: Part,
    alive: rx.Var[bool],
    search: bool = True,
    over: Sequence[rx.Component] = (),
) -> rx.Component:
    """A page of the portal. `here` is the key of the place it belongs to; `over` are the sheets that open above it.
    `alive` is false from when a lost connection is found again until the page has loaded: the static script then keeps
    what was typed."""
    return rx.el.div(
        plain_link("Skip to content", href="#main", class_name="skip"),
        _sidebar(person, here),
        rx.el.div(
            _header(person, search),
            rx.el.main(*content, id=rx.Var.create("main"), tab_index=-1, class_name="main"),
            class_name="column",
        ),
        _bottom_bar(person, here),
        _focus_after_navigation(),
        *over,
        class_name="shell",
        custom_attrs={"data-single-keys": person.single_keys, "data-alive": alive.to_string()},
    )


def _sidebar(person: Person, here: str) -> rx.Component:
    return rx.el.nav(
        link(
            mark(),
            rx.el.span(person.agency, class_name="agency"),
            href="/",
            class_name="brand",
            custom_attrs={"aria-label": "Home"},
        ),
        rx.el.ul(*_entries(person, here), class_name="places"),
        class_name="sidebar",
        custom_attrs={"aria-label": "Primary"},
    )


def _bottom_bar(person: Person, here: str) -> rx.Component:
    """On phones. Where there are more places than fit, the last ones are behind "More", which is the palette."""
    more = rx.el.button(
        icon("ellipsis", 18),
        rx.el.span("More", class_name="place-label"),
        type="button",
        class_name="place",
        custom_attrs={"data-palette": "", "aria-haspopup": "dialog"},
    )
    return rx.cond(
        person.places.length() > 1,
        rx.el.nav(
            rx.el.ul(*_entries(person, here), rx.el.li(more, class_name="more"), class_name="places"),
            class_name="bottom-bar",
            custom_attrs={"aria-label": "Primary"},
        ),
    )


def _entries(person: Person, here: str) -> Sequence[rx.Component]:
    return [
        rx.cond(
            person.places.contains(place.key),
            rx.el.li(
                link(
                    icon(place.sign, 18),
                    rx.el.span(place.label, class_name="place-label"),
                    href=place.href,
                    class_name="place",
                    custom_attrs={"aria-current": "page"} if place.key == here else {},
                )
            ),
        )
        for place in PLACES
    ]


def _header(person: Person, search: bool) -> rx.Component:
    return rx.el.header(
        link(mark(), href="/", class_name="brand brand-small", custom_attrs={"aria-label": "Home"}),
        rx.cond(person.places.contains("policies"), _quick_search()) if search else rx.fragment(),
        rx.el.span(class_name="spacer"),
        rx.cond(
            person.demo,
            rx.el.span(
                icon("flask-conical", 12),
                rx.el.span("Demo", class_name="demo-word"),
                class_name="chip chip-amber",
                title="Invented people and policies",
            ),
        ),
        *_openers(),
        _counted("bell", "Notifications", "/notifications", person.unread),
        rx.cond(
            person.places.contains("messages"),
            _counted("message-square", "Messages", "/messages", person.unread_messages),
        ),
        rx.color_mode.button(
            aria_label="Switch between light and dark", class_name="icon-button", variant="ghost", color_scheme="gray"
        ),
        _person_menu(person),
        class_name="header",
    )


def _counted(sign: str, name: str, href: str, unread: rx.Var[int]) -> rx.Component:
    """The way to the notifications or messages, with how many are unread."""
    some, many = unread.to(int) > 0, unread.to(int) > 99
    shown = either(many, "99+", unread.to_string())
    label = either(some, f"{name}, {unread} unread", name)
    return link(
        icon(sign, 18),
        rx.cond(some, rx.el.span(shown, class_name="bell-count num", custom_attrs={"aria-hidden": "true"})),
        href=href,
        class_name="icon-button bell",
        custom_attrs={"aria-label": label},
    )


def _quick_search() -> rx.Component:
    return address_form(
        "quick-search",
        search_box("q", "Search policies", "Search policies", shortcut=True),
        action="/policies",
        class_name="quick-search",
    )


def _openers() -> Sequence[rx.Component]:
    """The buttons that open the palette and the sheet of keys."""
    return (
        rx.el.button(
            icon("search", 18),
            rx.el.span("Go to", class_name="opener-word"),
            rx.el.kbd(class_name="opener-keys", custom_attrs={"aria-hidden": "true"}),
            type="button",
            class_name="button button-quiet palette-opener",
            custom_attrs={"data-palette": "", "aria-haspopup": "dialog"},
        ),
        rx.el.button(
            icon("keyboard", 18),
            type="button",
            class_name="icon-button keys-opener",
            custom_attrs={"data-opens": "keys-help", "aria-label": "Keys", "aria-haspopup": "dialog"},
        ),
    )


def search_box(name: str, label: str, placeholder: str, *, shortcut: bool = False) -> rx.Component:
    """A search field with its sign; `shortcut` shows the key that leads there."""
    return rx.el.div(
        icon("search", 16),
        rx.el.input(
            name=name,
            type="search",
            placeholder=placeholder,
            class_name="input",
            max_length=200,
            auto_complete="off",
            spell_check=False,
            enter_key_hint="search",
            custom_attrs={"aria-label": label, "data-search": ""},
        ),
        rx.el.kbd(class_name="shortcut", custom_attrs={"aria-hidden": "true"}) if shortcut else rx.fragment(),
        class_name="search-box",
    )


def _person_menu(person: Person) -> rx.Component:
    opener = rx.el.button(
        person.initials,
        type="button",
        class_name="avatar",
        custom_attrs={"popoverTarget": "person-menu", "aria-label": "Your account"},
    )
    menu = rx.el.div(
        rx.el.p(person.name, class_name="person-name"),
        rx.el.p(person.email, class_name="meta"),
        rx.el.p(person.role, class_name="person-role"),
        link(icon("settings", 16), "Preferences", href="/preferences", class_name="button button-quiet button-wide"),
        native_form(
            rx.el.button(icon("log-out", 16), "Sign out", type="submit", class_name="button button-quiet button-wide"),
            action="/auth/sign-out",
            custom_attrs={"id": SIGN_OUT},
        ),
        class_name="person-menu",
        custom_attrs={"id": "person-menu", "popover": "auto"},
    )
    return rx.fragment(opener, menu)


class FocusAfterNavigation(rx.Fragment):
    """After a change of page the content has the focus, or the row that was named; a search keeps it where it was."""

    def add_hooks(self) -> list[str | rx.Var[str]]:
        imports = {"react": [ImportVar(tag="useEffect")], "react-router": [ImportVar(tag="useLocation")]}
        script = (
            "useEffect(() => { const now = addressNow.pathname;"
            " if (window.portalAt !== undefined && window.portalAt !== now"
            " && !document.activeElement?.matches('[data-rests]'))"
            " document.getElementById('main')?.focus({preventScroll: true});"
            " window.portalAt = now; }, [addressNow.pathname]);"
        )
        return ["const addressNow = useLocation();", rx.Var(_js_expr=script, _var_data=VarData(imports=imports))]


def _focus_after_navigation() -> rx.Component:
    return FocusAfterNavigation.create()


def page_header(
    title: Part, status: Part | None = None, *actions: rx.Component, back: tuple[str, str] | None = None
) -> rx.Component:
    """Title, one sentence of status, and what can be done. `back` is the label and address of the list above."""
    way = link(icon("chevron-left", 14), back[0], href=back[1], class_name="way-back") if back else rx.fragment()
    return rx.el.div(
        rx.el.div(
            way,
            rx.el.h1(title, class_name="title"),
            rx.el.div(status, class_name="status") if status is not None else rx.fragment(),
        ),
        rx.el.div(*actions, class_name="actions") if actions else rx.fragment(),
        class_name="page-header",
    )


def doorstep(
    title: Text,
    *content: Part,
    lead: Part | None = None,
    below: Part | None = None,
    agency: Text,
) -> rx.Component:
    """The pages before the portal: one panel, nothing else."""
    return rx.el.div(
        rx.el.main(
            rx.el.div(mark(), rx.el.span(agency, class_name="agency"), class_name="brand"),
            rx.el.div(
                rx.el.h1(title, class_name="title"),
                rx.el.p(lead, class_name="lead") if lead is not None else rx.fragment(),
                *content,
                class_name="panel door",
            ),
            rx.el.div(below, class_name="below-door") if below is not None else rx.fragment(),
            class_name="doorstep",
            id=rx.Var.create("main"),
        ),
        rx.color_mode.button(
            aria_label="Switch between light and dark",
            class_name="icon-button door-mode",
            variant="ghost",
            color_scheme="gray",
        ),
        class_name="outside",
    )
