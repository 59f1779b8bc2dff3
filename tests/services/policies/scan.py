"""The plain scan: what a search must answer, from `visible` and Python alone."""

from typing import Any

from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import Grant, Role
from portal_app.models.policies import Carrier, LineOfBusiness, Policy
from portal_app.services.access import Actor, Permission
from portal_app.services.door import Tx, reads
from portal_app.services.policies.text import fold, normalised
from portal_app.services.policies.views import Query, Sort
from portal_app.services.scope import visible
from tests.world import Agency, actor


def shown(typed: str) -> str:
    """A text as the search takes it: whatever cannot be printed is a space."""
    return " ".join("".join(c if c.isprintable() else " " for c in typed).split())


def number_of(typed: str) -> str:
    """The text as a number or VIN: without a digit it is none."""
    key = fold(normalised(fold(shown(typed))))
    return key if any(map(str.isdigit, key)) else ""


def holds(policy: Policy, typed: str) -> bool:
    """Whether the text stands in the name, an address, the number or a VIN; a short one, whether it begins the name
    or number."""
    text, key = fold(shown(typed)), number_of(typed)
    name, number = fold(policy.insured_name), fold(policy.number_key)
    if len(text) < 3:
        return name.startswith(text) or (bool(key) and number.startswith(key))
    named = text in name or any(text in fold(street) for street in policy.streets.split("\n"))
    return named or (len(key) > 2 and any(key in fold(one) for one in [number, *policy.vins.split("\n")]))


def is_exactly(policy: Policy, typed: str) -> bool:
    key = number_of(typed)
    enough = len(key) > 2 or len(shown(typed)) < 3
    whole_vin = len(key) == 17 and key in fold(policy.vins).split("\n")
    return bool(key) and enough and (fold(policy.number_key) == key or whole_vin)


def sort_key(sort: Sort, policy: Policy, line: str, carrier: str) -> Any:
    keys = {
        Sort.INSURED: fold(policy.insured_name),
        Sort.NUMBER: fold(policy.number_key),
        Sort.LINE: line.lower(),
        Sort.CARRIER: carrier.lower(),
        Sort.EFFECTIVE: policy.effective,
        Sort.EXPIRATION: policy.expiration,
        Sort.PREMIUM: policy.premium,
        Sort.STATUS: policy.status.value,
    }
    return keys[sort], policy.id


@reads(Permission.VIEW_OWN_ACCOUNTS)
def scan(tx: Tx, *, query: Query, texts: tuple[str, ...] = (), everything: bool = False) -> tuple[list[str], int]:
    """The locators of the page and the total. `texts` stand in place of the query's own; `everything` gives all pages
    as one."""
    rows = tx.db.execute(
        visible(tx.actor, Policy)
        .join(Account, col(Account.id) == col(Policy.account_id))
        .join(LineOfBusiness, col(LineOfBusiness.id) == col(Policy.line_id))
        .join(Carrier, col(Carrier.id) == col(Policy.carrier_id))
        .add_columns(Account, LineOfBusiness, Carrier)
    ).all()
    left = [row for row in rows if _passes(query, *row)]
    asked = texts or ((query.text,) if shown(query.text) else ())
    if asked:
        exact = [row for row in left if not texts and is_exactly(row[0], query.text)]
        left = exact or [row for row in left if any(holds(row[0], text) for text in asked)]
    left.sort(key=lambda row: sort_key(query.sort, row[0], row[2].name, row[3].name), reverse=query.descending)
    locators = [row[0].locator for row in left]
    if everything:
        return locators, len(left)
    offset, count = max(query.offset, 0), min(max(query.count, 1), 200)
    return locators[offset : offset + count], len(left)


def _passes(query: Query, policy: Policy, account: Account, line: LineOfBusiness, carrier: Carrier) -> bool:
    return all(
        (
            query.line in ("", line.code),
            query.status in ("", policy.status.value),
            query.carrier in ("", carrier.locator),
            query.account in ("", account.locator),
            query.effective_from is None or policy.effective >= query.effective_from,
            query.effective_to is None or policy.effective <= query.effective_to,
            query.expiring_from is None or policy.expiration >= query.expiring_from,
            query.expiring_to is None or policy.expiration <= query.expiring_to,
        )
    )


def everybody(agency: Agency) -> list[Actor]:
    """One actor for every scope: the agency, one producer, a downline, an empty book, nothing at all."""
    return [
        agency.principal(),
        agency.csr(),
        agency.read_only(),
        agency.producer(),
        agency.other_producer(),
        agency.branch_manager(),
        agency.branch_manager(Grant.DOWNLINE),
        actor(Role.PRODUCER, agency.house.id, Grant.DOWNLINE),
        actor(Role.PRODUCER, agency.house.id),
        actor(Role.PRODUCER, None),
    ]
