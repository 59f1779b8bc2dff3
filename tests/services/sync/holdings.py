"""What the database holds of policies, in the words of the feed, so that it can be held against what the feed sent."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal_app.services.ports import PolicyRecord
from portal_app.services.sync import bulk

Holding = dict[str, Any]
CODE, RECORD = bulk.PRODUCER_CODE.alias("code"), bulk.PRODUCER_CODE.alias("of_record")


def projection(db: Session) -> dict[str, Holding]:
    """Every policy by source id: its row, its terms and its parts, without the numbers of rows."""
    policies = {row["id"]: dict(row) for row in db.execute(_rows()).mappings()}
    for policy in policies.values():
        policy["terms"], policy["coverages"], policy["vehicles"], policy["locations"] = [], [], [], []
    for name, table in _parts():
        for row in db.execute(select(table)).mappings():
            policies[row["policy_id"]][name].append(
                {column: value for column, value in row.items() if column not in ("id", "policy_id")}
            )
    for policy in policies.values():
        policy["terms"].sort(key=lambda term: term["effective"])
        for name in ("coverages", "vehicles", "locations"):
            policy[name].sort(key=lambda part: part["position"])
    return {policy["source_id"]: policy for policy in policies.values()}


def _parts() -> Iterable[tuple[str, Any]]:
    yield "terms", bulk.POLICY_TERM
    yield "coverages", bulk.COVERAGE
    yield "vehicles", bulk.VEHICLE
    yield "locations", bulk.POLICY_ADDRESS


def _rows() -> Select[Any]:
    policy = bulk.POLICY
    return (
        select(
            policy,
            bulk.ACCOUNT.c.source_id.label("client_id"),
            bulk.LINE.c.code.label("line"),
            bulk.CARRIER.c.name.label("carrier"),
            CODE.c.code.label("producer_code"),
            RECORD.c.code.label("code_of_record"),
        )
        .join(bulk.ACCOUNT, bulk.ACCOUNT.c.id == policy.c.account_id)
        .join(bulk.LINE, bulk.LINE.c.id == policy.c.line_id)
        .join(bulk.CARRIER, bulk.CARRIER.c.id == policy.c.carrier_id)
        .outerjoin(CODE, CODE.c.id == policy.c.producer_code_id)
        .outerjoin(RECORD, RECORD.c.id == policy.c.code_of_record_id)
    )


def as_sent(records: Iterable[PolicyRecord], names: dict[str, str], today: date) -> dict[str, Holding]:
    """What must be shown once these records, the last of each term, are taken in; worked out without the ledger."""
    terms: dict[str, dict[date, PolicyRecord]] = {}
    for record in records:
        terms.setdefault(record.policy_id, {})[record.effective] = record
    return {policy_id: _as_sent(its_terms, names, today) for policy_id, its_terms in terms.items()}


def _as_sent(terms: dict[date, PolicyRecord], names: dict[str, str], today: date) -> Holding:
    begun = [effective for effective in terms if effective <= today]
    shown = terms[max(begun) if begun else min(terms)]
    return {
        "client_id": shown.client_id,
        "line": shown.line,
        "carrier": shown.carrier,
        "producer_code": shown.producer_code or None,
        "number": shown.number,
        "insured_name": shown.insured_name or names[shown.client_id],
        "description": shown.description,
        "effective": shown.effective,
        "expiration": shown.expiration,
        "status": shown.status,
        "premium": shown.premium,
        "vins": "\n".join(each.vin for each in shown.vehicles),
        "terms": [(each.effective, each.status, each.premium) for _, each in sorted(terms.items())],
        "coverages": [(each.name, each.limit, each.deductible, each.premium) for each in shown.coverages],
        "vehicles": [(each.vin, each.year, each.make, each.model) for each in shown.vehicles],
        "locations": [(each.street, each.city, each.state, each.postal_code) for each in shown.locations],
    }


def as_held(db: Session) -> dict[str, Holding]:
    """The projection in the shape of `as_sent`."""
    held = {}
    for source_id, policy in projection(db).items():
        shape = {name: policy[name] for name in _as_sent_names()}
        shape["terms"] = [(term["effective"], term["status"], term["premium"]) for term in policy["terms"]]
        shape["coverages"] = [
            (each["name"], each["limit_text"], each["deductible"], each["premium"]) for each in policy["coverages"]
        ]
        shape["vehicles"] = [(each["vin"], each["year"], each["make"], each["model"]) for each in policy["vehicles"]]
        shape["locations"] = [
            (each["street"], each["city"], each["state"], each["postal_code"]) for each in policy["locations"]
        ]
        held[source_id] = shape
    return held


def _as_sent_names() -> tuple[str, ...]:
    return (
        *("client_id", "line", "carrier", "producer_code", "number", "insured_name", "description", "effective"),
        *("expiration", "status", "premium", "vins"),
    )
