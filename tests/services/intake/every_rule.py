"""A small form with a check of every kind, each of which says its own name."""

import json
from functools import cache
from typing import Any

from portal_app.services.intake.forms import Form
from portal_app.services.intake.reading import load

INSURED, CARS, TRIPS, LIMITS, BEFORE = (
    "applicant.insured", "risk.cars", "risk.trips", "coverage.limits", "prior_insurance.before",
)  # fmt: skip


def field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "label": name.capitalize(), "type": kind, **more}


def choice(name: str, *choices: str, **amounts: int) -> dict[str, Any]:
    listed: list[dict[str, Any]] = [{"value": each, "label": each} for each in choices]
    listed += [{"value": each, "label": each, "amount": amount} for each, amount in amounts.items()]
    return field(name, "choice", required=True, choices=listed)


def check(rule: str, of: str, **more: Any) -> dict[str, Any]:
    return {"check": rule, "field": of, "message": f"{rule}.", **more}


def _section(name: str, *groups: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "title": name, "groups": [{"title": each["name"], **each} for each in groups]}


@cache
def every_rule() -> Form:
    insured = {
        "name": "insured",
        "fields": [
            field("name", "text", required=True), field("producer_code", "text", required=True),
            field("effective", "date", required=True), field("expiration", "date", required=True),
            field("state", "state", required=True), field("postal_code", "postal_code"),
            field("birth_date", "date", required=True), field("licensed_year", "year"),
            field("signed", "flag", when={"field": "effective", "past": True}),
        ],
        "checks": [
            check("after", "expiration", than="effective"),
            check("not_after", "effective", than="today", amount=90, unit="days"),
            check("not_before", "licensed_year", than="birth_date", amount=14),
            check("postal_code_in_state", "postal_code", than="state"),
            check("is", "signed", value=True),
        ],
    }  # fmt: skip
    cars = {
        "name": "cars",
        "repeat": {"least": 1, "most": 3, "item": "car"},
        "fields": [
            field("vin", "vin"), field("year", "year"), field("make", "text"),
            choice("place", "here", "there"), field("number", "whole", required=True, most=3),
        ],
        "checks": [
            check("unique", "number", same=["place"]),
            check("some", "place", values=["here"]),
            check("year_of_vin", "vin", than="year"),
            check("make_of_vin", "vin", than="make"),
        ],
    }  # fmt: skip
    trips = {
        "name": "trips",
        "repeat": {"least": 0, "most": 3, "item": "trip"},
        "fields": [
            field("car", "whole"), choice("place", "here", "there"), field("number", "whole", most=3),
            field("share", "percent"), field("rest", "percent"),
        ],
        "checks": [
            check("row_of", "car", than=CARS),
            check("among", "number", than=f"{CARS}.number", same=["place"]),
            check("sum_at_most", "share", amount=100),
            check("together_at_most", "rest", than="share", amount=100),
        ],
    }  # fmt: skip
    limits = {
        "name": "limits",
        "fields": [
            choice("bi", "25000/50000", "100000/300000", single=50_000),
            choice("um", "25000/50000", "100000/300000", "none", single=100_000),
            field("person", "money"), field("accident", "money"), field("deductible", "money"),
        ],
        "checks": [
            check("at_most", "um", than="bi"),
            check("at_least", "bi", than=["person", "accident"]),
            check("below", "deductible", than="bi"),
        ],
    }  # fmt: skip
    before = {
        "name": "before",
        "fields": [
            field("carrier", "carrier"), field("policy_number", "policy_number"),
            field("state", "state"), field("class_code", "wc_class"),
        ],
        "checks": [
            check("policy_number_of_carrier", "policy_number", than="carrier"),
            check("wc_class_of_state", "class_code", than="state"),
        ],
    }  # fmt: skip
    roles = {"insured": "name", "effective": "effective", "expiration": "expiration", "state": "state"}
    document = {
        "line": "umbrella",
        "title": "Every rule",
        "roles": {role: f"{INSURED}.{name}" for role, name in (roles | {"producerCode": "producer_code"}).items()},
        "sections": [
            _section("applicant", insured),
            _section("risk", cars, trips),
            _section("coverage", limits),
            _section("prior_insurance", before),
        ],
        "policyNumbers": [{"carrier": "Saltmarsh Mutual", "patterns": ["HO-#######"], "example": "HO-1234567"}],
    }
    return load(json.dumps(document))
