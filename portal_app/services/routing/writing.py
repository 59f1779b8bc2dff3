"""The rules and the holidays as the configuration has them."""

import json
from typing import Any

from portal_app.services.routing.holidays import Holidays
from portal_app.services.routing.rules import Rule, Rules, Target, TargetKind, When


def rules_text(rules: Rules) -> str:
    return json.dumps({"rules": [rule_entry(each) for each in rules.rules]}, indent=4, ensure_ascii=False)


def rule_entry(rule: Rule) -> dict[str, Any]:
    return {"name": rule.name, "when": _when(rule.when), "to": _target(rule.to)}


def holidays_text(holidays: Holidays) -> str:
    days = [{"date": each.day.isoformat(), "name": each.name} for each in holidays.days]
    found = {"federal": holidays.federal, "closesAt": f"{holidays.closes_at:%H:%M}", "days": days}
    return json.dumps(found, indent=4, ensure_ascii=False)


def _when(when: When) -> dict[str, Any]:
    """Without what is left open."""
    amounts = {"from": when.premium_from, "below": when.premium_below}
    found: dict[str, Any] = {
        "lines": sorted(when.lines),
        "carriers": sorted(when.carriers),
        "states": sorted(when.states),
        "premium": {name: str(amount) for name, amount in amounts.items() if amount is not None},
        "producers": sorted(when.producers),
        "producerCodes": sorted(when.producer_codes),
        "accountKinds": sorted(each.value for each in when.account_kinds),
    }
    return {name: value for name, value in found.items() if value}


def _target(to: Target) -> dict[str, Any]:
    value: Any = {"name": to.name, "email": to.email}
    if to.kind is TargetKind.UNDERWRITER:
        value = to.email
    elif to.kind is TargetKind.QUEUE:
        value = to.name
    elif to.way is not None:
        value = to.way.value
    return {to.kind.value: value}
