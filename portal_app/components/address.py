"""What stands in the address is what a page shows: forms that write it, and variables that read it in the browser."""

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex_base.components.component import field
from reflex_base.utils.imports import ImportVar
from reflex_base.vars import VarData
from reflex_components_core.el.elements.base import BaseHTML

from portal_app.components.words import Part, Text

_LOCATION = "const addressNow = useLocation();"
_REACTS = VarData(
    imports={
        "react": [ImportVar(tag="useEffect"), ImportVar(tag="useState")],
        "react-router": [ImportVar(tag="useLocation")],
    }
)


def parameter(name: str) -> rx.Var[str]:
    """A parameter of the address, read in the browser and empty until the page has come to life.

    It needs no server: the pages before sign-in say what went wrong without a socket.
    """
    kept = f"addressParameter_{name}"
    follow = f"set_{kept}(new URLSearchParams(addressNow.search).get('{name}') ?? '')"
    hooks: dict[str, VarData | None] = {
        _LOCATION: None,
        f"const [{kept}, set_{kept}] = useState('');": None,
        f"useEffect(() => {follow}, [addressNow.search]);": None,
    }
    read: rx.Var[str] = rx.Var(_js_expr=kept, _var_type=str, _var_data=VarData.merge(_REACTS, VarData(hooks=hooks))).to(
        str
    )
    return read


class AddressForm(BaseHTML):
    """A form whose fields go into the address, without loading the page anew, and always show what the address says."""

    library = "react-router"
    tag = "Form"
    alias = "AddressForm"

    action: rx.Var[str]
    method: rx.Var[str]

    _name: str = field(default="")
    _choices: tuple[rx.Var[Any], ...] = field(default=())

    def add_hooks(self) -> list[str | rx.Var[Any]]:
        awaited = ", ".join(["addressNow.search", *(str(each) for each in self._choices)])
        data = VarData.merge(_REACTS, *(each._get_all_var_data() for each in self._choices))
        # What was typed while the page came to life, or its choices arrived, stays.
        script = (
            "useEffect(() => { const asked = new URLSearchParams(addressNow.search);"
            f" const form = document.getElementById({self._name!r}); if (!form) return;"
            " const before = form.dataset.said; form.dataset.said = addressNow.search;"
            " for (const field of form.elements)"
            " if (field.name) { const said = asked.get(field.name) ?? '';"
            " if (field.type === 'search'"
            " && (before === addressNow.search || (before === undefined && field.value && !said))) continue;"
            " const isDay = /^\\d{4}-\\d\\d-\\d\\d$/.test(said) && new Date(said).toJSON()?.startsWith(said);"
            " field.value = field.type !== 'date' || isDay ? said : '';"
            " if (field.selectedIndex === -1) field.value = ''; } },"
            f" [{awaited}]);"
        )
        return [_LOCATION, rx.Var(_js_expr=script, _var_data=data)]


def address_form(
    name: str, *parts: Part, action: str, choices: Sequence[Any] = (), class_name: str = ""
) -> rx.Component:
    """A search. `choices` are the variables that fill its selects: when they arrive, the fields are set again.

    The static script leaves empty fields out, and sends the form when a filter changes (`data-address`).
    """
    return AddressForm.create(
        *parts,
        _name=name,
        _choices=tuple(choices),
        id=rx.Var.create(name),
        method="get",
        action=action,
        class_name=class_name,
        role="search",
        custom_attrs={"data-address": ""},
    )


def hidden_field(name: str) -> rx.Component:
    """Keeps a part of the address that has no field of its own."""
    return rx.el.input(type="hidden", name=name)


def choice(name: str, label: str, everything: str, options: rx.Var[Any]) -> rx.Component:
    """A select of one filter; its first choice is not to filter."""
    return rx.el.label(
        rx.el.span(label, class_name="filter-label"),
        rx.el.select(
            rx.el.option(everything, value=""),
            rx.foreach(options, lambda each: rx.el.option(each.label, value=each.value, key=each.value)),
            name=name,
            class_name="select",
        ),
        class_name="filter",
    )


def day_field(name: str, label: Text) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="filter-label"),
        rx.el.input(type="date", name=name, class_name="input", min="1990-01-01", max="2100-12-31"),
        class_name="filter filter-day",
    )
