"""A routing rule as its form has it, and as the configuration does; what is wrong is told at its field."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from portal_app.models.enums import AccountKind
from portal_app.state.authority_form import Form

LINE, KIND, PRODUCER = "line_", "kind_", "under_"
TARGETS = {
    "queue": "A queue",
    "underwriter": "An underwriter",
    "carrierContact": "A contact at the carrier, by mail",
    "ams": "The AMS",
}
WAYS = {"mail": "By mail", "task": "As a task"}
# Where in a rule the configuration speaks of what the form has under another name.
FIELDS = {
    "name": "name",
    "when.lines": "lines",
    "when.carriers": "carriers",
    "when.states": "states",
    "when.premium.from": "premium_from",
    "when.premium.below": "premium_below",
    "when.premium": "premium_below",
    "when.producerCodes": "producer_codes",
    "when.producers": "producers",
    "to.queue": "queue",
    "to.underwriter": "underwriter",
    "to.carrierContact.name": "contact_name",
    "to.carrierContact.email": "contact_email",
}
AMOUNTS = {"from": "premium_from", "below": "premium_below"}
MISSING = {
    "name": "Give the rule a name.",
    "queue": "Name the queue.",
    "underwriter": "Choose who underwrites.",
    "contact_name": "Say who it is.",
    "contact_email": "Enter their mail address.",
}


def rule_of(form: Form, target: str) -> dict[str, Any]:
    """The rule as it was typed; `form.problems` tells what is missing or cannot be read."""
    amounts = {name: form.money(field) for name, field in AMOUNTS.items()}
    when: dict[str, Any] = {
        "lines": _ticked(form, LINE),
        "carriers": _divided(form.text("carriers"), r"[\r\n]+"),
        "states": sorted({each.upper() for each in form.words("states")}),
        "premium": {name: str(amount) for name, amount in amounts.items() if amount is not None},
        "producers": _ticked(form, PRODUCER),
        "producerCodes": _divided(form.text("producer_codes"), r"[,;\r\n]+"),
        "accountKinds": _ticked(form, KIND),
    }
    contact = {"name": form.text("contact_name"), "email": form.text("contact_email")}
    value: Any = contact if target == "carrierContact" else form.text("ams_way" if target == "ams" else target)
    needed = {"carrierContact": ("contact_name", "contact_email"), "ams": ()}.get(target, (target,))
    form.problems |= {field: MISSING[field] for field in ("name", *needed) if not form.text(field)}
    return {
        "name": form.text("name"),
        "when": {name: each for name, each in when.items() if each},
        "to": {target: value},
    }


def typed_rule(rule: Mapping[str, Any]) -> dict[str, str]:
    """The rule as its form shows it."""
    when, [(target, value)] = rule["when"], rule["to"].items()
    typed = {
        "name": rule["name"],
        "carriers": "\n".join(when.get("carriers", ())),
        "states": ", ".join(when.get("states", ())),
        "producer_codes": ", ".join(when.get("producerCodes", ())),
        **{field: when.get("premium", {}).get(name, "") for name, field in AMOUNTS.items()},
    }
    for prefix, name in ((LINE, "lines"), (KIND, "accountKinds"), (PRODUCER, "producers")):
        typed |= dict.fromkeys((prefix + each for each in when.get(name, ())), "on")
    if target == "carrierContact":
        return typed | {"contact_name": value["name"], "contact_email": value["email"]}
    return typed | {"ams_way" if target == "ams" else target: value}


def at_fields(place: int, problems: Iterable[str]) -> dict[str, str]:
    """Those of the problems that are about this rule for itself, by the fields of its form."""
    found = {}
    for each in problems:
        path, _, sentence = each.partition(": ")
        inside = path.removeprefix(f"rules.{place}.")
        field = next((name for at, name in FIELDS.items() if inside == at or inside.startswith(f"{at}.")), "")
        if inside != path and field:
            # An address that begins a sentence stays as it is.
            found[field] = sentence if "@" in sentence.split()[0] else sentence[:1].upper() + sentence[1:]
    return found


def _ticked(form: Form, prefix: str) -> list[str]:
    return sorted(name.removeprefix(prefix) for name in form.given if name.startswith(prefix) and form.checked(name))


def _divided(text: str, by: str) -> list[str]:
    return sorted({" ".join(each.split()) for each in re.split(by, text) if each.strip()})


KINDS = {f"{KIND}{each.value}": each.label for each in AccountKind}
