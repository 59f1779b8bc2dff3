"""The form of the agency's settings: filled in, reviewed with what would change, and then saved."""

from typing import Any

import reflex as rx

from portal_app.components.facts import panel
from portal_app.components.notes import note
from portal_app.components.words import meta
from portal_app.pages.preferences import button
from portal_app.state.settings import SettingsState

S: Any = SettingsState

# What is offered first; any zone of the world may be typed.
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
)


def settings_form() -> rx.Component:
    """Stays as it was filled in, and in sight, while its review is looked at."""
    fields = rx.el.fieldset(
        _agency(),
        panel(
            "Sessions",
            _switch(
                "concurrent_sessions",
                "One person may be signed in at several places at once",
                "Otherwise a second sign-in ends the first, and tells it.",
            ),
        ),
        _schedule(),
        panel(
            "Lines of business",
            meta("Business days within which a submission is to be answered, for each line."),
            rx.el.div(rx.foreach(S.times, _days), class_name="days"),
        ),
        _ams(),
        disabled=S.reviewing,
        class_name="settings-form",
    )
    review = rx.el.button("Review the change", type="submit", class_name="button button-solid")
    return rx.el.form(
        fields,
        rx.el.div(
            rx.cond(S.said != "", note("info", S.said)),
            rx.cond(S.meanwhile != "", _meanwhile()),
            rx.cond(S.problems.length() > 0, _problems()),
            rx.cond(S.reviewing, _review(), review),
            class_name="form-end",
            custom_attrs={"role": "status"},
        ),
        on_submit=S.review,
        key=S.drawn.to_string(),
        no_validate=True,
    )


def _agency() -> rx.Component:
    zones = rx.el.datalist(*[rx.el.option(value=zone) for zone in ZONES], id=rx.Var.create("zones"))
    return panel(
        "Agency",
        _text(
            "agency_name",
            "Agency's name",
            hint="Shown on every page, in mail and in authenticator apps.",
            max_length=80,
            auto_complete="organization",
        ),
        _text(
            "time_zone",
            "Time zone",
            hint="For times on the pages, effective dates and the schedule.",
            max_length=64,
            auto_complete="off",
            list="zones",
            spell_check=False,
        ),
        zones,
    )


def _schedule() -> rx.Component:
    return panel(
        "Schedule of the feeds",
        _text("hourly_minute", "Hourly sync, minutes past the hour", hint="All but commissions.", **WHOLE),
        _text("daily_hour", "Daily sync, hour of the day (0 to 23)", hint="Commissions.", **WHOLE),
    )


def _ams() -> rx.Component:
    """Where what goes to the management system goes."""
    address: dict[str, Any] = {"type": "email", "max_length": 254, "auto_complete": "off"}
    return panel(
        "Management system (AMS) by mail",
        _text(
            "ams_mail",
            "Address that files mail into the AMS",
            hint="Submissions that a rule sends there by mail, and policies that are bound here. Empty: none is sent.",
            **address,
        ),
        _text(
            "ams_tasks",
            "Address that makes tasks in the AMS",
            hint="Submissions that a rule sends there as a task. Empty: none is sent.",
            **address,
        ),
        _switch(
            "ams_attach",
            "Attach the application, the binder and the documents",
            "Otherwise the mail names them, and leads to the portal.",
        ),
        _text("ams_attach_mb", "At most, in MB (1 to 25)", hint="What has no room is named in the mail.", **WHOLE),
    )


def _problems() -> rx.Component:
    return note("bad", "Please look at the marked fields. Nothing was saved yet.")


WHOLE: dict[str, Any] = {"input_mode": "numeric", "max_length": 3, "auto_complete": "off"}


def _review() -> rx.Component:
    return note(
        "info",
        rx.el.p("This would change:"),
        changes_list(S.changes),
        rx.el.div(
            rx.el.button("Save", type="button", on_click=S.save, class_name="button button-solid"),
            button("Change something", on_click=S.back),
            class_name="note-actions button-row",
        ),
    )


def _meanwhile() -> rx.Component:
    """What others saved while the form was filled in, beside what would now be saved over it."""
    theirs = rx.foreach(
        S.theirs,
        lambda each: rx.fragment(rx.el.p(each.by, " changed, ", each.at, ":"), changes_list(each.changes)),
    )
    return note("warning", rx.el.p(rx.el.strong(S.meanwhile)), theirs)


def changes_list(changes: Any) -> rx.Component:
    """Each setting with what it was and what it becomes."""
    return rx.el.ul(
        rx.foreach(
            changes,
            lambda each: rx.el.li(rx.el.strong(each.label), ": ", each.before, " → ", each.after, key=each.label),
        ),
        class_name="problems changes",
    )


def _days(each: Any) -> rx.Component:
    return _text(each.field, each.line, **WHOLE)


def _text(name: Any, label: Any, *, hint: str = "", **attributes: Any) -> rx.Component:
    ident = "setting-" + name
    by = S.fixed.get(name, "")
    below = rx.el.p(hint, id=ident + "-hint", class_name="hint") if hint else rx.fragment()
    return rx.el.div(
        rx.el.label(label, html_for=ident, class_name="label"),
        rx.el.input(
            id=ident,
            name=name,
            default_value=S.typed[name],
            disabled=S.fixed.contains(name),
            class_name="input",
            custom_attrs={
                "aria-invalid": S.problems.contains(name),
                "aria-describedby": ident + "-problem " + ident + "-hint",
            },
            **attributes,
        ),
        _problem(name, ident),
        rx.cond(S.fixed.contains(name), _fixed(by), below),
        class_name="field",
    )


def _switch(name: str, label: str, hint: str) -> rx.Component:
    ident = f"setting-{name}"
    box = rx.el.input(
        type="checkbox",
        id=rx.Var.create(ident),
        name=name,
        default_checked=S.typed[name] == "true",
        disabled=S.fixed.contains(name),
        class_name="check",
    )
    return rx.el.div(
        rx.el.label(box, label, class_name="check-label"),
        rx.cond(S.fixed.contains(name), _fixed(S.fixed[name]), rx.el.p(hint, class_name="hint")),
        class_name="field",
    )


def _fixed(by: Any) -> rx.Component:
    return rx.el.p(
        "Fixed by ", rx.el.code(by, class_name="code"), ": whoever runs the portal changes it there.", class_name="hint"
    )


def _problem(name: Any, ident: Any) -> rx.Component:
    return rx.cond(
        S.problems.contains(name), rx.el.p(S.problems[name], class_name="hint hint-bad", id=ident + "-problem")
    )
