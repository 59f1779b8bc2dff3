"""Users: the list, one of them, a new one, and what each role may do."""

from typing import Any

import reflex as rx

from portal_app.components.address import address_form
from portal_app.components.badge import standing
from portal_app.components.exports import about_exports, export_buttons
from portal_app.components.facts import fact, facts, panel
from portal_app.components.links import button_link, link
from portal_app.components.notes import empty, note, skeleton_page, skeleton_rows
from portal_app.components.shell import page_header, search_box
from portal_app.components.table import body, cell, head, heading, name_cell, pager, row, table
from portal_app.components.words import copy_button, either, icon, meta
from portal_app.pages.frame import framed, once_loaded, or_problem, record, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button, token_table
from portal_app.pages.user_form import user_form
from portal_app.state.portal import PortalState
from portal_app.state.users import MATRIX_ROWS, PLACE, ROLE_HEADS, ROLES, STANDINGS, UsersState, UserState

L: Any = UsersState
S: Any = UserState


def users() -> rx.Component:
    search = address_form(
        "find-users",
        rx.el.div(
            search_box("q", "Search users", "Name or email"),
            _choice("role", "Role", ROLES),
            _choice("standing", "Standing", STANDINGS),
            rx.el.button("Search", type="submit", class_name="button button-solid"),
            class_name="search-line",
        ),
        action=PLACE,
        class_name="search-form",
    )
    return framed(
        "users",
        page_header(
            "Users",
            rx.cond(L.loaded, rx.el.span(L.headline, class_name="num")),
            rx.cond(L.loaded, export_buttons(L.exports)),
            button_link("What roles may do", "/admin/roles", quiet=True),
            button_link("Add a user", f"{PLACE}/new", "user-plus"),
        ),
        search,
        about_exports(L.exports),
        or_problem("The list could not be loaded", rx.cond(L.loaded, _listed(), skeleton_rows())),
        search=False,
        refresh=L.refresh,
    )


def _choice(name: str, label: str, options: dict[str, str]) -> rx.Component:
    return rx.el.select(
        rx.el.option(f"Any {label.lower()}", value=""),
        *[rx.el.option(text, value=value) for value, text in options.items()],
        name=name,
        class_name="select",
        custom_attrs={"aria-label": label},
    )


def _listed() -> rx.Component:
    listed = rx.fragment(
        table(
            "Users",
            head(
                heading("Name"), heading("Role"), heading("Producer"), heading("Standing"), heading("Second factor"),
                heading("Last sign-in"),
            ),
            body(
                L.rows,
                lambda each: row(
                    name_cell(each.href, each.name, below=meta(each.email)),
                    cell("Role", each.role, kind="wrapping plain left"),
                    cell("Producer", either(each.producer != "", each.producer, "—"), kind="plain right"),
                    cell("Standing", standing(each.standing), kind="state"),
                    cell("Second factor", each.factor, kind="named left"),
                    cell("Last sign-in", each.seen, kind="named right"),
                    key=each.href,
                ),
            ),
            busy=~L.is_hydrated,
        ),
        pager(L.span, L.previous, L.following),
    )  # fmt: skip
    nobody = empty(
        "search-x", "Nobody matches", "Try a part of the name or email.", button_link("Show everybody", PLACE)
    )
    return rx.cond(L.rows.length() > 0, listed, nobody)


def user() -> rx.Component:
    return framed(
        "users",
        record("user", S.loaded, _user(), skeleton_page("User"), ("All users", PLACE)),
        search=False,
        refresh=S.refresh,
    )


def _user() -> rx.Component:
    return rx.el.div(
        page_header(
            S.person,
            rx.fragment(rx.el.span(S.role_label), rx.el.span(S.person_email), standing(S.standing)),
            button_link("Add another like this", f"{PLACE}/new?like=" + S.locator, quiet=True),
            back=("Users", PLACE),
        ),
        _link(),
        _asked(),
        _access(),
        user_form("What they are and may do", "Review the change"),
        panel("API tokens", _tokens(), flush=True),
        class_name="settings",
    )


def _link() -> rx.Component:
    told = note(
        "good",
        rx.el.p(
            either(
                S.mailed,
                "Hand this link over yourself, or let them look for it in their mail. It is shown once.",
                "Hand this link over yourself. It is shown once.",
            )
        ),
        rx.el.code(S.link, class_name="code breakable"),
        copy_button(S.link, "the link"),
        role="status",
    )
    return rx.cond(S.link != "", told)


ASKED = {
    "disable": ("Shut them out?", "They are signed out at once, and their API tokens and links are void."),
    "reset_mfa": (
        "Take their second factor back?",
        (
            "Their sessions, tokens and recovery codes end. With their password alone they then set up a new one: be "
            "sure that it is them who asks."
        ),
    ),
    "sign_out": ("Sign them out everywhere?", "What they have not saved is lost."),
}


def _asked() -> rx.Component:
    cases = [
        (
            what,
            note(
                "warning",
                rx.el.p(rx.el.strong(question), " ", told),
                rx.el.div(
                    button("Yes", on_click=S.go_on),
                    button("No", on_click=S.ask_first("")),
                    class_name="note-actions button-row",
                ),
                role="alertdialog",
                label=question,
            ),
        )
        for what, (question, told) in ASKED.items()
    ]
    return rx.cond(S.asking != "", rx.fragment(rx.match(S.asking, *cases, rx.fragment())))


def _access() -> rx.Component:
    shut = S.standing == "Disabled"
    told = rx.el.div(
        facts(
            fact("Last sign-in", S.seen),
            fact("Second factor", either(S.enrolled, "Set up", "Not set up yet")),
            fact("Open sessions", S.open_sessions.to_string()),
            fact("Added", S.since),
        ),
        class_name="facts-row",
    )
    return panel(
        "Access",
        told,
        rx.el.div(
            rx.cond(S.standing == "Locked", button("Take the lock off", on_click=S.unlock)),
            rx.cond(
                shut,
                button("Let them in again", on_click=S.enable),
                rx.fragment(
                    rx.cond(S.oneself, rx.fragment(), _link_and_factor()),
                    rx.cond(S.open_sessions > 0, button("Sign out everywhere", on_click=S.ask_first("sign_out"))),
                    rx.cond(S.oneself, rx.fragment(), button("Shut out", on_click=S.ask_first("disable"))),
                ),
            ),
            class_name="button-row",
        ),
        rx.cond(
            S.oneself,
            rx.el.p(
                "This is you. Your own password and second factor are in ",
                link("your preferences", href="/preferences"),
                "; somebody else has to shut you out.",
                class_name="meta",
            ),
        ),
    )


def _link_and_factor() -> rx.Component:
    return rx.fragment(
        button(
            either(S.standing == "Invited", "Make a new invitation link", "Make a link for a new password"),
            on_click=S.make_link,
        ),
        rx.cond(S.enrolled, button("Reset second factor", on_click=S.ask_first("reset_mfa"))),
    )


def _tokens() -> rx.Component:
    return rx.cond(
        S.tokens.length() > 0, token_table(S.tokens, S.revoke_token), meta("They have none.", class_name="meta none")
    )


def new_user() -> rx.Component:
    added = rx.el.div(
        note("good", S.person, " is added."),
        _link(),
        rx.el.div(button_link("Back to the users", PLACE), class_name="form-more"),
    )
    return framed(
        "users",
        rx.el.div(
            page_header(
                "Add a user", "They choose a password by a link, and set up their second factor.", back=("Users", PLACE)
            ),
            or_problem(
                "The form could not be loaded",
                once_loaded(
                    S.loaded,
                    rx.cond(S.link != "", added, user_form("Who they are and what they may do", "Review")),
                    skeleton_rows(),
                ),
            ),
            class_name="settings",
        ),
        search=False,
    )


def roles() -> rx.Component:
    """The matrix as the portal decides by it."""
    described = [
        rx.el.div(
            rx.el.dt(label),
            rx.el.dd(description, *[rx.el.span(" May be granted: ", grant.lower(), ".") for grant in granted]),
            class_name="fact",
        )
        for label, description, granted in ROLE_HEADS
    ]
    rows = [
        rx.el.tr(
            rx.el.th(permission, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
            *[
                cell(
                    label,
                    icon("check", 14) if word == "✓" else word,
                    rx.el.span("Yes", class_name="visually-hidden") if word == "✓" else "",
                    kind="named",
                )
                for (label, *_), word in zip(ROLE_HEADS, words, strict=True)
            ],
            custom_attrs={"role": "row"},
        )
        for permission, words in MATRIX_ROWS
    ]
    return framed(
        "users",
        page_header(
            "What roles may do", "Grants widen one person's role, never past what is said here.", back=("Users", PLACE)
        ),
        table(
            "Roles and what they may do",
            head(heading("Permission"), *[heading(label) for label, *_ in ROLE_HEADS]),
            rx.el.tbody(*rows, custom_attrs={"role": "rowgroup"}),
        ),
        rx.el.div(panel("The roles", rx.el.dl(*described, class_name="facts")), class_name="form-more"),
        search=False,
    )


ARRIVE = PortalState.arrive
PAGES = (
    Page(PLACE, titled("Users"), users, [ARRIVE, UsersState.load]),
    Page(f"{PLACE}/new", titled("Add a user"), new_user, [ARRIVE, UserState.load_new]),
    Page(f"{PLACE}/[user_locator]", titled(either(S.person != "", S.person, "User")), user, [ARRIVE, UserState.load]),
    Page("/admin/roles", titled("What roles may do"), roles, [ARRIVE, UsersState.load]),
)
