"""The form of a user: filled in, reviewed with what they would see, and then saved."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.notes import note
from portal_app.components.shell import PLACES, Place
from portal_app.components.words import either, meta
from portal_app.pages.preferences import button
from portal_app.pages.settings_form import changes_list
from portal_app.state.users import GRANTS, ROLES, UserState

S: Any = UserState


def user_form(title: str, label: str) -> rx.Component:
    """Stays as it was filled in while its review is looked at."""
    filled = rx.el.form(
        # Text and not hidden: what a page that came to life again brings back here must outlast the next drawing.
        rx.el.input(type="text", name="version", default_value=S.version, hidden=True, read_only=True),
        _input("name", "Name", S.person, max_length=120, auto_complete="off"),
        _input("email", "Email", S.person_email, type="email", max_length=254, auto_complete="off"),
        _role(),
        _input(
            "producer_code",
            "Producer code",
            S.code,
            hint="Any code of the producer that they are. A producer's role needs one: it decides whose book they see.",
            required=False,
            disabled=S.oneself,
            max_length=128,
            auto_complete="off",
        ),
        rx.el.fieldset(
            rx.el.legend("Beyond the role", class_name="label"),
            *[_grant(grant, told) for grant, told in GRANTS.items()],
            _problem("grants"),
            class_name="field",
        ),
        rx.cond(S.oneself, meta("Somebody else has to change what you may do: your role, producer and grants.")),
        button(label, kind="submit"),
        on_submit=S.review,
        class_name="form",
        key=S.locator + S.version,
    )
    return panel(
        title,
        rx.cond(S.overtaken, _overtaken()),
        rx.cond(S.reviewing, _review()),
        rx.el.div(filled, class_name=either(S.reviewing, "away", "")),
    )


def _overtaken() -> rx.Component:
    return note(
        "warning",
        rx.el.p(
            "Somebody else changed this person since you opened the form. What you filled in is still here, and cannot "
            "be saved over their change."
        ),
        rx.el.div(button("Show the person as they are now", on_click=S.show_now), class_name="note-actions"),
        role="status",
    )


def _review() -> rx.Component:
    may = rx.el.ul(
        rx.foreach(
            S.would_may,
            lambda each: rx.el.li(each.what, rx.cond(each.how != "✓", rx.fragment(": ", each.how)), key=each.what),
        ),
        class_name="problems",
    )
    changes = rx.fragment(
        rx.el.p("This would change:"),
        rx.cond(S.would_change.length() > 0, changes_list(S.would_change), rx.el.p("Nothing is different.")),
    )
    adding = rx.fragment(
        rx.el.p("You are adding ", rx.el.strong(S.adding), ":"),
        rx.el.ul(rx.foreach(S.adding_as, lambda each: rx.el.li(each, key=each)), class_name="problems"),
    )
    ends = meta("Where their role, producer or grants change, their sessions and API tokens end.")
    return note(
        "info",
        rx.cond(S.locator != "", changes, adding),
        rx.el.p("With this they would see ", rx.el.strong(S.would_see), ", and may:"),
        may,
        rx.el.p("In the navigation they would find:"),
        _pages(S.would_open, S.would_gain),
        rx.cond(S.would_lose.length() > 0, rx.fragment(rx.el.p("And would lose:"), _pages(S.would_lose))),
        rx.cond(S.locator != "", ends),
        rx.el.div(
            rx.el.button("Save", type="button", on_click=S.save, class_name="button button-solid"),
            button("Change something", on_click=S.back),
            class_name="note-actions button-row",
        ),
        role="status",
    )


def _pages(keys: Any, gained: Any = None) -> rx.Component:
    """The places of the navigation, in its order; those that are `gained` say so."""

    def entry(place: Place) -> rx.Component:
        new = either(gained.contains(place.key), " (new)", "") if gained is not None else ""
        return rx.cond(keys.contains(place.key), rx.el.li(place.label, new), rx.fragment())

    return rx.el.ul(*[entry(place) for place in PLACES], class_name="problems")


def _problem(name: str) -> rx.Component:
    return rx.cond(
        S.problems.contains(name),
        rx.el.p(S.problems[name], class_name="hint hint-bad", id=rx.Var.create(f"user-{name}-problem")),
    )


def _input(
    name: str, label: str, value: Any, *, hint: str = "", required: bool = True, **attributes: Any
) -> rx.Component:
    ident = f"user-{name}"
    return rx.el.div(
        rx.el.label(label, html_for=ident, class_name="label"),
        rx.el.input(
            id=rx.Var.create(ident),
            name=name,
            default_value=value,
            required=required,
            class_name="input",
            custom_attrs={
                "aria-invalid": S.problems.contains(name),
                "aria-describedby": f"{ident}-problem {ident}-hint" if hint else f"{ident}-problem",
            },
            **attributes,
        ),
        _problem(name),
        rx.el.p(hint, id=rx.Var.create(f"{ident}-hint"), class_name="hint") if hint else rx.fragment(),
        class_name="field",
    )


def _role() -> rx.Component:
    return rx.el.div(
        rx.el.label("Role", html_for="user-role", class_name="label"),
        rx.el.select(
            *[rx.el.option(label, value=role) for role, label in ROLES.items()],
            id=rx.Var.create("user-role"),
            name="role",
            default_value=S.person_role,
            disabled=S.oneself,
            class_name="select",
        ),
        class_name="field",
    )


def _grant(grant: str, told: str) -> rx.Component:
    box = rx.el.input(
        type="checkbox",
        name=f"grant_{grant}",
        default_checked=S.grants.contains(grant),
        disabled=S.oneself,
        class_name="check",
        custom_attrs={"aria-invalid": S.problems.contains("grants"), "aria-describedby": "user-grants-problem"},
    )
    return rx.el.label(box, told, class_name="check-label")
