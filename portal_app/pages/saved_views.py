"""Views of a list: beside the list, where they are taken and saved, and on a page on which they are looked after."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.links import button_link, link
from portal_app.components.notes import empty, note, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.words import Part, chip, either, hidden_text, icon, meta
from portal_app.pages.frame import framed, once_loaded, or_problem, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.state.address import PLAIN
from portal_app.state.portal import PortalState
from portal_app.state.saved_views import OF_POLICIES, OF_SUBMISSIONS, KeptViewsState, ListViewsState, Place

S: Any = ListViewsState
K: Any = KeptViewsState
HERE = {"aria-current": "page"}


def views(place: Place, *before: Part) -> rx.Component:
    """The views of a list, after those that it brings itself, and what keeps the present one."""
    drawn = rx.el.nav(
        *before,
        rx.foreach(S.views, _view),
        class_name="views views-many",
        custom_attrs={"aria-label": "Views"},
    )
    save = rx.el.button(
        icon("bookmark-plus", 16),
        "Save view",
        type="button",
        on_click=S.compose,
        class_name="button button-quiet",
        custom_attrs={"aria-expanded": S.composing},
    )
    kept = rx.cond(S.views.length() > 0, button_link("Manage views", place.path + "/views", quiet=True))
    return rx.fragment(
        rx.el.div(drawn, rx.el.div(save, kept, class_name="views-keep"), class_name="views-line"),
        rx.cond(S.composing, _saving()),
    )


def _view(each: Any) -> rx.Component:
    label = rx.fragment(
        rx.cond(each.is_start, rx.fragment(icon("house", 14), hidden_text("The list begins with ")), rx.fragment()),
        each.name,
        rx.cond(each.shared, rx.fragment(icon("users", 14), hidden_text(", shared")), rx.fragment()),
    )
    by = either(each.by != "", "Shared by " + each.by, "")
    return rx.cond(
        each.locator == S.here,
        link(
            label,
            rx.cond(S.changed, rx.el.span("changed", class_name="view-changed")),
            href=each.href, title=by, class_name="view", custom_attrs=HERE,
        ),
        link(label, href=each.href, title=by, class_name="view"),
    )  # fmt: skip


def _saving() -> rx.Component:
    """Asks for the name of what the address says now, and offers to put it in the place of the view that one is at."""
    start = _tick("start", "Begin with it whenever I open this list")
    share = _tick("shared", "Share it: everybody who sees this list can take it, and reads its name and search words")
    replace = rx.cond(
        S.here_mine & S.changed, button("Replace “" + S.here_name + "” with what is shown", on_click=S.replace)
    )
    return rx.el.form(
        panel(
            "Save this view",
            _name(),
            start,
            rx.cond(S.may_share, share),
            rx.el.div(
                rx.el.button("Save as a new view", type="submit", class_name="button button-solid"),
                replace,
                button("Cancel", on_click=S.compose),
                class_name="button-row",
            ),
        ),
        on_submit=S.save,
        no_validate=True,
        class_name="form view-form",
    )


def _name() -> rx.Component:
    wrong = S.problem_of_name != ""
    return rx.el.div(
        rx.el.label("Name of the view", html_for="view-name", class_name="label"),
        rx.el.input(
            id=rx.Var.create("view-name"),
            name="name",
            max_length=60,
            auto_focus=True,
            auto_complete="off",
            class_name="input",
            custom_attrs={"aria-invalid": wrong, "aria-describedby": "view-name-hint"},
        ),
        rx.el.p(
            either(wrong, S.problem_of_name, "Search, filters, order and columns are kept as they are now."),
            id=rx.Var.create("view-name-hint"),
            class_name=either(wrong, "hint hint-bad", "hint"),
        ),
        class_name="field",
    )


def _tick(name: str, label: str) -> rx.Component:
    return rx.el.label(rx.el.input(type="checkbox", name=name, class_name="check"), label, class_name="check-label")


def kept_views(place: Place) -> rx.Component:
    whole = f"{place.path}?view={PLAIN}"
    title = f"Views of {place.title.lower()}"
    none = empty(
        "bookmark",
        "No views yet",
        "Search and filter the list, and save what it shows. It appears here and beside the list.",
        button_link("Go to the list", whole),
    )
    listed = rx.el.ul(rx.foreach(K.rows, _kept), class_name="sources")
    drawn = rx.el.div(
        page_header(title, "A view shows to each the rows that they see anyway.", back=(place.title, whole)),
        _everything(),
        panel("Your views and those shared with you", rx.cond(K.rows.length() > 0, listed, none)),
        class_name="record-main",
    )
    waiting = skeleton_page(title)
    shown = or_problem("The views could not be loaded", once_loaded(K.loaded, drawn, waiting), alone=True)
    return framed(place.listing.value, shown, search=False, refresh=K.refresh)


def _everything() -> rx.Component:
    """With what the list begins, and what else it could begin with."""
    now = rx.cond(
        K.everything,
        "It begins with everything.",
        rx.fragment("It begins with the view ", rx.el.strong(K.first), "."),
    )
    agencys = rx.fragment(" The agency begins with ", rx.el.strong(K.agencys), ".")
    return panel(
        "When you open the list",
        rx.el.p(now, rx.cond(K.agencys != "", agencys)),
        rx.el.div(
            rx.cond(~K.everything, button("Begin with everything", on_click=K.start_with(""))),
            rx.cond(K.chosen & (K.agencys != ""), button("Begin as the agency does", on_click=K.start_as_agency)),
            rx.cond(K.may_share & (K.agencys != ""), button("Have nobody begin with “" + K.agencys + "”",
                                                            on_click=K.make_agencys(""))),
            class_name="button-row",
        ),
    )  # fmt: skip


def _kept(each: Any) -> rx.Component:
    signs = rx.el.div(
        rx.cond(each.is_start, chip("house", "You begin with it")),
        rx.cond(each.agencys, chip("building-2", "The agency begins with it")),
        rx.cond(each.shared, chip("users", "Shared")),
        class_name="view-signs",
    )
    words = rx.el.div(
        link(each.name, href=each.href, class_name="link breakable"),
        meta(each.says),
        meta(either(each.mine, "Yours", "Shared by " + each.owner), " · changed ", each.changed),
        signs,
        class_name="source-words",
    )
    return rx.el.li(
        words,
        rx.el.div(*_acts(each), class_name="source-actions"),
        rx.cond(K.renaming == each.locator, _renaming(each)),
        rx.cond(K.deleting == each.locator, _asked(each)),
        key=each.locator,
    )


def _acts(each: Any) -> tuple[rx.Component, ...]:
    def act(label: str, does: Any) -> rx.Component:
        return rx.el.button(
            label, hidden_text(" ", each.name), type="button", on_click=does,
            class_name="button button-plain button-small",
        )  # fmt: skip

    return (
        rx.cond(~each.is_start, act("Begin with it", K.start_with(each.locator))),
        rx.cond(
            K.may_share & each.shared & ~each.agencys, act("Begin with it for everybody", K.make_agencys(each.locator))
        ),
        rx.cond(K.may_share & each.mine & ~each.shared, act("Share", K.share(each.locator, True))),
        rx.cond(K.may_share & each.shared, act("Stop sharing", K.share(each.locator, False))),
        rx.cond(each.mine, act("Rename", K.ask_name(each.locator))),
        rx.cond(each.mine, act("Delete", K.ask_delete(each.locator))),
    )


def _renaming(each: Any) -> rx.Component:
    wrong = K.problem_of_name != ""
    return rx.el.form(
        rx.el.div(
            rx.el.label("New name of " + each.name, html_for="view-new-name", class_name="label"),
            rx.el.input(
                id=rx.Var.create("view-new-name"),
                name="name",
                default_value=each.name,
                max_length=60,
                auto_focus=True,
                auto_complete="off",
                class_name="input",
                custom_attrs={"aria-invalid": wrong, "aria-describedby": "view-new-name-problem"},
            ),
            rx.el.p(K.problem_of_name, id=rx.Var.create("view-new-name-problem"), class_name="hint hint-bad"),
            class_name="field",
        ),
        rx.el.div(
            rx.el.button("Rename", type="submit", class_name="button button-solid"),
            button("Cancel", on_click=K.ask_name("")),
            class_name="button-row",
        ),
        on_submit=K.rename,
        no_validate=True,
        class_name="form view-form",
    )


def _asked(each: Any) -> rx.Component:
    others = either(each.shared, " It is gone for everybody with whom it is shared.", "")
    return note(
        "warning",
        rx.el.p(
            rx.el.strong("Delete the view “" + each.name + "”?"), " No submission and no policy is touched.", others
        ),
        rx.el.div(
            button("Yes, delete it", on_click=K.delete),
            button("Keep it", on_click=K.ask_delete("")),
            class_name="note-actions button-row",
        ),
        role="alertdialog",
        label="Delete this view?",
    )


def views_of_submissions() -> rx.Component:
    return kept_views(OF_SUBMISSIONS)


def views_of_policies() -> rx.Component:
    return kept_views(OF_POLICIES)


ARRIVE = [PortalState.arrive, KeptViewsState.load]
PAGES = (
    Page(f"{OF_SUBMISSIONS.path}/views", titled("Views of submissions"), views_of_submissions, ARRIVE),
    Page(f"{OF_POLICIES.path}/views", titled("Views of policies"), views_of_policies, ARRIVE),
)
