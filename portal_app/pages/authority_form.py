"""The forms of a grant and of a moratorium: added, changed, ended."""

from typing import Any

import reflex as rx

from portal_app.components.badge import rule_standing
from portal_app.components.facts import panel
from portal_app.components.forms import codes_proposed
from portal_app.components.notes import note, skeleton_page, skeleton_rows
from portal_app.components.shell import page_header
from portal_app.components.words import meta
from portal_app.pages.frame import framed, once_loaded, or_problem, record, titled
from portal_app.pages.page import Page
from portal_app.pages.preferences import button
from portal_app.pages.producers.fields import suggestions
from portal_app.state.authority import ACTIONS, KINDS, PLACE, ROLES, RuleState
from portal_app.state.portal import PortalState

S: Any = RuleState
BACK = ("Binding authority", PLACE)
MONEY: dict[str, Any] = {"input_mode": "decimal", "max_length": 20, "auto_complete": "off", "placeholder": "Not named"}
WHOLE: dict[str, Any] = {"input_mode": "numeric", "max_length": 3, "auto_complete": "off", "placeholder": "Not named"}


def new_grant() -> rx.Component:
    lead = "Who may bind what without asking. A limit that is left empty is not named by this grant."
    return _new("Grant authority", lead, _grant_form("Grant"))


def new_moratorium() -> rx.Component:
    lead = "While it runs nobody binds what it is about, Principals neither."
    return _new("Set a moratorium", lead, _moratorium_form("Set it"))


def grant() -> rx.Component:
    return _one("grant", "Grant of authority", _grant_form("Save"))


def moratorium() -> rx.Component:
    return _one("moratorium", "Moratorium", _moratorium_form("Save"))


def _new(title: str, lead: str, form: rx.Component) -> rx.Component:
    return framed(
        "authority",
        rx.el.div(
            page_header(title, lead, back=BACK),
            or_problem("The form could not be loaded", once_loaded(S.loaded, form, skeleton_rows())),
            class_name="settings",
        ),
        search=False,
    )


def _one(what: str, title: str, form: rx.Component) -> rx.Component:
    drawn = rx.el.div(
        page_header(S.called, rx.fragment(rx.el.span(S.told), rule_standing(S.standing)), back=BACK),
        rx.cond(S.when != "", note("info", S.when, ". It is kept as it was.")),
        rx.cond(S.overtaken, _overtaken()),
        rx.cond(S.when == "", rx.fragment(form, _ending(what))),
        class_name="settings",
    )
    return framed(
        "authority",
        record(what, S.loaded, drawn, skeleton_page(title), ("All rules", PLACE)),
        search=False,
        refresh=S.refresh,
    )


def _overtaken() -> rx.Component:
    return note(
        "warning",
        rx.el.p(
            "Somebody else changed this since you opened the form. What you filled in is still here, and cannot be "
            "saved over their change."
        ),
        rx.el.div(button("Show it as it is now", on_click=S.show_now), class_name="note-actions"),
        role="status",
    )


def _asked(what: str) -> rx.Component:
    question = f"End this {what}?"
    told = {
        "grant": "From now on it lets nobody bind. It is kept, and cannot be taken up again.",
        "moratorium": "From now on it stops nothing. It is kept, and cannot be taken up again.",
    }[what]
    return note(
        "warning",
        rx.el.p(rx.el.strong(question), " ", told),
        rx.el.div(
            button("Yes, end it", on_click=S.end),
            button("No", on_click=S.ask_first(False)),
            class_name="note-actions button-row",
        ),
        role="alertdialog",
        label=question,
    )


def _ending(what: str) -> rx.Component:
    return panel(
        "End it",
        meta(f"What was answered by this {what} stays readable."),
        rx.cond(
            S.asking,
            rx.el.div(_asked(what), class_name="form-more"),
            rx.el.div(button(f"End this {what}", on_click=S.ask_first(True)), class_name="button-row"),
        ),
    )


def _grant_form(label: str) -> rx.Component:
    return _form(
        panel("Who", _select("grantee_kind", "Whom it reaches", KINDS, on_change=S.pick), _grantee()),
        panel(
            "What",
            _actions("It allows"),
            _chosen("carrier", "Carrier", "Any carrier", S.carriers),
            _chosen("line", "Line of business", "Any line", S.lines),
            _text("states", "States", hint="By two letters, such as RI, MA. Empty: any state.", max_length=400),
        ),
        _limits(),
        panel(
            "When",
            rx.el.div(
                _text("effective_on", "First day", type="date"),
                _text("expires_on", "Last day", type="date", hint="Empty: it does not expire."),
                class_name="days",
            ),
        ),
        label=label,
    )


def _limits() -> rx.Component:
    return panel(
        "Up to",
        rx.el.div(
            _text("max_premium", "Maximum premium", **MONEY),
            _text("max_insured_value", "Maximum insured value", **MONEY),
            _text("max_limit", "Maximum limit", **MONEY),
            _text("max_losses", "Maximum losses, paid and reserved", **MONEY),
            _text("min_deductible", "Deductible, at least", **MONEY),
            _text("max_deductible", "Deductible, at most", **MONEY),
            class_name="days",
        ),
        _text("allowed_classes", "Allowed class codes", hint="Divided by commas. Empty: any class.", max_length=2000),
        _text("excluded_classes", "Excluded class codes", hint="Divided by commas.", max_length=2000),
        rx.el.div(
            _text("backdating_days", "Days of backdating", hint="Without a grant that names them: none.", **WHOLE),
            _text("binder_days", "Days that a binder runs", **WHOLE),
            class_name="days",
        ),
    )


def _grantee() -> rx.Component:
    code = rx.fragment(
        _text("grantee_code", "Producer code", max_length=128, auto_complete="off", list="grantee-codes"),
        codes_proposed("grantee-codes", S.codes, S.codes_told),
    )
    producer = rx.fragment(
        _text(
            "grantee_producer",
            "Producer",
            hint="Type a part of the name, the number or a code.",
            max_length=400,
            auto_complete="off",
            list="grantee-producers",
        ),
        suggestions("grantee-producers", S.producers, S.producers_told),
    )
    return rx.fragment(
        rx.match(
            S.grantee_kind,
            ("code", code),
            ("producer", producer),
            ("role", _select("grantee_role", "Role", ROLES)),
            rx.fragment(),
        )
    )


def _moratorium_form(label: str) -> rx.Component:
    return _form(
        panel(
            "What happens",
            _text("name", "Name", max_length=120, auto_complete="off", hint="Such as Storm Ida."),
            _text("peril", "Peril", max_length=120, auto_complete="off", hint="Such as wind, flood or wildfire."),
            _text("reason", "Reason", max_length=500, auto_complete="off", hint="Told to everybody whom it stops."),
        ),
        panel(
            "Where",
            _text("states", "States", hint="By two letters, such as RI, MA.", max_length=400),
            _text(
                "zip_prefixes",
                "Beginnings of ZIP codes",
                hint="Such as 028, 02903. Its state or its ZIP code puts a risk into the area; both empty: everywhere.",
                max_length=800,
            ),
        ),
        panel(
            "What it stops",
            _actions("It stops"),
            _boxes("lines", "line_", "Lines of business", "None ticked: all lines.", S.lines),
            _boxes("carriers", "carrier_", "Carriers", "None ticked: all carriers.", S.carriers),
        ),
        panel(
            "When",
            rx.el.div(
                _text("begins_at", "From", type="datetime-local"),
                _text("ends_at", "To", type="datetime-local", hint="Empty: until somebody ends it."),
                class_name="days",
            ),
            meta("Times of ", S.zone_name, "."),
        ),
        label=label,
    )


def _form(*parts: rx.Component, label: str) -> rx.Component:
    """Stays as it was filled in where something of it cannot be."""
    wrong = note("bad", "Please look at the marked fields. Nothing was saved yet.")
    return rx.el.form(
        rx.el.div(*parts, class_name="settings-form"),
        rx.el.div(
            rx.cond(S.problems.length() > 0, wrong),
            rx.el.button(label, type="submit", class_name="button button-solid"),
            class_name="form-end",
            custom_attrs={"role": "status"},
        ),
        on_submit=S.save,
        key=S.drawn.to_string(),
        no_validate=True,
    )


def _problem(name: str) -> rx.Component:
    return rx.cond(
        S.problems.contains(name),
        rx.el.p(S.problems[name], class_name="hint hint-bad", id=rx.Var.create(f"rule-{name}-problem")),
    )


def _told_by(name: str) -> dict[str, Any]:
    return {
        "aria-invalid": S.problems.contains(name),
        "aria-describedby": f"rule-{name}-problem rule-{name}-hint",
    }


def _labelled(name: str, label: str, box: rx.Component, hint: str = "") -> rx.Component:
    below = rx.el.p(hint, id=rx.Var.create(f"rule-{name}-hint"), class_name="hint") if hint else rx.fragment()
    head = rx.el.label(label, html_for=f"rule-{name}", class_name="label")
    return rx.el.div(head, box, _problem(name), below, class_name="field")


def _text(name: str, label: str, *, hint: str = "", **attributes: Any) -> rx.Component:
    box = rx.el.input(
        id=rx.Var.create(f"rule-{name}"),
        name=name,
        default_value=S.typed.get(name, ""),
        class_name="input",
        custom_attrs=_told_by(name),
        **attributes,
    )
    return _labelled(name, label, box, hint)


def _select(name: str, label: str, choices: dict[str, str], **attributes: Any) -> rx.Component:
    box = rx.el.select(
        *[rx.el.option(said, value=value) for value, said in choices.items()],
        id=rx.Var.create(f"rule-{name}"),
        name=name,
        default_value=S.typed.get(name, next(iter(choices))),
        class_name="select",
        custom_attrs=_told_by(name),
        **attributes,
    )
    return _labelled(name, label, box)


def _chosen(name: str, label: str, nothing: str, choices: Any) -> rx.Component:
    box = rx.el.select(
        rx.el.option(nothing, value=""),
        rx.foreach(choices, lambda each: rx.el.option(each.label, value=each.value, key=each.value)),
        id=rx.Var.create(f"rule-{name}"),
        name=name,
        default_value=S.typed.get(name, ""),
        class_name="select",
        custom_attrs=_told_by(name),
    )
    return _labelled(name, label, box)


def _actions(legend: str) -> rx.Component:
    boxes = [_box(f"action_{action}", label) for action, label in ACTIONS.items()]
    return rx.el.fieldset(rx.el.legend(legend, class_name="label"), *boxes, _problem("actions"), class_name="field")


def _boxes(name: str, prefix: str, legend: str, hint: str, choices: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="label"),
        rx.el.p(hint, class_name="hint"),
        rx.foreach(choices, lambda each: _box(prefix + each.value, each.label)),
        _problem(name),
        class_name="field",
    )


def _box(name: Any, label: Any) -> rx.Component:
    box = rx.el.input(type="checkbox", name=name, default_checked=S.typed.contains(name), class_name="check")
    return rx.el.label(box, label, class_name="check-label", key=name)


ARRIVE = PortalState.arrive
PAGES = (
    Page(f"{PLACE}/grants/new", titled("Grant authority"), new_grant, [ARRIVE, RuleState.load_new]),
    Page(f"{PLACE}/grants/[grant_locator]", titled("Grant of authority"), grant, [ARRIVE, RuleState.load]),
    Page(f"{PLACE}/moratoria/new", titled("Set a moratorium"), new_moratorium, [ARRIVE, RuleState.load_new]),
    Page(f"{PLACE}/moratoria/[moratorium_locator]", titled("Moratorium"), moratorium, [ARRIVE, RuleState.load]),
)
